/**
 * A disk in memory that forgets what was not synced when the power goes: bytes written and not synced are kept, lost or torn
 * by sectors, names made or removed and not synced are kept or lost, as a seeded draw says. It can also fail with an errno.
 */
import { dirname } from 'node:path';
import type { Disk, DiskFile } from '@coinslot/card';

const SECTOR = 512;

interface Node {
  readonly kind: 'file' | 'folder';
  /** What a reader sees. */
  bytes: Uint8Array;
  /** What is on the platter. */
  durable: Uint8Array;
  /** Whether a sync has something to do: like Linux, one that failed leaves the bytes readable and forgets to write them. */
  isDirty: boolean;
}

class DiskFault extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`${code}: injected`);
    this.code = code;
  }
}

/** Decides before each change whether it fails: an errno, `off` for the power going, or nothing. */
export type FaultPlan = (change: {
  readonly number: number;
  readonly call: string;
  readonly path: string;
}) => string | undefined;

export class VolatileDisk implements Disk {
  readonly #names = new Map<string, Node>();
  readonly #durableNames = new Map<string, Node>();
  #isOff = false;
  /** Changes begun so far; each is a point at which the power can go. */
  changes = 0;
  plan: FaultPlan = () => undefined;
  /** Folders that another program keeps; this one's own locks end with it, and nobody else asks for them. */
  readonly heldByAnother = new Set<string>();

  look(path: string) {
    this.#requirePower();
    const node = this.#names.get(path);
    return node === undefined ? undefined : { kind: node.kind, isPrivate: true };
  }

  read(path: string, bytesMax: number): Uint8Array {
    this.#requirePower();
    return this.#file(path).bytes.slice(0, bytesMax);
  }

  makeFolder(path: string): void {
    if (this.#names.has(path)) return;
    if (dirname(path) !== path) this.makeFolder(dirname(path));
    this.#change('makeFolder', path);
    const node: Node = { kind: 'folder', bytes: new Uint8Array(), durable: new Uint8Array(), isDirty: false };
    this.#names.set(path, node);
    this.#durableNames.set(path, node);
  }

  make(path: string): DiskFile {
    this.#change('make', path);
    if (!this.#names.has(dirname(path))) throw new DiskFault('ENOENT');
    if (this.#names.has(path)) throw new DiskFault('EEXIST');
    const node: Node = { kind: 'file', bytes: new Uint8Array(), durable: new Uint8Array(), isDirty: false };
    this.#names.set(path, node);
    return this.#opened(path, node);
  }

  open(path: string): DiskFile {
    this.#requirePower();
    return this.#opened(path, this.#file(path));
  }

  narrow(path: string): void {
    this.#change('narrow', path);
  }

  remove(path: string): void {
    this.#change('remove', path);
    this.#file(path);
    this.#names.delete(path);
  }

  syncFolder(path: string): void {
    this.#change('syncFolder', path);
    const inside = [...this.#names.keys(), ...this.#durableNames.keys()].filter((name) => dirname(name) === path);
    for (const name of inside) settle(this.#durableNames, name, this.#names.get(name));
  }

  lock(path: string): (() => void) | undefined {
    this.#change('lock', path);
    return this.heldByAnother.has(path) ? undefined : () => undefined;
  }

  /** Only the process had died: what it wrote is still in memory, synced or not. */
  wake(): void {
    this.#isOff = false;
  }

  /** The power comes back: what was not synced is as `draw` (0 up to 1) says. */
  restart(draw: () => number): void {
    this.wake();
    for (const name of new Set([...this.#names.keys(), ...this.#durableNames.keys()])) {
      const isKept = this.#names.get(name) !== this.#durableNames.get(name) && draw() < 0.5;
      if (isKept) settle(this.#durableNames, name, this.#names.get(name));
    }
    this.#names.clear();
    for (const [name, node] of this.#durableNames) {
      node.bytes = node.durable = torn(node.durable, node.bytes, draw);
      node.isDirty = false;
      this.#names.set(name, node);
    }
  }

  #opened(path: string, node: Node): DiskFile {
    return {
      write: (bytes) => {
        // A disk that fills up takes the first half.
        try {
          this.#change('write', path);
        } catch (fault) {
          if (fault instanceof DiskFault && fault.code === 'ENOSPC')
            node.bytes = overlay(node.bytes, bytes.slice(0, bytes.length >> 1));
          node.isDirty = true;
          throw fault;
        }
        node.bytes = bytes.slice();
        node.isDirty = true;
      },
      sync: () => {
        const isDirty = node.isDirty;
        node.isDirty = false;
        this.#change('sync', path);
        if (isDirty) node.durable = node.bytes;
      },
      close: () => undefined,
    };
  }

  #file(path: string): Node {
    const node = this.#names.get(path);
    if (node?.kind !== 'file') throw new DiskFault('ENOENT');
    return node;
  }

  #change(call: string, path: string): void {
    this.#requirePower();
    const fault = this.plan({ number: this.changes++, call, path });
    if (fault === undefined) return;
    if (fault === 'off') this.#isOff = true;
    throw new DiskFault(fault);
  }

  #requirePower(): void {
    if (this.#isOff) throw new DiskFault('off');
  }
}

function settle(names: Map<string, Node>, name: string, node: Node | undefined): void {
  if (node === undefined) names.delete(name);
  else names.set(name, node);
}

function overlay(under: Uint8Array, over: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.max(under.length, over.length));
  bytes.set(under);
  bytes.set(over);
  return bytes;
}

/** Each sector of the old or of the new bytes; the length of either. */
function torn(old: Uint8Array, written: Uint8Array, draw: () => number): Uint8Array {
  if (old === written) return old;
  const bytes = new Uint8Array(draw() < 0.5 ? old.length : written.length);
  for (let at = 0; at < bytes.length; at += SECTOR) {
    const from = draw() < 0.5 ? old : written;
    bytes.set(from.subarray(at, Math.min(at + SECTOR, bytes.length)), at);
  }
  return bytes;
}

/** mulberry32: a small seeded generator, enough to pick which sector survives. */
export function drawFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
