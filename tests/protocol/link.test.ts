/** Frames of the link: one encoding each, refused by the reader when bent, and proofs that cannot be reflected. */
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODES, LIMITS, equalBytes, packWire, unpackWire, type CodeName, type Wire } from '@coinslot/protocol';
import {
  decodeFrame,
  encodeFrame,
  isNativeOrigin,
  linkDoorKey,
  linkProof,
  NATIVE_ORIGIN,
  readLinkCode,
  type Frame,
  type FrameKind,
} from '@coinslot/protocol/link';
import { seedOf } from '../lib/parties.ts';
import { FRAMES } from './frames.ts';
import { join, refusalOf, toHex, withOneBitFlipped } from './refusals.ts';

const KINDS = Object.keys(FRAMES) as FrameKind[];
const bytesOf = (kind: FrameKind): Uint8Array => encodeFrame(kind, FRAMES[kind] as never);
const read = (bytes: Uint8Array): string => refusalOf(() => decodeFrame(bytes));

describe.each(KINDS)('%s', (kind) => {
  const bytes = bytesOf(kind);
  const [number, fields] = unpackWire(bytes) as [number, Wire[]];

  it('comes back as it was, frozen', () => {
    expect(decodeFrame(bytes)).toEqual({ kind, ...FRAMES[kind] });
    expect(Object.isFrozen(decodeFrame(bytes))).toBe(true);
  });

  it('is refused when cut at any byte, or with anything after it', () => {
    for (let length = 0; length < bytes.length; length++) expect(read(bytes.subarray(0, length))).toBe('BAD_ENCODING');
    expect(read(join(bytes, Uint8Array.of(0)))).toBe('BAD_ENCODING');
    expect(read(join(bytes, bytes))).toBe('BAD_ENCODING');
  });

  it('never means the same with a bit flipped', () => {
    const wrong = [...withOneBitFlipped(bytes)].filter((flipped) => {
      let frame: Frame | undefined;
      const refusal = refusalOf(() => (frame = decodeFrame(flipped)));
      return frame === undefined
        ? refusal !== 'BAD_ENCODING'
        : !equalBytes(encodeFrame(frame.kind, frame as never), flipped);
    });
    expect(wrong).toEqual([]);
  });

  it('is refused with a field more, a field less, or another kind of field', () => {
    expect(read(packWire([number, [...fields, 0]]))).toBe('BAD_ENCODING');
    expect(read(packWire([number, fields.slice(1)]))).toBe('BAD_ENCODING');
    expect(read(packWire([number, fields, 0]))).toBe('BAD_ENCODING');
    fields.forEach((_, i) => expect(read(packWire([number, fields.with(i, [[]])]))).toBe('BAD_ENCODING'));
  });
});

describe('decodeFrame', () => {
  it('refuses every number that names no kind', () => {
    for (const number of [0, 98, 99, 0xffff_ffff]) expect(read(packWire([number, [1]]))).toBe('BAD_ENCODING');
    for (const wire of [[1n, [1]], ['hello', [1]], [1], [], 1, '', [[1], [1]]] as Wire[])
      expect(read(packWire(wire))).toBe('BAD_ENCODING');
  });

  it('refuses a frame above 64 KiB, in both directions (T4)', () => {
    expect(read(new Uint8Array(LIMITS.messageBytesMax + 1))).toBe('TOO_LARGE');
    expect(refusalOf(() => encodeFrame('offer', { seq: 1, offer: new Uint8Array(65_530) }))).toBe('TOO_LARGE');
  });

  it('refuses 33 Restored in one frame', () => {
    const restored = Array<Uint8Array>(33).fill(Uint8Array.of(1));
    expect(refusalOf(() => encodeFrame('restored', { seq: 1, restored, more: 1 }))).toBe('BAD_ENCODING');
  });

  it('writes no code that is none', () => {
    for (const code of ['toString', 'APPROVED', ''] as unknown as CodeName[])
      expect(
        refusalOf(() => encodeFrame('refusal', { seq: 1, code, charged: 'no', text: '', declined: undefined })),
      ).toBe('BAD_ENCODING');
    for (const code of Object.keys(CODES) as CodeName[])
      expect(
        decodeFrame(encodeFrame('refusal', { seq: 1, code, charged: 'no', text: '', declined: undefined })),
      ).toMatchObject({ code });
  });

  it('never throws anything but a refusal (T15)', () => {
    const bent: Arbitrary<Uint8Array> = fc
      .tuple(fc.constantFrom(...KINDS), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }))
      .map(([kind, edits]) => {
        const bytes = bytesOf(kind);
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        return bytes;
      });
    const property = fc.property(fc.oneof(bent, fc.uint8Array({ maxLength: 60 })), (bytes) => {
      expect(['accepted', 'BAD_ENCODING']).toContain(read(bytes));
    });
    fc.assert(property, { numRuns: 5_000, seed: 1 });
  });
});

describe('linkProof', () => {
  const proof = (
    change: Partial<Record<'secret' | 'game' | 'wallet', Uint8Array>> & { side?: 'game' | 'wallet'; origin?: string },
  ): string =>
    toHex(
      linkProof(
        change.secret ?? seedOf('secret'),
        change.side ?? 'game',
        change.game ?? seedOf('game'),
        change.wallet ?? seedOf('wallet'),
        change.origin ?? 'http://127.0.0.1:8375',
      ),
    );

  it('depends on secret, side, both challenges and origin', () => {
    const other = seedOf('other');
    const all = [
      {},
      { secret: other },
      { side: 'wallet' as const },
      { game: other },
      { wallet: other },
      { origin: 'http://127.0.0.1:8376' },
      { game: seedOf('wallet'), wallet: seedOf('game') },
    ];
    expect(new Set(all.map(proof)).size).toBe(all.length);
    expect(proof({})).toBe(proof({}));
  });

  it('refuses challenges that are not 32 bytes: their lengths are what keeps the parts apart', () => {
    expect(() => proof({ game: new Uint8Array(31) })).toThrow(TypeError);
    expect(() => proof({ wallet: new Uint8Array(33) })).toThrow(TypeError);
  });
});

describe('a game that is no web page', () => {
  it.each([
    ['ABCD-EFGH', 'ABCDEFGH'],
    [' abcd efgh ', 'ABCDEFGH'],
    ['o0Il-1234', '00111234'],
    ['ABCD-EFG', undefined],
    ['ABCD-EFGHJ', undefined],
    ['ABCD-EFGU', undefined],
    ['ABCD-EFG\u0130', undefined],
    ['', undefined],
  ])('a code typed as %j is %s', (typed, code) => {
    expect(readLinkCode(typed)).toBe(code);
  });

  it('has no origin, or one that says nothing', () => {
    for (const origin of [undefined, '', 'null', 'file://']) expect(isNativeOrigin(origin)).toBe(true);
    for (const origin of ['file:///', 'NULL', 'https://null', NATIVE_ORIGIN, 'https://a.example'])
      expect(isNativeOrigin(origin)).toBe(false);
  });

  it('shows a door key that is of its secret and is none of its proofs', () => {
    const key = toHex(linkDoorKey(seedOf('secret')));
    expect(key).not.toBe(toHex(linkDoorKey(seedOf('other'))));
    expect(() => linkDoorKey(new Uint8Array(31))).toThrow();
  });
});
