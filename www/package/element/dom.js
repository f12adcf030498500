/**
 * Creates nodes without parsing HTML, so that Trusted Types have nothing to guard. Knows no card and no shelf.
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes] `part` also becomes the class.
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(node, name, value);
  if (attributes.part) node.className = String(attributes.part);
  node.append(...children);
  return node;
}

/**
 * @param {Element} node
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value `false`, `null` and `undefined` remove it.
 */
export function set(node, name, value) {
  if (value === false || value == null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value === true ? "" : String(value));
}

/** Writes a text only where it differs, so that nothing is announced twice. @param {Element} node @param {string} text */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The index of a node among its parent's children. @param {Element} node */
export const place = (node) => [...(node.parentElement?.children ?? [])].indexOf(node);

/** @param {string} path SVG path data on a 24 by 24 grid. */
export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true" }))
    svg.setAttribute(name, value);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const ICONS = {
  like: "M12 20 5 13a5 5 0 0 1 7-7 5 5 0 0 1 7 7Z",
  dislike: "M17 14V4h3v10h-3l-5 7c-2 0-2-2-2-3l1-4H5c-2 0-2-1-2-2l2-7c0-1 1-1 2-1h10",
  hide: "M3 12s3-6 9-6 9 6 9 6-3 6-9 6-9-6-9-6M9 12a3 3 0 0 0 6 0 3 3 0 0 0-6 0M4 4l16 16",
  why: "M12 17h.01M9 9a3 3 0 1 1 5 2c-1 1-2 1-2 3M3 12a9 9 0 0 0 18 0 9 9 0 0 0-18 0",
  back: "M15 5l-7 7 7 7",
  forth: "M9 5l7 7-7 7",
  close: "M6 6l12 12M18 6 6 18",
  device: "M8 11V8a4 4 0 0 1 8 0v3M5 11h14v9H5Z",
};
