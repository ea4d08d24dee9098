/** The sandbox server's key, chain and operator's token, in one folder beside its ledger. */
import {
  issuePaymentServer,
  publicKeyOf,
  readCertificates,
  readPrivateKey,
  writeCertificates,
  writePrivateKey,
} from '@coinslot/authority';
import { encodeEncryptionKey, keyHash, sealEnvelope, spkiOf, type Signer } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { deriveSealingPair } from '@coinslot/protocol/sealing';
import type { Random } from '@coinslot/server';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newKey, newSerial, type SandboxAuthority } from './authority.ts';

export interface ServerIdentity {
  readonly signer: Signer;
  /** DER, leaf first, without root. */
  readonly chain: readonly Uint8Array[];
  readonly operatorToken: string;
  /** What the server's encryption key is made from. */
  readonly encryptionSeed: Uint8Array;
}

const KEY_FILE = 'server.key.pem';
const CHAIN_FILE = 'server.cert.pem';
const TOKEN_FILE = 'operator-token';
const ENCRYPTION_FILE = 'encryption.key';
const TOKEN_BYTES = 24;
const ENCRYPTION_BYTES = 32;
const OWNER_ONLY = 0o600;

export function makeServerIdentity(folder: string, { sint, validity }: SandboxAuthority, random: Random): void {
  const privateKey = newKey(random);
  const name = { commonName: 'Coinslot TEST Server', id: 'sandbox-server' };
  const subject = { name, publicKey: publicKeyOf(privateKey) };
  const leaf = issuePaymentServer({ ...validity, issuer: sint, subject, serial: newSerial(random) });
  writePrivateKey(join(folder, KEY_FILE), privateKey);
  writeCertificates(join(folder, CHAIN_FILE), [leaf, sint.certificate]);
  const token = Buffer.from(random(TOKEN_BYTES)).toString('hex');
  writeFileSync(join(folder, TOKEN_FILE), `${token}\n`, { mode: OWNER_ONLY });
  const seed = Buffer.from(random(ENCRYPTION_BYTES)).toString('hex');
  writeFileSync(join(folder, ENCRYPTION_FILE), `${seed}\n`, { mode: OWNER_ONLY });
}

/** What publishers seal content keys to: the server's encryption key, signed by the server. */
export function encryptionKeyOf({ signer, chain, encryptionSeed }: ServerIdentity, nowMs: number): Uint8Array {
  const decider = keyHash(spkiOf(signer.publicKey));
  const { publicKey } = deriveSealingPair(encryptionSeed);
  return sealEnvelope('encryption-key', encodeEncryptionKey({ decider, publicKey, timeMs: nowMs }), signer, chain);
}

export function readServerIdentity(folder: string): ServerIdentity {
  return {
    signer: nativeSigner(readPrivateKey(join(folder, KEY_FILE))),
    chain: readCertificates(join(folder, CHAIN_FILE)),
    operatorToken: readFileSync(join(folder, TOKEN_FILE), 'utf8').trim(),
    encryptionSeed: Uint8Array.from(Buffer.from(readFileSync(join(folder, ENCRYPTION_FILE), 'utf8').trim(), 'hex')),
  };
}
