/**
 * What the player has. Every entry was verified in this session, from a decision that just came or from bytes that were
 * kept; a flag in storage opens nothing. What is kept is messages 1 and 3 and what was consumed.
 */
import type { GrantKind } from '@coinslot/protocol';
import type { GrantBytes, VerifiedGrant, Verifier } from '../verifier.ts';
import type { Clock, Store } from './ports.ts';
import type { Entitlement } from './types.ts';

const TABLE = 'grants';
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

interface KeptGrant extends GrantBytes {
  /** Ms of play, or uses. */
  readonly consumed: number;
}

/** The content key of a decision about something sealed, as the wallet sealed it to a session of this game. In memory only. */
export interface SessionContentKey {
  readonly sealedKey: Uint8Array;
  /** X25519. */
  readonly sessionSecret: Uint8Array;
}

/** A grant that opens a target now, with what opening sealed content takes. */
export interface OpeningGrant {
  readonly decisionId: string;
  readonly kind: GrantKind;
  /** Message 1. */
  readonly offer: Uint8Array;
  readonly contentKey: SessionContentKey | undefined;
}

interface Held {
  readonly grant: VerifiedGrant;
  readonly bytes: GrantBytes;
  consumed: number;
  contentKey: SessionContentKey | undefined;
}

export interface EntitlementsOptions {
  readonly clock: Clock;
  readonly store: Store;
  /** Targets that open others, as of now. */
  readonly covers: () => Readonly<Record<string, readonly string[]>>;
  onProblem(error: unknown): void;
}

export class Entitlements {
  readonly #options: EntitlementsOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: EntitlementsOptions) {
    this.#options = options;
  }

  /** Whether anything is kept that would have to be verified. */
  async hasKept(): Promise<boolean> {
    return (await this.#options.store.list(TABLE)).length > 0;
  }

  /** Verifies everything that is kept. What does not verify is left out, and left where it is for a look at it. */
  async load(verifier: Verifier): Promise<void> {
    for (const [, value] of await this.#options.store.list(TABLE)) {
      try {
        const { consumed, ...bytes } = value as KeptGrant;
        const grant = verifier.reverify(bytes);
        this.#hold(grant, bytes, Number.isFinite(consumed) ? Math.max(0, consumed) : 0);
      } catch (error) {
        this.#options.onProblem(error);
      }
    }
  }

  /**
   * Keeps a verified grant; resolves when it has been written. What was consumed never goes down. Where message 1 was lost, the
   * wallet's journal was too: minutes and uses count as used up, unless they were counted here.
   */
  async add(
    grant: VerifiedGrant,
    { offer, decision, countersigned }: GrantBytes,
    consumed = 0,
    contentKey?: SessionContentKey,
  ): Promise<Entitlement> {
    const isLost = countersigned !== undefined;
    const bytes = isLost ? { offer, decision, countersigned } : { offer, decision };
    const held = this.#hold(grant, bytes, isLost && !this.has(grant.decisionId) ? allOf(grant) : consumed);
    held.contentKey = contentKey ?? held.contentKey;
    await this.#keep(held);
    return this.#describe(held);
  }

  /** Ends an entitlement, after a refund; with what is kept of it, also where that does not verify now. */
  async end(decisionId: string): Promise<Entitlement | undefined> {
    const held = this.#held.get(decisionId);
    this.#held.delete(decisionId);
    await this.#options.store.delete(TABLE, decisionId);
    return held && { ...this.#describe(held), open: false };
  }

  has(decisionId: string): boolean {
    return this.#held.has(decisionId);
  }

  can(target: string): boolean {
    return this.#opening(target).length > 0;
  }

  /** Whether a grant is for a target, open or not. */
  opens(decisionId: string, target: string): boolean {
    const held = this.#held.get(decisionId);
    return held !== undefined && this.#isFor(held, target);
  }

  /** The open entitlement that opens a target, kept ones before those that run out. */
  for(target: string): Entitlement | undefined {
    const held = this.#opening(target)[0];
    return held && this.#describe(held);
  }

  /** Every grant that opens a target now, kept ones first. */
  opening(target: string): readonly OpeningGrant[] {
    return this.#opening(target).map(({ grant, bytes, contentKey }) => ({
      decisionId: grant.decisionId,
      kind: grant.kind,
      offer: bytes.offer,
      contentKey,
    }));
  }

  list(): readonly Entitlement[] {
    return [...this.#held.values()].map((held) => this.#describe(held));
  }

  /** Every target that is open now, those covered included. */
  targets(): readonly string[] {
    const open = [...this.#held.values()].filter((held) => this.#isOpen(held)).map(({ grant }) => grant.target);
    return [...new Set(open.flatMap((target) => [target, ...(this.#options.covers()[target] ?? [])]))];
  }

  /** Ms of play left for a target: `Infinity` when it is open without minutes, 0 when it is not open. */
  remainingMs(target: string): number {
    const opening = this.#opening(target);
    if (opening.some(({ grant }) => grant.kind !== 'minutes')) return Infinity;
    return opening.reduce((sum, held) => sum + this.#leftMs(held), 0);
  }

  /**
   * The minutes that play of a target uses up now: of the oldest grant that has any left. None when the target is open
   * without minutes: nobody pays twice for what is theirs. Without a target, any minutes.
   */
  burning(target: string | undefined): { readonly decisionId: string; readonly leftMs: number } | undefined {
    const opening =
      target === undefined ? [...this.#held.values()].filter((held) => this.#isOpen(held)) : this.#opening(target);
    if (target !== undefined && opening.some(({ grant }) => grant.kind !== 'minutes')) return undefined;
    const held = opening.filter(({ grant }) => grant.kind === 'minutes').sort(byAge)[0];
    return held && { decisionId: held.grant.decisionId, leftMs: this.#leftMs(held) };
  }

  /** Adds ms of play, or uses, to what a grant has consumed; returns the total. Written by `flush`. */
  consume(decisionId: string, more: number): number {
    const held = this.#held.get(decisionId);
    if (held === undefined) return 0;
    held.consumed = Math.min(held.consumed + more, allOf(held.grant));
    return held.consumed;
  }

  /** Writes what a grant has consumed, and returns the total. */
  async flush(decisionId: string): Promise<number> {
    const held = this.#held.get(decisionId);
    if (held === undefined) return 0;
    await this.#keep(held);
    return held.consumed;
  }

  /** Grants of which anything was consumed, with the totals: told to the wallet again after every connection. */
  consumed(): readonly (readonly [string, number])[] {
    return [...this.#held].filter(([, held]) => held.consumed > 0).map(([id, held]) => [id, held.consumed] as const);
  }

  entitlement(decisionId: string): Entitlement | undefined {
    const held = this.#held.get(decisionId);
    return held && this.#describe(held);
  }

  #hold(grant: VerifiedGrant, bytes: GrantBytes, consumed: number): Held {
    const before = this.#held.get(grant.decisionId);
    const held = {
      // Message 1 as it was is worth more than one that was rebuilt.
      ...{ grant, bytes: bytes.countersigned === undefined ? bytes : (before?.bytes ?? bytes) },
      contentKey: before?.contentKey,
      consumed: Math.max(consumed, before?.consumed ?? 0),
    };
    this.#held.set(grant.decisionId, held);
    return held;
  }

  #keep({ grant, bytes, consumed }: Held): Promise<void> {
    return this.#options.store.put(TABLE, grant.decisionId, { ...bytes, consumed } satisfies KeptGrant);
  }

  #opening(target: string): readonly Held[] {
    const open = [...this.#held.values()].filter((held) => this.#isFor(held, target) && this.#isOpen(held));
    return open.sort((a, b) => Number(runsOut(a)) - Number(runsOut(b)) || byAge(a, b));
  }

  #isFor({ grant }: Held, target: string): boolean {
    return grant.target === target || (this.#options.covers()[grant.target]?.includes(target) ?? false);
  }

  #isOpen({ grant, consumed }: Held): boolean {
    const nowMs = this.#options.clock.nowMs();
    if (grant.kind === 'minutes' || grant.kind === 'uses') return consumed < allOf(grant);
    const endsAtMs = endOf(grant);
    return endsAtMs === undefined || nowMs < endsAtMs;
  }

  #leftMs({ grant, consumed }: Held): number {
    return Math.max(0, grant.quantity * MINUTE_MS - consumed);
  }

  #describe(held: Held): Entitlement {
    const { decisionId, offerId, target, kind, quantity, decidedAtMs } = held.grant;
    const endsAtMs = endOf(held.grant);
    return {
      decisionId,
      offerId,
      target,
      kind,
      grantedAtMs: decidedAtMs,
      ...(kind === 'minutes' && { remainingMs: this.#leftMs(held) }),
      ...(kind === 'uses' && { remainingUses: Math.max(0, quantity - held.consumed) }),
      ...(endsAtMs !== undefined && { endsAtMs }),
      open: this.#isOpen(held),
    };
  }
}

const byAge = (a: Held, b: Held): number => a.grant.decidedAtMs - b.grant.decidedAtMs;
const runsOut = ({ grant }: Held): boolean =>
  grant.kind !== 'level' && grant.kind !== 'scene' && grant.kind !== 'forever';

/** As much as can be consumed of a grant: ms of play, or uses. */
function allOf({ kind, quantity }: VerifiedGrant): number {
  if (kind === 'minutes') return quantity * MINUTE_MS;
  return kind === 'uses' ? quantity : 0;
}

function endOf(grant: VerifiedGrant): number | undefined {
  if (grant.kind === 'until') return grant.untilMs;
  return grant.kind === 'period' ? grant.decidedAtMs + grant.quantity * DAY_MS : undefined;
}
