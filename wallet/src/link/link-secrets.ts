/**
 * Pairing secrets of the games. They come from the day compartment, and are kept in memory when it locks: a secret proves
 * who a game is and pays nothing, and a game's link should not end because the player was away.
 */
import type { Pairing } from '../journal/state.ts';
import type { Profile } from '../profile/profile.ts';

export class LinkSecrets {
  readonly #profile: Profile;
  readonly #known = new Map<string, Uint8Array>();

  constructor(profile: Profile) {
    this.#profile = profile;
    this.#learn();
    profile.vault.onChange(() => this.#learn());
  }

  /** 32 bytes, or `undefined` as long as the vault was never open in this run. */
  of(pairing: Pairing): Uint8Array | undefined {
    const known = this.#known.get(pairing.idHex);
    if (known !== undefined) return known;
    const secret = this.#profile.vault.day?.linkSecret(pairing.pairingId);
    if (secret !== undefined) this.#known.set(pairing.idHex, secret);
    return secret;
  }

  /** While it is open: the secrets of all games, so that they can come back while it is locked. */
  #learn(): void {
    if (this.#profile.vault.day === undefined) return;
    for (const pairing of this.#profile.state.pairings) this.of(pairing);
  }
}
