/** The pieces that pages are made of: cards, facts, tables, states, notes. */
import { html, join, type Html, type Part } from './html.ts';

/** A card under its title; `id` names it for its heading. */
export function card(id: string, title: string, body: Html, head?: Html): Html {
  return html`<section class="card" aria-labelledby="${id}-title">
    ${
      head === undefined
        ? html`<h2 id="${id}-title">${title}</h2>`
        : html`<div class="card-head">
            <h2 id="${id}-title">${title}</h2>
            ${head}
          </div>`
    }
    ${body}
  </section>`;
}

export type Fact = readonly [name: string, value: Part] | undefined | false;

export function facts(list: readonly Fact[], className = 'facts'): Html {
  const rows = list.flatMap((one) =>
    one
      ? [
          html`<dt>${one[0]}</dt>
            <dd>${one[1]}</dd>`,
        ]
      : [],
  );
  return html`<dl class="${className}">${rows}</dl>`;
}

/** Name and figure, and a smaller word under it. */
export type Tile = readonly [name: string, value: Part, under?: Part] | undefined | false;

export function tiles(list: readonly Tile[]): Html {
  const rows = list.flatMap((one) =>
    one
      ? [
          html`<div class="tile">
            <dt>${one[0]}</dt>
            <dd>${one[1]}</dd>
            ${one[2] !== undefined && one[2] !== false && html`<dd class="hint">${one[2]}</dd>`}
          </div>`,
        ]
      : [],
  );
  return html`<dl class="tiles">${rows}</dl>`;
}

export interface Column {
  readonly name: string;
  /** Figures stand at the end of their column. */
  readonly figure?: boolean;
  /** The name is for those who do not see the table. */
  readonly unseen?: boolean;
}

export interface TableOptions {
  /** Said before the table; `undefined` where a heading names it. */
  readonly caption?: string;
  /** Id of the heading that names it. */
  readonly labelledBy?: string;
  readonly foot?: readonly Part[];
}

/** A table whose first column heads its rows. On a phone each row is an entry, each cell under its column's name. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Part[])[],
  options: TableOptions = {},
): Html {
  const { caption, labelledBy, foot } = options;
  const heads = columns.map(({ name, figure, unseen }) => {
    const inner = unseen === true ? html`<span class="unseen">${name}</span>` : html`${name}`;
    return html`<th scope="col" ${figure === true && html`class="figure"`}>${inner}</th>`;
  });
  const line = (cells: readonly Part[]): Html =>
    html`<tr>
      ${join(cells.map((cell, i) => cellOf(cell, columns[i], i)))}
    </tr>`;
  return html`<div class="wide">
    <table class="folds" ${labelledBy !== undefined && html`aria-labelledby="${labelledBy}"`}>
      ${
        caption !== undefined &&
        html`<caption>
          ${caption}
        </caption>`
      }
      <thead>
        <tr>
          ${join(heads)}
        </tr>
      </thead>
      <tbody>
        ${join(rows.map(line))}
      </tbody>
      ${
        foot !== undefined &&
        html`<tfoot>
          ${line(foot)}
        </tfoot>`
      }
    </table>
  </div>`;
}

function cellOf(cell: Part, column: Column | undefined, i: number): Html {
  const kind = column?.figure === true ? html`class="figure"` : undefined;
  if (i === 0) return html`<th scope="row" ${kind}><span class="cell">${cell}</span></th>`;
  if (cell === undefined || cell === '' || cell === false) return html`<td ${kind}></td>`;
  const label = column?.unseen === true ? undefined : html`data-label="${column?.name ?? ''}"`;
  return html`<td ${kind} ${label}><span class="cell">${cell}</span></td>`;
}

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

/** A word for how something stands; the shape of its dot says as much as its colour. */
export const state = (tone: Tone, text: string): Html => html`<span class="state ${tone}">${text}</span>`;

/** `alert` for what went wrong, `status` for what went well; read out as the page comes. */
export const note = (tone: Exclude<Tone, 'plain'>, text: Part, more?: Part): Html =>
  html`<div class="note ${tone}" role="${tone === 'bad' ? 'alert' : 'status'}">
    <p><strong>${text}</strong></p>
    ${more !== undefined && more !== false && more !== '' && html`<p>${more}</p>`}
  </div>`;

/** The same without being read out: what simply is so. */
export const remark = (tone: Exclude<Tone, 'plain'>, text: Part, more?: Part): Html =>
  html`<div class="note ${tone}">
    <p><strong>${text}</strong></p>
    ${more !== undefined && more !== false && more !== '' && html`<p>${more}</p>`}
  </div>`;

/** Findings and names, one a line, inside a note. */
export const listed = (items: readonly string[]): Html =>
  html`${items.map((one) => html`<span class="code">${one}</span><br />`)}`;

export const empty = (text: string): Html => html`<p class="empty">${text}</p>`;

export const code = (text: string): Html => html`<span class="code">${text}</span>`;

/** How much of something: 0 ... 1000, in thousandths. Decoration beside its figures. */
export function meter(thousandths: number): Html {
  const filled = Math.max(0, Math.min(1000, thousandths));
  return html`<svg class="meter" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="1000" height="10" />
    <rect class="fill" width="${filled}" height="10" />
  </svg>`;
}

/** Thousandths of a whole, without floats on money. */
export const thousandthsOf = (part: bigint, whole: bigint): number =>
  whole <= 0n ? 0 : Number((part * 1000n) / whole);
