/** `coinslot placements boundaries`: where the game's code comes to a boundary, held against `placements.yaml`. */
import { relative } from 'node:path';
import type { Command } from 'commander';
import { compareBoundaries, type Comparison, type Mismatch } from '../boundaries/compare.ts';
import { findBoundaries, type CodeBoundary } from '../boundaries/find.ts';
import { readSources, type Sources } from '../boundaries/sources.ts';
import { readOffers } from '../offers/read.ts';
import { compilePlacements, readPlacements } from '../placements/compile.ts';
import { readText } from '../studio/files.ts';
import { filesOf, say, warn, type FileOptions } from './terminal.ts';

type Options = FileOptions & { json?: boolean; strict?: boolean };

/** Adds the command to its group. */
export function registerBoundaries(placements: Command): void {
  placements
    .command('boundaries')
    .description(
      'list the boundaries in the code of a game, and what placements.yaml and the code do not have in common',
    )
    .argument('<source>', 'folder of the sources of the game, TypeScript or JavaScript')
    .argument('[folder]', 'folder of the studio', '.')
    .option('--offers <file>', 'default: offers.yaml')
    .option('--placements <file>', 'default: placements.yaml')
    .option('--json', 'for programs')
    .option('--strict', 'end with 1 where they differ')
    .action(boundaries);
}

function boundaries(source: string, folder: string, { json, strict, ...named }: Options): void {
  const files = filesOf(folder, named);
  const text = readText(files.placements);
  const file = compilePlacements(files.placements, text, readOffers(files.offers, readText(files.offers)));
  const sources = readSources(source);
  const found = findBoundaries(sources.sources);
  const comparison = compareBoundaries(found, file, readPlacements(files.placements, text).source);
  if (json === true) say(JSON.stringify({ boundaries: found, ...comparison, unread: sources.unread }, null, 2));
  else tell(source, sources, found, comparison);
  if (strict === true && comparison.mismatches.length > 0) process.exitCode = 1;
}

function tell(source: string, { unread }: Sources, found: readonly CodeBoundary[], compared: Comparison): void {
  const placeOf = ({ file, line }: CodeBoundary): string => `${relative(source, file)}:${line}`;
  const { placements, mismatches } = compared;
  say(`in ${source}:`);
  say(...table(found.map((one) => [`  ${one.call}`, nameIn(one), factsIn(one), placeOf(one)])));
  say('', 'placements:');
  say(
    ...table(
      placements.map(({ name, from, standing }) => [`  ${name}`, STANDINGS[standing], from.map(placeOf).join(', ')]),
    ),
  );
  say('', mismatches.length === 0 ? 'nothing differs' : `${mismatches.length} that differ:`);
  say(...mismatches.flatMap(linesOf));
  warn(...unread.map(({ path, why }) => `warning: ${path}: cannot be read: ${why}`));
}

const STANDINGS: Readonly<Record<Comparison['placements'][number]['standing'], string>> = {
  reached: 'reached from',
  'by-itself': 'comes by itself',
  unread: 'perhaps reached, by a name that cannot be read',
  unreached: 'not reached',
};

function nameIn({ names, written, level }: CodeBoundary): string {
  if (names === undefined) return `cannot be read: ${written}`;
  return `${names.join(' or ')}${level === undefined ? '' : ` ${level}`}`;
}

const factsIn = ({ facts }: CodeBoundary): string =>
  facts === undefined ? 'facts cannot be read' : facts.length === 0 ? '' : `with ${facts.join(', ')}`;

const linesOf = ({ file, line, column, message, hint }: Mismatch): string[] => [
  `  ${file}:${line}:${column}: ${message}`,
  ...(hint === undefined ? [] : [`    hint: ${hint}`]),
];

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
