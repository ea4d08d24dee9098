/** The style of a document's page, screen and paper. A text of its own, so that a policy can name it by its hash. */
export const STYLE = `
:root{--ink:#16202e;--soft:#56616f;--line:#d7dde4;--band:#f3f6f9;--deep:#123a5c;--accent:#0b6b57;--paper:#fff}
*{box-sizing:border-box}
body{margin:0;background:#e9edf1;color:var(--ink);font:15px/1.5 Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%}
main{max-width:60rem;margin:2rem auto;padding:3rem 3.5rem;background:var(--paper);box-shadow:0 1px 3px #16202e26,0 8px 32px #16202e14;border-radius:4px}
p,h1,h2,dl,dd{margin:0}
header{display:flex;flex-wrap:wrap;gap:.5rem 2rem;align-items:baseline;justify-content:space-between;padding-bottom:1.25rem;border-bottom:3px solid var(--deep)}
.issuer{font-weight:600;color:var(--deep);font-size:1.05rem;overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;font-weight:600;letter-spacing:-.01em}
.kind{color:var(--soft);font-weight:400}
.top{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:2rem 3rem;margin:2rem 0 2.5rem}
.headline{align-self:start;padding:1.5rem;background:var(--band);border-inline-start:4px solid var(--accent);border-radius:2px}
.headline h2{font-size:.85rem;font-weight:600;color:var(--soft);margin:0}
.headline .figure{font-size:2.1rem;line-height:1.25;font-weight:600;margin:.15rem 0 .6rem;text-align:start;overflow-wrap:anywhere}
.headline p+p{margin-top:.4rem}
.facts{display:grid;gap:.35rem;align-content:start}
.facts div{display:grid;grid-template-columns:7.5rem minmax(0,1fr);gap:1rem}
dt{color:var(--soft)}
.facts dd{overflow-wrap:anywhere}
.code{font-family:ui-monospace,"Cascadia Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.86em;overflow-wrap:anywhere}
.figure{font-variant-numeric:tabular-nums;text-align:end}
section h2{font-size:1.1rem;font-weight:600;margin:2.25rem 0 .6rem}
.sums dl{border-top:1px solid var(--line);max-width:34rem}
.sums dl div{display:flex;justify-content:space-between;gap:2rem;padding:.4rem 0;border-bottom:1px solid var(--line)}
.sums dt{color:var(--ink)}
.sums dd{white-space:nowrap}
.sums .total{font-weight:600;border-top:2px solid var(--ink);border-bottom:0;margin-top:-1px}
table{width:100%;border-collapse:collapse;font-size:.93rem}
th{font-weight:600;color:var(--soft);font-size:.82rem;text-align:start;border-bottom:2px solid var(--ink);padding:.4rem .75rem .4rem 0;vertical-align:bottom}
td{padding:.5rem .75rem .5rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th:last-child,td:last-child{padding-inline-end:0}
th.figure,td.figure{text-align:end}
td.figure{white-space:nowrap}
small{display:block;font-size:.86em;color:var(--soft);font-family:inherit}
.empty,footer{color:var(--soft)}
.empty{margin-top:.75rem}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.85rem}
.test{margin:0;padding:.6rem 1rem;text-align:center;font-weight:600;color:#5c3d00;background:#ffe9b8}
@media (max-width:44rem){
main{margin:0;padding:1.5rem 1.1rem 2.5rem;box-shadow:none;border-radius:0}
body{background:var(--paper)}
.top{grid-template-columns:minmax(0,1fr);gap:1.5rem;margin:1.5rem 0 2rem}
.headline{padding:1.1rem}
.headline .figure{font-size:1.8rem}
.facts div{grid-template-columns:minmax(0,1fr);gap:0}
.facts{gap:.6rem}
.sums dl div{gap:1rem}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,td{display:block}
tr{padding:.7rem 0;border-bottom:1px solid var(--line)}
td,td.figure{padding:.1rem 0;border:0}
td:first-child{font-weight:600}
td.figure{display:flex;justify-content:space-between;gap:1.25rem;white-space:normal}
td.figure::before{content:attr(data-name);color:var(--soft);flex:none}
small{font-weight:400}
td.blank{display:none}
}
@media print{
@page{size:A4;margin:16mm 15mm 18mm}
body{background:none;font-size:9.5pt}
main{margin:0;padding:0;max-width:none;box-shadow:none}
.headline{border:1px solid var(--line);border-inline-start:4px solid var(--accent)}
thead{display:table-header-group}
tr,.sums,.headline{break-inside:avoid}
h2{break-after:avoid}
.test{border:2px solid #5c3d00}
}
`;
