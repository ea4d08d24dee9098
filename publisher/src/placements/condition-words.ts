/** A condition in plain English: "level is from 3 to 5 and there have been fewer than 2 offers this session". */
import { ruleText, type Rule, type Scalar } from '@coinslot/plugin/timing';

/** What the engine counts, as a noun in the plural. */
const COUNTED: Readonly<Record<string, string>> = {
  'session.offers': 'offers this session',
  'day.offers': 'offers today',
  'player.offers': 'offers so far',
  'session.minutes': 'minutes of play this session',
  'player.minutes': 'minutes of play so far',
  'session.declines': 'declines this session',
  'player.declines': 'declines so far',
  'player.purchases': 'purchases so far',
  'player.sessions': 'sessions so far',
  'player.days': 'days since the first session',
};

/** What comes before a number that is counted, and what comes between a fact and a value. */
const COMPARED: Readonly<Record<string, readonly [counted: string, fact: string]>> = {
  '==': ['exactly', 'is'],
  '!=': ['any number but', 'is not'],
  '<': ['fewer than', 'is below'],
  '<=': ['at most', 'is at most'],
  '>': ['more than', 'is above'],
  '>=': ['at least', 'is at least'],
};
const TURNED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' };

/** The condition in words; what has none is left as it is written, in quotes. */
export function conditionWords(rule: Rule): string {
  const call = callOf(rule);
  if (call === undefined) return rule === true ? 'always' : rule === false ? 'never' : asWritten(rule);
  const [operator, operands] = call;
  if (operator === 'and') return joined(operands.map(part), 'and');
  if (operator === 'or') return `either ${joined(operands.map(part), 'or')}`;
  if (operator === 'var') return `${String(factOf(rule))} is true`;
  if (operator === '!') return negated(operands[0]!) ?? asWritten(rule);
  if (operator === 'in') return membership(operands, 'is', 'or') ?? asWritten(rule);
  if (operands.length === 3) return between(operator, operands) ?? asWritten(rule);
  return comparison(operator, operands) ?? asWritten(rule);
}

/** `a, b and c`. */
export function joined(words: readonly string[], last: 'and' | 'or' | 'nor'): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)!}`;
}

const asWritten = (rule: Rule): string => `"${ruleText(rule)}"`;

/** A joined part within another is set apart, or nobody knows what belongs together. */
function part(rule: Rule): string {
  const operator = callOf(rule)?.[0];
  return operator === 'and' || operator === 'or' ? `(${conditionWords(rule)})` : conditionWords(rule);
}

function comparison(operator: string, [left, right]: readonly Rule[]): string | undefined {
  const words = COMPARED[operator];
  if (words === undefined || left === undefined || right === undefined) return undefined;
  const fact = factOf(left);
  if (fact === undefined) return factOf(right) === undefined ? undefined : comparison(TURNED[operator]!, [right, left]);
  const value = valueWords(right);
  if (value === undefined) return undefined;
  const counted = COUNTED[fact];
  return counted === undefined ? `${fact} ${words[1]} ${value}` : `there have been ${words[0]} ${value} ${counted}`;
}

function between(operator: string, [low, middle, high]: readonly Rule[]): string | undefined {
  const fact = factOf(middle!);
  const [least, most] = [valueWords(low!), valueWords(high!)];
  if (fact === undefined || least === undefined || most === undefined) return undefined;
  const counted = COUNTED[fact];
  if (counted !== undefined)
    return operator === '<='
      ? `there have been ${least} to ${most} ${counted}`
      : `there have been more than ${least} and fewer than ${most} ${counted}`;
  return operator === '<=' ? `${fact} is from ${least} to ${most}` : `${fact} is above ${least} and below ${most}`;
}

function membership([needle, list]: readonly Rule[], is: string, word: 'or' | 'nor'): string | undefined {
  const fact = factOf(needle!);
  const values = (list as readonly Scalar[]).map((one) => valueWords(one)!);
  return fact === undefined ? undefined : `${nounOf(fact)} ${is} ${joined(values, word)}`;
}

/** In a place where no number stands before it. */
const nounOf = (fact: string): string => (COUNTED[fact] === undefined ? fact : `the number of ${COUNTED[fact]}`);

function negated(rule: Rule): string | undefined {
  const call = callOf(rule);
  if (call === undefined) return undefined;
  const [operator, operands] = call;
  if (operator === 'var') return `${String(factOf(rule))} is not true`;
  if (operator === 'in') return membership(operands, 'is neither', 'nor');
  return `not (${conditionWords(rule)})`;
}

function factOf(rule: Rule): string | undefined {
  const call = callOf(rule);
  return call?.[0] === 'var' ? (call[1][0] as string) : undefined;
}

/** A plain value, or another fact. */
function valueWords(rule: Rule): string | undefined {
  const fact = factOf(rule);
  if (fact !== undefined) return nounOf(fact);
  if (typeof rule === 'object' && rule !== null) return undefined;
  return rule === null ? 'nothing' : String(rule);
}

function callOf(rule: Rule): readonly [string, readonly Rule[]] | undefined {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return undefined;
  const [operator, argument] = Object.entries(rule)[0] as [string, Rule];
  return [operator, Array.isArray(argument) ? (argument as readonly Rule[]) : [argument]];
}
