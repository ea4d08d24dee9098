/** First contacts that wait for the player on the wallet's page; and those that were approved beforehand. */
import { linkDoorKey, NATIVE_ORIGIN } from '@coinslot/protocol/link';
import { hex } from '../hex.ts';
import { WalletError } from '../errors.ts';
import { lowerOf } from '../journal/limits-over-time.ts';
import type { GameSpendingLimits } from '../journal/records.ts';
import { keyText, type Pairing, type PairingKey } from '../journal/state.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Profile } from '../profile/profile.ts';
import { presetGameLimits } from '../profile/presets.ts';
import type { Admitted } from './doors.ts';

/** A game that is accepted at first contact without asking: for the sandbox's own demo. */
export interface AutoPair {
  readonly gameId: string;
  readonly publisherId: string;
  readonly origins: readonly string[];
}

export interface PairingRequest {
  readonly id: string;
  readonly game: Admitted;
  /** A game that was connected and lost its secret. */
  readonly isAgain: boolean;
}

export interface PairingOutcome {
  accepted(pairing: Pairing): void;
  refused(): void;
}

interface Waiting extends PairingRequest {
  readonly outcomes: Set<PairingOutcome>;
}

const ID_BYTES = 16;

export class PairingDesk {
  readonly #profile: Profile;
  readonly #autoPair: readonly AutoPair[];
  readonly #waiting = new Map<string, Waiting>();
  /** Games that were told no, and until when they are not shown again. */
  readonly #resting = new Map<string, number>();

  constructor(profile: Profile, autoPair: readonly AutoPair[]) {
    this.#profile = profile;
    this.#autoPair = autoPair;
    profile.vault.onChange(() => this.#acceptApproved());
  }

  get requests(): readonly PairingRequest[] {
    return [...this.#waiting.values()];
  }

  /** Games that were accepted beforehand wait only for the vault; they are no question to the player, until they are sent away. */
  isApproved(game: PairingKey): boolean {
    if (this.#profile.state.wasRevoked(game)) return false;
    return this.#autoPair.some(
      ({ gameId, publisherId, origins }) =>
        gameId === game.gameId && publisherId === game.publisherId && origins.includes(game.origin),
    );
  }

  /**
   * Puts a game before the player. One entry however many tabs ask; each hears the answer once. `undefined` when it may not
   * ask now: told no a moment ago, or too many ask. The returned function takes the question back.
   */
  ask(game: Admitted, isAgain: boolean, outcome: PairingOutcome): (() => void) | undefined {
    const key = keyText(game);
    // A code that the player has typed in is their own wish, whatever they said a moment ago.
    const isResting = (this.#resting.get(key) ?? 0) > this.#profile.clock();
    if (isResting && game.pass !== 'code') return undefined;
    let waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      if (this.#waiting.size >= WALLET_LIMITS.pairingRequestsMax) return undefined;
      waiting = { id: hex(this.#profile.random(ID_BYTES)), game, isAgain, outcomes: new Set() };
      this.#waiting.set(key, waiting);
    }
    const { outcomes } = waiting;
    outcomes.add(outcome);
    this.#acceptApproved();
    this.#profile.announce();
    return () => {
      outcomes.delete(outcome);
      if (outcomes.size === 0 && this.#waiting.get(key)?.outcomes === outcomes) this.#waiting.delete(key);
      this.#profile.announce();
    };
  }

  /** The player said yes. Throws GONE, or LOCKED while there are no keys to make a secret from. */
  accept(id: string, limits: GameSpendingLimits): Pairing {
    const waiting = this.#require(id);
    if (this.#profile.vault.day === undefined) throw new WalletError('LOCKED', 'the wallet is locked');
    const pairing = this.#pair(waiting.game, limits);
    this.#waiting.delete(keyText(waiting.game));
    for (const outcome of waiting.outcomes) outcome.accepted(pairing);
    return pairing;
  }

  /** The player said no; with `block`, for good. Throws GONE. */
  refuse(id: string, block: boolean): void {
    const { game, outcomes } = this.#require(id);
    const key = keyText(game);
    this.#waiting.delete(key);
    this.#resting.set(key, this.#profile.clock() + WALLET_LIMITS.pairingRestMs);
    if (block) this.setBlocked(game, game.gameName, true);
    for (const outcome of outcomes) outcome.refused();
    this.#profile.announce();
  }

  setBlocked({ origin, publisherId, gameId }: PairingKey, gameName: string, on: boolean): void {
    const atMs = this.#profile.clock();
    this.#profile.record({ kind: 'blocked', atMs, origin, publisherId, gameId, gameName, on });
    if (!on) this.#resting.delete(keyText({ origin, publisherId, gameId }));
  }

  /** Journals a pairing; a game that only lost its secret keeps its entry, its limits and the secret itself. */
  #pair(game: Admitted, limits: GameSpendingLimits): Pairing {
    const pairing = this.#profile.state.pairingOf(game) ?? this.#recordPairing(game, limits);
    if (pairing.origin === NATIVE_ORIGIN && pairing.doorKey === undefined) this.#recordDoorKey(pairing);
    return pairing;
  }

  /** Ending a pairing and making it anew raises nothing: that takes the PIN and the delay, as ever, and presses stay off. */
  #recordPairing(game: Admitted, wished: GameSpendingLimits): Pairing {
    const { state, clock, random } = this.#profile;
    const { origin, publisherId, publisherName, gameId, gameName } = game;
    const pairingId = random(ID_BYTES);
    const atMs = clock();
    const ended = state.endedPairingOf(game);
    const limits = ended === undefined ? wished : lowerOf(wished, ended.limits.at(atMs));
    const named = { origin, publisherId, publisherName, gameId, gameName };
    this.#profile.record(
      { kind: 'paired', atMs, pairingId, ...named, limits },
      ...(ended?.pressOff === true ? [{ kind: 'press-off', atMs, pairingId, off: true } as const] : []),
    );
    const pairing = state.pairingOf(game);
    if (pairing === undefined) throw new Error('journal: the pairing just written is not there');
    return pairing;
  }

  /** Kept where it can be read while the vault is shut: the door has to know its own before anybody unlocks. */
  #recordDoorKey({ pairingId }: Pairing): void {
    const { vault, clock } = this.#profile;
    if (vault.day === undefined) throw new WalletError('LOCKED', 'the wallet is locked');
    const doorKey = linkDoorKey(vault.day.linkSecret(pairingId));
    this.#profile.record({ kind: 'native-door', atMs: clock(), pairingId, doorKey });
  }

  #acceptApproved(): void {
    if (this.#profile.vault.day === undefined) return;
    for (const { id, game } of [...this.#waiting.values()]) {
      if (this.isApproved(game)) this.accept(id, presetGameLimits(this.#profile.settings.currency));
    }
  }

  #require(id: string): Waiting {
    const waiting = [...this.#waiting.values()].find((one) => one.id === id);
    if (waiting === undefined) throw new WalletError('GONE', 'this game no longer asks');
    return waiting;
  }
}
