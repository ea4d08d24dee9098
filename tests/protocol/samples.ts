/**
 * One honest value of every message, and a generator of any other, beside the pair of doors that read and write it. The
 * values are fixed, so vectors and worked bytes come out the same each time.
 */
import fc, { type Arbitrary } from 'fast-check';
import {
  CODES,
  LIMITS,
  accountRequestHash,
  cardApplicationHash,
  cardAuthenticateInput,
  cardChainStart,
  cardDecisionId,
  cardSaleHash,
  cardSealingKeyInput,
  contentKeysDigest,
  cardPossessionInput,
  cardRecordHash,
  decodeAccountRequest,
  decodeAccountStatement,
  decodeBankDetails,
  decodeCardApplication,
  decodeCardIssue,
  decodeCardKeys,
  decodeCardKeysRequest,
  decodeCardParameters,
  decodeCardRecord,
  decodeCardRequest,
  decodeCardUpload,
  decodeContentEscrow,
  decodeContentKeys,
  decodeEncryptionKey,
  decodeDeclined,
  decodeEnrolment,
  decodeOffer,
  decodePairingHeader,
  decodePaymentDecision,
  decodePaymentMandate,
  decodePaymentRequest,
  decodePeriodSeal,
  decodePlacements,
  decodePriceList,
  decodeQuote,
  decodeRateTable,
  decodeRefundNotice,
  decodeRefundOrder,
  decodeRestored,
  decodeCountersignature,
  decisionHash,
  encodeCountersignature,
  decodeShown,
  decodeSignIn,
  decodeTerms,
  decodeTexts,
  decodeUploadAcknowledgement,
  encodeAccountRequest,
  encodeAccountStatement,
  encodeBankDetails,
  encodeCardApplication,
  encodeCardIssue,
  encodeCardKeys,
  encodeCardKeysRequest,
  encodeCardParameters,
  encodeCardRecord,
  encodeCardRequest,
  encodeCardUpload,
  encodeContentEscrow,
  encodeContentKeys,
  encodeEncryptionKey,
  encodeDeclined,
  encodeEnrolment,
  encodeOffer,
  encodePairingHeader,
  encodePaymentDecision,
  encodePaymentMandate,
  encodePaymentRequest,
  encodePeriodSeal,
  encodePlacements,
  encodePriceList,
  encodeQuote,
  encodeRateTable,
  encodeRefundNotice,
  encodeRefundOrder,
  encodeRestored,
  encodeShown,
  encodeSignIn,
  encodeTerms,
  encodeTexts,
  encodeUploadAcknowledgement,
  offerHash,
  requestHash,
  readEnvelope,
  sealEnvelope,
  spkiOf,
  textsDigest,
  withChainByHash,
  type AccountRequest,
  type AccountStatement,
  type BankDetails,
  type CardApplication,
  type CardIssue,
  type CardKeys,
  type CardKeysRequest,
  type CardParameters,
  type CardRecord,
  type CardRequest,
  type CardUpload,
  type CodeName,
  type ContentEscrow,
  type ContentKeys,
  type EncryptionKey,
  type Declined,
  type Enrolment,
  type MessageType,
  type GrantKind,
  type Offer,
  type PairingHeader,
  type PaymentDecision,
  type PaymentMandate,
  type PaymentRequest,
  type PeriodSeal,
  type Placements,
  type PriceList,
  type Quote,
  type RateTable,
  type RefundNotice,
  type RefundOrder,
  type Countersignature,
  type Restored,
  type Shown,
  type SignIn,
  type Terms,
  type Texts,
  type UploadAcknowledgement,
} from '@coinslot/protocol';
import {
  contentKeyIdOf,
  deriveSealingPair,
  sealContentKey,
  sealContentKeys,
  sealingKeyOfSigner,
} from '@coinslot/protocol/sealing';
import {
  bytes16Of,
  DAY_MS,
  makeCardHolder,
  makeCardIssuer,
  makePlayer,
  makePublisher,
  makeServerHolder,
  makeTree,
  NOON_MS,
  seedOf,
} from '../lib/parties.ts';

export const tree = makeTree();
export const publisher = makePublisher(tree);
export const server = makeServerHolder(tree);
export const cardIssuer = makeCardIssuer(tree);
export const card = makeCardHolder(cardIssuer.certifier);
export const player = makePlayer();

// ---------------------------------------------------------------- values

export const texts: Texts = {
  locale: 'en',
  gameName: 'Demo Game',
  title: 'Level 3: The Foundry',
  description: 'Molten floors, moving cranes and one very large magnet. Yours to keep.',
};

export const terms: Terms = {
  salt: bytes16Of('salt'),
  gameId: 'demo-game',
  offerId: 'level-3',
  revision: 1,
  grant: { kind: 'level', target: 'level-3', quantity: 0, untilMs: 0 },
  texts: [{ locale: 'en', digest: textsDigest(encodeTexts(texts)) }],
  refund: { days: 14, contact: 'help@lumen.example' },
  contentDigest: seedOf('content'),
};

/** What the level of the samples is sealed under, and the server's key for it. */
export const contentKey = seedOf('content key');
export const deciderPair = deriveSealingPair(seedOf('decider'));

export const quote: Quote = {
  publisherId: publisher.id,
  gameId: terms.gameId,
  offerHash: offerHash(encodeTerms(terms)),
  amountMinor: 20n,
  currency: 'EUR',
  notBeforeMs: NOON_MS - DAY_MS,
  notAfterMs: NOON_MS + 30 * DAY_MS,
  ageRating: 0,
  territories: [],
  free: false,
  contentKeyId: contentKeyIdOf(contentKey),
  cards: 'chip',
};
export const quoteEnvelope = sealEnvelope('quote', encodeQuote(quote), publisher.signer, publisher.chain);

export const offer: Offer = {
  version: 1,
  quote: quoteEnvelope,
  terms: encodeTerms(terms),
  texts: encodeTexts(texts),
  offerTimeMs: NOON_MS,
  nonce: bytes16Of('nonce'),
  boundary: 'level-3',
  sessionKey: seedOf('session'),
};

export const paymentRequest: PaymentRequest = {
  quote: quoteEnvelope,
  offerTimeMs: offer.offerTimeMs,
  nonce: offer.nonce,
  userId: player.userId,
  publisherId: quote.publisherId,
  chargeMinor: quote.amountMinor,
  chargeCurrency: quote.currency,
  rateTableId: 0,
  shownDigest: seedOf('shown'),
  audience: server.keyHash,
  consentPlace: 'overlay',
  deadlineMs: NOON_MS + 120_000,
  sessionKey: offer.sessionKey,
  playerKey: makePlayer('pseudonym').account.publicKey,
  proof: 'press',
};

export const paymentDecision: PaymentDecision = {
  signer: server.keyHash,
  outcome: 'approved',
  code: 'APPROVED',
  requestHash: requestHash(encodePaymentRequest(paymentRequest)),
  offerHash: quote.offerHash,
  gameId: quote.gameId,
  amountMinor: quote.amountMinor,
  currency: quote.currency,
  offerTimeMs: offer.offerTimeMs,
  nonce: offer.nonce,
  sessionKey: offer.sessionKey,
  playerKey: paymentRequest.playerKey,
  chargedMinor: 20n,
  chargedCurrency: 'EUR',
  rateTableId: 0,
  settlement: 'debited',
  purse: 'main',
  decisionId: bytes16Of('decision'),
  timeMs: NOON_MS + 1_500,
  card: undefined,
  sealedKey: sealContentKey(
    contentKey,
    { holder: 'player', requestHash: requestHash(encodePaymentRequest(paymentRequest)) },
    sealingKeyOfSigner(paymentRequest.playerKey),
    seedOf('sealing to the player'),
  ),
};
export const decisionEnvelope = sealEnvelope(
  'payment-decision',
  encodePaymentDecision(paymentDecision),
  server.signer,
  server.chain,
);

export const restored: Restored = {
  challenge: seedOf('challenge'),
  decisionId: paymentDecision.decisionId,
  sessionKey: seedOf('new session'),
  offer: encodeOffer(offer),
  decision: decisionEnvelope,
  consumed: 0n,
  sealedKey: undefined,
  countersigned: undefined,
};

const countersignature: Countersignature = {
  decisionHash: decisionHash(encodePaymentDecision(paymentDecision)),
  publisherId: publisher.id,
  timeMs: NOON_MS + DAY_MS,
};

const refundNotice: RefundNotice = {
  decisionId: paymentDecision.decisionId,
  reason: 'requested',
  amountMinor: 20n,
  currency: 'EUR',
  timeMs: NOON_MS + DAY_MS,
};

export const pairingHeader: PairingHeader = {
  publisherId: publisher.id,
  gameId: quote.gameId,
  gameName: 'Demo Game',
  origins: ['http://127.0.0.1:8375', 'http://localhost:8375', 'https://play.lumen.example'],
  notBeforeMs: NOON_MS - DAY_MS,
  notAfterMs: NOON_MS + 365 * DAY_MS,
};

export const rateTable: RateTable = {
  id: 7,
  base: 'EUR',
  notBeforeMs: NOON_MS - 3_600_000,
  notAfterMs: NOON_MS + DAY_MS,
  rates: [
    { currency: 'JPY', rateE8: 16_250_000_000n },
    { currency: 'USD', rateE8: 108_370_000n },
  ],
};

const enrolment: Enrolment = {
  accountKey: player.account.publicKey,
  pressKey: player.press.publicKey,
  pinKey: player.pin.publicKey,
  currency: 'EUR',
  plan: 'prepaid',
  pressPaymentMaxMinor: 100n,
  pressDayMaxMinor: 500n,
  timeMs: NOON_MS,
  nonce: bytes16Of('enrolment'),
  audience: server.keyHash,
};

const accountRequest: AccountRequest = {
  userId: player.userId,
  ask: 'status',
  pressPaymentMaxMinor: 0n,
  pressDayMaxMinor: 0n,
  after: 0n,
  passwordKey: undefined,
  timeMs: NOON_MS,
  nonce: bytes16Of('account request'),
  audience: server.keyHash,
  endorsement: undefined,
};

const accountStatement: AccountStatement = {
  userId: player.userId,
  requestHash: accountRequestHash(encodeAccountRequest(accountRequest)),
  plan: 'prepaid',
  currency: 'EUR',
  balanceMinor: 980n,
  owedMinor: 0n,
  ceilingMinor: 0n,
  pressPaymentMaxMinor: 100n,
  pressDayMaxMinor: 500n,
  timeMs: NOON_MS + 2_000,
  decisions: [withChainByHash(decisionEnvelope)],
  next: 1n,
};

export const shown: Shown = {
  salt: bytes16Of('shown salt'),
  locale: 'en',
  direction: 'ltr',
  payee: 'Lumen Works',
  gameName: texts.gameName,
  title: texts.title,
  description: texts.description,
  offerId: terms.offerId,
  grant: 'Level 3, yours to keep',
  total: { amountMinor: 20n, currency: 'EUR', text: 'EUR 0.20' },
  original: undefined,
  rateTableId: 0,
  rate: '',
  date: '1 March 2026, 12:00 UTC',
  offerTimeMs: NOON_MS,
  refund: 'Money back within 14 days: help@lumen.example',
  test: true,
  consent: 'press',
  sufficiency: 'enough',
};

const cardParameters: CardParameters = {
  cardId: card.cardId,
  number: 1,
  purses: [
    {
      purse: 'main',
      currency: 'EUR',
      plan: 'prepaid',
      ceilingMinor: 5_000n,
      noPinPaymentMaxMinor: 100n,
      noPinSumMaxMinor: 500n,
    },
  ],
  noPinCountMax: 10,
  debitsPerRateTableMax: 50,
  debitsBetweenUploadsMax: 200,
  notAfterMs: NOON_MS + 89 * DAY_MS,
  timeMs: NOON_MS,
};

const cardApplication: CardApplication = {
  userId: player.userId,
  publicKey: spkiOf(card.signer.publicKey),
  possession: card.signer.sign(cardPossessionInput(bytes16Of('application'), spkiOf(card.signer.publicKey))),
  assurance: 'chip',
  purses: [{ currency: 'EUR', plan: 'prepaid' }],
  timeMs: NOON_MS,
  nonce: bytes16Of('application'),
  audience: server.keyHash,
};

const cardIssue: CardIssue = {
  userId: player.userId,
  applicationHash: cardApplicationHash(encodeCardApplication(cardApplication)),
  cardId: card.cardId,
  chain: card.chain,
  issuerKey: spkiOf(cardIssuer.signer.publicKey),
  parameters: sealEnvelope(
    'card-parameters',
    encodeCardParameters(cardParameters),
    cardIssuer.signer,
    cardIssuer.chain,
  ),
  rates: sealEnvelope('rate-table', encodeRateTable(rateTable), cardIssuer.signer, cardIssuer.chain),
};

/** Message 2 of the same offer with the card as means, and what the card keeps and signs. */
export const cardRequest: PaymentRequest = { ...paymentRequest, audience: card.keyHash };
const cardRequestEnvelope = sealEnvelope('payment-request', encodePaymentRequest(cardRequest), player.press, []);

export const cardRecord: CardRecord = {
  counter: 1,
  previous: cardChainStart(),
  userId: player.userId,
  publisherId: quote.publisherId,
  gameId: quote.gameId,
  offerHash: quote.offerHash,
  amountMinor: quote.amountMinor,
  currency: quote.currency,
  chargedMinor: cardRequest.chargeMinor,
  chargedCurrency: cardRequest.chargeCurrency,
  rateTableId: 0,
  quoteSignature: readEnvelope(quoteEnvelope).signature,
  requestHash: requestHash(encodePaymentRequest(cardRequest)),
  nonce: cardRequest.nonce,
  offerTimeMs: cardRequest.offerTimeMs,
  purse: 'main',
  settlement: 'debited',
  code: 'APPROVED',
  pinVerified: false,
};
const cardHead = cardRecordHash(encodeCardRecord(cardRecord));

export const cardDecision: PaymentDecision = {
  ...paymentDecision,
  signer: card.keyHash,
  requestHash: cardRecord.requestHash,
  decisionId: cardDecisionId(card.cardId, cardRecord.nonce),
  timeMs: cardRecord.offerTimeMs,
  card: { counter: cardRecord.counter, head: cardHead, unreportedMinor: cardRecord.chargedMinor },
  sealedKey: undefined,
};
export const cardDecisionEnvelope = sealEnvelope(
  'payment-decision',
  encodePaymentDecision(cardDecision),
  card.signer,
  card.chain,
);

const cardStanding = { cardId: card.cardId, counter: cardRecord.counter, head: cardHead };
const cardUpload: CardUpload = {
  userId: player.userId,
  cardId: card.cardId,
  challenge: bytes16Of('challenge'),
  counter: cardStanding.counter,
  head: cardStanding.head,
  proof: card.signer.sign(cardAuthenticateInput(bytes16Of('challenge'), cardStanding)),
  records: [
    {
      request: withChainByHash(cardRequestEnvelope),
      decision: withChainByHash(cardDecisionEnvelope),
      record: encodeCardRecord(cardRecord),
    },
  ],
  loads: [{ purse: 'main', amountMinor: 1_000n }],
  timeMs: NOON_MS,
  nonce: bytes16Of('upload'),
  audience: server.keyHash,
};

const uploadAcknowledgement: UploadAcknowledgement = {
  cardId: card.cardId,
  challenge: cardUpload.challenge,
  number: 1,
  counter: cardUpload.counter,
  head: cardUpload.head,
  credits: cardUpload.loads,
  blocked: false,
  timeMs: NOON_MS + 1_000,
};

const parametersRequest: CardRequest = {
  userId: player.userId,
  cardId: card.cardId,
  ask: 'parameters',
  timeMs: NOON_MS,
  nonce: bytes16Of('card request'),
  audience: server.keyHash,
};

const cardSealing = deriveSealingPair(seedOf('card sealing'));

const cardKeysRequest: CardKeysRequest = {
  userId: player.userId,
  cardId: card.cardId,
  sealingKey: cardSealing.publicKey,
  proof: card.signer.sign(cardSealingKeyInput(card.cardId, cardSealing.publicKey)),
  room: 64,
  timeMs: NOON_MS,
  nonce: bytes16Of('card keys request'),
  audience: server.keyHash,
};

const contentKeys: ContentKeys = {
  keys: [
    {
      sale: cardSaleHash({ ...quote, quoteSignature: readEnvelope(quoteEnvelope).signature }),
      contentKey: seedOf('test content key'),
      notAfterMs: quote.notAfterMs,
    },
  ],
};

const cardKeys: CardKeys = {
  cardId: card.cardId,
  digest: contentKeysDigest(encodeContentKeys(contentKeys)),
  sealed: sealContentKeys(encodeContentKeys(contentKeys), card.cardId, cardSealing.publicKey, seedOf('card keys')),
  timeMs: NOON_MS,
};

const refundOrder: RefundOrder = {
  publisherId: publisher.id,
  decisionId: paymentDecision.decisionId,
  reason: 'requested',
  timeMs: NOON_MS + DAY_MS,
  nonce: bytes16Of('refund order'),
  audience: server.keyHash,
};

const bankDetails: BankDetails = {
  publisherId: publisher.id,
  number: 1,
  holder: 'Lumen Works SARL',
  iban: 'FR1420041010050500013M02606',
  bic: 'PSSTFRPPXXX',
  payoutCurrency: 'EUR',
  timeMs: NOON_MS,
  audience: server.keyHash,
};

export const paymentMandate: PaymentMandate = {
  userId: player.userId,
  number: 1,
  way: 'bank-debit',
  mandateId: 'M-1b9dacd3f794-1',
  holder: 'Ada Player',
  iban: 'DE89370400440532013000',
  token: '',
  timeMs: NOON_MS,
  audience: server.keyHash,
};

export const signIn: SignIn = {
  role: 'player',
  subjectId: Buffer.from(player.userId).toString('hex'),
  timeMs: NOON_MS,
  nonce: bytes16Of('sign-in'),
  audience: server.keyHash,
};

const periodSeal: PeriodSeal = {
  period: 202_603,
  lastTransfer: 20_417n,
  block: 9_121n,
  blockHash: seedOf('block'),
  rateTableId: rateTable.id,
  timeMs: Date.UTC(2026, 3, 1, 0, 10),
};

const declined: Declined = {
  publisherId: publisher.id,
  gameId: quote.gameId,
  offerHash: quote.offerHash,
  nonce: offer.nonce,
  playerKey: paymentRequest.playerKey,
  timeMs: NOON_MS,
};

export const encryptionKey: EncryptionKey = {
  decider: server.keyHash,
  publicKey: deciderPair.publicKey,
  timeMs: NOON_MS,
};

export const contentEscrow: ContentEscrow = {
  publisherId: publisher.id,
  gameId: quote.gameId,
  contentKeyId: contentKeyIdOf(contentKey),
  decider: server.keyHash,
  recipient: deciderPair.publicKey,
  sealedKey: sealContentKey(
    contentKey,
    { holder: 'decider', publisherId: publisher.id },
    deciderPair.publicKey,
    seedOf('sealing to the decider'),
  ),
};

export const placements: Placements = {
  publisherId: publisher.id,
  gameId: quote.gameId,
  number: 1,
  timeMs: NOON_MS,
  file: new TextEncoder().encode('{"version":1,"game":"demo-game","offers":{},"covers":{},"placements":[]}'),
};

export const priceList: PriceList = {
  publisherId: publisher.id,
  gameId: quote.gameId,
  defaultLocale: 'en',
  chain: publisher.chain,
  pairingHeader: sealEnvelope('pairing-header', encodePairingHeader(pairingHeader), publisher.signer, publisher.chain),
  offers: [
    {
      offerId: terms.offerId,
      retired: false,
      quote: withChainByHash(quoteEnvelope),
      terms: offer.terms,
      texts: [{ locale: texts.locale, texts: offer.texts }],
    },
  ],
};

// ---------------------------------------------------------------- generators

const bytesOf = (min: number, max: number): Arbitrary<Uint8Array> => fc.uint8Array({ minLength: min, maxLength: max });
const b16 = bytesOf(16, 16);
const b32 = bytesOf(32, 32);
const amountOf = fc.bigInt({ min: 0n, max: LIMITS.amountMinorMax });
const timeOf = fc.integer({ min: 0, max: LIMITS.timeMsMax });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const identifierOf = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const currencyOf = fc.stringMatching(/^[A-Z]{3}$/);
const localeOf = fc.constantFrom('en', 'pt-BR', 'zh-Hans-CN', 'de', 'ar', 'fil');
const textOf = (bytesMax: number): Arbitrary<string> =>
  fc
    .string({ unit: 'grapheme', maxLength: Math.floor(bytesMax / 40) })
    .map((text) => text.normalize('NFC').replaceAll('\0', ''));
const title = textOf(LIMITS.titleBytesMax);
const description = textOf(LIMITS.textBytesMax);
const maybeOf = <T>(one: Arbitrary<T>): Arbitrary<T | undefined> => fc.option(one, { nil: undefined });
const envelope = bytesOf(1, 600);
const byKey = <T>(item: Arbitrary<T>, selector: (value: T) => unknown, minLength: number, maxLength: number) =>
  fc.uniqueArray(item, { selector, minLength, maxLength });

const counted: readonly GrantKind[] = ['minutes', 'uses', 'period'];
const grantOf = fc
  .record({
    kind: fc.constantFrom<GrantKind>('level', 'scene', 'minutes', 'uses', 'until', 'period', 'forever'),
    target: identifierOf,
    quantity: fc.integer({ min: 1, max: 0xffff_ffff }),
    untilMs: fc.integer({ min: 1, max: LIMITS.timeMsMax }),
  })
  .map(({ kind, target, quantity, untilMs }) => ({
    kind,
    target,
    quantity: counted.includes(kind) ? quantity : 0,
    untilMs: kind === 'until' ? untilMs : 0,
  }));

const shownMoneyOf = fc.record({ amountMinor: amountOf, currency: currencyOf, text: title });
const codeOf = fc.constantFrom<'APPROVED' | CodeName>('APPROVED', ...(Object.keys(CODES) as CodeName[]));
const planOf = fc.constantFrom('prepaid' as const, 'postpaid' as const);
const b64 = bytesOf(64, 64);
const spkiOfAny = bytesOf(44, 91);
const purseAmountsOf = byKey(fc.record({ purse: identifierOf, amountMinor: amountOf }), ({ purse }) => purse, 0, 4);

const bankAccountOf = fc.constantFrom('DE89370400440532013000', 'GB82WEST12345698765432', 'NO9386011117947');
const mandateOf: Arbitrary<PaymentMandate> = fc
  .record({
    userId: b16,
    number: fc.integer({ min: 1, max: 0xffff_ffff }),
    way: fc.constantFrom('bank-debit', 'card-on-file', 'transfer'),
    mandateId: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,34}$/),
    holder: fc.constantFrom('Ada Player', 'Örjan Åkesson'),
    iban: bankAccountOf,
    token: identifierOf,
    timeMs: timeOf,
    audience: b32,
  })
  .chain((one) => fc.boolean().map((isKnown) => ({ one, hasAccount: isKnown || one.way === 'bank-debit' })))
  .map(({ one, hasAccount }) => ({
    ...one,
    holder: hasAccount ? one.holder : '',
    iban: hasAccount ? one.iban : '',
    token: one.way === 'card-on-file' ? one.token : '',
  }));

// ---------------------------------------------------------------- the list

export type SampleValue = Readonly<Record<string, unknown>>;

export interface Sample {
  readonly name: string;
  /** The honest value, and its bytes. */
  readonly value: SampleValue;
  readonly bytes: Uint8Array;
  readonly arbitrary: Arbitrary<SampleValue>;
  /** The type under which it is signed, where it is signed. */
  readonly type: MessageType | undefined;
  readonly encode: (value: SampleValue) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => SampleValue;
}

function sample<T extends object>(
  name: string,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => T,
  value: T,
  arbitrary: Arbitrary<T>,
  type?: MessageType,
): Sample {
  return {
    name,
    type,
    value: value as SampleValue,
    bytes: encode(value),
    arbitrary: arbitrary as unknown as Arbitrary<SampleValue>,
    encode: (one) => encode(one as T),
    decode: (bytes) => decode(bytes) as SampleValue,
  };
}

/** Every message and file of the protocol. */
export const SAMPLES: readonly Sample[] = [
  sample(
    'Terms',
    encodeTerms,
    decodeTerms,
    terms,
    fc.record({
      salt: b16,
      gameId: identifierOf,
      offerId: identifierOf,
      revision: uint32,
      grant: grantOf,
      texts: byKey(fc.record({ locale: localeOf, digest: b32 }), ({ locale }) => locale, 1, 6),
      refund: fc.record({ days: fc.integer({ min: 0, max: 3_650 }), contact: title }),
      contentDigest: maybeOf(b32),
    }),
  ),
  sample(
    'Texts',
    encodeTexts,
    decodeTexts,
    texts,
    fc.record({ locale: localeOf, gameName: title, title, description }),
  ),
  sample(
    'Quote',
    encodeQuote,
    decodeQuote,
    quote,
    fc.record({
      publisherId: identifierOf,
      gameId: identifierOf,
      offerHash: b32,
      amountMinor: amountOf,
      currency: currencyOf,
      notBeforeMs: timeOf,
      notAfterMs: timeOf,
      ageRating: fc.integer({ min: 0, max: 99 }),
      territories: byKey(fc.stringMatching(/^[A-Z]{2}$/), (code) => code, 0, 20),
      free: fc.boolean(),
      contentKeyId: maybeOf(b16),
      cards: fc.constantFrom('none', 'chip', 'software'),
    }),
    'quote',
  ),
  sample(
    'Offer',
    encodeOffer,
    decodeOffer,
    offer,
    fc.record({
      version: fc.constant(1),
      quote: envelope,
      terms: envelope,
      texts: envelope,
      offerTimeMs: timeOf,
      nonce: b16,
      boundary: identifierOf,
      sessionKey: b32,
    }),
  ),
  sample(
    'PaymentRequest',
    encodePaymentRequest,
    decodePaymentRequest,
    paymentRequest,
    fc.record({
      quote: envelope,
      offerTimeMs: timeOf,
      nonce: b16,
      userId: b16,
      publisherId: identifierOf,
      chargeMinor: amountOf,
      chargeCurrency: currencyOf,
      rateTableId: uint32,
      shownDigest: b32,
      audience: b32,
      consentPlace: fc.constantFrom('overlay', 'wallet-page', 'reader-pad', 'automatic'),
      deadlineMs: timeOf,
      sessionKey: b32,
      playerKey: b32,
      proof: fc.constantFrom('press', 'pin', 'password', 'card'),
    }),
    'payment-request',
  ),
  sample(
    'PaymentDecision',
    encodePaymentDecision,
    decodePaymentDecision,
    paymentDecision,
    fc.record({
      signer: b32,
      outcome: fc.constantFrom('approved', 'refused'),
      code: codeOf,
      requestHash: b32,
      offerHash: b32,
      gameId: identifierOf,
      amountMinor: amountOf,
      currency: currencyOf,
      offerTimeMs: timeOf,
      nonce: b16,
      sessionKey: b32,
      playerKey: b32,
      chargedMinor: amountOf,
      chargedCurrency: currencyOf,
      rateTableId: uint32,
      settlement: fc.constantFrom('debited', 'recorded', 'none'),
      purse: identifierOf,
      decisionId: b16,
      timeMs: timeOf,
      card: maybeOf(fc.record({ counter: uint32, head: b32, unreportedMinor: amountOf })),
      sealedKey: maybeOf(bytesOf(1, 256)),
    }),
    'payment-decision',
  ),
  sample(
    'Restored',
    encodeRestored,
    decodeRestored,
    restored,
    fc.record({
      challenge: b32,
      decisionId: b16,
      sessionKey: b32,
      offer: envelope,
      decision: envelope,
      consumed: amountOf,
      sealedKey: maybeOf(bytesOf(1, 256)),
      countersigned: maybeOf(envelope),
    }),
    'restored',
  ),
  sample(
    'Countersignature',
    encodeCountersignature,
    decodeCountersignature,
    countersignature,
    fc.record({ decisionHash: b32, publisherId: identifierOf, timeMs: timeOf }),
    'countersignature',
  ),
  sample(
    'RefundNotice',
    encodeRefundNotice,
    decodeRefundNotice,
    refundNotice,
    fc.record({
      decisionId: b16,
      reason: fc.constantFrom('requested', 'defect', 'unauthorised', 'operator'),
      amountMinor: amountOf,
      currency: currencyOf,
      timeMs: timeOf,
    }),
    'refund-notice',
  ),
  sample(
    'PairingHeader',
    encodePairingHeader,
    decodePairingHeader,
    pairingHeader,
    fc.record({
      publisherId: identifierOf,
      gameId: identifierOf,
      gameName: title,
      origins: byKey(
        fc.constantFrom(
          'https://a.example',
          'http://localhost:8375',
          'http://[::1]:80',
          'tauri://localhost',
          'https://xn--bcher-kva.example',
        ),
        (origin) => origin,
        1,
        5,
      ),
      notBeforeMs: timeOf,
      notAfterMs: timeOf,
    }),
    'pairing-header',
  ),
  sample(
    'RateTable',
    encodeRateTable,
    decodeRateTable,
    rateTable,
    fc.record({
      id: uint32,
      base: currencyOf,
      notBeforeMs: timeOf,
      notAfterMs: timeOf,
      rates: byKey(fc.record({ currency: currencyOf, rateE8: amountOf }), ({ currency }) => currency, 0, 20),
    }),
    'rate-table',
  ),
  sample(
    'Enrolment',
    encodeEnrolment,
    decodeEnrolment,
    enrolment,
    fc.record({
      accountKey: b32,
      pressKey: b32,
      pinKey: b32,
      currency: currencyOf,
      plan: planOf,
      pressPaymentMaxMinor: amountOf,
      pressDayMaxMinor: amountOf,
      timeMs: timeOf,
      nonce: b16,
      audience: b32,
    }),
    'enrolment',
  ),
  sample(
    'AccountRequest',
    encodeAccountRequest,
    decodeAccountRequest,
    accountRequest,
    fc.record({
      userId: b16,
      ask: fc.constantFrom(
        'status',
        'limits',
        'decisions',
        'refunds',
        'close',
        'requests',
        'countersignatures',
        'password',
        'passwords',
      ),
      pressPaymentMaxMinor: amountOf,
      pressDayMaxMinor: amountOf,
      after: amountOf,
      passwordKey: maybeOf(b32),
      timeMs: timeOf,
      nonce: b16,
      audience: b32,
      endorsement: maybeOf(b64),
    }),
    'account-request',
  ),
  sample(
    'AccountStatement',
    encodeAccountStatement,
    decodeAccountStatement,
    accountStatement,
    fc.record({
      userId: b16,
      requestHash: b32,
      plan: planOf,
      currency: currencyOf,
      balanceMinor: amountOf,
      owedMinor: amountOf,
      ceilingMinor: amountOf,
      pressPaymentMaxMinor: amountOf,
      pressDayMaxMinor: amountOf,
      timeMs: timeOf,
      decisions: fc.array(envelope, { maxLength: 4 }),
      next: amountOf,
    }),
    'account-statement',
  ),
  sample(
    'CardParameters',
    encodeCardParameters,
    decodeCardParameters,
    cardParameters,
    fc.record({
      cardId: b16,
      number: uint32,
      purses: byKey(
        fc.record({
          purse: identifierOf,
          currency: currencyOf,
          plan: planOf,
          ceilingMinor: amountOf,
          noPinPaymentMaxMinor: amountOf,
          noPinSumMaxMinor: amountOf,
        }),
        ({ purse }) => purse,
        1,
        4,
      ),
      noPinCountMax: fc.integer({ min: 0, max: 65_535 }),
      debitsPerRateTableMax: uint32,
      debitsBetweenUploadsMax: uint32,
      notAfterMs: timeOf,
      timeMs: timeOf,
    }),
    'card-parameters',
  ),
  sample(
    'UploadAcknowledgement',
    encodeUploadAcknowledgement,
    decodeUploadAcknowledgement,
    uploadAcknowledgement,
    fc.record({
      cardId: b16,
      challenge: b16,
      number: uint32,
      counter: uint32,
      head: b32,
      credits: purseAmountsOf,
      blocked: fc.boolean(),
      timeMs: timeOf,
    }),
    'upload-acknowledgement',
  ),
  sample(
    'CardApplication',
    encodeCardApplication,
    decodeCardApplication,
    cardApplication,
    fc.record({
      userId: b16,
      publicKey: spkiOfAny,
      possession: b64,
      assurance: fc.constantFrom('chip', 'software'),
      purses: byKey(fc.record({ currency: currencyOf, plan: planOf }), ({ currency }) => currency, 1, 4),
      timeMs: timeOf,
      nonce: b16,
      audience: b32,
    }),
    'card-application',
  ),
  sample(
    'CardIssue',
    encodeCardIssue,
    decodeCardIssue,
    cardIssue,
    fc.record({
      userId: b16,
      applicationHash: b32,
      cardId: b16,
      chain: fc.array(bytesOf(1, 500), { minLength: 1, maxLength: 4 }),
      issuerKey: spkiOfAny,
      parameters: envelope,
      rates: envelope,
    }),
    'card-issue',
  ),
  sample(
    'CardUpload',
    encodeCardUpload,
    decodeCardUpload,
    cardUpload,
    fc.record({
      userId: b16,
      cardId: b16,
      challenge: b16,
      counter: uint32,
      head: b32,
      proof: b64,
      records: fc.array(fc.record({ request: envelope, decision: envelope, record: bytesOf(1, 512) }), {
        maxLength: 4,
      }),
      loads: purseAmountsOf,
      timeMs: timeOf,
      nonce: b16,
      audience: b32,
    }),
    'card-upload',
  ),
  sample(
    'CardRequest',
    encodeCardRequest,
    decodeCardRequest,
    parametersRequest,
    fc.record({
      userId: b16,
      cardId: b16,
      ask: fc.constantFrom('parameters', 'lost'),
      timeMs: timeOf,
      nonce: b16,
      audience: b32,
    }),
    'card-request',
  ),
  sample(
    'CardKeysRequest',
    encodeCardKeysRequest,
    decodeCardKeysRequest,
    cardKeysRequest,
    fc.record({
      userId: b16,
      cardId: b16,
      sealingKey: b32,
      proof: b64,
      room: fc.integer({ min: 0, max: 64 }),
      timeMs: timeOf,
      nonce: b16,
      audience: b32,
    }),
    'card-keys-request',
  ),
  sample(
    'CardKeys',
    encodeCardKeys,
    decodeCardKeys,
    cardKeys,
    fc.record({ cardId: b16, digest: b32, sealed: bytesOf(48, 300), timeMs: timeOf }),
    'card-keys',
  ),
  sample(
    'ContentKeys',
    encodeContentKeys,
    decodeContentKeys,
    contentKeys,
    fc.record({
      keys: fc.uniqueArray(fc.record({ sale: b32, contentKey: b32, notAfterMs: timeOf }), {
        maxLength: 64,
        selector: ({ sale }) => Buffer.from(sale).toString('hex'),
      }),
    }),
  ),
  sample(
    'CardRecord',
    encodeCardRecord,
    decodeCardRecord,
    cardRecord,
    fc.record({
      counter: uint32,
      previous: b32,
      userId: b16,
      publisherId: identifierOf,
      gameId: identifierOf,
      offerHash: b32,
      amountMinor: amountOf,
      currency: currencyOf,
      chargedMinor: amountOf,
      chargedCurrency: currencyOf,
      rateTableId: uint32,
      quoteSignature: b64,
      requestHash: b32,
      nonce: b16,
      offerTimeMs: timeOf,
      purse: identifierOf,
      settlement: fc.constantFrom('debited', 'recorded', 'none'),
      code: codeOf,
      pinVerified: fc.boolean(),
    }),
  ),
  sample(
    'RefundOrder',
    encodeRefundOrder,
    decodeRefundOrder,
    refundOrder,
    fc.record({
      publisherId: identifierOf,
      decisionId: b16,
      reason: fc.constantFrom('requested', 'defect', 'unauthorised'),
      timeMs: timeOf,
      nonce: b16,
      audience: b32,
    }),
    'refund-order',
  ),
  sample(
    'BankDetails',
    encodeBankDetails,
    decodeBankDetails,
    bankDetails,
    fc.record({
      publisherId: identifierOf,
      number: fc.integer({ min: 1, max: 0xffff_ffff }),
      holder: fc.constantFrom('Lumen Works', 'Ωmega 光', 'x'.repeat(70)),
      iban: bankAccountOf,
      bic: fc.constantFrom('', 'DEUTDEFF', 'DEUTDEFF500'),
      payoutCurrency: currencyOf,
      timeMs: timeOf,
      audience: b32,
    }),
    'bank-details',
  ),
  sample('PaymentMandate', encodePaymentMandate, decodePaymentMandate, paymentMandate, mandateOf, 'payment-mandate'),
  sample(
    'SignIn',
    encodeSignIn,
    decodeSignIn,
    signIn,
    fc
      .record({
        role: fc.constantFrom('player', 'publisher'),
        subjectId: fc.stringMatching(/^[0-9a-f]{32}$/),
        timeMs: timeOf,
        nonce: b16,
        audience: b32,
      })
      .chain((one) =>
        identifierOf.map((id): SignIn => ({ ...one, subjectId: one.role === 'player' ? one.subjectId : id })),
      ),
    'sign-in',
  ),
  sample(
    'PeriodSeal',
    encodePeriodSeal,
    decodePeriodSeal,
    periodSeal,
    fc.record({
      period: fc
        .tuple(fc.integer({ min: 1970, max: 9_999 }), fc.integer({ min: 1, max: 12 }))
        .map(([year, month]) => year * 100 + month),
      lastTransfer: amountOf,
      block: amountOf,
      blockHash: b32,
      rateTableId: uint32,
      timeMs: timeOf,
    }),
    'period-seal',
  ),
  sample(
    'EncryptionKey',
    encodeEncryptionKey,
    decodeEncryptionKey,
    encryptionKey,
    fc.record({ decider: b32, publicKey: b32, timeMs: timeOf }),
    'encryption-key',
  ),
  sample(
    'ContentEscrow',
    encodeContentEscrow,
    decodeContentEscrow,
    contentEscrow,
    fc.record({
      publisherId: identifierOf,
      gameId: identifierOf,
      contentKeyId: b16,
      decider: b32,
      recipient: b32,
      sealedKey: bytesOf(80, 80),
    }),
    'content-escrow',
  ),
  sample(
    'Declined',
    encodeDeclined,
    decodeDeclined,
    declined,
    fc.record({
      publisherId: identifierOf,
      gameId: identifierOf,
      offerHash: b32,
      nonce: b16,
      playerKey: b32,
      timeMs: timeOf,
    }),
    'declined',
  ),
  sample(
    'Placements',
    encodePlacements,
    decodePlacements,
    placements,
    fc.record({
      publisherId: identifierOf,
      gameId: identifierOf,
      number: fc.integer({ min: 1, max: 0xffff_ffff }),
      timeMs: timeOf,
      file: bytesOf(1, 600),
    }),
    'placements',
  ),
  sample(
    'Shown',
    encodeShown,
    decodeShown,
    shown,
    fc.record({
      salt: b16,
      locale: localeOf,
      direction: fc.constantFrom('ltr', 'rtl'),
      payee: title,
      gameName: title,
      title,
      description,
      offerId: identifierOf,
      grant: title,
      total: shownMoneyOf,
      original: maybeOf(shownMoneyOf),
      rateTableId: uint32,
      rate: title,
      date: title,
      offerTimeMs: timeOf,
      refund: description,
      test: fc.boolean(),
      consent: fc.constantFrom('press', 'pin', 'password'),
      sufficiency: fc.constantFrom('enough', 'not-enough'),
    }),
  ),
  sample(
    'PriceList',
    encodePriceList,
    decodePriceList,
    priceList,
    fc.record({
      publisherId: identifierOf,
      gameId: identifierOf,
      defaultLocale: localeOf,
      chain: fc.array(bytesOf(1, 500), { minLength: 1, maxLength: 4 }),
      pairingHeader: envelope,
      offers: byKey(
        fc.record({
          offerId: identifierOf,
          retired: fc.boolean(),
          quote: envelope,
          terms: envelope,
          texts: byKey(fc.record({ locale: localeOf, texts: envelope }), ({ locale }) => locale, 1, 3),
        }),
        ({ offerId }) => offerId,
        0,
        4,
      ),
    }),
  ),
];

/** The sample of a name. */
export function sampleOf(name: string): Sample {
  const found = SAMPLES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no sample ${name}`);
  return found;
}
