/**
 * Makes the vectors of the protocol, one defect each: `vectors/<area>/<name>.json`. Deterministic: keys come from names, and
 * nothing asks for the time. To write the files again:
 *
 *     node --conditions=coinslot-source --import tsx tests/protocol/vectors/generate.ts
 *
 * `ed25519/` is made by `ed25519-vectors.ts`, `p256/` by `p256-vectors.ts`.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  cardDecisionId,
  encodeOffer,
  encodePaymentDecision,
  encodePaymentRequest,
  encodeQuote,
  encodeRestored,
  encodeTerms,
  encodeTexts,
  keyHash,
  LIMITS,
  packWire,
  publicKeyFromSeed,
  readCertificate,
  sealEnvelope,
  unpackWire,
  withChainByHash,
  type Assurance,
  type PaymentDecision,
  type Quote,
  type Restored,
  type Signer,
  type Wire,
} from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import {
  DAY_MS,
  makeCardHolder,
  makeOffer,
  makePublisher,
  makeServerHolder,
  makeTree,
  NOON_MS,
  seedOf,
} from '../../lib/parties.ts';
import { CARD_ID, cardTree, CARDS_AT_MS } from '../card-tree.ts';
import { extension, forgeList, integer, p256Signer, sequence, utcTime, type ListRecipe } from '../certificate-forge.ts';
import { FRAMES } from '../frames.ts';
import { encodeFrame, type FrameKind } from '../../../protocol/src/link.ts';
import { fromHex, join, toHex } from '../refusals.ts';
import * as honest from '../samples.ts';
import { REFUSED } from './encoding-defects.ts';
import type { Vector, VectorClass } from './vector.ts';

type Row = Omit<Vector, 'class' | 'bytes'> & { readonly bytes: Uint8Array | Vector['bytes'] };

const CLASSES: readonly [RegExp, VectorClass][] = [
  [/^accepted$/, 'accepted'],
  [/^(BAD_ENCODING|TOO_LARGE)$/, 'encoding'],
  [/^(BAD_SIGNATURE|BAD_KEY)$/, 'signature'],
  [/^CHAIN_/, 'chain'],
  [/^OFFER_/, 'offer'],
  [/^CLOCK_SKEW$/, 'clock'],
  [/^DECISION_/, 'decision'],
];

function vectorOf({ name, why, door, expect, bytes, given }: Row): Vector {
  const found = CLASSES.find(([pattern]) => pattern.test(expect));
  if (found === undefined) throw new Error(`${name}: no class for ${expect}`);
  const hex = bytes instanceof Uint8Array ? toHex(bytes) : bytes;
  return { name, why, door, class: found[1], expect, ...(given && { given }), bytes: hex };
}

/** A file name from a few words: `float64 -0` is `float64-minus-0`, `2^32-1` is `2-to-the-32-minus-1`. */
const slug = (words: string): string =>
  words
    .replace(/2\^(\d+)/g, '2 to the $1')
    .replace(/(^| )-(?=\w)/g, '$1minus ')
    .replace(/(\d)-(\d)/g, '$1 minus $2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();

// ---------------------------------------------------------------- encoding

function encodingRows(): Row[] {
  const rows = REFUSED.map(([why, hex]): Row => ({
    name: slug(why),
    why,
    door: 'wire',
    expect: 'BAD_ENCODING',
    bytes: hex.replaceAll(' ', ''),
  }));
  const wire = (name: string, why: string, expect: string, bytes: Row['bytes']): Row => ({
    name,
    why,
    door: 'wire',
    expect,
    bytes,
  });
  return [
    ...rows,
    wire('deep-10000', '10,000 nested arrays', 'BAD_ENCODING', { repeat: '91', times: 10_000 }),
    wire('deep-17', 'one array deeper than 16', 'BAD_ENCODING', `${'91'.repeat(17)}00`),
    wire('deep-1000000', 'a million nested arrays', 'TOO_LARGE', { repeat: '91', times: 1_000_000 }),
    wire('large-65537', 'one byte above 64 KiB', 'TOO_LARGE', { repeat: '00', times: 65_537 }),
    wire('valid-deep-16', 'the deepest nesting', 'accepted', `${'91'.repeat(16)}00`),
    wire(
      'valid-forms',
      'one value of every form in its shortest encoding',
      'accepted',
      packWire([
        0,
        127,
        128,
        255,
        256,
        65_535,
        65_536,
        0xffff_ffff,
        0n,
        (1n << 63n) - 1n,
        '',
        'é',
        'x'.repeat(32),
        'x'.repeat(256),
        new Uint8Array(0),
        new Uint8Array(256),
        [],
        Array<Wire>(16).fill(0),
      ]),
    ),
  ];
}

// ---------------------------------------------------------------- messages

type DoorName = Vector['door'];

function messageRows(): Row[] {
  const rows: Row[] = honest.SAMPLES.map(({ name, bytes }) => ({
    name: `${name.toLowerCase()}-valid`,
    why: 'an honest one',
    door: name as DoorName,
    expect: 'accepted',
    bytes,
  }));
  for (const { name, bytes } of honest.SAMPLES) {
    const fields = unpackWire(bytes, Infinity) as Wire[];
    const defect = (end: string, why: string, bent: Uint8Array): Row => ({
      name: `${name.toLowerCase()}-${end}`,
      why,
      door: name as DoorName,
      expect: 'BAD_ENCODING',
      bytes: bent,
    });
    rows.push(
      defect('cut', 'the last byte is missing', bytes.subarray(0, -1)),
      defect('trailing-byte', 'a byte after the end', join(bytes, Uint8Array.of(0))),
      defect('missing-field', 'the last field is missing', packWire(fields.slice(0, -1))),
      defect('extra-field', 'one field more than there are', packWire([...fields, 0])),
      defect(
        'array16',
        'its fields as array 16, or not in the shortest form',
        join(longArray(fields.length), bytes.subarray(fields.length < 16 ? 1 : 3)),
      ),
    );
  }
  return [...rows, ...fieldRows()];
}

/** A head for `count` fields that is longer than need be. */
const longArray = (count: number): Uint8Array =>
  count < 16 ? Uint8Array.of(0xdc, count >> 8, count & 0xff) : Uint8Array.of(0xdd, 0, 0, count >> 8, count & 0xff);

function fieldRows(): Row[] {
  const bend = (
    door: DoorName,
    name: string,
    why: string,
    path: readonly number[],
    wire: Wire,
    expect = 'BAD_ENCODING',
  ): Row => {
    const fields = unpackWire(honest.sampleOf(door).bytes) as Wire[];
    return { name, why, door, expect, bytes: packWire(withAt(fields, path, wire)) };
  };
  return [
    bend('Quote', 'quote-amount-2-to-the-53', 'an amount that JavaScript cannot hold exactly', [3], 1n << 53n),
    bend('Quote', 'quote-amount-as-count', 'an amount in the form of a count', [3], 20),
    bend('Quote', 'quote-amount-as-text', 'an amount as text', [3], '20'),
    bend('Quote', 'quote-currency-lower-case', 'usd', [4], 'usd', 'OFFER_CURRENCY'),
    bend('Quote', 'quote-currency-cyrillic', 'USD with a Cyrillic letter', [4], 'UЅD', 'OFFER_CURRENCY'),
    bend('Quote', 'quote-time-year-10000', 'a time beyond the year 9999', [6], BigInt(LIMITS.timeMsMax) + 1n),
    bend('Quote', 'quote-time-as-count', 'a time in the form of a count', [6], 5),
    bend('Quote', 'quote-age-100', 'an age rating above 99', [7], 100),
    bend('Quote', 'quote-territory-twice', 'one territory twice', [8], ['DE', 'DE']),
    bend('Quote', 'quote-territory-lower-case', 'de', [8], ['de']),
    bend('Quote', 'quote-free-2', 'a mark that is neither 0 nor 1', [9], 2),
    bend('Quote', 'quote-hash-31-bytes', 'a hash of 31 bytes', [2], new Uint8Array(31)),
    bend('Quote', 'quote-game-id-empty', 'an empty identifier', [1], ''),
    bend('Quote', 'quote-game-id-space', 'an identifier with a space', [1], 'demo game'),
    bend('Quote', 'quote-game-id-nul', 'an identifier with NUL', [1], 'demo\0game'),
    bend(
      'Quote',
      'quote-maybe-two',
      'a value that may be absent, twice',
      [10],
      [new Uint8Array(16), new Uint8Array(16)],
    ),
    bend('Quote', 'quote-cards-0', 'an assurance that is not in the list', [11], 0),
    bend('Quote', 'quote-cards-4', 'an assurance that is not in the list', [11], 4),
    bend('CardParameters', 'cardparameters-no-purse', 'a card without a purse', [2], []),
    bend('CardParameters', 'cardparameters-five-purses', 'more purses than a card may have', [2], fivePurses()),
    bend(
      'CardParameters',
      'cardparameters-purse-twice',
      'one purse twice',
      [2],
      fivePurses()
        .slice(0, 2)
        .map((one) => one.with(0, 'main')),
    ),
    bend('CardParameters', 'cardparameters-plan-3', 'a plan that is neither prepaid nor postpaid', [2, 0, 2], 3),
    bend('CardApplication', 'cardapplication-assurance-3', 'an assurance that is not in the list', [3], 3),
    bend('CardApplication', 'cardapplication-possession-63', 'a cut signature', [2], new Uint8Array(63)),
    bend(
      'CardApplication',
      'cardapplication-purse-twice',
      'the same purse wanted twice',
      [4],
      [
        ['EUR', 1],
        ['EUR', 1],
      ],
    ),
    bend('CardIssue', 'cardissue-no-chain', 'no certificates', [3], []),
    bend('CardIssue', 'cardissue-key-of-32', 'a key without its SPKI', [4], new Uint8Array(32)),
    bend(
      'CardUpload',
      'cardupload-65-records',
      'more records than a message may have',
      [6],
      Array<Wire>(65).fill([[], [], Uint8Array.of(1)]),
    ),
    bend(
      'CardUpload',
      'cardupload-without-proofs',
      'a record of a payment that the wallet did not make',
      [6, 0],
      [[], [], Uint8Array.of(1)],
      'accepted',
    ),
    bend('CardUpload', 'cardupload-request-alone', 'a request without its decision', [6, 0, 1], []),
    bend('CardUpload', 'cardupload-decision-alone', 'a decision without its request', [6, 0, 0], []),
    bend('CardUpload', 'cardupload-request-bare', 'a request that may be absent, not in a list', [6, 0, 0], Uint8Array.of(1)),
    bend(
      'CardUpload',
      'cardupload-load-twice',
      'two loads of one purse',
      [7],
      [
        ['main', 1n],
        ['main', 1n],
      ],
    ),
    bend(
      'CardUpload',
      'cardupload-record-of-513',
      'a record larger than a record may be',
      [6, 0, 2],
      new Uint8Array(513),
    ),
    bend('UploadAcknowledgement', 'uploadacknowledgement-blocked-2', 'a mark that is neither 0 nor 1', [6], 2),
    bend('CardKeysRequest', 'cardkeysrequest-room-65', 'more room than there can be', [4], 65),
    bend('CardKeys', 'cardkeys-sealed-47', 'less than a sealing of nothing', [2], new Uint8Array(47)),
    bend('ContentKeys', 'contentkeys-key-31', 'a key of 31 bytes', [0, 0, 1], new Uint8Array(31)),
    bend('CardRequest', 'cardrequest-ask-3', 'a question that is not in the list', [2], 3),
    bend('CardRecord', 'cardrecord-code-unknown', 'a code that is not in the list', [17], 999),
    bend('CardRecord', 'cardrecord-counter-2-to-the-32', 'a counter as int64', [0], 1n << 32n),
    bend('AccountRequest', 'accountrequest-ask-10', 'a question that is not in the list', [1], 10),
    bend('RefundOrder', 'refundorder-reason-operator', "the server's own reason, said by a publisher", [2], 4),
    bend('RefundOrder', 'refundorder-decision-15', 'a decision id of 15 bytes', [1], new Uint8Array(15)),
    bend('BankDetails', 'bankdetails-number-0', 'a number below the first', [1], 0),
    bend('BankDetails', 'bankdetails-no-holder', 'an account of nobody', [2], ' '),
    bend('BankDetails', 'bankdetails-holder-71', 'a name of 71 bytes', [2], 'x'.repeat(71)),
    bend('BankDetails', 'bankdetails-no-iban', 'no account at all', [3], ''),
    bend('BankDetails', 'bankdetails-iban-digit', 'an IBAN with one wrong digit', [3], 'FR1420041010050500013M02607'),
    bend('BankDetails', 'bankdetails-iban-spaces', 'an IBAN as printed', [3], 'FR14 2004 1010 0505 0001 3M02 606'),
    bend('BankDetails', 'bankdetails-bic-9', 'a BIC of 9 characters', [4], 'PSSTFRPPX'),
    bend('BankDetails', 'bankdetails-no-bic', 'without a BIC', [4], '', 'accepted'),
    bend('PaymentMandate', 'paymentmandate-way-4', 'a way that is not in the list', [2], 4),
    bend('PaymentMandate', 'paymentmandate-debit-without-iban', 'a debit of no account', [5], ''),
    bend('PaymentMandate', 'paymentmandate-iban-without-holder', 'an account of nobody', [4], ''),
    bend('PaymentMandate', 'paymentmandate-debit-with-token', 'a debit with a card', [6], 'tok-1'),
    bend('PaymentMandate', 'paymentmandate-card-without-token', 'a card without its name', [2], 2),
    bend('PaymentMandate', 'paymentmandate-transfer-with-iban', 'where money goes back to', [2], 3, 'accepted'),
    bend('PaymentMandate', 'paymentmandate-id-36', 'an id of 36 characters', [3], 'M'.repeat(36)),
    bend('PaymentMandate', 'paymentmandate-id-underscore', 'an id that banks do not print', [3], 'M_1'),
    bend('SignIn', 'signin-role-3', 'a role that is not in the list', [0], 3),
    bend('SignIn', 'signin-player-by-name', 'a player who is no user id', [1], 'ada'),
    bend('SignIn', 'signin-player-upper-case', 'a user id in upper case', [1], 'AB'.repeat(16)),
    bend('SignIn', 'signin-publisher-hex', 'a publisher whose id is hex', [0], 2, 'accepted'),
    bend('PeriodSeal', 'periodseal-month-13', 'the thirteenth month', [0], 202_613),
    bend('PeriodSeal', 'periodseal-month-0', 'no month', [0], 202_600),
    bend('PeriodSeal', 'periodseal-year-1969', 'before time began', [0], 196_912),
    bend('EncryptionKey', 'encryptionkey-31', 'a key of 31 bytes', [1], new Uint8Array(31)),
    bend('ContentEscrow', 'contentescrow-key-79', 'a sealed key of 79 bytes', [5], new Uint8Array(79)),
    bend('ContentEscrow', 'contentescrow-id-17', 'a key id of 17 bytes', [2], new Uint8Array(17)),
    bend('Placements', 'placements-number-0', 'a number below the first', [2], 0),
    bend('Placements', 'placements-no-file', 'a release of nothing', [4], new Uint8Array()),
    bend('Placements', 'placements-file-as-text', 'a file as text', [4], '{}'),
    bend('Texts', 'texts-nul', 'text with NUL', [2], 'Level\x003'),
    bend('Texts', 'texts-not-nfc', 'text that is not NFC', [2], 'Cafe\u0301'),
    bend('Texts', 'texts-title-too-long', 'a title of 201 bytes', [2], 'x'.repeat(201)),
    bend('Texts', 'texts-locale-underscore', 'en_US', [0], 'en_US'),
    bend(
      'Terms',
      'terms-locale-twice',
      'two digests for one locale',
      [5],
      [
        ['en', seedOf('a')],
        ['en', seedOf('b')],
      ],
    ),
    bend('Terms', 'terms-no-locale', 'no texts at all', [5], []),
    bend('Terms', 'terms-level-counted', 'a level with a quantity', [4, 2], 3),
    bend('Terms', 'terms-minutes-none', 'minutes, but none', [4, 0], 3),
    bend('Terms', 'terms-grant-unknown', 'a kind of grant that is not in the list', [4, 0], 8),
    bend('Offer', 'offer-version-2', 'an unknown version', [0], 2),
    bend('PaymentDecision', 'paymentdecision-code-unknown', 'a code that is not in the list', [2], 999),
    bend('PairingHeader', 'pairingheader-origin-path', 'an origin with a path', [3], ['https://play.lumen.example/']),
    bend('PairingHeader', 'pairingheader-origin-null', 'the opaque origin', [3], ['null']),
    bend(
      'RateTable',
      'ratetable-currency-twice',
      'two rates of one currency',
      [4],
      [
        ['USD', 1n],
        ['USD', 2n],
      ],
    ),
  ];
}

/** As wire values, each under another name. */
const fivePurses = (): Wire[][] => ['main', 'b', 'c', 'd', 'e'].map((purse) => [purse, 'EUR', 1, 5_000n, 100n, 500n]);

function withAt(fields: readonly Wire[], [first, ...rest]: readonly number[], wire: Wire): Wire[] {
  const at = first as number;
  return fields.with(at, rest.length === 0 ? wire : withAt(fields[at] as Wire[], rest, wire));
}

// ---------------------------------------------------------------- envelopes

const { tree, publisher, server } = honest;
const TRUST = { roots: tree.roots.map(toHex), atMs: NOON_MS };

function envelopeRows(): Row[] {
  const given = { ...TRUST, type: 'quote', role: 'publisher' };
  const body = encodeQuote(honest.quote);
  const fields = unpackWire(honest.quoteEnvelope) as Wire[];
  const signature = fields[3] as Uint8Array;
  const flip = (bytes: Uint8Array): Uint8Array =>
    Uint8Array.from([...bytes.subarray(0, -1), (bytes.at(-1) as number) ^ 1]);
  const row = (name: string, why: string, expect: string, bytes: Uint8Array, change: object = {}): Row => ({
    name,
    why,
    door: 'openEnvelope',
    expect,
    bytes,
    given: { ...given, ...change },
  });
  const bent = (name: string, why: string, expect: string, at: number, wire: Wire): Row =>
    row(name, why, expect, packWire(fields.with(at, wire)));
  const thief = makePublisher(tree, { id: 'thief' });
  const year = 365 * DAY_MS;
  return [
    row('valid', 'an honest quote', 'accepted', honest.quoteEnvelope),
    row(
      'valid-extension',
      'an unknown extension in the unsigned slot',
      'accepted',
      packWire(fields.with(5, [['trace', Uint8Array.of(1)]])),
    ),
    bent('version-2', 'an unknown version', 'BAD_ENCODING', 0, 2),
    bent('type-unknown', 'a type that is not in the list', 'BAD_ENCODING', 1, 99),
    bent('type-free', 'a number that no type has', 'BAD_ENCODING', 1, 10),
    bent('type-relabelled', 'a pairing header in name, a quote in its signature', 'BAD_SIGNATURE', 1, 6),
    row('type-other-opened', 'a quote where a pairing header is asked for', 'BAD_SIGNATURE', honest.quoteEnvelope, {
      type: 'pairing-header',
    }),
    row(
      'type-relabelled-and-opened',
      'a quote relabelled and opened as a pairing header',
      'BAD_SIGNATURE',
      packWire(fields.with(1, 6)),
      { type: 'pairing-header' },
    ),
    bent('body-one-bit', 'one bit of the body flipped', 'BAD_SIGNATURE', 2, flip(body)),
    bent(
      'body-re-encoded',
      'the same content, its array not in the shortest form, under the old signature',
      'BAD_SIGNATURE',
      2,
      join(longArray(12), body.subarray(1)),
    ),
    bent('signature-one-bit', 'one bit of the signature flipped', 'BAD_SIGNATURE', 3, flip(signature)),
    bent('signature-zero', '64 zero bytes', 'BAD_SIGNATURE', 3, new Uint8Array(64)),
    bent('signature-63-bytes', 'a cut signature', 'BAD_ENCODING', 3, signature.subarray(1)),
    bent('signature-empty', 'no signature', 'BAD_ENCODING', 3, new Uint8Array(0)),
    bent('chain-empty', 'no chain', 'CHAIN_UNTRUSTED', 4, []),
    bent('chain-leaf-only', 'the intermediary is missing', 'CHAIN_UNTRUSTED', 4, [publisher.chain[0] as Uint8Array]),
    bent('chain-shuffled', 'the intermediary first', 'CHAIN_UNTRUSTED', 4, [...publisher.chain].reverse()),
    bent('chain-of-another', "another publisher's chain", 'BAD_SIGNATURE', 4, thief.chain),
    bent('chain-five', 'five certificates', 'BAD_ENCODING', 4, Array<Wire>(5).fill(publisher.chain[0] as Uint8Array)),
    row(
      'chain-by-hash-unseen',
      'the hash of a chain that was never seen',
      'CHAIN_UNTRUSTED',
      withChainByHash(honest.quoteEnvelope),
    ),
    row('seventh-field', 'one field more than there are', 'BAD_ENCODING', packWire([...fields, []])),
    bent(
      'nine-extensions',
      'more extensions than there may be',
      'BAD_ENCODING',
      5,
      Array<Wire>(9).fill(['x', new Uint8Array(0)]),
    ),
    row(
      'root-of-another-authority',
      'a chain under a root that is not pinned',
      'CHAIN_UNTRUSTED',
      honest.quoteEnvelope,
      { roots: makeTree({ name: 'elsewhere' }).roots.map(toHex) },
    ),
    row(
      'role-payment-server',
      "a publisher's certificate where a server's is asked for",
      'CHAIN_ROLE',
      honest.quoteEnvelope,
      { role: 'payment-server' },
    ),
    row('time-after', 'opened after every certificate has expired', 'CHAIN_EXPIRED', honest.quoteEnvelope, {
      atMs: NOON_MS + 11 * year,
    }),
    row('time-before', 'opened before the certificates are valid', 'CHAIN_NOT_YET', honest.quoteEnvelope, {
      atMs: NOON_MS - 2 * year,
    }),
    row(
      'signed-by-another-key',
      "another key under the publisher's chain",
      'BAD_SIGNATURE',
      sealEnvelope('quote', body, thief.signer, publisher.chain),
    ),
  ];
}

// ---------------------------------------------------------------- offers

function offerRows(): Row[] {
  const made = makeOffer(publisher);
  const offer = (name: string, why: string, expect: string, bytes: Uint8Array, atMs = NOON_MS): Row => ({
    name,
    why,
    door: 'checkOffer',
    expect,
    bytes,
    given: { ...TRUST, atMs },
  });
  const quoted = (name: string, why: string, expect: string, quote: Partial<Quote>): Row =>
    offer(name, why, expect, makeOffer(publisher, { quote }).offerBytes);
  const otherTerms = encodeTerms({ ...made.terms, revision: 2 });
  const otherTexts = encodeTexts({ ...made.texts, title: 'Level 4' });
  return [
    offer('valid', 'an honest offer', 'accepted', made.offerBytes),
    quoted('limit-top-price', "a price above the certificate's top price", 'CHAIN_LIMIT', { amountMinor: 1_000_001n }),
    quoted('limit-currency', 'a currency that the certificate does not list', 'CHAIN_LIMIT', { currency: 'CHF' }),
    quoted('expired', 'a quote that ended a millisecond ago', 'OFFER_EXPIRED', { notAfterMs: NOON_MS - 1 }),
    quoted('not-yet', 'a quote that begins tomorrow', 'OFFER_EXPIRED', { notBeforeMs: NOON_MS + DAY_MS }),
    quoted('life-to-year-9999', 'a quote without an end in sight', 'OFFER_EXPIRED', { notAfterMs: LIMITS.timeMsMax }),
    quoted('price-0-not-free', 'an amount of 0 that is not marked free', 'OFFER_PRICE', { amountMinor: 0n }),
    quoted('price-free-not-0', 'an amount above 0, marked free', 'OFFER_PRICE', { free: true }),
    quoted('publisher-of-another', "another publisher's id", 'OFFER_ORIGIN', { publisherId: 'other-works' }),
    quoted('game-of-another', 'another game than that of the terms', 'OFFER_ORIGIN', { gameId: 'other-game' }),
    offer(
      'terms-swapped',
      'other terms than those that were priced',
      'OFFER_HASH',
      encodeOffer({ ...made.offer, terms: otherTerms }),
    ),
    offer(
      'texts-swapped',
      'other texts than those of the terms',
      'OFFER_HASH',
      encodeOffer({ ...made.offer, texts: otherTexts }),
    ),
    offer('clock-ahead', 'made six minutes in the future', 'CLOCK_SKEW', made.offerBytes, NOON_MS - 360_000),
    offer('clock-behind', 'made six minutes ago', 'CLOCK_SKEW', made.offerBytes, NOON_MS + 360_000),
  ];
}

// ---------------------------------------------------------------- decisions

function decisionRows(): Row[] {
  const made = makeOffer(publisher);
  const playerSeed = seedOf('player key');
  const decision: PaymentDecision = {
    ...honest.paymentDecision,
    sealedKey: undefined,
    offerHash: made.quote.offerHash,
    sessionKey: made.offer.sessionKey,
    nonce: made.offer.nonce,
    playerKey: publicKeyFromSeed(playerSeed),
  };
  const seal = (change: Partial<PaymentDecision>, by = server): Uint8Array =>
    sealEnvelope('payment-decision', encodePaymentDecision({ ...decision, ...change }), by.signer, by.chain);
  const row = (name: string, why: string, expect: string, bytes: Uint8Array): Row => ({
    name,
    why,
    door: 'checkDecision',
    expect,
    bytes,
    given: { ...TRUST, atMs: NOON_MS + 2_000, offer: toHex(made.offerBytes) },
  });
  const other = (name: string, change: Partial<PaymentDecision>): Row =>
    row(`other-${name}`, `another ${name.replace('-', ' ')} than the offer's`, 'DECISION_MISMATCH', seal(change));
  const foreign = makeServerHolder(makeTree({ name: 'elsewhere' }));
  const request = sealEnvelope(
    'payment-request',
    encodePaymentRequest(honest.paymentRequest),
    server.signer,
    server.chain,
  );
  return [
    row('valid', 'an honest approval', 'accepted', seal({})),
    row(
      'valid-refusal',
      'an honest refusal',
      'accepted',
      seal({ outcome: 'refused', code: 'INSUFFICIENT', settlement: 'none', chargedMinor: 0n }),
    ),
    other('offer-hash', { offerHash: seedOf('other') }),
    other('game', { gameId: 'other-game' }),
    other('amount', { amountMinor: 19n }),
    other('currency', { currency: 'USD' }),
    other('offer-time', { offerTimeMs: NOON_MS - 1 }),
    other('nonce', { nonce: new Uint8Array(16) }),
    other('session-key', { sessionKey: seedOf('other') }),
    row('signer-named-wrong', 'a signer that did not sign', 'DECISION_MISMATCH', seal({ signer: seedOf('other') })),
    row(
      'approved-with-a-code',
      'an approval with the code of a refusal',
      'DECISION_MISMATCH',
      seal({ code: 'INSUFFICIENT' }),
    ),
    row(
      'approved-without-settlement',
      'an approval that settles nothing',
      'DECISION_MISMATCH',
      seal({ settlement: 'none' }),
    ),
    row('from-the-future', 'dated an hour ahead', 'CLOCK_SKEW', seal({ timeMs: NOON_MS + 3_600_000 })),
    row('before-the-offer', 'dated an hour before the offer', 'CLOCK_SKEW', seal({ timeMs: NOON_MS - 3_600_000 })),
    row('untrusted-root', "another authority's server", 'CHAIN_UNTRUSTED', seal({ signer: foreign.keyHash }, foreign)),
    row(
      'signed-by-publisher',
      'signed by the publisher, who is no payment server',
      'CHAIN_ROLE',
      seal({ signer: publisher.keyHash }, publisher),
    ),
    row('a-request-in-its-place', 'another type of message', 'BAD_SIGNATURE', request),
    row(
      'server-with-card-state',
      'card state from a payment server',
      'DECISION_MISMATCH',
      seal({ card: honest.cardDecision.card }),
    ),
    ...restoredRows(made, seal, playerSeed),
    ...cardDecisionRows(),
  ];
}

/** Message 3 by a card: of Ed25519 by the samples' issuer, of P-256 under a forged chain, whose signatures are deterministic. */
function cardDecisionRows(): Row[] {
  const cardOf = (assurance: Assurance): VectorCard => {
    const card = makeCardHolder(honest.cardIssuer.certifier, { name: `vector ${assurance}`, assurance });
    return { ...card, roots: tree.roots, atMs: NOON_MS };
  };
  const [chip, software] = [cardOf('chip'), cardOf('software')];
  const forged = cardTree({ alg: 2 });
  const signer = p256Signer(forged.card.seed);
  const p256: VectorCard = {
    signer,
    chain: forged.cardChain,
    cardId: fromHex(CARD_ID),
    keyHash: keyHash(signer.publicKey),
    roots: forged.roots,
    atMs: CARDS_AT_MS,
  };
  const row = (
    name: string,
    why: string,
    expect: string,
    card: VectorCard,
    more: {
      cards?: Quote['cards'];
      change?: Partial<PaymentDecision>;
      given?: object;
      signature?: (made: Uint8Array) => Uint8Array;
    } = {},
  ): Row => {
    const { atMs } = card;
    const { quote, offer, offerBytes } = makeOffer(publisher, { atMs, quote: { cards: more.cards ?? 'software' } });
    const { offerHash, amountMinor, currency } = quote;
    const { offerTimeMs, nonce, sessionKey } = offer;
    const decision = {
      ...honest.cardDecision,
      ...{ offerHash, amountMinor, currency, offerTimeMs, nonce, sessionKey, timeMs: offerTimeMs },
      signer: card.keyHash,
      decisionId: cardDecisionId(card.cardId, nonce),
      ...more.change,
    };
    const sign = (bytes: Uint8Array): Uint8Array => (more.signature ?? ((made) => made))(card.signer.sign(bytes));
    const bytes = sealEnvelope('payment-decision', encodePaymentDecision(decision), { sign }, card.chain);
    const given = { roots: card.roots.map(toHex), atMs: atMs + 2_000, offer: toHex(offerBytes), ...more.given };
    return { name: `card-${name}`, why, door: 'checkDecision', expect, bytes, given };
  };
  const { serialHex } = readCertificate(chip.chain[0]!);
  const listed = (revokedAtMs: number, nextUpdateMs = revokedAtMs + DAY_MS): { given: object } => {
    const list = { number: 1, revoked: [{ serialHex, revokedAtMs }], thisUpdateMs: revokedAtMs, nextUpdateMs };
    return { given: { crls: [toHex(honest.cardIssuer.certifier.listRevoked(list))] } };
  };
  const highS = (signature: Uint8Array): Uint8Array => {
    const s = P256_ORDER - BigInt(`0x${toHex(signature.subarray(32))}`);
    return join(signature.subarray(0, 32), fromHex(s.toString(16).padStart(64, '0')));
  };
  return [
    row('valid', 'an honest approval by a chip', 'accepted', chip, { cards: 'chip' }),
    row('valid-software', 'an honest approval by a software card', 'accepted', software),
    row('valid-p256', 'an honest approval by a card of P-256', 'accepted', p256),
    row('p256-high-s', 'the same signature with n - s', 'BAD_SIGNATURE', p256, { signature: highS }),
    row('p256-ed25519-key', 'signed by the Ed25519 key of another card', 'BAD_SIGNATURE', {
      ...p256,
      signer: chip.signer,
    }),
    row('where-none-may', 'a chip, where the quote takes no cards', 'CHAIN_ROLE', chip, { cards: 'none' }),
    row('software-where-chip', 'a software card, where the quote takes chips', 'CHAIN_ROLE', software, {
      cards: 'chip',
    }),
    row('above-ceiling', "a charge above the certificate's ceiling", 'CHAIN_LIMIT', chip, {
      change: { chargedMinor: 5_001n },
    }),
    row('currency-without-ceiling', 'a currency that the certificate does not list', 'CHAIN_LIMIT', chip, {
      change: { chargedCurrency: 'JPY' },
    }),
    row('without-state', 'no card state', 'DECISION_MISMATCH', chip, { change: { card: undefined } }),
    row('with-a-clock', "a time that is not the offer's", 'DECISION_MISMATCH', chip, {
      change: { timeMs: NOON_MS + 1 },
    }),
    row('other-id', 'an id that does not follow from card and nonce', 'DECISION_MISMATCH', chip, {
      change: { decisionId: new Uint8Array(16) },
    }),
    row('revoked', 'a card on the blocked list', 'CHAIN_REVOKED', chip, listed(NOON_MS)),
    row('revoked-tomorrow', 'a card that will be on the blocked list', 'accepted', chip, listed(NOON_MS + DAY_MS)),
    row(
      'list-stale',
      'a blocked list that is long out of date',
      'CHAIN_STALE',
      software,
      listed(NOON_MS - 40 * DAY_MS),
    ),
  ];
}

interface VectorCard {
  readonly signer: Signer;
  readonly chain: readonly Uint8Array[];
  readonly cardId: Uint8Array;
  readonly keyHash: Uint8Array;
  readonly roots: readonly Uint8Array[];
  readonly atMs: number;
}
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

// ---------------------------------------------------------------- revocation

function revocationRows(): Row[] {
  const forged = cardTree({ alg: 2 });
  const given = { roots: forged.roots.map(toHex), chain: forged.cardChain.map(toHex), role: 'card', atMs: CARDS_AT_MS };
  const serial = integer(0x11, 0x22, 0x33); // of every forged certificate
  const on = (time: string): readonly [Buffer, Buffer] => [serial, utcTime(time)];
  const row = (name: string, why: string, expect: string, recipe: Partial<ListRecipe>): Row => ({
    name,
    why,
    door: 'revocation',
    expect,
    bytes: forgeList({ issuer: forged.issuer, ...recipe }),
    given,
  });
  return [
    row('valid-empty', 'nothing is revoked', 'accepted', {}),
    row('valid-another-serial', 'another certificate is revoked', 'accepted', {
      entries: [[integer(9), utcTime('270510000000Z')]],
    }),
    row('valid-from-tomorrow', 'revoked from tomorrow on', 'accepted', { entries: [on('270602000000Z')] }),
    row('valid-of-another-issuer', 'the same serial of another issuer', 'accepted', {
      issuer: forged.server,
      entries: [on('270510000000Z')],
    }),
    row('revoked-card', 'the card is revoked', 'CHAIN_REVOKED', { entries: [on('270510000000Z')] }),
    row('revoked-today', 'revoked this very second', 'CHAIN_REVOKED', { entries: [on('270601000000Z')] }),
    row('revoked-issuer', 'the card issuer is revoked', 'CHAIN_REVOKED', {
      issuer: forged.sint,
      entries: [on('270510000000Z')],
    }),
    row('revoked-intermediary', 'the SINT is revoked', 'CHAIN_REVOKED', {
      issuer: forged.root,
      entries: [on('270510000000Z')],
    }),
    row('stale', 'the next list should have been there 31 days ago', 'CHAIN_STALE', {
      nextUpdateDer: utcTime('270501000000Z'),
    }),
    row('delta', 'a delta list', 'CHAIN_CRITICAL', { more: [extension('2.5.29.27', integer(1), true)] }),
    row('serial-twice', 'one serial twice', 'BAD_ENCODING', { entries: [on('270510000000Z'), on('270511000000Z')] }),
    row('empty-entries', 'an empty list of entries, written out', 'BAD_ENCODING', { entriesDer: sequence() }),
    row('version-1', 'a list of version 1', 'BAD_ENCODING', { versionDer: Buffer.alloc(0) }),
    row('number-negative', 'a number below 0', 'BAD_ENCODING', { numberDer: integer(0xff) }),
    row('no-next-update', 'no date of the next', 'BAD_ENCODING', { nextUpdateDer: Buffer.alloc(0) }),
    row('trailing-byte', 'a byte after the end', 'BAD_ENCODING', { trailing: Buffer.from([0]) }),
    row('algorithm-unknown', 'an algorithm that is not in the profile', 'BAD_KEY', {
      algorithmDer: sequence(Buffer.from('06032b6571', 'hex')),
    }),
  ];
}

function restoredRows(
  made: ReturnType<typeof makeOffer>,
  seal: (change: Partial<PaymentDecision>) => Uint8Array,
  playerSeed: Uint8Array,
): Row[] {
  const restored: Restored = { ...honest.restored, offer: made.offerBytes, decision: seal({}) };
  const given = {
    ...TRUST,
    atMs: NOON_MS + 30 * DAY_MS,
    challenge: toHex(restored.challenge),
    sessionKey: toHex(restored.sessionKey),
    gameId: 'demo-game',
    publisherId: 'lumen-works',
  };
  const row = (name: string, why: string, expect: string, change: Partial<Restored>, seed = playerSeed): Row => ({
    name: `restored-${name}`,
    why,
    door: 'checkRestored',
    expect,
    given,
    bytes: sealEnvelope('restored', encodeRestored({ ...restored, ...change }), nativeSigner(seed), []),
  });
  const cheap = makeOffer(makePublisher(tree, { id: 'cheap-works' }));
  const cheapDecision = seal({ offerHash: cheap.quote.offerHash });
  const forged = makeOffer({ ...publisher, signer: nativeSigner(playerSeed) });
  return [
    row('valid', 'an entitlement, again', 'accepted', {}),
    row('stale-challenge', 'the answer to an older challenge', 'DECISION_MISMATCH', { challenge: seedOf('older') }),
    row('other-session', 'made for another session', 'DECISION_MISMATCH', { sessionKey: seedOf('other') }),
    row('other-decision-id', 'names another decision', 'DECISION_MISMATCH', { decisionId: new Uint8Array(16) }),
    row('of-a-refusal', 'restores what was refused', 'DECISION_MISMATCH', {
      decision: seal({ outcome: 'refused', code: 'INSUFFICIENT', settlement: 'none' }),
    }),
    row('by-a-friend', "signed by another than the decision's player key", 'BAD_SIGNATURE', {}, seedOf('friend')),
    row('of-another-publisher', 'bought from another publisher under the same game id', 'DECISION_MISMATCH', {
      offer: cheap.offerBytes,
      decision: cheapDecision,
    }),
    row('forged-quote', "a quote under the publisher's chain that the publisher did not sign", 'BAD_SIGNATURE', {
      offer: forged.offerBytes,
    }),
  ];
}

// ---------------------------------------------------------------- money and link

function moneyRows(): Row[] {
  const row = (name: string, text: string, currency: string, expect: string): Row => ({
    name,
    why: `${JSON.stringify(text)} ${currency}`,
    door: 'parseMoney',
    expect,
    bytes: toHex(Buffer.from(text)),
    given: { currency },
  });
  return [
    row('valid-euro', '0.20', 'EUR', 'accepted'),
    row('valid-yen', '500', 'JPY', 'accepted'),
    row('valid-dinar', '1.234', 'KWD', 'accepted'),
    row('valid-highest', '90071992547409.91', 'EUR', 'accepted'),
    row('one-cent-too-high', '90071992547409.92', 'EUR', 'OFFER_PRICE'),
    row('negative', '-1', 'EUR', 'OFFER_PRICE'),
    row('negative-zero', '-0', 'EUR', 'OFFER_PRICE'),
    row('half-a-yen', '0.5', 'JPY', 'OFFER_PRICE'),
    row('tenth-of-a-cent', '0.001', 'EUR', 'OFFER_PRICE'),
    row('decimal-comma', '0,20', 'EUR', 'OFFER_PRICE'),
    row('grouped', '1,000.00', 'EUR', 'OFFER_PRICE'),
    row('exponent', '1e3', 'EUR', 'OFFER_PRICE'),
    row('not-a-number', 'NaN', 'EUR', 'OFFER_PRICE'),
    row('infinity', 'Infinity', 'EUR', 'OFFER_PRICE'),
    row('leading-zero', '01', 'EUR', 'OFFER_PRICE'),
    row('arabic-digits', '١', 'EUR', 'OFFER_PRICE'),
    row('no-amount', '', 'EUR', 'OFFER_PRICE'),
    row('currency-none', '1', 'XXX', 'OFFER_CURRENCY'),
    row('currency-test', '1', 'XTS', 'OFFER_CURRENCY'),
    row('currency-gold', '1', 'XAU', 'OFFER_CURRENCY'),
    row('currency-fund', '1', 'CLF', 'OFFER_CURRENCY'),
    row('currency-retired', '1', 'HRK', 'OFFER_CURRENCY'),
    row('currency-lower-case', '1', 'usd', 'OFFER_CURRENCY'),
    row('currency-cyrillic', '1', 'UЅD', 'OFFER_CURRENCY'),
  ];
}

function linkRows(): Row[] {
  const row = (name: string, why: string, expect: string, bytes: Uint8Array): Row => ({
    name,
    why,
    door: 'frame',
    expect,
    bytes,
  });
  const kinds = Object.keys(FRAMES) as FrameKind[];
  return [
    ...kinds.map((kind) => row(`valid-${kind}`, 'an honest one', 'accepted', encodeFrame(kind, FRAMES[kind] as never))),
    row('kind-0', 'a kind that is not in the list', 'BAD_ENCODING', packWire([0, [1]])),
    row('kind-18', 'a kind that is not in the list', 'BAD_ENCODING', packWire([18, [1]])),
    row('kind-as-text', 'a kind by its name', 'BAD_ENCODING', packWire(['cancel', [1]])),
    row('no-fields', 'a kind alone', 'BAD_ENCODING', packWire([17])),
    row('third-part', 'something after the fields', 'BAD_ENCODING', packWire([17, [1], 0])),
    row('extra-field', 'one field more than there are', 'BAD_ENCODING', packWire([17, [1, 0]])),
    row('missing-field', 'a field is missing', 'BAD_ENCODING', packWire([17, []])),
    row('seq-above-32-bits', 'a sequence number as int64', 'BAD_ENCODING', packWire([17, [1n << 32n]])),
    row(
      'answer-unknown',
      'an answer that is neither accept nor decline',
      'BAD_ENCODING',
      packWire([7, [1, 3, seedOf('shown')]]),
    ),
    row('refusal-code-0', 'a refusal that approves', 'BAD_ENCODING', packWire([10, [1, 0, 1, '']])),
    row('two-frames', 'two frames in one message', 'BAD_ENCODING', join(packWire([17, [1]]), packWire([17, [2]]))),
  ];
}

/** Every vector, by the path of its file under `vectors/`. */
export function generateVectors(): ReadonlyMap<string, Vector> {
  const areas = {
    encoding: encodingRows(),
    messages: messageRows(),
    envelopes: envelopeRows(),
    offers: offerRows(),
    decisions: decisionRows(),
    revocation: revocationRows(),
    money: moneyRows(),
    link: linkRows(),
  };
  const files = new Map<string, Vector>();
  for (const [area, rows] of Object.entries(areas)) {
    for (const row of rows) {
      const path = `${area}/${row.name}.json`;
      if (files.has(path)) throw new Error(`${path}: twice`);
      files.set(path, vectorOf(row));
    }
  }
  return files;
}

/** The folders that this script owns. */
export const AREAS = [
  'encoding',
  'messages',
  'envelopes',
  'offers',
  'decisions',
  'revocation',
  'money',
  'link',
] as const;
export const vectorText = (vector: Vector): string => `${JSON.stringify(vector, null, 2)}\n`;

const here = fileURLToPath(new URL('.', import.meta.url));

/** Paths of the vector files on disk. */
export function vectorFiles(): readonly string[] {
  return AREAS.flatMap((area) => readdirSync(joinPath(here, area)).map((name) => `${area}/${name}`)).sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const area of AREAS) {
    rmSync(joinPath(here, area), { recursive: true, force: true });
    mkdirSync(joinPath(here, area));
  }
  for (const [path, vector] of generateVectors()) writeFileSync(joinPath(here, path), vectorText(vector));
}
