/**
 * Which means pays for an offer, chosen before it is shown since the total's currency depends on it: the first in the
 * player's order that can pay. Those after it that would charge the very same may take its place.
 */
import { convertMoney, ProtocolError, type CheckedOffer, type CodeName, type Money } from '@coinslot/protocol';
import type { Account } from '../account/account.ts';
import type { Rates } from '../account/rates.ts';
import { cardOffer } from '../cards/card-offer.ts';
import type { CardKind, CardShelf } from '../cards/card-shelf.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { HttpDoor } from '../means/http-door.ts';
import type { MeansId } from '../means/port.ts';
import type { Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { chargesTheSame, type Candidate } from './candidate.ts';
import { chargeFor, type Charge } from './shown.ts';

export interface ChoiceOptions {
  profile: Profile;
  account: Account;
  rates: Rates;
  door: HttpDoor;
  shelf: CardShelf;
  timers: Timers;
}

/** No means can be asked. What it says is about the means, the player's cards above all, and not about the offer. */
export class NoMeans extends ProtocolError {}

export interface Choice {
  readonly chosen: Candidate;
  /** In the player's order. */
  readonly others: readonly Candidate[];
}

type Verdict = Candidate | { readonly no: CodeName };

const isCandidate = (verdict: Verdict): verdict is Candidate => !('no' in verdict);

export class MeansChoice {
  readonly #options: ChoiceOptions;

  constructor(options: ChoiceOptions) {
    this.#options = options;
  }

  /** Throws the code that says why no means can be asked. */
  async for(offer: CheckedOffer): Promise<Choice> {
    const { settings, state } = this.#options.profile;
    const { cards } = offer.quote;
    const accepted: readonly MeansId[] = cards === 'none' ? [] : cards === 'chip' ? ['card'] : ['card', 'softcard'];
    const hasCards = state.cards.some(
      ({ isLost, means }) => !isLost && accepted.includes(means) && settings.means.includes(means),
    );
    const verdicts: Verdict[] = [];
    for (const means of settings.means) {
      verdicts.push(means === 'server' ? await this.#server(offer, hasCards) : this.#card(means, offer));
    }
    const candidates = verdicts.filter(isCandidate);
    const chosen = candidates.find(({ sufficiency }) => sufficiency === 'enough') ?? candidates[0];
    if (chosen === undefined) throw new NoMeans(codeOf(verdicts), 'means: none can be asked', { charged: 'no' });
    const others = candidates.filter(
      (one) => one !== chosen && one.sufficiency === 'enough' && chargesTheSame(one, chosen),
    );
    return { chosen, others };
  }

  /**
   * The payment server, asked for by whoever has no card whether it answers or not: a payment is then pending until it does.
   * Where a card could pay, a server out of reach is passed over.
   */
  async #server({ quote }: CheckedOffer, hasCards: boolean): Promise<Verdict> {
    const { profile, rates } = this.#options;
    if (hasCards && !(await this.#isReachable())) return { no: 'BUSY' };
    const { currency } = profile.settings;
    const price = { amountMinor: quote.amountMinor, currency: quote.currency };
    const isForeign = price.currency !== currency;
    try {
      const known = isForeign || rates.audience === undefined ? await rates.current() : undefined;
      const audience = known?.audience ?? rates.audience;
      if (audience === undefined) return { no: 'RATE_STALE' };
      const charge = chargeFor(price, currency, isForeign ? known?.table : undefined);
      const sufficiency = await this.#serverSufficiency(charge);
      const countsMinor = charge.money.amountMinor;
      return { means: 'server', audience, charge, countsMinor, sufficiency, needsCardPin: false };
    } catch (fault) {
      if (!(fault instanceof ProtocolError) || fault.code !== 'RATE_STALE') throw fault;
      return { no: 'RATE_STALE' };
    }
  }

  /** By the last statement; one that says no is asked for again first, since a top-up may have come. */
  async #serverSufficiency(charge: Charge): Promise<Candidate['sufficiency']> {
    const { account } = this.#options;
    const isEnough = (): boolean => (account.spendableMinor ?? 0n) >= charge.money.amountMinor;
    if (!isEnough()) await this.#within(WALLET_LIMITS.statementWaitMs, account.refreshAnew());
    return isEnough() ? 'enough' : 'not-enough';
  }

  /** By what was last heard, when that is recent; else by asking for the rates, which are wanted anyway. */
  async #isReachable(): Promise<boolean> {
    const { door, rates } = this.#options;
    const known = door.contact;
    if (known !== undefined && known.agoMs < WALLET_LIMITS.contactFreshMs) return known.isHeard;
    await this.#within(WALLET_LIMITS.contactWaitMs, rates.refresh());
    const found = door.contact;
    return found !== undefined && found.isHeard && found.agoMs < WALLET_LIMITS.contactFreshMs;
  }

  #card(means: CardKind, { offer, quote }: CheckedOffer): Verdict {
    const { shelf, profile } = this.#options;
    const { currency } = profile.settings;
    const offered = { quote, quoteEnvelope: offer.quote, offerTimeMs: offer.offerTimeMs };
    const verdicts = shelf.ready(means).map((card): Verdict => {
      const said = cardOffer(card, offered, currency);
      if (said.kind === 'no') return { no: said.code };
      const { audience, charge, needsPin: needsCardPin } = said;
      const countsMinor = this.#inOwnCurrency(charge.money, card.info.rates.value);
      if (countsMinor === undefined) return { no: 'RATE_STALE' };
      const sufficiency = said.isEnough ? 'enough' : 'not-enough';
      return { means, audience, charge, countsMinor, sufficiency, needsCardPin };
    });
    const candidates = verdicts.filter(isCandidate);
    const [first] = candidates;
    if (first !== undefined) return candidates.find(({ sufficiency }) => sufficiency === 'enough') ?? first;
    return verdicts[0] ?? { no: this.#absentCode(means) };
  }

  /** Why no card of a kind can be asked: it is away, not to be read, or its store is shut with the vault. */
  #absentCode(means: CardKind): CodeName {
    const { shelf, profile } = this.#options;
    const seen = shelf.cards.find((one) => one.kind === means && one.code !== undefined)?.code;
    const hasOne = profile.state.cards.some((one) => one.means === means && !one.isLost);
    const isShut = means === 'softcard' && hasOne && profile.vault.day === undefined;
    return seen ?? (isShut ? 'CONSENT_REQUIRED' : 'CARD_ABSENT');
  }

  /** By the newer of the tables at hand: limits are the player's own, and nothing is charged by this. */
  #inOwnCurrency(money: Money, cardTable: Parameters<typeof convertMoney>[2]): bigint | undefined {
    const { profile, rates } = this.#options;
    const { currency } = profile.settings;
    for (const table of [cardTable, rates.table]) {
      try {
        if (table !== undefined) return convertMoney(money, currency, table).amountMinor;
      } catch (fault) {
        if (!(fault instanceof ProtocolError)) throw fault;
      }
    }
    return money.currency === currency ? money.amountMinor : undefined;
  }

  async #within(timeMs: number, work: Promise<void>): Promise<void> {
    const waited = new Promise<void>((resolve) => this.#options.timers.after(timeMs, resolve));
    await Promise.race([work, waited]);
  }
}

/** What is told when nothing can be asked: what a card lacks says more than that the server is away. */
function codeOf(verdicts: readonly Verdict[]): CodeName {
  const codes = verdicts.flatMap((one) => (isCandidate(one) ? [] : [one.no]));
  const isTelling = (code: CodeName): boolean => code !== 'BUSY';
  return (
    codes.find((code) => isTelling(code) && code !== 'CARD_ABSENT') ??
    codes.find(isTelling) ??
    codes[0] ??
    'CARD_ABSENT'
  );
}
