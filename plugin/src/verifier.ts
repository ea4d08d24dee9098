/**
 * Everything that reads or makes protocol bytes: codec, signatures, certificates. Loaded by `import()` when a boundary
 * nears, so that a game pays for it only when there is something to verify. Nothing else in the plugin imports the
 * protocol's code, only its types.
 */
import {
  checkDecision,
  checkDeclined,
  checkRecovered,
  checkRestored,
  decodeCountersignature,
  decodeCrls,
  decodeOffer,
  decodePairingHeader,
  decodePaymentDecision,
  decodePriceList,
  decodeQuote,
  decodeRefundNotice,
  decodeRoots,
  decodeShown,
  decodeTerms,
  encodeOffer,
  equalBytes,
  offerHash,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  rootIsSandbox,
  shownDigest,
  withChain,
  type CheckedDecision,
  type CodeName,
  type GrantKind,
  type PricedOffer,
  type PriceList,
  type Shown,
} from '@coinslot/protocol';
import {
  decodeFrame,
  encodeFrame,
  isNativeOrigin,
  LINK_HEADER_PREFIX,
  LINK_PASS_PREFIX,
  LINK_PATH,
  LINK_SUBPROTOCOL,
  linkDoorKey,
  linkProof,
  NATIVE_ORIGIN,
  readLinkCode,
  WALLET_PORT,
} from '@coinslot/protocol/link';
import { x25519 } from '@noble/curves/ed25519.js';
import { Revocations } from './revocations.ts';

export interface VerifierOptions {
  readonly priceList: Uint8Array;
  readonly roots: Uint8Array | readonly Uint8Array[];
  /** `crls.coinslot`. */
  readonly crls?: Uint8Array | undefined;
  readonly sandbox: boolean;
  /** Game id of `placements.json`; must be the price list's. */
  readonly game: string;
}

/** What an approved and verified decision gives. */
export interface VerifiedGrant {
  readonly decisionId: string;
  readonly offerId: string;
  readonly target: string;
  readonly kind: GrantKind;
  readonly quantity: number;
  readonly untilMs: number;
  readonly decidedAtMs: number;
}

/** What is kept of a grant: messages 1 and 3, to be verified again at every start. */
export interface GrantBytes {
  readonly offer: Uint8Array;
  readonly decision: Uint8Array;
  /** A payment server's word for it, where message 1 was lost with another machine and is rebuilt from the price list. */
  readonly countersigned?: Uint8Array | undefined;
}

export interface RestoredGrant extends GrantBytes {
  readonly grant: VerifiedGrant;
  /** Ms of play or uses, by the wallet's journal. */
  readonly consumed: number;
  /** The content key of what is sealed, for the session that asked. */
  readonly sealedKey: Uint8Array | undefined;
}

export type DecisionVerdict =
  | { readonly outcome: 'approved'; readonly grant: VerifiedGrant }
  | { readonly outcome: 'refused'; readonly code: CodeName };

/** An offer of the price list that can be asked for. */
export interface SellableOffer {
  readonly offerId: string;
  readonly target: string;
}

export interface OfferInstance {
  readonly offerId: string;
  /** In order of preference. */
  readonly locales: readonly string[];
  readonly boundary: string;
  readonly nonce: Uint8Array;
  /** X25519, 32 bytes; its public key travels. */
  readonly sessionSecret: Uint8Array;
  readonly nowMs: number;
}

export type Verifier = ReturnType<typeof createVerifier>;

/**
 * Reads the shipped files. Throws CHAIN_UNTRUSTED when roots and `sandbox` disagree, OFFER_ORIGIN when price list and
 * placements are of two games, BAD_ENCODING or TOO_LARGE for files that are none.
 */
export function createVerifier(options: VerifierOptions) {
  const list = decodePriceList(options.priceList);
  if (list.gameId !== options.game)
    throw new ProtocolError('OFFER_ORIGIN', `price list: of ${list.gameId}, placements of ${options.game}`);
  const roots = readRoots(options.roots, options.sandbox);
  const offers = new Map(list.offers.map((one) => [one.offerId, one]));
  const revocations = new Revocations(options.crls === undefined ? [] : decodeCrls(options.crls));
  return {
    /** The price list, and the roots that it stands under. */
    shipped: { list, roots },
    /** Every revocation list that is known now. */
    revocationLists: (): readonly Uint8Array[] => revocations.all,
    sellable: list.offers.filter((one) => !one.retired).map(sellableOf),
    /** Whether a card may decide about any offer, retired ones included: then keys may be of P-256. */
    takesCards: list.offers.some(({ quote }) => decodeQuote(readEnvelope(quote).body).cards !== 'none'),
    /** Subprotocols of the link: the game says who it is before a frame is exchanged. */
    subprotocols: [LINK_SUBPROTOCOL, LINK_HEADER_PREFIX + base64Url(list.pairingHeader)] as const,
    /** Where the publisher says that the game is served from. */
    origins: (): readonly string[] => decodePairingHeader(readEnvelope(list.pairingHeader).body).origins,
    /** The name of the game's place in header and proofs: its origin, or the one that stands for all that have none. */
    placeOf: (origin: string): string => (isNativeOrigin(origin) ? NATIVE_ORIGIN : origin),
    isNative: isNativeOrigin,
    /** The third subprotocol of a game that is no web page: by a code as it was typed, or by the pairing's secret. */
    passBy: (code: string): string => LINK_PASS_PREFIX + code,
    doorPass: (secret: Uint8Array): string => LINK_PASS_PREFIX + base64Url(linkDoorKey(secret)),
    readLinkCode,
    walletUrl: (port: number = WALLET_PORT): string => `ws://127.0.0.1:${port}${LINK_PATH}`,
    encodeFrame,
    decodeFrame,
    linkProof,
    publicKeyOf: (sessionSecret: Uint8Array): Uint8Array => x25519.getPublicKey(sessionSecret),
    makeOffer: (instance: OfferInstance): Uint8Array => makeOffer(list, offers.get(instance.offerId), instance),
    readShown: (shown: Uint8Array, offer: Uint8Array) => readShown(shown, offer),
    verifyDecision: (decision: Uint8Array, offer: Uint8Array, nowMs: number): DecisionVerdict => {
      const checked = checkDecision(decision, offer, { roots, nowMs, crls: revocations.all });
      const { outcome, code } = checked.decision;
      if (outcome === 'approved') return { outcome, grant: grantOf(checked) };
      return { outcome, code: code as CodeName };
    },
    verifyRestored: (envelope: Uint8Array, challenge: Uint8Array, sessionKey: Uint8Array, nowMs: number) => {
      const { gameId, publisherId } = list;
      const known = { roots, crls: revocations.all, gameId, publisherId, priced: pricedIn(list) };
      const checked = checkRestored(envelope, { ...known, challenge, sessionKey, nowMs });
      const { offer, decision, consumed, sealedKey, countersigned } = checked.restored;
      const isLost = offer.length === 0;
      return {
        grant: grantOf(checked),
        offer: isLost ? rebuildOffer(list, checked) : offer,
        decision,
        ...(isLost && { countersigned }),
        consumed: Number(consumed),
        sealedKey,
      } satisfies RestoredGrant;
    },
    /** Throws unless this is a signed no to exactly that offer. */
    verifyDeclined: (declined: Uint8Array, offer: Uint8Array, nowMs: number): void =>
      void checkDeclined(declined, offer, { nowMs }),
    /** Takes newer revocation lists; the lists to keep when there were any. */
    learnRevoked: (offered: readonly Uint8Array[]): readonly Uint8Array[] | undefined =>
      revocations.learn(offered) ? revocations.learned : undefined,
    reverify: (kept: GrantBytes): VerifiedGrant => reverify(kept, list, roots),
    /**
     * The decision id that a signed notice ends. As of the notice's own time, since the wallet tells it again at every
     * connection; that time is the signer's word alone, so a revoked signer ends nothing, whatever the date.
     */
    verifyRefund: (notice: Uint8Array, nowMs: number): string => {
      const { timeMs } = decodeRefundNotice(readEnvelope(notice).body);
      const { body } = openEnvelope(notice, {
        roots,
        crls: revocations.all,
        type: 'refund-notice',
        role: 'payment-server',
        atMs: Math.min(timeMs, nowMs),
        isTimeProven: false,
      });
      return hex(decodeRefundNotice(body).decisionId);
    },
  };
}

function readRoots(roots: Uint8Array | readonly Uint8Array[], sandbox: boolean): readonly Uint8Array[] {
  const pinned = roots instanceof Uint8Array ? decodeRoots(roots) : roots;
  if (pinned.some((root) => rootIsSandbox(root) !== sandbox))
    throw new ProtocolError('CHAIN_UNTRUSTED', `roots: must ${sandbox ? 'all be' : 'not be'} of a sandbox`);
  return pinned;
}

const sellableOf = ({ offerId, terms }: PricedOffer): SellableOffer => ({
  offerId,
  target: decodeTerms(terms).grant.target,
});

function makeOffer(list: PriceList, priced: PricedOffer | undefined, instance: OfferInstance): Uint8Array {
  if (priced === undefined || priced.retired)
    throw new ProtocolError('OFFER_ORIGIN', `offer ${instance.offerId}: not sold by this price list`);
  return encodeOffer({
    version: 1,
    quote: withChain(priced.quote, list.chain),
    terms: priced.terms,
    texts: textsFor(priced, [...instance.locales, list.defaultLocale]),
    offerTimeMs: instance.nowMs,
    nonce: instance.nonce,
    boundary: instance.boundary,
    sessionKey: x25519.getPublicKey(instance.sessionSecret),
  });
}

/** The texts of the first locale that there are any of, or else of its language; otherwise whatever there is. */
function textsFor({ texts }: PricedOffer, locales: readonly string[]): Uint8Array {
  for (const locale of locales) {
    const language = locale.split('-')[0]!;
    const found =
      texts.find((one) => one.locale === locale) ?? texts.find((one) => one.locale.split('-')[0] === language);
    if (found !== undefined) return found.texts;
  }
  return texts[0]!.texts;
}

/**
 * What the wallet wants shown, and the digest that an answer names. The plugin holds it against its own offer as well,
 * so that a wallet process that is not the player's cannot make this game show another price.
 */
function readShown(shownBytes: Uint8Array, offerBytes: Uint8Array): { shown: Shown; digest: Uint8Array } {
  const shown = decodeShown(shownBytes);
  const offer = decodeOffer(offerBytes);
  const quote = decodeQuote(readEnvelope(offer.quote).body);
  const price = shown.original ?? shown.total;
  if (price.amountMinor !== quote.amountMinor || price.currency !== quote.currency)
    throw new ProtocolError('OFFER_PRICE', 'Shown: not the price of the offer');
  if (shown.offerId !== decodeTerms(offer.terms).offerId || shown.offerTimeMs !== offer.offerTimeMs)
    throw new ProtocolError('CONSENT_STALE', 'Shown: of another offer');
  return { shown, digest: shownDigest(shownBytes) };
}

function grantOf({ decision, terms }: CheckedDecision): VerifiedGrant {
  const { target, kind, quantity, untilMs } = terms.grant;
  const decisionId = hex(decision.decisionId);
  return { decisionId, offerId: terms.offerId, target, kind, quantity, untilMs, decidedAtMs: decision.timeMs };
}

/** What the list sells under an offer hash, retired offers included: the way to the terms when message 1 is lost. */
const pricedIn =
  (list: PriceList) =>
  (wanted: Uint8Array): PricedOffer | undefined =>
    list.offers.find(({ terms }) => equalBytes(offerHash(terms), wanted));

/**
 * Message 1 as it will have been, where it was lost: the list's terms and quote, and what the decision says of the rest. Opens
 * nothing by itself: what is kept beside it is verified without it.
 */
function rebuildOffer(list: PriceList, { decision }: CheckedDecision): Uint8Array {
  const priced = pricedIn(list)(decision.offerHash)!;
  return encodeOffer({
    version: 1,
    quote: withChain(priced.quote, list.chain),
    terms: priced.terms,
    texts: textsFor(priced, [list.defaultLocale]),
    offerTimeMs: decision.offerTimeMs,
    nonce: decision.nonce,
    boundary: 'recovered',
    sessionKey: decision.sessionKey,
  });
}

/**
 * Kept bytes again, as of the decision's own time: what was bought while a certificate was valid stays bought. By a software
 * card too, unlike in `checkRestored`: each was verified at its own time in this browser before it was kept, a player without a
 * network must not lose a level to the calendar, and who can write into this store runs code beside the gate anyhow.
 */
function reverify(
  { offer, decision, countersigned }: GrantBytes,
  list: PriceList,
  roots: readonly Uint8Array[],
): VerifiedGrant {
  const { timeMs } = decodePaymentDecision(readEnvelope(decision).body);
  if (countersigned !== undefined) {
    const { gameId, publisherId } = list;
    // The server's word came later than the decision, and counts as of its own time.
    const nowMs = Math.max(timeMs, decodeCountersignature(readEnvelope(countersigned).body).timeMs);
    const known = { roots, nowMs, gameId, publisherId, priced: pricedIn(list) };
    return grantOf(checkRecovered(decision, countersigned, known));
  }
  const checked = checkDecision(decision, offer, { roots, nowMs: timeMs });
  if (checked.decision.outcome !== 'approved')
    throw new ProtocolError('DECISION_MISMATCH', 'PaymentDecision.outcome: a refusal opens nothing');
  requireOurQuote(offer, checked.decision.offerHash, list, roots);
  return grantOf(checked);
}

/**
 * Message 1 that comes out of a store is not known to be ours: without this check somebody's own publisher key could have
 * sold these very terms for a cent.
 */
function requireOurQuote(
  offerBytes: Uint8Array,
  decidedHash: Uint8Array,
  list: PriceList,
  roots: readonly Uint8Array[],
): void {
  const offer = decodeOffer(offerBytes);
  const open = { type: 'quote', role: 'publisher', roots, atMs: offer.offerTimeMs } as const;
  const { body, leaf } = openEnvelope(offer.quote, open);
  const quote = decodeQuote(body);
  const isOurs = leaf.subject.id === list.publisherId && quote.publisherId === list.publisherId;
  if (!isOurs || quote.gameId !== list.gameId || !equalBytes(quote.offerHash, decidedHash))
    throw new ProtocolError('OFFER_ORIGIN', 'Quote: not of this game and publisher');
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
