/** Certificates of cards and of who issues them: roles, keys of P-256, assurance. One defect each. */
import { describe, expect, test } from 'vitest';
import { LIMITS, verifyChain, verifySignature, type CertificateRole } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import {
  assuranceValue,
  attribute,
  ECDSA_SHA256,
  ED25519,
  element,
  extension,
  integer,
  nameDer,
  p256Signer,
  printable,
  seedOf,
  sequence,
  spkiOfSeed,
  usageBits,
  utcTime,
  utf8,
  type ForgedAssurance,
} from './certificate-forge.ts';
import { CARD_ID, cardTree, CARDS_AT_MS, type CardTreeChanges } from './card-tree.ts';
import { fromHex, refusalOf } from './refusals.ts';

const outcome = (changes: CardTreeChanges, role: CertificateRole = 'card', atMs = CARDS_AT_MS): string => {
  const { cardChain, issuerChain, serverChain, roots } = cardTree(changes);
  const chain = role === 'card' ? cardChain : role === 'card-issuer' ? issuerChain : serverChain;
  return refusalOf(() => verifyChain({ chain, roots, role, atMs }));
};
const assured = (assurance: ForgedAssurance): CardTreeChanges => ({ card: { assurance } });
const named = (id: string): CardTreeChanges => ({
  card: { subjectDer: nameDer('Card', attribute('2.5.4.5', printable(id))) },
});

describe.each([1, 2] as const)('alg %i', (alg) => {
  const tree = cardTree({ alg });

  test('a card, with its assurance and its 16 bytes', () => {
    const leaf = verifyChain({ chain: tree.cardChain, roots: tree.roots, role: 'card', atMs: CARDS_AT_MS });
    expect(leaf).toMatchObject({
      role: 'card',
      alg,
      subject: { id: CARD_ID },
      card: { assurance: 'chip', cardId: fromHex(CARD_ID), ceilings: [{ amountMinor: 5000n, currency: 'EUR' }] },
      limits: undefined,
    });
    expect(leaf.spki).toEqual(Uint8Array.from(spkiOfSeed(seedOf('card'), alg)));
    expect(leaf.publicKey).toHaveLength(alg === 1 ? 32 : 91);
    expect(Object.isFrozen(leaf.card)).toBe(true);
  });

  test('its issuer, as the first certificate of what it signs for cards', () => {
    const { issuerChain: chain, roots } = tree;
    const leaf = verifyChain({ chain, roots, role: 'card-issuer', atMs: CARDS_AT_MS });
    expect(leaf).toMatchObject({ role: 'card-issuer', alg, subject: { id: 'cards-one' }, card: undefined });
  });

  test('native and portable verifiers agree', () => {
    for (const verify of [verifySignature, nativeVerifySignature]) {
      const given = { chain: tree.cardChain, roots: tree.roots, role: 'card', atMs: CARDS_AT_MS, verify } as const;
      expect(refusalOf(() => verifyChain(given))).toBe('accepted');
      const other = cardTree({ alg, issuer: { seed: seedOf('other issuer') } });
      const chain = [other.card.der, tree.issuer.der, tree.sint.der];
      expect(refusalOf(() => verifyChain({ ...given, chain }))).toBe('BAD_SIGNATURE');
    }
  });
});

test('one of several roles may be asked for', () => {
  const { cardChain, serverChain, roots } = cardTree();
  const role = ['payment-server', 'card'] as const;
  expect(verifyChain({ chain: cardChain, roots, role, atMs: CARDS_AT_MS }).role).toBe('card');
  expect(verifyChain({ chain: serverChain, roots, role, atMs: CARDS_AT_MS }).role).toBe('payment-server');
  const issuers = { roots, role: ['publisher', 'card-issuer'] as const, atMs: CARDS_AT_MS };
  expect(refusalOf(() => verifyChain({ chain: cardChain, ...issuers }))).toBe('CHAIN_ROLE');
});

describe('one defect each', () => {
  test.each<readonly [string, CardTreeChanges, CertificateRole, string]>([
    // The card issuer (K2, K3)
    [
      'a card issuer without the CA mark',
      { issuer: { authority: undefined, keyUsageDer: usageBits(7, 0x80) } },
      'card-issuer',
      'CHAIN_ROLE',
    ],
    [
      'a card issuer that may not sign certificates',
      { issuer: { keyUsageDer: usageBits(1, 0x82) } },
      'card-issuer',
      'CHAIN_ROLE',
    ],
    [
      'a card issuer that may not sign messages',
      { issuer: { keyUsageDer: usageBits(1, 0x06) } },
      'card-issuer',
      'CHAIN_ROLE',
    ],
    ['and still issues cards', { issuer: { keyUsageDer: usageBits(1, 0x06) } }, 'card', 'accepted'],
    [
      'a card issuer with authorities below it',
      { issuer: { authority: { pathLength: 1 } } },
      'card-issuer',
      'CHAIN_ROLE',
    ],
    ['a card issuer without a path length', { issuer: { authority: {} } }, 'card-issuer', 'CHAIN_ROLE'],
    ['a card issuer without an id', { issuer: { subjectDer: nameDer('Cards') } }, 'card-issuer', 'BAD_ENCODING'],
    ['a card issuer with an assurance', { issuer: { assurance: { assurance: 'chip' } } }, 'card-issuer', 'CHAIN_ROLE'],
    [
      'a card under a SINT that may have none below',
      { sint: { authority: { pathLength: 0 } } },
      'card',
      'CHAIN_PATHLEN',
    ],
    [
      'a payment server with the CA mark',
      { server: { authority: { pathLength: 0 }, keyUsageDer: usageBits(1, 0x86) } },
      'payment-server',
      'CHAIN_ROLE',
    ],
    [
      'a card with the CA mark',
      { card: { authority: { pathLength: 0 }, keyUsageDer: usageBits(1, 0x86) } },
      'card',
      'CHAIN_ROLE',
    ],
    // Keys (K12): P-256 for cards and their issuers alone
    ['a payment server of P-256', { server: { alg: 2 } }, 'payment-server', 'BAD_KEY'],
    ['a SINT of P-256', { sint: { alg: 2 } }, 'card', 'BAD_KEY'],
    ['a root of P-256', { root: { alg: 2 } }, 'card', 'BAD_KEY'],
    ['a publisher of P-256', { server: { alg: 2, roles: ['publisher'] } }, 'payment-server', 'BAD_KEY'],
    ['a card of two roles of P-256', { alg: 2, card: { roles: ['card', 'payment-server'] } }, 'card', 'BAD_KEY'],
    ['a card of no role of P-256', { alg: 2, card: { roles: [] } }, 'card', 'BAD_KEY'],
    ['a card of P-256 under an issuer of Ed25519', { card: { alg: 2 } }, 'card', 'accepted'],
    ['a card of Ed25519 under an issuer of P-256', { alg: 2, card: { alg: 1 } }, 'card', 'accepted'],
    ['a key off the curve', { alg: 2, card: { spkiDer: offCurve() } }, 'card', 'BAD_KEY'],
    [
      'a signature of Ed25519 called ECDSA',
      { card: { algorithmDer: ECDSA_SHA256, outerAlgorithmDer: ECDSA_SHA256, signatureDer: rawAsDer() } },
      'card',
      'BAD_SIGNATURE',
    ],
    [
      'a signature of ECDSA called Ed25519',
      { alg: 2, card: { algorithmDer: ED25519, outerAlgorithmDer: ED25519, signatureDer: bits(new Uint8Array(64)) } },
      'card',
      'BAD_SIGNATURE',
    ],
    ['two different signature algorithms', { alg: 2, card: { algorithmDer: ED25519 } }, 'card', 'BAD_KEY'],
    [
      'ECDSA with SHA-512',
      { alg: 2, card: { algorithmDer: sha512(), outerAlgorithmDer: sha512() } },
      'card',
      'BAD_KEY',
    ],
    [
      'an ECDSA signature that is raw',
      { alg: 2, card: { signatureDer: bits(new Uint8Array(64)) } },
      'card',
      'BAD_ENCODING',
    ],
    [
      'an ECDSA signature with a third number',
      { alg: 2, card: { signatureDer: bits(sequence(integer(1), integer(1), integer(1))) } },
      'card',
      'BAD_ENCODING',
    ],
    [
      'an ECDSA signature with a negative r',
      { alg: 2, card: { signatureDer: bits(sequence(integer(0x80), integer(1))) } },
      'card',
      'BAD_ENCODING',
    ],
    [
      'an ECDSA signature with an r not minimal',
      { alg: 2, card: { signatureDer: bits(sequence(integer(0, 1), integer(1))) } },
      'card',
      'BAD_ENCODING',
    ],
    [
      'an ECDSA signature with an r of 33 bytes',
      { alg: 2, card: { signatureDer: bits(sequence(integer(1, ...Array<number>(32).fill(0)), integer(1))) } },
      'card',
      'BAD_ENCODING',
    ],
    [
      'an ECDSA signature of zeros',
      { alg: 2, card: { signatureDer: bits(sequence(integer(0), integer(0))) } },
      'card',
      'BAD_SIGNATURE',
    ],
    // Assurance (K5, K7)
    ['a card without assurance', { card: { assurance: undefined } }, 'card', 'CHAIN_ROLE'],
    [
      'a payment server with an assurance',
      { server: { assurance: { assurance: 'chip' } } },
      'payment-server',
      'CHAIN_ROLE',
    ],
    [
      'an assurance that is not critical',
      {
        card: {
          assurance: undefined,
          more: [extension('2.25.86188316833322697226151344123340114925.4', assuranceValue({ assurance: 1 }))],
        },
      },
      'card',
      'BAD_ENCODING',
    ],
    ['assurance 0', assured({ assurance: 0 }), 'card', 'BAD_ENCODING'],
    ['assurance 3', assured({ assurance: 3 }), 'card', 'BAD_ENCODING'],
    ['no ceiling at all', assured({ assurance: 1, ceilings: [] }), 'card', 'accepted'],
    [
      'ceilings out of order',
      assured({
        assurance: 1,
        ceilings: [
          ['USD', 1n],
          ['EUR', 1n],
        ],
      }),
      'card',
      'BAD_ENCODING',
    ],
    [
      'a currency twice',
      assured({
        assurance: 1,
        ceilings: [
          ['EUR', 1n],
          ['EUR', 2n],
        ],
      }),
      'card',
      'BAD_ENCODING',
    ],
    ['a currency in lower case', assured({ assurance: 1, ceilings: [['eur', 1n]] }), 'card', 'BAD_ENCODING'],
    ['a ceiling of 2^53', assured({ assurance: 1, ceilings: [['EUR', 2n ** 53n]] }), 'card', 'BAD_ENCODING'],
    [
      'a ceiling below 0',
      { card: { assuranceDer: sequence(integer(1), sequence(sequence(printable('EUR'), integer(0xff)))) } },
      'card',
      'BAD_ENCODING',
    ],
    [
      'a currency in UTF-8',
      { card: { assuranceDer: sequence(integer(1), sequence(sequence(utf8('EUR'), integer(1)))) } },
      'card',
      'BAD_ENCODING',
    ],
    [
      'something after the ceilings',
      { card: { assuranceDer: sequence(integer(1), sequence(), integer(1)) } },
      'card',
      'BAD_ENCODING',
    ],
    [
      'something after the assurance',
      { card: { assuranceDer: Buffer.concat([assuranceValue({ assurance: 1 }), integer(1)]) } },
      'card',
      'BAD_ENCODING',
    ],
    // The card's name and life
    ['a card id of 15 bytes', named(CARD_ID.slice(2)), 'card', 'BAD_ENCODING'],
    ['a card id in upper case', named(CARD_ID.toUpperCase()), 'card', 'BAD_ENCODING'],
    ['a chip of 732 days', { card: { notAfterDer: utcTime('290102000000Z') } }, 'card', 'accepted'],
    ['a chip of 732 days and a second', { card: { notAfterDer: utcTime('290102000001Z') } }, 'card', 'CHAIN_LIMIT'],
    [
      'a software card of 90 days',
      {
        card: {
          assurance: { assurance: 'software' },
          notBeforeDer: utcTime('270501000000Z'),
          notAfterDer: utcTime('270730000000Z'),
        },
      },
      'card',
      'accepted',
    ],
    [
      'a software card of 90 days and a second',
      {
        card: {
          assurance: { assurance: 'software' },
          notBeforeDer: utcTime('270501000000Z'),
          notAfterDer: utcTime('270730000001Z'),
        },
      },
      'card',
      'CHAIN_LIMIT',
    ],
    ['a card expired', { card: { notAfterDer: utcTime('270531235959Z') } }, 'card', 'CHAIN_EXPIRED'],
  ])('%s: %s', (_, changes, role, expected) => {
    expect(outcome(changes, role)).toBe(expected);
  });

  test('the longest lives are those of the limits', () => {
    expect(LIMITS.chipLifeMsMax).toBe(Date.UTC(2029, 0, 2) - Date.UTC(2027, 0, 1));
    expect(LIMITS.softwareCardLifeMsMax).toBe(Date.UTC(2027, 6, 30) - Date.UTC(2027, 4, 1));
  });
});

function bits(content: Uint8Array): Buffer {
  return element(0x03, Buffer.from([0]), content);
}

function offCurve(): Buffer {
  const spki = spkiOfSeed(seedOf('card'), 2);
  spki.writeUInt8(spki.readUInt8(spki.length - 1) ^ 1, spki.length - 1);
  return spki;
}

const sha512 = (): Buffer => sequence(Buffer.from('06082a8648ce3d040304', 'hex'));

/** A well-formed ECDSA value, which no key of Ed25519 can have made. */
function rawAsDer(): Buffer {
  const signature = p256Signer(seedOf('anybody')).sign(new Uint8Array(1));
  const scalar = (bytes: Uint8Array): Buffer => integer(...(bytes[0]! >= 0x80 ? [0] : []), ...bytes);
  return bits(sequence(scalar(signature.subarray(0, 32)), scalar(signature.subarray(32))));
}
