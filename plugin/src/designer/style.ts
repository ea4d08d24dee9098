/**
 * The look of the live panel. Sizes are in rem, so that larger text makes a larger panel. Its classes all begin with `coinslot-`
 * (`element` sees to it): the page that it stands in has a style of its own.
 */
export const STYLE = `
.coinslot-panel {
  --ground: #14152b; --raised: #1d1f3a; --line: #3a3c63; --ink: #f1eee8; --soft: #b4b2cf; --warm: #ffb45c; --good: #8fe0a8; --bad: #ffab9b;
  position: fixed; inset-block: 0; inset-inline-end: 0; z-index: 2147483000; box-sizing: border-box;
  width: min(24rem, 100vw); overflow: hidden auto; overscroll-behavior: contain; padding: .75rem 1rem 1.5rem;
  background: var(--ground); color: var(--ink); border-inline-start: 1px solid var(--line);
  font: 400 .875rem/1.45 Inter, system-ui, sans-serif; text-align: start; overflow-wrap: anywhere; color-scheme: dark;
}
.coinslot-panel *, .coinslot-panel *::before { box-sizing: border-box; }
.coinslot-panel[hidden], .coinslot-panel [hidden] { display: none; }
.coinslot-panel header { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; justify-content: space-between; padding: 0; margin: 0; width: auto; }
.coinslot-panel h2 { font-size: 1rem; font-weight: 600; margin: 0; letter-spacing: 0; }
.coinslot-panel h3 { font-size: .8125rem; font-weight: 600; margin: 1.25rem 0 .5rem; color: var(--soft); }
.coinslot-panel p { margin: .25rem 0; }
.coinslot-panel .coinslot-soft { color: var(--soft); }
.coinslot-panel button.coinslot-button {
  font: inherit; font-weight: 500; color: var(--ink); background: var(--raised); border: 1px solid var(--line); border-radius: .5rem;
  min-height: 2.25rem; min-width: 2.25rem; padding: .25rem .75rem; cursor: pointer; display: inline-block;
}
.coinslot-panel button.coinslot-button:hover { border-color: var(--soft); }
.coinslot-panel button.coinslot-button:disabled { color: var(--soft); opacity: .6; cursor: default; }
.coinslot-panel :focus-visible { outline: 2px solid var(--warm); outline-offset: 2px; border-radius: .25rem; }
.coinslot-panel .coinslot-row { display: flex; flex-wrap: wrap; gap: .5rem; margin-block: .5rem; }
.coinslot-panel .coinslot-travelling { border: 1px solid var(--warm); border-radius: .5rem; padding: .5rem .75rem; margin-block: .75rem; background: #ffb45c1c; }
.coinslot-panel ul, .coinslot-panel ol { list-style: none; margin: 0; padding: 0; }
.coinslot-panel .coinslot-placements > li, .coinslot-panel .coinslot-log > li { border-block-start: 1px solid #ffffff14; padding-block: .4rem; }
.coinslot-panel summary { cursor: pointer; display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: baseline; list-style: none; }
.coinslot-panel summary::-webkit-details-marker { display: none; }
.coinslot-panel .coinslot-name { font-weight: 600; flex: 1; min-width: 6rem; }
.coinslot-panel .coinslot-outcome { flex-basis: 100%; color: var(--soft); }
.coinslot-panel .coinslot-outcome::before { content: '–'; display: inline-block; width: 1.1rem; color: var(--soft); }
.coinslot-panel .coinslot-shows .coinslot-outcome { color: var(--good); }
.coinslot-panel .coinslot-shows .coinslot-outcome::before { content: '✓'; color: var(--good); }
.coinslot-panel time { color: var(--soft); font-variant-numeric: tabular-nums; }
.coinslot-panel .coinslot-checks { margin-block: .4rem .2rem; }
.coinslot-panel .coinslot-checks b { font-weight: 600; display: block; margin-block-start: .4rem; }
.coinslot-panel .coinslot-checks li { padding-inline-start: 1.3rem; position: relative; color: var(--soft); }
.coinslot-panel .coinslot-checks li::before { content: '✓'; position: absolute; inset-inline-start: 0; color: var(--good); }
.coinslot-panel .coinslot-checks li.coinslot-failed { color: var(--ink); }
.coinslot-panel .coinslot-checks li.coinslot-failed::before { content: '✗'; color: var(--bad); }
.coinslot-panel .coinslot-bad { color: var(--bad); }
.coinslot-panel pre { margin: .25rem 0; padding: .6rem .75rem; border-radius: .5rem; background: #0c0d1e; white-space: pre-wrap; font: .8125rem/1.5 ui-monospace, Menlo, Consolas, monospace; user-select: text; }
.coinslot-panel .tp-rotv {
  --tp-base-background-color: transparent; --tp-base-font-family: Inter, system-ui, sans-serif; --tp-base-shadow-color: transparent;
  --tp-container-unit-size: 1.75rem; --tp-container-horizontal-padding: 0px; --tp-blade-value-width: 58%; --tp-blade-horizontal-padding: 0px;
  --tp-container-background-color: #1d1f3a; --tp-container-background-color-hover: #262848; --tp-container-background-color-focus: #2c2f55; --tp-container-background-color-active: #2c2f55;
  --tp-container-foreground-color: #f1eee8; --tp-label-foreground-color: #b4b2cf; --tp-input-foreground-color: #f1eee8;
  --tp-input-background-color: #0c0d1e; --tp-input-background-color-hover: #191b38; --tp-input-background-color-focus: #191b38; --tp-input-background-color-active: #191b38;
  --tp-button-background-color: #ffb45c; --tp-button-background-color-hover: #ffc680; --tp-button-background-color-focus: #ffc680; --tp-button-background-color-active: #ffd7a3;
  --tp-groove-foreground-color: #3a3c63;
  font-size: .8125rem; font-weight: 400; line-height: 1.3; width: 100%;
}
.coinslot-panel .tp-lblv { align-items: center; flex-wrap: wrap; padding-inline: .6rem; }
.coinslot-panel .tp-lblv_l { flex: 1 1 7rem; min-width: 0; padding-inline: 0 .4rem; }
.coinslot-panel .tp-lblv_v { flex: 1 1 10rem; min-width: 0; width: auto; }
.coinslot-panel .tp-fldv_b, .coinslot-panel .tp-rotv_b { padding-inline: .6rem 1.6rem; text-align: start; }
.coinslot-panel .tp-sldtxtv_t { flex: 0 0 6em; }
.coinslot-panel .tp-lblv .tp-txtv_i { padding-inline: .4rem; text-align: end; }
.coinslot-panel .tp-fldv { margin-block-end: .25rem; }
.coinslot-panel .tp-sldv_t:focus-visible, .coinslot-panel .tp-fldv_b:focus-visible { outline: 2px solid var(--warm); }
body:has(> .coinslot-panel) { padding-inline-end: min(24rem, 50vw); }
@media (max-width: 40rem) {
  body:has(> .coinslot-panel) { padding: 0 0 55dvh; }
  .coinslot-panel { inset-block: auto 0; width: 100vw; max-height: 55dvh; border-inline-start: 0; border-block-start: 1px solid var(--line); }
}
`;
