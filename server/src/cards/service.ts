/** The cards of this server: issue, uploads, parameters, rates, blocked lists, claims. */
import { encodeCrls, encodeRateTable, ProtocolError, type Alg, type CardParameters } from '@coinslot/protocol';
import { currentRateTable } from '../exchange/service.ts';
import type { Escrows } from '../escrows/service.ts';
import type { Identity } from '../identity.ts';
import type { ServerLimits } from '../limits.ts';
import type { Clock, Random } from '../log.ts';
import { QuoteDesk } from '../payments/quote-desk.ts';
import { requireFresh, type Nonces } from '../players/freshness.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader } from '../store/port.ts';
import { floatAccount } from './accounts.ts';
import { readApplication } from './application.ts';
import { blockCard, freshList, issueList, requireLists } from './blocked-list.ts';
import { bookClaim, checkClaim, idOf, refusedClaim, type ClaimOutcome, type PresentedClaim } from './claims.ts';
import { loadContentKeys, readKeysRequest } from './content-keys.ts';
import { issueCard, type IssuedCard } from './issuing.ts';
import { createCardIssuers, type CardCertifier, type CardIssuer, type CardIssuers } from './issuers.ts';
import type { CardPolicy } from './policy.ts';
import { readCardRequest, renewParameters } from './requests.ts';
import { settleCard, type Settled } from './settling.ts';
import type { Card } from './types.ts';
import { Uploads } from './uploads.ts';

export interface CardsOptions {
  readonly identity: Identity;
  readonly certifiers: readonly CardCertifier[];
  readonly policy: CardPolicy;
  /** Lists of others - root, SYND, SINT - to be handed on, DER. */
  readonly revocationLists: readonly Uint8Array[];
  readonly store: StoreReader;
  readonly commit: GroupCommit;
  readonly nonces: Nonces;
  readonly escrows: Pick<Escrows, 'contentKeyAt'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ServerLimits;
}

/** A card for the operator's list. */
export interface ListedCard {
  readonly card: Card;
  readonly parameters: CardParameters | undefined;
  /** Of prepaid purses: what is in them as seen from here, records that have not come up included. */
  readonly floats: readonly { readonly purse: string; readonly currency: string; readonly floatMinor: bigint }[];
}

const REASON = /^[\x20-\x7e]{1,140}$/;
const LOST_REASON = 'reported lost';

export class Cards {
  readonly #options: CardsOptions;
  readonly #issuers: CardIssuers;
  readonly #uploads: Uploads;
  readonly #pastQuotes: QuoteDesk;
  readonly #lists: readonly Uint8Array[];
  /** The newest rate table as sealed last, by issuer. */
  readonly #sealedRates = new Map<CardIssuer, { readonly tableId: number; readonly envelope: Uint8Array }>();

  /** Throws CHAIN_* or BAD_KEY for issuers that nobody would believe, BAD_ENCODING or TOO_LARGE for lists that are none. */
  constructor(options: CardsOptions) {
    const { identity, certifiers, store, commit, limits, clock, revocationLists } = options;
    const { roots, audience } = identity;
    this.#options = options;
    this.#issuers = createCardIssuers({ certifiers, roots, nowMs: clock() });
    this.#lists = requireLists(revocationLists, certifiers.length);
    this.#pastQuotes = new QuoteDesk({
      roots,
      store,
      revocationLists,
      entriesMax: limits.quoteCacheEntriesMax,
      ageMsMax: limits.quoteCacheAgeMsMax,
    });
    this.#uploads = new Uploads({
      audience,
      roots,
      issuers: this.#issuers,
      store,
      commit,
      quotes: this.#pastQuotes,
      times: limits,
      clock,
    });
  }

  /** Envelope `card-issue` for a `card-application`. Throws the codes of `readApplication`, CLOCK_SKEW, CONSENT_REQUIRED, ID_CONFLICT, LIMIT, RATE_STALE. */
  async issue(envelope: Uint8Array): Promise<IssuedCard> {
    const { identity, store, commit, clock, policy, random, limits } = this.#options;
    const read = await readApplication(envelope, identity.audience, store, clock());
    return commit.submit((tx) => {
      const nowMs = clock();
      const admit = (): void => requireFresh(read.application.timeMs, nowMs, 'CardApplication.timeMs');
      const { cardsPerPlayerMax } = limits;
      return issueCard(tx, read, admit, { issuers: this.#issuers, policy, random, nowMs, cardsPerPlayerMax });
    });
  }

  /** Envelope `upload-acknowledgement` for a `card-upload`; see `Uploads.take` for its codes. */
  upload(envelope: Uint8Array): Promise<Uint8Array> {
    return this.#uploads.take(envelope);
  }

  /** Envelope `card-parameters` for a `card-request`. Throws CARD_BLOCKED, CHAIN_EXPIRED, CLOCK_SKEW, CONSENT_STALE and its form's codes. */
  async parameters(envelope: Uint8Array): Promise<Uint8Array> {
    const { identity, store, commit, clock, nonces, policy } = this.#options;
    const request = await readCardRequest(envelope, 'parameters', identity.audience, store);
    requireFresh(request.timeMs, clock(), 'CardRequest.timeMs');
    await nonces.requireNew(request.userId, request.nonce, clock());
    const issuerOf = (card: Card): CardIssuer => this.#issuers.ofKey(card.issuerKey);
    return commit.submit((tx) => renewParameters(tx, request.cardId, { issuerOf, policy, nowMs: clock() }));
  }

  /**
   * Envelope `card-keys` for a `card-keys-request`. Throws what `readKeysRequest` does, CLOCK_SKEW, CONSENT_STALE, or CARD_STATE
   * where the issuer of the card is not here any more.
   */
  async contentKeys(envelope: Uint8Array): Promise<Uint8Array> {
    const { identity, store, clock, nonces, escrows, random } = this.#options;
    const nowMs = clock();
    const read = await readKeysRequest(envelope, identity.audience, store, nowMs);
    requireFresh(read.request.timeMs, nowMs, 'CardKeysRequest.timeMs');
    await nonces.requireNew(read.request.userId, read.request.nonce, nowMs);
    const issuer = this.#issuers.ofKey(read.card.issuerKey);
    return loadContentKeys(read, { issuer, escrows, quotes: this.#pastQuotes, store, random, nowMs });
  }

  /** Blocks a card that its player has lost; asked again it changes nothing. */
  async lost(envelope: Uint8Array): Promise<Card> {
    const { identity, store, clock } = this.#options;
    const request = await readCardRequest(envelope, 'lost', identity.audience, store);
    const known = await store.cards.findCard(request.cardId);
    if (known?.blockedAtMs !== undefined) return known;
    requireFresh(request.timeMs, clock(), 'CardRequest.timeMs');
    return this.block(request.cardId, LOST_REASON);
  }

  /** Puts a card on the blocked list, for good. Throws BAD_KEY for one that is not ours, BAD_ENCODING for a reason that is none. */
  async block(cardId: Uint8Array, reason: string): Promise<Card> {
    const { commit, clock, limits } = this.#options;
    if (!REASON.test(reason))
      throw new ProtocolError('BAD_ENCODING', 'reason: expected 1 ... 140 printable ASCII characters');
    return commit.submit(async (tx) => {
      const card = await tx.cards.findCard(cardId);
      if (card === undefined) throw new ProtocolError('BAD_KEY', 'cardId: no such card');
      const issuer = this.#issuers.ofKey(card.issuerKey);
      await blockCard(tx, card, reason, { issuer, times: limits, nowMs: clock() });
      return (await tx.cards.findCard(cardId)) as Card;
    });
  }

  /** Envelope `rate-table` of the table in force, signed for cards of an algorithm. Throws BAD_KEY, or RATE_STALE before the first. */
  async rates(alg: Alg): Promise<Uint8Array> {
    const issuer = this.#issuers.ofAlg(alg);
    const table = await currentRateTable(this.#options.store, this.#options.clock());
    const sealed = this.#sealedRates.get(issuer);
    if (sealed?.tableId === table.id) return sealed.envelope;
    const envelope = issuer.seal('rate-table', encodeRateTable(table));
    this.#sealedRates.set(issuer, { tableId: table.id, envelope });
    return envelope;
  }

  /** The file form of `crls.coinslot`: what the operator brought, and this server's own blocked lists, renewed where it is time. */
  async crls(): Promise<Uint8Array> {
    const own: Uint8Array[] = [];
    for (const issuer of this.#issuers.all) own.push(await this.#listOf(issuer));
    return encodeCrls([...this.#lists, ...own]);
  }

  async #listOf(issuer: CardIssuer): Promise<Uint8Array> {
    const { store, commit, clock, limits } = this.#options;
    const newest = await freshList(store, issuer, limits, clock());
    if (newest !== undefined) return newest.list;
    return commit.submit(
      async (tx) => (await freshList(tx, issuer, limits, clock()))?.list ?? issueList(tx, issuer, limits, clock()),
    );
  }

  /** Books what publishers claim, each by itself; see `claims.ts`. */
  async claim(publisherId: string, claims: readonly PresentedClaim[]): Promise<readonly ClaimOutcome[]> {
    const outcomes: ClaimOutcome[] = [];
    for (const claim of claims) outcomes.push(await this.#claimOne(publisherId, claim));
    return outcomes;
  }

  async #claimOne(publisherId: string, presented: PresentedClaim): Promise<ClaimOutcome> {
    const { identity, store, commit, clock, policy, limits } = this.#options;
    const { roots } = identity;
    const quotes = this.#pastQuotes;
    const context = { roots, quotes, store, policy, listLifeMs: limits.blockedListLifeMs };
    try {
      const checked = await checkClaim(presented, publisherId, context);
      const booked = await commit.submit(async (tx) => {
        const one = await bookClaim(tx, checked, context, clock());
        if (one.forked === undefined) return one;
        const issuer = this.#issuers.ofKey(one.forked.issuerKey);
        await blockCard(tx, one.forked, 'a claim shows two histories', { issuer, times: limits, nowMs: clock() });
        return one;
      });
      return { decisionId: idOf(presented.decision), outcome: booked.outcome, code: booked.code };
    } catch (error) {
      if (error instanceof ProtocolError && (error.code === 'BUSY' || error.code === 'STORAGE')) throw error;
      return refusedClaim(presented, error);
    }
  }

  /** Gives back what is left on a card that ended long ago. Throws BAD_KEY or CARD_STATE. */
  settle(cardId: Uint8Array): Promise<readonly Settled[]> {
    const { commit, clock, policy } = this.#options;
    const { claimAfterMs } = policy;
    return commit.submit((tx) => settleCard(tx, cardId, { claimAfterMs, nowMs: clock() }));
  }

  /** Cards by id, after one, with what is in them as last seen. */
  async list(after: Uint8Array, count: number): Promise<readonly ListedCard[]> {
    const { store } = this.#options;
    const cards = await store.cards.listCards(after, count);
    return Promise.all(cards.map((card) => this.#listed(store, card)));
  }

  async #listed(store: StoreReader, card: Card): Promise<ListedCard> {
    const parameters = (await store.cards.findParameters(card.cardId))?.parameters;
    const prepaid = (parameters?.purses ?? []).filter(({ plan }) => plan === 'prepaid');
    const floats = await Promise.all(
      prepaid.map(async ({ purse, currency }) => {
        const account = await store.cards.findAccount(floatAccount(card.cardId, currency));
        return { purse, currency, floatMinor: account?.balanceMinor ?? 0n };
      }),
    );
    return { card, parameters, floats };
  }
}
