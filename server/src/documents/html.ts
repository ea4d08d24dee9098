/** A sheet as a whole page: printable, without scripts and without anything fetched. Everything put in is escaped. */
import { createHash } from 'node:crypto';
import { STYLE } from './style.ts';
import type { Sheet, SheetCell, SheetFact, SheetSection, SheetSums, SheetTable } from './types.ts';

/** What such a page may be served under: its own style by hash, nothing else. */
export const DOCUMENT_CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** UTF-8 bytes of the page. */
export function sheetHtml(sheet: Sheet): Uint8Array {
  const { kind, title, number, issuerName, testMark, headline, facts, sections, notes } = sheet;
  return new TextEncoder().encode(`<!doctype html>
<html lang="${escaped(sheet.locale)}" dir="${sheet.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(`${kind} ${number}`)}</title>
<style>${STYLE}</style>
</head>
<body>
${testMark === undefined ? '' : `<aside class="test">${escaped(testMark)}</aside>`}
<main>
<header>
<p class="issuer"><bdi>${escaped(issuerName)}</bdi></p>
<h1><span class="kind">${escaped(kind)}</span> ${escaped(title)}</h1>
</header>
<div class="top">
<section class="headline">
<h2>${escaped(headline.label)}</h2>
<p class="figure">${escaped(headline.figure)}</p>
${headline.texts.map((text) => `<p>${escaped(text)}</p>`).join('\n')}
</section>
<dl class="facts">
${facts.map(factHtml).join('\n')}
</dl>
</div>
${sections.map(sectionHtml).join('\n')}
<footer>
${notes.map((note) => `<p>${escaped(note)}</p>`).join('\n')}
</footer>
</main>
</body>
</html>
`);
}

function factHtml({ label, value, isCode }: SheetFact): string {
  return `<div><dt>${escaped(label)}</dt><dd${isCode === true ? ' class="code"' : ''}><bdi>${escaped(value)}</bdi></dd></div>`;
}

function sectionHtml(section: SheetSection, place: number): string {
  const inner = section.kind === 'sums' ? sumsHtml(section) : tableHtml(section, `section-${place}`);
  return `<section class="${section.kind}">
<h2 id="section-${place}">${escaped(section.title)}</h2>
${inner}
</section>`;
}

function sumsHtml({ rows }: SheetSums): string {
  const items = rows.map(
    ({ label, figure, isTotal }) =>
      `<div${isTotal === true ? ' class="total"' : ''}><dt>${escaped(label)}</dt><dd class="figure">${escaped(figure)}</dd></div>`,
  );
  return `<dl>\n${items.join('\n')}\n</dl>`;
}

function tableHtml({ columns, rows, empty, note }: SheetTable, labelledBy: string): string {
  if (rows.length === 0) return `<p class="empty">${escaped(empty)}</p>`;
  const heads = columns.map(({ name, isFigure }) => `<th scope="col"${figureClass(isFigure)}>${escaped(name)}</th>`);
  const lines = rows.map((row) => {
    const cells = row.map((cell, i) => cellHtml(cell, columns[i]?.name ?? '', columns[i]?.isFigure));
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table aria-labelledby="${labelledBy}">
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
${lines.join('\n')}
</tbody>
</table>
${note === undefined ? '' : `<p class="empty">${escaped(note)}</p>`}`;
}

function cellHtml({ text, sub, isCode }: SheetCell, name: string, isFigure: boolean | undefined): string {
  const classes = [isFigure === true ? 'figure' : '', isCode === true ? 'code' : '', text === '' ? 'blank' : ''];
  const below = sub === undefined ? '' : `<small><bdi>${escaped(sub)}</bdi></small>`;
  return `<td class="${classes.filter(Boolean).join(' ')}" data-name="${escaped(name)}"><span><bdi>${escaped(text)}</bdi>${below}</span></td>`;
}

const figureClass = (isFigure: boolean | undefined): string => (isFigure === true ? ' class="figure"' : '');

/** As text and inside quotes. What would turn the direction of what follows is kept inside by `bdi`; controls are shown as a space. */
const escaped = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
