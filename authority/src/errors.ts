/** Something the operator of the authority asked for and must not get, or a file that is not as it should be. */
export class AuthorityError extends Error {
  /** What to do about it, one sentence. */
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AuthorityError';
    this.hint = options.hint;
  }
}
