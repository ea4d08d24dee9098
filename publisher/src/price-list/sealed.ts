/** What an offer seals: its files under its content key, and that key in escrow at everybody who may decide about it. */
import {
  contextHash,
  decodeEncryptionKey,
  encodeContentEscrow,
  equalBytes,
  keyHash,
  openEnvelope,
  ProtocolError,
  sealEnvelope,
  type Signer,
} from '@coinslot/protocol';
import { contentKeyIdOf, sealContent, sealContentKey } from '@coinslot/protocol/sealing';
import type { OfferEntry, OffersFile } from '../offers/read.ts';
import type { Fault } from '../text/faults.ts';
import type { Trust } from './verdict.ts';

/** Reads a file named in `offers.yaml`; throws what the file system throws. */
export type ReadContent = (path: string) => Uint8Array;

export interface ContentSources {
  readonly readContent: ReadContent;
  /** The content key (32 bytes) of an offer that seals, the same each time. May throw FaultsError. */
  readonly contentKeyOf: (offerId: string) => Uint8Array;
}

/** A file as it is to be shipped. */
export interface SealedFile {
  readonly offerId: string;
  /** Where it belongs, as written in `offers.yaml`. */
  readonly to: string;
  readonly bytes: Uint8Array;
}

export interface SealedOffer {
  readonly contentKeyId: Uint8Array;
  readonly contentDigest: Uint8Array;
  readonly files: readonly SealedFile[];
}

/** Encrypts what an offer seals; `undefined` for one that seals nothing, or of which a file cannot be read. */
export function sealOffer(
  file: OffersFile,
  offer: OfferEntry,
  { readContent, contentKeyOf }: ContentSources,
  faults: Fault[],
): SealedOffer | undefined {
  if (offer.seals.length === 0) return undefined;
  const contents = offer.seals.map(({ file: path }, i) =>
    readOrFault(file, [...offer.path, 'seals', i, 'file'], path, readContent, faults),
  );
  const read = contents.filter((content) => content !== undefined);
  if (read.length < contents.length) return undefined;
  const contentKey = contentKeyOf(offer.id);
  const { files, contentDigest } = sealContent(contentKey, read);
  return {
    contentKeyId: contentKeyIdOf(contentKey),
    contentDigest,
    files: offer.seals.map(({ to }, i) => ({ offerId: offer.id, to, bytes: files[i] as Uint8Array })),
  };
}

/** A content file, or a fault at the line that names it. */
export function readOrFault(
  file: OffersFile,
  path: OfferEntry['path'],
  name: string,
  readContent: ReadContent,
  faults: Fault[],
): Uint8Array | undefined {
  try {
    return readContent(name);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    faults.push(file.source.fault(path, `cannot be read (${why})`, { hint: 'paths start at offers.yaml' }));
    return undefined;
  }
}

/** Somebody who may decide about sealed offers, by the key that they published. */
export interface Decider {
  /** `keyHash` of its certificate's key. */
  readonly decider: Uint8Array;
  /** X25519. */
  readonly publicKey: Uint8Array;
  /** As its certificate says. */
  readonly id: string;
}

/** Everybody whom `escrow` names, verified; a fault at the line of each that is none. */
export function readDeciders(
  file: OffersFile,
  roots: Trust['roots'],
  nowMs: number,
  readContent: ReadContent,
  faults: Fault[],
): readonly Decider[] {
  const deciders = file.escrow.flatMap((name, i): Decider[] => {
    const path = ['escrow', i];
    const envelope = readOrFault(file, path, name, readContent, faults);
    if (envelope === undefined) return [];
    try {
      const roles = ['payment-server', 'card-issuer'] as const;
      const { body, leaf } = openEnvelope(envelope, { type: 'encryption-key', role: roles, roots, atMs: nowMs });
      const { decider, publicKey } = decodeEncryptionKey(body);
      if (!equalBytes(decider, keyHash(leaf.spki)))
        throw new ProtocolError('BAD_KEY', 'the key of somebody other than who signed it');
      return [{ decider, publicKey, id: leaf.subject.id ?? leaf.subject.commonName }];
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const hint = 'fetch it again: coinslot encryption-key --server <url>';
      faults.push(file.source.fault(path, error.message, { code: error.code, hint }));
      return [];
    }
  });
  const sealing = file.offers.find(({ seals }) => seals.length > 0);
  if (sealing !== undefined && file.escrow.length === 0) {
    const hint = 'name under escrow who may decide about it: coinslot encryption-key --server <url>';
    faults.push(file.source.fault([...sealing.path, 'seals'], 'nobody could open it for a player', { hint }));
  }
  return deciders;
}

/** A content key in escrow, ready to be handed over. */
export interface Escrow {
  readonly offerId: string;
  readonly decider: Decider;
  /** Envelope `content-escrow`. */
  readonly envelope: Uint8Array;
}

/**
 * The content key of one offer for each decider. The same bytes each time: what the sealing is made from is a hash of the key
 * and of whom it is for, which nobody else can know.
 */
export function escrowsOf(
  file: OffersFile,
  offerId: string,
  contentKey: Uint8Array,
  deciders: readonly Decider[],
  { signer, chain }: { readonly signer: Signer; readonly chain: readonly Uint8Array[] },
): readonly Escrow[] {
  const { publisherId, gameId } = file;
  return deciders.map((decider) => {
    const seed = contextHash('escrow-sealing', contentKey, decider.publicKey);
    const sealedKey = sealContentKey(contentKey, { holder: 'decider', publisherId }, decider.publicKey, seed);
    const body = encodeContentEscrow({
      publisherId,
      gameId,
      contentKeyId: contentKeyIdOf(contentKey),
      decider: decider.decider,
      recipient: decider.publicKey,
      sealedKey,
    });
    return { offerId, decider, envelope: sealEnvelope('content-escrow', body, signer, chain) };
  });
}
