/** Where reference rates come from: a file, or an address that is asked with everything about it bounded. */
import { ProtocolError } from '@coinslot/protocol';
import { open } from 'node:fs/promises';
import { ECB_BYTES_MAX } from './ecb.ts';

/** The whole asking: name, connection, redirects, body. */
const ASK_MS = 20_000;
const REDIRECTS_MAX = 3;

/** Fetches or reads; the clock of the time-out is the machine's own, and does not jump with the wall clock. */
export type ReadRates = (signal?: AbortSignal) => Promise<Uint8Array>;

export interface RateSourceOptions {
  /** For the whole asking; 20 s. */
  readonly askMs?: number;
}

/**
 * A file's path, or an address. Throws BAD_ENCODING for an address that is neither `https:` nor on this machine: rates that
 * anybody on the way can change are none.
 */
export function rateSource(place: string, { askMs = ASK_MS }: RateSourceOptions = {}): ReadRates {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(place)) return () => readFile(place);
  const url = requireAddress(place);
  return async (signal) => {
    const bound = AbortSignal.timeout(askMs);
    try {
      return await ask(url, signal === undefined ? bound : AbortSignal.any([signal, bound]));
    } catch (cause) {
      if (cause instanceof ProtocolError) throw cause;
      throw new ProtocolError('RATE_STALE', `${url.host}: no answer (${String(cause)})`, { cause });
    }
  };
}

async function readFile(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(ECB_BYTES_MAX + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return Uint8Array.from(buffer.subarray(0, bytesRead)); // one byte too many is enough to be refused
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new ProtocolError('RATE_STALE', `${path}: cannot be read`, { cause });
  }
}

function requireAddress(place: string): URL {
  const url = URL.canParse(place) ? new URL(place) : undefined;
  const isHere = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !isHere))
    throw new ProtocolError('BAD_ENCODING', `${place}: expected a file or an https address`);
  if (url.username !== '' || url.password !== '')
    throw new ProtocolError('BAD_ENCODING', `${url.host}: an address with a password in it`);
  return url;
}

/** Redirects are followed by hand: within the same origin, and a few at most. */
async function ask(start: URL, signal: AbortSignal): Promise<Uint8Array> {
  let url = start;
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    const answer = await fetch(url, { redirect: 'manual', signal, headers: { accept: 'application/xml, text/xml' } });
    if (answer.status === 200) return readBody(answer);
    await answer.body?.cancel();
    const location = answer.headers.get('location');
    const isRedirect = answer.status >= 300 && answer.status < 400 && location !== null;
    if (!isRedirect) throw new ProtocolError('RATE_STALE', `${url.host}: answered ${answer.status}`);
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next?.origin !== start.origin)
      throw new ProtocolError('RATE_STALE', `${url.host}: sends on to another host, which is not asked`);
    url = next;
  }
  throw new ProtocolError('RATE_STALE', `${start.host}: more than ${REDIRECTS_MAX} redirects`);
}

async function readBody(answer: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = answer.body?.getReader();
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    length += read.value.length;
    if (length > ECB_BYTES_MAX) {
      await reader?.cancel();
      throw new ProtocolError('TOO_LARGE', `reference rates: more than ${ECB_BYTES_MAX} bytes`);
    }
    parts.push(read.value);
  }
  return Uint8Array.from(Buffer.concat(parts));
}
