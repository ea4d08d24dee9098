/** The sandbox server's card issuers, one per algorithm: keys in files, certified by the sandbox's SINT, worth nothing. */
import {
  cardCertifier,
  issueCardIssuer,
  publicKeyOf,
  readCertificates,
  readPrivateKey,
  writeCertificates,
  writePrivateKey,
  type CardCertifier,
} from '@coinslot/authority';
import { ALG, type Alg } from '@coinslot/protocol';
import type { Random } from '@coinslot/server';
import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { newKey, newSerial, type SandboxAuthority } from './authority.ts';

const ISSUERS: readonly { readonly name: string; readonly alg: Alg; readonly commonName: string }[] = [
  { name: 'ed25519', alg: ALG.ed25519, commonName: 'Coinslot TEST Cards' },
  { name: 'p256', alg: ALG.p256, commonName: 'Coinslot TEST Cards P-256' },
];

export function makeCardIssuers(folder: string, { sint, validity }: SandboxAuthority, random: Random): void {
  for (const { name, alg, commonName } of ISSUERS) {
    const privateKey = alg === ALG.ed25519 ? newKey(random) : newP256Key(random);
    const subject = { name: { commonName, id: `sandbox-cards-${name}` }, publicKey: publicKeyOf(privateKey) };
    const certificate = issueCardIssuer({ ...validity, issuer: sint, subject, serial: newSerial(random) });
    writePrivateKey(join(folder, `${name}.key.pem`), privateKey);
    writeCertificates(join(folder, `${name}.cert.pem`), [certificate, sint.certificate]);
  }
}

export function readCardIssuers(folder: string): readonly CardCertifier[] {
  return ISSUERS.map(({ name }) =>
    cardCertifier({
      chain: readCertificates(join(folder, `${name}.cert.pem`)),
      privateKey: readPrivateKey(join(folder, `${name}.key.pem`)),
    }),
  );
}

const SECRET_BYTES = 32;

/** Thirty-two random bytes are a private key of P-256 but for one chance in 2^32, in which OpenSSL refuses them. */
function newP256Key(random: Random): KeyObject {
  const secret = Buffer.from(random(SECRET_BYTES));
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(secret);
  const point = pair.getPublicKey();
  const [d, x, y] = [secret, point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d: d ?? '', x: x ?? '', y: y ?? '' }, format: 'jwk' });
}
