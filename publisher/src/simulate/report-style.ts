/** How the report looks: calm, light and dark, and on paper. Of one family with the wallet's and the server's pages. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f3ee; --surface: #ffffff; --ink: #1b1f27; --muted: #5a6170; --line: #e2dfd6;
  --accent: #0e6757; --soft: #cfe6de; --trough: #eeece5; --mark: #8a5207;
  --good: #17663a; --good-soft: #e2f3e6; --danger: #a32a22; --danger-soft: #fdecea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12151a; --surface: #1b1f26; --ink: #edeae3; --muted: #a5abb8; --line: #313742;
    --accent: #63cfb8; --soft: #24554b; --trough: #262c36; --mark: #f0b65a;
    --good: #82dba1; --good-soft: #15331f; --danger: #ff9c92; --danger-soft: #3d1c19;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 Inter, system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 68rem; margin: 0 auto; padding: clamp(1.25rem, 4vw, 3rem) clamp(1rem, 3vw, 2rem) 4rem; }
h1 { font-size: clamp(1.5rem, 1.2rem + 1.4vw, 2.1rem); line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.015em; }
h2 { font-size: 1.2rem; margin: 2.75rem 0 .75rem; letter-spacing: -.01em; }
h3 { font-size: .95rem; margin: 0 0 .5rem; font-weight: 600; }
p { margin: 0 0 .75rem; max-width: 46rem; }
.quiet { color: var(--muted); }
a { color: var(--accent); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.75rem 0 0; padding: 0; list-style: none; }
.tiles li, .card { background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.1rem; }
.tiles b { display: block; font-size: 1.6rem; line-height: 1.25; font-weight: 650; letter-spacing: -.02em; }
.tiles span { color: var(--muted); font-size: .875rem; }
.grid2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: .75rem; }
.card { break-inside: avoid; min-width: 0; }
.card svg { display: block; width: 100%; max-width: 34rem; height: auto; }
.rails { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
.rails li { border-radius: .6rem; padding: .6rem .9rem; background: var(--good-soft); color: var(--good); overflow-wrap: anywhere; }
.rails li.broken { background: var(--danger-soft); color: var(--danger); }
.rails b { font-weight: 650; }
.scroll { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { text-align: start; padding: .9rem .75rem .25rem; font-weight: 600; }
th, td { padding: .45rem .6rem; text-align: end; white-space: nowrap; border-top: 1px solid var(--line); }
thead th, thead td { color: var(--muted); font-weight: 500; border-top: 0; font-size: .875rem; }
th[scope=row], thead th:first-child, .words { text-align: start; font-weight: 500; }
td.words { white-space: normal; min-width: 18rem; color: var(--muted); font-weight: 400; }
pre { margin: 0; padding: .9rem 1.1rem; background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; white-space: pre-wrap; font: .875rem/1.5 ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace; }
ul.plain { margin: 0 0 .75rem; padding-inline-start: 1.2rem; }
svg text { fill: var(--ink); font-size: 12px; }
svg .tick, svg .axis, svg .note { fill: var(--muted); }
svg .axis { font-size: 11.5px; }
svg .mark { fill: var(--mark); font-weight: 600; font-size: 11.5px; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .bar { fill: var(--accent); }
svg .trough { fill: var(--trough); }
svg .marker { stroke: var(--mark); stroke-width: 1.5; stroke-dasharray: 3 3; }
svg .line { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
svg .dot { fill: var(--accent); }
svg .band { fill: var(--soft); }
@media (max-width: 40rem) { svg text, svg .axis, svg .mark { font-size: 14px; } }
@media print {
  :root { --ground: #fff; --surface: #fff; --ink: #000; --muted: #444; --line: #ccc; --accent: #0e6757; --soft: #cfe6de; --trough: #eee; --mark: #8a5207; --good: #17663a; --good-soft: #fff; --danger: #a32a22; --danger-soft: #fff; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  .grid2 { grid-template-columns: 1fr 1fr; }
  .tiles li, .card, .scroll, pre { border-radius: 0; }
  .scroll { overflow: visible; }
  th, td { padding: .25rem .4rem; white-space: normal; }
  thead { display: table-header-group; }
  tr, .rails li { break-inside: avoid; }
  * { print-color-adjust: exact; }
}
`;
