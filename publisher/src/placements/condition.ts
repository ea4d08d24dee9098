/**
 * A condition from its written form to the engine's JsonLogic. Beyond its grammar it is checked for what the engine would
 * take in silence: facts that nobody passes, and comparisons that can never hold because nothing is converted there.
 */
import { compileRule, ENGINE_FACT_NAMES, RULE_OPERATORS, type Rule, type Scalar } from '@coinslot/plugin/timing';
import type { Fault } from '../text/faults.ts';
import { didYouMean } from '../text/near-name.ts';
import type { Path, YamlSource } from '../text/yaml-source.ts';
import { readJsonCondition } from './condition-json.ts';
import { parseCondition } from './condition-text.ts';
import type { Expression, Place } from './expression.ts';
import { ConditionError } from './tokens.ts';

export type Kind = 'number' | 'text' | 'boolean';
/** Facts by name: those of the engine are numbers, those of the game are declared in the file. */
export type FactKinds = ReadonlyMap<string, Kind>;

const ENGINE_KINDS: FactKinds = new Map(ENGINE_FACT_NAMES.map((name) => [name, 'number']));
const NUMBERS_ONLY = ['<', '<=', '>', '>=', '+', '-', '*', '/', '%', 'min', 'max'];
const RESULTS_IN_NUMBER = ['+', '-', '*', '/', '%', 'min', 'max'];
const TRUTHS_ONLY = ['and', 'or', '!'];
const RESULTS_IN_BOOLEAN = ['==', '!=', '<', '<=', '>', '>=', 'in', ...TRUTHS_ONLY];

/** Compiles the condition at `path`; adds faults and gives `false` where it cannot. */
export function compileCondition(
  source: YamlSource,
  written: unknown,
  path: Path,
  declared: FactKinds,
  faults: Fault[],
): Rule {
  const before = faults.length;
  const expression = readExpression(source, written, path, faults);
  if (expression === undefined) return false;
  const facts = new Map([...ENGINE_KINDS, ...declared]);
  const checking = { source, facts, faults };
  requireTruth(expression, kindOf(expression, checking), checking);
  const rule = ruleOf(expression);
  if (faults.length > before) return false;
  try {
    compileRule(rule, 'when');
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    faults.push(source.fault(path, error.message.replace(/^when: /, '')));
  }
  return rule;
}

function readExpression(source: YamlSource, written: unknown, path: Path, faults: Fault[]): Expression | undefined {
  if (typeof written !== 'string') return readJsonCondition(source, written, path, faults);
  try {
    return parseCondition(written, path);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    faults.push(faultAt(source, { path, index: error.index }, error.message, error.hint));
    return undefined;
  }
}

function faultAt(source: YamlSource, { path, index }: Place, message: string, hint?: string): Fault {
  const fault = source.fault(path, message, { hint });
  return index === undefined ? fault : { ...fault, ...source.positionWithin(path, index) };
}

interface Checking {
  readonly source: YamlSource;
  readonly facts: FactKinds;
  readonly faults: Fault[];
}

/** The kind of value an expression gives, undefined where it cannot be told; every part is checked on the way. */
function kindOf(expression: Expression, checking: Checking): Kind | undefined {
  if (expression.kind === 'value') return kindOfScalar(expression.value);
  if (expression.kind === 'list') return undefined;
  if (expression.kind === 'fact') return kindOfFact(expression.name, expression.place, checking);
  const { operator, operands, place } = expression;
  const say = (at: Place, message: string, hint?: string): void => {
    checking.faults.push(faultAt(checking.source, at, message, hint));
  };
  if (!RULE_OPERATORS.includes(operator)) {
    const hint = didYouMean(operator, RULE_OPERATORS) ?? `known operators: ${RULE_OPERATORS.join(' ')}`;
    const at = checking.source.positionOf(place.path, 'key');
    checking.faults.push({ ...checking.source.fault(place.path, 'unknown operator', { hint }), ...at });
    return undefined;
  }
  const kinds = operands.map((operand) => kindOf(operand, checking));
  if (NUMBERS_ONLY.includes(operator)) {
    kinds.forEach((kind, i) => {
      if (kind !== undefined && kind !== 'number')
        say(operands[i]?.place ?? place, `${operator} takes numbers, found ${wordFor(kind)}`);
    });
  }
  if (TRUTHS_ONLY.includes(operator)) operands.forEach((operand, i) => requireTruth(operand, kinds[i], checking));
  if (operator === '==' || operator === '!=') requireSameKind(kinds[0], kinds[1], place, say);
  const list = operands[1];
  if (operator === 'in' && list?.kind === 'list')
    for (const value of list.values) requireSameKind(kinds[0], kindOfScalar(value), list.place, say);
  if (RESULTS_IN_NUMBER.includes(operator)) return 'number';
  return RESULTS_IN_BOOLEAN.includes(operator) ? 'boolean' : undefined;
}

/** To the engine every number but 0 is true: `level == 1 or 2` would always hold. */
function requireTruth({ place }: Expression, kind: Kind | undefined, { source, faults }: Checking): void {
  if (kind === undefined || kind === 'boolean') return;
  const hint = 'compare it: level >= 3; one of several: level in [1, 2]';
  faults.push(faultAt(source, place, `${wordFor(kind)} is no condition`, hint));
}

function requireSameKind(
  a: Kind | undefined,
  b: Kind | undefined,
  place: Place,
  say: (at: Place, message: string) => void,
): void {
  if (a !== undefined && b !== undefined && a !== b) say(place, `${wordFor(a)} never equals ${wordFor(b)}`);
}

function kindOfFact(name: string, place: Place, { source, facts, faults }: Checking): Kind | undefined {
  const kind = facts.get(name);
  if (kind === undefined) {
    const hint =
      didYouMean(name, facts.keys()) ?? `declare what the game passes, at the top: facts: { ${name}: number }`;
    faults.push(faultAt(source, place, `unknown fact "${name}"`, hint));
  }
  return kind;
}

function kindOfScalar(value: Scalar): Kind | undefined {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'boolean' : undefined;
}

function wordFor(kind: Kind): string {
  return kind === 'number' ? 'a number' : kind === 'text' ? 'a text' : 'true or false';
}

function ruleOf(expression: Expression): Rule {
  if (expression.kind === 'value') return expression.value;
  if (expression.kind === 'list') return expression.values;
  if (expression.kind === 'fact') return { var: expression.name };
  return { [expression.operator]: expression.operands.map(ruleOf) };
}
