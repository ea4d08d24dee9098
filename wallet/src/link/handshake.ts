/**
 * The beginning of a link, until both sides have proved the pairing secret:
 *
 *     pairing → (the player accepts on the page) → proving → open
 *     proving → (the vault was never open) → unlocking → open
 *
 * A game that is no web page begins with pairing whenever it came by a code, and is never asked about again without one.
 *
 * Frames that do not belong to the phase end the link.
 */
import { timingSafeEqual } from 'node:crypto';
import { linkProof, type Frame, type FrameFields, type FrameKind } from '@coinslot/protocol/link';
import type { Pairing } from '../journal/state.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import type { Admitted } from './doors.ts';
import type { LinkSecrets } from './link-secrets.ts';
import type { PairingDesk } from './pairing-desk.ts';

export const CLOSE = { badFrame: 4400, refused: 4403, tooSlow: 4408, tooMany: 4429, goingAway: 1001 } as const;

export interface HandshakeOptions {
  game: Admitted;
  profile: Profile;
  desk: PairingDesk;
  secrets: LinkSecrets;
  timers: Timers;
  /** Whether this game may pay now, for `welcome`. */
  payments(pairing: Pairing): 'on' | 'off';
  send<K extends FrameKind>(kind: K, fields: FrameFields<K>): void;
  close(code: number): void;
  opened(pairing: Pairing): void;
}

type Prove = Extract<Frame, { kind: 'prove' }>;
type Phase = 'pairing' | 'proving' | 'unlocking' | 'done';

const NOTHING = (): void => undefined;

export class Handshake {
  readonly #options: HandshakeOptions;
  #phase: Phase = 'done';
  #challenge = new Uint8Array(0);
  #pairing: Pairing | undefined;
  #callOffTimeout = NOTHING;
  #withdraw = NOTHING;

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  /** True while it waits for the player to open the vault. */
  get isWaitingForUnlock(): boolean {
    return this.#phase === 'unlocking';
  }

  begin(): void {
    const { game, profile } = this.#options;
    if (profile.state.isBlocked(game)) return this.#end(CLOSE.refused);
    const pairing = profile.state.pairingOf(game);
    if (pairing === undefined || game.pass === 'code') this.#askPlayer(pairing !== undefined);
    else this.#challengeGame(pairing);
  }

  /** Takes a frame of the phase; anything but `prove` at its time is a bad frame. */
  take(frame: Frame): void {
    if (this.#phase !== 'proving' || frame.kind !== 'prove') return this.#end(CLOSE.badFrame);
    // A game without its secret is a stranger with a familiar name: the player is asked again.
    if (frame.proof.length === 0 && this.#options.game.pass === undefined) return this.#askPlayer(true);
    this.#prove(frame);
  }

  stop(): void {
    this.#phase = 'done';
    this.#callOffTimeout();
    this.#withdraw();
    this.#withdraw = NOTHING;
  }

  #askPlayer(isAgain: boolean): void {
    const { game, desk, profile, timers } = this.#options;
    this.#phase = 'pairing';
    this.#newChallenge();
    this.#limit(timers, WALLET_LIMITS.pairingWaitMs);
    // A game accepted beforehand gets its secret at once: told that the player is asked, it would send them to the page.
    const isAsked = !desk.isApproved(game) || profile.vault.day === undefined;
    if (isAsked) this.#options.send('hello', { state: 'pairing', challenge: this.#challenge });
    const withdraw = desk.ask(game, isAgain, {
      accepted: (pairing) => this.#accepted(pairing),
      refused: () => this.#end(CLOSE.refused),
    });
    if (withdraw === undefined) return this.#end(CLOSE.refused);
    // An approved game was accepted within `ask`, and there is nothing left to withdraw.
    if (this.#phase === 'pairing') this.#withdraw = withdraw;
  }

  #accepted(pairing: Pairing): void {
    const secret = this.#options.secrets.of(pairing);
    this.#withdraw = NOTHING;
    if (secret === undefined) return this.#end(CLOSE.refused);
    this.#options.send('paired', { secret });
    this.#challengeGame(pairing);
  }

  #challengeGame(pairing: Pairing): void {
    this.#pairing = pairing;
    this.#phase = 'proving';
    this.#newChallenge();
    this.#limit(this.#options.timers, WALLET_LIMITS.handshakeMs);
    this.#options.send('hello', { state: 'paired', challenge: this.#challenge });
  }

  #prove(frame: Prove): void {
    const { game, secrets, profile, timers } = this.#options;
    const pairing = this.#pairing;
    if (pairing === undefined) return this.#end(CLOSE.badFrame);
    const secret = secrets.of(pairing);
    if (secret === undefined) {
      this.#phase = 'unlocking';
      this.#limit(timers, WALLET_LIMITS.pairingWaitMs);
      const stop = profile.vault.onChange(() => {
        stop();
        this.#withdraw = NOTHING;
        if (this.#phase === 'unlocking') this.#prove(frame);
      });
      this.#withdraw = stop;
      return profile.announce();
    }
    const expected = linkProof(secret, 'game', frame.challenge, this.#challenge, game.origin);
    if (frame.proof.length !== expected.length || !timingSafeEqual(frame.proof, expected)) {
      return this.#end(CLOSE.refused);
    }
    this.stop();
    this.#options.send('welcome', {
      proof: linkProof(secret, 'wallet', frame.challenge, this.#challenge, game.origin),
      locale: profile.settings.language,
      payments: this.#options.payments(pairing),
    });
    this.#options.opened(pairing);
  }

  #newChallenge(): void {
    this.#challenge = Uint8Array.from(this.#options.profile.random(32));
  }

  #limit(timers: Timers, afterMs: number): void {
    this.#callOffTimeout();
    this.#callOffTimeout = timers.after(afterMs, () => this.#end(CLOSE.tooSlow));
  }

  #end(code: number): void {
    this.stop();
    this.#options.close(code);
  }
}
