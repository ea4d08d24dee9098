/**
 * Plots, drawn here as SVG: bars for the days of a month. What a plot shows stands in words in its description, and in figures in
 * the table under it; time runs from left to right in every language.
 */
import { html, join, type Html } from './html.ts';

export interface PlotDay {
  /** `1 Mar`. */
  readonly label: string;
  readonly value: bigint;
  /** The value in words. */
  readonly text: string;
}

export interface PlotOptions {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What there is to see, in a sentence. */
  readonly description: string;
  /** How an amount on the scale is written. */
  readonly scaleText: (value: bigint) => string;
}

const SLOT = 20;
const BAR = 14;
const HEIGHT = 200;
const LINES = 4n;

export function dayPlot(days: readonly PlotDay[], options: PlotOptions): Html {
  const { id, title, description, scaleText } = options;
  const top = niceTop(days.reduce((most, { value }) => (value > most ? value : most), 0n));
  const width = days.length * SLOT;
  const marks = Array.from({ length: Number(LINES) + 1 }, (_, i) => BigInt(i));
  const lines = marks.map((i) => {
    const y = HEIGHT - Number((i * BigInt(HEIGHT)) / LINES);
    return html`<line class="grid" x1="0" x2="${width}" y1="${y}" y2="${y}" />`;
  });
  const bars = days.map(({ value, label, text }, i) => {
    const height = value <= 0n ? 0 : Math.max(2, Number((value * BigInt(HEIGHT)) / top));
    return html`<rect
      class="bar"
      x="${i * SLOT + (SLOT - BAR) / 2}"
      y="${HEIGHT - height}"
      width="${BAR}"
      height="${height}"
      rx="2"
      ><title>${label}: ${text}</title></rect
    >`;
  });
  const scale = [...marks].reverse().map((i) => html`<span>${scaleText((top * i) / LINES)}</span>`);
  const middle = days[Math.floor((days.length - 1) / 2)];
  return html`<figure class="plot" dir="ltr">
    <div class="scale" aria-hidden="true">${join(scale)}</div>
    <svg
      viewBox="0 0 ${width} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-labelledby="${id}-title ${id}-desc"
    >
      <title id="${id}-title">${title}</title>
      <desc id="${id}-desc">${description}</desc>
      ${join(lines)} ${join(bars)}
    </svg>
    <div class="days" aria-hidden="true">
      <span>${days[0]?.label}</span><span>${middle?.label}</span><span>${days[days.length - 1]?.label}</span>
    </div>
  </figure>`;
}

/** The smallest of 4, 8, 20, 40, 80, 200 ... that is not below the most, so that quarters of it are whole. */
export function niceTop(most: bigint): bigint {
  for (let decade = 1n; ; decade *= 10n)
    for (const step of [4n, 8n, 20n]) if (step * decade >= most) return step * decade;
}
