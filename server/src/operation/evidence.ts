/**
 * Evidence of what this server decided and no longer knows: its store was put back to an older backup. Wallets bring message 2,
 * which the player signed, and message 3, which this server signed; together they prove the charge, so it is recorded as it was,
 * under the same request id, and never twice.
 *
 * What this does not prove is that the money is there: a top-up that the backup does not have either is booked first, from the
 * bank's notice, and the evidence brought again.
 */
import {
  decodePaymentDecision,
  decodePaymentRequest,
  decodeQuote,
  decodeRateTable,
  encodeRateTable,
  equalBytes,
  hashChain,
  keyHash,
  LIMITS,
  openEnvelope,
  openSigned,
  ProtocolError,
  readEnvelope,
  requestHash,
  requestId,
  withChainByHash,
  type CodeName,
  type Envelope,
  type Opened,
  type PaymentDecision,
  type PaymentRequest,
  type Quote,
  type RateTable,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { convert } from '../exchange/conversion.ts';
import type { Identity } from '../identity.ts';
import { paymentPostings } from '../ledger/postings.ts';
import type { Transfer } from '../ledger/types.ts';
import type { Clock, Log } from '../log.ts';
import type { DecisionRecord } from '../payments/types.ts';
import { recordedProofKey } from '../players/passwords.ts';
import { hex, playerAccount, spendableMinor, type Player } from '../players/types.ts';
import type { Publisher } from '../publishers/types.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader, StoreTransaction } from '../store/port.ts';

/**
 * Envelopes: `payment-request` and the `payment-decision` that answered it, with its chain; or a `rate-table` that such charges
 * were made by.
 */
export type PresentedEvidence =
  { readonly request: Uint8Array; readonly decision: Uint8Array } | { readonly rateTable: Uint8Array };

/** `booked`: it was missing, and is recorded now. `known`: it was there. `refused`: with the code of why. */
export interface EvidenceOutcome {
  /** Hex; of a decision that could be read. */
  readonly decisionId?: string;
  /** Of a rate table that could be read. */
  readonly tableId?: number;
  readonly outcome: 'booked' | 'known' | 'refused';
  readonly code?: CodeName;
}

export interface EvidenceOptions {
  readonly identity: Identity;
  readonly store: StoreReader;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly log: Log;
  readonly revocationLists: readonly Uint8Array[];
  readonly onOutcome?: (outcome: EvidenceOutcome['outcome']) => void;
}

/** Both messages after everything that can be seen from them alone was found good. */
interface Proven {
  readonly record: Omit<DecisionRecord, 'transfer'>;
  readonly request: PaymentRequest;
  readonly quote: Quote;
  readonly chain: readonly Uint8Array[];
}

export class Evidence {
  readonly #options: EvidenceOptions;

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  /** One outcome for each, in their order; what is refused keeps none of the others. Throws BUSY or STORAGE. */
  async bring(presented: readonly PresentedEvidence[]): Promise<readonly EvidenceOutcome[]> {
    const outcomes: EvidenceOutcome[] = [];
    for (const one of presented) {
      const outcome = await this.#bringOne(one);
      this.#options.onOutcome?.(outcome.outcome);
      outcomes.push(outcome);
    }
    return outcomes;
  }

  async #bringOne(one: PresentedEvidence): Promise<EvidenceOutcome> {
    const name: { decisionId?: string; tableId?: number } = {};
    try {
      const outcome =
        'rateTable' in one
          ? await this.#bringTable(one.rateTable, (tableId) => (name.tableId = tableId))
          : await this.#bringDecision(one, (decisionId) => (name.decisionId = decisionId));
      if (outcome === 'booked') this.#options.log.warn(name, 'something came back that the store did not have');
      return { ...name, outcome };
    } catch (error) {
      // Of the store and not of what was brought: the whole asking fails, and is made again.
      if (!(error instanceof ProtocolError) || error.code === 'BUSY' || error.code === 'STORAGE') throw error;
      if (error.code === 'ID_CONFLICT')
        this.#options.log.error({ ...name, fault: error.message }, 'this server signed two things under one name');
      return { ...name, outcome: 'refused', code: error.code };
    }
  }

  async #bringDecision(
    pair: { readonly request: Uint8Array; readonly decision: Uint8Array },
    named: (decisionId: string) => void,
  ): Promise<'booked' | 'known'> {
    const proven = await this.#prove(pair);
    named(hex(proven.record.decisionId));
    return this.#options.commit.submit((tx) => record(tx, proven));
  }

  async #bringTable(envelope: Uint8Array, named: (tableId: number) => void): Promise<'booked' | 'known'> {
    const table = decodeRateTable(readEnvelope(envelope).body);
    this.#openOwn(envelope, 'rate-table', table.notBeforeMs);
    named(table.id);
    return this.#options.commit.submit((tx) => recordTable(tx, table));
  }

  /** By this server under whichever of its keys, which its authority has certified for its id. */
  #openOwn(envelope: Uint8Array, type: 'payment-decision' | 'rate-table', atMs: number): Opened {
    const { identity, clock, revocationLists } = this.#options;
    if (atMs > clock() + LIMITS.clockSkewMsMax) throw new ProtocolError('CLOCK_SKEW', `${type}: has not come yet`);
    const opened = openEnvelope(envelope, {
      type,
      role: 'payment-server',
      roots: identity.roots,
      atMs,
      crls: revocationLists,
      verify: nativeVerifySignature,
    });
    if (opened.leaf.subject.id !== identity.leaf.subject.id)
      throw new ProtocolError('BAD_KEY', `${type}: another server's`);
    return opened;
  }

  /** Throws CONSENT_REQUIRED, or BAD_KEY for a password that this store does not know (yet). */
  async #proofKey(player: Player, asked: Envelope, { proof }: PaymentRequest): Promise<Uint8Array> {
    if (proof === 'card') throw new ProtocolError('CONSENT_REQUIRED', 'PaymentRequest.proof: card is not taken here');
    const key = await recordedProofKey(this.#options.store.passwords, player, asked, proof);
    if (key !== undefined) return key;
    throw new ProtocolError('BAD_KEY', 'PaymentRequest.proof: no password is registered here', {
      hint: 'set the password again, and bring this again',
    });
  }

  async #prove({
    request: requestBytes,
    decision: decisionBytes,
  }: {
    readonly request: Uint8Array;
    readonly decision: Uint8Array;
  }): Promise<Proven> {
    const asked = readEnvelope(requestBytes);
    const request = decodePaymentRequest(asked.body);
    const decision = decodePaymentDecision(readEnvelope(decisionBytes).body);
    const { leaf, chain } = this.#openOwn(decisionBytes, 'payment-decision', decision.timeMs);
    if (!equalBytes(decision.signer, keyHash(leaf.spki)))
      throw new ProtocolError('BAD_KEY', 'PaymentDecision.signer: not the key that signed it');
    if (!equalBytes(request.audience, decision.signer))
      throw new ProtocolError('BAD_KEY', 'PaymentRequest.audience: was asked of another server');

    const player = await this.#options.store.findPlayer(request.userId);
    if (player === undefined)
      throw new ProtocolError('BAD_KEY', 'PaymentRequest.userId: nobody is enrolled here by it', {
        hint: 'open the account again, and bring this again',
      });
    const publicKey = await this.#proofKey(player, asked, request);
    openSigned(requestBytes, {
      type: 'payment-request',
      publicKey,
      verify: nativeVerifySignature,
    });
    const quoted = readEnvelope(request.quote);
    const quote = decodeQuote(quoted.body);
    requireSame(request, quote, decision, requestHash(asked.body), player);
    return {
      request,
      quote,
      chain,
      record: {
        requestId: requestId(request.userId, request.nonce),
        userId: request.userId,
        publisherId: request.publisherId,
        code: decision.code,
        priceMinor: quote.amountMinor,
        priceCurrency: quote.currency,
        chargedMinor: decision.chargedMinor,
        chargedCurrency: decision.chargedCurrency,
        rateTableId: request.rateTableId,
        offerHash: quote.offerHash,
        quoteSignature: quoted.signature,
        requestHash: decision.requestHash,
        requestBytes,
        decisionId: decision.decisionId,
        decision: withChainByHash(decisionBytes),
        chainHash: hashChain(chain),
        atMs: decision.timeMs,
        pressSpending: undefined, // of a day that is over, or of presses that nobody counted
      },
    };
  }
}

/** The decision is of this request, and says what this server says of such a request. Throws DECISION_MISMATCH. */
function requireSame(
  request: PaymentRequest,
  quote: Quote,
  decision: PaymentDecision,
  hash: Uint8Array,
  player: Player,
): void {
  const isApproved = decision.outcome === 'approved';
  const pairs: readonly (readonly [field: string, holds: boolean])[] = [
    ['card', decision.card === undefined],
    ['outcome', isApproved === (decision.code === 'APPROVED')],
    ['requestHash', equalBytes(decision.requestHash, hash)],
    ['offerHash', equalBytes(decision.offerHash, quote.offerHash)],
    ['gameId', decision.gameId === quote.gameId && request.publisherId === quote.publisherId],
    ['amountMinor', decision.amountMinor === quote.amountMinor && decision.currency === quote.currency],
    ['nonce', equalBytes(decision.nonce, request.nonce) && decision.offerTimeMs === request.offerTimeMs],
    ['sessionKey', equalBytes(decision.sessionKey, request.sessionKey)],
    ['playerKey', equalBytes(decision.playerKey, request.playerKey)],
    ['rateTableId', decision.rateTableId === request.rateTableId],
    ['chargedCurrency', decision.chargedCurrency === player.currency],
    ['chargedMinor', decision.chargedMinor === (isApproved ? request.chargeMinor : 0n)],
  ];
  const wrong = pairs.find(([, holds]) => !holds);
  if (wrong !== undefined) throw new ProtocolError('DECISION_MISMATCH', `PaymentDecision.${wrong[0]}: does not fit`);
}

/** Throws ID_CONFLICT for a request that was decided otherwise, OFFER_ORIGIN, INSUFFICIENT or CEILING for what cannot be booked yet. */
async function record(tx: StoreTransaction, proven: Proven): Promise<'booked' | 'known'> {
  const { record, chain } = proven;
  const prior = await tx.findDecision(record.requestId);
  if (prior !== undefined) {
    if (equalBytes(prior.requestHash, record.requestHash) && equalBytes(prior.decision, record.decision))
      return 'known';
    throw new ProtocolError('ID_CONFLICT', 'PaymentRequest.nonce: was decided otherwise as well');
  }
  if (await tx.cards.isDisputed(record.requestId))
    throw new ProtocolError('ID_CONFLICT', 'PaymentRequest.nonce: a card has it');
  const transfer = record.chargedMinor > 0n ? await transferOf(tx, proven) : undefined;
  await tx.putChain(record.chainHash, chain);
  await tx.recordPayments([{ ...record, transfer }]);
  return 'booked';
}

async function transferOf(tx: StoreTransaction, { record, request, quote }: Proven): Promise<Transfer> {
  const player = (await tx.findPlayer(record.userId)) as Player; // players are never deleted
  if (record.chargedMinor > spendableMinor(player))
    throw new ProtocolError(
      player.plan === 'prepaid' ? 'INSUFFICIENT' : 'CEILING',
      'the account has no room for this yet: book what came in at the bank, and bring this again',
    );
  const publisher: Publisher | undefined = await tx.findPublisher(record.publisherId);
  if (publisher === undefined)
    throw new ProtocolError('OFFER_ORIGIN', 'PaymentRequest.publisherId: has no account here yet');
  const postings = paymentPostings({
    payer: playerAccount(player),
    publisherId: record.publisherId,
    priceMinor: record.priceMinor,
    priceCurrency: record.priceCurrency,
    chargedMinor: record.chargedMinor,
    roundingMinor: await roundingOf(tx, request, quote, record.atMs),
    feeBasisPoints: publisher.feeBasisPoints,
  });
  return { kind: 'payment', reference: record.requestId, atMs: record.atMs, postings };
}

/** What rounding up had added. Throws RATE_STALE unless the very table that the charge was made by is here. */
async function roundingOf(tx: StoreTransaction, request: PaymentRequest, quote: Quote, atMs: number): Promise<bigint> {
  if (request.chargeCurrency === quote.currency) return 0n;
  const table = (await tx.findRateTable(request.rateTableId))?.table;
  if (table !== undefined && table.notBeforeMs <= atMs && atMs <= table.notAfterMs) {
    const { chargedMinor, roundingMinor } = convert(quote, request.chargeCurrency, table);
    if (chargedMinor === request.chargeMinor) return roundingMinor;
  }
  throw new ProtocolError('RATE_STALE', `rate table ${request.rateTableId}: not the one that was charged by`, {
    hint: 'bring that table first',
  });
}

/** Under its own number, which must be the next. Throws ID_CONFLICT for a number that was given again, RATE_STALE for a gap. */
async function recordTable(tx: StoreTransaction, table: RateTable): Promise<'booked' | 'known'> {
  const body = encodeRateTable(table);
  const posted = await tx.findRateTable(table.id);
  if (posted !== undefined) {
    if (equalBytes(encodeRateTable(posted.table), body)) return 'known';
    throw new ProtocolError('ID_CONFLICT', `rate table ${table.id}: was given out otherwise as well`);
  }
  const newest = (await tx.findNewestRateTable())?.table;
  if (table.id !== (newest?.id ?? 0) + 1 || table.notBeforeMs < (newest?.notBeforeMs ?? 0))
    throw new ProtocolError('RATE_STALE', `rate table ${table.id}: those before it are not here`);
  await tx.addRateTable(table.id, body, table.notBeforeMs);
  return 'booked';
}
