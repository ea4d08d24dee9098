import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  AuthorityError,
  createIntermediary,
  createRequest,
  createRoot,
  cardCertifier,
  generatePrivateKey,
  issueCard,
  issuePaymentServer,
  issuePublisher,
  issueRevocationList,
  publicKeyOf,
  readRequest,
} from '@coinslot/authority';
import {
  openEnvelope,
  ProtocolError,
  readCertificate,
  ROLES,
  rootIsSandbox,
  sealEnvelope,
  verifyChain,
  type CertificateRole,
} from '@coinslot/protocol';
import { AT_MS, LEAF_VALIDITY, LUMEN, makeTree, SYND_LIMITS, VALIDITY } from './tree.ts';

const tree = makeTree();
const roots = [tree.root.certificate];
const publisherChain = [tree.publisher.certificate, tree.synd.certificate];
const serverChain = [tree.server.certificate, tree.sint.certificate];

function codeOf(call: () => unknown): string {
  try {
    call();
    return 'ok';
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

describe('what is issued verifies', () => {
  test('publisher', () => {
    const leaf = verifyChain({ chain: publisherChain, roots, role: 'publisher', atMs: AT_MS });
    expect(leaf).toMatchObject({ sandbox: false, subject: LUMEN, limits: SYND_LIMITS, ...LEAF_VALIDITY });
    expect(leaf.publicKey).toEqual(publicKeyOf(tree.publisher.privateKey));
  });

  test('payment server', () => {
    const leaf = verifyChain({ chain: serverChain, roots, role: 'payment-server', atMs: AT_MS });
    expect(leaf).toMatchObject({ sandbox: false, limits: undefined, subject: { id: 'payments-one' } });
  });

  test.each(
    [
      ['publisher', publisherChain],
      ['payment-server', serverChain],
    ].flatMap(([held, chain]) =>
      ROLES.map((asked) => [held, asked, chain] as [CertificateRole, CertificateRole, Uint8Array[]]),
    ),
  )('a %s is a %s only if it is one', (held, asked, chain) => {
    expect(codeOf(() => verifyChain({ chain, roots, role: asked, atMs: AT_MS }))).toBe(
      held === asked ? 'ok' : 'CHAIN_ROLE',
    );
  });

  test('a sandbox root marks all that is issued below it, and a live root refuses it (K14)', () => {
    const sandbox = makeTree(true);
    const chain = [sandbox.server.certificate, sandbox.sint.certificate];
    expect(rootIsSandbox(sandbox.root.certificate)).toBe(true);
    const sandboxRoots = [sandbox.root.certificate];
    expect(verifyChain({ chain, roots: sandboxRoots, role: 'payment-server', atMs: AT_MS }).sandbox).toBe(true);
    expect(codeOf(() => verifyChain({ chain, roots, role: 'payment-server', atMs: AT_MS }))).toBe('CHAIN_UNTRUSTED');
  });

  test('validity beyond 2050', () => {
    const privateKey = generatePrivateKey();
    const notAfterMs = Date.UTC(2070, 0, 1);
    const root = createRoot({ name: { commonName: 'Far' }, privateKey, sandbox: false, notBeforeMs: 0, notAfterMs });
    expect(readCertificate(root)).toMatchObject({ notBeforeMs: 0, notAfterMs });
  });
});

describe('sizes', () => {
  test('a leaf is at most 560 bytes', () => {
    expect(tree.publisher.certificate.length).toBeLessThanOrEqual(560);
    expect(tree.server.certificate.length).toBeLessThanOrEqual(560);
  });

  test('so is a publisher with a long name, four currencies and six territories', () => {
    const limits = {
      topPrices: ['CHF', 'EUR', 'GBP', 'USD'].map((currency) => ({ amountMinor: 100_000n, currency })),
      territories: ['BE', 'CH', 'DE', 'FR', 'GB', 'US'],
      minimumAge: 0,
    };
    const privateKey = generatePrivateKey();
    const subject = { name: { commonName: 'SYND Suisse', country: 'CH' }, publicKey: publicKeyOf(privateKey) };
    const certificate = createIntermediary({ kind: 'SYND', issuer: tree.root, subject, limits, ...VALIDITY });
    const name = {
      commonName: 'Northern Lights Interactive',
      organization: 'Northern Lights GmbH',
      country: 'CH',
      id: 'northern-lights',
    };
    const leafSubject = { name, publicKey: publicKeyOf(generatePrivateKey()) };
    const leaf = issuePublisher({
      issuer: { certificate, privateKey },
      subject: leafSubject,
      limits,
      ...LEAF_VALIDITY,
    });
    expect(leaf.length).toBeLessThanOrEqual(560);
  });
});

describe('requests', () => {
  test('carry name and key', () => {
    const privateKey = generatePrivateKey();
    const name = { ...LUMEN, commonName: 'Lumière "Works", #1' };
    expect(readRequest(createRequest(name, privateKey))).toEqual({ name, publicKey: publicKeyOf(privateKey) });
  });

  test('are refused when a byte changed, when not PEM, when too large', () => {
    const pem = createRequest(LUMEN, generatePrivateKey());
    const der = Buffer.from(pem.replace(/-----.*-----|\s/g, ''), 'base64');
    for (let i = 4; i < der.length; i += 7) {
      const changed = Buffer.from(der);
      changed.writeUInt8(changed.readUInt8(i) ^ 1, i);
      const text = `-----BEGIN CERTIFICATE REQUEST-----\n${changed.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
      expect(() => readRequest(text)).toThrowError(/^(request|publicKey|public key|signature)/);
    }
    expect(() => readRequest('nothing')).toThrowError(AuthorityError);
    expect(() => readRequest(pem.padEnd(10_000))).toThrowError(AuthorityError);
  });
});

describe('what an authority does not issue', () => {
  const subject = { name: LUMEN, publicKey: publicKeyOf(generatePrivateKey()) };
  const wider = { ...SYND_LIMITS, territories: [] };
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const stranger = { certificate: tree.synd.certificate, privateKey: generatePrivateKey() };
  const leafIssuer = tree.publisher;
  const good = { issuer: tree.synd, subject, limits: SYND_LIMITS, ...LEAF_VALIDITY };

  const card = {
    issuer: tree.cardIssuer,
    cardId: new Uint8Array(16),
    publicKey: publicKeyOf(p256),
    assurance: 'chip' as const,
    ceilings: [{ amountMinor: 1n, currency: 'EUR' }],
    ...LEAF_VALIDITY,
  };
  const offCurve = (): Uint8Array => {
    const spki = Uint8Array.from(publicKeyOf(p256));
    spki[90]! ^= 1;
    return spki;
  };
  const list = {
    issuer: tree.synd,
    number: 1,
    revoked: [{ serialHex: '05', revokedAtMs: AT_MS }],
    thisUpdateMs: AT_MS,
    nextUpdateMs: AT_MS + 86_400_000,
  };
  const first = issueRevocationList(list);

  test.each<readonly [string, () => unknown, RegExp]>([
    ['limits wider than its own', () => issuePublisher({ ...good, limits: wider }), /limits are wider/],
    [
      'a SYND without limits',
      () => createIntermediary({ kind: 'SYND', issuer: tree.root, subject, ...VALIDITY }),
      /needs limits/,
    ],
    ['a publisher by a SINT', () => issuePublisher({ ...good, issuer: tree.sint }), /may not issue the role publisher/],
    ['a server by a SYND', () => issuePaymentServer(good), /may not issue the role payment-server/],
    ['anything by a leaf', () => issuePublisher({ ...good, issuer: leafIssuer }), /is not an authority/],
    ['a SYND by a SYND', () => createIntermediary({ ...good, kind: 'SYND' }), /may not have an authority like this/],
    ["with a stranger's key", () => issuePublisher({ ...good, issuer: stranger }), /not that of the issuer/],
    [
      'beyond its own validity',
      () => issuePublisher({ ...good, notAfterMs: VALIDITY.notAfterMs + 1000 }),
      /beyond that of/,
    ],
    [
      'parts of seconds',
      () => issuePublisher({ ...good, notBeforeMs: LEAF_VALIDITY.notBeforeMs + 1 }),
      /whole seconds/,
    ],
    [
      'a leaf without an id',
      () => issuePublisher({ ...good, subject: { ...subject, name: { commonName: 'x' } } }),
      /has no id/,
    ],
    [
      'a name with a line feed',
      () => issuePublisher({ ...good, subject: { ...subject, name: { ...LUMEN, commonName: 'a\nb' } } }),
      /bad characters/,
    ],
    [
      'a country that is none',
      () => issuePublisher({ ...good, subject: { ...subject, name: { ...LUMEN, country: 'fr' } } }),
      /bad country/,
    ],
    [
      'a key of small order',
      () => issuePublisher({ ...good, subject: { ...subject, publicKey: new Uint8Array(32) } }),
      /small order/,
    ],
    ['a serial of 0', () => issuePublisher({ ...good, serial: new Uint8Array(1) }), /zero/],
    ['a card by a SINT', () => issueCard({ ...card, issuer: tree.sint }), /may not issue the role card/],
    ['a card by a card', () => issueCard({ ...card, issuer: tree.card }), /is not an authority/],
    [
      'a server by a card issuer',
      () => issuePaymentServer({ ...good, issuer: tree.cardIssuer }),
      /may not issue the role/,
    ],
    ['a card with an id of 15 bytes', () => issueCard({ ...card, cardId: new Uint8Array(15) }), /expected 16 bytes/],
    [
      'a card with one currency twice',
      () => issueCard({ ...card, ceilings: [...card.ceilings, ...card.ceilings] }),
      /out of order or twice/,
    ],
    [
      'a card with a key off the curve',
      () => issueCard({ ...card, publicKey: offCurve() }),
      /not a point of the curve/,
    ],
    [
      'a publisher with a key of P-256',
      () => issuePublisher({ ...good, subject: { name: LUMEN, publicKey: publicKeyOf(p256) } }),
      /P-256 is for cards/,
    ],
    ['a list by a leaf', () => issueRevocationList({ ...list, issuer: tree.server }), /signs no revocation lists/],
    [
      "a list with a stranger's key",
      () => issueRevocationList({ ...list, issuer: stranger }),
      /not that of the issuer/,
    ],
    ['a list of number 0', () => issueRevocationList({ ...list, number: 0 }), /expected 1, 2, 3/],
    ['a list of the same number', () => issueRevocationList({ ...list, previous: first }), /the list before has 1/],
    [
      'a list that forgets',
      () => issueRevocationList({ ...list, number: 2, revoked: [], previous: first }),
      /may not be forgotten/,
    ],
    [
      'a list that puts off',
      () =>
        issueRevocationList({
          ...list,
          number: 2,
          revoked: [{ serialHex: '05', revokedAtMs: AT_MS + 1000 }],
          previous: first,
        }),
      /or put off/,
    ],
    [
      'a list with a serial twice',
      () => issueRevocationList({ ...list, revoked: [...list.revoked, ...list.revoked] }),
      /serial twice/,
    ],
    [
      'a list that ends before it begins',
      () => issueRevocationList({ ...list, nextUpdateMs: AT_MS - 1000 }),
      /ends before/,
    ],
    [
      'a root of another algorithm',
      () => createRoot({ name: LUMEN, privateKey: p256, sandbox: true, ...VALIDITY }),
      /P-256 is for cards and card issuers only/,
    ],
  ])('%s', (_name, call, message) => {
    expect(call).toThrowError(message);
  });
});

describe.each([1, 2] as const)('the certifier that a payment server is given, alg %i', (alg) => {
  const own = makeTree(true, alg);
  const chain = [own.cardIssuer.certificate, own.sint.certificate];
  const certifier = cardCertifier({ chain, privateKey: own.cardIssuer.privateKey });

  test('certifies cards of its algorithm and lists those that are blocked', () => {
    expect(certifier.alg).toBe(alg);
    const publicKey = publicKeyOf(generatePrivateKey(alg));
    const card = certifier.certify({
      cardId: new Uint8Array(16).fill(7),
      publicKey,
      assurance: 'software',
      ceilings: [{ amountMinor: 1_000n, currency: 'EUR' }],
      notBeforeMs: AT_MS,
      notAfterMs: AT_MS + 90 * 86_400_000,
    });
    const given = {
      chain: [card, ...certifier.chain],
      roots: [own.root.certificate],
      role: 'card',
      atMs: AT_MS,
    } as const;
    const leaf = verifyChain(given);
    expect(leaf).toMatchObject({ alg, publicKey, sandbox: true, card: { assurance: 'software' } });
    const blocked = certifier.listRevoked({
      number: 1,
      revoked: [{ serialHex: leaf.serialHex, revokedAtMs: AT_MS }],
      thisUpdateMs: AT_MS,
      nextUpdateMs: AT_MS + 1000,
    });
    expect(codeOf(() => verifyChain({ ...given, crls: [blocked] }))).toBe('CHAIN_REVOKED');
  });

  test('signs what its cards read', () => {
    const body = Uint8Array.of(0x90);
    const envelope = sealEnvelope('card-parameters', body, certifier.signer, certifier.chain);
    const roots = [own.root.certificate];
    expect(openEnvelope(envelope, { type: 'card-parameters', role: 'card-issuer', roots, atMs: AT_MS }).body).toEqual(
      body,
    );
  });
});
