/**
 * The critical `assurance` extension of card certificates: how well the key is kept, and the most that it may decide on.
 *
 *     Assurance ::= SEQUENCE {
 *       assurance  INTEGER,  -- 1: a chip that does not give its key away; 2: software, whose owner can take the key
 *       ceilings   SEQUENCE OF SEQUENCE { currency PrintableString (SIZE (3)), amount INTEGER } }  -- by currency, ascending
 *
 * Amounts are minor units, 0 to 2^53-1. In a currency without a ceiling the card may not charge at all.
 */
import { LIMITS } from '../limits.ts';
import {
  TAG,
  badDer,
  bigEndian,
  close,
  cursorOver,
  open,
  readInteger,
  readPrintable,
  readSmallInteger,
  type Cursor,
} from './der.ts';
import { readOrdered, type TopPrice } from './sales-limits.ts';

/** How well a card keeps its key. */
export type Assurance = 'chip' | 'software';

/** What a card's certificate says about the card. */
export interface CardAssurance {
  readonly assurance: Assurance;
  /** The most that one payment may charge, by currency. */
  readonly ceilings: readonly TopPrice[];
}

/** The numbers of the extension; part of the format. */
export const ASSURANCES: readonly Assurance[] = Object.freeze(['chip', 'software'] as const);
const PART = 'assurance';

/** Reads the extension's value; every currency once and in order, so that there is one encoding. */
export function readCardAssurance(value: Uint8Array): CardAssurance {
  const outer = cursorOver(value, PART);
  const sequence = open(outer, TAG.sequence, PART);
  close(outer);
  const assurance = ASSURANCES[readSmallInteger(sequence, ASSURANCES.length, PART) - 1];
  if (assurance === undefined) throw badDer(PART, 'unknown');
  const ceilings = readOrdered(open(sequence, TAG.sequence, PART), readCeiling, ({ currency }) => currency);
  close(sequence);
  return Object.freeze({ assurance, ceilings });
}

function readCeiling(list: Cursor): TopPrice {
  const pair = open(list, TAG.sequence, PART);
  const currency = readPrintable(pair, /^[A-Z]{3}$/, `${PART} currency`);
  const amountMinor = bigEndian(readInteger(pair, 8, `${PART} ceiling`));
  close(pair);
  if (amountMinor > LIMITS.amountMinorMax) throw badDer(PART, 'ceiling above 2^53-1');
  return Object.freeze({ amountMinor, currency });
}
