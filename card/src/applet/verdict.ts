/**
 * What a card decides about a debit, check by check, in order of precedence. First the refusals that leave no trace: the
 * debit is not one that this card may record. Below them everything is recorded and signed, and closes the nonce for ever.
 */
import {
  convertMoney,
  equalBytes,
  LIMITS,
  ProtocolError,
  requireMoney,
  type DecisionCode,
  type RateTable,
} from '@coinslot/protocol';
import { CARD_LIMITS } from './commands.ts';
import type { Debit } from './exchanges.ts';
import type { Purse, PurseCard } from './state.ts';
import { Refused, SW } from './status-words.ts';

/** The parameters of a purse and what is in it. */
export type PurseTerms = Purse & PurseCard['parameters']['value']['purses'][number];

export function purseAt(card: PurseCard, position: number): PurseTerms {
  const purse = card.purses[position];
  const terms = card.parameters.value.purses[position];
  if (purse === undefined || terms === undefined) throw new Refused(SW.NOT_FOUND, 'no such purse');
  return { ...purse, ...terms };
}

/** What a debit is asked with. */
export interface Asked {
  readonly pinVerified: boolean;
  /** It asks for a content key, and the card has none for this sale. */
  readonly lacksKey: boolean;
}

/** The code of the decision to record. Throws Refused for a debit that is not to be recorded. */
export function judgeDebit(
  card: PurseCard,
  purse: PurseTerms,
  debit: Debit,
  { pinVerified, lacksKey }: Asked,
): DecisionCode {
  if (debit.offerTimeMs > LIMITS.timeMsMax) throw new Refused(SW.WRONG_DATA, 'no time');
  if (card.blocked) throw new Refused(SW.BLOCKED, 'the issuer has blocked this card');
  if (isBefore(card, debit)) throw new Refused(SW.CLOCK_SKEW, 'an offer from before the last clearing');
  // Recorded, an offer from after the end would only push the time on that offers are refused up to.
  if (debit.offerTimeMs > Math.min(card.certified.own.notAfterMs, card.parameters.value.notAfterMs))
    throw new Refused(SW.EXPIRED, "after the card's period");
  const rate = judgeCharge(card, purse, debit);
  // Nobody pays for what would not open.
  if (lacksKey) throw new Refused(SW.KEY_ABSENT, 'no content key for this sale');
  if (!hasRoom(card, debit.offerTimeMs)) throw new Refused(SW.RECORD_FULL, 'the record file is full');
  if (!pinVerified && needsPin(card, purse, debit.chargedMinor)) throw new Refused(SW.SECURITY, 'this needs the PIN');
  // Nothing above has left a trace; everything below is recorded.
  if (rate !== undefined) return rate;
  if (debit.chargedMinor > certifiedCeiling(card, purse.currency)) return 'CEILING';
  if (debitsSinceUpload(card) >= card.parameters.value.debitsBetweenUploadsMax) return 'CEILING';
  if (purse.plan === 'prepaid') return debit.chargedMinor > purse.balanceMinor ? 'INSUFFICIENT' : 'APPROVED';
  return purse.unreportedMinor + debit.chargedMinor > purse.ceilingMinor ? 'CEILING' : 'APPROVED';
}

/**
 * Nonces are remembered only until an upload has cleared their records; offers up to then are therefore refused, or one
 * could be paid twice. The other bound is the time that the card knows of, less the skew that all parties allow.
 */
const isBefore = (card: PurseCard, { nonce, offerTimeMs }: Debit): boolean =>
  offerTimeMs <= card.clearedThroughMs || offerTimeMs < card.timeMs - LIMITS.clockSkewMsMax || isCleared(card, nonce);

/** Whether a nonce is one of those that have outlived their record. */
export const isCleared = ({ tombstones }: PurseCard, nonce: Uint8Array): boolean =>
  tombstones.some((one) => equalBytes(one.nonce, nonce));

/** Whether an offer is of a time that the card cannot know to have come, by more than the skew that all parties allow. */
export const isAhead = (offerTimeMs: number, timeMs: number): boolean => offerTimeMs > timeMs + LIMITS.clockSkewMsMax;

/** Room for a record and, where its offer lies ahead of the card's time, for the tombstone that may be left of it. */
function hasRoom({ records, tombstones, timeMs }: PurseCard, offerTimeMs: number): boolean {
  if (records.length >= CARD_LIMITS.recordsMax) return false;
  if (!isAhead(offerTimeMs, timeMs)) return true;
  const ahead = records.filter(({ fields }) => isAhead(fields.offerTimeMs, timeMs)).length;
  return tombstones.length + ahead < CARD_LIMITS.tombstonesMax;
}

/**
 * The charge must be what the price comes to: the price itself in its own currency, or converted by the card's rate table
 * and rounded as everywhere. Another charge is a faulty debit (6A80), a table that is not good any more a RATE_STALE.
 */
function judgeCharge(card: PurseCard, purse: PurseTerms, debit: Debit): 'RATE_STALE' | undefined {
  const price = requireMoney(debit.amountMinor, debit.currency);
  const isConverted = debit.currency !== purse.currency;
  if (debit.chargedCurrency !== purse.currency) throw new Refused(SW.WRONG_DATA, 'not the currency of the purse');
  if (!isConverted && debit.rateTableId !== 0) throw new Refused(SW.WRONG_DATA, 'a rate table where none is needed');
  if (isConverted && !isGoodTable(card, debit)) return 'RATE_STALE';
  const charge = converted(price, purse.currency, card.rates.value);
  if (charge === undefined) return 'RATE_STALE';
  if (charge !== debit.chargedMinor) throw new Refused(SW.WRONG_DATA, 'the charge is not what the price comes to');
  return undefined;
}

function isGoodTable(card: PurseCard, { rateTableId, offerTimeMs }: Debit): boolean {
  const table = card.rates.value;
  const { debitsPerRateTableMax } = card.parameters.value;
  return (
    table.id === rateTableId &&
    offerTimeMs <= table.notAfterMs &&
    offerTimeMs >= table.notBeforeMs - LIMITS.clockSkewMsMax &&
    card.debitsUnderTable < debitsPerRateTableMax
  );
}

/** `undefined` when the table has no rate for one of the two; other impossible conversions are a faulty debit. */
function converted(price: { amountMinor: bigint; currency: string }, to: string, table: RateTable): bigint | undefined {
  try {
    return convertMoney(price, to, table).amountMinor;
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'RATE_STALE') return undefined;
    throw error;
  }
}

/** The most that the card's certificate lets one payment charge; above it nobody would accept the decision. */
const certifiedCeiling = ({ certified }: PurseCard, currency: string): bigint =>
  certified.own.card?.ceilings.find((one) => one.currency === currency)?.amountMinor ?? 0n;

function needsPin(card: PurseCard, purse: PurseTerms, chargedMinor: bigint): boolean {
  return (
    chargedMinor > purse.noPinPaymentMaxMinor ||
    purse.noPinSumMinor + chargedMinor > purse.noPinSumMaxMinor ||
    card.noPinCount >= card.parameters.value.noPinCountMax
  );
}

/** Approved debits that no upload has cleared. */
const debitsSinceUpload = (card: PurseCard): number =>
  card.records.filter(({ fields }) => fields.code === 'APPROVED').length;
