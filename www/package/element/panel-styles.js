/** Styles of the panels. They use the shelf's custom properties, and are loaded with a panel. */
const CSS = `
.panel { inline-size: min(34rem, calc(100vw - 2rem)); max-block-size: min(44rem, calc(100dvh - 2rem)); margin: auto; padding: 0; overflow: hidden; color: var(--_ink); background: var(--_surface); border: 1px solid var(--_line); border-radius: 1rem; box-shadow: 0 24px 64px rgb(0 0 0 / .25); font-size: .9375rem; line-height: 1.5 }
.panel[open] { display: flex; flex-direction: column }
.panel-body { min-block-size: 0; padding: .75rem 1.5rem 1.5rem; mask-image: linear-gradient(transparent, #000 .75rem); overflow: auto; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--_line) transparent }
.panel::backdrop { background: rgb(0 0 0 / .45) }
.panel h2 { font-size: 1.25rem; font-weight: 650; letter-spacing: -.01em }
.panel h3 { font-size: .9375rem; font-weight: 650; margin-block: 1.5rem .5rem }
.panel-header { display: flex; align-items: start; justify-content: space-between; gap: 1rem; padding: 1.25rem 1.5rem 0 }
.panel-header h2 { padding-block: .25rem }
.panel-close { inline-size: 2.25rem; block-size: 2.25rem; display: grid; place-items: center; border-radius: 50%; margin-inline-end: -.5rem; flex: none }
.panel-close:hover { background: var(--_picture) }
.profile { max-inline-size: 46rem; font-size: .9375rem; line-height: 1.5 }
.profile h3 { font-size: 1rem; font-weight: 650; margin-block: 1.75rem .5rem }
.profile .section:first-child h3 { margin-block-start: 1rem }
.panel-promise { color: var(--_muted); margin-block-start: .5rem }
.panel-reason, .panel-note { color: var(--_muted) }
.panel-note[role] { margin-block-start: .75rem }
.panel-note:empty { display: none }
.panel-times { margin-block-start: .75rem; display: grid; gap: .25rem }
.measured { display: grid; grid-template-columns: 6rem 1fr; align-items: center; font-size: .8125rem }
.measured dd { display: flex; align-items: center; gap: .5rem; white-space: nowrap; color: var(--_muted); font-variant-numeric: tabular-nums }
.bar { block-size: .5rem; inline-size: calc(var(--share) * 60%); min-inline-size: 2px; border-radius: .25rem; background: var(--_line) }
.bar.chosen { background: var(--_accent) }
.panel-events, .panel-interests { list-style: none; padding: 0; border-block: 1px solid var(--_line) }
.panel-events { max-block-size: 17rem; overflow: auto }
.panel-events li, .panel-interests li { display: grid; grid-template-columns: minmax(0, 1fr) 4rem auto; align-items: center; column-gap: 1rem; padding-block: .5rem; font-size: .8125rem }
:is(.panel-events, .panel-interests) li + li { border-block-start: 1px solid var(--_line) }
.what { grid-area: 1 / 1; color: var(--_muted) }
.panel-events time { grid-area: 1 / 1; justify-self: end; color: var(--_muted) }
.label { grid-area: 2 / 1; font-size: .875rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.unused { grid-area: 3 / 1; color: var(--_muted) }
.acts { grid-area: 1 / 3 / span 2; display: flex; align-items: center; gap: .25rem }
.small { min-inline-size: 2rem; min-block-size: 2rem; display: grid; place-items: center; border-radius: 1rem; color: var(--_muted) }
.small:hover { color: var(--_ink); background: var(--_picture) }
.small.text { padding-inline: .75rem; border: 1px solid var(--_line); font-weight: 600; font-size: .8125rem; white-space: nowrap }
.small[aria-pressed="true"] { color: var(--_surface); background: var(--_muted); border-color: transparent }
.panel-interests .name { grid-area: 1 / 1; font-weight: 600; border-color: transparent; margin-inline-start: -.5rem; padding-inline: .5rem; text-overflow: ellipsis }
.panel-interests .what { grid-area: 2 / 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.muted :is(.name, .label) { color: var(--_muted); text-decoration: line-through }
.name { font: inherit; color: inherit; background: none; border: 1px solid var(--_line); border-radius: .5rem; min-block-size: 2rem; min-inline-size: 0; padding-inline: .75rem }
.name:hover { border-color: var(--_muted) }
.map-figure svg { inline-size: 100%; block-size: auto; border: 1px solid var(--_line); border-radius: .75rem; background: var(--_surface); fill: none; stroke: none; overflow: hidden }
.dot.other { fill: color-mix(in srgb, var(--_muted) 40%, var(--_surface)) }
.dot.seen { fill: var(--_muted) }
.dot.recommended { fill: var(--_accent) }
.dot.interest { stroke: var(--_accent); stroke-width: 3; fill: var(--_surface) }
.map-figure text { fill: var(--_ink); font-size: 13px; font-weight: 600; paint-order: stroke; stroke: var(--_surface); stroke-width: 4px; stroke-linejoin: round }
.map-figure .caption { stroke-width: 8px }
.map-figure:has(.caption:not(:empty)) .interest text { opacity: .25 }
.map-figure g:focus-visible { outline: 2px solid var(--_accent); outline-offset: 3px }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-block-start: .5rem; padding: 0; list-style: none; font-size: .8125rem; color: var(--_muted) }
.legend li { display: flex; align-items: center; gap: .375rem }
.key { inline-size: .625rem; block-size: .625rem; border-radius: 50%; background: color-mix(in srgb, var(--_muted) 40%, var(--_surface)) }
.key.interest { background: var(--_surface); box-shadow: inset 0 0 0 .1875rem var(--_accent) }
.key.recommended { background: var(--_accent) }
.key.seen { background: var(--_muted) }
.map-table { margin-block-start: .75rem; font-size: .8125rem }
.map-table summary { cursor: pointer; min-block-size: 1.5rem; color: var(--_accent); font-weight: 600 }
.map-table table { inline-size: 100%; border-collapse: collapse; margin-block-start: .5rem }
.map-table :is(th, td) { text-align: start; padding: .375rem .75rem .375rem 0; border-block-end: 1px solid var(--_line); font-weight: 400; vertical-align: top }
.map-table thead th { color: var(--_muted) }
.panel-storage { margin-block-start: .5rem }
.panel-storage div { display: flex; justify-content: space-between; gap: 1rem; padding-block: .25rem; font-size: .875rem }
.panel-storage dd { font-variant-numeric: tabular-nums; color: var(--_muted) }
.field { display: grid; gap: .25rem; max-inline-size: 22rem; font-size: .8125rem; color: var(--_muted) }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin-block-start: .75rem }
.import { display: inline-grid; place-items: center; cursor: pointer }
.buttons:has(:focus-visible) .unseen:focus-visible + .import { outline: 2px solid var(--_accent); outline-offset: 2px }
.weight { grid-area: 1 / 2 / span 2; block-size: .375rem; border-radius: .1875rem; background: linear-gradient(var(--_accent) 0 0) 0 0 / calc(var(--share) * 100%) 100% no-repeat var(--_picture) }
.weight.against { background-image: linear-gradient(var(--_muted) 0 0) }
.panel-forget { margin-block-start: 1.25rem }
.export, .import, .forget, .forget-confirm, .forget-cancel { min-block-size: 2.5rem; padding-inline: 1rem; border: 1px solid var(--_line); border-radius: 1.25rem; font-weight: 600 }
:is(.export, .import, .forget, .forget-cancel):hover { border-color: var(--_ink) }
.forget-question p { margin-block-end: .75rem }
.forget-confirm { background: light-dark(#a4231c, #ffb4a9); border-color: transparent; color: light-dark(#fff, #3b0703); margin-inline-end: .5rem }
.forget-confirm:hover { filter: brightness(1.08) }
@media (max-width: 40rem) { .map-figure text { font-size: 22px } }
@media (max-width: 30rem) {
  .panel-events li, .panel-interests li { grid-template-columns: minmax(0, 1fr) auto }
  .panel-events time { grid-area: 3 / 1; justify-self: start }
  :is(.panel-events, .panel-interests) .weight { grid-area: 4 / 1; margin-block: .375rem .25rem }
  .unused { grid-area: 5 / 1 }
  :is(.panel-events, .panel-interests) .acts { grid-area: 1 / 2 / span 4 }
}
@media (forced-colors: active) {
  .bar, .weight, .key { forced-color-adjust: none }
  .bar.chosen { background: Highlight }
  .weight { background: linear-gradient(Highlight 0 0) 0 0 / calc(var(--share) * 100%) 100% no-repeat Canvas; outline: 1px solid CanvasText }
}
`;

/** @type {CSSStyleSheet | undefined} */
let sheet;

export function panelSheet() {
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
  return sheet;
}
