/** The compiled file's values in the words of `placements.yaml`: what `coinslot placements compile` reads back as the same. */
import type { BoundarySelector, Campaign, Rule, Scalar, Variant } from './types.ts';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;
/** Up to here one unit is read at a glance: `90s`, `90m`, but `2h10m`. */
const COUNT_MAX = 120;

/** `4m`, `90s`, `1h30m`; whole ms. */
export function durationText(ms: number): string {
  if (ms === 0) return '0s';
  const single = UNITS.find(([, unitMs]) => ms % unitMs === 0 && ms / unitMs <= COUNT_MAX);
  if (single !== undefined) return `${ms / single[1]}${single[0]}`;
  let rest = ms;
  return UNITS.map(([unit, unitMs]) => {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    return count === 0 ? '' : `${count}${unit}`;
  }).join('');
}

/** `12.5%` of 0.125; the four decimals that the file allows. */
export const shareText = (share: number): string => `${Number((share * 100).toFixed(4))}%`;

/** `2`, or `none` for no cap. */
export const capText = (cap: number | null): string => (cap === null ? 'none' : String(cap));

/** `2026-12-01` for the first instant of a day (UTC), the moment otherwise; ms since 1970. */
export const startText = (ms: number): string => dateText(ms, ms);

/** The file's last day is included, and the compiled end is not: the day before, or the moment before. */
export const endText = (ms: number): string => dateText(ms, ms - 1);

function dateText(midnightMs: number, momentMs: number): string {
  const isMidnight = midnightMs % 86_400_000 === 0;
  const iso = new Date(momentMs).toISOString();
  return isMidnight ? iso.slice(0, 10) : `'${iso.slice(0, 19)}Z'`;
}

/** A text as YAML, in block or flow context alike: plain where nothing else can be meant. */
export function yamlText(text: string): string {
  const isPlain = /^[A-Za-z][A-Za-z0-9 ._-]*(?<! )$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text);
  return isPlain ? text : quoted(text);
}

/** JSON's strings are YAML's double-quoted ones; single quotes need no escapes and are easier to read. */
const quoted = (text: string): string =>
  /[\p{Cc}\u2028\u2029]/u.test(text) ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`;

/** What stands behind `on:`. */
export function selectorText(on: BoundarySelector): string {
  if (on.kind === 'breakpoint') return 'breakpoint';
  if (on.kind === 'scene') return `{ scene: ${yamlText(on.scene)}, event: ${on.event} }`;
  if (on.kind === 'level') return `{ level: ${on.event}${on.level === undefined ? '' : `, number: ${on.level}`} }`;
  if (on.kind === 'play-time') return `{ every: ${durationText(on.everyMs)} }`;
  return `{ grantEnded: ${yamlText(on.target)} }`;
}

/** `offer: bonus`, or `variants:` with their ids and weights. */
export function variantsText(variants: readonly Variant[]): readonly [key: 'offer' | 'variants', text: string] {
  const [only] = variants;
  if (variants.length === 1 && only!.id === only!.offer) return ['offer', yamlText(only!.offer)];
  const rows = variants.map(
    ({ id, offer, weight }) => `{ id: ${yamlText(id)}, offer: ${yamlText(offer)}, weight: ${weight} }`,
  );
  return ['variants', `[${rows.join(', ')}]`];
}

export const listText = (names: readonly string[]): string => `[${names.map(yamlText).join(', ')}]`;

/** A condition behind `when:`, as YAML. */
export function whenText(when: Campaign['when']): string {
  const text = ruleText(when);
  const isPlain = typeof when === 'boolean' || text.startsWith('{');
  return isPlain || (/^[A-Za-z0-9(][^:#"]*$/.test(text) && !/^[\d.]+$/.test(text)) ? text : quoted(text);
}

// ---------------------------------------------------------------- conditions

/** How tightly a written condition holds together; a part that holds less tightly than its place asks for gets parentheses. */
const LOOSEST = 1;
const AND = 2;
const NOT = 3;
const COMPARISON = 4;
const SUM = 5;
const PRODUCT = 6;
const VALUE = 7;

type Written = readonly [text: string, tightness: number];

/** The compact text of a condition: `level >= 3 and session.offers < 2`. JSON where the text form has no word for a part. */
export function ruleText(rule: Rule): string {
  return isWritable(rule) ? written(rule)[0] : JSON.stringify(rule);
}

const NAME = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$/;
const RESERVED = ['and', 'or', 'not', 'in', 'true', 'false'];
const CHAINED = ['<', '<='];
/** Operands: two of these, of which the left may be another of the same tightness. */
const PAIRS: Readonly<Record<string, number>> = {
  ...{ '==': COMPARISON, '!=': COMPARISON, '<': COMPARISON, '<=': COMPARISON, '>': COMPARISON, '>=': COMPARISON },
  ...{ '+': SUM, '-': SUM, '*': PRODUCT, '/': PRODUCT, '%': PRODUCT },
};

function isWritable(rule: Rule): boolean {
  if (!isCall(rule)) return isWritableScalar(rule);
  const [operator, operands] = callOf(rule);
  if (operator === 'var') return isName(operands[0]!);
  if (operator === 'in')
    return isWritable(operands[0]!) && (operands[1] as readonly Scalar[]).length > 0 && listOf(rule).every(isWritable);
  const tightness = PAIRS[operator];
  const isChain = CHAINED.includes(operator) && operands.length === 3;
  const isSeries = (operator === '+' || operator === '*') && operands.length >= 2;
  if (tightness !== undefined && operands.length !== 2 && !isChain && !isSeries) return false;
  return operands.every(isWritable);
}

const isName = (name: Rule): boolean => typeof name === 'string' && NAME.test(name) && !RESERVED.includes(name);

function isWritableScalar(value: Rule): boolean {
  if (typeof value === 'number') return /^-?\d+(\.\d+)?$/.test(String(value));
  return typeof value === 'boolean' || (typeof value === 'string' && !/'.*"|".*'/s.test(value));
}

function written(rule: Rule): Written {
  if (!isCall(rule)) return [scalarText(rule as Scalar), VALUE];
  const [operator, operands] = callOf(rule);
  if (operator === 'var') return [operands[0] as string, VALUE];
  if (operator === 'in') return [membership(rule, 'in'), COMPARISON];
  if (operator === 'min' || operator === 'max')
    return [`${operator}(${operands.map((one) => within(one, LOOSEST)).join(', ')})`, VALUE];
  if (operator === '!') return negation(operands[0]!);
  if (operator === 'and' || operator === 'or') return series(operator, operands);
  const tightness = PAIRS[operator]!;
  const [first, ...others] = operands;
  const left = within(first!, tightness === COMPARISON ? SUM : tightness);
  return [[left, ...others.map((one) => within(one, tightness + 1))].join(` ${operator} `), tightness];
}

function negation(operand: Rule): Written {
  if (isCall(operand) && callOf(operand)[0] === 'in') return [membership(operand, 'not in'), COMPARISON];
  return [`not ${within(operand, NOT)}`, NOT];
}

/** One operand alone is its own truth. */
function series(operator: 'and' | 'or', operands: readonly Rule[]): Written {
  if (operands.length === 1) return written(operands[0]!);
  const tightness = operator === 'and' ? AND : LOOSEST;
  return [operands.map((one) => within(one, tightness + 1)).join(` ${operator} `), tightness];
}

const membership = (rule: Rule, word: string): string =>
  `${within(callOf(rule)[1][0]!, SUM)} ${word} [${listOf(rule).map(scalarText).join(', ')}]`;

const listOf = (rule: Rule): readonly Scalar[] => callOf(rule)[1][1] as readonly Scalar[];

function within(rule: Rule, least: number): string {
  const [text, tightness] = written(rule);
  return tightness < least ? `(${text})` : text;
}

function scalarText(value: Scalar): string {
  if (typeof value !== 'string') return String(value);
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}

const isCall = (rule: Rule): boolean => typeof rule === 'object' && rule !== null;

/** The operator and its operands; a single operand may stand without a list. */
function callOf(rule: Rule): readonly [string, readonly Rule[]] {
  const [operator, argument] = Object.entries(rule as object)[0] as [string, Rule];
  return [operator, Array.isArray(argument) ? (argument as readonly Rule[]) : [argument]];
}
