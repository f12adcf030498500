/**
 * Styles that are needed after the first cards only: hovering, the buttons that scroll the list and open the panel,
 * highlighted words, opinions, cards without a picture. Loaded once the first cards are drawn.
 */
const CSS = `
.turn button { inline-size: 2.25rem; block-size: 2.25rem; display: grid; place-items: center; border: 1px solid var(--_line); border-radius: 50%; background: var(--_surface); transition: border-color .15s, opacity .15s }
.turn button:hover { border-color: var(--_ink) }
.about { flex: none; display: flex; align-items: center; gap: .375rem; min-block-size: 1.75rem }
.about svg { inline-size: .9375rem; block-size: .9375rem }
@media (max-width: 40rem) { .footer:has(.undo:not([hidden])) .about span { display: none } }
.about:hover { color: var(--_ink) }
.card:hover { border-color: color-mix(in srgb, var(--_ink) 35%, var(--_line)) }
.action:hover { color: var(--_ink); background: var(--_picture) }
.turn button:disabled { opacity: .35; cursor: default; border-color: var(--_line) }
:not(.skeleton) > .picture:empty::before { content: ""; inline-size: 3rem; block-size: 2.25rem; border: 2px solid var(--_line); border-radius: .375rem; background: radial-gradient(circle at 30% 35%, var(--_line) .25rem, transparent 0), linear-gradient(-30deg, var(--_line) 30%, transparent 0) }
.word { background: color-mix(in srgb, var(--_mark) calc(35% + 65% * var(--strength)), transparent); border-radius: .2em; color: var(--_ink); -webkit-box-decoration-break: clone; box-decoration-break: clone; animation: tint .4s ease-out; transition: background-color .2s }
.reason .word { background: none; color: inherit; font-weight: 600; animation: none }
@keyframes tint { from { background-color: transparent } }
.action[aria-pressed="true"] { color: var(--_accent) }
.action[aria-pressed="true"] svg { fill: currentColor }
@media (prefers-reduced-motion: reduce) { .word { animation: none !important } }
@media (forced-colors: active) {
  .word { text-decoration: underline; text-decoration-thickness: 2px }
  .action[aria-pressed="true"] { color: Highlight }
}
`;

/** Created for the first shelf, shared by all. @type {CSSStyleSheet | undefined} */
let sheet;

/** Adds the sheet to a shelf, once. @param {ShadowRoot} root */
export function addLateStyles(root) {
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}
