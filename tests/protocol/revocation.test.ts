/** Revocation lists against chains (K6, K16, S9), their form, and which ones a party keeps. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceptRevocationLists,
  crlNumber,
  decodeCrls,
  encodeCrls,
  LIMITS,
  openEnvelope,
  ProtocolError,
  readCertificate,
  readRevocationList,
  sealEnvelope,
  verifyChain,
  verifySignature,
  type CertificateRole,
} from '@coinslot/protocol';
import { nativeSigner, nativeVerifySignature } from '@coinslot/protocol/node';
import {
  ECDSA_SHA256,
  ED25519,
  element,
  extension,
  forgeList,
  generalizedTime,
  integer,
  nameDer,
  oid,
  seedOf,
  sequence,
  usageBits,
  utcTime,
  type Forged,
  type ListRecipe,
} from './certificate-forge.ts';
import { cardTree, CARDS_AT_MS, type CardTree } from './card-tree.ts';
import { join, refusalOf, withOneBitFlipped } from './refusals.ts';

const DAY_MS = 86_400_000;
const tree = cardTree();
const p256 = cardTree({ alg: 2 });
/** Every forged certificate has this serial. */
const SERIAL = integer(0x11, 0x22, 0x33);
const entry = (time: string, serial = SERIAL): readonly [Buffer, Buffer] => [serial, utcTime(time)];
const MAY_10 = entry('270510000000Z');
const TODAY = entry('270601000000Z');
const TOMORROW = entry('270602000000Z');

function outcome(
  lists: readonly Uint8Array[],
  role: CertificateRole = 'card',
  atMs = CARDS_AT_MS,
  of: CardTree = tree,
): string {
  const chain = role === 'card' ? of.cardChain : of.serverChain;
  return refusalOf(() => verifyChain({ chain, roots: of.roots, role, atMs, crls: lists }));
}

describe('a list against a chain (K6)', () => {
  const list = (issuer: Forged, more: Partial<ListRecipe> = {}): Uint8Array => forgeList({ issuer, ...more });
  test.each<readonly [string, Uint8Array[], CertificateRole, string]>([
    ['no list: not checked', [], 'card', 'accepted'],
    ['an empty list', [list(tree.issuer)], 'card', 'accepted'],
    ['the card, by its issuer', [list(tree.issuer, { entries: [MAY_10] })], 'card', 'CHAIN_REVOKED'],
    ['the server, by the SINT', [list(tree.sint, { entries: [MAY_10] })], 'payment-server', 'CHAIN_REVOKED'],
    ['the card issuer, by the SINT', [list(tree.sint, { entries: [MAY_10] })], 'card', 'CHAIN_REVOKED'],
    ['the SINT, by the root', [list(tree.root, { entries: [MAY_10] })], 'card', 'CHAIN_REVOKED'],
    ['revoked this very second', [list(tree.issuer, { entries: [TODAY] })], 'card', 'CHAIN_REVOKED'],
    ['revoked from tomorrow on', [list(tree.issuer, { entries: [TOMORROW] })], 'card', 'accepted'],
    [
      'another serial',
      [list(tree.issuer, { entries: [entry('270510000000Z', integer(0x11, 0x22, 0x34))] })],
      'card',
      'accepted',
    ],
    [
      'the serial among others',
      [
        list(tree.issuer, {
          entries: [entry('270510000000Z', integer(1)), MAY_10, entry('270510000000Z', integer(2))],
        }),
      ],
      'card',
      'CHAIN_REVOKED',
    ],
    [
      'with a reason',
      [
        list(tree.issuer, {
          entries: [[...MAY_10, sequence(extension('2.5.29.21', element(0x0a, Buffer.from([1]))))]],
        }),
      ],
      'card',
      'CHAIN_REVOKED',
    ],
    // Another issuer's word counts for nothing.
    ['by a card issuer, of a server', [list(tree.issuer, { entries: [MAY_10] })], 'payment-server', 'accepted'],
    [
      'by another key under the issuer’s name',
      [list({ ...tree.issuer, seed: seedOf('thief') }, { entries: [MAY_10] })],
      'card',
      'accepted',
    ],
    [
      'by the issuer’s key under another name',
      [list(tree.issuer, { entries: [MAY_10], issuerDer: nameDer('Else') })],
      'card',
      'accepted',
    ],
    [
      'by the server, which signs no lists',
      [list(tree.server, { entries: [MAY_10], issuerDer: tree.issuer.subject })],
      'card',
      'accepted',
    ],
    // Numbers
    [
      'an older list beside the newer',
      [list(tree.issuer, { number: 4, entries: [MAY_10] }), list(tree.issuer, { number: 3 })],
      'card',
      'CHAIN_REVOKED',
    ],
    [
      'the other way round',
      [list(tree.issuer, { number: 3 }), list(tree.issuer, { number: 4, entries: [MAY_10] })],
      'card',
      'CHAIN_REVOKED',
    ],
    [
      'a higher number that is forged',
      [
        list(tree.issuer, { number: 4, entries: [MAY_10] }),
        list({ ...tree.issuer, seed: seedOf('thief') }, { number: 9 }),
      ],
      'card',
      'CHAIN_REVOKED',
    ],
    // Stale, at 2027-06-01: next update 2 May and 30 days of grace end today at midnight.
    ['next update long past', [list(tree.issuer, { nextUpdateDer: utcTime('270501000000Z') })], 'card', 'CHAIN_STALE'],
    ['at the end of the grace', [list(tree.issuer, { nextUpdateDer: utcTime('270502000000Z') })], 'card', 'accepted'],
    [
      'revoked, in a list that is stale',
      [list(tree.issuer, { nextUpdateDer: utcTime('270501000000Z'), entries: [entry('270401000000Z')] })],
      'card',
      'CHAIN_REVOKED',
    ],
    [
      'a stale list beside a fresh one',
      [list(tree.issuer, { number: 1, nextUpdateDer: utcTime('270501000000Z') }), list(tree.issuer, { number: 2 })],
      'card',
      'accepted',
    ],
    [
      'a stale list of an issuer that is not in the chain',
      [list(tree.issuer, { nextUpdateDer: utcTime('270501000000Z') })],
      'payment-server',
      'accepted',
    ],
    [
      'a list of 2049 and after',
      [list(tree.issuer, { nextUpdateDer: generalizedTime('20510101000000Z') })],
      'card',
      'accepted',
    ],
  ])('%s', (_, lists, role, expected) => {
    expect(outcome(lists, role)).toBe(expected);
  });

  test('the end of the grace is the limit’s', () => {
    const lists = [list(tree.issuer, { nextUpdateDer: utcTime('270502000000Z') })];
    const endMs = Date.UTC(2027, 4, 2) + LIMITS.crlGraceMsMax;
    expect([outcome(lists, 'card', endMs), outcome(lists, 'card', endMs + 1)]).toEqual(['accepted', 'CHAIN_STALE']);
  });

  test('what was signed before stands, what is dated after is refused (S9)', () => {
    const lists = [list(tree.sint, { entries: [MAY_10] })];
    const revokedMs = Date.UTC(2027, 4, 10);
    expect(outcome(lists, 'payment-server', revokedMs - 1)).toBe('accepted');
    expect(outcome(lists, 'payment-server', revokedMs)).toBe('CHAIN_REVOKED');
    expect(outcome(lists, 'payment-server', revokedMs + 300 * DAY_MS)).toBe('CHAIN_REVOKED');
  });

  test('lists of P-256, by either verifier', () => {
    const revoked = forgeList({ issuer: p256.issuer, entries: [MAY_10] });
    for (const verify of [verifySignature, nativeVerifySignature]) {
      const given = { chain: p256.cardChain, roots: p256.roots, role: 'card', atMs: CARDS_AT_MS, verify } as const;
      expect(refusalOf(() => verifyChain({ ...given, crls: [revoked] }))).toBe('CHAIN_REVOKED');
      const forged = forgeList({ issuer: { ...p256.issuer, seed: seedOf('thief') }, entries: [MAY_10] });
      expect(refusalOf(() => verifyChain({ ...given, crls: [forged] }))).toBe('accepted');
    }
  });

  test('an issuer without cRLSign has no lists', () => {
    const unmarked = cardTree({ issuer: { keyUsageDer: usageBits(2, 0x84) } });
    expect(outcome([forgeList({ issuer: unmarked.issuer, entries: [MAY_10] })], 'card', CARDS_AT_MS, unmarked)).toBe(
      'accepted',
    );
    expect(outcome([forgeList({ issuer: tree.issuer, entries: [MAY_10] })])).toBe('CHAIN_REVOKED');
  });

  test('a chain cached as good is held against every new list (K16)', () => {
    expect(outcome([])).toBe('accepted');
    expect(outcome([forgeList({ issuer: tree.issuer, number: 2, entries: [MAY_10] })])).toBe('CHAIN_REVOKED');
    expect(outcome([forgeList({ issuer: tree.issuer, number: 3 })])).toBe('accepted');
  });

  test('a list is verified once, and a changed byte in it is another list', () => {
    let calls = 0;
    const verify: typeof verifySignature = (...args) => {
      calls += 1;
      return nativeVerifySignature(...args);
    };
    const der = forgeList({ issuer: tree.issuer, number: 17 });
    const check = (crls: Uint8Array[]): void => {
      verifyChain({ chain: tree.cardChain, roots: tree.roots, role: 'card', atMs: CARDS_AT_MS, crls, verify });
    };
    check([der]);
    const after = calls;
    check([der]);
    expect(calls).toBe(after);
    const other = Uint8Array.from(der);
    other[other.length - 1]! ^= 1;
    check([other]);
    expect(calls).toBe(after + 1);
  });

  test('revocation comes after limits and before unknown critical extensions', () => {
    const revoked = forgeList({ issuer: tree.issuer, entries: [MAY_10] });
    const critical = cardTree({ card: { more: [extension('1.2.3.4', Buffer.from([5, 0]), true)] } });
    const tooLong = cardTree({ card: { notAfterDer: utcTime('300101000000Z') } });
    expect(outcome([revoked], 'card', CARDS_AT_MS, critical)).toBe('CHAIN_REVOKED');
    expect(outcome([], 'card', CARDS_AT_MS, critical)).toBe('CHAIN_CRITICAL');
    expect(outcome([revoked], 'card', CARDS_AT_MS, tooLong)).toBe('CHAIN_LIMIT');
  });

  test('openEnvelope hands them on', () => {
    const body = Uint8Array.of(0x90);
    const envelope = sealEnvelope('refund-notice', body, nativeSigner(tree.server.seed), tree.serverChain);
    const given = { type: 'refund-notice', role: 'payment-server', roots: tree.roots, atMs: CARDS_AT_MS } as const;
    const crls = [forgeList({ issuer: tree.sint, entries: [MAY_10] })];
    expect(refusalOf(() => openEnvelope(envelope, given))).toBe('accepted');
    expect(refusalOf(() => openEnvelope(envelope, { ...given, crls }))).toBe('CHAIN_REVOKED');
  });

  test('17 lists, or none at all in their place, are the caller’s own mistake', () => {
    const der = forgeList({ issuer: tree.issuer });
    expect(() => outcome(Array<Uint8Array>(17).fill(der))).toThrow(/^crls: /);
    expect(() => outcome('x' as unknown as Uint8Array[])).toThrow(/^crls: /);
    expect(outcome(Array<Uint8Array>(16).fill(der))).toBe('accepted');
  });
});

describe('the form of a list: one defect each', () => {
  const issuer = tree.issuer;
  test.each<readonly [string, Omit<ListRecipe, 'issuer'>, string]>([
    ['honest', { entries: [MAY_10] }, 'accepted'],
    ['version 1', { versionDer: Buffer.alloc(0) }, 'BAD_ENCODING'],
    ['version 3', { versionDer: integer(2) }, 'BAD_ENCODING'],
    ['an empty list of entries', { entriesDer: sequence() }, 'BAD_ENCODING'],
    ['a serial twice', { entries: [MAY_10, TOMORROW] }, 'BAD_ENCODING'],
    ['a serial below 0', { entries: [entry('270510000000Z', integer(0x80))] }, 'BAD_ENCODING'],
    ['a serial not minimal', { entries: [entry('270510000000Z', integer(0, 1))] }, 'BAD_ENCODING'],
    [
      'a serial of 21 bytes',
      { entries: [entry('270510000000Z', integer(0x7f, ...Array<number>(20).fill(1)))] },
      'BAD_ENCODING',
    ],
    ['a day that does not exist', { entries: [entry('270230000000Z')] }, 'BAD_ENCODING'],
    ['something after an entry', { entries: [[...MAY_10, sequence(), integer(1)]] }, 'BAD_ENCODING'],
    [
      'a critical extension of an entry',
      { entries: [[...MAY_10, sequence(extension('2.5.29.29', sequence(), true))]] },
      'CHAIN_CRITICAL',
    ],
    ['no next update', { nextUpdateDer: Buffer.alloc(0) }, 'BAD_ENCODING'],
    ['ends before it begins', { nextUpdateDer: utcTime('270430000000Z') }, 'BAD_ENCODING'],
    ['number below 0', { numberDer: integer(0xff) }, 'BAD_ENCODING'],
    ['number of five bytes', { numberDer: integer(1, 0, 0, 0, 0) }, 'BAD_ENCODING'],
    ['number 2^31 - 1', { number: 0x7fff_ffff }, 'accepted'],
    ['number as text', { numberDer: element(0x0c, Buffer.from('1')) }, 'BAD_ENCODING'],
    ['something after the number', { numberDer: Buffer.concat([integer(1), integer(1)]) }, 'BAD_ENCODING'],
    ['number twice', { more: [extension('2.5.29.20', integer(2))] }, 'BAD_ENCODING'],
    ['a delta list', { more: [extension('2.5.29.27', integer(1), true)] }, 'CHAIN_CRITICAL'],
    ['an indirect list', { more: [extension('2.5.29.28', sequence(), true)] }, 'CHAIN_CRITICAL'],
    ['an unknown extension', { more: [extension('1.2.3.4', sequence())] }, 'accepted'],
    ['another algorithm', { algorithmDer: sequence(oid('1.3.101.113')) }, 'BAD_KEY'],
    ['two algorithms', { outerAlgorithmDer: ECDSA_SHA256 }, 'BAD_ENCODING'],
    ['the other algorithm throughout', { algorithmDer: ECDSA_SHA256, outerAlgorithmDer: ED25519 }, 'BAD_KEY'],
    ['a signature of 63 bytes', { signatureDer: element(0x03, Buffer.alloc(64)) }, 'BAD_SIGNATURE'],
    ['a byte after it', { trailing: Buffer.from([0]) }, 'BAD_ENCODING'],
  ])('%s', (_, recipe, expected) => {
    const der = forgeList({ issuer, ...recipe });
    expect(refusalOf(() => readRevocationList(der))).toBe(expected);
    expect(refusalOf(() => crlNumber(der))).toBe(expected);
    if (expected !== 'accepted') expect(outcome([der])).toBe(expected);
  });

  test('no number', () => {
    const nameless = forgeList({ issuer, number: 1 });
    const text = Buffer.from(nameless).toString('hex').replace('0603551d14', '0603551d15');
    expect(refusalOf(() => readRevocationList(Uint8Array.from(Buffer.from(text, 'hex'))))).toBe('BAD_ENCODING');
  });

  test('2,300 entries fit, and 65,536 bytes are too many', () => {
    const serial = (i: number): Buffer => integer(0x40, 0, 0, 0, 0, 0, i >> 8, i & 0xff);
    const long = (count: number): Uint8Array =>
      forgeList({ issuer, entries: Array.from({ length: count }, (_, i) => entry('270510000000Z', serial(i))) });
    expect(readRevocationList(long(2_300)).revokedAtMs.size).toBe(2_300);
    expect(refusalOf(() => readRevocationList(new Uint8Array(65_536)))).toBe('TOO_LARGE');
  });

  test('cut at every byte, or with any bit flipped, it is refused or not the issuer’s', () => {
    const der = forgeList({ issuer, entries: [MAY_10] });
    for (let length = 0; length < der.length; length++)
      expect(refusalOf(() => readRevocationList(der.subarray(0, length)))).toBe('BAD_ENCODING');
    for (const flipped of withOneBitFlipped(der)) expect(outcome([flipped])).not.toBe('CHAIN_REVOKED');
  });

  test('random bytes never throw anything but a ProtocolError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const framed = element(0x30, element(0x30, bytes), ED25519, element(0x03, Buffer.alloc(65)));
        expect(() => readRevocationList(framed)).toThrowError(ProtocolError);
      }),
    );
  });

  test('bytes that are none are a TypeError', () => {
    expect(() => readRevocationList('x' as unknown as Uint8Array)).toThrow(/^der: /);
  });
});

describe('what a party keeps', () => {
  const authorities = [tree.root.der, tree.sint.der, tree.issuer.der];
  const keep = (held: Uint8Array[], offered: Uint8Array[], known = authorities): readonly Uint8Array[] =>
    acceptRevocationLists({ held, offered, authorities: known, verify: verifySignature });
  const numbered = (number: number, issuer = tree.sint): Uint8Array => forgeList({ issuer, number });

  test('the highest number of each issuer; it never goes back (I12)', () => {
    const [one, two, three] = [1, 2, 3].map((number) => numbered(number));
    expect(keep([], [one!, three!, two!])).toEqual([three]);
    expect(keep([two!], [one!])).toEqual([two]);
    expect(keep([two!], [three!])).toEqual([three]);
    const cards = numbered(1, tree.issuer);
    expect(keep([two!], [cards])).toEqual([two, cards]);
  });

  test.each<readonly [string, Uint8Array, Uint8Array[]]>([
    ['a forged one with a higher number', numbered(9, { ...tree.sint, seed: seedOf('thief') }), authorities],
    ['one of an issuer that is not known', numbered(9), [tree.root.der]],
    ['one by a server, which signs none', forgeList({ issuer: tree.server, number: 9 }), [tree.server.der]],
    ['bytes that are none', Uint8Array.of(1, 2, 3), authorities],
    ['too many bytes', new Uint8Array(70_000), authorities],
    ['the same number with other entries', forgeList({ issuer: tree.sint, number: 2, entries: [MAY_10] }), authorities],
  ])('not %s', (_, offered, known) => {
    const held = [numbered(2)];
    expect(keep(held, [offered], known)).toEqual(held);
  });

  test('lists of both keys of one name, during a roll-over (K15)', () => {
    const keyId = (byte: number): Buffer => extension('2.5.29.35', sequence(element(0x80, Buffer.alloc(8, byte))));
    const next = cardTree({ sint: { seed: seedOf('next sint') } });
    const [old, fresh] = [
      forgeList({ issuer: tree.sint, number: 7, more: [keyId(1)] }),
      forgeList({ issuer: next.sint, number: 1, more: [keyId(2)] }),
    ];
    expect(keep([old], [fresh], [tree.sint.der, next.sint.der])).toEqual([old, fresh]);
    expect(
      outcome(
        [old, forgeList({ issuer: next.sint, number: 1, entries: [MAY_10], more: [keyId(2)] })],
        'payment-server',
      ),
    ).toBe('accepted');
  });

  test('an old key, stolen, that claims its successor’s key id drives nothing of the successor’s out (K15)', () => {
    const keyId = extension('2.5.29.35', sequence(element(0x80, Buffer.alloc(8, 2))));
    const next = cardTree({ sint: { seed: seedOf('next sint') } });
    const blocking = forgeList({ issuer: next.sint, number: 2, entries: [MAY_10], more: [keyId] });
    const thief = forgeList({ issuer: tree.sint, number: 9, more: [keyId] });
    for (const known of [
      [tree.sint.der, next.sint.der],
      [next.sint.der, tree.sint.der],
    ]) {
      expect(keep([blocking], [thief], known)).toEqual([blocking, thief]);
      expect(keep([thief], [blocking], known)).toEqual([thief, blocking]);
    }
    expect(
      outcome(keep([blocking], [thief], [tree.sint.der, next.sint.der]).slice(), 'payment-server', CARDS_AT_MS, next),
    ).toBe('CHAIN_REVOKED');
  });

  test('a list that was believed once stays when its authority is not named now', () => {
    const [one, two] = [numbered(1), numbered(1, tree.issuer)];
    expect(keep([one], [two], [tree.issuer.der])).toEqual([one, two]);
    expect(keep([one, one], [], [])).toEqual([one]);
  });

  test('of more than 16, those that run out first go', () => {
    const others = Array.from({ length: 17 }, (_, i) => cardTree({ sint: { seed: seedOf(`sint ${i}`) } }).sint);
    const lists = others.map((issuer, i) =>
      forgeList({ issuer, nextUpdateDer: utcTime(`2707${10 + ((i * 5) % 17)}000000Z`) }),
    );
    const kept = keep(
      lists.slice(0, 16),
      lists.slice(16),
      others.map(({ der }) => der),
    );
    expect(kept).toEqual(lists.slice(1)); // the first is the one of 10 July
    expect(
      keep(
        lists.slice(1),
        lists.slice(0, 1),
        others.map(({ der }) => der),
      ),
    ).toEqual(lists.slice(1));
  });

  test('the file: what goes in comes out, 16 lists at most', () => {
    const lists = [numbered(1), numbered(1, tree.issuer)];
    expect(decodeCrls(encodeCrls(lists))).toEqual(lists);
    expect(decodeCrls(encodeCrls([]))).toEqual([]);
    expect(refusalOf(() => encodeCrls(Array<Uint8Array>(17).fill(lists[0]!)))).toBe('BAD_ENCODING');
    expect(refusalOf(() => decodeCrls(join(encodeCrls(lists), Uint8Array.of(0))))).toBe('BAD_ENCODING');
  });

  test('the certificates of the forged tree are those of the profile', () => {
    for (const der of [...authorities, ...tree.cardChain, ...p256.cardChain])
      expect(() => readCertificate(der)).not.toThrow();
  });
});
