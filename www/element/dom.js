/**
 * Makes nodes without ever parsing a string: nothing here is a sink that Trusted Types would have to guard.
 * Knows no card and no shelf.
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

/** @param {Element} node @param {string} text Written only where it differs, so that nothing is announced twice. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Which child of its parent it is, from 0. @param {Element} node */
export const place = (node) => [...(node.parentElement?.children ?? [])].indexOf(node);

/** @param {string} path The outline on a 24 by 24 grid. */
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
  like: "M12 20.3 4.6 13a4.8 4.8 0 0 1 0-6.9 4.9 4.9 0 0 1 6.9 0l.5.6.5-.6a4.9 4.9 0 0 1 6.9 0 4.8 4.8 0 0 1 0 6.9Z",
  dislike:
    "M17 14V3M10 18.1 11 14H5.2a2 2 0 0 1-1.9-2.6l2.2-7A2 2 0 0 1 7.4 3H20a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-2.8a2 2 0 0 0-1.8 1.1L12 21a3 3 0 0 1-2-2.9Z",
  hide: "M3 3l18 18M10.6 6.2A9.8 9.8 0 0 1 12 6c6 0 9 6 9 6a14 14 0 0 1-2.4 3.2M6.5 7.6A13.8 13.8 0 0 0 3 12s3 6 9 6a9.3 9.3 0 0 0 4.4-1.1M9.9 9.9a3 3 0 0 0 4.2 4.2",
  why: "M12 17h.01M9.2 9a2.9 2.9 0 1 1 4.4 2.5c-1 .6-1.6 1.2-1.6 2.5M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  back: "M15 5l-7 7 7 7",
  forth: "M9 5l7 7-7 7",
  close: "M6 6l12 12M18 6 6 18",
  device: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z",
};
