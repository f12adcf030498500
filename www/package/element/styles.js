/**
 * Styles of a shelf, as a constructed sheet: without style elements and attributes `style-src 'self'` suffices. Skeletons
 * and cards have the same heights, in rem, so that late content moves nothing.
 */
const CSS = `
:host {
  --_accent: var(--nearmind-accent, light-dark(#0b6b4f, #6fd3ae));
  --_ink: var(--nearmind-ink, light-dark(#17191c, #f0f1f2));
  --_muted: var(--nearmind-muted, light-dark(#5b6169, #a6adb6));
  --_line: var(--nearmind-line, light-dark(#e3e5e8, #33373d));
  --_surface: var(--nearmind-surface, light-dark(#ffffff, #1c1f23));
  --_picture: var(--nearmind-picture, light-dark(#f1f2f3, #25292e));
  --_mark: var(--nearmind-mark, light-dark(#bfead6, #1d5a48));
  --_radius: var(--nearmind-radius, .75rem);
  --_gap: var(--nearmind-gap, 1rem);
  --_card-width: var(--nearmind-card-width, 15rem);
  --_card-height: var(--nearmind-card-height, 28rem);
  display: block;
}
/* Not on the host, which styles of the page for all elements would reach, nor on the shelf, whose slot has the shop's own
   markup and must not change its looks. */
:is(.live, .empty, .footer, .profile, .panel) {
  color: var(--_ink);
  font-family: var(--nearmind-font, inherit);
  font-size: 1rem;
  font-style: normal;
  font-weight: 400;
  line-height: 1.4;
  letter-spacing: normal;
  word-spacing: normal;
  text-align: start;
  text-indent: 0;
  text-transform: none;
  text-shadow: none;
  white-space: normal;
}
:host([hidden]) { display: none }
:host([theme="light"]) { color-scheme: light }
:host([theme="dark"]) { color-scheme: dark }
* { box-sizing: border-box; margin: 0 }
button { font: inherit; color: inherit; cursor: pointer; background: none; border: 0; padding: 0 }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; border-radius: .25rem }
svg { inline-size: 1.125rem; block-size: 1.125rem; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; display: block }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }

.shelf { display: grid; grid-template: "stage" auto "footer" 2.75rem / minmax(0, 1fr) }
/* The shop's own markup also covers the footer: where it is taller, the page does not grow when the script is loaded. */
.own, .live, .empty { grid-area: stage; min-inline-size: 0 }
.own { grid-row-end: -1 }
:host(:not([state="ready"])) .shelf:not(.bare) .footer { visibility: hidden }
.empty { display: none; place-items: center; padding: 1rem; border: 1px dashed var(--_line); border-radius: var(--_radius); text-align: center; color: var(--_muted) }
:host([state="empty"]) .shelf:is(.bare, .has-empty) .empty { display: grid }
:host([state="empty"]) .shelf.has-empty .own, :host([state="empty"]) .shelf.bare .live { visibility: hidden; display: flex; flex-direction: column }
.live { visibility: hidden; display: flex; flex-direction: column }
:host([state="ready"]) .own { display: none }
:host([state="ready"]) .live, .shelf.bare .live { visibility: visible }
:host([state="failed"]) .shelf.bare .live { visibility: hidden; display: flex; flex-direction: column }
:host(:is([state="empty"], [state="failed"])) .shelf.bare.folded .live { display: none }

.header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; block-size: 2.5rem; margin-block-end: .75rem }
.heading { font-size: var(--nearmind-heading-size, 1.375rem); font-weight: 650; letter-spacing: -.015em; line-height: 1.2; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.turn { display: flex; gap: .5rem }
.turn:not(:has(:enabled)) { visibility: hidden }
@media (hover: none) { .turn { display: none } }

.list { flex: 1 0 auto; display: flex; gap: var(--_gap); padding: 3px; margin: -3px; list-style: none; overflow: auto hidden; overscroll-behavior-inline: contain; scroll-snap-type: inline mandatory; scroll-padding-inline: 3px; scrollbar-width: none }
.list::-webkit-scrollbar { display: none }
/* The width comes from the property, not from the content. Where the shop's own markup was higher, cards grow to its
   height, within limits, and the picture takes what is added. */
.place { flex: 0 0 var(--_card-width); min-inline-size: 0; min-block-size: var(--_card-height); max-block-size: calc(1.4 * var(--_card-height)); scroll-snap-align: start }
.card { position: relative; container-type: inline-size; block-size: 100%; display: flex; flex-direction: column; background: var(--_surface); border: 1px solid var(--_line); border-radius: var(--_radius); overflow: hidden; transition: border-color .15s, box-shadow .15s }
.card:has(.link:focus-visible) { outline: 2px solid var(--_accent); outline-offset: 1px }
.picture { flex: 999 1 0; min-block-size: 0; overflow: hidden; display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); place-items: center; background: var(--_picture) }
.image { display: block; inline-size: 100%; block-size: 100%; object-fit: var(--nearmind-picture-fit, cover) }
.body { flex: 1 0 calc(var(--_card-height) - 2px - 100cqi / (var(--nearmind-picture-ratio, 1))); min-block-size: 0; display: flex; flex-direction: column; padding: .75rem .875rem .625rem }
/* Where no card has a picture, the text takes its room. */
.list:not(:has(.image, .skeleton)) { .picture { display: none } .body { flex-basis: 0 } .description { -webkit-line-clamp: 12 !important } }
.brand { font-size: .75rem; line-height: 1rem; color: var(--_muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.title { margin-block-start: .125rem; font-size: .9375rem; font-weight: 600; line-height: 1.3; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; flex: none }
.link { color: inherit; text-decoration: none }
.link:focus-visible { outline: none }
.link::after { content: ""; position: absolute; inset: 0 }
.description { margin-block-start: .375rem; font-size: .8125rem; line-height: 1.45; color: var(--_muted); flex: 0 1 auto; min-block-size: 0; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden }
.reason { font-size: .75rem; line-height: 1.35; color: var(--_accent); margin-block-start: .5rem; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; flex: none }
.reason:empty { display: none }
.card:has(.reason:not(:empty)) .description { -webkit-line-clamp: 2 }
.words { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%) }
.foot { margin-block-start: auto; display: flex; align-items: center; justify-content: space-between; gap: .5rem; padding-block-start: .5rem }
.price { flex: none; font-size: .9375rem; font-weight: 650; font-variant-numeric: tabular-nums }
.actions { min-inline-size: 0; position: relative; z-index: 1; display: flex; margin-inline-end: -.375rem }
.action { flex: 0 1 auto; inline-size: 2rem; min-inline-size: 1.5rem; block-size: 2rem; display: grid; place-items: center; border-radius: 50%; color: var(--_muted); transition: color .15s, background-color .15s }

.bone { display: block; block-size: .75rem; border-radius: .25rem; background: var(--_picture); inline-size: 40% }
.bone.title { block-size: 1rem; inline-size: 85%; margin-block-start: .5rem }
.bone.description { inline-size: 95%; margin-block-start: .75rem }
.bone.price { inline-size: 30%; margin-block-start: auto; margin-block-end: .5rem }

.footer { grid-area: footer; position: relative; display: flex; align-items: center; justify-content: space-between; gap: 1rem; font-size: .8125rem; color: var(--_muted); min-inline-size: 0 }
.status { min-inline-size: 0; display: flex; gap: .5rem; align-items: center; white-space: nowrap }
.status-text, .progress-text { min-inline-size: 0; overflow: hidden; text-overflow: ellipsis }
.status-text { white-space: normal; line-height: 1.25; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2 }
.status-text:empty, .status-text:not(:empty) ~ .progress-text { display: none }
.undo { flex: none; color: var(--_accent); font-weight: 600; text-decoration: underline; text-underline-offset: .2em; min-block-size: 1.5rem }
/* Nothing else is shown: the message takes the whole shelf. Only what was hidden before gets a place, so that nothing moves. */
:host([state="failed"]) .shelf.bare {
  outline: 1px dashed var(--_line); outline-offset: -1px; border-radius: var(--_radius);
  .footer, .status { display: contents }
  .about, .progress { display: none }
  .status-text, .undo { grid-area: 1 / 1 / -1 / -1; place-self: center; max-inline-size: 30rem; margin: 1rem 1.5rem 4.5rem; text-align: center; text-wrap: balance }
  .undo { margin-block: 4.5rem 1rem; min-block-size: 2.5rem; padding-inline: 1.25rem; border: 1px solid var(--_line); border-radius: 1.25rem; text-decoration: none }
}
.progress { position: absolute; inset: .375rem 0 auto; block-size: 2px; border-radius: 1px; background: var(--_line); overflow: hidden }
.progress::after { content: ""; position: absolute; inset: 0; background: var(--_accent); transform-origin: 0 50%; transform: scaleX(var(--done, 0)); transition: transform .2s }
.progress:not([aria-valuenow])::after { animation: seek 1.4s ease-in-out infinite; transform: none; inline-size: 30% }
/* What is over within a blink is not shown, and what is shown does not blink. */
.progress, .progress-text { visibility: hidden; opacity: 0; transition: opacity .2s .4s, visibility 0s .6s }
.loading :is(.progress, .progress-text) { visibility: visible; opacity: 1; transition: opacity .2s .3s }
[hidden] { display: none !important }
@keyframes seek { from { translate: -100% } to { translate: 340% } }

@media (max-width: 40rem) {
  .shelf { --_card-width: var(--nearmind-card-width, 13.5rem); --_card-height: var(--nearmind-card-height, 26.5rem) }
  .heading { font-size: 1.125rem; white-space: normal; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2 }
  .action { inline-size: 2.25rem; block-size: 2.25rem }
}
@media (prefers-reduced-motion: reduce) { *, *::after { animation: none !important; transition: none !important } }
@media (forced-colors: active) {
  .progress { border: 1px solid } .progress::after { background: Highlight }
}
`;

/** Created for the first shelf, shared by all. @type {CSSStyleSheet | undefined} */
let sheet;

export function shelfSheet() {
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
  return sheet;
}
