/** How the panel looks; it uses the shelf's properties and comes with the panel. */
const CSS = `
.panel { inline-size: min(34rem, calc(100vw - 2rem)); max-block-size: min(44rem, calc(100dvh - 2rem)); margin: auto; padding: 1.5rem; overflow: auto; color: var(--_ink); background: var(--_surface); border: 1px solid var(--_line); border-radius: 1rem; box-shadow: 0 24px 64px rgb(0 0 0 / .25); font-size: .9375rem; line-height: 1.5 }
.panel::backdrop { background: rgb(0 0 0 / .45) }
.panel h2 { font-size: 1.25rem; font-weight: 650; letter-spacing: -.01em }
.panel h3 { font-size: .9375rem; font-weight: 650; margin-block: 1.5rem .5rem }
.panel-header { display: flex; align-items: center; justify-content: space-between }
.panel-close { inline-size: 2.25rem; block-size: 2.25rem; display: grid; place-items: center; border-radius: 50%; margin-inline-end: -.5rem }
.panel-close:hover { background: var(--_picture) }
.panel-promise { color: var(--_muted); margin-block-start: .5rem }
.panel-reason, .panel-note { color: var(--_muted) }
.panel-note[role] { margin-block-start: .75rem }
.panel-note:empty { display: none }
.panel-times { margin-block-start: .75rem; display: grid; gap: .25rem }
.measured { display: grid; grid-template-columns: 6rem 1fr; align-items: center; font-size: .8125rem }
.measured dd { display: flex; align-items: center; gap: .5rem; white-space: nowrap; color: var(--_muted); font-variant-numeric: tabular-nums }
.bar { block-size: .5rem; inline-size: calc(var(--share) * 60%); min-inline-size: 2px; border-radius: .25rem; background: var(--_line) }
.bar.chosen { background: var(--_accent) }
.panel-events { list-style: none; padding: 0; max-block-size: 17rem; overflow: auto; border-block: 1px solid var(--_line) }
.panel-events li { display: grid; grid-template-columns: minmax(0, 1fr) 4rem; align-items: center; column-gap: 1rem; padding-block: .5rem; font-size: .8125rem }
.panel-events li + li { border-block-start: 1px solid var(--_line) }
.what { grid-area: 1 / 1; color: var(--_muted) }
.panel-events time { grid-area: 1 / 1; justify-self: end; color: var(--_muted) }
.label { grid-area: 2 / 1; font-size: .875rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.weight { grid-area: 1 / 2 / span 2; block-size: .375rem; border-radius: .1875rem; background: linear-gradient(var(--_accent) 0 0) 0 0 / calc(var(--share) * 100%) 100% no-repeat var(--_picture) }
.weight.against { background-image: linear-gradient(var(--_muted) 0 0) }
.panel-forget { margin-block-start: 1.25rem }
.forget, .forget-confirm, .forget-cancel { min-block-size: 2.5rem; padding-inline: 1rem; border: 1px solid var(--_line); border-radius: 1.25rem; font-weight: 600 }
.forget:hover, .forget-cancel:hover { border-color: var(--_ink) }
.forget-question p { margin-block-end: .75rem }
.forget-confirm { background: light-dark(#a4231c, #ffb4a9); border-color: transparent; color: light-dark(#fff, #3b0703); margin-inline-end: .5rem }
.forget-confirm:hover { filter: brightness(1.08) }
@media (forced-colors: active) { .bar.chosen, .weight { background: Highlight; forced-color-adjust: none } }
`;

/** @type {CSSStyleSheet | undefined} */
let sheet;

export function panelSheet() {
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
  return sheet;
}
