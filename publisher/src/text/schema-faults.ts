/** Turns what zod says about a value into faults that a person can act on: place, plain words, the near name. */
import type { z } from 'zod';
import { type Fault } from './faults.ts';
import { didYouMean, nearestName } from './near-name.ts';
import type { Path, YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;
/** The part of JSON Schema that is walked to learn which words are known where. */
export interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** Faults of a value against a schema; `shape` is the same schema as JSON Schema, which says which words are known. */
export function schemaFaults(source: YamlSource, issues: readonly Issue[], shape: SchemaNode): Fault[] {
  const flat = issues.flatMap((issue) => flatten(issue, [], source.value));
  return flat.filter((issue) => !isMisspelt(issue, flat, shape)).flatMap((issue) => faultsOf(source, issue, shape));
}

/** A union's issues are those of the branch that was most probably meant. */
function flatten(issue: Issue, base: Path, value: unknown): Issue[] {
  const path = [...base, ...issue.path];
  // A union that has words of its own for what it expects knows better than any of its branches.
  const isSpoken = issue.code === 'invalid_union' && issue.message !== 'Invalid input';
  if (issue.code !== 'invalid_union' || isSpoken) return [{ ...issue, path }];
  const branches = issue.errors.map((errors) => errors.flatMap((error) => flatten(error, path, value)));
  const weighed = branches
    .filter((errors) => errors.length > 0)
    .map((errors) => ({ errors, weight: weigh(errors, path, value) }));
  const best = weighed.sort((a, b) => a.weight - b.weight)[0];
  return best === undefined ? [{ ...issue, path }] : best.errors;
}

/** A word that does not belong, a word that is missing or the wrong kind of value altogether: probably another branch was meant. */
function weigh(errors: readonly Issue[], path: Path, value: unknown): number {
  const weights = errors.map((error): number => {
    if (error.code === 'unrecognized_keys') return 10 * error.keys.length;
    const isWhole = error.path.length === path.length;
    if (error.code === 'invalid_value' && isWhole) return typeof valueAt(value, path) === 'object' ? 100 : 1;
    if (error.code !== 'invalid_type') return 1;
    if (isWhole) return 100;
    return valueAt(value, error.path) === undefined ? 10 : 1;
  });
  return weights.reduce((sum, weight) => sum + weight, 0);
}

/**
 * "minutes is missing" adds nothing when "minuts: did you mean minutes?" is said of the same mapping; nor does any missing
 * word of one branch of a union when the misspelt word belongs to another.
 */
function isMisspelt(issue: Issue, all: readonly Issue[], shape: SchemaNode): boolean {
  if (issue.code !== 'invalid_type') return false;
  const parent = issue.path.slice(0, -1);
  const nodes = nodesAt(shape, parent);
  const words = wordsOf(nodes);
  return all.some(
    (other) =>
      other.code === 'unrecognized_keys' &&
      samePath(other.path, parent) &&
      other.keys.some((key) => {
        const meant = nearestName(key, words);
        return meant !== undefined && (meant === issue.path.at(-1) || nodes.length > 1);
      }),
  );
}

function faultsOf(source: YamlSource, issue: Issue, shape: SchemaNode): Fault[] {
  const path = issue.path;
  if (issue.code === 'unrecognized_keys') {
    const words = wordsOf(nodesAt(shape, path));
    return issue.keys.map((key) =>
      source.fault([...path, key], 'unknown word', {
        hint: didYouMean(key, words) ?? `known words: ${words.join(', ')}`,
        part: 'key',
      }),
    );
  }
  if (issue.code === 'invalid_key')
    return [source.fault(path, issue.issues[0]?.message ?? 'unexpected name', { part: 'key' })];
  const value = valueAt(source.value, path);
  if (value === undefined) return [source.fault(path, 'is missing')];
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String);
    const hint = typeof value === 'string' ? didYouMean(value, words) : undefined;
    return [source.fault(path, `expected one of ${words.join(', ')}`, { hint })];
  }
  return [source.fault(path, wordsFor(issue, value))];
}

function wordsFor(issue: Issue, value: unknown): string {
  // zod's own sentence starts so; any other was written in the schema, for this field.
  if (!issue.message.startsWith('Invalid input') && issue.code === 'invalid_type') return issue.message;
  if (issue.code === 'invalid_type') {
    const expected = KINDS[issue.expected] ?? issue.expected;
    return `expected ${expected}, found ${kindOf(value)}`;
  }
  if (issue.code === 'too_small') return `expected at least ${String(issue.minimum)}${unitOf(issue.origin)}`;
  if (issue.code === 'too_big') return `expected at most ${String(issue.maximum)}${unitOf(issue.origin)}`;
  return issue.message;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return KINDS[typeof value] ?? typeof value;
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
}

/** The mappings that may stand at this path, one per branch of its unions. */
function nodesAt(shape: SchemaNode, path: Path): SchemaNode[] {
  let nodes = branchesOf(shape);
  for (const step of path) {
    nodes = nodes.flatMap((node) => {
      const other = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
      const below = typeof step === 'number' ? node.items : (node.properties?.[String(step)] ?? other);
      return below === undefined ? [] : branchesOf(below);
    });
  }
  return nodes;
}

function wordsOf(nodes: readonly SchemaNode[]): string[] {
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

function branchesOf(node: SchemaNode): SchemaNode[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(branchesOf);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    value,
  );
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((step, i) => step === b[i]);
}
