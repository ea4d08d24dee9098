/** What is known of an offer before the player is asked: whether it may be shown at all, what it costs, what it takes. */
import { checkOffer, ProtocolError, type CheckedOffer } from '@coinslot/protocol';
import type { Account } from '../account/account.ts';
import type { Rates } from '../account/rates.ts';
import { requireEnvironment, type Trust } from '../account/server-envelope.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { consentFor, type ConsentVerdict } from './own-limits.ts';
import type { Seat } from './seat.ts';
import { chargeFor, type Charge } from './shown.ts';
import { spendingView } from './spending-view.ts';

export interface AppraisalOptions {
  profile: Profile;
  account: Account;
  rates: Rates;
  trust: Trust;
  timers: Timers;
}

export interface Priced {
  readonly charge: Charge;
  /** Hash of the key of the server that may decide. */
  readonly audience: Uint8Array;
}

/** How far the clock may lag behind the journal before it counts as set back. */
const CLOCK_BACK_MS = 5 * 60_000;

export class Appraisal {
  readonly #options: AppraisalOptions;

  constructor(options: AppraisalOptions) {
    this.#options = options;
  }

  /** Everything about message 1 that needs no waiting. Throws the first code that fails. */
  check(seat: Seat, offerBytes: Uint8Array): CheckedOffer {
    const { profile, trust, account } = this.#options;
    const nowMs = profile.clock();
    const checked = checkOffer(offerBytes, { roots: trust.roots, verify: trust.verify, atMs: nowMs });
    requireEnvironment(checked.publisher, trust.environment);
    const { quote } = checked;
    if (quote.publisherId !== seat.pairing.publisherId || quote.gameId !== seat.pairing.gameId) {
      throw new ProtocolError('OFFER_ORIGIN', 'Quote: of another publisher or game than the one that is connected');
    }
    if (nowMs < profile.state.lastMs - CLOCK_BACK_MS) {
      throw new ProtocolError('CLOCK_SKEW', 'the clock has been set back');
    }
    if (!account.isOpen) throw new ProtocolError('PAUSED', 'no account is open');
    return checked;
  }

  /** The charge, and who may decide on it. Throws RATE_STALE when no valid table, or no server, is known. */
  async price({ quote }: CheckedOffer): Promise<Priced> {
    const { profile, rates } = this.#options;
    const { currency } = profile.settings;
    const price = { amountMinor: quote.amountMinor, currency: quote.currency };
    const isForeign = price.currency !== currency;
    if (!isForeign && rates.audience !== undefined) {
      return { charge: chargeFor(price, currency, undefined), audience: rates.audience };
    }
    const { table, audience } = await rates.current();
    return { charge: chargeFor(price, currency, isForeign ? table : undefined), audience };
  }

  /** By the last statement; one that says no is asked for again first, since a top-up may have come. */
  async sufficiency(charge: Charge): Promise<'enough' | 'not-enough'> {
    const { account, timers } = this.#options;
    const isEnough = (): boolean => (account.spendableMinor ?? 0n) >= charge.money.amountMinor;
    if (!isEnough()) {
      const waited = new Promise<void>((resolve) => timers.after(WALLET_LIMITS.statementWaitMs, resolve));
      await Promise.race([account.refresh(), waited]);
    }
    return isEnough() ? 'enough' : 'not-enough';
  }

  /** The player's own rules, as things are now. */
  verdict(seat: Seat, charge: Charge): ConsentVerdict {
    const { profile, account } = this.#options;
    const view = spendingView({
      state: profile.state,
      pairing: seat.pairing,
      nowMs: profile.clock(),
      sessionStartMs: seat.sessionStartMs,
      isUnlocked: profile.vault.day !== undefined,
      statement: account.statement,
    });
    return consentFor(charge.money.amountMinor, view);
  }

  /** As `verdict`; throws LIMIT or PAUSED when it is a refusal. */
  requireConsent(seat: Seat, charge: Charge): 'press' | 'pin' {
    const verdict = this.verdict(seat, charge);
    if (verdict.kind === 'refuse') throw new ProtocolError(verdict.code, `limit: ${verdict.because}`);
    return verdict.kind;
  }
}
