/** Every message: one encoding per value, nothing cut, added or bent is taken (threats T1, T11, T12, T14, K13). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODES, equalBytes, LIMITS, MESSAGE_TYPES, packWire, unpackWire, type Wire } from '@coinslot/protocol';
import { join, refusalOf, withOneBitFlipped } from './refusals.ts';
import { SAMPLES, sampleOf, type SampleValue } from './samples.ts';

const REFUSALS = ['BAD_ENCODING', 'TOO_LARGE', 'OFFER_CURRENCY'];

function isFrozenThrough(value: unknown): boolean {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozenThrough);
}

describe.each(SAMPLES)('$name', ({ value, bytes, encode, decode, arbitrary }) => {
  const fields = unpackWire(bytes, Infinity) as Wire[];

  it('comes back as it was, frozen', () => {
    expect(decode(bytes)).toEqual(value);
    expect(isFrozenThrough(decode(bytes))).toBe(true);
  });

  it('round-trips whatever a shape allows, in one encoding', () => {
    const property = fc.property(arbitrary, (any) => {
      const encoded = encode(any);
      const decoded = decode(encoded);
      expect(decoded).toEqual(any);
      expect(encode(decoded)).toEqual(encoded);
    });
    fc.assert(property, { numRuns: 60, seed: 1 });
  });

  it('shares no memory with its input', () => {
    const input = Buffer.from(bytes);
    const decoded = decode(input);
    input.fill(0xff);
    expect(decoded).toEqual(value);
  });

  it('is refused when cut at any byte', () => {
    const cuts = Array.from(bytes, (_, length) => bytes.subarray(0, length));
    expect(cuts.filter((cut) => refusalOf(() => decode(cut)) !== 'BAD_ENCODING')).toEqual([]);
  });

  it('is refused with any byte, or itself, after it', () => {
    const longer = Array.from({ length: 256 }, (_, byte) => join(bytes, Uint8Array.of(byte)));
    const taken = [...longer, join(bytes, bytes)].filter((input) => refusalOf(() => decode(input)) !== 'BAD_ENCODING');
    expect(taken).toEqual([]);
  });

  it('never means the same with a bit flipped', () => {
    const wrong = [...withOneBitFlipped(bytes)].filter((flipped) => {
      let decoded: SampleValue | undefined;
      const refusal = refusalOf(() => (decoded = decode(flipped)));
      // What is still a message is another one, and its only encoding is the flipped bytes.
      return decoded === undefined ? !REFUSALS.includes(refusal) : !equalBytes(encode(decoded), flipped);
    });
    expect(wrong).toEqual([]);
  });

  it('is refused with any field missing, twice, or of another type', () => {
    const wrong: readonly Wire[] = [0x7fff_ffff, 1n << 62n, '\u0001', new Uint8Array(5_000), [[[]]]];
    fields.forEach((field, i) => {
      expect(refusalOf(() => decode(packWire(fields.toSpliced(i, 1))))).toBe('BAD_ENCODING');
      expect(refusalOf(() => decode(packWire(fields.toSpliced(i, 0, field))))).toBe('BAD_ENCODING');
      for (const other of wrong) {
        if (typeof other === typeof field && Array.isArray(other) === Array.isArray(field)) continue;
        expect(refusalOf(() => decode(packWire(fields.with(i, other))))).toBe('BAD_ENCODING');
      }
    });
    expect(refusalOf(() => decode(packWire([...fields, 0])))).toBe('BAD_ENCODING');
    for (const other of wrong) expect(refusalOf(() => decode(packWire(other)))).toBe('BAD_ENCODING');
  });

  it('is refused by its writer with nothing in the place of any field', () => {
    const taken = Object.keys(value).filter(
      (field) => refusalOf(() => encode({ ...value, [field]: null })) !== 'BAD_ENCODING',
    );
    expect(taken).toEqual([]);
    expect(refusalOf(() => encode(null as unknown as SampleValue))).toBe('BAD_ENCODING');
  });
});

const AMOUNTS: readonly [string, unknown][] = [
  ['-1', -1n],
  ['2^53', 1n << 53n],
  ['2^63', 1n << 63n],
  ['2^64-1', (1n << 64n) - 1n],
  ['a number', 20],
  ['0.5', 0.5],
  ['-0', -0],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['text', '20'],
];
const TIMES: readonly [string, unknown][] = [
  ['the first ms of the year 10000', LIMITS.timeMsMax + 1],
  ['-1', -1],
  ['0.5', 0.5],
  ['NaN', Number.NaN],
  ['a bigint', 1n],
];

describe('fields', () => {
  const quote = sampleOf('Quote');
  const terms = sampleOf('Terms');
  const request = sampleOf('PaymentRequest');
  const decision = sampleOf('PaymentDecision');
  const grant = terms.value['grant'] as object;
  const withGrant = (fields: object): SampleValue => ({ ...terms.value, grant: { ...grant, ...fields } });

  it.each(AMOUNTS)('no amount is %s (G12)', (_, amountMinor) => {
    expect(refusalOf(() => quote.encode({ ...quote.value, amountMinor }))).toBe('BAD_ENCODING');
    // Other numbers may still fit another field's form on the wire; here they stand where the amount is read.
    const wire = unpackWire(quote.bytes) as Wire[];
    expect(refusalOf(() => quote.decode(packWire(wire.with(3, amountMinor as Wire))))).toBe('BAD_ENCODING');
  });

  it.each(TIMES)('no time is %s (T13, G22)', (_, offerTimeMs) => {
    expect(refusalOf(() => request.encode({ ...request.value, offerTimeMs }))).toBe('BAD_ENCODING');
  });

  it.each(['usd', 'UЅD', 'EU', 'EURO', '', 'E R', 'ＥＵＲ'])('currency %j is OFFER_CURRENCY (G15)', (currency) => {
    expect(refusalOf(() => quote.encode({ ...quote.value, currency }))).toBe('OFFER_CURRENCY');
    const wire = unpackWire(quote.bytes) as Wire[];
    expect(refusalOf(() => quote.decode(packWire(wire.with(4, currency))))).toBe('OFFER_CURRENCY');
  });

  it.each([
    '',
    '.',
    '-a',
    'a b',
    'a/b',
    'a\n',
    'a\0',
    'é',
    'a'.repeat(65),
    '../x',
    'a\u202eb',
    '\u212A', // the Kelvin sign
  ])('no identifier is %j', (gameId) => {
    expect(refusalOf(() => quote.encode({ ...quote.value, gameId }))).toBe('BAD_ENCODING');
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'valueOf'])(
    '%s is no code, and as a word no choice (T9)',
    (word) => {
      expect(refusalOf(() => decision.encode({ ...decision.value, code: word }))).toBe('BAD_ENCODING');
      expect(refusalOf(() => decision.encode({ ...decision.value, outcome: word }))).toBe('BAD_ENCODING');
      expect(({} as { admin?: unknown }).admin).toBeUndefined();
    },
  );

  it.each([
    ['a lone high surrogate', '\ud83c'],
    ['a lone low surrogate', 'a\udf0d'],
    ['NUL', 'Level\u00003'],
    ['not NFC', 'Cafe\u0301'],
    ['201 bytes in 67 characters', '\u20ac'.repeat(67)],
  ])('no text is %s (T12)', (_, title) => {
    const texts = sampleOf('Texts');
    expect(refusalOf(() => texts.encode({ ...texts.value, title }))).toBe('BAD_ENCODING');
  });

  it("leaves a publisher's other characters to whoever shows them", () => {
    const texts = sampleOf('Texts');
    for (const title of ['a\nb', '\u001b[31m', '\u202eevil', '\ufeffa', '<script>', '%s%n', 'Z\u0351\u034f']) {
      expect(texts.decode(texts.encode({ ...texts.value, title }))['title']).toBe(title);
    }
  });

  it.each([
    ['a level counted', { quantity: 1 }],
    ['a level until a date', { untilMs: 1 }],
    ['no minutes', { kind: 'minutes' }],
    ['no uses', { kind: 'uses' }],
    ['a period of no days', { kind: 'period' }],
    ['until no date', { kind: 'until' }],
    ['until a date, counted', { kind: 'until', untilMs: 1, quantity: 1 }],
    ['minutes until a date', { kind: 'minutes', untilMs: 1, quantity: 1 }],
  ])('no grant is %s', (_, fields) => {
    expect(refusalOf(() => terms.encode(withGrant(fields)))).toBe('BAD_ENCODING');
  });

  it('takes every code, and 0 for approved, and no other number', () => {
    const wire = unpackWire(decision.bytes) as Wire[];
    const numbers = Object.values(CODES).map((entry) => entry.number);
    for (let number = 0; number < 1_000; number++) {
      const refusal = refusalOf(() => decision.decode(packWire(wire.with(2, number))));
      expect(refusal).toBe(number === 0 || numbers.includes(number) ? 'accepted' : 'BAD_ENCODING');
    }
  });

  it('refuses another version of message 1 (T14)', () => {
    const offer = sampleOf('Offer');
    for (const version of [0, 2, 255]) {
      expect(refusalOf(() => offer.encode({ ...offer.value, version }))).toBe('BAD_ENCODING');
      const wire = unpackWire(offer.bytes) as Wire[];
      expect(refusalOf(() => offer.decode(packWire(wire.with(0, version))))).toBe('BAD_ENCODING');
    }
  });

  it.each([
    'https://a.example/',
    'https://A.example',
    'https://user@a.example',
    'null',
    '',
    'a.example',
    'https://a.example:',
    'https://a.example:080',
    'https://a..example',
    'https://bücher.example',
    '//a.example',
    'https://a.example?',
    'https://*.example',
    'https://a.example#',
    'https:a.example',
  ])('no origin is %j (O5)', (origin) => {
    const header = sampleOf('PairingHeader');
    expect(refusalOf(() => header.encode({ ...header.value, origins: [origin] }))).toBe('BAD_ENCODING');
  });

  const twice: readonly [string, string, unknown][] = [
    ['Terms', 'texts', [...(terms.value['texts'] as unknown[]), ...(terms.value['texts'] as unknown[])]],
    ['Quote', 'territories', ['DE', 'FR', 'DE']],
    ['PairingHeader', 'origins', ['https://a.example', 'https://a.example']],
    [
      'RateTable',
      'rates',
      [
        { currency: 'USD', rateE8: 1n },
        { currency: 'USD', rateE8: 2n },
      ],
    ],
  ];
  it.each(twice)('%s.%s holds nothing twice', (name, field, items) => {
    const one = sampleOf(name);
    expect(refusalOf(() => one.encode({ ...one.value, [field]: items }))).toBe('BAD_ENCODING');
  });
});

it('every type of signed message has a sample', () => {
  expect(SAMPLES.flatMap(({ type }) => type ?? []).sort()).toEqual(Object.keys(MESSAGE_TYPES).sort());
});

it('a message above 64 KiB is TOO_LARGE, in both directions', () => {
  const request = sampleOf('PaymentRequest');
  const large = { ...request.value, quote: new Uint8Array(65_400) };
  expect(refusalOf(() => request.encode(large))).toBe('TOO_LARGE');
  expect(refusalOf(() => request.decode(new Uint8Array(65_537)))).toBe('TOO_LARGE');
});

it('terms and texts above 16 KiB are TOO_LARGE (G19)', () => {
  for (const name of ['Terms', 'Texts']) {
    expect(refusalOf(() => sampleOf(name).decode(new Uint8Array(16_385)))).toBe('TOO_LARGE');
    expect(refusalOf(() => sampleOf(name).decode(new Uint8Array(10_000_000)))).toBe('TOO_LARGE');
  }
});
