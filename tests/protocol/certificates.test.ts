import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hashChain,
  ProtocolError,
  publicKeyFromSeed,
  readCertificate,
  ROLES,
  rootIsSandbox,
  verifyChain,
  type CertificateRole,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import {
  attribute,
  ED25519,
  element,
  extension,
  forge,
  generalizedTime,
  honestExtensions,
  integer,
  limitsValue,
  nameDer,
  oid,
  printable,
  seedOf,
  sequence,
  TRUE,
  usageBits,
  utcTime,
  utf8,
  type Forged,
  type Recipe,
} from './certificate-forge.ts';

const AT_MS = Date.UTC(2027, 5, 1);
const ROOT_ROLES: readonly CertificateRole[] = ['publisher', 'payment-server', 'card-issuer'];
const WIDE = {
  prices: [
    ['EUR', 5000n],
    ['USD', 6000n],
  ],
  territories: ['BE', 'FR'],
  minimumAge: 3,
} as const;
const NARROW = { prices: [['EUR', 200n]], territories: ['FR'], minimumAge: 12 } as const;
const lumen = nameDer('Lumen Works', attribute('2.5.4.5', printable('lumen-works')));

const ROOT: Recipe = {
  seed: seedOf('root'),
  subjectDer: nameDer('Root'),
  authority: { pathLength: 3 },
  roles: ROOT_ROLES,
};
const SYND: Recipe = {
  seed: seedOf('synd'),
  subjectDer: nameDer('SYND'),
  authority: { pathLength: 0 },
  roles: ['publisher'],
  limits: WIDE,
};
const SINT: Recipe = {
  seed: seedOf('sint'),
  subjectDer: nameDer('SINT'),
  authority: { pathLength: 1 },
  roles: ['payment-server', 'card-issuer'],
};
const PUBLISHER: Recipe = { seed: seedOf('publisher'), subjectDer: lumen, roles: ['publisher'], limits: NARROW };
const SERVER: Recipe = { ...PUBLISHER, limits: undefined, roles: ['payment-server'] };
const CARDS: Recipe = {
  seed: seedOf('cards'),
  subjectDer: nameDer('Cards', attribute('2.5.4.5', printable('cards-one'))),
  authority: { pathLength: 0 },
  roles: ['card-issuer'],
};
const CARD_ID = '00112233445566778899aabbccddeeff';
const CARD: Recipe = {
  seed: seedOf('card'),
  subjectDer: nameDer('Card', attribute('2.5.4.5', printable(CARD_ID))),
  roles: ['card'],
  assurance: { assurance: 'chip' },
  notBeforeDer: utcTime('270101000000Z'),
  notAfterDer: utcTime('281231235959Z'),
};

interface Tree {
  readonly chain: Uint8Array[];
  readonly roots: Uint8Array[];
}

/** A publisher's chain, honest but for the changes. */
function publisherTree(changes: { leaf?: Partial<Recipe>; synd?: Partial<Recipe>; root?: Partial<Recipe> } = {}): Tree {
  const root = forge({ ...ROOT, ...changes.root });
  const synd = forge({ ...SYND, issuer: root, ...changes.synd });
  const leaf = forge({ ...PUBLISHER, issuer: synd, ...changes.leaf });
  return { chain: [leaf.der, synd.der], roots: [root.der] };
}

/** One honest leaf of every role, with its chain, live or sandbox. */
function treeOf(role: CertificateRole, sandbox = false): Tree {
  const root = forge({ ...ROOT, sandbox });
  const sint = forge({ ...SINT, issuer: root, sandbox });
  const cards = forge({ ...CARDS, issuer: sint, sandbox });
  switch (role) {
    case 'publisher': {
      const synd = forge({ ...SYND, issuer: root, sandbox });
      return { chain: [forge({ ...PUBLISHER, issuer: synd, sandbox }).der, synd.der], roots: [root.der] };
    }
    case 'card':
      return { chain: [forge({ ...CARD, issuer: cards, sandbox }).der, cards.der, sint.der], roots: [root.der] };
    case 'payment-server':
      return { chain: [forge({ ...SERVER, issuer: sint, sandbox }).der, sint.der], roots: [root.der] };
    case 'card-issuer':
      return { chain: [cards.der, sint.der], roots: [root.der] };
  }
}

/** `ok`, or the code thrown. Anything else thrown is a failure of the test. */
function outcome({ chain, roots }: Tree, role: CertificateRole = 'publisher', atMs = AT_MS): string {
  try {
    verifyChain({ chain, roots, role, atMs });
    return 'ok';
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

describe('an honest chain', () => {
  test('gives its leaf, frozen', () => {
    const tree = publisherTree();
    const leaf = verifyChain({ ...tree, role: 'publisher', atMs: AT_MS });
    expect(leaf).toMatchObject({
      alg: 1,
      role: 'publisher',
      sandbox: false,
      subject: { id: 'lumen-works', commonName: 'Lumen Works' },
      issuerName: { commonName: 'SYND' },
      serialHex: '112233',
      notBeforeMs: Date.UTC(2026, 0, 1),
      notAfterMs: Date.UTC(2035, 11, 31, 23, 59, 59),
      limits: { topPrices: [{ amountMinor: 200n, currency: 'EUR' }], territories: ['FR'], minimumAge: 12 },
    });
    expect(leaf.publicKey).toEqual(publicKeyFromSeed(PUBLISHER.seed));
    expect(leaf.chainHash).toEqual(hashChain(tree.chain));
    expect(Object.isFrozen(leaf) && Object.isFrozen(leaf.subject) && Object.isFrozen(leaf.limits?.topPrices)).toBe(
      true,
    );
  });

  test('verifies with the native verifier too', () => {
    const { role } = verifyChain({ ...publisherTree(), role: 'publisher', atMs: AT_MS, verify: nativeVerifySignature });
    expect(role).toBe('publisher');
  });

  test('what a caller does to the leaf it got changes nothing for the next', () => {
    const tree = publisherTree();
    verifyChain({ ...tree, role: 'publisher', atMs: AT_MS }).publicKey.fill(0);
    const again = verifyChain({ ...tree, role: 'publisher', atMs: AT_MS });
    expect(again.publicKey).toEqual(publicKeyFromSeed(PUBLISHER.seed));
  });

  test('organization and country are read, foreign usages and unknown extensions ignored', () => {
    const subjectDer = sequence(
      attribute('2.5.4.6', printable('FR')),
      attribute('2.5.4.10', utf8('Lumen Works SARL')),
      attribute('2.5.4.3', utf8('Lumière')),
      attribute('2.5.4.5', printable('lumen-works')),
    );
    const usages = sequence(
      oid('1.3.6.1.5.5.7.3.2'),
      ...[1].map((n) => oid(`2.25.86188316833322697226151344123340114925.1.${n}`)),
    );
    const more = [extension('2.5.29.37', usages), extension('1.2.3.4', Buffer.from('anything'))];
    const leaf = verifyChain({
      ...publisherTree({ leaf: { subjectDer, roles: [], more } }),
      role: 'publisher',
      atMs: AT_MS,
    });
    expect(leaf.subject).toEqual({
      country: 'FR',
      organization: 'Lumen Works SARL',
      commonName: 'Lumière',
      id: 'lumen-works',
    });
  });
});

describe('roles', () => {
  const pairs = ROLES.flatMap((held) =>
    ROLES.map((asked) => [held, asked, held === asked ? 'ok' : 'CHAIN_ROLE'] as const),
  );

  test.each(pairs)('a %s asked to be a %s: %s', (held, asked, expected) => {
    expect(outcome(treeOf(held), asked)).toBe(expected);
  });

  const root = forge(ROOT);
  const synd = forge({ ...SYND, issuer: root });
  const sint = forge({ ...SINT, issuer: root });
  const cards = forge({ ...CARDS, issuer: sint });
  const server = forge({ ...SERVER, issuer: sint });
  const under = (issuers: readonly Forged[], role: CertificateRole, changes: Partial<Recipe> = {}): Tree => {
    const [issuer] = issuers;
    const leaf = forge({
      ...PUBLISHER,
      seed: seedOf('under'),
      roles: [role],
      ...(issuer ? { issuer } : {}),
      ...changes,
    });
    return { chain: [leaf.der, ...issuers.map(({ der }) => der)], roots: [root.der] };
  };

  test.each<readonly [string, Tree, CertificateRole, string]>([
    ['SYND issues a payment server', under([synd], 'payment-server'), 'payment-server', 'CHAIN_ROLE'],
    ['SYND issues a card', under([synd], 'card'), 'card', 'CHAIN_ROLE'],
    ['SINT issues a publisher', under([sint], 'publisher'), 'publisher', 'CHAIN_ROLE'],
    ['SINT issues a card itself', under([sint], 'card'), 'card', 'CHAIN_ROLE'],
    ['a card issuer issues a card', under([cards, sint], 'card', { ...CARD, issuer: cards }), 'card', 'ok'],
    ['a card issuer issues a payment server', under([cards, sint], 'payment-server'), 'payment-server', 'CHAIN_ROLE'],
    ['a card issuer issues a card issuer', under([cards, sint], 'card-issuer'), 'card-issuer', 'CHAIN_ROLE'],
    ['a leaf issues (K3)', under([server, sint], 'payment-server'), 'payment-server', 'CHAIN_ROLE'],
    [
      'a leaf of two roles',
      under([sint], 'payment-server', { roles: ['payment-server', 'card-issuer'] }),
      'payment-server',
      'CHAIN_ROLE',
    ],
    ['a leaf of no role', under([synd], 'publisher', { roles: [] }), 'publisher', 'CHAIN_ROLE'],
  ])('%s', (_name, tree, role, expected) => {
    expect(outcome(tree, role)).toBe(expected);
  });
});

const critical = extension('1.2.3.4', Buffer.from([5, 0]), true);
const secondName = attribute('2.5.4.3', utf8('Twice'));
const id = attribute('2.5.4.5', printable('lumen-works'));
const days = (text: string): Partial<Recipe> => ({ notAfterDer: utcTime(text) });

describe('one defect each', () => {
  test.each<readonly [string, Tree, string]>([
    // K1, at AT_MS = 2027-06-01.
    ['leaf expired', publisherTree({ leaf: days('270531235959Z') }), 'CHAIN_EXPIRED'],
    ['intermediary expired', publisherTree({ synd: days('270531235959Z') }), 'CHAIN_EXPIRED'],
    ['root expired', publisherTree({ root: days('270531235959Z') }), 'CHAIN_EXPIRED'],
    ['leaf not yet valid', publisherTree({ leaf: { notBeforeDer: utcTime('270601000001Z') } }), 'CHAIN_NOT_YET'],
    [
      'intermediary not yet valid',
      publisherTree({ synd: { notBeforeDer: utcTime('270601000001Z') } }),
      'CHAIN_NOT_YET',
    ],
    ['root not yet valid', publisherTree({ root: { notBeforeDer: utcTime('270601000001Z') } }), 'CHAIN_NOT_YET'],
    [
      'valid to the second, both ends',
      publisherTree({ leaf: { notBeforeDer: utcTime('270601000000Z'), ...days('270601000000Z') } }),
      'ok',
    ],
    ['valid beyond 2050', publisherTree({ leaf: { notAfterDer: generalizedTime('99991231235959Z') } }), 'ok'],
    // K3
    [
      'intermediary without the CA mark',
      publisherTree({ synd: { authority: undefined, keyUsageDer: usageBits(2, 0x04) } }),
      'CHAIN_ROLE',
    ],
    ['intermediary without key usage', publisherTree({ synd: { keyUsageDer: undefined } }), 'CHAIN_ROLE'],
    [
      'intermediary that signs messages only',
      publisherTree({ synd: { keyUsageDer: usageBits(7, 0x80) } }),
      'CHAIN_ROLE',
    ],
    [
      'root without the CA mark',
      publisherTree({ root: { authority: undefined, keyUsageDer: usageBits(2, 0x04) } }),
      'CHAIN_ROLE',
    ],
    [
      'leaf with the CA mark',
      publisherTree({ leaf: { authority: {}, keyUsageDer: usageBits(7, 0x80) } }),
      'CHAIN_ROLE',
    ],
    ['leaf that may sign certificates', publisherTree({ leaf: { keyUsageDer: usageBits(2, 0x84) } }), 'CHAIN_ROLE'],
    ['leaf without key usage', publisherTree({ leaf: { keyUsageDer: undefined } }), 'CHAIN_ROLE'],
    // K5
    ['limits passed over by the leaf', publisherTree({ leaf: { limits: undefined } }), 'CHAIN_LIMIT'],
    ['limits passed over by the intermediary', publisherTree({ synd: { limits: undefined } }), 'CHAIN_LIMIT'],
    ['top price raised', publisherTree({ leaf: { limits: { ...NARROW, prices: [['EUR', 5001n]] } } }), 'CHAIN_LIMIT'],
    ['top price kept', publisherTree({ leaf: { limits: { ...NARROW, prices: [['EUR', 5000n]] } } }), 'ok'],
    [
      'currency added',
      publisherTree({
        leaf: {
          limits: {
            ...NARROW,
            prices: [
              ['EUR', 1n],
              ['GBP', 1n],
            ],
          },
        },
      }),
      'CHAIN_LIMIT',
    ],
    ['territory added', publisherTree({ leaf: { limits: { ...NARROW, territories: ['DE', 'FR'] } } }), 'CHAIN_LIMIT'],
    ['territories widened to all', publisherTree({ leaf: { limits: { ...NARROW, territories: [] } } }), 'CHAIN_LIMIT'],
    ['minimum age lowered', publisherTree({ leaf: { limits: { ...NARROW, minimumAge: 2 } } }), 'CHAIN_LIMIT'],
    ["root's limits widened", publisherTree({ root: { limits: NARROW } }), 'CHAIN_LIMIT'],
    // K7
    ['unknown critical extension in the leaf', publisherTree({ leaf: { more: [critical] } }), 'CHAIN_CRITICAL'],
    ['unknown critical extension in the intermediary', publisherTree({ synd: { more: [critical] } }), 'CHAIN_CRITICAL'],
    ['unknown critical extension in the root', publisherTree({ root: { more: [critical] } }), 'CHAIN_CRITICAL'],
    ['serial 0', publisherTree({ leaf: { serialDer: integer(0) } }), 'BAD_ENCODING'],
    ['serial negative', publisherTree({ leaf: { serialDer: integer(0x80) } }), 'BAD_ENCODING'],
    ['serial of 20 bytes', publisherTree({ leaf: { serialDer: integer(0x7f, ...Array<number>(19).fill(1)) } }), 'ok'],
    [
      'serial of 21 bytes',
      publisherTree({ leaf: { serialDer: integer(0x7f, ...Array<number>(20).fill(1)) } }),
      'BAD_ENCODING',
    ],
    ['serial not minimal', publisherTree({ leaf: { serialDer: integer(0, 1) } }), 'BAD_ENCODING'],
    ['length in long form', publisherTree({ leaf: { serialDer: Buffer.from([2, 0x81, 1, 5]) } }), 'BAD_ENCODING'],
    [
      'length with a leading zero',
      publisherTree({ leaf: { serialDer: Buffer.from([2, 0x82, 0, 1, 5]) } }),
      'BAD_ENCODING',
    ],
    ['serial empty', publisherTree({ leaf: { serialDer: integer() } }), 'BAD_ENCODING'],
    ['subject empty', publisherTree({ leaf: { subjectDer: sequence() } }), 'BAD_ENCODING'],
    [
      'extension twice',
      publisherTree({ leaf: { more: honestExtensions({ ...PUBLISHER, limits: undefined, keyUsageDer: undefined }) } }),
      'BAD_ENCODING',
    ],
    [
      'unknown extension twice',
      publisherTree({ leaf: { more: [extension('1.2.3', TRUE), extension('1.2.3', TRUE)] } }),
      'BAD_ENCODING',
    ],
    // K12
    [
      'signature algorithm another, inside',
      publisherTree({ leaf: { algorithmDer: sequence(oid('1.2.840.10045.4.3.2')) } }),
      'BAD_KEY',
    ],
    [
      'signature algorithm another, outside',
      publisherTree({ leaf: { outerAlgorithmDer: sequence(oid('1.3.101.113')) } }),
      'BAD_KEY',
    ],
    [
      'algorithm with parameters',
      publisherTree({ leaf: { algorithmDer: sequence(oid('1.3.101.112'), Buffer.from([5, 0])) } }),
      'BAD_KEY',
    ],
    [
      'key of another curve',
      publisherTree({ leaf: { spkiDer: sequence(sequence(oid('1.3.101.110')), element(0x03, Buffer.alloc(33))) } }),
      'BAD_KEY',
    ],
    [
      'key of 31 bytes',
      publisherTree({ leaf: { spkiDer: sequence(ED25519, element(0x03, Buffer.alloc(32))) } }),
      'BAD_KEY',
    ],
    [
      'key of small order',
      publisherTree({ leaf: { spkiDer: sequence(ED25519, element(0x03, Buffer.from([0, 1]), Buffer.alloc(31))) } }),
      'BAD_KEY',
    ],
    // Names
    ['subject without a common name', publisherTree({ leaf: { subjectDer: sequence(id) } }), 'BAD_ENCODING'],
    ['leaf without an id', publisherTree({ leaf: { subjectDer: nameDer('Lumen Works') } }), 'BAD_ENCODING'],
    ['common name twice', publisherTree({ leaf: { subjectDer: nameDer('Lumen', secondName, id) } }), 'BAD_ENCODING'],
    [
      'unknown name attribute',
      publisherTree({ leaf: { subjectDer: nameDer('Lumen', attribute('2.5.4.11', utf8('Unit')), id) } }),
      'BAD_ENCODING',
    ],
    [
      'name in Latin-1',
      publisherTree({
        leaf: { subjectDer: sequence(attribute('2.5.4.3', element(0x0c, Buffer.from([0x4c, 0xe9]))), id) },
      }),
      'BAD_ENCODING',
    ],
    ['name not NFC', publisherTree({ leaf: { subjectDer: nameDer('Lumie\u0300re', id) } }), 'BAD_ENCODING'],
    ['name with a line feed', publisherTree({ leaf: { subjectDer: nameDer('Lumen\nWorks', id) } }), 'BAD_ENCODING'],
    [
      'name with a bidi override',
      publisherTree({ leaf: { subjectDer: nameDer('Lumen \u202eskroW', id) } }),
      'BAD_ENCODING',
    ],
    ['name of 65 characters', publisherTree({ leaf: { subjectDer: nameDer('x'.repeat(65), id) } }), 'BAD_ENCODING'],
    [
      'country in UTF-8',
      publisherTree({ leaf: { subjectDer: nameDer('Lumen', attribute('2.5.4.6', utf8('FR')), id) } }),
      'BAD_ENCODING',
    ],
    [
      'printable string with an underscore',
      publisherTree({ leaf: { subjectDer: nameDer('Lumen', attribute('2.5.4.10', printable('a_b')), id) } }),
      'BAD_ENCODING',
    ],
    // Times
    ['no such day', publisherTree({ leaf: { notBeforeDer: utcTime('260230000000Z') } }), 'BAD_ENCODING'],
    ['hour 24', publisherTree({ leaf: { notBeforeDer: utcTime('260228240000Z') } }), 'BAD_ENCODING'],
    ['leap second', publisherTree({ leaf: { notBeforeDer: utcTime('261231235960Z') } }), 'BAD_ENCODING'],
    ['time without seconds', publisherTree({ leaf: { notBeforeDer: utcTime('2601010000Z') } }), 'BAD_ENCODING'],
    ['time with an offset', publisherTree({ leaf: { notBeforeDer: utcTime('260101000000+0100') } }), 'BAD_ENCODING'],
    [
      'GeneralizedTime before 2050',
      publisherTree({ leaf: { notAfterDer: generalizedTime('20491231235959Z') } }),
      'BAD_ENCODING',
    ],
    [
      'validity reversed',
      publisherTree({ leaf: { notBeforeDer: utcTime('351231235959Z'), ...days('260101000000Z') } }),
      'BAD_ENCODING',
    ],
    // Encoding
    ['version 1', publisherTree({ leaf: { versionDer: Buffer.alloc(0) } }), 'BAD_ENCODING'],
    ['version 2', publisherTree({ leaf: { versionDer: element(0xa0, integer(1)) } }), 'BAD_ENCODING'],
    ['issuer unique id', publisherTree({ leaf: { afterKeyDer: element(0x81, Buffer.from([0, 1])) } }), 'BAD_ENCODING'],
    ['trailing byte', publisherTree({ leaf: { trailing: Buffer.from([0]) } }), 'BAD_ENCODING'],
    [
      'critical FALSE written out',
      publisherTree({ leaf: { more: [sequence(oid('1.2.3'), element(0x01, Buffer.from([0])), element(0x04))] } }),
      'BAD_ENCODING',
    ],
    [
      'critical TRUE as 01',
      publisherTree({ leaf: { more: [sequence(oid('1.2.3'), element(0x01, Buffer.from([1])), element(0x04))] } }),
      'BAD_ENCODING',
    ],
    [
      'key usage not critical',
      publisherTree({ leaf: { keyUsageDer: undefined, more: [extension('2.5.29.15', usageBits(7, 0x80))] } }),
      'BAD_ENCODING',
    ],
    [
      'limits not critical',
      publisherTree({
        leaf: {
          limits: undefined,
          more: [extension('2.25.86188316833322697226151344123340114925.3', limitsValue(NARROW))],
        },
      }),
      'BAD_ENCODING',
    ],
    ['key usage with trailing zero bits', publisherTree({ leaf: { keyUsageDer: usageBits(0, 0x80) } }), 'BAD_ENCODING'],
    ['key usage with unused bits set', publisherTree({ leaf: { keyUsageDer: usageBits(7, 0xc0) } }), 'BAD_ENCODING'],
    ['key usage empty', publisherTree({ leaf: { keyUsageDer: usageBits(0) } }), 'BAD_ENCODING'],
    [
      'path length without the CA mark',
      publisherTree({ leaf: { more: [extension('2.5.29.19', sequence(integer(0)), true)] } }),
      'BAD_ENCODING',
    ],
    [
      'identifier not minimal',
      publisherTree({ leaf: { more: [sequence(element(0x06, Buffer.from([0x2a, 0x80, 0x01])), element(0x04))] } }),
      'BAD_ENCODING',
    ],
    [
      'identifier cut',
      publisherTree({ leaf: { more: [sequence(element(0x06, Buffer.from([0x2a, 0x83])), element(0x04))] } }),
      'BAD_ENCODING',
    ],
    [
      '17 extensions',
      publisherTree({ leaf: { more: Array.from({ length: 14 }, (_, i) => extension(`1.2.3.${i}`, TRUE)) } }),
      'BAD_ENCODING',
    ],
    // The limits extension
    [
      'limits: currencies out of order',
      publisherTree({
        leaf: {
          limits: {
            ...NARROW,
            prices: [
              ['USD', 1n],
              ['EUR', 1n],
            ],
          },
        },
      }),
      'BAD_ENCODING',
    ],
    [
      'limits: currency twice',
      publisherTree({
        leaf: {
          limits: {
            ...NARROW,
            prices: [
              ['EUR', 1n],
              ['EUR', 2n],
            ],
          },
        },
      }),
      'BAD_ENCODING',
    ],
    [
      'limits: territory twice',
      publisherTree({ leaf: { limits: { ...NARROW, territories: ['FR', 'FR'] } } }),
      'BAD_ENCODING',
    ],
    [
      'limits: currency in lower case',
      publisherTree({ leaf: { limits: { ...NARROW, prices: [['eur', 1n]] } } }),
      'BAD_ENCODING',
    ],
    [
      'limits: amount of 2^53',
      publisherTree({ leaf: { limits: { ...NARROW, prices: [['EUR', 2n ** 53n]] } } }),
      'BAD_ENCODING',
    ],
    [
      'limits: negative amount',
      publisherTree({
        leaf: { limitsDer: sequence(sequence(sequence(integer(0xff), printable('EUR'))), sequence(), integer(12)) },
      }),
      'BAD_ENCODING',
    ],
    ['limits: minimum age 100', publisherTree({ leaf: { limits: { ...NARROW, minimumAge: 100 } } }), 'BAD_ENCODING'],
    [
      'limits: something after them',
      publisherTree({ leaf: { limitsDer: Buffer.concat([limitsValue(NARROW), TRUE]) } }),
      'BAD_ENCODING',
    ],
    // Signatures
    [
      'signature of 63 bytes',
      publisherTree({ leaf: { signatureDer: element(0x03, Buffer.alloc(64)) } }),
      'BAD_SIGNATURE',
    ],
    ['signature of zeros', publisherTree({ leaf: { signatureDer: element(0x03, Buffer.alloc(65)) } }), 'BAD_SIGNATURE'],
    [
      'signature that leaves bits unused',
      publisherTree({ leaf: { signatureDer: element(0x03, Buffer.alloc(65, 1)) } }),
      'BAD_ENCODING',
    ],
    // K14
    [
      'sandbox chain under a live root',
      publisherTree({ leaf: { sandbox: true }, synd: { sandbox: true } }),
      'CHAIN_UNTRUSTED',
    ],
    ['live chain under a sandbox root', publisherTree({ root: { sandbox: true } }), 'CHAIN_UNTRUSTED'],
    ['sandbox leaf under a live intermediary', publisherTree({ leaf: { sandbox: true } }), 'CHAIN_UNTRUSTED'],
    ['root of both kinds', publisherTree({ root: { more: [], extensionsDer: bothKinds() } }), 'CHAIN_UNTRUSTED'],
  ])('%s', (_name, tree, expected) => {
    expect(outcome(tree)).toBe(expected);
  });
});

function bothKinds(): Buffer {
  const [constraints, usage] = honestExtensions(ROOT);
  const usages = ['1.1', '2.1'].map((arc) => oid(`2.25.86188316833322697226151344123340114925.${arc}`));
  return sequence(constraints ?? TRUE, usage ?? TRUE, extension('2.5.29.37', sequence(...usages)));
}

describe('the shape of the chain (K4, K8)', () => {
  const root = forge(ROOT);
  const synd = forge({ ...SYND, issuer: root });
  const leaf = forge({ ...PUBLISHER, issuer: synd });
  const other = forge({ ...SYND, seed: seedOf('other'), subjectDer: nameDer('Other'), issuer: root });
  const ownRoot = forge({ ...ROOT, seed: seedOf('attacker') });
  const ownSynd = forge({ ...SYND, seed: seedOf('attacker synd'), issuer: ownRoot });
  const ownLeaf = forge({ ...PUBLISHER, issuer: ownSynd });
  const loop = forge({ ...SYND, issuer: { ...synd, subject: nameDer('SYND') } });
  const deep = (pathLength: number): Tree => {
    const top = forge({ ...ROOT, authority: { pathLength } });
    const upper = forge({ ...SYND, seed: seedOf('upper'), subjectDer: nameDer('Upper'), authority: {}, issuer: top });
    const lower = forge({ ...SYND, issuer: upper });
    return { chain: [forge({ ...PUBLISHER, issuer: lower }).der, lower.der, upper.der], roots: [top.der] };
  };
  const roots = [root.der];

  test.each<readonly [string, Tree, string]>([
    ['honest', { chain: [leaf.der, synd.der], roots }, 'ok'],
    ['the pinned root sent along', { chain: [leaf.der, synd.der, root.der], roots }, 'ok'],
    ['several roots pinned', { chain: [leaf.der, synd.der], roots: [ownRoot.der, root.der] }, 'ok'],
    ['empty', { chain: [], roots }, 'CHAIN_UNTRUSTED'],
    ['no roots', { chain: [leaf.der, synd.der], roots: [] }, 'CHAIN_UNTRUSTED'],
    ['only the root', { chain: [root.der], roots }, 'CHAIN_UNTRUSTED'],
    ['shuffled', { chain: [synd.der, leaf.der], roots }, 'CHAIN_UNTRUSTED'],
    ['gap', { chain: [leaf.der], roots }, 'CHAIN_UNTRUSTED'],
    ['extra certificate', { chain: [leaf.der, other.der, synd.der], roots }, 'CHAIN_UNTRUSTED'],
    ['root in the midst', { chain: [leaf.der, synd.der, root.der, root.der], roots }, 'CHAIN_UNTRUSTED'],
    ["attacker's chain and root", { chain: [ownLeaf.der, ownSynd.der, ownRoot.der], roots }, 'CHAIN_UNTRUSTED'],
    ["attacker's chain, same names", { chain: [ownLeaf.der, ownSynd.der], roots }, 'CHAIN_UNTRUSTED'],
    ["attacker's leaf under the true intermediary", { chain: [ownLeaf.der, synd.der], roots }, 'BAD_SIGNATURE'],
    ["true chain, attacker's root sent along", { chain: [leaf.der, synd.der, ownRoot.der], roots }, 'CHAIN_UNTRUSTED'],
    ['a loop of one', { chain: [leaf.der, loop.der, loop.der, synd.der], roots }, 'CHAIN_PATHLEN'],
    ['five certificates', { chain: Array<Uint8Array>(5).fill(leaf.der), roots }, 'CHAIN_PATHLEN'],
    ['100 certificates', { chain: Array<Uint8Array>(100).fill(synd.der), roots }, 'CHAIN_PATHLEN'],
    ['two intermediaries, root allows two', deep(2), 'ok'],
    ['two intermediaries, root allows one', deep(1), 'CHAIN_PATHLEN'],
    ['a certificate of 4,097 bytes', { chain: [new Uint8Array(4097), synd.der], roots }, 'TOO_LARGE'],
    ['a certificate of no bytes', { chain: [new Uint8Array(0), synd.der], roots }, 'BAD_ENCODING'],
  ])('%s', (_name, tree, expected) => {
    expect(outcome(tree)).toBe(expected);
  });

  test('two roots of one name: the one that signed is found, whichever comes first', () => {
    for (const both of [
      [ownRoot.der, root.der],
      [root.der, ownRoot.der],
    ]) {
      expect(outcome({ chain: [leaf.der, synd.der], roots: both })).toBe('ok');
    }
  });

  test('a roll-over: the new root cross-signed by the old verifies under either (K15)', () => {
    const next = forge({
      ...ROOT,
      seed: seedOf('next'),
      subjectDer: nameDer('Root 2'),
      notBeforeDer: utcTime('270101000000Z'),
    });
    const cross = forge({
      ...ROOT,
      seed: seedOf('next'),
      subjectDer: nameDer('Root 2'),
      issuer: root,
      notAfterDer: utcTime('280101000000Z'),
    });
    const newSynd = forge({ ...SYND, issuer: next });
    const newLeaf = forge({ ...PUBLISHER, issuer: newSynd });
    const crossed = { chain: [newLeaf.der, newSynd.der, cross.der], roots };
    expect(outcome(crossed)).toBe('CHAIN_LIMIT'); // a cross-certificate is an intermediary on a publisher's way: it states limits
    const limited = forge({
      ...ROOT,
      seed: seedOf('next'),
      subjectDer: nameDer('Root 2'),
      limits: WIDE,
      issuer: root,
      notAfterDer: utcTime('280101000000Z'),
    });
    const good = { chain: [newLeaf.der, newSynd.der, limited.der], roots };
    expect(outcome(good)).toBe('ok');
    expect(outcome(good, 'publisher', Date.UTC(2028, 5, 1))).toBe('CHAIN_EXPIRED');
    expect(outcome({ chain: [newLeaf.der, newSynd.der], roots: [next.der] }, 'publisher', Date.UTC(2026, 5, 1))).toBe(
      'CHAIN_NOT_YET',
    );
    expect(outcome({ chain: [newLeaf.der, newSynd.der], roots: [next.der] })).toBe('ok');
  });

  test('the work is bounded: no signature of a chain too long, one for each of 16 roots of one name', () => {
    const sixteen = Array.from({ length: 16 }, (_, i) => forge({ ...ROOT, seed: seedOf(`namesake ${i}`) }).der);
    const callsFor = (chain: Uint8Array[], pinned: Uint8Array[], code: string): number => {
      let calls = 0;
      const verify: typeof nativeVerifySignature = (...args) => {
        calls += 1;
        return nativeVerifySignature(...args);
      };
      const refused = expect.objectContaining({ code }) as Error;
      expect(() => verifyChain({ chain, roots: pinned, role: 'publisher', atMs: AT_MS, verify })).toThrowError(refused);
      return calls;
    };
    expect(callsFor(Array<Uint8Array>(100).fill(synd.der), roots, 'CHAIN_PATHLEN')).toBe(0);
    expect(callsFor([leaf.der, synd.der], sixteen, 'CHAIN_UNTRUSTED')).toBe(16);
    const tooMany = { chain: [leaf.der], roots: [...sixteen, root.der], role: 'publisher', atMs: AT_MS } as const;
    expect(() => verifyChain(tooMany)).toThrow(TypeError);
  });
});

describe('cache', () => {
  test('a chain cached as good is checked for time, role and roots again (K16)', () => {
    const tree = publisherTree({ leaf: days('290101000000Z') });
    expect(outcome(tree)).toBe('ok');
    expect(outcome(tree)).toBe('ok');
    expect(outcome(tree, 'publisher', Date.UTC(2029, 0, 1, 0, 0, 1))).toBe('CHAIN_EXPIRED');
    expect(outcome(tree, 'publisher', Date.UTC(2025, 0, 1))).toBe('CHAIN_NOT_YET');
    expect(outcome(tree, 'card')).toBe('CHAIN_ROLE');
    expect(outcome({ ...tree, roots: [forge({ ...ROOT, seed: seedOf('elsewhere') }).der] })).toBe('CHAIN_UNTRUSTED');
    expect(outcome(tree)).toBe('ok');
  });

  test('signatures are verified once per chain, and again after 32 others', () => {
    let calls = 0;
    const verify: typeof nativeVerifySignature = (...args) => {
      calls += 1;
      return nativeVerifySignature(...args);
    };
    const root = forge(ROOT);
    const synd = forge({ ...SYND, issuer: root });
    const treeNumber = (n: number): Tree => ({
      chain: [forge({ ...PUBLISHER, serialDer: integer(1, n), issuer: synd }).der, synd.der],
      roots: [root.der],
    });
    const callsFor = (n: number): number => {
      const before = calls;
      verifyChain({ ...treeNumber(n), role: 'publisher', atMs: AT_MS, verify });
      return calls - before;
    };
    expect([callsFor(0), callsFor(0)]).toEqual([2, 0]);
    for (let n = 1; n <= 31; n++) callsFor(n);
    expect(callsFor(0)).toBe(0); // used just now: 1 is the oldest
    callsFor(32);
    expect(callsFor(0)).toBe(0);
    expect(callsFor(1)).toBe(2);
  });

  test('a changed byte in the same array is another chain', () => {
    const { chain, roots } = publisherTree();
    expect(outcome({ chain, roots })).toBe('ok');
    const [leaf] = chain;
    leaf?.set([0xff], leaf.length - 40);
    expect(outcome({ chain, roots })).toBe('BAD_SIGNATURE');
  });
});

describe('mutations', () => {
  test('no bit flip in a leaf or intermediary ever verifies, and nothing but a ProtocolError is thrown', () => {
    const tree = publisherTree();
    const seen = new Set<string>();
    tree.chain.forEach((der, position) => {
      for (let bit = 0; bit < 8 * der.length; bit += 3) {
        const changed = Uint8Array.from(der, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        const chain = tree.chain.map((other, i) => (i === position ? changed : other));
        const code = outcomeNative({ chain, roots: tree.roots });
        expect([position, bit, code]).not.toEqual([position, bit, 'ok']);
        seen.add(code);
      }
    });
    expect([...seen].sort()).toEqual(['BAD_ENCODING', 'BAD_KEY', 'BAD_SIGNATURE', 'CHAIN_UNTRUSTED']);
  });

  test('a leaf cut at every byte, and random bytes, are BAD_ENCODING', () => {
    const [der = new Uint8Array(0)] = publisherTree().chain;
    for (let length = 0; length < der.length; length++) {
      expect(() => readCertificate(der.subarray(0, length))).toThrowError(
        expect.objectContaining({ code: 'BAD_ENCODING' }),
      );
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const framed = element(0x30, element(0x30, bytes), ED25519, element(0x03, Buffer.alloc(65)));
        expect(() => readCertificate(framed)).toThrowError(ProtocolError);
      }),
    );
  });

  test.each([
    ['indefinite', [0x30, 0x80, 0x00, 0x00]],
    ['long form for a short length', [0x30, 0x81, 0x05, 0, 0, 0, 0, 0]],
    ['two bytes for a one-byte length', [0x30, 0x82, 0x00, 0x80, ...Array<number>(128).fill(0)]],
    ['three length bytes', [0x30, 0x83, 0x00, 0x00, 0x01, 0x00]],
    ['four gigabytes', [0x30, 0x84, 0xff, 0xff, 0xff, 0xff]],
    ['length cut', [0x30, 0x82, 0x01]],
    ['tag only', [0x30]],
    ['wrong tag', [0x31, 0x00]],
  ] as const)('length: %s', (_name, bytes) => {
    expect(() => readCertificate(Uint8Array.from(bytes))).toThrowError(
      expect.objectContaining({ code: 'BAD_ENCODING' }),
    );
  });
});

function outcomeNative({ chain, roots }: Tree): string {
  try {
    verifyChain({ chain, roots, role: 'publisher', atMs: AT_MS, verify: nativeVerifySignature });
    return 'ok';
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

describe('roots and hashes', () => {
  test('rootIsSandbox', () => {
    expect(rootIsSandbox(forge(ROOT).der)).toBe(false);
    expect(rootIsSandbox(forge({ ...ROOT, sandbox: true }).der)).toBe(true);
    const untrusted = expect.objectContaining({ code: 'CHAIN_UNTRUSTED' }) as Error;
    expect(() => rootIsSandbox(forge({ ...ROOT, roles: [] }).der)).toThrowError(untrusted);
    expect(() => rootIsSandbox(forge({ ...ROOT, extensionsDer: bothKinds() }).der)).toThrowError(untrusted);
  });

  test.each(ROLES)('a sandbox chain for %s verifies under its sandbox root, and says so', (role) => {
    expect(verifyChain({ ...treeOf(role, true), role, atMs: AT_MS }).sandbox).toBe(true);
  });

  test('hashChain tells apart chains with the same bytes', () => {
    const [a, b] = [Uint8Array.from([1, 2]), Uint8Array.from([3])];
    const hashes = [
      [a, b],
      [b, a],
      [a],
      [Uint8Array.from([1, 2, 3])],
      [Uint8Array.from([1]), Uint8Array.from([2, 3])],
    ].map((chain) => Buffer.from(hashChain(chain)).toString('hex'));
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test("the caller's own mistakes are TypeErrors that name the argument", () => {
    const good = { ...publisherTree(), role: 'publisher', atMs: AT_MS } as const;
    expect(() => verifyChain({ ...good, atMs: Number.NaN })).toThrowError(/^atMs: /);
    expect(() => verifyChain({ ...good, role: 'king' as 'card' })).toThrowError(/^role: /);
    expect(() => verifyChain({ ...good, roots: 'x' as unknown as Uint8Array[] })).toThrowError(/^roots: /);
    expect(() => verifyChain({ ...good, chain: ['x' as unknown as Uint8Array] })).toThrowError(/^chain: /);
  });
});
