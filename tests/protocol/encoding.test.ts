/** Canonical MessagePack (threats T7 to T13): what the reader takes is what the writer makes, and msgpackr agrees it is MessagePack. */
import fc, { type Arbitrary } from 'fast-check';
import { Packr, Unpackr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { LIMITS, packWire, unpackWire, type Wire } from '@coinslot/protocol';
import { fromHex, refusalOf, toHex } from './refusals.ts';
import { REFUSED } from './vectors/encoding-defects.ts';

const packr = new Packr({ useRecords: false, moreTypes: false });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'bigint' });
const read = (hex: string): string => refusalOf(() => unpackWire(fromHex(hex)));

describe('reading', () => {
  it.each(REFUSED)('refuses %s', (_, hex) => {
    expect(read(hex)).toBe('BAD_ENCODING');
    expect(read(`91${hex}`)).toBe('BAD_ENCODING');
  });

  it.each(['dcffff00', '92', '91dc0010'])('refuses the count of %s before it reads the first item', (hex) => {
    expect(() => unpackWire(fromHex(hex))).toThrow('array longer than the bytes that are left');
  });

  it('refuses every type byte that is not of the protocol, whatever follows', () => {
    const ours = (byte: number): boolean =>
      byte <= 0x7f ||
      (byte >= 0x90 && byte <= 0xbf) ||
      [0xc4, 0xc5, 0xcc, 0xcd, 0xce, 0xd3, 0xd9, 0xda, 0xdc].includes(byte);
    for (let byte = 0; byte < 256; byte++) {
      if (!ours(byte)) expect(read(byte.toString(16).padStart(2, '0') + '00'.repeat(64))).toBe('BAD_ENCODING');
    }
  });

  it.each([
    ['10,000 arrays of one', '91'.repeat(10_000)],
    ['10,000 arrays of one and a value', `${'91'.repeat(10_000)}00`],
    ['10,000 maps of one', '81'.repeat(10_000)],
    ['one array too deep', `${'91'.repeat(LIMITS.depthMax + 1)}00`],
  ])('refuses %s by depth (T7)', (_, hex) => {
    expect(read(hex)).toBe('BAD_ENCODING');
  });

  it('takes the deepest nesting there may be', () => {
    expect(read(`${'91'.repeat(LIMITS.depthMax)}00`)).toBe('accepted');
  });

  it('answers to a million nestings, and to declared gigabytes, at once (T7, T8)', () => {
    const deep = new Uint8Array(1_000_000).fill(0x91);
    const started = performance.now();
    const heap = process.memoryUsage().arrayBuffers;
    expect(refusalOf(() => unpackWire(deep))).toBe('TOO_LARGE');
    expect(refusalOf(() => unpackWire(deep, Infinity))).toBe('BAD_ENCODING');
    for (const type of ['dd', 'df', 'db', 'c6', 'c9']) expect(read(`${type}ffffffff`)).toBe('BAD_ENCODING');
    expect(performance.now() - started).toBeLessThan(250);
    expect(process.memoryUsage().arrayBuffers - heap).toBeLessThan(10_000_000);
  });

  it('counts values over all arrays', () => {
    const rows = (count: number): Uint8Array => packWire(Array<Wire>(count).fill(Array<Wire>(256).fill(0)));
    expect(refusalOf(() => unpackWire(rows(254), Infinity))).toBe('accepted');
    expect(refusalOf(() => unpackWire(rows(255), Infinity))).toBe('accepted');
    expect(refusalOf(() => unpackWire(rows(256), Infinity))).toBe('BAD_ENCODING');
  });

  it('is TOO_LARGE above 64 KiB, before anything is read', () => {
    expect(refusalOf(() => unpackWire(new Uint8Array(LIMITS.messageBytesMax + 1).fill(0xc1)))).toBe('TOO_LARGE');
    expect(refusalOf(() => unpackWire(new Uint8Array(LIMITS.messageBytesMax).fill(0xc1)))).toBe('BAD_ENCODING');
  });

  it("is a programmer's mistake for what is not bytes", () => {
    for (const input of [undefined, null, '00', [0], new ArrayBuffer(1), new DataView(new ArrayBuffer(1))])
      expect(() => unpackWire(input as unknown as Uint8Array)).toThrow(TypeError);
  });

  it('never throws anything but a refusal, and takes nothing that has a second form', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      let value: Wire | undefined;
      const refusal = refusalOf(() => (value = unpackWire(bytes)));
      if (value === undefined) expect(refusal).toBe('BAD_ENCODING');
      else expect(toHex(packWire(value))).toBe(toHex(bytes));
    });
    fc.assert(property, { numRuns: 20_000, seed: 1 });
  });
});

const wireOf: Arbitrary<Wire> = fc.letrec<{ value: Wire; list: readonly Wire[] }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.constantFrom(0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000),
      fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }),
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      fc.constantFrom(31, 32, 255, 256).map((length) => 'x'.repeat(length)),
      fc.uint8Array({ maxLength: 300 }),
    ),
    tie('list'),
  ),
  list: fc.array(tie('value'), { maxLength: 18 }),
})).value;

describe('writing', () => {
  it('makes the bytes that msgpackr makes, which msgpackr reads as the same value', () => {
    const property = fc.property(wireOf, (value) => {
      const bytes = packWire(value);
      expect(toHex(bytes)).toBe(toHex(packr.pack(value)));
      expect(toHex(packr.pack(unpackr.unpack(bytes)))).toBe(toHex(bytes));
      if (nesting(value) <= LIMITS.depthMax) expect(unpackWire(bytes)).toEqual(value);
    });
    fc.assert(property, { numRuns: 2_000, seed: 1 });
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['-1', -1],
    ['-0', -0],
    ['0.5', 0.5],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['2^32', 2 ** 32],
    ['-1n', -1n],
    ['2n^63', 1n << 63n],
    ['an object', {}],
    ['a Map', new Map()],
    ['a Set', new Set([1])],
    ['a Date', new Date(0)],
    ['an Error', new Error('x')],
    ['a RegExp', /x/],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['a Float64Array', new Float64Array(1)],
    ['a lone surrogate', '\ud800'],
    ['a hole in an array', Array(1)],
  ])('has no form for %s', (_, value) => {
    expect(refusalOf(() => packWire(value as Wire))).toBe('BAD_ENCODING');
    expect(refusalOf(() => packWire([value as Wire]))).toBe('BAD_ENCODING');
  });

  it('is TOO_LARGE above the longest form', () => {
    for (const value of ['x'.repeat(65_536), new Uint8Array(65_536), Array<Wire>(65_536).fill(0)])
      expect(refusalOf(() => packWire(value))).toBe('TOO_LARGE');
  });

  it('hands out memory of its own', () => {
    const first = packWire(['a', 1n]);
    const kept = toHex(first);
    packWire(['b', 2n]);
    expect(toHex(first)).toBe(kept);
  });
});

function nesting(value: Wire): number {
  return Array.isArray(value) ? 1 + Math.max(0, ...value.map(nesting)) : 0;
}
