/**
 * Who of this house takes content keys, each by an encryption key of its own: the payment server for what it decides itself, each
 * card issuer for what its cards decide. A publisher names them one by one.
 */
import {
  contextHash,
  encodeEncryptionKey,
  equalBytes,
  keyHash,
  sealEnvelope,
  spkiOf,
  type Alg,
} from '@coinslot/protocol';
import { deriveSealingPair, type SealingPair } from '@coinslot/protocol/sealing';
import type { CardCertifier } from '../cards/issuers.ts';
import type { Identity } from '../identity.ts';

export interface Decider {
  /** `keyHash` of its certificate's key. */
  readonly keyHash: Uint8Array;
  /** Of a card issuer. */
  readonly alg: Alg | undefined;
  readonly pair: SealingPair;
  /** Envelope `encryption-key`. */
  readonly encryptionKey: Uint8Array;
}

/** What the encryption key of a card issuer is made from: of the server's own 32 secret bytes, another for each issuer. */
export const issuerEncryptionSeed = (encryptionSeed: Uint8Array, issuer: Uint8Array): Uint8Array =>
  contextHash('issuer-encryption', encryptionSeed, issuer);

export type IssuerKey = Pick<CardCertifier, 'signer' | 'chain'>;

/** The published encryption key of a card issuer. */
export function issuerEncryptionKey(
  { signer, chain }: IssuerKey,
  encryptionSeed: Uint8Array,
  timeMs: number,
): Uint8Array {
  const decider = keyHash(spkiOf(signer.publicKey));
  const { publicKey } = deriveSealingPair(issuerEncryptionSeed(encryptionSeed, decider));
  return sealEnvelope('encryption-key', encodeEncryptionKey({ decider, publicKey, timeMs }), signer, chain);
}

export interface DecidersOptions {
  readonly identity: Identity;
  readonly certifiers: readonly CardCertifier[];
  readonly encryptionSeed: Uint8Array;
  readonly nowMs: number;
}

/** The server first, then its card issuers. */
export function decidersOf({ identity, certifiers, encryptionSeed, nowMs }: DecidersOptions): readonly Decider[] {
  const own = deriveSealingPair(encryptionSeed);
  const body = encodeEncryptionKey({ decider: identity.audience, publicKey: own.publicKey, timeMs: nowMs });
  const { envelope } = identity.seal('encryption-key', body);
  const server = { keyHash: identity.audience, alg: undefined, pair: own, encryptionKey: envelope };
  const issuers = certifiers.map((certifier): Decider => {
    const issuer = keyHash(spkiOf(certifier.signer.publicKey));
    const pair = deriveSealingPair(issuerEncryptionSeed(encryptionSeed, issuer));
    const encryptionKey = issuerEncryptionKey(certifier, encryptionSeed, nowMs);
    return { keyHash: issuer, alg: certifier.alg, pair, encryptionKey };
  });
  return [server, ...issuers];
}

export const deciderOf = (deciders: readonly Decider[], named: Uint8Array): Decider | undefined =>
  deciders.find((one) => equalBytes(one.keyHash, named));
