/**
 * Takes uploads: records first, then the acknowledgement, then what is loaded. One story:
 *
 *  1. the same card and challenge have their acknowledgement already: the same bytes again;
 *  2. everything is verified again, outside of any transaction;
 *  3. records that are known are dropped, the rest must follow a known one: RECORD_GAP otherwise;
 *  4. records that do not follow the last booked one, or a card that knows less than is booked, are a copy: CARD_FORK - booked as
 *     far as the issuer stands for it, and the card is blocked for good;
 *  5. records, transfers, credits and the signed acknowledgement become durable together.
 */
import {
  encodeUploadAcknowledgement,
  equalBytes,
  ProtocolError,
  type CardUpload,
  type PurseAmount,
} from '@coinslot/protocol';
import type { Clock } from '../log.ts';
import type { QuoteDesk } from '../payments/quote-desk.ts';
import { requireFresh } from '../players/freshness.ts';
import { requireStanding } from '../players/passwords.ts';
import { playerAccount, spendableMinor, type Player } from '../players/types.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader, StoreTransaction } from '../store/port.ts';
import { cardReference, floatAccount, transferOf } from './accounts.ts';
import { blockCard, type ListTimes } from './blocked-list.ts';
import { planRecord, type Plan } from './booking.ts';
import type { CardIssuers } from './issuers.ts';
import { loadPurses, requirePurse } from './purses.ts';
import type { CheckedRecord } from './record-check.ts';
import type { Card } from './types.ts';
import { checkRecords, loadOf, readUpload, requireProof, type ReadUpload } from './upload.ts';

export interface UploadsOptions {
  readonly audience: Uint8Array;
  readonly roots: readonly Uint8Array[];
  readonly issuers: CardIssuers;
  readonly store: StoreReader;
  readonly commit: GroupCommit;
  /** Of its own: quotes of old offers are verified as of then. */
  readonly quotes: QuoteDesk;
  readonly times: ListTimes;
  readonly clock: Clock;
}

type Taken = { readonly acknowledgement: Uint8Array } | 'fork';

const FORK_REASON = 'two histories of one card';
const OVERSPENT_REASON = 'spent more than it had';

export class Uploads {
  readonly #options: UploadsOptions;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /**
   * Envelope `upload-acknowledgement`. Throws BAD_ENCODING, TOO_LARGE, BAD_KEY, BAD_SIGNATURE, CLOCK_SKEW, RECORD_GAP,
   * DECISION_MISMATCH, CARD_STATE, CONSENT_REQUIRED, INSUFFICIENT or CEILING (nothing has changed then), CARD_FORK (what came up is
   * booked, the card is blocked), BUSY, STORAGE.
   */
  async take(envelope: Uint8Array): Promise<Uint8Array> {
    const { audience, store, commit, clock } = this.#options;
    const read = await readUpload(envelope, { audience, store, nowMs: clock() });
    const { cardId, challenge, timeMs } = read.upload;
    const answered = await store.cards.findUpload(cardId, challenge);
    if (answered !== undefined) return answered.acknowledgement;
    requireFresh(timeMs, clock(), 'CardUpload.timeMs');
    requireProof(read);
    const records = await checkRecords(read, this.#options);
    const taken = await commit.submit((tx) => this.#book(tx, read, records));
    if (taken !== 'fork') return taken.acknowledgement;
    throw new ProtocolError('CARD_FORK', 'CardUpload: this card has two histories; it is blocked', {
      charged: 'yes',
      hint: 'ask the issuer for a new card',
    });
  }

  async #book(tx: StoreTransaction, read: ReadUpload, records: readonly CheckedRecord[]): Promise<Taken> {
    const { upload } = read;
    const { issuers, times, clock } = this.#options;
    const card = (await tx.cards.findCard(upload.cardId)) as Card;
    const answered = await tx.cards.findUpload(card.cardId, upload.challenge);
    if (answered !== undefined) return { acknowledgement: answered.acknowledgement };
    const nowMs = clock();
    if (upload.loads.length > 0) await requireStanding(tx.passwords, loadOf(read.player), read.signedBy, nowMs);
    const issuer = issuers.ofKey(card.issuerKey);
    const { fresh, isFork } = await placeRecords(tx, card, upload, records);

    const player = { ...((await tx.findPlayer(card.userId)) as Player) };
    const plan: Plan = { writes: [], purses: await loadPurses(tx, card), player, paid: new Set(), overspent: false };
    for (const record of fresh) await planRecord(plan, record, { tx, card, nowMs, forked: isFork });
    const isBlocked = card.blockedAtMs !== undefined || plan.overspent;
    const credits = isFork || isBlocked ? [] : upload.loads;
    const last = records[records.length - 1];
    const covered = last === undefined ? card : { counter: last.fields.counter, head: last.head };
    planLoads(plan, card, { upload, credits, coveredCounter: covered.counter, nowMs });

    // Nothing below may fail.
    for (const write of plan.writes) await write(tx.cards);
    await assertAsPlanned(tx, card, plan);
    await tx.cards.setCardSeen(card.cardId, nowMs);
    if (isFork || plan.overspent)
      await blockCard(tx, card, isFork ? FORK_REASON : OVERSPENT_REASON, { issuer, times, nowMs });
    if (isFork) return 'fork';
    if (covered.counter > card.counter) await tx.cards.setCardHead(card.cardId, covered.counter, covered.head);
    const number = card.acknowledgement + 1;
    const { cardId, challenge } = upload;
    const { counter, head } = covered;
    const acknowledgement = issuer.seal(
      'upload-acknowledgement',
      encodeUploadAcknowledgement({
        cardId,
        challenge,
        number,
        counter,
        head,
        credits,
        blocked: isBlocked,
        timeMs: nowMs,
      }),
    );
    await tx.cards.addUpload({ cardId, challenge, number, acknowledgement, upload: read.envelope, atMs: nowMs });
    return { acknowledgement };
  }
}

/** I2: what the ledger holds is what was planned, or nothing of this upload is kept. */
async function assertAsPlanned(
  tx: StoreTransaction,
  { cardId, userId }: Card,
  { purses, player }: Plan,
): Promise<void> {
  const booked = await tx.findPlayer(userId);
  if (booked?.balanceMinor !== player.balanceMinor)
    throw new Error(`upload: the account has ${booked?.balanceMinor}, planned were ${player.balanceMinor}`);
  for (const { purse, plan, currency, floatMinor } of purses.values()) {
    const held = (await tx.cards.findAccount(floatAccount(cardId, currency)))?.balanceMinor ?? 0n;
    if (plan === 'prepaid' && held !== floatMinor)
      throw new Error(`upload: ${purse} holds ${held}, planned were ${floatMinor}`);
  }
}

interface PlacedRecords {
  /** Those that are not known yet. */
  readonly fresh: readonly CheckedRecord[];
  readonly isFork: boolean;
}

/** Where the records stand in what is known of the card. Throws RECORD_GAP when they follow nothing that is known. */
async function placeRecords(
  tx: StoreTransaction,
  card: Card,
  upload: CardUpload,
  records: readonly CheckedRecord[],
): Promise<PlacedRecords> {
  const known = await Promise.all(records.map(({ head }) => tx.cards.findCardRecord(card.cardId, head)));
  const firstFresh = known.findIndex((row) => row === undefined);
  const fresh = firstFresh < 0 ? [] : records.slice(firstFresh);
  const [first] = fresh;
  if (first !== undefined) {
    await requireKnownBefore(tx, card, first);
    const follows = first.fields.counter === card.counter + 1 && equalBytes(first.fields.previous, card.head);
    return { fresh, isFork: !follows };
  }
  const isBehind = upload.counter < card.counter;
  const isOther = upload.counter === card.counter && !equalBytes(upload.head, card.head);
  if (known.some((row) => row?.forked) || isBehind || isOther) return { fresh, isFork: true };
  if (records.length === 0 && upload.counter > card.counter)
    throw new ProtocolError('RECORD_GAP', `CardUpload.records: ${card.counter + 1} and what follows are missing`);
  return { fresh, isFork: false };
}

async function requireKnownBefore(tx: StoreTransaction, card: Card, { fields }: CheckedRecord): Promise<void> {
  const isStart = fields.counter === 1 && fields.previous.every((byte) => byte === 0);
  if (isStart) return;
  const before = await tx.cards.findCardRecord(card.cardId, fields.previous);
  if (before?.counter === fields.counter - 1) return;
  throw new ProtocolError('RECORD_GAP', `CardUpload.records: the record before ${fields.counter} is not known`);
}

interface Loads {
  readonly upload: CardUpload;
  /** What is granted of what was asked. */
  readonly credits: readonly PurseAmount[];
  /** How far the acknowledgement will go. */
  readonly coveredCounter: number;
  readonly nowMs: number;
}

/** Out of the player's account into the purses, once every record is up. Never more than the account has, nor the purse may hold. */
function planLoads(
  { writes, purses, player }: Plan,
  card: Card,
  { upload, credits, coveredCounter, nowMs }: Loads,
): void {
  if (credits.length === 0) return;
  if (coveredCounter !== upload.counter)
    throw new ProtocolError('RECORD_GAP', 'CardUpload.loads: only with the last records');
  if (nowMs > card.notAfterMs)
    throw new ProtocolError('CHAIN_EXPIRED', "CardUpload.loads: the card's certificate has expired");
  for (const { purse, amountMinor } of credits) {
    const state = requirePurse(purses, purse);
    if (state.plan !== 'prepaid') throw new ProtocolError('CARD_STATE', `CardUpload.loads: ${purse} is not prepaid`);
    if (amountMinor === 0n) throw new ProtocolError('OFFER_PRICE', `CardUpload.loads: nothing for ${purse}`);
    if (state.floatMinor + amountMinor > state.ceilingMinor)
      throw new ProtocolError('CEILING', `CardUpload.loads: ${purse} holds ${state.ceilingMinor} at most`);
    if (amountMinor > spendableMinor(player))
      throw new ProtocolError(
        player.plan === 'prepaid' ? 'INSUFFICIENT' : 'CEILING',
        'CardUpload.loads: the account has less',
      );
    state.floatMinor += amountMinor;
    player.balanceMinor -= amountMinor;
    const credit = floatAccount(card.cardId, state.currency);
    const load = transferOf('card-load', cardReference(card.cardId, upload.challenge, purse), nowMs, [
      { debit: playerAccount(player), credit, amountMinor },
    ]);
    writes.push((cards) => cards.postTransfer(load));
  }
}
