/**
 * Changing limits: what is lower holds at once and needs nothing; what is higher takes the PIN and holds after a delay. The
 * press limits are held by the payment server too, which believes only the PIN key. Fairness rules change the same way round:
 * longer at once, shorter with the PIN and after the delay.
 *
 * What is changed is what holds once the PIN has been tried: a limit that was lowered meanwhile, in another tab, stays lowered.
 *
 * The delay runs from the latest time that is known, the journal's and the server's, so that a clock that is set back for a
 * moment does not start it in the past.
 */
import type { FairnessRules } from '@coinslot/plugin/timing';
import { fairnessRulesAt } from '../consent/fairness-guard.ts';
import { WalletError } from '../errors.ts';
import { isLowering, lowerOf } from '../journal/limits-over-time.ts';
import type { GameSpendingLimits, WalletSpendingLimits } from '../journal/records.ts';
import type { Pairing } from '../journal/state.ts';
import { lowValueFigures } from '../profile/presets.ts';
import type { Profile } from '../profile/profile.ts';
import type { Account } from './account.ts';

export class LimitsDesk {
  readonly #profile: Profile;
  readonly #account: Account;

  constructor(profile: Profile, account: Account) {
    this.#profile = profile;
    this.#account = account;
  }

  /** True when the server lets a press spend less than the player's own limits do: the PIN is needed to tell it. */
  get isServerBehind(): boolean {
    const { statement } = this.#account;
    const own = this.#profile.state.walletLimits?.at(this.#profile.clock());
    if (statement === undefined || own === undefined) return false;
    return (
      statement.pressPaymentMaxMinor < own.pressPaymentMaxMinor || statement.pressDayMaxMinor < own.pressDayMaxMinor
    );
  }

  /** Throws BAD_REQUEST when something rises and no PIN is given, or above the law's figures; PIN_WRONG, PIN_DELAYED. */
  async changeWalletLimits(next: WalletSpendingLimits, pin: string | undefined): Promise<void> {
    const limits = this.#requireLimits();
    if (!isLowering(limits.at(this.#latestMs()), next)) {
      this.#requireLawful(next);
      await this.#requirePin(pin);
    }
    const nowMs = this.#latestMs();
    const current = limits.at(nowMs);
    if (isLowering(current, next)) return this.#recordWallet(next, nowMs);
    const effectiveAtMs = nowMs + this.#profile.settings.raiseDelayMs;
    this.#recordWallet(lowerOf(current, next), nowMs);
    this.#recordWallet(next, effectiveAtMs);
    if (effectiveAtMs <= nowMs && this.isServerBehind && pin !== undefined) await this.tellServer(pin);
  }

  /** As `changeWalletLimits`, for one game; the server knows nothing of these. */
  async changeGameLimits(pairing: Pairing, next: GameSpendingLimits, pin: string | undefined): Promise<void> {
    if (!isLowering(pairing.limits.at(this.#latestMs()), next)) await this.#requirePin(pin);
    const nowMs = this.#latestMs();
    const current = pairing.limits.at(nowMs);
    if (isLowering(current, next)) return this.#recordGame(pairing, next, nowMs);
    this.#recordGame(pairing, lowerOf(current, next), nowMs);
    this.#recordGame(pairing, next, nowMs + this.#profile.settings.raiseDelayMs);
  }

  /** Throws BAD_REQUEST when a rule gets shorter and no PIN is given; PIN_WRONG, PIN_DELAYED. */
  async changeFairness(next: FairnessRules, pin: string | undefined): Promise<void> {
    // Longer is stricter: a change is a tightening when the rules of now are at most the new ones.
    const isTighter = (than: FairnessRules): boolean => isLowering({ ...next }, { ...than });
    if (!isTighter(fairnessRulesAt(this.#profile, this.#latestMs()))) await this.#requirePin(pin);
    const nowMs = this.#latestMs();
    const current = fairnessRulesAt(this.#profile, nowMs);
    const isTightening = isTighter(current);
    this.#recordFairness(isTightening ? next : longerOf(current, next), nowMs);
    if (!isTightening) this.#recordFairness(next, nowMs + this.#profile.settings.raiseDelayMs);
  }

  /** Signs the press limits that now hold with the PIN key and sends them. Throws PIN_WRONG, SERVER_UNREACHABLE. */
  async tellServer(pin: string): Promise<void> {
    const limits = this.#requireLimits().at(this.#profile.clock());
    const envelope = await this.#profile.vault.withPinKeys(pin, ({ signer }) =>
      this.#account.signPressLimits(signer, limits),
    );
    await this.#account.send(envelope);
  }

  #recordWallet(limits: WalletSpendingLimits, effectiveAtMs: number): void {
    this.#profile.record({ kind: 'wallet-limits', atMs: this.#latestMs(), effectiveAtMs, limits });
  }

  #recordGame({ pairingId }: Pairing, limits: GameSpendingLimits, effectiveAtMs: number): void {
    this.#profile.record({ kind: 'game-limits', atMs: this.#latestMs(), effectiveAtMs, pairingId, limits });
  }

  #recordFairness(rules: FairnessRules, effectiveAtMs: number): void {
    this.#profile.record({ kind: 'fairness', atMs: this.#latestMs(), effectiveAtMs, rules });
  }

  /** The player may raise what a press pays to the law's figures, and no further. */
  #requireLawful({ pressPaymentMaxMinor, pressesPerPinMax, pressSumPerPinMaxMinor }: WalletSpendingLimits): void {
    const { region, currency } = this.#profile.settings;
    const law = lowValueFigures(region, currency);
    if (law === undefined) return;
    const tooHigh =
      pressPaymentMaxMinor > law.paymentMaxMinor
        ? 'pressPayment'
        : pressesPerPinMax > law.paymentsMax
          ? 'presses'
          : pressSumPerPinMaxMinor > law.sumMaxMinor
            ? 'pressSum'
            : undefined;
    if (tooHigh !== undefined) throw new WalletError('BAD_REQUEST', `${tooHigh}: above what is paid without the PIN`);
  }

  /** The PIN that raises: in a child's wallet the guardian's. */
  async #requirePin(pin: string | undefined): Promise<void> {
    if (pin === undefined) throw new WalletError('BAD_REQUEST', 'higher limits take the PIN');
    await this.#profile.vault.provePin(pin);
  }

  #latestMs(): number {
    const { clock, state } = this.#profile;
    return Math.max(clock(), state.lastMs, this.#account.statement?.timeMs ?? 0);
  }

  #requireLimits(): NonNullable<Profile['state']['walletLimits']> {
    const limits = this.#profile.state.walletLimits;
    if (limits === undefined) throw new WalletError('NOT_SET_UP', 'the wallet has no limits yet');
    return limits;
  }
}

function longerOf(a: FairnessRules, b: FairnessRules): FairnessRules {
  return {
    minBetweenOffersMs: Math.max(a.minBetweenOffersMs, b.minBetweenOffersMs),
    quietAfterDeclineMs: Math.max(a.quietAfterDeclineMs, b.quietAfterDeclineMs),
    quietAfterLossMs: Math.max(a.quietAfterLossMs, b.quietAfterLossMs),
  };
}
