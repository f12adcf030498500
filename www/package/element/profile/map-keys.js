/**
 * Keyboard control of the map: it is one tab stop, and the arrow keys go to the nearest mark in that direction. The mark
 * under the focus or the pointer gets a label. Knows marks and their positions.
 */

/** @typedef {{node: SVGElement, x: number, y: number, label: string}} Mark */

/** @type {Record<string, [number, number]>} */
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {SVGElement} map @param {Mark[]} marks @param {(mark: Mark | null) => void} name */
export function keys(map, marks, name) {
  let [current] = marks;
  const markOf = (/** @type {EventTarget | null} */ target) =>
    marks.find(({ node }) => target instanceof Node && node.contains(target)) ?? null;
  for (const { node } of marks) node.setAttribute("tabindex", node === current.node ? "0" : "-1");
  map.addEventListener("keydown", (event) => {
    const { key } = event;
    const next =
      key === "Home"
        ? marks[0]
        : key === "End"
          ? marks.at(-1)
          : DIRECTIONS[key] && nearest(marks, current, DIRECTIONS[key]);
    if (!next) return;
    event.preventDefault();
    next.node.focus();
  });
  map.addEventListener("focusin", ({ target }) => {
    const mark = markOf(target);
    if (!mark) return;
    current.node.setAttribute("tabindex", "-1");
    current = mark;
    current.node.setAttribute("tabindex", "0");
    name(mark);
  });
  map.addEventListener("focusout", () => name(null));
  map.addEventListener("pointerover", ({ target }) => name(markOf(target)));
}

/**
 * The nearest mark in a direction; the distance across the direction counts twice.
 * @param {Mark[]} marks @param {Mark} from @param {readonly [number, number]} way
 */
function nearest(marks, from, [dx, dy]) {
  const far = (/** @type {Mark} */ { x, y }) => {
    const [along, across] = [
      (x - from.x) * dx + (y - from.y) * dy,
      Math.abs((x - from.x) * dy) + Math.abs((y - from.y) * dx),
    ];
    return along > 0 ? along + 2 * across : Infinity;
  };
  const best = marks.reduce((best, mark) => (far(mark) < far(best) ? mark : best), from);
  return best === from ? null : best;
}
