/** A bill and a payout as they come from a store, with everything in them that a document can show. */
import type { RateTable } from '@coinslot/protocol';
import type { Bill, BillLine, Collection, Mandate } from '../../server/src/bills/types.ts';
import type { BillDocument, PayoutDocument } from '../../server/src/documents/types.ts';
import type { Payout, PayoutLine, SignedBankDetails } from '../../server/src/payouts/types.ts';
import { OWN } from './bank-orders.ts';

export const USER_ID = Uint8Array.from(Buffer.from('3f9ac1d27be84450a1b2c3d4e5f60718', 'hex'));
const SEALED_MS = Date.UTC(2026, 11, 1, 0, 4);
const bytes = (length: number, seed: number): Uint8Array =>
  new Uint8Array(length).map((_, i) => (seed * 37 + i * 11) & 0xff);
const at = (day: number, hour = 12): number => Date.UTC(2026, 10, day, hour, 30);

export const RATE_TABLE: RateTable = {
  id: 41,
  base: 'EUR',
  notBeforeMs: at(1),
  notAfterMs: at(30),
  rates: [
    { currency: 'USD', rateE8: 108_370_000n },
    { currency: 'JPY', rateE8: 16_250_000_000n },
  ],
};

const purchase = (id: number, day: number, change: Partial<BillLine> = {}): BillLine => ({
  transferId: BigInt(1_000 + id),
  kind: 'payment',
  bookedAtMs: at(day),
  spentAtMs: undefined,
  amountMinor: -20n,
  decisionId: bytes(16, id),
  publisherId: 'lumen-works',
  gameId: 'paper-moon',
  priceMinor: 20n,
  priceCurrency: 'EUR',
  rateTableId: 41,
  cardId: undefined,
  ...change,
});

const other = (id: number, day: number, kind: string, amountMinor: bigint): BillLine =>
  purchase(id, day, {
    kind,
    amountMinor,
    decisionId: undefined,
    publisherId: undefined,
    gameId: undefined,
    priceMinor: undefined,
    priceCurrency: undefined,
    rateTableId: undefined,
  });

export const BILL_LINES: readonly BillLine[] = [
  other(0, 2, 'bill-payment', 1_250n),
  ...Array.from({ length: 14 }, (_, i) => purchase(i + 1, 3 + i)),
  purchase(20, 17, { gameId: 'harbour-lights', priceMinor: 199n, priceCurrency: 'USD', amountMinor: -184n }),
  purchase(21, 18, {
    gameId: 'kaze',
    publisherId: 'hoshi',
    priceMinor: 300n,
    priceCurrency: 'JPY',
    amountMinor: -185n,
  }),
  purchase(22, 19, { cardId: bytes(16, 5), spentAtMs: Date.UTC(2026, 8, 30, 20) }),
  purchase(23, 20, { kind: 'refund', amountMinor: 20n }),
  other(24, 21, 'card-load', -500n),
];

export const BILL: Bill = {
  number: 'B-202611-3f9ac1d27be84450a1b2c3d4e5f60718',
  period: 202611,
  userId: USER_ID,
  plan: 'postpaid',
  currency: 'EUR',
  openingMinor: -1_250n,
  closingMinor: -1_129n,
  purchases: 17,
  purchasesMinor: 669n,
  cardPurchasesMinor: 20n,
  refundsMinor: 20n,
  paidInMinor: 1_250n,
  loadedMinor: 500n,
  otherMinor: 0n,
  dueMinor: 1_129n,
  carried: undefined,
  way: 'bank-debit',
  madeAtMs: SEALED_MS,
};

export const MANDATE: Mandate = {
  userId: USER_ID,
  number: 2,
  way: 'bank-debit',
  mandateId: 'CS-M-7F21',
  holder: 'Zoë Łukasiewicz-Παπαδοπούλου',
  iban: 'FR1420041010050500013M02606',
  token: '',
  signedAtMs: at(1),
  takenAtMs: at(1),
  envelope: new Uint8Array(),
};

export const COLLECTION: Collection = {
  endToEndId: 'C202611-6f1d0a9be2c44d718a02',
  billNumber: BILL.number,
  userId: USER_ID,
  amountMinor: 1_129n,
  currency: 'EUR',
  way: 'bank-debit',
  mandateNumber: 2,
  messageId: 'CS-C-202611-EUR-1',
  state: 'handed',
  told: { paidMinor: 0n, returnedMinor: 0n },
  paidMinor: 0n,
  reason: undefined,
  answered: [],
};

const NAMES: Readonly<Record<string, string>> = { 'lumen-works': 'Lumen Works', hoshi: 'Студия Hoshi 星' };

export const billDocument = (change: Partial<BillDocument> = {}): BillDocument => ({
  bill: BILL,
  lines: BILL_LINES,
  mandate: MANDATE,
  collection: COLLECTION,
  rateTables: new Map([[41, RATE_TABLE]]),
  issuer: OWN,
  locale: 'en',
  isTest: false,
  nameOfPublisher: (id) => NAMES[id] ?? id,
  ...change,
});

export const payoutLine = (id: number, change: Partial<PayoutLine> = {}): PayoutLine => ({
  transferId: BigInt(2_000 + id),
  kind: 'payment',
  decisionId: bytes(16, id),
  offerHash: bytes(32, id),
  gameId: id % 3 === 0 ? 'harbour-lights' : 'paper-moon',
  priceMinor: BigInt(20 + id),
  currency: 'EUR',
  feeMinor: 3n,
  spentAtMs: at(1 + (id % 28)),
  bookedAtMs: at(1 + (id % 28)),
  ...change,
});

export const PAYOUT_LINES: readonly PayoutLine[] = [
  ...Array.from({ length: 60 }, (_, i) => payoutLine(i)),
  payoutLine(61, { kind: 'refund', priceMinor: 40n, feeMinor: 6n }),
  payoutLine(62, { kind: 'claim', spentAtMs: Date.UTC(2026, 7, 30) }),
  payoutLine(63, { currency: 'JPY', priceMinor: 300n, feeMinor: 45n }),
];

export const DETAILS: SignedBankDetails = {
  publisherId: 'lumen-works',
  number: 3,
  holder: 'Lumen Works SARL',
  iban: 'FR1420041010050500013M02606',
  bic: 'PSSTFRPPPAR',
  payoutCurrency: 'EUR',
  signedAtMs: at(1),
  takenAtMs: at(1),
  envelope: new Uint8Array(),
};

export const PAYOUT: Payout = {
  number: 'P-202611-lumen-works',
  period: 202611,
  publisherId: 'lumen-works',
  currencies: [
    {
      currency: 'EUR',
      openingMinor: 410n,
      sales: 60,
      salesMinor: 2_970n,
      feesMinor: 177n,
      claimsMinor: 82n,
      refundsMinor: 40n,
      paidOutMinor: -410n,
      otherMinor: 0n,
      closingMinor: 2_835n,
      convertedMinor: 2_835n,
    },
    {
      currency: 'JPY',
      openingMinor: 0n,
      sales: 1,
      salesMinor: 300n,
      feesMinor: 45n,
      claimsMinor: 0n,
      refundsMinor: 0n,
      paidOutMinor: 0n,
      otherMinor: 0n,
      closingMinor: 255n,
      convertedMinor: 156n,
    },
  ],
  payoutCurrency: 'EUR',
  amountMinor: 2_991n,
  carried: undefined,
  bankDetailsNumber: 3,
  endToEndId: 'P202611-0d5a7c19e0b34f228811',
  messageId: 'CS-P-202611-EUR-1',
  state: 'handed',
  told: { paidMinor: 0n, returnedMinor: 0n },
  paidMinor: 0n,
  reason: undefined,
  madeAtMs: SEALED_MS,
};

export const payoutDocument = (change: Partial<PayoutDocument> = {}): PayoutDocument => ({
  payout: PAYOUT,
  lines: PAYOUT_LINES,
  details: DETAILS,
  issuer: OWN,
  locale: 'en',
  isTest: false,
  nameOfPublisher: (id) => NAMES[id] ?? id,
  ...change,
});
