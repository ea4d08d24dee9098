/** Reads a condition that was written as JsonLogic into the same tree as the text form. */
import type { Scalar } from '@coinslot/plugin/timing';
import type { Path, YamlSource } from '../text/yaml-source.ts';
import type { Fault } from '../text/faults.ts';
import type { Expression, Place } from './expression.ts';

/** More than any rule may be deep: stops before the stack does, and the rule is refused for its depth afterwards. */
const READ_DEPTH_MAX = 64;

/** The tree, or undefined after adding faults. */
export function readJsonCondition(
  source: YamlSource,
  value: unknown,
  path: Path,
  faults: Fault[],
): Expression | undefined {
  const place: Place = { path, index: undefined };
  const fail = (message: string): undefined => {
    faults.push(source.fault(path, message));
    return undefined;
  };
  if (isScalar(value)) return { kind: 'value', value, place };
  if (path.length > READ_DEPTH_MAX) return fail('nested too deeply');
  if (Array.isArray(value))
    return value.every(isScalar) ? { kind: 'list', values: value, place } : fail('expected a list of plain values');
  const entries = Object.entries(value as object);
  const [operator, argument] = entries[0] ?? [];
  if (operator === undefined || entries.length !== 1) return fail('expected one operator');
  if (operator === 'var')
    return typeof argument === 'string'
      ? { kind: 'fact', name: argument, place: { path: [...path, 'var'], index: undefined } }
      : fail('var: expected the name of a fact');
  const written: unknown[] = Array.isArray(argument) ? argument : [argument];
  const here = [...path, operator];
  const operands = written.map((one, i) =>
    readJsonCondition(source, one, Array.isArray(argument) ? [...here, i] : here, faults),
  );
  const whole = operands.filter((one) => one !== undefined);
  return whole.length === operands.length
    ? { kind: 'call', operator, operands: whole, place: { path: here, index: undefined } }
    : undefined;
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['number', 'string', 'boolean'].includes(typeof value);
}
