import { CODES, type Charged, type CodeName } from './codes.ts';

export interface ProtocolErrorOptions {
  /** What was thrown below, kept for logs; never shown to a player. */
  cause?: unknown;
  /** Overrides what the code says by itself, where the thrower knows better. */
  charged?: Charged;
  /** One sentence that tells a person what to do next. */
  hint?: string;
}

/**
 * A broken boundary: bytes, a signature, a chain or an offer that must not be used. The message names the field.
 * Declining, or having too little money, is an outcome and never thrown as this.
 */
export class ProtocolError extends Error {
  readonly code: CodeName;
  readonly charged: Charged;
  readonly retryable: boolean;
  readonly hint: string | undefined;

  constructor(code: CodeName, message: string, options: ProtocolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ProtocolError';
    this.code = code;
    this.charged = options.charged ?? CODES[code].charged;
    this.retryable = CODES[code].retryable;
    this.hint = options.hint;
  }
}
