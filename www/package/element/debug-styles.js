/** Styles of the developer's panel, which is below everything else on the page. */
const CSS = `
:host { display: block; color-scheme: inherit }
.debug { border-block-start: 3px solid var(--_accent); background: var(--_surface); color: var(--_ink); font: .8125rem/1.5 ui-monospace, monospace; padding: .5rem 1rem 1rem }
.debug summary { cursor: pointer; font-weight: 700; min-block-size: 1.5rem; color: var(--_accent) }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 1rem 2rem }
.debug h3 { font-size: .875rem; margin-block: .75rem .25rem }
.debug p { color: var(--_muted); overflow-wrap: anywhere }
.debug .finding { color: var(--_ink); border-inline-start: 3px solid var(--_accent); padding-inline-start: .5rem; margin-block: .25rem }
.unmatched { border-collapse: collapse; font-variant-numeric: tabular-nums }
.unmatched :is(th, td) { text-align: start; padding: .125rem .75rem .125rem 0; font-weight: 400; overflow-wrap: anywhere }
.unmatched thead th { color: var(--_muted) }
.scene pre { max-block-size: 20rem; overflow: auto; padding: .5rem; background: var(--_picture); font: inherit; white-space: pre-wrap }
.latency { inline-size: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
.latency caption { text-align: start; color: var(--_muted) }
.latency :is(th, td) { text-align: end; padding: .125rem .5rem .125rem 0; font-weight: 400; white-space: nowrap }
.latency tbody th { text-align: start }
.latency .plot { position: relative; inline-size: 45%; border-inline-start: 1px solid var(--_line) }
.span, .mark { position: absolute; inset-block: 50% auto }
.span { inset-inline: calc(var(--from) * 100%) calc(100% - var(--to) * 100%); border-block-start: 2px solid var(--_line) }
.mark { inset-inline-start: calc(var(--at) * 100%); inline-size: .5rem; block-size: .5rem; margin: -.1875rem -.25rem; border-radius: 50%; background: var(--_muted) }
.mark.m0 { background: var(--_accent) }
.scores { padding-inline-start: 1.5rem }
.scores li { padding-block: .125rem }
.scores .name { border: 0; padding: 0; min-block-size: 0; display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.scores .bars { display: flex; block-size: .5rem; margin-block: .125rem }
.scores .numbers { color: var(--_muted) }
.part { inline-size: calc(var(--share) * 100%); background: var(--_accent) }
.part.p1 { background: light-dark(#b4690e, #f0b45e) } .part.p2 { background: light-dark(#2a5fb0, #8db8f5) }
.part.p3 { background: light-dark(#8a3aa8, #d7a2ec) } .part.p4 { background: light-dark(#a4231c, #ffb4a9) } .part.p5 { background: var(--_muted) }
`;

/** @type {CSSStyleSheet | undefined} */
let sheet;

export function debugSheet() {
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
  return sheet;
}
