/** Styles of "Why this?", in addition to those of all panels. */
const CSS = `
.panel h2:focus-visible { outline: none }
.why-sentence { font-size: 1rem }
.why-sentence + .why-sentence { margin-block-start: .5rem }
.why-sentence + .panel-note { margin-block-start: .5rem }
.why-answer .measured { grid-template-columns: minmax(8rem, 2fr) 3fr; column-gap: .75rem; row-gap: .375rem }
.why-answer dt { word-break: keep-all; overflow-wrap: anywhere }
.why-answer .bar { display: block }
.bar.against { background: repeating-linear-gradient(135deg, var(--_muted) 0 3px, transparent 3px 6px) }
.why-events { list-style: none; padding: 0; border-block-start: 1px solid var(--_line) }
.why-events li { display: grid; grid-template-columns: minmax(0, 1fr) 5rem 2rem; align-items: center; column-gap: .75rem; padding-block: .5rem; font-size: .8125rem }
.why-events li + li { border-block-start: 1px solid var(--_line) }
.why-events .what, .why-events .moved { color: var(--_muted) }
.why-events .what { grid-area: 1 / 1 }
.why-events .label { grid-area: 2 / 1 }
.why-events .moved { grid-area: 3 / 1 }
.why-events .moved:empty { display: none }
.why-events .bar { grid-area: 1 / 2 / span 3; inline-size: calc(var(--share) * 100%) }
.why-forget { grid-area: 1 / 3 / span 3; inline-size: 2rem; block-size: 2rem; display: grid; place-items: center; border-radius: 50% }
.why-forget:hover { background: var(--_picture) }
.why-forget svg { inline-size: 1rem; block-size: 1rem }
.why-more { margin-block-start: 1rem; border-block-start: 1px solid var(--_line); padding-block-start: .75rem }
.why-more summary { font-weight: 600; cursor: pointer; min-block-size: 1.75rem }
.why-looked { margin-block: .5rem; line-height: 1.7 }
.why-looked .word { background: color-mix(in srgb, var(--_mark) calc(100% * var(--strength)), transparent) }
.why-ask { display: flex; gap: .5rem; margin-block-start: .5rem }
.why-name { flex: 1; min-inline-size: 0; min-block-size: 2.5rem; padding-inline: .75rem; border: 1px solid var(--_line); border-radius: .5rem; background: var(--_surface); color: inherit; font: inherit }
.why-search, .why-candidate { min-block-size: 2.5rem; padding-inline: .75rem; border: 1px solid var(--_line); border-radius: .5rem; text-align: start }
.why-search { font-weight: 600 }
.why-found { list-style: none; padding: 0; display: grid; gap: .375rem; margin-block-start: .5rem }
.why-candidate { inline-size: 100% }
.why-candidate:hover { border-color: var(--_ink) }
.why-not { margin-block-start: .75rem }
.why-not:empty { display: none }
@media (forced-colors: active) { .bar.against { background: CanvasText; forced-color-adjust: none } }
`;

/** @type {CSSStyleSheet | undefined} */
let sheet;

export function whySheet() {
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
  return sheet;
}
