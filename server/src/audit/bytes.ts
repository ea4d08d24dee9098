/** Bytes as stores hand them out, and as people read them. */

export const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

/** A plain copy: stores hand out windows of their own buffers. */
export const plain = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

/** For findings: enough to tell two values apart, and short. */
export const brief = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? 'none' : `${hex(bytes.subarray(0, 16))}${bytes.length > 16 ? '...' : ''}`;
