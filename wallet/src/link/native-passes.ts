/**
 * How a game that is no web page gets as far as the handshake. It has no origin that a browser vouches for, and a sandboxed
 * frame of any web page looks just like it from here. So it has to show a pass: a code that the player opened on the
 * wallet's page and typed into the game, good for one first contact; and ever after the door key of its pairing. The wallet
 * knows door keys while it is locked, and a door key only opens the door: the secret itself is proved inside.
 */
import { timingSafeEqual } from 'node:crypto';
import { LINK_CODE_ALPHABET, LINK_CODE_LENGTH, readLinkCode } from '@coinslot/protocol/link';
import type { PairingKey } from '../journal/state.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';

/** By what a native game came in. */
export type PassKind = 'code' | 'door';

export interface LinkCode {
  /** 8 characters of `LINK_CODE_ALPHABET`. */
  readonly code: string;
  readonly endsAtMs: number;
}

interface OpenCode extends LinkCode {
  triesLeft: number;
  readonly callOff: () => void;
}

/** 32 bytes in base64url. */
const DOOR_KEY_CHARACTERS = 43;

export class NativePasses {
  readonly #profile: Profile;
  readonly #timers: Timers;
  #open: OpenCode | undefined;

  constructor(profile: Profile, timers: Timers) {
    this.#profile = profile;
    this.#timers = timers;
  }

  /** The code that is on the page now. */
  get code(): LinkCode | undefined {
    return this.#open !== undefined && this.#profile.clock() < this.#open.endsAtMs ? this.#open : undefined;
  }

  /** Opens a new code; one that was open is none any more. */
  openCode(): LinkCode {
    this.closeCode();
    const { linkCodeMs, linkCodeTries } = WALLET_LIMITS;
    // 32 characters: five bits of each byte, none likelier than another.
    const code = [...this.#profile.random(LINK_CODE_LENGTH)].map((byte) => LINK_CODE_ALPHABET[byte & 31]).join('');
    const callOff = this.#timers.after(linkCodeMs, () => this.closeCode());
    this.#open = { code, endsAtMs: this.#profile.clock() + linkCodeMs, triesLeft: linkCodeTries, callOff };
    this.#profile.announce();
    return this.#open;
  }

  closeCode(): void {
    if (this.#open === undefined) return;
    this.#open.callOff();
    this.#open = undefined;
    this.#profile.announce();
  }

  /** By what this pass admits the game; `undefined` when it does not. The right code is used up, a wrong one counts. */
  admits(game: PairingKey, pass: string): PassKind | undefined {
    if (pass.length === DOOR_KEY_CHARACTERS) return this.#isDoorKey(game, pass) ? 'door' : undefined;
    return this.#redeem(pass) ? 'code' : undefined;
  }

  #isDoorKey(game: PairingKey, pass: string): boolean {
    const doorKey = this.#profile.state.pairingOf(game)?.doorKey;
    const shown = Buffer.from(pass, 'base64url');
    return doorKey !== undefined && shown.length === doorKey.length && timingSafeEqual(shown, doorKey);
  }

  #redeem(pass: string): boolean {
    if (this.code === undefined || this.#open === undefined) return false;
    const isRight = timingSafeEqual(
      Buffer.from(readLinkCode(pass) ?? ' '.repeat(LINK_CODE_LENGTH)),
      Buffer.from(this.#open.code),
    );
    // Counted before anything is told: whoever guesses has as many tries as the code has, however many sockets it opens.
    this.#open.triesLeft -= 1;
    if (isRight || this.#open.triesLeft === 0) this.closeCode();
    return isRight;
  }
}
