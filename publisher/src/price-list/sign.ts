/**
 * Signs the price list: from a checked `offers.yaml`, the list signed before, key and certificate.
 *
 * Signing the same file again gives the same bytes: an offer that has not changed keeps its salt, revision and dates, and
 * Ed25519 is deterministic. So a price list can stand in version control, and its differences mean something.
 */
import {
  decodePairingHeader,
  decodeQuote,
  decodeTerms,
  encodePairingHeader,
  encodePriceList,
  encodeQuote,
  encodeTerms,
  equalBytes,
  hashChain,
  offerHash,
  ProtocolError,
  readEnvelope,
  sealEnvelope,
  verifyChain,
  type PricedOffer,
  type PriceList,
  type Signer,
  type VerifiedLeaf,
} from '@coinslot/protocol';
import type { OfferEntry, OffersFile } from '../offers/read.ts';
import { FILE_START, requireNoFaults, type Fault } from '../text/faults.ts';
import { describeOffer, isSameOffer, quoteOf } from './describe.ts';
import { escrowsOf, readDeciders, type ContentSources, type Escrow, type SealedFile } from './sealed.ts';
import { verdictOnQuote, type Trust } from './verdict.ts';
import { windowOf } from './window.ts';

export interface SigningInput extends ContentSources {
  readonly offers: OffersFile;
  /** The list signed before; without it every offer is new. */
  readonly previous: PriceList | undefined;
  readonly trust: Trust;
  /** Name of the chain's file, for faults. */
  readonly chainFile: string;
  readonly signer: Signer;
  readonly nowMs: number;
  /** Salts come from here: unpredictable bytes. */
  readonly randomBytes: (length: number) => Uint8Array;
}

/** `revised`: new terms or price; `renewed`: the same under new dates or a new key. */
export type OfferChange = 'new' | 'unchanged' | 'revised' | 'renewed' | 'retired';

export interface SignedPriceList {
  readonly priceList: PriceList;
  /** The file's bytes. */
  readonly bytes: Uint8Array;
  readonly publisher: VerifiedLeaf;
  readonly changes: readonly { readonly offerId: string; readonly change: OfferChange }[];
  /** Encrypted content, to be shipped with the list. */
  readonly sealed: readonly SealedFile[];
  /** Content keys, to be handed to who decides. */
  readonly escrows: readonly Escrow[];
}

const SALT_BYTES = 16;

/** Signs, or throws FaultsError with everything for which a wallet or server would refuse a price; nothing is half signed. */
export function signPriceList(input: SigningInput): SignedPriceList {
  const { offers: file, previous, trust, signer } = input;
  const publisher = requirePublisher(input);
  requireSameGame(file, previous);
  const faults: Fault[] = [];
  const deciders = readDeciders(file, trust.roots, input.nowMs, input.readContent, faults);
  const signed = file.offers.map((offer) => signOffer(input, offer, publisher, faults));
  requireNoFaults(faults);
  const offered = new Set(file.offers.map(({ id }) => id));
  const retired = (previous?.offers ?? [])
    .filter(({ offerId }) => !offered.has(offerId))
    .map((offer) => ({ ...offer, retired: true, quote: resign(offer.quote, input) }));
  const priceList: PriceList = {
    publisherId: file.publisherId,
    gameId: file.gameId,
    defaultLocale: file.defaultLocale,
    chain: trust.chain,
    pairingHeader: sealEnvelope('pairing-header', pairingHeader(input), signer, trust.chain),
    offers: [...signed.map(({ priced }) => priced), ...retired],
  };
  return {
    priceList,
    bytes: encodePriceList(priceList),
    publisher,
    sealed: signed.flatMap(({ sealed }) => sealed),
    escrows: file.offers
      .filter(({ seals }) => seals.length > 0)
      .flatMap(({ id }) => escrowsOf(file, id, input.contentKeyOf(id), deciders, { signer, chain: trust.chain })),
    changes: [
      ...signed.map(({ priced, change }) => ({ offerId: priced.offerId, change })),
      ...retired.map(({ offerId }) => ({ offerId, change: 'retired' as const })),
    ],
  };
}

/** The certificate must be good now, and the key must be the one it is about. */
function requirePublisher({ trust, chainFile, signer, nowMs }: SigningInput): VerifiedLeaf {
  const refuse = (code: string, message: string, hint?: string): never => {
    requireNoFaults([{ file: chainFile, ...FILE_START, code, message, hint }]);
    throw new Error(message);
  };
  try {
    const leaf = verifyChain({ ...trust, role: 'publisher', atMs: nowMs });
    if (equalBytes(leaf.publicKey, signer.publicKey)) return leaf;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return refuse(error.code, error.message);
  }
  return refuse('BAD_KEY', 'the certificate is of another key', 'give the chain that answers the request of this key');
}

function requireSameGame(file: OffersFile, previous: PriceList | undefined): void {
  if (previous === undefined) return;
  const faults: Fault[] = [];
  const hint = 'ids are for ever; to begin another list, give another --out';
  if (previous.gameId !== file.gameId)
    faults.push(file.source.fault(['game', 'id'], `the price list is of "${previous.gameId}"`, { hint }));
  if (previous.publisherId !== file.publisherId)
    faults.push(file.source.fault(['publisher'], `the price list is of "${previous.publisherId}"`, { hint }));
  requireNoFaults(faults);
}

function signOffer(
  input: SigningInput,
  offer: OfferEntry,
  publisher: VerifiedLeaf,
  faults: Fault[],
): { priced: PricedOffer; change: OfferChange; sealed: readonly SealedFile[] } {
  const { offers: file, trust, signer, nowMs } = input;
  const before = input.previous?.offers.find(({ offerId }) => offerId === offer.id);
  const quoteBefore = before && decodeQuote(readEnvelope(before.quote).body);
  const described = describeOffer(file, offer, input, faults);
  const isKept = before !== undefined && isSameOffer(offer, described, before);
  const terms = isKept
    ? before.terms
    : encodeTerms({
        ...described.terms,
        salt: input.randomBytes(SALT_BYTES),
        revision: before === undefined ? 1 : decodeTerms(before.terms).revision + 1,
      });
  const quote = quoteOf(file, offer, offerHash(terms), windowOf(file.validity, quoteBefore, nowMs), described.sealed);
  const envelope = sealEnvelope('quote', encodeQuote(quote), signer, [hashChain(trust.chain)]);
  // A price that begins later is judged as of its first moment.
  const verdict = verdictOnQuote(envelope, file, offer, publisher, trust, Math.max(nowMs, quote.notBeforeMs));
  if (verdict !== undefined) faults.push(verdict);
  const priced = { offerId: offer.id, retired: false, quote: envelope, terms, texts: described.texts };
  return { priced, change: changeOf(priced, before, isKept), sealed: described.sealed?.files ?? [] };
}

function changeOf(now: PricedOffer, before: PricedOffer | undefined, isKept: boolean): OfferChange {
  if (before === undefined) return 'new';
  if (!isKept) return 'revised';
  return !before.retired && equalBytes(now.quote, before.quote) ? 'unchanged' : 'renewed';
}

/** A retired offer's quote under today's key and chain, its body untouched: what it says was said then. */
function resign(quoteEnvelope: Uint8Array, { signer, trust }: SigningInput): Uint8Array {
  return sealEnvelope('quote', readEnvelope(quoteEnvelope).body, signer, [hashChain(trust.chain)]);
}

function pairingHeader({ offers: file, previous, nowMs }: SigningInput): Uint8Array {
  const before = previous && decodePairingHeader(readEnvelope(previous.pairingHeader).body);
  return encodePairingHeader({
    publisherId: file.publisherId,
    gameId: file.gameId,
    gameName: file.gameNames.get(file.defaultLocale) ?? '',
    origins: file.origins,
    ...windowOf(file.validity, before, nowMs),
  });
}
