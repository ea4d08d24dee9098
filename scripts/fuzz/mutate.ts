/** Bytes turned into bytes that were never meant, the same for the same seed. */

/** Whole numbers from 0 to below `bound`. */
export type Draw = (bound: number) => number;

/** Mulberry32: small, repeatable, and good for nothing that must not be guessed. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * bound);
  };
}

export const pick = <T>(draw: Draw, from: readonly T[]): T => from[draw(from.length)] as T;

/** First bytes of MessagePack values, lengths of gigabytes, and what never was one: where decoders go wrong. */
const TROUBLE = [0x7f, 0x80, 0x90, 0xc0, 0xc1, 0xc6, 0xca, 0xcb, 0xcf, 0xd3, 0xd9, 0xdb, 0xdc, 0xdd, 0xdf, 0xff];

type Change = (bytes: Uint8Array, draw: Draw) => Uint8Array;

const splice = (bytes: Uint8Array, at: number, removed: number, put: Uint8Array): Uint8Array =>
  Uint8Array.from([...bytes.subarray(0, at), ...put, ...bytes.subarray(at + removed)]);

const CHANGES: readonly Change[] = [
  (bytes, draw) => {
    const turned = Uint8Array.from(bytes);
    const at = draw(bytes.length);
    turned[at] = (turned[at] ?? 0) ^ (1 << draw(8));
    return turned;
  },
  (bytes, draw) => splice(bytes, draw(bytes.length), 1, Uint8Array.of(draw(256))),
  (bytes, draw) => splice(bytes, draw(bytes.length), 1, Uint8Array.of(pick(draw, TROUBLE))),
  (bytes, draw) => splice(bytes, draw(bytes.length), 0, Uint8Array.of(pick(draw, TROUBLE))),
  (bytes, draw) => splice(bytes, draw(bytes.length), 1 + draw(8), new Uint8Array(0)),
  (bytes, draw) => bytes.slice(0, draw(bytes.length)),
  (bytes, draw) => {
    const at = draw(bytes.length);
    return splice(bytes, at, 0, bytes.subarray(at, at + 1 + draw(64)));
  },
  (bytes, draw) =>
    splice(
      bytes,
      bytes.length,
      0,
      Uint8Array.from({ length: 1 + draw(4) }, () => draw(256)),
    ),
  // A declared length of 4 GiB in the place of a small one.
  (bytes, draw) =>
    splice(bytes, draw(bytes.length), 1, Uint8Array.of(pick(draw, [0xc6, 0xdb, 0xdd]), 255, 255, 255, 255)),
];

/** One to four changes; never the bytes that went in, and never none at all. */
export function mutate(bytes: Uint8Array, draw: Draw): Uint8Array {
  let mutated = bytes;
  const changes = 1 + draw(4);
  for (let i = 0; i < changes && mutated.length > 0; i++) mutated = pick(draw, CHANGES)(mutated, draw);
  const isAsBefore = mutated.length === 0 || Buffer.compare(mutated, bytes) === 0;
  return isAsBefore ? Uint8Array.of(pick(draw, TROUBLE), ...bytes.subarray(1)) : mutated;
}
