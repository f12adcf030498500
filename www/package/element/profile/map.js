/**
 * The interest map: products in two dimensions, similar ones close together, with the visitor's interests and the
 * recommended products marked; and the same as a table. The worker computes the positions.
 *
 * @import {InterestMap} from "../../types.js"
 * @import {PanelTexts} from "../../languages/en/panel.js"
 */
import { h, write } from "../dom.js";
import { keys } from "./map-keys.js";

const [WIDTH, HEIGHT, EDGE] = [640, 400, 16];
const SVG = "http://www.w3.org/2000/svg";

/** @param {InterestMap | null} map @param {PanelTexts} texts */
export function interestMap(map, texts) {
  if (!map?.points.length) return [];
  const xs = map.points.map(({ x }) => x).concat(map.interests.map(({ x }) => x));
  const ys = map.points.map(({ y }) => y).concat(map.interests.map(({ y }) => y));
  const place = scale(xs, EDGE, WIDTH - EDGE);
  const height = scale(ys, HEIGHT - EDGE, EDGE);
  const marked = map.points.filter(({ kind }) => kind !== "other");
  const svg = s("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "group",
    "aria-label": texts.mapAbout(map.points.length, marked.length),
  });
  /** The y of a label: above the mark, or below it at the upper edge. */
  const beside = (/** @type {number} */ y) => (y < 40 ? y + 26 : y - 14);
  /** @type {import("./map-keys.js").Mark[]} */
  const marks = [];
  const mark = (
    /** @type {string} */ label,
    /** @type {{x: number, y: number}} */ { x, y },
    /** @type {string} */ kind,
    /** @type {Node[]} */ ...nodes
  ) => {
    const node = s("g", { role: "img", "aria-label": label, class: kind }, ...nodes);
    marks.push({ node, x: place(x), y: height(y), label });
    return node;
  };
  const dot = (/** @type {InterestMap["points"][number]} */ { x, y, kind, title }) => {
    const shape = s("circle", { cx: place(x), cy: height(y), r: kind === "other" ? 2.5 : 5.5, class: `dot ${kind}` });
    return kind === "other" ? shape : mark(`${title}, ${texts.kinds[kind]}`, { x, y }, "marked", shape);
  };
  svg.append(
    ...map.points.filter(({ kind }) => kind === "other").map(dot),
    ...marked.map(dot),
    ...map.interests.map(({ x, y, name }) =>
      mark(
        `${name}, ${texts.kinds.interest}`,
        { x, y },
        "interest",
        s("circle", { cx: place(x), cy: height(y), r: 9, class: "dot interest" }),
        s("text", { x: clamp(place(x), 70, WIDTH - 70), y: beside(height(y)), "text-anchor": "middle" }, short(name)),
      ),
    ),
  );
  const caption = s("text", { class: "caption", "text-anchor": "middle", "aria-hidden": "true" });
  svg.append(caption);
  keys(svg, marks, (named) => {
    write(caption, named?.label ?? "");
    if (named) caption.setAttribute("x", `${clamp(named.x, 150, WIDTH - 150)}`);
    if (named) caption.setAttribute("y", `${beside(named.y)}`);
  });
  const legend = h(
    "ul",
    { class: "legend", role: "list", "aria-hidden": "true" },
    ...["interest", "recommended", "seen", "other"].map((kind) =>
      h("li", {}, h("span", { class: `key ${kind}` }), texts.kinds[/** @type {keyof PanelTexts["kinds"]} */ (kind)]),
    ),
  );
  return [h("figure", { part: "map-figure" }, svg, legend), table(map, texts)];
}

/** @param {InterestMap} map @param {PanelTexts} texts */
function table({ points, interests }, texts) {
  const near = (/** @type {{x: number, y: number}} */ { x, y }) =>
    interests.toSorted((a, b) => Math.hypot(a.x - x, a.y - y) - Math.hypot(b.x - x, b.y - y))[0]?.name ?? "";
  const rows = points
    .filter(({ kind }) => kind !== "other")
    .map((point) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, point.title),
        h("td", {}, texts.kinds[point.kind]),
        h("td", {}, near(point)),
      ),
    );
  const head = h("tr", {}, ...texts.columns.map((name) => h("th", { scope: "col" }, name)));
  return h(
    "details",
    { part: "map-table" },
    h("summary", {}, texts.asTable),
    h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)),
  );
}

/** @param {number[]} values @param {number} from @param {number} to */
function scale(values, from, to) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return (/** @type {number} */ value) =>
    Math.round((from + ((value - least) / (most - least || 1)) * (to - from)) * 10) / 10;
}

/** At most two of the words of a name, for which there is room. @param {string} name */
const short = (name) => name.split(" · ").slice(0, 2).join(" · ");

/** @param {number} value @param {number} least @param {number} most */
const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

/** @param {string} tag @param {Record<string, string | number>} attributes @param {(Node | string)[]} children */
function s(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, `${value}`);
  node.append(...children);
  return node;
}
