/** A whole certificate tree, made by the authority's library, for its tests. */
import type { KeyObject } from 'node:crypto';
import {
  createIntermediary,
  createRequest,
  createRoot,
  generatePrivateKey,
  issueCard,
  issueCardIssuer,
  issuePaymentServer,
  issuePublisher,
  publicKeyOf,
  readRequest,
} from '@coinslot/authority';
import type { Alg, SalesLimits } from '@coinslot/protocol';

export const VALIDITY = { notBeforeMs: Date.UTC(2026, 0, 1), notAfterMs: Date.UTC(2046, 0, 1) };
export const LEAF_VALIDITY = { notBeforeMs: Date.UTC(2026, 0, 1), notAfterMs: Date.UTC(2028, 0, 1) };
export const AT_MS = Date.UTC(2027, 0, 1);
export const SYND_LIMITS: SalesLimits = {
  topPrices: [
    { amountMinor: 5000n, currency: 'EUR' },
    { amountMinor: 6000n, currency: 'USD' },
  ],
  territories: ['BE', 'FR'],
  minimumAge: 0,
};
export const LUMEN = { commonName: 'Lumen Works', organization: 'Lumen Works SARL', country: 'FR', id: 'lumen-works' };

/** A certificate (DER) and its private key. */
export interface Certified {
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
}

export interface CertificateTree {
  readonly root: Certified;
  readonly synd: Certified;
  readonly sint: Certified;
  readonly publisher: Certified;
  readonly server: Certified;
  readonly cardIssuer: Certified;
  readonly card: Certified;
}

/** Card issuer and card have keys of `alg`, everybody else of Ed25519. */
export function makeTree(sandbox = false, alg: Alg = 2): CertificateTree {
  const rootKey = generatePrivateKey();
  const name = { commonName: 'Coinslot Root', organization: 'Coinslot', country: 'FR' };
  const root = { certificate: createRoot({ name, privateKey: rootKey, sandbox, ...VALIDITY }), privateKey: rootKey };
  const intermediary = (kind: 'SYND' | 'SINT'): Certified => {
    const privateKey = generatePrivateKey();
    const subject = { name: { commonName: `${kind} France`, country: 'FR' }, publicKey: publicKeyOf(privateKey) };
    const limits = kind === 'SYND' ? { limits: SYND_LIMITS } : {};
    return { certificate: createIntermediary({ kind, issuer: root, subject, ...limits, ...VALIDITY }), privateKey };
  };
  const [synd, sint] = [intermediary('SYND'), intermediary('SINT')];
  const publisherKey = generatePrivateKey();
  const subject = readRequest(createRequest(LUMEN, publisherKey));
  const publisher = issuePublisher({ issuer: synd, subject, limits: SYND_LIMITS, ...LEAF_VALIDITY });
  const serverKey = generatePrivateKey();
  const serverName = { commonName: 'Payments One', country: 'FR', id: 'payments-one' };
  const serverSubject = { name: serverName, publicKey: publicKeyOf(serverKey) };
  const server = issuePaymentServer({ issuer: sint, subject: serverSubject, ...LEAF_VALIDITY });
  const cardIssuerKey = generatePrivateKey(alg);
  const cardsName = { commonName: 'Payments One Cards', country: 'FR', id: 'payments-one-cards' };
  const cardsSubject = { name: cardsName, publicKey: publicKeyOf(cardIssuerKey) };
  const cardIssuer = {
    certificate: issueCardIssuer({ issuer: sint, subject: cardsSubject, ...VALIDITY }),
    privateKey: cardIssuerKey,
  };
  const cardKey = generatePrivateKey(alg);
  const card = issueCard({
    issuer: cardIssuer,
    cardId: Uint8Array.from({ length: 16 }, (_, i) => i),
    publicKey: publicKeyOf(cardKey),
    assurance: 'chip',
    ceilings: [
      { amountMinor: 6_000n, currency: 'USD' },
      { amountMinor: 5_000n, currency: 'EUR' },
    ],
    ...LEAF_VALIDITY,
  });
  return {
    root,
    synd,
    sint,
    publisher: { certificate: publisher, privateKey: publisherKey },
    server: { certificate: server, privateKey: serverKey },
    cardIssuer,
    card: { certificate: card, privateKey: cardKey },
  };
}
