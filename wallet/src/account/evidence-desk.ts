/**
 * Notices that the payment server has forgotten decisions - its store was put back to an older backup - and brings them back:
 * what it had said last is asked for again each time, and is no longer there, or something else is in its place.
 *
 * The player's own record then holds what the server's does not: message 2, which the player signed, and message 3, which the
 * server signed. Without them a purchase would be lost to its publisher, and the same request could be decided a second time.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { packWire, ProtocolError, readEnvelope, unpackWire, type AccountStatement } from '@coinslot/protocol';
import type { Payment } from '../journal/payments.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { HttpDoor } from '../means/http-door.ts';
import type { Log } from '../ports.ts';
import { readPrivate, replaceDurably } from '../profile/files.ts';
import type { Profile } from '../profile/profile.ts';
import type { Account } from './account.ts';
import { refusalOf } from './account-door.ts';
import type { Rates } from './rates.ts';

export interface EvidenceDeskOptions {
  profile: Profile;
  account: Pick<Account, 'askList'>;
  rates: Pick<Rates, 'envelope'>;
  door: HttpDoor;
  log: Log;
}

/** The last decision that the server has handed over: its position, and the hash of what was signed. */
interface Anchor {
  readonly position: bigint;
  readonly hash: Uint8Array;
}

const EVIDENCE_PATH = '/v1/evidence';
/** Questions in one go; a page holds some twenty decisions, the last known among them. */
const PAGES_MAX = 16;
const PAGE_SHORT = 8;
/** Pairs in one message, as the server takes them. */
const PAIRS_MAX = 15;
/** The newest of the player's decisions are brought, not more: a backup is some days old at most. */
const BROUGHT_MAX = 512;

/** What can still be booked later, when the server has the money, the table, the publisher or the player again. */
const FOR_LATER: ReadonlySet<string> = new Set(['INSUFFICIENT', 'CEILING', 'RATE_STALE', 'OFFER_ORIGIN', 'BAD_KEY']);

const signedHash = (envelope: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash('sha256').update(readEnvelope(envelope).body).digest());

export class EvidenceDesk {
  readonly #options: EvidenceDeskOptions;
  #checking: Promise<void> | undefined;

  constructor(options: EvidenceDeskOptions) {
    this.#options = options;
  }

  /** Looks once for all who wait. Never throws: what fails now is found again at the next look. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  async #check(): Promise<void> {
    const { account, log } = this.#options;
    try {
      for (let page = 0; page < PAGES_MAX; page++) {
        const anchor = this.#anchor;
        const answered = await account.askList('decisions', anchor === undefined ? 0n : anchor.position - 1n);
        if (answered === undefined) return;
        if (anchor !== undefined && !isThere(anchor, answered)) {
          log.warn({ position: String(anchor.position) }, 'evidence: the payment server has forgotten decisions');
          if (!(await this.#bring())) return;
          this.#anchor = undefined; // positions begin anew
          continue;
        }
        const last = answered.decisions.at(-1);
        if (last === undefined) return;
        if (answered.next !== anchor?.position) this.#anchor = { position: answered.next, hash: signedHash(last) };
        if (answered.decisions.length < PAGE_SHORT) return;
      }
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'evidence: could not be looked for');
    }
  }

  /** Everything that this server has signed for this wallet, oldest first. True when nothing is left for later. */
  async #bring(): Promise<boolean> {
    const { profile, rates, log } = this.#options;
    const pairs = profile.state.payments.flatMap(pairsOf).slice(-BROUGHT_MAX);
    const tables = rates.envelope === undefined ? [] : [[rates.envelope]];
    let left = 0;
    for (const message of messagesOf([...tables, ...pairs])) {
      const outcomes = await this.#send(message);
      left += outcomes.filter(({ code }) => code !== undefined && FOR_LATER.has(code)).length;
      const odd = outcomes.filter(({ code }) => code !== undefined && !FOR_LATER.has(code));
      if (odd.length > 0) log.error({ codes: odd.map(({ code }) => code) }, 'evidence: refused for good');
    }
    log.warn({ brought: pairs.length, left }, 'evidence: brought');
    return left === 0;
  }

  /** Throws SERVER_UNREACHABLE, or the server's refusal of it all. */
  async #send(message: Uint8Array): Promise<readonly { readonly code?: string }[]> {
    const answer = await this.#options.door.post(EVIDENCE_PATH, message, WALLET_LIMITS.attemptMs);
    if (answer.status !== 200 || answer.contentType !== 'application/json') throw refusalOf(answer);
    const { evidence } = JSON.parse(new TextDecoder().decode(answer.body)) as { evidence?: unknown };
    if (!Array.isArray(evidence)) throw new ProtocolError('BAD_ENCODING', 'evidence: the answer is none');
    return evidence as { code?: string }[];
  }

  /** Kept beside the journal: losing it only means looking through it all again. */
  get #anchor(): Anchor | undefined {
    const kept = readPrivate(this.#path);
    if (kept === undefined || kept.length === 0) return undefined;
    try {
      const [position, hash] = unpackWire(kept) as readonly [number | bigint, Uint8Array];
      return { position: BigInt(position), hash };
    } catch {
      return undefined;
    }
  }

  set #anchor(anchor: Anchor | undefined) {
    const bytes = anchor === undefined ? new Uint8Array() : packWire([anchor.position, anchor.hash]);
    replaceDurably(this.#path, bytes);
  }

  get #path(): string {
    return join(this.#options.profile.path, 'decisions-seen');
  }
}

/** The answer begins with what the server had said last. */
function isThere({ position, hash }: Anchor, { decisions, next }: AccountStatement): boolean {
  const [first] = decisions;
  return next >= position && first !== undefined && Buffer.from(signedHash(first)).equals(hash);
}

/** Messages 2 and 3 of what the server decided; cards bring their own. */
function pairsOf({ attempts }: Payment): Uint8Array[][] {
  return attempts.flatMap(({ means, request, decision }) =>
    means === 'server' && decision !== undefined ? [[request, decision]] : [],
  );
}

function* messagesOf(entries: readonly Uint8Array[][]): Generator<Uint8Array> {
  let part: Uint8Array[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const entryBytes = entry.reduce((sum, one) => sum + one.length, 0);
    if (part.length === PAIRS_MAX || bytes + entryBytes > WALLET_LIMITS.uploadBytesMax) {
      if (part.length > 0) yield packWire(part);
      [part, bytes] = [[], 0];
    }
    part.push(entry);
    bytes += entryBytes;
  }
  if (part.length > 0) yield packWire(part);
}
