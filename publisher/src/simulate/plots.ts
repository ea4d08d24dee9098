/** Plots as SVG text: no script, colours by the page's CSS, every one with its words for who does not see it. */

/** Text as it may stand in HTML and SVG; a share keeps its sign on the line. */
export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(' %', '\u00a0%');

const WIDTH = 440;
const LEFT = 44;
const RIGHT = 12;
const TOP = 22;
const BOTTOM = 40;
const INNER = WIDTH - LEFT - RIGHT;

const fixed = (value: number): string => String(Math.round(value * 10) / 10);

function frame(height: number, label: string, body: readonly string[]): string {
  const open = `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(label)}">`;
  return [open, ...body, '</svg>'].join('\n');
}

const text = (x: number, y: number, words: string, kind: string, anchor = 'middle'): string =>
  `<text x="${fixed(x)}" y="${fixed(y)}" class="${kind}" text-anchor="${anchor}">${escaped(words)}</text>`;

/** The least of 1, 2, 5 times a power of ten that cuts `most` into at most `parts`. */
export function niceStep(most: number, parts: number): number {
  const rough = Math.max(most, 1e-9) / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((one) => one * power >= rough * 0.999_999) ?? 10) * power;
}

/** Lines across with their values at the left; gives the place of a value. */
function upright(
  most: number,
  height: number,
  label: (value: number) => string,
): [string[], (value: number) => number] {
  const step = niceStep(most, 4);
  const top = Math.max(step, Math.ceil(most / step - 1e-9) * step);
  const y = (value: number): number => TOP + (height - TOP - BOTTOM) * (1 - value / top);
  const lines: string[] = [];
  for (let i = 0; i * step <= top * 1.000_001; i++) {
    const at = y(i * step);
    lines.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(at)}" y2="${fixed(at)}" class="grid"/>`);
    lines.push(text(LEFT - 6, at + 4, label(i * step), 'tick', 'end'));
  }
  return [lines, y];
}

export interface Marker {
  readonly value: number;
  readonly label: string;
}

export interface Histogram {
  /** For who does not see it. */
  readonly label: string;
  /** Shares 0 ... 1, one a bar. */
  readonly shares: readonly number[];
  /** Under the axis: at the edges between bars, or under the middle of each bar. */
  readonly ticks: 'edges' | 'bars';
  /** Of the edge or bar at an index; an empty one is left out. */
  readonly tick: (index: number) => string;
  readonly across: string;
  /** In bars from the left: 2.5 is the middle of the third. */
  readonly markers?: readonly Marker[];
}

const HEIGHT = 220;
const LABEL_GAP = 34;

/** Bars of shares. */
export function histogram({ label, shares, ticks, tick, across, markers = [] }: Histogram): string {
  const [grid, y] = upright(Math.max(...shares, 0.01), HEIGHT, (value) => `${fixed(100 * value)}%`);
  const each = INNER / shares.length;
  const gap = Math.min(3, each * 0.12);
  const bars = shares.map((share, i) => bar(LEFT + i * each + gap / 2, y(share), each - gap, y(0) - y(share)));
  const count = ticks === 'edges' ? shares.length + 1 : shares.length;
  const words = Array.from({ length: count }, (_, i) => {
    const x = LEFT + each * (ticks === 'edges' ? i : i + 0.5);
    return tick(i) === '' ? '' : text(x, HEIGHT - BOTTOM + 16, tick(i), 'tick');
  });
  let lastX = -Infinity;
  const marked = markers.flatMap(({ value, label: name }) => {
    const x = LEFT + each * Math.min(value, shares.length);
    const isFree = x - lastX >= LABEL_GAP;
    if (isFree) lastX = x;
    const line = `<line x1="${fixed(x)}" x2="${fixed(x)}" y1="${TOP - 4}" y2="${fixed(y(0))}" class="marker"/>`;
    return isFree ? [line, text(Math.min(x, WIDTH - RIGHT - 8), TOP - 8, name, 'mark')] : [line];
  });
  return frame(HEIGHT, label, [
    ...[...grid, ...bars, ...words.filter((one) => one !== ''), ...marked],
    text(LEFT + INNER / 2, HEIGHT - 6, across, 'axis'),
  ]);
}

/** Rounded at the top, flat on the axis. */
function bar(x: number, y: number, width: number, height: number): string {
  if (height < 0.05) return '';
  const r = Math.min(3, width / 2, height);
  const path = `M${fixed(x)} ${fixed(y + height)}V${fixed(y + r)}q0 -${fixed(r)} ${fixed(r)} -${fixed(r)}h${fixed(width - 2 * r)}q${fixed(r)} 0 ${fixed(r)} ${fixed(r)}V${fixed(y + height)}z`;
  return `<path d="${path}" class="bar"/>`;
}

export interface Days {
  readonly label: string;
  /** A value for each day; `null`: nobody played. */
  readonly values: readonly (number | null)[];
  readonly across: string;
  readonly value: (value: number) => string;
}

/** A line over the days. */
export function dayPlot({ label, values, across, value }: Days): string {
  const [grid, y] = upright(Math.max(0.01, ...values.map((one) => one ?? 0)), HEIGHT, value);
  const x = (day: number): number => LEFT + (INNER * (day + 0.5)) / values.length;
  const points = values.flatMap((one, day) => (one === null ? [] : [`${fixed(x(day))} ${fixed(y(one))}`]));
  const every = Math.max(1, niceStep(values.length, 8));
  const ticks = values.flatMap((_, day) =>
    day === 0 || (day + 1) % every === 0 ? [text(x(day), HEIGHT - BOTTOM + 16, String(day + 1), 'tick')] : [],
  );
  const dots = points.map((one) => `<circle cx="${one.replace(' ', '" cy="')}" r="2.4" class="dot"/>`);
  return frame(HEIGHT, label, [
    ...[...grid, `<polyline points="${points.join(' ')}" class="line"/>`, ...dots, ...ticks],
    text(LEFT + INNER / 2, HEIGHT - 6, across, 'axis'),
  ]);
}

export interface Ranges {
  readonly label: string;
  readonly across: string;
  readonly rows: readonly {
    readonly name: string;
    readonly p10: number;
    readonly p50: number;
    readonly p90: number;
  }[];
}

const ROW = 30;
const NAMES = 100;

/** One row for each: a band from p10 to p90 with p50 on it. */
export function rangePlot({ label, across, rows }: Ranges): string {
  const most = Math.max(0.01, ...rows.map((one) => one.p90));
  const step = niceStep(most, 5);
  const top = Math.max(step, Math.ceil(most / step - 1e-9) * step);
  const height = TOP + rows.length * ROW + BOTTOM - 6;
  const x = (value: number): number => NAMES + (WIDTH - NAMES - RIGHT - 6) * (value / top);
  const grid: string[] = [];
  for (let i = 0; i * step <= top * 1.000_001; i++) {
    const at = fixed(x(i * step));
    grid.push(`<line x1="${at}" x2="${at}" y1="${TOP - 8}" y2="${TOP + rows.length * ROW}" class="grid"/>`);
    grid.push(text(x(i * step), TOP + rows.length * ROW + 15, fixed(i * step), 'tick'));
  }
  const bands = rows.flatMap(({ name, p10, p50, p90 }, i) => {
    const y = TOP + i * ROW + ROW / 2 - 4;
    const width = Math.max(2, x(p90) - x(p10));
    return [
      text(NAMES - 10, y + 4, name, 'name', 'end'),
      `<rect x="${fixed(x(p10))}" y="${fixed(y - 6)}" width="${fixed(width)}" height="12" rx="6" class="band"/>`,
      `<circle cx="${fixed(x(p50))}" cy="${fixed(y)}" r="5" class="dot"/>`,
    ];
  });
  return frame(height, label, [...grid, ...bands, text((NAMES + WIDTH) / 2, height - 4, across, 'axis')]);
}

export interface Funnel {
  readonly label: string;
  readonly steps: readonly { readonly name: string; readonly count: number; readonly note: string }[];
}

/** One bar for each step, as long as its share of the first; small ones can still be read by their numbers. */
export function funnelPlot({ label, steps }: Funnel): string {
  const most = Math.max(1, ...steps.map((one) => one.count));
  const names = 84;
  const numbers = 128;
  const height = steps.length * 26 + 6;
  const rows = steps.flatMap(({ name, count, note }, i) => {
    const y = i * 26 + 4;
    const width = Math.max(count === 0 ? 0 : 1.5, ((WIDTH - names - numbers) * count) / most);
    return [
      text(names - 8, y + 14, name, 'name', 'end'),
      `<rect x="${names}" y="${y}" width="${fixed(WIDTH - names - numbers)}" height="20" rx="3" class="trough"/>`,
      `<rect x="${names}" y="${y}" width="${fixed(width)}" height="20" rx="3" class="bar step-${i}"/>`,
      text(WIDTH - numbers + 8, y + 14, note, 'note', 'start'),
    ];
  });
  return frame(height, label, rows);
}
