/**
 * Edits of a YAML text that touch nothing else: the new value is put where the old one stood, and every other character, comments,
 * order and brackets included, stays as a person wrote it. (Writing a parsed document out again would lay the whole file out anew.)
 */
import { isDeepStrictEqual } from 'node:util';
import {
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { formatPath, type Path } from './yaml-source.ts';

/** A value that can be written: plain texts, numbers, booleans, lists and mappings of them. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

/** A place that cannot be edited as text: behind an alias, or not a mapping or list. */
export class YamlEditError extends Error {
  constructor(path: Path, message: string) {
    super(`${formatPath(path)}: ${message}`);
    this.name = 'YamlEditError';
  }
}

/** Part of a text and what takes its place. */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/**
 * Sets the value at a path and gives the new text. A path may end one step beyond what is there; further steps become a mapping. Past
 * the end of a list appends. Throws YamlEditError where it cannot; `text` has to be YAML without errors.
 */
export function setInYaml(text: string, path: Path, value: Plain): string {
  return edited(text, path, value, (document) => spliceFor(document, text, path, value));
}

/** Takes out what stands at a path, with the comment right above it. Nothing there: the text as it is. */
export function removeFromYaml(text: string, path: Path): string {
  return edited(text, path, undefined, (document) => {
    const parent = document.getIn(path.slice(0, -1), true);
    const last = path.at(-1)!;
    if (isMap(parent)) {
      const at = parent.items.findIndex((one) => nameOf(one) === String(last));
      return at < 0 ? undefined : removal(text, parent, at, rangeOfPair(parent.items[at]!));
    }
    const node = isSeq(parent) ? (parent.items[Number(last)] as Node | undefined) : undefined;
    return !node?.range ? undefined : removal(text, parent as YAMLSeq, Number(last), [node.range[0], node.range[1]]);
  });
}

/** Text that was put together is parsed again before anybody relies on it: what was meant is there, and everything else as it was. */
function edited(
  text: string,
  path: Path,
  value: Plain | undefined,
  spliceOf: (document: Document) => Splice | undefined,
): string {
  const document = parseDocument(text);
  const splice = spliceOf(document);
  if (splice === undefined) return text;
  const result = text.slice(0, splice.from) + splice.by + text.slice(splice.to);
  if (!isDeepStrictEqual(plainOf(parseDocument(result)), withValue(plainOf(document), path, value)))
    throw new YamlEditError(path, 'is laid out in a way that has to be edited by hand');
  return result;
}

/** `undefined` for what cannot be read, such as an alias whose anchor is gone. */
function plainOf(document: Document): unknown {
  if (document.errors.length > 0) return undefined;
  try {
    return document.toJS() as unknown;
  } catch {
    return undefined;
  }
}

/** The same with a value at a path, nothing there with `undefined`. Shared parts are copied: an anchor changes for nobody else. */
function withValue(plain: unknown, [step, ...below]: Path, value: Plain | undefined): unknown {
  if (step === undefined) return value;
  if (Array.isArray(plain)) {
    const list: unknown[] = [...(plain as readonly unknown[])];
    const at = Math.min(Number(step), list.length);
    list.splice(at, 1, ...(below.length === 0 && value === undefined ? [] : [withValue(list[at], below, value)]));
    return list;
  }
  const fields = new Map(Object.entries(plain ?? {}));
  const name = String(step);
  if (below.length === 0 && value === undefined) fields.delete(name);
  else fields.set(name, withValue(fields.get(name), below, value));
  return Object.fromEntries(fields);
}

function spliceFor(document: Document, text: string, path: Path, value: Plain): Splice | undefined {
  let node: unknown = document.contents;
  for (let depth = 0; depth < path.length; depth++) {
    const step = path[depth]!;
    const here = path.slice(0, depth + 1);
    const wanted = nested(path.slice(depth + 1), value);
    if (isMap(node)) {
      const pair = node.items.find((one) => nameOf(one) === String(step));
      if (pair === undefined) return addition(text, node, String(step), wanted);
      if (pair.value === null || (isScalar(pair.value) && pair.value.value === null && pair.value.source === ''))
        return afterKey(text, pair, wanted);
      node = pair.value;
      if (depth === path.length - 1) return replacement(text, pair.value as Node, value, here, pair);
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      if (item === undefined) return append(text, node, wanted);
      node = item;
      if (depth === path.length - 1) return replacement(text, item, value, here);
    } else throw new YamlEditError(here, 'stands behind what is no mapping and no list');
  }
  throw new YamlEditError(path, 'is the whole file');
}

const nested = (steps: Path, value: Plain): Plain =>
  steps.reduceRight<Plain>((inner, step) => ({ [String(step)]: inner }), value);

const nameOf = (pair: Pair): string | undefined =>
  isScalar(pair.key) ? String(pair.key.value) : typeof pair.key === 'string' ? pair.key : undefined;

function rangeOfPair({ key, value }: Pair): readonly [number, number] {
  const [from, keyTo] = (key as Node).range!;
  const valueTo = (value as Node | null)?.range?.[1];
  return [from, Math.max(keyTo, valueTo ?? 0)];
}

// ---------------------------------------------------------------- what takes the place of what

/** Nothing is touched where the same is said already, however it is written. */
function replacement(text: string, node: Node, value: Plain, path: Path, pair?: Pair): Splice | undefined {
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) throw new YamlEditError(path, 'is an alias of another place');
  if (isDeepStrictEqual(node.toJSON(), value)) return undefined;
  const [from, to] = node.range!;
  const isBlock = !isScalar(node) && node.flow !== true;
  // A block of lines begins below its key: what takes its place begins behind the key again.
  if (isBlock && pair !== undefined) return { ...afterKey(text, pair, value), to: endOfContent(text, to) };
  const isLines = isScalar(node) && (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL');
  return { from, to: isLines || isBlock ? endOfContent(text, to) : to, by: flowText(value) };
}

function afterKey(text: string, pair: Pair, value: Plain): Splice {
  const [, keyTo] = (pair.key as Node).range!;
  const from = text.indexOf(':', keyTo) + 1;
  return { from, to: from, by: ` ${flowText(value)}` };
}

function addition(text: string, map: YAMLMap, name: string, value: Plain): Splice {
  const written = `${nameText(name)}: ${flowText(value)}`;
  const last = map.items.at(-1);
  if (map.flow === true) return inBrackets(text, map, last === undefined ? undefined : rangeOfPair(last)[1], written);
  if (last === undefined) return { from: map.range![0], to: map.range![1], by: written };
  const first = rangeOfPair(map.items[0]!)[0];
  return lineAfter(text, rangeOfPair(last)[1], `${' '.repeat(columnOf(text, first))}${written}`);
}

/** A mapping in a list of lines is written as lines itself, as a person would. */
function append(text: string, list: YAMLSeq, value: Plain): Splice {
  const last = list.items.at(-1) as Node | undefined;
  if (list.flow === true && last !== undefined) return inBrackets(text, list, last.range![1], flowText(value));
  const lines = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (list.flow === true && lines.length === 0) return inBrackets(text, list, undefined, flowText(value));
  if (last === undefined) return asLines(text, list, lines);
  const dash = text.lastIndexOf('-', (list.items[0] as Node).range![0] - 1);
  const indent = ' '.repeat(columnOf(text, dash));
  return lineAfter(text, last.range![1], lines.length === 0 ? `${indent}- ${flowText(value)}` : rowsOf(lines, indent));
}

/** The first item of a list that was `[]`. */
function asLines(text: string, list: YAMLSeq, lines: readonly [string, Plain][]): Splice {
  const [start, to] = list.range!;
  const indent = /^ */.exec(text.slice(text.lastIndexOf('\n', start) + 1))![0];
  const from = text.slice(0, start).trimEnd().length;
  return { from, to, by: `\n${rowsOf(lines, `${indent}  `)}` };
}

const rowsOf = (lines: readonly [string, Plain][], indent: string): string =>
  lines.map(([name, one], i) => `${indent}${i === 0 ? '- ' : '  '}${nameText(name)}: ${flowText(one)}`).join('\n');

function inBrackets(text: string, node: YAMLMap | YAMLSeq, lastTo: number | undefined, written: string): Splice {
  if (lastTo !== undefined) return { from: lastTo, to: lastTo, by: `, ${written}` };
  const [from, to] = node.range!;
  return { from, to, by: isMap(node) ? `{ ${written} }` : `[${written}]` };
}

/** After the line on which something ends, whatever comment it carries. */
function lineAfter(text: string, end: number, written: string): Splice {
  const content = endOfContent(text, end);
  const lineEnd = text.indexOf('\n', content);
  if (lineEnd >= 0) return { from: lineEnd + 1, to: lineEnd + 1, by: `${written}\n` };
  return { from: text.length, to: text.length, by: `\n${written}\n` };
}

function removal(text: string, parent: YAMLMap | YAMLSeq, at: number, [from, to]: readonly [number, number]): Splice {
  const next = parent.items[at + 1];
  if (parent.flow === true) {
    if (next !== undefined)
      return { from, to: isMap(parent) ? rangeOfPair(next as Pair)[0] : (next as Node).range![0], by: '' };
    const before = parent.items[at - 1];
    const end =
      before === undefined ? from : isMap(parent) ? rangeOfPair(before as Pair)[1] : (before as Node).range![1];
    return { from: end, to, by: '' };
  }
  if (parent.items.length === 1) {
    const [start, end] = parent.range!;
    return { from: start, to: endOfContent(text, end), by: isMap(parent) ? '{}' : '[]' };
  }
  const begin = startOfComment(text, text.lastIndexOf('\n', from) + 1);
  const lineEnd = text.indexOf('\n', endOfContent(text, to));
  const isInItem = isMap(parent) && /^\s*- /.test(text.slice(text.lastIndexOf('\n', from) + 1, from));
  // The first name of a mapping in a list shares its line with the dash, which stays.
  if (isInItem && next !== undefined) return { from, to: rangeOfPair(next as Pair)[0], by: '' };
  const end = lineEnd < 0 ? text.length : lineEnd + 1;
  // One of two blank lines that would stand together.
  const isBetweenBlanks = text.slice(0, begin).endsWith('\n\n') && text.startsWith('\n', end);
  return { from: begin, to: isBetweenBlanks ? end + 1 : end, by: '' };
}

// ---------------------------------------------------------------- places in the text

const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1);

/** Without the line breaks and blank lines that a block carries at its end. */
function endOfContent(text: string, end: number): number {
  return text.slice(0, end).trimEnd().length;
}

/** Up to the first of the comment lines that stand right above, at the same depth. */
function startOfComment(text: string, lineStart: number): number {
  const depth = /^ */.exec(text.slice(lineStart))![0];
  let start = lineStart;
  while (start > 0) {
    const above = text.lastIndexOf('\n', start - 2) + 1;
    if (!text.slice(above, start).startsWith(`${depth}#`)) return start;
    start = above;
  }
  return start;
}

// ---------------------------------------------------------------- writing

const PLAIN = /^[A-Za-z0-9][A-Za-z0-9 ._%<>=!()+*/-]*(?<! )$/;

/** A value on one line. */
export function flowText(value: Plain): string {
  if (typeof value === 'string') return textText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Plain[]).map(flowText).join(', ')}]`;
  const fields = Object.entries(value).map(([name, one]) => `${nameText(name)}: ${flowText(one)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

const nameText = (name: string): string => textText(name);

/** Plain where YAML reads the same text back, in quotes otherwise. */
function textText(text: string): string {
  if (PLAIN.test(text) && parseDocument(text).toJS() === text) return text;
  return /[\p{Cc}\u2028\u2029]/u.test(text) ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`;
}
