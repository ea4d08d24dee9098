/**
 * The chunk of sealed content, loaded by `import()` at the first `openSealed`: HPKE, the form of sealed files, WebCrypto. A game that
 * seals nothing never loads it.
 *
 * What it opens is returned and kept nowhere. What the gate is told by a patched game does not matter here: without a verified
 * decision there is no key, and without the key the bytes are not there.
 */
import type { PriceList } from '@coinslot/protocol';
import { openContent, openContentKey, readSealedFile, requireSignedContent } from '@coinslot/protocol/sealing';
import { codeOf, errorText } from './core/errors.ts';
import type { OpeningGrant } from './core/entitlements.ts';
import type { Desk } from './core/desk.ts';
import type { OpenedContent } from './core/types.ts';
import {
  decodeOffer,
  decodeQuote,
  decodeTerms,
  equalBytes,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  withChain,
} from './late.ts';

/** What the publisher signed with the game. */
export interface Shipped {
  readonly list: PriceList;
  readonly roots: readonly Uint8Array[];
}

interface Parts {
  readonly shipped: Shipped;
  readonly nowMs: number;
  /** What opens a target now, from verified decisions only. */
  readonly opening: (target: string) => readonly OpeningGrant[];
  /** Has the wallet hand over everything again, content keys with it. */
  readonly restore: () => Promise<void>;
  readonly fetchBytes: (url: string) => Promise<Uint8Array>;
}

/** What the publisher has signed about the sealed content of one offer. */
interface SignedContent {
  readonly contentKeyId: Uint8Array;
  readonly contentDigests: readonly Uint8Array[];
}

type Sealed = OpeningGrant & { readonly signed: SignedContent };

const refused = (reason: Extract<OpenedContent, { status: 'refused' }>['reason'], error?: unknown): OpenedContent => {
  const code = error === undefined ? undefined : codeOf(error);
  return {
    status: 'refused',
    reason,
    ...(code && { code }),
    ...(error !== undefined && { detail: errorText(error) }),
  };
};

/** The bytes behind a sealed file, or why not. Never rejects. `restoreAll`: has the wallet hand over everything again. */
export async function openSealedContent(
  { parts: { ports, entitlements, link, verifier } }: Pick<Desk, 'parts'>,
  restoreAll: () => Promise<unknown>,
  target: string,
  url: string,
): Promise<OpenedContent> {
  try {
    const parts: Parts = {
      shipped: (await verifier()).shipped,
      nowMs: ports.clock.nowMs(),
      opening: (asked) => entitlements.opening(asked),
      restore: async () => void ((await link.reach()) === 'ready' && (await restoreAll())),
      fetchBytes: ports.fetchBytes ?? fetchBytes,
    };
    return await open(parts, target, url);
  } catch (error) {
    if (error instanceof Error && error.name === 'NotLoadedError') return refused('not-fetched', error);
    return refused(codeOf(error) === undefined ? 'broken' : 'not-verified', error);
  }
}

async function open(parts: Parts, target: string, url: string): Promise<OpenedContent> {
  if (parts.opening(target).length === 0) return refused('not-entitled');
  if (sealedBy(parts, target).length === 0) return refused('not-sealed');
  // Absent on pages that are neither from https nor from this machine.
  const subtle = (globalThis.crypto as Partial<Crypto> | undefined)?.subtle;
  if (subtle === undefined) return refused('insecure-page');
  let file: Uint8Array;
  try {
    file = await parts.fetchBytes(url);
  } catch (error) {
    return refused('not-fetched', error);
  }
  const { contentKeyId } = readSealedFile(file).header;
  const isFor = ({ signed }: Sealed): boolean => equalBytes(signed.contentKeyId, contentKeyId);
  const find = (): Sealed | undefined => sealedBy(parts, target).find(isFor);
  const before = find();
  if (before === undefined)
    throw new ProtocolError('BAD_KEY', 'SealedHeader.contentKeyId: the content of another offer');
  const content = requireSignedContent(file, before.signed);
  if (before.contentKey === undefined) await parts.restore();
  const grant = find();
  if (grant === undefined) return refused('not-entitled');
  if (grant.contentKey === undefined)
    return refused('no-key', new ProtocolError('KEY_ABSENT', 'the wallet has handed over no content key'));
  const { sealedKey, sessionSecret } = grant.contentKey;
  const holder = { holder: 'session', decisionId: bytesOf(grant.decisionId) } as const;
  const contentKey = openContentKey(sealedKey, holder, sessionSecret, contentKeyId);
  const bytes = await openContent(contentKey, content, subtle);
  // Refunded meanwhile: then it is not handed out any more.
  return find() === undefined ? refused('not-entitled') : { status: 'opened', bytes };
}

/** What opens a target by a decision about something sealed. */
function sealedBy({ opening, shipped, nowMs }: Parts, target: string): readonly Sealed[] {
  return opening(target).flatMap((grant) => {
    const signed = signedContentOf(grant.offer, shipped, nowMs);
    return signed === undefined ? [] : [{ ...grant, signed }];
  });
}

/**
 * The key id and the digest that were bought; and the digests that the price list has now under the same key id, so that a
 * publisher can mend a level for those who bought it before.
 */
function signedContentOf(offerBytes: Uint8Array, { list, roots }: Shipped, nowMs: number): SignedContent | undefined {
  const offer = decodeOffer(offerBytes);
  const { contentKeyId } = decodeQuote(readEnvelope(offer.quote).body);
  if (contentKeyId === undefined) return undefined;
  const listed = list.offers.flatMap((one) => {
    const quote = decodeQuote(readEnvelope(one.quote).body);
    const isOfKey = quote.contentKeyId !== undefined && equalBytes(quote.contentKeyId, contentKeyId);
    return isOfKey && isSigned(one.quote) ? [decodeTerms(one.terms).contentDigest] : [];
  });
  const digests = [decodeTerms(offer.terms).contentDigest, ...listed];
  return { contentKeyId, contentDigests: digests.filter((digest) => digest !== undefined) };

  function isSigned(quote: Uint8Array): boolean {
    try {
      openEnvelope(withChain(quote, list.chain), { type: 'quote', role: 'publisher', roots, atMs: nowMs });
      return true;
    } catch {
      return false; // an old build under a certificate that has run out: what was bought says enough
    }
  }
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
