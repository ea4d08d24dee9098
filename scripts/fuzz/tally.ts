/** What came of the mutants, counted by door and answer. */
export class Tally {
  readonly #counts = new Map<string, number>();
  readonly faults: string[] = [];
  frames = 0;

  /** One mutant, dealt with. */
  count(door: string, answer: string): void {
    const name = `${door}: ${answer}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.frames += 1;
  }

  /** Something that must never be: a mistake of the program, told with as much as is known. */
  fault(what: string): void {
    this.faults.push(what);
  }

  get rows(): readonly (readonly [string, number])[] {
    return [...this.#counts].sort(([a], [b]) => a.localeCompare(b));
  }
}

/** A log that holds every error line for a fault: a refused frame is no error of the program that refused it. */
export function watchingLog(tally: Tally) {
  const nothing = (): void => undefined;
  const error = (fields: object, message: string): void => {
    const { err } = fields as { err?: Error };
    tally.fault(`log: ${message} ${err?.stack ?? JSON.stringify(fields)}`);
  };
  return { info: nothing, warn: nothing, error, fatal: error };
}
