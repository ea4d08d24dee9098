/** Bytes as lower-case hex: for keys of maps, ids on the page, and logs. */
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The bytes behind lower-case hex of exactly `length` bytes, or `undefined`. */
export function fromHex(text: unknown, length: number): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length !== length * 2 || !/^[0-9a-f]*$/.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text, 'hex'));
}
