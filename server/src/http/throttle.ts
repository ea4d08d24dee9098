/**
 * How often one address, and one player, may knock at a door. By address before anything is read; by player only what their
 * own signature was found on, so that nobody can use up what is somebody else's.
 */
import type { ServerLimits } from '../limits.ts';
import { bucketNameOf } from './address.ts';
import { Buckets } from './buckets.ts';

/** Doors that cost much and prove nothing (`enrol`), doors that start sessions (`sign-in`), and all others that take messages. */
export type DoorLimit = 'enrol' | 'sign-in' | 'ask';

/** The label under which wrong tokens are counted, at whatever door. */
const OPERATOR = '/v1/operator';

export class Throttle {
  readonly #byAddress: Readonly<Record<DoorLimit, Buckets>>;
  readonly #byUser: Buckets;
  readonly #wrongTokens: Buckets;
  readonly #onLimited: (door: string, by: 'address' | 'user') => void;

  constructor(
    limits: ServerLimits,
    monotonic: () => number,
    onLimited: (door: string, by: 'address' | 'user') => void,
  ) {
    const buckets = (perSecond: number, burst: number): Buckets => new Buckets({ perSecond, burst }, monotonic);
    this.#byAddress = {
      enrol: buckets(limits.enrolmentsPerSecond, limits.enrolmentsBurst),
      'sign-in': buckets(limits.signInsPerSecond, limits.signInsBurst),
      ask: buckets(limits.asksPerSecond, limits.asksBurst),
    };
    this.#wrongTokens = buckets(limits.signInsPerSecond, limits.signInsBurst);
    this.#byUser = buckets(limits.asksPerUserPerSecond, limits.asksPerUserBurst);
    this.#onLimited = onLimited;
  }

  /** Throws RATE_LIMITED. */
  knock(door: string, limit: DoorLimit, address: string): void {
    this.#tell(door, 'address', () => this.#byAddress[limit].take(bucketNameOf(address)));
  }

  /** Before an operator's token is looked at: whoever has guessed too often waits, with a right one too. Throws RATE_LIMITED. */
  requireTokenLeft(address: string): void {
    this.#tell(OPERATOR, 'address', () => this.#wrongTokens.requireLeft(bucketNameOf(address)));
  }

  /** After a wrong one. */
  countWrongToken(address: string): void {
    this.#wrongTokens.take(bucketNameOf(address));
  }

  /** Before a message is verified that says it is this user's. Throws RATE_LIMITED. */
  requireLeft(door: string, user: string): void {
    this.#tell(door, 'user', () => this.#byUser.requireLeft(user));
  }

  /** After it was. */
  count(user: string): void {
    this.#byUser.take(user);
  }

  #tell(door: string, by: 'address' | 'user', ask: () => void): void {
    try {
      ask();
    } catch (limited) {
      this.#onLimited(door, by);
      throw limited;
    }
  }
}
