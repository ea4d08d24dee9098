/** Bars by uPlot, with the same figures as a table behind them. Colours are those of the page, light or dark. */
import uPlot from 'uplot';
import { h, scrolling, table } from './dom.ts';

export interface BarSeries {
  readonly name: string;
  readonly counts: readonly number[];
  /** Name of a custom property of the page's style, such as `--accent`. */
  readonly colour: string;
}

export interface BarsOptions {
  readonly id: string;
  readonly title: string;
  /** What is counted, and what the bars stand for: "sessions", "offers an hour of play". */
  readonly unit: string;
  readonly across: string;
  readonly labels: readonly string[];
  readonly series: readonly BarSeries[];
}

const HEIGHT_PX = 180;
/** What is counted comes in whole numbers. */
const WHOLE_STEPS = [1, 10, 100, 1_000, 10_000].flatMap((ten) => [1, 2, 5].map((digit) => digit * ten));

/** A figure that draws itself once it has a width, and again when that changes. */
export function bars(options: BarsOptions): HTMLElement {
  const { id, title, unit, across, labels, series } = options;
  const isEmpty = series.every(({ counts }) => counts.every((one) => one === 0));
  const plate = h(
    'div',
    { class: 'plate', 'aria-hidden': 'true' },
    isEmpty && h('p', { class: 'empty' }, 'Nothing yet.'),
  );
  let drawn: uPlot | undefined;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width <= 0 || isEmpty) return;
    if (drawn === undefined) drawn = draw(plate, width, options);
    else drawn.setSize({ width, height: HEIGHT_PX });
  }).observe(plate);
  const rows = labels.map((label, i) => [label, ...series.map(({ counts }) => String(counts[i] ?? 0))]);
  return h(
    'figure',
    { class: 'plot' },
    h('figcaption', {}, h('h3', {}, title), h('p', { class: 'hint' }, `${unit}, by ${across}`)),
    plate,
    series.length > 1 &&
      h(
        'ul',
        { class: 'legend', 'aria-hidden': 'true' },
        ...series.map(({ name }, i) => h('li', {}, h('span', { class: `swatch series-${i}` }), name)),
      ),
    h(
      'details',
      { id: `${id}-table` },
      h('summary', {}, `${title} as a table`),
      scrolling(title, table(title, [across, ...series.map(({ name }) => name)], rows)),
    ),
  );
}

function draw(plate: HTMLElement, width: number, { labels, series }: BarsOptions): uPlot {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const remPx = Number.parseFloat(style.fontSize) || 16;
  const font = `${Math.round(remPx * 0.75)}px ${getComputedStyle(document.body).fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    font,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const share = 0.76 / series.length;
  return new uPlot(
    {
      width,
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => [-0.6, labels.length - 0.4] },
        y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] },
      },
      axes: [
        {
          ...axis,
          size: remPx * 1.8,
          grid: { show: false },
          splits: () => everyNth(labels.length, width, remPx),
          values: (_, splits) => splits.map((at) => labels[at] ?? ''),
        },
        { ...axis, size: remPx * 2.4, incrs: WHOLE_STEPS },
      ],
      series: [
        {},
        ...series.map(({ colour: name }, i): uPlot.Series => ({
          fill: colour(name),
          stroke: colour(name),
          width: 0,
          points: { show: false },
          paths: uPlot.paths.bars!({
            size: [share, 60],
            align: series.length === 1 ? 0 : i === 0 ? -1 : 1,
            radius: 0.15,
          }),
        })),
      ],
    },
    [labels.map((_, i) => i), ...series.map(({ counts }) => [...counts])],
    plate,
  );
}

/** As many labels as there is room for. */
function everyNth(count: number, widthPx: number, remPx: number): number[] {
  const nth = Math.max(1, Math.ceil(count / Math.max(2, widthPx / (remPx * 3.6))));
  return Array.from({ length: Math.ceil(count / nth) }, (_, i) => i * nth);
}
