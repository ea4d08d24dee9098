/**
 * The critical `limits` extension of intermediary and publisher certificates: what a publisher may sell.
 *
 *     Limits ::= SEQUENCE {
 *       topPrices   SEQUENCE OF SEQUENCE { amount INTEGER, currency PrintableString (SIZE (3)) },  -- by currency, ascending
 *       territories SEQUENCE OF PrintableString (SIZE (2)),                                       -- ascending; empty: all
 *       minimumAge  INTEGER (0..99) }
 *
 * Amounts are minor units, 0 to 2^53-1. A currency without a top price may not be charged at all.
 */
import { LIMITS } from '../limits.ts';
import {
  TAG,
  badDer,
  bigEndian,
  close,
  cursorOver,
  hasMore,
  open,
  readInteger,
  readPrintable,
  readSmallInteger,
} from './der.ts';
import type { Cursor } from './der.ts';

/** The highest price of one offer in one currency. */
export interface TopPrice {
  /** Minor units of `currency`, inclusive. */
  readonly amountMinor: bigint;
  /** ISO 4217 code. */
  readonly currency: string;
}

/** What a publisher may sell. */
export interface SalesLimits {
  /** One per currency that may be charged. */
  readonly topPrices: readonly TopPrice[];
  /** ISO 3166-1 alpha-2 codes; empty means everywhere. */
  readonly territories: readonly string[];
  /** Nothing may be sold under an age rating below this, in years. */
  readonly minimumAge: number;
}

/** The largest minimum age that can be written. */
export const MINIMUM_AGE_MAX = 99;
const PART = 'limits';

/** Reads the extension's value; every currency and territory once and in order, so that there is one encoding. */
export function readSalesLimits(value: Uint8Array): SalesLimits {
  const outer = cursorOver(value, PART);
  const sequence = open(outer, TAG.sequence, PART);
  close(outer);
  const topPrices = readOrdered(open(sequence, TAG.sequence, PART), readTopPrice, (price) => price.currency);
  const territories = readOrdered(open(sequence, TAG.sequence, PART), readTerritory, (territory) => territory);
  const minimumAge = readSmallInteger(sequence, MINIMUM_AGE_MAX, `${PART} minimum age`);
  close(sequence);
  return Object.freeze({ topPrices, territories, minimumAge });
}

/** True when `child` allows nothing that `parent` does not. */
export function isWithinLimits(child: SalesLimits, parent: SalesLimits): boolean {
  const hasPrices = child.topPrices.every(({ currency, amountMinor }) =>
    parent.topPrices.some((top) => top.currency === currency && amountMinor <= top.amountMinor),
  );
  const isEverywhere = parent.territories.length === 0;
  const hasTerritories =
    isEverywhere ||
    (child.territories.length > 0 && child.territories.every((territory) => parent.territories.includes(territory)));
  return hasPrices && hasTerritories && child.minimumAge >= parent.minimumAge;
}

function readTopPrice(list: Cursor): TopPrice {
  const pair = open(list, TAG.sequence, `${PART} top price`);
  const amountMinor = bigEndian(readInteger(pair, 8, `${PART} amount`));
  const currency = readPrintable(pair, /^[A-Z]{3}$/, `${PART} currency`);
  close(pair);
  if (amountMinor > LIMITS.amountMinorMax) throw badDer(PART, 'amount above 2^53-1');
  return Object.freeze({ amountMinor, currency });
}

function readTerritory(list: Cursor): string {
  return readPrintable(list, /^[A-Z]{2}$/, `${PART} territory`);
}

/** The items of a SEQUENCE OF, ascending by name, none twice. */
export function readOrdered<Item>(
  list: Cursor,
  readItem: (list: Cursor) => Item,
  nameOf: (item: Item) => string,
): readonly Item[] {
  const items: Item[] = [];
  let previous = '';
  while (hasMore(list)) {
    const item = readItem(list);
    if (nameOf(item) <= previous) throw badDer(list.part, 'entries out of order or twice');
    previous = nameOf(item);
    items.push(item);
  }
  return Object.freeze(items);
}
