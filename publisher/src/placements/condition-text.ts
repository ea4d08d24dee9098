/**
 * Reads the compact condition text. From loosest to tightest:
 *
 *     or                                          a or b
 *     and                                         a and b
 *     not                                         not a
 *     == != < <= > >= in, not in, a <= b <= c     level in [1, 2], 2 <= level <= 5
 *     + -
 *     * / %
 *     numbers, 'texts', true, false, facts, min(a, b), max(a, b), ( )
 */
import { RULE_DEPTH_MAX, type Scalar } from '@coinslot/plugin/timing';
import type { Path } from '../text/yaml-source.ts';
import type { Expression, Place } from './expression.ts';
import { ConditionError, tokensOf, type Token } from './tokens.ts';

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];
const WORDS: Readonly<Record<string, Scalar>> = { true: true, false: false };
const RESERVED = ['and', 'or', 'not', 'in', ...Object.keys(WORDS)];
/** Parentheses cost no depth in the rule, so they have a bound of their own. */
const PARENTHESES_MAX = 4 * RULE_DEPTH_MAX;

/** The condition as a tree. Throws ConditionError. */
export function parseCondition(text: string, path: Path): Expression {
  const parser = new Parser(tokensOf(text), path);
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #path: Path;
  #at = 0;
  #open = 0;

  constructor(tokens: readonly Token[], path: Path) {
    this.#tokens = tokens;
    this.#path = path;
  }

  whole(): Expression {
    const expression = this.#or();
    const rest = this.#next;
    if (rest.kind === 'end') return expression;
    const isSecondName = rest.kind === 'name' && !RESERVED.includes(rest.text);
    throw new ConditionError(
      `unexpected "${rest.text}"`,
      rest.index,
      isSecondName ? 'join conditions with "and" or "or"; put texts in quotes' : undefined,
    );
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #take(): Token {
    const token = this.#next;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  /** Takes the next token when it is this sign or word. */
  #takes(text: string): Token | undefined {
    const { kind } = this.#next;
    return (kind === 'sign' || kind === 'name') && this.#next.text === text ? this.#take() : undefined;
  }

  #expect(text: string): Token {
    const taken = this.#takes(text);
    if (taken === undefined)
      throw new ConditionError(`expected "${text}", found "${this.#next.text}"`, this.#next.index);
    return taken;
  }

  #place(token: Token): Place {
    return { path: this.#path, index: token.index };
  }

  #call(operator: string, token: Token, ...operands: Expression[]): Expression {
    return { kind: 'call', operator, operands, place: this.#place(token) };
  }

  #or(): Expression {
    return this.#joined('or', () => this.#joined('and', () => this.#not()));
  }

  /** `a and b and c` is one operator with three operands, which keeps long conditions shallow. */
  #joined(word: string, operand: () => Expression): Expression {
    const operands = [operand()];
    let first: Token | undefined;
    for (let token = this.#takes(word); token !== undefined; token = this.#takes(word)) {
      first ??= token;
      operands.push(operand());
    }
    return first === undefined ? (operands[0] as Expression) : this.#call(word, first, ...operands);
  }

  #not(): Expression {
    const nots: Token[] = [];
    for (let token = this.#takes('not'); token !== undefined; token = this.#takes('not')) nots.push(token);
    return nots.reduceRight<Expression>((inner, token) => this.#call('!', token, inner), this.#comparison());
  }

  #comparison(): Expression {
    const left = this.#sum();
    const negation = this.#takes('not');
    if (negation !== undefined || (this.#next.kind === 'name' && this.#next.text === 'in')) {
      const found = this.#call('in', this.#expect('in'), left, this.#list());
      return negation === undefined ? found : this.#call('!', negation, found);
    }
    const sign = this.#takesComparison();
    if (sign === undefined) return left;
    const right = this.#sum();
    const second = this.#takesComparison();
    if (second === undefined) return this.#call(sign.text, sign, left, right);
    if (second.text !== sign.text || !['<', '<='].includes(sign.text))
      throw new ConditionError('only a < b < c or a <= b <= c can be chained', second.index, 'join with "and"');
    return this.#call(sign.text, sign, left, right, this.#sum());
  }

  #takesComparison(): Token | undefined {
    return this.#next.kind === 'sign' && COMPARISONS.includes(this.#next.text) ? this.#take() : undefined;
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/', '%'], () => this.#primary()));
  }

  #chain(signs: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    while (this.#next.kind === 'sign' && signs.includes(this.#next.text)) {
      const sign = this.#take();
      left = this.#call(sign.text, sign, left, operand());
    }
    return left;
  }

  #primary(): Expression {
    if (this.#takes('(') !== undefined) return this.#parenthesised();
    const { kind, text } = this.#next;
    if (
      (kind === 'name' && !['and', 'or', 'not', 'in'].includes(text)) ||
      kind === 'number' ||
      kind === 'text' ||
      text === '-'
    )
      return this.#operand(this.#take());
    throw new ConditionError(
      kind === 'end' ? 'ends where a value was expected' : `expected a value, found "${text}"`,
      this.#next.index,
    );
  }

  #operand(token: Token): Expression {
    const place = this.#place(token);
    if (token.kind !== 'name') return { kind: 'value', value: this.#literal(token), place };
    if (Object.hasOwn(WORDS, token.text)) return { kind: 'value', value: WORDS[token.text] as Scalar, place };
    if ((token.text === 'min' || token.text === 'max') && this.#takes('(') !== undefined) {
      const operands = [this.#or()];
      while (this.#takes(',') !== undefined) operands.push(this.#or());
      this.#expect(')');
      return this.#call(token.text, token, ...operands);
    }
    return { kind: 'fact', name: token.text, place };
  }

  #parenthesised(): Expression {
    if (++this.#open > PARENTHESES_MAX) throw new ConditionError('too many parentheses', this.#next.index);
    const inner = this.#or();
    this.#expect(')');
    this.#open -= 1;
    return inner;
  }

  #list(): Expression {
    const open = this.#expect('[');
    const values = [this.#literal(this.#take())];
    while (this.#takes(',') !== undefined) values.push(this.#literal(this.#take()));
    this.#expect(']');
    return { kind: 'list', values, place: this.#place(open) };
  }

  #literal(token: Token): Scalar {
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'text') return token.text;
    if (token.kind === 'name' && Object.hasOwn(WORDS, token.text)) return WORDS[token.text] as Scalar;
    if (token.text === '-' && this.#next.kind === 'number') return -Number(this.#take().text);
    throw new ConditionError(`expected a number, a text in quotes, true or false, found "${token.text}"`, token.index);
  }
}
