/** A queue of events that one flow waits on, so that a dialog reads as one story from top to bottom. */
export class Mailbox<T> {
  readonly #queue: T[] = [];
  #take: ((value: T) => void) | undefined;

  put(value: T): void {
    const take = this.#take;
    this.#take = undefined;
    if (take === undefined) this.#queue.push(value);
    else take(value);
  }

  clear(): void {
    this.#queue.length = 0;
  }

  /** The next event; one caller at a time. */
  next(): Promise<T> {
    const value = this.#queue.shift();
    if (value !== undefined) return Promise.resolve(value);
    return new Promise((resolve) => (this.#take = resolve));
  }
}
