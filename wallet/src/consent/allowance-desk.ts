/**
 * Automatic approval: the lowest step of the ladder, off until the player makes one. It answers for one game, one kind of grant,
 * one budget and one end date, and never goes round another rule: what it pays is a press in every other respect.
 */
import { WalletError } from '../errors.ts';
import { hex } from '../hex.ts';
import type { Allowance } from '../journal/allowances.ts';
import type { Pairing } from '../journal/state.ts';
import type { Profile } from '../profile/profile.ts';

export type AllowanceFigures = Pick<Allowance, 'grant' | 'budgetMinor' | 'perPaymentMaxMinor' | 'endsAtMs'>;

const ID_BYTES = 16;
/** Longest life: an approval that nobody remembers is none. */
export const ALLOWANCE_LIFE_MS_MAX = 366 * 86_400_000;

export class AllowanceDesk {
  readonly #profile: Profile;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** Those that can still pay something, oldest first. */
  get standing(): readonly Allowance[] {
    const nowMs = this.#latestMs();
    return this.#profile.state.allowances.all.filter(
      (one) => one.endsAtMs > nowMs && this.#profile.state.pairing(one.pairingHex) !== undefined,
    );
  }

  /** Minor units, pending payments included. */
  spentMinor({ idHex }: Allowance): bigint {
    return this.#profile.state.spent((one) => one.allowanceHex === idHex);
  }

  /** Whether any stands for this game and kind with something left; says nothing yet of an amount. */
  mayCover(pairing: Pairing, grant: Allowance['grant']): boolean {
    return this.#of(pairing, grant).some((one) => this.spentMinor(one) < one.budgetMinor);
  }

  /** The one that consents to this very charge, in the wallet's currency. */
  covering(pairing: Pairing, grant: Allowance['grant'], chargeMinor: bigint): Allowance | undefined {
    return this.#of(pairing, grant).find(
      (one) => chargeMinor <= one.perPaymentMaxMinor && this.spentMinor(one) + chargeMinor <= one.budgetMinor,
    );
  }

  /** Takes the PIN. Throws BAD_REQUEST, PIN_WRONG, PIN_DELAYED. */
  async make(pairing: Pairing, figures: AllowanceFigures, pin: string): Promise<Allowance> {
    return this.#write(this.#profile.random(ID_BYTES), pairing.pairingId, figures, pin);
  }

  /** Other figures for one that stands, higher or lower. Takes the PIN. Throws GONE and what `make` throws. */
  async change(idHex: string, figures: Omit<AllowanceFigures, 'grant'>, pin: string): Promise<Allowance> {
    const { allowanceId, pairingHex, grant } = this.#require(idHex);
    const pairing = this.#profile.state.pairing(pairingHex);
    if (pairing === undefined) throw gone();
    return this.#write(allowanceId, pairing.pairingId, { ...figures, grant }, pin);
  }

  /** Needs nothing. Throws GONE. */
  end(idHex: string): void {
    const { allowanceId } = this.#require(idHex);
    this.#profile.record({ kind: 'allowance-ended', atMs: this.#profile.clock(), allowanceId });
  }

  async #write(
    allowanceId: Uint8Array,
    pairingId: Uint8Array,
    figures: AllowanceFigures,
    pin: string,
  ): Promise<Allowance> {
    const { vault, state } = this.#profile;
    const nowMs = this.#latestMs();
    const { budgetMinor, perPaymentMaxMinor, endsAtMs } = figures;
    if (endsAtMs <= nowMs || endsAtMs > nowMs + ALLOWANCE_LIFE_MS_MAX) {
      throw new WalletError('BAD_REQUEST', 'endsAt: expected within a year from now');
    }
    if (perPaymentMaxMinor > budgetMinor) {
      throw new WalletError('BAD_REQUEST', 'perPayment: above the whole budget');
    }
    return vault.withPinKeys(pin, () => {
      this.#profile.record({ kind: 'allowance', atMs: this.#profile.clock(), allowanceId, pairingId, ...figures });
      const made = state.allowances.get(hex(allowanceId));
      if (made === undefined) throw new Error('journal: the allowance just written is not there');
      return made;
    });
  }

  #of({ idHex }: Pairing, grant: Allowance['grant']): readonly Allowance[] {
    return this.standing.filter((one) => one.pairingHex === idHex && one.grant === grant);
  }

  /** Setting the clock back does not bring an end date further away than what was already seen. */
  #latestMs(): number {
    return Math.max(this.#profile.clock(), this.#profile.state.lastMs);
  }

  #require(idHex: string): Allowance {
    const found = this.#profile.state.allowances.get(idHex);
    if (found === undefined) throw gone();
    return found;
  }
}

function gone(): WalletError {
  return new WalletError('GONE', 'this approval has ended');
}
