/** What the flows (a purchase, a restore, healing at the start) share: the parts of the core and the way a decision is taken in. */
import type { Frame, FrameFields, FrameKind } from '@coinslot/protocol/link';
import type { Verifier } from '../verifier.ts';
import type { Emitter } from './emitter.ts';
import type { Entitlements } from './entitlements.ts';
import type { Flights } from './flights.ts';
import type { WalletLink } from './link.ts';
import type { CorePorts } from './ports.ts';
import type { CoinslotEvents, EntitlementChange, MessageCheck } from './types.ts';

/** A frame that answers something the game asked. */
export type Answer = Extract<Frame, { seq: number }>;

const SEQ_MAX = 0xffff_ffff;

export interface DeskParts {
  readonly ports: CorePorts;
  readonly locale: string;
  readonly events: Emitter<CoinslotEvents>;
  readonly entitlements: Entitlements;
  readonly flights: Flights;
  readonly link: WalletLink;
  readonly verifier: () => Promise<Verifier>;
}

export class Desk {
  readonly parts: DeskParts;
  #seq = 0;
  readonly #open = new Map<number, (answer: Answer) => void>();

  /** The last content key that came, whose decision is about to come. One payment is under way at a time. */
  contentKey: FrameFields<'content-key'> | undefined;

  constructor(parts: DeskParts) {
    this.parts = parts;
  }

  /** Takes a number for a question; `hear` gets every frame that answers it until `hangUp`. */
  ask(hear: (answer: Answer) => void): { readonly seq: number; hangUp(): void } {
    const seq = (this.#seq = (this.#seq % SEQ_MAX) + 1);
    this.#open.set(seq, hear);
    return { seq, hangUp: () => void this.#open.delete(seq) };
  }

  /** Passes a frame on to whoever asked. */
  answered(frame: Frame): void {
    if ('seq' in frame) this.#open.get(frame.seq)?.(frame);
  }

  /** Just before its decision, which is verified before the key is of any use. */
  takeContentKey(frame: FrameFields<'content-key'>): void {
    this.contentKey = frame;
  }

  send<K extends FrameKind>(kind: K, fields: FrameFields<K>): boolean {
    return this.parts.link.send(kind, fields);
  }

  /** Tells of a frame from the wallet whose message had to be checked first. */
  passed(name: FrameKind | 'declined', bytes: Uint8Array, checks: readonly MessageCheck[]): void {
    const atMs = this.parts.ports.clock.nowMs();
    this.parts.events.emit('message', { direction: 'wallet→game', name, bytes, checks, atMs });
  }

  changed(change: EntitlementChange): void {
    this.parts.events.emit('entitlement', change);
  }
}
