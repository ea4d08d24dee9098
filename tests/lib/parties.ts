/**
 * Throwaway parties for tests: an authority with SYND and SINT, publishers, payment servers and players, and the messages
 * they send each other. Everything is real; only the keys are worth nothing.
 *
 * Keys come from names, so that the same test makes the same bytes; serial numbers too.
 */
import { createECDH, createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import {
  cardCertifier,
  createIntermediary,
  createRoot,
  issueCardIssuer,
  issuePaymentServer,
  issuePublisher,
  type CardCertifier,
  type Issuer,
} from '@coinslot/authority';
import {
  decisionHash,
  encodeAccountRequest,
  endorsementInput,
  encodeCountersignature,
  encodeEnrolment,
  encodeOffer,
  encodePaymentRequest,
  encodeQuote,
  encodeTerms,
  encodeTexts,
  keyHash,
  offerHash,
  readEnvelope,
  sealEnvelope,
  spkiOf,
  textsDigest,
  userIdOf,
  ALG,
  type AccountRequest,
  type Alg,
  type Assurance,
  type Countersignature,
  type Enrolment,
  type Offer,
  type PaymentRequest,
  type Quote,
  type SalesLimits,
  type Signer,
  type Terms,
  type Texts,
} from '@coinslot/protocol';
import { nativeSigner, privateKeyFromSeed } from '@coinslot/protocol/node';

/** A Sunday noon in 2026; the time of every test that does not say otherwise. */
export const NOON_MS = Date.UTC(2026, 2, 1, 12);
export const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

/** 32 bytes from a name. */
export const seedOf = (name: string): Uint8Array =>
  Uint8Array.from(createHash('sha256').update(`coinslot test ${name}`).digest());
/** 16 bytes from a name: nonces and salts. */
export const bytes16Of = (name: string): Uint8Array => seedOf(name).slice(0, 16);
const keyOf = (name: string, alg: Alg = ALG.ed25519): KeyObject =>
  alg === ALG.ed25519 ? privateKeyFromSeed(seedOf(name)) : p256KeyOf(seedOf(name));

/** The P-256 private key of 32 bytes, which must be below the order (all but one in 2^32 are). */
function p256KeyOf(secret: Uint8Array): KeyObject {
  const point = createECDH('prime256v1');
  point.setPrivateKey(secret);
  const [x, y] = [point.getPublicKey().subarray(1, 33), point.getPublicKey().subarray(33)];
  const [d, ...xy] = [Buffer.from(secret), x, y].map((part) => part.toString('base64url'));
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d: d!, x: xy[0]!, y: xy[1]! }, format: 'jwk' });
}

const signerOf = (name: string): Signer => nativeSigner(keyOf(name));

/** The highest prices that the test authority lets publishers ask. */
export const WIDE_LIMITS: SalesLimits = {
  topPrices: ['EUR', 'USD', 'JPY', 'KWD', 'GBP'].map((currency) => ({ currency, amountMinor: 1_000_000n })),
  territories: [],
  minimumAge: 0,
};

/** Root, SYND and SINT. */
export interface Tree {
  readonly name: string;
  readonly root: Uint8Array;
  readonly roots: readonly Uint8Array[];
  readonly synd: Issuer;
  readonly sint: Issuer;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface TreeOptions {
  /** Another name is another authority. */
  name?: string;
  atMs?: number;
  sandbox?: boolean;
  limits?: SalesLimits;
}

/** An authority valid from a year before `atMs` to ten after. */
export function makeTree(options: TreeOptions = {}): Tree {
  const { name = 'authority', atMs = NOON_MS, sandbox = true, limits = WIDE_LIMITS } = options;
  const validity = { notBeforeMs: wholeSecond(atMs - YEAR_MS), notAfterMs: wholeSecond(atMs + 10 * YEAR_MS) };
  const rootKey = keyOf(`${name} root`);
  const rootName = { commonName: `Test ${name}` };
  const root = createRoot({ ...validity, name: rootName, privateKey: rootKey, sandbox, serial: serialOf(rootName) });
  const intermediary = (kind: 'SYND' | 'SINT'): Issuer => {
    const privateKey = keyOf(`${name} ${kind}`);
    const subject = { name: { commonName: `Test ${kind}` }, publicKey: nativeSigner(privateKey).publicKey };
    const issuer = { certificate: root, privateKey: rootKey };
    const common = { ...validity, issuer, subject, kind, serial: serialOf(subject) };
    return { certificate: createIntermediary(kind === 'SYND' ? { ...common, limits } : common), privateKey };
  };
  return { name, root, roots: [root], synd: intermediary('SYND'), sint: intermediary('SINT'), ...validity };
}

/** Whoever holds a leaf certificate. */
export interface Holder {
  readonly id: string;
  readonly signer: Signer;
  readonly privateKey: KeyObject;
  /** Leaf first, without root. */
  readonly chain: readonly Uint8Array[];
  /** What messages call the key: `audience`, `signer`. */
  readonly keyHash: Uint8Array;
}

export interface HolderOptions {
  id?: string;
  commonName?: string;
  limits?: SalesLimits;
  notBeforeMs?: number;
  notAfterMs?: number;
  /** Another name is another key of the same holder. */
  keyName?: string;
}

/** A publisher, "Lumen Works" when nothing is said. */
export function makePublisher(tree: Tree, options: HolderOptions = {}): Holder {
  const { id = 'lumen-works', commonName = 'Lumen Works', limits = WIDE_LIMITS } = options;
  const { holder, request } = prepareHolder(tree, id, commonName, options);
  return { ...holder, chain: [issuePublisher({ ...request, issuer: tree.synd, limits }), tree.synd.certificate] };
}

/** A payment server. */
export function makeServerHolder(tree: Tree, options: HolderOptions = {}): Holder {
  const { id = 'test-server', commonName = 'Test Payment Server' } = options;
  const { holder, request } = prepareHolder(tree, id, commonName, options);
  return { ...holder, chain: [issuePaymentServer({ ...request, issuer: tree.sint }), tree.sint.certificate] };
}

/** A card issuer of a payment server: certifies cards of its own algorithm. */
export function makeCardIssuer(
  tree: Tree,
  alg: Alg = ALG.ed25519,
  options: HolderOptions = {},
): Holder & { readonly certifier: CardCertifier } {
  const { id = `test-cards-${alg}`, commonName = 'Test Cards' } = options;
  const { holder, request } = prepareHolder(tree, id, commonName, options, alg);
  const chain = [issueCardIssuer({ ...request, issuer: tree.sint }), tree.sint.certificate];
  return { ...holder, chain, certifier: cardCertifier({ chain, privateKey: holder.privateKey }) };
}

export interface CardOptions {
  name?: string;
  alg?: Alg;
  assurance?: Assurance;
  ceilings?: readonly { amountMinor: bigint; currency: string }[];
  /** When it was certified; it is valid for 90 days from then. */
  atMs?: number;
}

/** A card's key and certificate, without the card. 50.00 in EUR and USD when nothing is said. */
export function makeCardHolder(
  certifier: CardCertifier,
  options: CardOptions = {},
): Holder & { readonly cardId: Uint8Array } {
  const { name = 'card', assurance = 'chip', atMs = NOON_MS } = options;
  const { alg = certifier.alg, ceilings = ['EUR', 'USD'].map((currency) => ({ currency, amountMinor: 5_000n })) } =
    options;
  const privateKey = keyOf(name, alg);
  const signer = nativeSigner(privateKey);
  const cardId = bytes16Of(`${name} id`);
  const certificate = certifier.certify({
    cardId,
    publicKey: signer.publicKey,
    assurance,
    ceilings,
    notBeforeMs: wholeSecond(atMs - DAY_MS),
    notAfterMs: wholeSecond(atMs + 89 * DAY_MS),
    serial: serialOf([name, assurance]),
  });
  const chain = [certificate, ...certifier.chain];
  return {
    id: Buffer.from(cardId).toString('hex'),
    cardId,
    signer,
    privateKey,
    chain,
    keyHash: keyHash(spkiOf(signer.publicKey)),
  };
}

function prepareHolder(tree: Tree, id: string, commonName: string, options: HolderOptions, alg: Alg = ALG.ed25519) {
  const privateKey = keyOf(options.keyName ?? `${tree.name} ${id}`, alg);
  const signer = nativeSigner(privateKey);
  const subject = { name: { commonName, id }, publicKey: signer.publicKey };
  const { notBeforeMs = tree.notBeforeMs, notAfterMs = tree.notAfterMs } = options;
  const holder = { id, signer, privateKey, keyHash: keyHash(spkiOf(signer.publicKey)) };
  return { holder, request: { notBeforeMs, notAfterMs, subject, serial: serialOf([subject, notAfterMs]) } };
}

const wholeSecond = (atMs: number): number => Math.floor(atMs / 1000) * 1000;

/** Eight positive bytes that follow from what is certified. */
function serialOf(subject: unknown): Uint8Array {
  const serial = seedOf(
    JSON.stringify(subject, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value)),
  ).slice(0, 8);
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  return serial;
}

// ---------------------------------------------------------------- a publisher's offers

/** Message 1 and its parts. */
export interface MadeOffer {
  readonly offer: Offer;
  readonly offerBytes: Uint8Array;
  readonly quote: Quote;
  readonly quoteEnvelope: Uint8Array;
  readonly terms: Terms;
  readonly texts: Texts;
}

export interface OfferOptions {
  atMs?: number;
  /** Names the nonce. */
  nonce?: string;
  quote?: Partial<Quote>;
  terms?: Partial<Terms>;
  offer?: Partial<Offer>;
}

/** An offer of level 3 for 0.20 EUR, or of what the options say. */
export function makeOffer(publisher: Holder, options: OfferOptions = {}): MadeOffer {
  const { atMs = NOON_MS, nonce = 'nonce' } = options;
  const texts: Texts = { locale: 'en', gameName: 'Demo Game', title: 'Level 3', description: 'The foundry.' };
  const terms: Terms = {
    salt: bytes16Of('salt'),
    gameId: 'demo-game',
    offerId: 'level-3',
    revision: 1,
    grant: { kind: 'level', target: 'level-3', quantity: 0, untilMs: 0 },
    texts: [{ locale: 'en', digest: textsDigest(encodeTexts(texts)) }],
    refund: { days: 14, contact: 'help@lumen.example' },
    contentDigest: undefined,
    ...options.terms,
  };
  const quote: Quote = {
    publisherId: publisher.id,
    gameId: terms.gameId,
    offerHash: offerHash(encodeTerms(terms)),
    amountMinor: 20n,
    currency: 'EUR',
    notBeforeMs: atMs - DAY_MS,
    notAfterMs: atMs + 30 * DAY_MS,
    ageRating: 0,
    territories: [],
    free: false,
    contentKeyId: undefined,
    cards: 'software',
    ...options.quote,
  };
  const quoteEnvelope = sealEnvelope('quote', encodeQuote(quote), publisher.signer, publisher.chain);
  const offer: Offer = {
    version: 1,
    quote: quoteEnvelope,
    terms: encodeTerms(terms),
    texts: encodeTexts(texts),
    offerTimeMs: atMs,
    nonce: bytes16Of(nonce),
    boundary: 'level-3',
    sessionKey: seedOf('session'),
    ...options.offer,
  };
  return { offer, offerBytes: encodeOffer(offer), quote, quoteEnvelope, terms, texts };
}

// ---------------------------------------------------------------- a player

/** A player's keys. */
export interface Player {
  readonly userId: Uint8Array;
  readonly account: Signer;
  readonly press: Signer;
  readonly pin: Signer;
  readonly currency: string;
}

export function makePlayer(name = 'Ada', currency = 'EUR'): Player {
  const account = signerOf(`${name} account`);
  return {
    userId: userIdOf(account.publicKey),
    account,
    press: signerOf(`${name} press`),
    pin: signerOf(`${name} pin`),
    currency,
  };
}

/** Envelope `enrolment`: prepaid, presses up to 1.00 each and 5.00 a day, when nothing else is said. */
export function makeEnrolment(player: Player, server: Holder, fields: Partial<Enrolment> = {}): Uint8Array {
  const enrolment: Enrolment = {
    accountKey: player.account.publicKey,
    pressKey: player.press.publicKey,
    pinKey: player.pin.publicKey,
    currency: player.currency,
    plan: 'prepaid',
    pressPaymentMaxMinor: 100n,
    pressDayMaxMinor: 500n,
    timeMs: NOON_MS,
    nonce: bytes16Of('enrolment'),
    audience: server.keyHash,
    ...fields,
  };
  return sealEnvelope('enrolment', encodeEnrolment(enrolment), player.account, []);
}

/** Envelope `payment-request` for an offer, signed by the key that its `proof` names. */
export function makeRequest(
  player: Player,
  server: Holder,
  { offer, quote }: Pick<MadeOffer, 'offer' | 'quote'>,
  fields: Partial<PaymentRequest> = {},
): Uint8Array {
  const request: PaymentRequest = {
    quote: offer.quote,
    offerTimeMs: offer.offerTimeMs,
    nonce: offer.nonce,
    userId: player.userId,
    publisherId: quote.publisherId,
    chargeMinor: quote.amountMinor,
    chargeCurrency: player.currency,
    rateTableId: 0,
    shownDigest: seedOf('shown'),
    audience: server.keyHash,
    consentPlace: 'overlay',
    deadlineMs: offer.offerTimeMs + 120_000,
    sessionKey: offer.sessionKey,
    playerKey: seedOf('pseudonym'),
    proof: 'press',
    ...fields,
  };
  const signer = request.proof === 'pin' ? player.pin : player.press;
  return sealEnvelope('payment-request', encodePaymentRequest(request), signer, []);
}

/** Envelope `countersignature` of a decision: the server's word that it is in its record. */
export function makeCountersignature(
  server: Holder,
  decision: Uint8Array,
  fields: Partial<Countersignature> = {},
): Uint8Array {
  const body = encodeCountersignature({
    decisionHash: decisionHash(readEnvelope(decision).body),
    publisherId: 'lumen-works',
    timeMs: NOON_MS,
    ...fields,
  });
  return sealEnvelope('countersignature', body, server.signer, server.chain);
}

/** Envelope `account-request`, signed by the account key, or by the PIN key for `limits` and `password`. */
export function makeAccountRequest(
  player: Player,
  server: Holder,
  fields: Partial<AccountRequest> = {},
  /** Whose password endorses it. */
  endorser?: Signer,
): Uint8Array {
  const request: AccountRequest = {
    userId: player.userId,
    ask: 'status',
    pressPaymentMaxMinor: 0n,
    pressDayMaxMinor: 0n,
    after: 0n,
    passwordKey: undefined,
    timeMs: NOON_MS,
    nonce: bytes16Of('account request'),
    audience: server.keyHash,
    ...fields,
  };
  const signer = request.ask === 'limits' || request.ask === 'password' ? player.pin : player.account;
  const endorsement = endorser?.sign(endorsementInput(request)) ?? request.endorsement;
  return sealEnvelope('account-request', encodeAccountRequest({ ...request, endorsement }), signer, []);
}
