/** What is known of an offer before the player is asked: whether it may be shown at all, what it takes. */
import { checkOffer, ProtocolError, readEnvelope, type CheckedOffer } from '@coinslot/protocol';
import type { Account } from '../account/account.ts';
import type { PasswordDesk } from '../account/password-desk.ts';
import { requireEnvironment, type Trust } from '../account/server-envelope.ts';
import type { Profile } from '../profile/profile.ts';
import type { Candidate } from './candidate.ts';
import { consentFor, type ConsentVerdict } from './own-limits.ts';
import { familyRulesOf } from '../family/family-rules.ts';
import { lowValueFigures } from '../profile/presets.ts';
import type { Seat } from './seat.ts';
import { spendingView } from './spending-view.ts';

export interface AppraisalOptions {
  profile: Profile;
  account: Account;
  passwords: Pick<PasswordDesk, 'isSet'>;
  trust: Trust;
}

/** Which secrets a payment takes; none: a press is enough. */
export interface Pins {
  readonly wallet: boolean;
  readonly card: boolean;
  /** In the place of the wallet's PIN, which is asked for beside it to unlock the wallet. */
  readonly password: boolean;
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
    const checked = checkOffer(offerBytes, { roots: trust.roots, verify: trust.verify, crls: trust.crls, atMs: nowMs });
    requireEnvironment(checked.publisher, trust.environment);
    trust.learn(readEnvelope(checked.offer.quote).chain.slice(1));
    const { quote, terms } = checked;
    if (quote.publisherId !== seat.pairing.publisherId || quote.gameId !== seat.pairing.gameId) {
      throw new ProtocolError('OFFER_ORIGIN', 'Quote: of another publisher or game than the one that is connected');
    }
    // The price still holds, and there would be nothing for it.
    if (terms.grant.kind === 'until' && terms.grant.untilMs <= nowMs) {
      throw new ProtocolError('OFFER_EXPIRED', 'Terms.grant.untilMs: is over');
    }
    if (nowMs < profile.state.lastMs - CLOCK_BACK_MS) {
      throw new ProtocolError('CLOCK_SKEW', 'the clock has been set back');
    }
    if (!account.isOpen) throw new ProtocolError('PAUSED', 'no account is open');
    return checked;
  }

  /** The player's own rules, as things are now. */
  verdict(seat: Seat, countsMinor: bigint): ConsentVerdict {
    const { profile, account } = this.#options;
    const view = spendingView({
      state: profile.state,
      pairing: seat.pairing,
      nowMs: profile.clock(),
      sessionStartMs: seat.sessionStartMs,
      isUnlocked: profile.vault.day !== undefined,
      lowValue: lowValueFigures(profile.settings.region, profile.settings.currency),
      family: familyRulesOf(profile),
      statement: account.statement,
    });
    return consentFor(countsMinor, view);
  }

  /** What it takes to pay by a means, as things are now. Throws LIMIT or PAUSED when the player's own rules refuse it. */
  requireConsent(seat: Seat, candidate: Candidate): Pins {
    const verdict = this.verdict(seat, candidate.countsMinor);
    if (verdict.kind === 'refuse') throw new ProtocolError(verdict.code, `limit: ${verdict.because}`);
    const takesPin = verdict.kind === 'pin';
    const isLocked = takesPin && verdict.because === 'locked';
    // What the server pays takes the password in the PIN's place, where there is one; the PIN still opens a wallet that is shut.
    if (candidate.means === 'server' && takesPin && this.#options.passwords.isSet)
      return { wallet: isLocked, card: false, password: true };
    // A card's own PIN is as good a proof as the wallet's; the software card's is the wallet's.
    if (candidate.means !== 'card') return { wallet: takesPin || candidate.needsCardPin, card: false, password: false };
    // A child may know a card's PIN; only the guardian's stands for the guardian.
    if (this.#options.profile.vault.hasGuardian)
      return { wallet: takesPin, card: candidate.needsCardPin, password: false };
    return { wallet: isLocked, card: candidate.needsCardPin || (takesPin && !isLocked), password: false };
  }
}
