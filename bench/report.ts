/** What a measurement gives, and how it is printed and kept. */
import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';

export interface Figure {
  readonly name: string;
  /** Whole or decimal, in `unit`. */
  readonly value: number;
  readonly unit: 'ms' | 'us' | 'B' | 'kB' | 'x' | '/s' | '%' | 's' | 'MiB';
  /** At most this, in the same unit. */
  readonly goal?: number;
  /** At least this, in the same unit. */
  readonly atLeast?: number;
}

export interface Part {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  /** What one must know to read the figures, a sentence each. */
  readonly notes: readonly string[];
}

interface KeptPart extends Part {
  readonly machine: string;
  readonly date: string;
}

export const meets = ({ value, goal, atLeast }: Figure): boolean =>
  (goal === undefined || value <= goal) && (atLeast === undefined || value >= atLeast);

/** The table on the terminal. */
export function printPart({ title, figures, notes }: Part): void {
  const rows = [['', 'measured', 'goal'], ...figures.map(cellsOf)];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  console.log(`\n${title}`);
  for (const [name, measured, goal] of rows)
    console.log(
      `  ${name!.padEnd(widths[0]!)}  ${measured!.padStart(widths[1]!)}  ${goal!.padEnd(widths[2]!)}`.trimEnd(),
    );
  for (const note of notes) console.log(`  - ${note}`);
}

/** Keeps a part as JSON, and writes the summary of all kept parts anew. */
export function keepPart(folder: string, part: Part, nowMs: number): void {
  mkdirSync(folder, { recursive: true });
  const kept: KeptPart = { ...part, machine: machineWords(), date: new Date(nowMs).toISOString().slice(0, 10) };
  writeFileSync(join(folder, `${part.name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}

/** `summary.md`: every kept part, in the order of `names`. */
export function summarise(folder: string, names: readonly string[]): void {
  const parts = names.map((name) => join(folder, `${name}.json`)).filter((path) => existsSync(path));
  const sections = parts.map((path) => sectionOf(JSON.parse(readFileSync(path, 'utf8')) as KeptPart));
  const head = '# Measurements\n\nWritten by `npm run bench`; `bench/README.md` says how to read them.\n';
  writeFileSync(join(folder, 'summary.md'), [head, ...sections].join('\n'));
}

function sectionOf({ title, figures, notes, machine, date }: KeptPart): string {
  const rows = figures.map((figure) => `| ${cellsOf(figure).join(' | ')} |`);
  return [
    `## ${title}`,
    '',
    `${date}, ${machine}`,
    '',
    '| | measured | goal |',
    '|---|---:|---|',
    ...rows,
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ].join('\n');
}

function cellsOf(figure: Figure): [string, string, string] {
  const { name, value, unit, goal, atLeast } = figure;
  const bounds = [
    ...(goal === undefined ? [] : [`<= ${inUnit(goal, unit)}`]),
    ...(atLeast === undefined ? [] : [`>= ${inUnit(atLeast, unit)}`]),
  ];
  return [name, inUnit(value, unit), `${bounds.join(', ')}${meets(figure) ? '' : '  MISSED'}`];
}

const DECIMALS: Readonly<Record<Figure['unit'], number>> = {
  ms: 2,
  us: 1,
  B: 0,
  kB: 1,
  x: 3,
  '/s': 0,
  '%': 1,
  s: 1,
  MiB: 0,
};

/** Below a hundredth the decimals that are left say nothing: then three digits that count. */
function inUnit(value: number, unit: Figure['unit']): string {
  const isTiny = unit === 'ms' && value !== 0 && Math.abs(value) < 0.1;
  return `${isTiny ? value.toFixed(4) : value.toFixed(DECIMALS[unit])} ${unit === 'x' ? '' : unit}`.trimEnd();
}

function machineWords(): string {
  const model = (cpus()[0]?.model ?? 'unknown processor').replace(/\s+/g, ' ').trim();
  return `${availableParallelism()} cores (${model}), ${process.platform} ${process.arch}, Node ${process.version}`;
}

/** The value below which that share of the values lies; nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);
