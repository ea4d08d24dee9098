/**
 * Reads and verifies the quotes inside requests, and remembers the good ones: a game's players all send the same few.
 *
 * What is remembered is that the signatures hold. Time, limits and price are looked at again at every use, and after 15
 * minutes the signatures too (K16). Bad quotes are not remembered: they would push out good ones.
 */
import { hash } from 'node:crypto';
import {
  checkQuote,
  decodeQuote,
  ProtocolError,
  readCertificate,
  readEnvelope,
  requireQuote,
  type CodeName,
  type Quote,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { StoreReader } from '../store/port.ts';
import type { ReadQuote } from './types.ts';

export interface QuoteDeskOptions {
  readonly roots: readonly Uint8Array[];
  readonly store: Pick<StoreReader, 'findChain'>;
  /** Held against publishers' chains, DER. */
  readonly revocationLists?: readonly Uint8Array[];
  readonly entriesMax: number;
  readonly ageMsMax: number;
}

interface Known {
  readonly read: ReadQuote & { readonly fault: undefined };
  readonly verifiedAtMs: number;
  /** When every certificate of the chain is valid. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const HASH_BYTES = 32;

export class QuoteDesk {
  readonly #options: QuoteDeskOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: QuoteDeskOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Throws BAD_ENCODING when there is no quote to speak of; any other fault is in the result, to be signed as a refusal. */
  async read(quoteEnvelope: Uint8Array, nowMs: number): Promise<ReadQuote> {
    const name = hash('sha256', quoteEnvelope, 'base64');
    const known = this.#fresh(name, nowMs);
    if (known !== undefined)
      return { ...known.read, fault: faultOf(() => requireQuote(known.read.quote, publisherOf(known), nowMs)) };
    return this.#verify(name, quoteEnvelope, nowMs);
  }

  #fresh(name: string, nowMs: number): Known | undefined {
    const known = this.#known.get(name);
    if (known === undefined) return undefined;
    const ageMs = nowMs - known.verifiedAtMs;
    this.#known.delete(name);
    if (ageMs < 0 || ageMs > this.#options.ageMsMax) return undefined;
    if (nowMs < known.notBeforeMs || nowMs > known.notAfterMs) return undefined;
    this.#known.set(name, known); // re-inserted: the youngest
    return known;
  }

  async #verify(name: string, quoteEnvelope: Uint8Array, nowMs: number): Promise<ReadQuote> {
    const { body, signature, chain: sent } = readEnvelope(quoteEnvelope);
    const quote: Quote = decodeQuote(body);
    const chain = await this.#resolve(sent);
    const { roots, revocationLists: crls = [] } = this.#options;
    const options = { roots, crls, atMs: nowMs, verify: nativeVerifySignature, chainByHash: () => chain };
    try {
      const { publisher } = checkQuote(quoteEnvelope, options);
      const read = { quote, signature, publisher, fault: undefined };
      this.#remember(name, { read, verifiedAtMs: nowMs, ...windowOf([...(chain ?? sent), ...roots]) });
      return read;
    } catch (error) {
      return { quote, signature, publisher: undefined, fault: codeOf(error) };
    }
  }

  /** A chain sent by its hash is one that a publisher enrolled with. */
  async #resolve(sent: readonly Uint8Array[]): Promise<readonly Uint8Array[] | undefined> {
    const [only] = sent;
    return sent.length === 1 && only?.length === HASH_BYTES ? this.#options.store.findChain(only) : undefined;
  }

  #remember(name: string, known: Known): void {
    this.#known.set(name, known);
    if (this.#known.size <= this.#options.entriesMax) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

const publisherOf = ({ read }: Known) => read.publisher as NonNullable<ReadQuote['publisher']>;

/**
 * When all of these are valid. Every pinned root is counted in, also those of other chains: one that expires only sends
 * quotes back to the full verification, which knows which root is theirs.
 */
function windowOf(certificates: readonly Uint8Array[]): Pick<Known, 'notBeforeMs' | 'notAfterMs'> {
  const read = certificates.map(readCertificate);
  return {
    notBeforeMs: Math.max(...read.map((one) => one.notBeforeMs)),
    notAfterMs: Math.min(...read.map((one) => one.notAfterMs)),
  };
}

function faultOf(check: () => void): CodeName | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

/** The code of a refusal; anything else is a mistake of ours and goes on up. */
function codeOf(error: unknown): CodeName {
  if (error instanceof ProtocolError) return error.code;
  throw error;
}
