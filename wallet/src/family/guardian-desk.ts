/**
 * A guardian at a child's wallet: the rules, what the child asked for, and what was refused for good. Everything but looking
 * takes the guardian's own PIN, which is the one that the PIN compartment is sealed under.
 */
import { decodeTexts, decodeOffer, requireLine } from '@coinslot/protocol';
import type { ConsentDesk } from '../consent/desk.ts';
import type { FamilyRules } from '../consent/own-limits.ts';
import { signedNo } from '../consent/signed-no.ts';
import { WalletError } from '../errors.ts';
import { fromHex } from '../hex.ts';
import type { Asked, StandingNo } from '../journal/family-book.ts';
import type { Profile } from '../profile/profile.ts';

export class GuardianDesk {
  readonly #profile: Profile;
  readonly #consent: ConsentDesk;

  constructor(profile: Profile, consent: ConsentDesk) {
    this.#profile = profile;
    this.#consent = consent;
  }

  /** What waits for the guardian: its price is still offered, and its game still connected. Oldest first. */
  get asked(): readonly Asked[] {
    const { state, clock } = this.#profile;
    const nowMs = clock();
    return state.family.asked.filter((one) => one.untilMs > nowMs && state.pairing(one.pairingHex) !== undefined);
  }

  /** What the guardian has refused for good, oldest first. */
  get noes(): readonly StandingNo[] {
    return this.#profile.state.family.noes;
  }

  /** Title and game of what was asked for, in the publisher's words, made harmless. */
  wordsOf({ offer }: Asked): { title: string; gameName: string } {
    const { title, gameName } = decodeTexts(decodeOffer(offer).texts);
    return { title: requireLine(title, 'Texts.title'), gameName: requireLine(gameName, 'Texts.gameName') };
  }

  /** Sets what the child may pay alone. Throws NOT_SET_UP in a wallet without a guardian; PIN_WRONG, PIN_DELAYED. */
  async changeRules({ mode, dayMaxMinor, monthMaxMinor }: FamilyRules, pin: string): Promise<void> {
    const { vault, clock } = this.#profile;
    this.#requireChild();
    await vault.withPinKeys(pin, () =>
      this.#profile.record({ kind: 'family', atMs: clock(), mode, dayMaxMinor, monthMaxMinor }),
    );
    if (mode === 'off') this.#consent.closeForPause();
  }

  /** Puts what was asked for on the desk, priced and dated anew: the guardian sees exactly what is then signed. */
  async open(nonceHex: string): Promise<void> {
    const asked = this.#require(nonceHex);
    const pairing = this.#profile.state.pairing(asked.pairingHex);
    if (pairing === undefined) throw gone();
    await this.#consent.openOnPage(pairing, asked.askedAtMs, asked.offer);
  }

  /** A no for good, signed and remembered. Throws GONE, PIN_WRONG, PIN_DELAYED. */
  async decline(nonceHex: string, pin: string): Promise<void> {
    const asked = this.#require(nonceHex);
    const { vault, clock } = this.#profile;
    await vault.withPinKeys(pin, (_, day) => {
      const atMs = clock();
      const { publisherId, gameId, nonce } = asked;
      const offerHash = fromHex(asked.offerHashHex, 32) as Uint8Array;
      const declined = signedNo(day, { publisherId, gameId, offerHash, nonce, timeMs: atMs }) ?? new Uint8Array();
      const words = this.wordsOf(asked);
      const no = { publisherId, gameId, offerHash, ...words, by: 'guardian', stands: true, declined } as const;
      this.#profile.record({ kind: 'declined', atMs, ...no });
    });
  }

  /** The child does not want it any more. Throws GONE. */
  withdraw(nonceHex: string): void {
    const { nonce, pairingHex } = this.#require(nonceHex);
    const pairingId = fromHex(pairingHex, 16) as Uint8Array;
    this.#profile.record({ kind: 'asked', atMs: this.#profile.clock(), nonce, pairingId, offer: new Uint8Array() });
  }

  /** Takes a no back: the game may ask for it again. Throws GONE, PIN_WRONG, PIN_DELAYED. */
  async takeBack(offerHashHex: string, pin: string): Promise<void> {
    const found = this.noes.find((one) => one.offerHashHex === offerHashHex);
    if (found === undefined) throw gone();
    const { publisherId, gameId, gameName, offerHash, title } = found;
    const { vault, clock } = this.#profile;
    const no = { publisherId, gameId, gameName, offerHash, title, by: 'guardian', stands: false } as const;
    await vault.withPinKeys(pin, () =>
      this.#profile.record({ kind: 'declined', atMs: clock(), ...no, declined: new Uint8Array() }),
    );
  }

  #requireChild(): void {
    if (!this.#profile.vault.hasGuardian) throw new WalletError('NOT_SET_UP', 'this wallet has no guardian');
  }

  #require(nonceHex: string): Asked {
    const found = this.asked.find((one) => one.nonceHex === nonceHex);
    if (found === undefined) throw gone();
    return found;
  }
}

function gone(): WalletError {
  return new WalletError('GONE', 'this is no longer asked for');
}
