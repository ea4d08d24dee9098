/**
 * Checks a dispute bundle: each message against the others and under the pinned roots, as of the time it was signed, so that it
 * holds years after every certificate in it has run out. Straight-line: the first check that fails names the verdict.
 *
 * What it does not prove: that nothing in it was revoked by an issuer of whom no list is there; and of a software card, when it
 * decided, since that is nobody's word but the card's own, unless a payment server vouches for it.
 */
import { decodeBundle, type Bundle } from './bundle.ts';
import { hashChain, rootIsSandbox, type VerifiedLeaf } from './certificates/index.ts';
import type { CodeName } from './codes.ts';
import { checkPastDecision, openCountersignature } from './decision-check.ts';
import { equalBytes } from './encoding.ts';
import { openEnvelope, openSigned, readEnvelope, type OpenOptions, type Verify } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import {
  decodeAccountRequest,
  decodeEnrolment,
  decodeOffer,
  decodePaymentDecision,
  decodePaymentRequest,
  decodeQuote,
  decodeRefundNotice,
  decodeTerms,
  decodeTexts,
  requestHash,
  userIdOf,
  type AccountRequest,
  type Enrolment,
  type Offer,
  type PaymentDecision,
  type PaymentRequest,
  type Quote,
  type RefundNotice,
  type Terms,
  type Texts,
} from './messages.ts';
import { plainAmount } from './money.ts';
import { checkOffer } from './offer-check.ts';
import { datedPasswords, requireEndorsement } from './password-rule.ts';
import { decodeShown, shownDigest, type Shown, type ShownMoney } from './shown.ts';
import { requireLine, requireParagraph } from './text-safety.ts';

/** The checks in their order; each is of one thing in the file. */
export const BUNDLE_CHECKS = Object.freeze([
  /** The file and every message in it can be read. */
  'form',
  /** Message 1: the publisher's price, under its certificate. */
  'offer',
  /** What was shown is of this offer, in its publisher's words, and its figures are those that were asked for. */
  'shown',
  /** The keys are this player's, and registered. */
  'keys',
  /** Message 2: signed with one of them, over this offer and exactly what was shown. */
  'request',
  /** Message 3: decided by who was asked, for this request. */
  'decision',
  /** The refund, if there is one, is of this payment. */
  'refund',
] as const);
export type BundleCheck = (typeof BUNDLE_CHECKS)[number];

/** What the messages say. Read, and true only as far as the checks went. */
export interface BundleContents {
  readonly bundle: Bundle;
  readonly offer: Offer;
  readonly quote: Quote;
  readonly terms: Terms;
  readonly texts: Texts;
  readonly shown: Shown;
  readonly request: PaymentRequest;
  readonly decision: PaymentDecision;
  readonly refund: RefundNotice | undefined;
}

/** Words that the player's wallet made of what was signed: whether they are those of a wallet that we trust. */
export type OwnWords = Readonly<Record<'grant' | 'date' | 'refund', boolean>>;

export interface BundleVerdict {
  /** The checks that hold, in order; all of them when nothing failed. */
  readonly passed: readonly BundleCheck[];
  readonly failed: { readonly check: BundleCheck; readonly code: CodeName; readonly message: string } | undefined;
  /** `undefined` when not even that could be read. */
  readonly contents: BundleContents | undefined;
  /** Who signed messages 1 and 3, once that holds. */
  readonly publisher: VerifiedLeaf | undefined;
  readonly decider: VerifiedLeaf | undefined;
  /** Whether what is granted, date and refund terms were held against words of our own; if not, they are its wallet's word alone. */
  readonly areWordsHeld: boolean;
}

export interface BundleOptions {
  /** Pinned roots, DER, of the time of the payment. */
  readonly roots: readonly Uint8Array[];
  /** Newer revocation lists, DER, in place of those in the file. */
  readonly crls?: readonly Uint8Array[];
  readonly verify?: Verify;
  /** A wallet's own words beside those that were shown; `undefined` in a language that it does not speak. */
  readonly ownWords?: (shown: Shown, offerTerms: Terms) => OwnWords | undefined;
}

/** Checks the file. A forgery, or a file that is none, is a verdict; only the caller's own mistakes throw (TypeError). */
export function verifyBundle(bytes: Uint8Array, options: BundleOptions): BundleVerdict {
  const passed: BundleCheck[] = [];
  const file = new BundleFile(bytes, options);
  for (const check of BUNDLE_CHECKS) {
    try {
      file[check]();
    } catch (fault) {
      if (!(fault instanceof ProtocolError)) throw fault;
      const { code, message } = fault;
      return verdictOf(passed, { check, code, message }, file);
    }
    passed.push(check);
  }
  return verdictOf(passed, undefined, file);
}

function verdictOf(passed: readonly BundleCheck[], failed: BundleVerdict['failed'], file: BundleFile): BundleVerdict {
  const { contents, publisher, decider, areWordsHeld } = file;
  return Object.freeze({ passed: Object.freeze([...passed]), failed, contents, publisher, decider, areWordsHeld });
}

/** One file while it is checked: a method for each check, in the order in which they are called. */
class BundleFile implements Record<BundleCheck, () => void> {
  readonly #bytes: Uint8Array;
  readonly #options: BundleOptions;
  #contents: BundleContents | undefined;
  #enrolment: Enrolment | undefined;
  /** Of the newest in the file. */
  #passwordKey: Uint8Array | undefined;
  publisher: VerifiedLeaf | undefined;
  decider: VerifiedLeaf | undefined;
  areWordsHeld = false;

  constructor(bytes: Uint8Array, options: BundleOptions) {
    this.#bytes = bytes;
    this.#options = options;
  }

  get contents(): BundleContents | undefined {
    return this.#contents;
  }

  form(): void {
    const bundle = decodeBundle(this.#bytes);
    const offer = decodeOffer(bundle.offer);
    this.#contents = Object.freeze({
      bundle,
      offer,
      quote: decodeQuote(readEnvelope(offer.quote).body),
      terms: decodeTerms(offer.terms),
      texts: decodeTexts(offer.texts),
      shown: decodeShown(bundle.shown),
      request: decodePaymentRequest(readEnvelope(bundle.request).body),
      decision: decodePaymentDecision(readEnvelope(bundle.decision).body),
      refund: bundle.refund && decodeRefundNotice(readEnvelope(bundle.refund).body),
    });
  }

  offer(): void {
    const { bundle, offer } = this.#read;
    this.publisher = checkOffer(bundle.offer, { ...this.#trust, atMs: offer.offerTimeMs }).publisher;
  }

  shown(): void {
    const { shown, offer, terms, texts, quote, request } = this.#read;
    const words = this.#options.ownWords?.(shown, terms);
    const { chargeMinor, chargeCurrency, rateTableId } = request;
    const isConverted = rateTableId !== 0;
    requireAll('CONSENT_STALE', 'Shown', 'not of this offer and request', [
      ['payee', shown.payee === this.publisher?.subject.commonName],
      ['gameName', shown.gameName === requireLine(texts.gameName, 'Texts.gameName')],
      ['title', shown.title === requireLine(texts.title, 'Texts.title')],
      ['description', shown.description === requireParagraph(texts.description, 'Texts.description')],
      ['offerId', shown.offerId === terms.offerId],
      ['grant', words?.grant !== false],
      ['date', words?.date !== false],
      ['offerTimeMs', shown.offerTimeMs === offer.offerTimeMs],
      ['refund', words?.refund !== false],
      ['test', shown.test === this.publisher?.sandbox],
      ['total', isMoney(shown.total, chargeMinor, chargeCurrency)],
      ['rateTableId', shown.rateTableId === rateTableId],
      ['rate', isConverted === (shown.rate !== '')],
      ['original', isOriginal(shown.original, quote, isConverted)],
    ]);
    this.areWordsHeld = words !== undefined;
  }

  keys(): void {
    const { bundle, request } = this.#read;
    const first = bundle.keys.find((one) => readEnvelope(one).typeName === 'enrolment');
    if (first === undefined) throw new ProtocolError('BAD_KEY', 'Bundle.keys: no enrolment');
    const enrolment = decodeEnrolment(readEnvelope(first).body);
    if (!equalBytes(userIdOf(enrolment.accountKey), request.userId))
      throw new ProtocolError('BAD_KEY', 'Bundle.keys: of another player');
    openSigned(first, { type: 'enrolment', publicKey: enrolment.accountKey, ...this.#verify });
    this.#enrolment = enrolment;
    this.#takePasswords(enrolment);
  }

  /** The last one counts, and held as of message 3 by those before it in the file; of what stood before the first, the file says nothing. */
  #takePasswords(enrolment: Enrolment): void {
    const { bundle, decision } = this.#read;
    const requests: AccountRequest[] = [];
    for (const one of bundle.keys.filter((key) => readEnvelope(key).typeName === 'account-request')) {
      const request = this.#readPassword(one, enrolment, requests.at(-1)?.timeMs ?? -1);
      if (requests.length > 0) requireEndorsement(datedPasswords(requests), request, this.#options.verify);
      requests.push(request);
    }
    const last = datedPasswords(requests).at(-1);
    if (last !== undefined && last.holdsFromMs > decision.timeMs + LIMITS.clockSkewMsMax)
      throw new ProtocolError('BAD_KEY', 'Bundle.keys: a password that did not hold yet');
    this.#passwordKey = last?.passwordKey;
  }

  /** By the word of the PIN key. */
  #readPassword(envelope: Uint8Array, { pinKey }: Enrolment, afterMs: number): AccountRequest {
    const password = decodeAccountRequest(readEnvelope(envelope).body);
    openSigned(envelope, { type: 'account-request', publicKey: pinKey, ...this.#verify });
    requireAll('BAD_KEY', 'Bundle.keys', 'no password of this player, or not in order', [
      ['ask', password.ask === 'password' && password.passwordKey !== undefined],
      ['userId', equalBytes(password.userId, this.#read.request.userId)],
      ['timeMs', password.timeMs > afterMs],
    ]);
    return password;
  }

  request(): void {
    const { bundle, request, offer, quote } = this.#read;
    openSigned(bundle.request, { type: 'payment-request', publicKey: this.#proofKey(request), ...this.#verify });
    const [asked, offered] = [readEnvelope(request.quote), readEnvelope(offer.quote)];
    requireAll('CONSENT_STALE', 'PaymentRequest', 'not of this offer and of what was shown', [
      ['shownDigest', equalBytes(request.shownDigest, shownDigest(bundle.shown))],
      ['quote', equalBytes(asked.body, offered.body) && equalBytes(asked.signature, offered.signature)],
      ['offerTimeMs', request.offerTimeMs === offer.offerTimeMs],
      ['nonce', equalBytes(request.nonce, offer.nonce)],
      ['sessionKey', equalBytes(request.sessionKey, offer.sessionKey)],
      ['publisherId', request.publisherId === quote.publisherId],
      ['charge', request.rateTableId !== 0 || isMoneyOf(quote, request.chargeMinor, request.chargeCurrency)],
    ]);
  }

  decision(): void {
    const { bundle, request, decision } = this.#read;
    const trust = this.#isVouched() ? { ...this.#trust, crls: [] } : this.#trust;
    this.decider = checkPastDecision(bundle.decision, bundle.offer, trust).signer;
    const isApproved = decision.outcome === 'approved';
    requireAll('DECISION_MISMATCH', 'PaymentDecision', 'not what was asked for', [
      ['requestHash', equalBytes(decision.requestHash, requestHash(readEnvelope(bundle.request).body))],
      ['signer', equalBytes(decision.signer, request.audience)],
      ['playerKey', equalBytes(decision.playerKey, request.playerKey)],
      ['chargedCurrency', !isApproved || decision.chargedCurrency === request.chargeCurrency],
      ['chargedMinor', decision.chargedMinor <= (isApproved ? request.chargeMinor : 0n)],
      ['rateTableId', !isApproved || decision.rateTableId === request.rateTableId],
    ]);
    if (isApproved && decision.timeMs > request.deadlineMs)
      throw new ProtocolError('DECISION_EXPIRED', 'PaymentDecision.timeMs: after the deadline of the request');
  }

  /** A payment server says that it has the decision in its record: whatever became of its signer since, it was good then. */
  #isVouched(): boolean {
    const { bundle, quote } = this.#read;
    if (bundle.countersigned === undefined) return false;
    const options = { ...this.#trust, nowMs: Number.MAX_SAFE_INTEGER };
    const { publisherId } = openCountersignature(bundle.countersigned, bundle.decision, options);
    requireAll('DECISION_MISMATCH', 'Countersignature', 'not of this payment', [
      ['publisherId', publisherId === quote.publisherId],
    ]);
    return true;
  }

  /** Signed by a payment server of the same environment, later than the decision, for not more than was paid. */
  refund(): void {
    const { bundle, decision, refund } = this.#read;
    if (bundle.refund === undefined || refund === undefined) return;
    const signer = { type: 'refund-notice', role: 'payment-server', atMs: refund.timeMs } as const;
    const { leaf } = openEnvelope(bundle.refund, { ...this.#trust, ...signer });
    requireAll('DECISION_MISMATCH', 'RefundNotice', 'not of this payment', [
      ['signer', leaf.sandbox === this.decider?.sandbox],
      ['decisionId', equalBytes(refund.decisionId, decision.decisionId)],
      ['outcome', decision.outcome === 'approved'],
      ['currency', refund.currency === decision.chargedCurrency],
      ['amountMinor', refund.amountMinor <= decision.chargedMinor],
    ]);
  }

  get #read(): BundleContents {
    if (this.#contents === undefined) throw new Error('bundle: checked before it was read');
    return this.#contents;
  }

  get #verify(): { verify?: Verify } {
    const { verify } = this.#options;
    return verify === undefined ? {} : { verify };
  }

  get #trust(): Pick<OpenOptions, 'roots' | 'crls' | 'chainByHash' | 'verify'> {
    const { bundle } = this.#read;
    const { crls = bundle.crls } = this.#options;
    // Who checks may pin both kinds. What a throwaway key has signed says nothing of a price that is live, nor the reverse.
    const roots = this.#options.roots.filter(
      (root) => this.publisher === undefined || rootIsSandbox(root) === this.publisher.sandbox,
    );
    const chainByHash = (hash: Uint8Array): readonly Uint8Array[] | undefined =>
      bundle.chains.find((chain) => equalBytes(hashChain(chain), hash));
    return { roots, crls, chainByHash, ...this.#verify };
  }

  /** The key that `proof` names. A card's own PIN is beside the press key: the card's record says that it verified it. */
  #proofKey({ proof }: PaymentRequest): Uint8Array {
    const enrolment = this.#enrolment;
    if (enrolment === undefined) throw new Error('bundle: a request before its keys');
    if (proof === 'press' || proof === 'card') return enrolment.pressKey;
    if (proof === 'pin') return enrolment.pinKey;
    if (proof === 'password' && this.#passwordKey !== undefined) return this.#passwordKey;
    throw new ProtocolError('BAD_KEY', `Bundle.keys: none for a proof by ${proof}`);
  }
}

/** Throws the code, naming the first field that does not hold. */
function requireAll(
  code: CodeName,
  message: string,
  why: string,
  fields: readonly (readonly [string, boolean])[],
): void {
  const wrong = fields.find(([, holds]) => !holds);
  if (wrong !== undefined) throw new ProtocolError(code, `${message}.${wrong[0]}: ${why}`);
}

/** The figure in the text is the amount: its digits, whatever the locale puts between them, and the code of its currency. */
function isMoney({ amountMinor, currency, text }: ShownMoney, expectedMinor: bigint, expected: string): boolean {
  if (amountMinor !== expectedMinor || currency !== expected || !text.includes(currency)) return false;
  return text.replace(/\D/g, '') === plainAmount({ amountMinor, currency }).replace('.', '');
}

function isMoneyOf(quote: Quote, amountMinor: bigint, currency: string): boolean {
  return quote.amountMinor === amountMinor && quote.currency === currency;
}

/** The publisher's price stands there where it was converted, and only there. */
function isOriginal(original: ShownMoney | undefined, quote: Quote, isConverted: boolean): boolean {
  if (original === undefined) return !isConverted;
  return isConverted && isMoney(original, quote.amountMinor, quote.currency);
}
