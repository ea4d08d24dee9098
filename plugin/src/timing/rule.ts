/**
 * Conditions: JsonLogic (jsonlogic.com), compiled once into closures.
 *
 * Own evaluator of an allow-listed part, because the kept library (json-logic-engine, 9.9 kB gzip) is two thirds of the
 * whole entry's budget and compiles with `new Function`, which a strict CSP forbids. A test holds it against that library.
 * Two differences, both on purpose: nothing is converted (`3` is not `'3'`), and an order comparison with a fact that is
 * missing or no number is false, so that no offer appears because a game forgot to pass a fact.
 */
import type { Rule, Scalar } from './types.ts';

/** Nesting of operators in one condition. */
export const RULE_DEPTH_MAX = 8;
/** Operators and values in one condition. */
export const RULE_NODES_MAX = 100;

/** Looks a fact up by its name; `null` when there is none. */
export type FactReader = (name: string) => Scalar;
export type CompiledRule = (fact: FactReader) => Scalar;

type Operands = readonly CompiledRule[];
type Build = (operands: Operands) => CompiledRule;

const numberOf = (value: Scalar): number => (typeof value === 'number' ? value : Number.NaN);

/** `a < b`, or `a < b < c` as "between". */
const ordered =
  (holds: (a: number, b: number) => boolean): Build =>
  (operands) =>
  (fact) => {
    for (let i = 1; i < operands.length; i++) {
      if (!holds(numberOf(operands[i - 1]!(fact)), numberOf(operands[i]!(fact)))) return false;
    }
    return true;
  };

/** A number out of numbers; `null` when it is none (a missing fact, a division by 0). */
const arithmetic =
  (join: (a: number, b: number) => number): Build =>
  (operands) =>
  (fact) => {
    let sum = numberOf(operands[0]!(fact));
    for (let i = 1; i < operands.length; i++) sum = join(sum, numberOf(operands[i]!(fact)));
    return Number.isFinite(sum) ? sum : null;
  };

const two =
  (join: (a: Scalar, b: Scalar) => Scalar): Build =>
  ([a, b]) =>
  (fact) =>
    join(a!(fact), b!(fact));

/** The first operand whose truth is `stop`, or the last one. */
const until =
  (stop: boolean): Build =>
  (operands) =>
  (fact) => {
    let value: Scalar = null;
    for (const operand of operands) {
      value = operand(fact);
      if (Boolean(value) === stop) break;
    }
    return value;
  };

interface Operator {
  readonly least: number;
  readonly most: number;
  readonly build: Build;
}

const one = (build: Build): Operator => ({ least: 1, most: 1, build });
const pair = (build: Build): Operator => ({ least: 2, most: 2, build });
const between = (build: Build): Operator => ({ least: 2, most: 3, build });
const many = (build: Build): Operator => ({ least: 1, most: RULE_NODES_MAX, build });

const negation: Build =
  ([a]) =>
  (fact) =>
    !a!(fact);

const OPERATORS: Readonly<Record<string, Operator>> = {
  '==': pair(two((a, b) => a === b)),
  '!=': pair(two((a, b) => a !== b)),
  '<': between(ordered((a, b) => a < b)),
  '<=': between(ordered((a, b) => a <= b)),
  '>': pair(ordered((a, b) => a > b)),
  '>=': pair(ordered((a, b) => a >= b)),
  '!': one(negation),
  and: many(until(false)),
  or: many(until(true)),
  '+': many(arithmetic((a, b) => a + b)),
  '-': pair(arithmetic((a, b) => a - b)),
  '*': many(arithmetic((a, b) => a * b)),
  '/': pair(arithmetic((a, b) => a / b)),
  '%': pair(arithmetic((a, b) => a % b)),
  min: many(arithmetic(Math.min)),
  max: many(arithmetic(Math.max)),
};

/** Every operator a condition may use. */
export const RULE_OPERATORS: readonly string[] = ['var', 'in', ...Object.keys(OPERATORS)];

/**
 * Compiles a condition. Throws RangeError naming the place (`when.and[1]`) for an operator that is not in the list, a
 * wrong number of operands, or a rule beyond the bounds.
 */
export function compileRule(rule: Rule, at = 'when'): CompiledRule {
  let nodes = 0;
  const compile = (node: Rule, place: string, depth: number): CompiledRule => {
    if (++nodes > RULE_NODES_MAX) throw new RangeError(`${at}: more than ${RULE_NODES_MAX} parts`);
    if (depth > RULE_DEPTH_MAX) throw new RangeError(`${place}: deeper than ${RULE_DEPTH_MAX}`);
    if (isScalar(node)) return () => node;
    const [name, argument] = operatorOf(node, place);
    const here = `${place}.${name}`;
    if (name === 'var') return compileVar(argument, here);
    const args = Array.isArray(argument) ? (argument as readonly Rule[]) : [argument];
    if (name === 'in') return compileIn(args, here, (one) => compile(one, here, depth + 1));
    const found = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
    if (found === undefined) throw new RangeError(`${here}: not an operator of conditions`);
    if (args.length < found.least || args.length > found.most)
      throw new RangeError(`${here}: takes ${found.least} to ${found.most} operands, got ${args.length}`);
    return found.build(args.map((one, i) => compile(one, `${here}[${i}]`, depth + 1)));
  };
  return compile(rule, at, 1);
}

/** Names of the facts that a condition reads, in order, each once. */
export function factsOf(rule: Rule): readonly string[] {
  const names = new Set<string>();
  const visit = (node: Rule): void => {
    if (isScalar(node)) return;
    if (Array.isArray(node)) return node.forEach(visit);
    for (const [name, argument] of Object.entries(node)) {
      if (name === 'var') names.add(argument as string);
      else visit(argument);
    }
  };
  visit(rule);
  return [...names];
}

function isScalar(node: Rule): node is Scalar {
  return node === null || typeof node !== 'object';
}

function operatorOf(node: Exclude<Rule, Scalar>, place: string): [string, Rule] {
  const entries = Array.isArray(node) ? [] : Object.entries(node);
  if (entries.length !== 1) throw new RangeError(`${place}: expected one operator`);
  return entries[0] as [string, Rule];
}

function compileVar(argument: Rule, here: string): CompiledRule {
  if (typeof argument !== 'string' || argument === '') throw new RangeError(`${here}: expected a fact`);
  return (fact) => fact(argument);
}

/** `in` looks a value up in a list of plain values. */
function compileIn(args: readonly Rule[], here: string, compile: (rule: Rule) => CompiledRule): CompiledRule {
  const [needle, list] = args;
  if (args.length !== 2 || !Array.isArray(list) || !list.every(isScalar))
    throw new RangeError(`${here}: expected a value and a list of values`);
  const value = compile(needle as Rule);
  const values = list as readonly Scalar[];
  return (fact) => values.includes(value(fact));
}
