/** Conditions: the same answers as the kept JsonLogic library, and a closed list of operators within bounds. */
import fc from 'fast-check';
import { LogicEngine } from 'json-logic-engine';
import { describe, expect, it } from 'vitest';
import { compileRule, factsOf, RULE_DEPTH_MAX, RULE_NODES_MAX, type Rule, type Scalar } from '@coinslot/plugin/timing';

const FACTS: Readonly<Record<string, Scalar>> = { level: 3, lives: 0, 'boss.name': 'Oru', hard: true };
const read = (name: string): Scalar => (Object.hasOwn(FACTS, name) ? FACTS[name]! : null);
const run = (rule: Rule): Scalar => compileRule(rule)(read);

describe('a condition', () => {
  const engine = new LogicEngine();
  const number: fc.Arbitrary<Rule> = fc.oneof(
    fc.integer({ min: -9, max: 9 }),
    fc.constantFrom({ var: 'level' }, { var: 'lives' }),
  );
  const truth = fc.letrec<{ sum: Rule; truth: Rule }>((tie) => ({
    sum: fc.oneof(
      { maxDepth: 2 },
      number,
      fc
        .tuple(fc.constantFrom('+', '*', '-', 'min', 'max'), tie('sum'), tie('sum'))
        .map(([name, a, b]) => ({ [name]: [a, b] })),
    ),
    truth: fc.oneof(
      { maxDepth: 3 },
      fc
        .tuple(fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('sum'), tie('sum'))
        .map(([name, a, b]) => ({ [name]: [a, b] })),
      fc
        .tuple(fc.constantFrom('<', '<='), number, tie('sum'), number)
        .map(([name, a, b, c]) => ({ [name]: [a, b, c] })),
      fc.tuple(number, fc.array(fc.integer({ min: -3, max: 3 }))).map(([a, list]) => ({ in: [a, list] })),
      fc.tuple(fc.constantFrom('and', 'or'), tie('truth'), tie('truth')).map(([name, a, b]) => ({ [name]: [a, b] })),
      tie('truth').map((one) => ({ '!': [one] })),
    ),
  })).truth;

  it('is answered as json-logic-engine answers it', () => {
    fc.assert(
      fc.property(truth, (rule) => {
        expect(run(rule)).toBe(engine.run(rule, { level: 3, lives: 0 }));
      }),
      { numRuns: 500 },
    );
  });

  const rows: readonly (readonly [Rule, Scalar])[] = [
    [true, true],
    [{ '==': [{ var: 'boss.name' }, 'Oru'] }, true],
    [{ '==': [{ var: 'level' }, '3'] }, false],
    [{ '<': [{ var: 'missing' }, 3] }, false],
    [{ '>=': [{ var: 'missing' }, 0] }, false],
    [{ '!': { var: 'missing' } }, true],
    [{ '<': ['a', 3] }, false],
    [{ '/': [{ var: 'level' }, { var: 'lives' }] }, null],
    [{ in: [{ var: 'boss.name' }, ['Oru', 'Kess']] }, true],
  ];
  it.each(rows)('%j is %j', (rule, expected) => {
    expect(run(rule)).toBe(expected);
  });

  const refused: readonly (readonly [string, Rule, RegExp])[] = [
    ['an operator outside the list', { map: [1] }, /when\.map: not an operator/],
    ['one of the prototype', { constructor: [1] }, /not an operator/],
    ['two operators in one', { and: [true], or: [true] }, /expected one operator/],
    ['none', {}, /expected one operator/],
    ['too few operands', { '<': [1] }, /takes 2 to 3 operands, got 1/],
    ['a computed fact name', { var: { var: 'x' } }, /expected a fact/],
    ['a computed list', { in: [1, { var: 'list' }] }, /a list of values/],
    ['nesting beyond the bound', nest(RULE_DEPTH_MAX), /deeper than/],
    ['more parts than the bound', { and: Array.from({ length: RULE_NODES_MAX }, () => true) }, /more than 100 parts/],
  ];
  it.each(refused)('%s is refused', (_, rule, message) => {
    expect(() => compileRule(rule)).toThrow(message);
  });

  it('at the bound of nesting is taken', () => {
    expect(run(nest(RULE_DEPTH_MAX - 1))).toBe(RULE_DEPTH_MAX % 2 === 1);
  });

  it('names the facts that it reads', () => {
    expect(factsOf({ and: [{ '>': [{ var: 'level' }, 1] }, { '<': [{ var: 'level' }, { var: 'lives' }] }] })).toEqual([
      'level',
      'lives',
    ]);
  });
});

function nest(depth: number): Rule {
  return depth === 0 ? true : { '!': nest(depth - 1) };
}
