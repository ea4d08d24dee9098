/**
 * The revocation lists that the wallet holds: kept in the profile, never replaced by an older one, believed only under an
 * authority that it has verified, and handed on to games.
 */
import { join } from 'node:path';
import {
  acceptRevocationLists,
  decodeCrls,
  encodeCrls,
  equalBytes,
  LIMITS,
  ProtocolError,
  type Verify,
} from '@coinslot/protocol';
import type { Log } from '../ports.ts';
import { readPrivate, replaceDurably } from '../profile/files.ts';

const AUTHORITIES_MAX = 64;

export interface RevocationsOptions {
  folder: string;
  roots: readonly Uint8Array[];
  verify: Verify;
  log: Log;
}

export class Revocations {
  readonly #options: RevocationsOptions;
  readonly #listeners = new Set<() => void>();
  #authorities: readonly Uint8Array[];
  #held: readonly Uint8Array[] = [];
  /** What was offered last: an authority may become known only afterwards. */
  #offered: readonly Uint8Array[] = [];

  constructor(options: RevocationsOptions) {
    this.#options = options;
    this.#authorities = options.roots;
    this.#held = this.#readKept();
  }

  /** DER, one for each issuer. */
  get lists(): readonly Uint8Array[] {
    return this.#held;
  }

  /** Calls `listener` when there are newer lists; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Authorities that were just verified: lists signed by them count from now on. */
  learn(authorities: readonly Uint8Array[]): void {
    const fresh = authorities.filter((der) => !this.#authorities.some((known) => equalBytes(known, der)));
    if (fresh.length === 0) return;
    this.#authorities = [...this.#authorities, ...fresh].slice(-AUTHORITIES_MAX);
    this.offer(this.#offered);
  }

  /** Keeps of these what is newer and signed by an authority that is known. */
  offer(offered: readonly Uint8Array[]): void {
    this.#offered = offered.slice(0, LIMITS.crlsMax);
    const { verify } = this.#options;
    const before = this.#held;
    const kept = acceptRevocationLists({ held: before, offered, authorities: this.#authorities, verify });
    const isSame = kept.length === before.length && kept.every((der, i) => equalBytes(der, before[i] ?? der));
    if (isSame) return;
    this.#held = kept;
    replaceDurably(this.#path, encodeCrls(kept));
    for (const listener of this.#listeners) listener();
  }

  /** They were verified when they came. */
  #readKept(): readonly Uint8Array[] {
    const kept = readPrivate(this.#path);
    try {
      return kept === undefined ? [] : decodeCrls(kept);
    } catch (fault) {
      if (!(fault instanceof ProtocolError)) throw fault;
      this.#options.log.warn({ fault: String(fault) }, 'revocation lists: the kept ones cannot be read');
      return [];
    }
  }

  get #path(): string {
    return join(this.#options.folder, 'crls.coinslot');
  }
}
