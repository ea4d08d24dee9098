/**
 * What a disk holds when the power goes: everything that was synced, and of what was only written each sector or not, as a
 * seeded draw says. Replayed from a trace of a program (`traceDisk`), at any moment of it.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DiskEvent } from './strace.ts';

const SECTOR = 512;

interface File {
  /** What a reader sees. */
  bytes: Buffer;
  /** What is on the platter. */
  durable: Buffer;
}

export class PowerLoss {
  readonly #names = new Map<string, File>();
  readonly #durableNames = new Map<string, File>();

  /** `folder` as it was before the program ran: all of it durable. */
  constructor(folder: string) {
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name));
      const file = { bytes, durable: bytes };
      this.#names.set(name, file);
      this.#durableNames.set(name, file);
    }
  }

  take(event: DiskEvent): void {
    switch (event.kind) {
      case 'create':
        if (!this.#names.has(basename(event.path)))
          this.#names.set(basename(event.path), { bytes: Buffer.alloc(0), durable: Buffer.alloc(0) });
        return;
      case 'remove':
        return void this.#names.delete(basename(event.path));
      case 'write':
        return this.#write(this.#file(event.path), event.at, event.bytes);
      case 'truncate':
        return this.#truncate(this.#file(event.path), event.length);
      case 'sync': {
        const file = this.#file(event.path);
        file.durable = file.bytes;
        return;
      }
      case 'sync-folder':
        this.#durableNames.clear();
        this.#names.forEach((file, name) => this.#durableNames.set(name, file));
        return;
      case 'said':
        return;
    }
  }

  /** Writes what is left into a folder. `draw` gives 0 up to 1. Shared memory is memory: it is gone. */
  leaveIn(folder: string, draw: () => number): void {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const names = new Map(this.#durableNames);
    for (const name of new Set([...names.keys(), ...this.#names.keys()])) {
      const now = this.#names.get(name);
      if (now === names.get(name) || draw() < 0.5) continue;
      if (now === undefined) names.delete(name);
      else names.set(name, now);
    }
    for (const [name, file] of names) if (!name.endsWith('-shm')) writeFileSync(join(folder, name), torn(file, draw));
  }

  #file(path: string): File {
    const file = this.#names.get(basename(path));
    if (file === undefined) throw new Error(`${basename(path)} in ${dirname(path)} was not made`);
    return file;
  }

  #write(file: File, at: number, bytes: Buffer): void {
    const next = Buffer.alloc(Math.max(file.bytes.length, at + bytes.length));
    file.bytes.copy(next);
    bytes.copy(next, at);
    file.bytes = next;
  }

  #truncate(file: File, length: number): void {
    const next = Buffer.alloc(length);
    file.bytes.copy(next, 0, 0, Math.min(length, file.bytes.length));
    file.bytes = next;
  }
}

/** Each sector of the old bytes or of the new ones; the length of either. */
function torn({ bytes, durable }: File, draw: () => number): Buffer {
  if (bytes === durable) return durable;
  const left = Buffer.alloc(draw() < 0.5 ? durable.length : bytes.length);
  for (let at = 0; at < left.length; at += SECTOR) {
    const from = draw() < 0.5 ? durable : bytes;
    if (at < from.length) from.copy(left, at, at, Math.min(at + SECTOR, from.length));
  }
  return left;
}
