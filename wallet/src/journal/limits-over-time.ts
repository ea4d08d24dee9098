/** Limits that may rise only after a delay: what holds now, and what will. */
export interface LimitsChange<L> {
  readonly atMs: number;
  readonly effectiveAtMs: number;
  readonly limits: L;
}

export class LimitsOverTime<L> {
  #current: L;
  #next: LimitsChange<L> | undefined;

  constructor(limits: L) {
    this.#current = limits;
  }

  at(nowMs: number): L {
    return this.#next !== undefined && this.#next.effectiveAtMs <= nowMs ? this.#next.limits : this.#current;
  }

  /** A change that is still waiting, or `undefined`. */
  waiting(nowMs: number): LimitsChange<L> | undefined {
    return this.#next !== undefined && this.#next.effectiveAtMs > nowMs ? this.#next : undefined;
  }

  /** Takes in a change; a later one replaces one that was still waiting. */
  change(change: LimitsChange<L>): void {
    this.#current = this.at(change.atMs);
    this.#next = undefined;
    if (change.effectiveAtMs <= change.atMs) this.#current = change.limits;
    else this.#next = change;
  }
}

type Amounts = Readonly<Record<string, bigint | number>>;

/** The lower of both in every field: what may hold at once of a change that also raises something. */
export function lowerOf<L extends Amounts>(a: L, b: L): L {
  const lower = Object.keys(a).map((field) => {
    const [left, right] = [a[field] as bigint, b[field] as bigint];
    return [field, right < left ? right : left];
  });
  return Object.fromEntries(lower) as L;
}

/** True when no field of `to` is above `from`. */
export function isLowering<L extends Amounts>(from: L, to: L): boolean {
  return Object.keys(from).every((field) => (to[field] as bigint) <= (from[field] as bigint));
}
