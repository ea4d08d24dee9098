/** Words of the compact condition text: `level >= 3 and session.offers < 2`. */

export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'sign' | 'end';
  /** The content of a text without its quotes, otherwise as written. */
  readonly text: string;
  /** Index of its first character. */
  readonly index: number;
}

/** A condition text that cannot be read; `index` is the character it fails at. */
export class ConditionError extends Error {
  readonly index: number;
  readonly hint: string | undefined;

  constructor(message: string, index: number, hint?: string) {
    super(message);
    this.index = index;
    this.hint = hint;
  }
}

/** Far more than a person writes; bounds the depth that the parser can be driven to. */
const CHARACTERS_MAX = 1_000;
const PATTERN =
  /\s*(?:(?<number>\d+(?:\.\d+)?)(?![A-Za-z_])|(?<text>'[^']*'|"[^"]*")|(?<name>[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*)|(?<sign><=|>=|==|!=|[<>()[\],+*/%-]))/y;
/** Signs of other languages, and what is written here. */
const FOREIGN: Readonly<Record<string, string>> = { '=': '==', '&': 'and', '|': 'or', '!': 'not' };

/** Splits a condition into its words, an `end` last. Throws ConditionError. */
export function tokensOf(text: string): Token[] {
  if (text.length > CHARACTERS_MAX) throw new ConditionError(`longer than ${CHARACTERS_MAX} characters`, 0);
  const tokens: Token[] = [];
  const pattern = new RegExp(PATTERN);
  while (pattern.lastIndex < text.trimEnd().length) {
    const from = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    const [kind, written] = Object.entries(groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    if (kind === undefined || written === undefined) {
      const index = from + (text.slice(from).length - text.slice(from).trimStart().length);
      const sign = text[index] ?? '';
      const meant = FOREIGN[sign];
      throw new ConditionError(
        sign === "'" || sign === '"' ? 'a text without its closing quote' : `unexpected "${sign}"`,
        index,
        meant === undefined ? undefined : `write "${meant}"`,
      );
    }
    const index = pattern.lastIndex - written.length;
    tokens.push({ kind: kind as Token['kind'], text: kind === 'text' ? written.slice(1, -1) : written, index });
  }
  return [...tokens, { kind: 'end', text: 'the end', index: text.length }];
}
