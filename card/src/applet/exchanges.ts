/** What stands in the commands and answers of a payment and a recharge, at fixed offsets. */
import {
  amount64,
  currency3,
  identifier64,
  layout,
  maybeRaw,
  raw,
  time64,
  unsigned,
  yesNo,
  type LayoutValue,
} from './layout.ts';

/** INITIALIZE FOR PURCHASE: who pays whom, from which purse. */
export const purchaseStart = layout('INITIALIZE FOR PURCHASE', {
  /** Position of the purse in the card's parameters, from 0. */
  purse: unsigned(1),
  userId: raw(16),
  quoteSignature: raw(64),
  publisherId: identifier64,
});
export type PurchaseStart = LayoutValue<typeof purchaseStart>;

/** The card's answer: its state before the debit. */
export const purchaseReady = layout('INITIALIZE FOR PURCHASE answer', {
  /** 1 prepaid, 2 postpaid. */
  plan: unsigned(1),
  currency: currency3,
  purse: identifier64,
  /** Counter and hash of the last record. */
  counter: unsigned(4),
  head: raw(32),
});

/** DEBIT FOR PURCHASE: the fields of message 2 and of its quote that message 3 repeats. */
export const debit = layout('DEBIT FOR PURCHASE', {
  requestHash: raw(32),
  offerHash: raw(32),
  amountMinor: amount64,
  currency: currency3,
  offerTimeMs: time64,
  nonce: raw(16),
  sessionKey: raw(32),
  playerKey: raw(32),
  chargedMinor: amount64,
  chargedCurrency: currency3,
  rateTableId: unsigned(4),
  gameId: identifier64,
});
export type Debit = LayoutValue<typeof debit>;

/** What a card has decided: with what the terminal knows anyway it makes up message 3 to the byte. */
export const decided = layout('answer', {
  /** Wire number of the code; 0 = approved. */
  code: unsigned(2),
  counter: unsigned(4),
  head: raw(32),
  /** Of this purse, this debit included. */
  unreportedMinor: amount64,
  pinVerified: yesNo,
  /** The content key sealed to the player, where the debit asked for one and was approved. */
  sealedKey: maybeRaw(80),
  /** Over message 3. P-256: `r` and `s` as the card made them; whoever reads takes the lower `s`. */
  signature: raw(64),
});
export type Decided = LayoutValue<typeof decided>;

/** GET DATA 0107: the content keys, by number. */
export const contentKeysState = layout('content keys', {
  keysMax: unsigned(1),
  keys: unsigned(1),
  /** The issuer's time of them; older ones are refused. */
  timeMs: time64,
  /** As in CardKeys; zeros before the first. */
  digest: raw(32),
});
export type ContentKeysState = LayoutValue<typeof contentKeysState>;

/** GET DATA 0108: one content key, by what it goes with. */
export const contentKeyLine = layout('content key', {
  /** `cardSaleHash`. */
  sale: raw(32),
  /** No release for an offer after this time. */
  notAfterMs: time64,
});
export type ContentKeyLine = LayoutValue<typeof contentKeyLine>;

/** GET DATA 0109: what content keys are sealed to, and the card's signature over it. */
export const sealingKeyAnswer = layout('sealing key', { sealingKey: raw(32), signature: raw(64) });

/** INITIALIZE FOR LOAD: the card's challenge, to which the acknowledgement must be bound, and how far it has come. */
export const loadReady = layout('INITIALIZE FOR LOAD answer', {
  challenge: raw(16),
  counter: unsigned(4),
  head: raw(32),
  /** Records up to here are acknowledged. */
  clearedCounter: unsigned(4),
  acknowledgement: unsigned(4),
});

/** INTERNAL AUTHENTICATE: what was signed besides the challenge, and the signature. */
export const authenticated = layout('INTERNAL AUTHENTICATE answer', {
  counter: unsigned(4),
  head: raw(32),
  signature: raw(64),
});

/** CREDIT FOR LOAD: how the card stands once the acknowledgement is taken. */
export const credited = layout('CREDIT FOR LOAD answer', {
  acknowledgement: unsigned(4),
  clearedCounter: unsigned(4),
  counter: unsigned(4),
  blocked: yesNo,
});

/** GET BALANCE, and one of the purses that GET DATA lists. */
export const purseLine = layout('purse', {
  plan: unsigned(1),
  currency: currency3,
  /** Prepaid: what is left. Postpaid: 0. */
  balanceMinor: amount64,
  /** Spent and not yet acknowledged. */
  unreportedMinor: amount64,
  ceilingMinor: amount64,
  /** Spent without PIN since it was last verified. */
  noPinSumMinor: amount64,
  purse: identifier64,
});
export type PurseLine = LayoutValue<typeof purseLine>;

/** GET DATA 0101: everything about a card that is a number. */
export const standing = layout('standing', {
  cardId: raw(16),
  counter: unsigned(4),
  head: raw(32),
  clearedCounter: unsigned(4),
  acknowledgement: unsigned(4),
  parametersNumber: unsigned(4),
  rateTableId: unsigned(4),
  /** The latest time that the card knows, from signed parameters and acknowledgements. */
  timeMs: time64,
  /** Offers up to this time are refused. */
  clearedThroughMs: time64,
  records: unsigned(1),
  recordsMax: unsigned(1),
  pinTries: unsigned(1),
  unblockTries: unsigned(1),
  noPinCount: unsigned(2),
  debitsUnderTable: unsigned(4),
  blocked: yesNo,
});
export type Standing = LayoutValue<typeof standing>;
