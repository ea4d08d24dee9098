/** YAML with its places: every value can be found again at its line and column. JSON is YAML too, and so accepted. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { FILE_START, FaultsError, type Fault, type Position } from './faults.ts';

/** A way into a file: `['offers', 0, 'price']`. */
export type Path = readonly PropertyKey[];

/** A file that has been parsed and whose words have not been looked at yet. */
export interface YamlSource {
  /** The file as the person named it. */
  readonly file: string;
  /** Plain objects, lists, texts, numbers and booleans. */
  readonly value: unknown;
  /** Where something stands. What is not there is placed where it is missing: at the nearest parent. */
  positionOf(path: Path, part?: 'key' | 'value'): Position;
  /** Where a character of a text stands; the beginning of the text when it is folded over lines or has escapes. */
  positionWithin(path: Path, index: number): Position;
  /** A fault at a path. */
  fault(
    path: Path,
    message: string,
    more?: { hint?: string | undefined; code?: string; part?: 'key' | 'value' },
  ): Fault;
}

const CHARACTERS_MAX = 1024 * 1024;
/** More aliases than any honest file has; fewer than a file that explodes when they are expanded. */
const ALIASES_MAX = 200;

/** Parses one YAML 1.2 document. Throws FaultsError for bad syntax, keys that stand twice and unknown tags. */
export function readYaml(file: string, text: string): YamlSource {
  const fail = (position: Position, message: string): never => {
    throw new FaultsError([{ file, ...position, message }]);
  };
  if (text.length > CHARACTERS_MAX) fail(FILE_START, `larger than ${CHARACTERS_MAX} characters`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const placeOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? FILE_START : { line, column: col };
  };
  const flaws = [...document.errors, ...document.warnings];
  if (flaws.length > 0) {
    throw new FaultsError(
      flaws.map((flaw) => ({ file, ...placeOf(flaw.pos[0]), message: `not readable as YAML: ${flaw.message}` })),
    );
  }
  const value = toPlain(document, (message) => fail(FILE_START, message));
  const positionOf: YamlSource['positionOf'] = (path, part = 'value') => {
    const offset = offsetOf(document, path, part);
    return offset === undefined ? FILE_START : placeOf(offset);
  };
  return {
    file,
    value,
    positionOf,
    positionWithin(path, index) {
      const node = nodeAt(document, path);
      if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return positionOf(path);
      const [start, end] = node.range;
      const inside = text.slice(start, end).indexOf(node.value);
      return inside < 0 ? positionOf(path) : placeOf(start + inside + index);
    },
    fault: (path, message, { hint, code, part = 'value' } = {}) => ({
      file,
      ...positionOf(path, part),
      message: path.length === 0 ? message : `${formatPath(path)}: ${message}`,
      hint,
      code,
    }),
  };
}

/** `offers[0].price`. */
export function formatPath(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? String(step) : `.${String(step)}`))
    .join('');
}

function toPlain(document: Document, fail: (message: string) => never): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX }) as unknown;
  } catch (cause) {
    return fail(`not readable as YAML: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Where the path leads, or its nearest parent; `key` asks for the last step's own name rather than what stands behind it. */
function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number | undefined {
  const steps = walk(document, path);
  const last = steps.at(-1);
  const isWhole = steps.length === path.length + 1;
  const node = isWhole && part === 'value' ? (last?.node ?? last?.key) : (last?.key ?? last?.node);
  return node?.range?.[0];
}

function nodeAt(document: Document, path: Path): Node | undefined {
  const steps = walk(document, path);
  return steps.length === path.length + 1 ? steps.at(-1)?.node : undefined;
}

interface Step {
  /** The name that leads here; none in lists. */
  readonly key: Node | undefined;
  readonly node: Node | undefined;
}

/** The document, then one entry per step, as far as there is something. */
function walk(document: Document, path: Path): Step[] {
  const steps: Step[] = [{ key: undefined, node: resolved(document.contents, document) }];
  for (const name of path) {
    const { node } = steps.at(-1) as Step;
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(name))
      : undefined;
    const item = isSeq(node) ? (node.items[Number(name)] as Node | undefined) : undefined;
    if (pair === undefined && item === undefined) break;
    const below = item ?? (pair?.value as Node | null);
    steps.push({ key: pair?.key as Node | undefined, node: resolved(below, document) });
  }
  return steps;
}

function resolved(node: Node | null, document: Document): Node | undefined {
  if (node === null) return undefined;
  return 'resolve' in node ? (node.resolve(document) ?? undefined) : node;
}
