/** Counts who is inside an exclusive stretch of one connection, so that stretches may be nested: begun once, ended once. */
export class Transaction {
  readonly #begin: () => Promise<void>;
  readonly #end: () => Promise<void>;
  #depth = 0;
  #begun: Promise<void> | undefined;

  constructor(begin: () => Promise<void>, end: () => Promise<void>) {
    this.#begin = begin;
    this.#end = end;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#depth += 1;
    const begun = (this.#begun ??= this.#begin());
    try {
      await begun;
      return await work();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) {
        this.#begun = undefined;
        // Not begun: nothing to end.
        if (
          await begun.then(
            () => true,
            () => false,
          )
        )
          await this.#end();
      }
    }
  }
}
