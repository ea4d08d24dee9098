/** Holds a signed price list against the file it was signed from, and against what every party will check. */
import {
  decodePairingHeader,
  decodePriceList,
  decodeQuote,
  decodeTerms,
  equalBytes,
  offerHash,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  textsDigest,
  verifyChain,
  type PricedOffer,
  type PriceList,
  type VerifiedLeaf,
} from '@coinslot/protocol';
import { dayOf } from '../offers/dates.ts';
import type { OfferEntry, OffersFile } from '../offers/read.ts';
import { FILE_START, FaultsError, type Fault } from '../text/faults.ts';
import { describeOffer, isSameOffer } from './describe.ts';
import { readDeciders, readOrFault, type ContentSources } from './sealed.ts';
import { verdictOnQuote, type Trust } from './verdict.ts';

export interface CheckInput extends ContentSources {
  /** Name of the price list's file, for faults. */
  readonly file: string;
  readonly priceList: PriceList;
  readonly offers: OffersFile;
  readonly roots: readonly Uint8Array[];
  /** The moment as of which it must hold. */
  readonly atMs: number;
}

export interface CheckedPriceList {
  readonly faults: readonly Fault[];
  /** What is right and will soon not be. */
  readonly warnings: readonly Fault[];
}

const SIGN_AGAIN = 'sign again: coinslot sign';
const DAY_MS = 86_400_000;
/** A game that is built today is played for a while. */
const WARN_BEFORE_MS = 30 * DAY_MS;

/** Reads a price list. Throws FaultsError for bytes that are none. */
export function readPriceList(file: string, bytes: Uint8Array): PriceList {
  try {
    return decodePriceList(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new FaultsError([{ file, ...FILE_START, message: error.message, code: error.code }]);
  }
}

/** Every fault of the list as of a moment: chain, dates, quotes, hashes, digests, and what the file says meanwhile. */
export function checkPriceList(input: CheckInput): CheckedPriceList {
  const { file, priceList, offers, roots, atMs } = input;
  const faults: Fault[] = [];
  const fail = (message: string, code?: string, hint?: string): void => {
    faults.push({ file, ...FILE_START, message, code, hint });
  };
  const trust: Trust = { chain: priceList.chain, roots };
  const publisher = verified(() => verifyChain({ ...trust, role: 'publisher', atMs }), fail);
  if (publisher === undefined) return { faults, warnings: [] };
  checkHeader(input, fail);
  readDeciders(offers, roots, atMs, input.readContent, faults);
  for (const offer of offers.offers) {
    const signed = priceList.offers.find(({ offerId, retired }) => offerId === offer.id && !retired);
    if (signed === undefined)
      faults.push(offers.source.fault([...offer.path, 'id'], `"${offer.id}" is not in ${file}`, { hint: SIGN_AGAIN }));
    else checkOffer(input, offer, signed, publisher, trust, faults);
  }
  for (const { offerId, retired } of priceList.offers) {
    if (!retired && offers.offers.every(({ id }) => id !== offerId))
      fail(`"${offerId}" is still offered, but not in ${offers.source.file}`, undefined, SIGN_AGAIN);
  }
  for (const signed of priceList.offers) checkDigests(signed, fail);
  return { faults, warnings: warningsOf(input, publisher) };
}

type Fail = (message: string, code?: string, hint?: string) => void;

function checkHeader({ priceList, offers, roots, atMs }: CheckInput, fail: Fail): void {
  const opened = verified(
    () => openEnvelope(priceList.pairingHeader, { type: 'pairing-header', role: 'publisher', roots, atMs }),
    fail,
  );
  if (opened === undefined) return;
  const header = decodePairingHeader(opened.body);
  const isCurrent =
    header.publisherId === offers.publisherId &&
    header.gameId === offers.gameId &&
    header.gameName === offers.gameNames.get(offers.defaultLocale) &&
    header.origins.join(' ') === offers.origins.join(' ') &&
    priceList.gameId === offers.gameId &&
    priceList.publisherId === offers.publisherId &&
    priceList.defaultLocale === offers.defaultLocale;
  if (!isCurrent) fail(`names another game or other origins than ${offers.source.file}`, undefined, SIGN_AGAIN);
  if (header.notAfterMs < atMs) fail(`expired on ${dayOf(header.notAfterMs)}`, 'OFFER_EXPIRED', SIGN_AGAIN);
}

function checkOffer(
  input: CheckInput,
  offer: OfferEntry,
  signed: PricedOffer,
  publisher: VerifiedLeaf,
  trust: Trust,
  faults: Fault[],
): void {
  const { file, offers, atMs, readContent } = input;
  const verdict = verdictOnQuote(signed.quote, offers, offer, publisher, trust, atMs);
  if (verdict !== undefined) {
    // A price that was signed before the file changed is refused at its line, and signing again is what helps.
    faults.push({ ...verdict, hint: verdict.hint ?? SIGN_AGAIN });
    return;
  }
  const before = faults.length;
  const described = describeOffer(offers, offer, input, faults);
  if (faults.length > before) return;
  const quote = decodeQuote(readEnvelope(signed.quote).body);
  const isCurrent =
    isSameOffer(offer, described, signed) &&
    quote.ageRating === offer.ageRating &&
    quote.free === offer.free &&
    quote.cards === offer.cards &&
    quote.territories.join() === offer.territories.join();
  if (!isCurrent) faults.push(offers.source.fault(offer.path, `not as it was signed in ${file}`, { hint: SIGN_AGAIN }));
  // What is shipped is what was signed: the digest in the terms is that of these very bytes.
  for (const [i, { to, bytes }] of (described.sealed?.files ?? []).entries()) {
    const path = [...offer.path, 'seals', i, 'to'];
    const shipped = readOrFault(offers, path, to, readContent, faults);
    if (shipped !== undefined && !equalBytes(shipped, bytes))
      faults.push(
        offers.source.fault(path, 'not the content that was signed', { code: 'OFFER_HASH', hint: SIGN_AGAIN }),
      );
  }
}

/** The three hashes that tie an offer together, of retired offers too. */
function checkDigests({ offerId, quote, terms, texts }: PricedOffer, fail: Fail): void {
  const decoded = decodeTerms(terms);
  if (!equalBytes(offerHash(terms), decodeQuote(readEnvelope(quote).body).offerHash))
    fail(`"${offerId}": the quote is of other terms`, 'OFFER_HASH');
  for (const { locale, digest } of decoded.texts) {
    const carried = texts.find((one) => one.locale === locale);
    if (carried === undefined || !equalBytes(textsDigest(carried.texts), digest))
      fail(`"${offerId}": the ${locale} texts are not those of the terms`, 'OFFER_HASH');
  }
}

function warningsOf({ file, priceList, offers, atMs }: CheckInput, publisher: VerifiedLeaf): Fault[] {
  const soon = (lastMs: number): boolean => lastMs - atMs < WARN_BEFORE_MS;
  const warnings: Fault[] = [];
  const tell = (message: string): void => void warnings.push({ file, ...FILE_START, message });
  if (soon(publisher.notAfterMs)) tell(`the certificate expires on ${dayOf(publisher.notAfterMs)}`);
  for (const { offerId, retired, quote } of priceList.offers) {
    const { notAfterMs } = decodeQuote(readEnvelope(quote).body);
    if (retired || !soon(notAfterMs)) continue;
    const offer = offers.offers.find(({ id }) => id === offerId);
    const message = `the price ends on ${dayOf(notAfterMs)}`;
    if (offer === undefined) tell(`"${offerId}": ${message}`);
    else warnings.push(offers.source.fault([...offer.path, 'price'], message));
  }
  if (publisher.sandbox) tell('signed with a sandbox certificate: nothing real can be charged');
  return warnings;
}

/** A result, or undefined after saying with which code it is refused. */
function verified<T>(check: () => T, fail: Fail): T | undefined {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    fail(error.message, error.code);
    return undefined;
  }
}
