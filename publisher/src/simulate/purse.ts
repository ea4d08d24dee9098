/** What a simulated player has bought, as `Entitlements` of the plugin keeps it: minutes run down, uses are used up, dates pass. */
import type { SimulatedOffer } from './setup.ts';

interface Bought {
  readonly target: string;
  readonly opens: readonly string[];
  minutesMs: number | null;
  uses: number | null;
  readonly endsAtMs: number | null;
}

export class Purse {
  readonly #covers: Readonly<Record<string, readonly string[]>>;
  #bought: Bought[] = [];

  constructor(covers: Readonly<Record<string, readonly string[]>>) {
    this.#covers = covers;
  }

  buy(offer: SimulatedOffer, nowMs: number): void {
    const { target, minutesMs, uses, untilMs, periodMs } = offer;
    const endsAtMs = untilMs ?? (periodMs === null ? null : nowMs + periodMs);
    this.#bought.push({ target, opens: [target, ...(this.#covers[target] ?? [])], minutesMs, uses, endsAtMs });
  }

  /** Whether anything ends by the clock alone. */
  get hasDated(): boolean {
    return this.#bought.some((one) => one.endsAtMs !== null);
  }

  /** Targets that are open, those covered included. */
  targets(nowMs: number): readonly string[] {
    if (this.#bought.length === 0) return NOTHING;
    this.#bought = this.#bought.filter((one) => isOpen(one, nowMs));
    return [...new Set(this.#bought.flatMap((one) => one.opens))];
  }

  opens(target: string, nowMs: number): boolean {
    return this.#bought.some((one) => one.opens.includes(target) && isOpen(one, nowMs));
  }

  /** Ms of play until the minutes that play of `target` uses up are gone; any minutes without a target. */
  burningMs(target: string | undefined, nowMs: number): number {
    return this.#burning(target, nowMs)?.minutesMs ?? Infinity;
  }

  /** Uses up minutes; gives the target whose minutes ran out by this. */
  play(target: string | undefined, ms: number, nowMs: number): string | undefined {
    const burning = this.#burning(target, nowMs);
    if (burning === undefined || burning.minutesMs === null) return undefined;
    burning.minutesMs -= ms;
    return burning.minutesMs <= 0 ? burning.target : undefined;
  }

  /** Takes one use of what opens `target` by uses alone; gives the target whose last one this was. */
  use(target: string, nowMs: number): string | undefined {
    const opening = this.#opening(target, nowMs);
    if (opening.some((one) => one.uses === null)) return undefined;
    const used = opening[0];
    if (used === undefined || used.uses === null) return undefined;
    used.uses -= 1;
    return used.uses <= 0 ? used.target : undefined;
  }

  /** The oldest minutes; none where the target is open without. */
  #burning(target: string | undefined, nowMs: number): Bought | undefined {
    if (this.#bought.length === 0) return undefined;
    const opening = this.#opening(target, nowMs);
    if (target !== undefined && opening.some((one) => one.minutesMs === null)) return undefined;
    return opening.find((one) => one.minutesMs !== null);
  }

  #opening(target: string | undefined, nowMs: number): readonly Bought[] {
    return this.#bought.filter((one) => (target === undefined || one.opens.includes(target)) && isOpen(one, nowMs));
  }
}

const NOTHING: readonly string[] = [];

const isOpen = ({ minutesMs, uses, endsAtMs }: Bought, nowMs: number): boolean =>
  (minutesMs === null || minutesMs > 0) && (uses === null || uses > 0) && (endsAtMs === null || nowMs < endsAtMs);
