/** What an attacker tried on the protocol's card parts, and what held. Rows are named by their threat case. */
import { describe, expect, it } from 'vitest';
import {
  acceptRevocationLists,
  encodeCardRecord,
  LIMITS,
  readCertificate,
  verifyChain,
  verifySignature,
  withLowS,
  type CertificateRole,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { cardTree, CARDS_AT_MS, type CardTree, type CardTreeChanges } from './card-tree.ts';
import {
  assuranceValue,
  element,
  extension,
  forge,
  forgeList,
  integer,
  p256Signer,
  printable,
  seedOf,
  sequence,
  utcTime,
} from './certificate-forge.ts';
import { ASSURANCE_OID } from '@coinslot/protocol';
import { refusalOf } from './refusals.ts';
import { cardRecord, SAMPLES } from './samples.ts';

/** Every bit, and every byte to the first bytes of what is no value here. */
const TURNS = [1, 2, 4, 8, 16, 32, 64, 128, 0x41, 0xc1, 0xff];

const CARD_MESSAGES = [
  'CardApplication',
  'CardIssue',
  'CardParameters',
  'CardRecord',
  'CardRequest',
  'CardKeysRequest',
  'CardKeys',
  'ContentKeys',
  'CardUpload',
  'UploadAcknowledgement',
  'RateTable',
  'PaymentDecision',
];

describe('K13, T1, T11: the messages of cards have one encoding', () => {
  const samples = SAMPLES.filter(({ name }) => CARD_MESSAGES.some((one) => name.startsWith(one)));

  it('all of them are looked at', () => {
    for (const name of CARD_MESSAGES) expect(samples.some((one) => one.name.startsWith(name))).toBe(true);
  });

  it.each(samples.map((one) => [one.name, one] as const))(
    '%s: every byte turned is refused, or is the encoding of another value',
    (_, { bytes, decode, encode }) => {
      let accepted = 0;
      for (let at = 0; at < bytes.length; at += 1) {
        for (const by of TURNS) {
          const bent = Uint8Array.from(bytes);
          bent[at] = bent[at]! ^ by;
          let value;
          try {
            value = decode(bent);
          } catch (error) {
            expect(['BAD_ENCODING', 'TOO_LARGE', 'OFFER_CURRENCY']).toContain((error as { code: string }).code);
            continue;
          }
          accepted += 1;
          if (!Buffer.from(encode(value)).equals(bent)) expect.unreachable(`byte ${at} turned by ${by}: not canonical`);
        }
      }
      expect(accepted).toBeGreaterThan(0);
    },
  );

  it.each(samples.map((one) => [one.name, one] as const))('%s: cut anywhere, or longer', (_, { bytes, decode }) => {
    for (let end = 0; end < bytes.length; end += 1)
      expect(refusalOf(() => decode(bytes.slice(0, end)))).toBe('BAD_ENCODING');
    for (const more of [0x00, 0x90, 0xc0, 0xff])
      expect(refusalOf(() => decode(Uint8Array.from([...bytes, more])))).not.toBe('accepted');
  });

  it('a record stays below its bound with every field at its largest, and no counter is above 2^32-1', () => {
    const name = 'x'.repeat(LIMITS.identifierBytesMax);
    const largest = encodeCardRecord({
      ...cardRecord,
      counter: 0xffff_ffff,
      publisherId: name,
      gameId: name,
      purse: name,
      rateTableId: 0xffff_ffff,
    });
    expect(largest.length).toBeLessThanOrEqual(LIMITS.cardRecordBytesMax);
    expect(refusalOf(() => encodeCardRecord({ ...cardRecord, counter: 0x1_0000_0000 }))).toBe('BAD_ENCODING');
  });
});

describe('K2, K3, K5: certificates of cards', () => {
  const of = (
    changes: CardTreeChanges,
    role: CertificateRole | readonly CertificateRole[] = 'card',
    chainOf = (tree: CardTree) => tree.cardChain,
  ) => {
    const tree = cardTree(changes);
    return refusalOf(() => verifyChain({ chain: chainOf(tree), roots: tree.roots, role, atMs: CARDS_AT_MS }));
  };
  const anyone: readonly CertificateRole[] = ['payment-server', 'card'];
  const twice = extension(ASSURANCE_OID, assuranceValue({ assurance: 'chip' }), true);

  it.each<[string, CardTreeChanges, string]>([
    ['honest', {}, 'accepted'],
    ['no assurance', { card: { assurance: undefined } }, 'CHAIN_ROLE'],
    ['assurance twice', { card: { more: [twice] } }, 'BAD_ENCODING'],
    [
      'assurance not critical',
      { card: { assurance: undefined, more: [extension(ASSURANCE_OID, assuranceValue({ assurance: 'chip' }))] } },
      'BAD_ENCODING',
    ],
    ['assurance 0', { card: { assurance: { assurance: 0 } } }, 'BAD_ENCODING'],
    ['assurance 3', { card: { assurance: { assurance: 3 } } }, 'BAD_ENCODING'],
    [
      'a ceiling above 2^53-1',
      { card: { assurance: { assurance: 1, ceilings: [['EUR', 1n << 53n]] } } },
      'BAD_ENCODING',
    ],
    [
      'one currency twice',
      {
        card: {
          assurance: {
            assurance: 1,
            ceilings: [
              ['EUR', 1n],
              ['EUR', 9n],
            ],
          },
        },
      },
      'BAD_ENCODING',
    ],
    [
      'currencies out of order',
      {
        card: {
          assurance: {
            assurance: 1,
            ceilings: [
              ['USD', 1n],
              ['EUR', 9n],
            ],
          },
        },
      },
      'BAD_ENCODING',
    ],
    ['software that lives as long as a chip', { card: { assurance: { assurance: 'software' } } }, 'CHAIN_LIMIT'],
    ['a card that is a server too', { card: { roles: ['card', 'payment-server'] } }, 'CHAIN_ROLE'],
    ['an assurance on the issuer', { issuer: { assurance: { assurance: 'chip' } } }, 'CHAIN_ROLE'],
    ['an assurance on the SINT', { sint: { assurance: { assurance: 'chip' } } }, 'CHAIN_ROLE'],
    ['issued by an issuer that is no authority', { issuer: { authority: undefined } }, 'CHAIN_ROLE'],
    ['an issuer that is a server', { issuer: { roles: ['payment-server'] } }, 'CHAIN_ROLE'],
    ['an issuer that issues everything', { issuer: { roles: ['card-issuer', 'payment-server'] } }, 'CHAIN_ROLE'],
    ['of the sandbox under live roots', { card: { sandbox: true } }, 'CHAIN_UNTRUSTED'],
    ['an id that is no card id', { card: { subjectDer: cardName('0011') } }, 'BAD_ENCODING'],
    ['an id in capitals', { card: { subjectDer: cardName('00112233445566778899AABBCCDDEEFF') } }, 'BAD_ENCODING'],
  ])('%s: %3$s', (_, changes, expected) => {
    expect(of(changes)).toBe(expected);
    expect(of(changes, anyone)).toBe(expected);
  });

  it.each<[string, CertificateRole, string]>([
    ['a card as a payment server', 'payment-server', 'CHAIN_ROLE'],
    ['a card as a card issuer', 'card-issuer', 'CHAIN_ROLE'],
    ['a card as a publisher', 'publisher', 'CHAIN_ROLE'],
  ])('%s: %3$s', (_, role, expected) => expect(of({}, role)).toBe(expected));

  it('a payment server with an assurance decides as neither', () => {
    const server = { server: { assurance: { assurance: 'chip' } } } as const;
    expect(of(server, anyone, (tree) => tree.serverChain)).toBe('CHAIN_ROLE');
  });

  it('a card that issues another card', () => {
    const tree = cardTree({ card: { authority: {}, assurance: undefined } });
    const below = forge({
      seed: seedOf('below'),
      subjectDer: cardName('ff'.repeat(16)),
      roles: ['card'],
      assurance: { assurance: 'chip' },
      issuer: tree.card,
    });
    const chain = [below.der, ...tree.cardChain];
    expect(refusalOf(() => verifyChain({ chain, roots: tree.roots, role: 'card', atMs: CARDS_AT_MS }))).toBe(
      'CHAIN_PATHLEN',
    );
  });

  it('P-256 stays with cards and their issuers', () => {
    for (const roles of [['payment-server'], ['publisher'], [], ['card', 'payment-server']] as const)
      expect(refusalOf(() => readCertificate(forge({ seed: seedOf('p'), alg: 2, roles }).der))).toBe('BAD_KEY');
  });
});

function cardName(id: string): Buffer {
  const attribute = (type: Buffer, value: Buffer): Buffer => element(0x31, sequence(type, value));
  const commonName = Buffer.from([0x06, 3, 0x55, 0x04, 0x03]);
  const serial = Buffer.from([0x06, 3, 0x55, 0x04, 0x05]);
  return sequence(attribute(commonName, element(0x0c, Buffer.from('Card'))), attribute(serial, printable(id)));
}

describe('K6: revocation lists', () => {
  const tree = cardTree();
  const revoked = [[integer(0x11, 0x22, 0x33), utcTime('270510000000Z')] as const];
  const verdict = (crls: Uint8Array[]): string =>
    refusalOf(() => verifyChain({ chain: tree.cardChain, roots: tree.roots, role: 'card', atMs: CARDS_AT_MS, crls }));

  it.each<[string, Uint8Array[], string]>([
    [
      'an older list that knew nothing, beside the newer',
      [forgeList({ issuer: tree.issuer, number: 1 }), forgeList({ issuer: tree.issuer, number: 2, entries: revoked })],
      'CHAIN_REVOKED',
    ],
    [
      'in the other order',
      [forgeList({ issuer: tree.issuer, number: 2, entries: revoked }), forgeList({ issuer: tree.issuer, number: 1 })],
      'CHAIN_REVOKED',
    ],
    [
      'a higher number in the name of the issuer by the SINT',
      [
        forgeList({ issuer: tree.issuer, number: 2, entries: revoked }),
        forgeList({ issuer: { ...tree.sint, subject: tree.issuer.subject }, number: 9 }),
      ],
      'CHAIN_REVOKED',
    ],
    [
      'a higher number by a card',
      [
        forgeList({ issuer: tree.issuer, number: 2, entries: revoked }),
        forgeList({ issuer: { ...tree.card, subject: tree.issuer.subject }, number: 9 }),
      ],
      'CHAIN_REVOKED',
    ],
    [
      'a list of next year',
      [
        forgeList({
          issuer: tree.issuer,
          number: 2,
          entries: revoked,
          thisUpdateDer: utcTime('280101000000Z'),
          nextUpdateDer: utcTime('290101000000Z'),
        }),
      ],
      'CHAIN_REVOKED',
    ],
    [
      'one of the SINT that names the serial of the card does not revoke it but the issuer',
      [forgeList({ issuer: tree.sint, number: 2, entries: [[integer(0x11, 0x22, 0x34), utcTime('270510000000Z')]] })],
      'accepted',
    ],
  ])('%s: %3$s', (_, crls, expected) => expect(verdict(crls)).toBe(expected));

  it('offered lists by the thousand: the highest number, held once', () => {
    const offered = Array.from({ length: 200 }, (_, i) => forgeList({ issuer: tree.issuer, number: (i * 37) % 211 }));
    const kept = acceptRevocationLists({
      held: [],
      offered,
      authorities: [tree.issuer.der],
      verify: nativeVerifySignature,
    });
    expect(kept).toHaveLength(1);
    expect(kept[0]).toEqual(
      forgeList({ issuer: tree.issuer, number: Math.max(...offered.map((_, i) => (i * 37) % 211)) }),
    );
  });

  it('the longest list that is read is read in time', () => {
    const entries = Array.from(
      { length: 2_400 },
      (_, i) => [integer(0x11, i >> 8, i & 0xff, 1), utcTime('270510000000Z')] as const,
    );
    const list = forgeList({ issuer: tree.issuer, number: 3, entries });
    expect(list.length).toBeLessThanOrEqual(LIMITS.crlBytesMax);
    const startedMs = performance.now();
    expect(verdict([list])).toBe('accepted');
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});

describe('K9, K10: both signatures of everything', () => {
  const signer = p256Signer(seedOf('a card'));
  const message = Uint8Array.of(1, 2, 3);
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const of = (r: bigint, s: bigint): Uint8Array =>
    Uint8Array.from(Buffer.from(r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0'), 'hex'));
  const whole = signer.sign(message);
  const r = BigInt(`0x${Buffer.from(whole.slice(0, 32)).toString('hex')}`);
  const s = BigInt(`0x${Buffer.from(whole.slice(32)).toString('hex')}`);

  it.each<[string, Uint8Array, boolean]>([
    ['as made', whole, true],
    ['high s', of(r, order - s), false],
    ['high s made low', withLowS(of(r, order - s)), true],
    ['r = 0', of(0n, s), false],
    ['s = 0', of(r, 0n), false],
    ['r = s = 0', of(0n, 0n), false],
    ['r = n', of(order, s), false],
    ['s = n', of(r, order), false],
    ['s = n made low', withLowS(of(r, order)), false],
    ['s = 0 made low', withLowS(of(r, 0n)), false],
    ['all ones', new Uint8Array(64).fill(0xff), false],
    ['all ones made low', withLowS(new Uint8Array(64).fill(0xff)), false],
    ['halves changed', of(s, r), false],
  ])('%s: %3$s, by both verifiers', (_, signature, expected) => {
    expect(verifySignature(signer.publicKey, message, signature)).toBe(expected);
    expect(nativeVerifySignature(signer.publicKey, message, signature)).toBe(expected);
  });
});
