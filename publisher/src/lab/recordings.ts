/** The folder of recorded sessions, `recordings/*.jsonl`. What is in a file is read by the page, with the plugin's own reader. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeIfAbsent } from '../studio/files.ts';
import { LAB_LIMITS } from './limits.ts';
import type { RecordingEntry } from './view.ts';

const NAME = /^[\w][\w. -]{0,120}\.jsonl$/;

export class RecordingsFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** By name. */
  list(): RecordingEntry[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((name) => NAME.test(name))
      .sort()
      .flatMap((name) => {
        const found = statSync(join(this.#folder, name), { throwIfNoEntry: false });
        return found?.isFile() ? [{ name, bytes: found.size, modifiedMs: Math.round(found.mtimeMs) }] : [];
      });
  }

  /** The bytes of a file that is on the list; `undefined` for any other name. */
  read(name: string): Uint8Array | undefined {
    if (!this.list().some((one) => one.name === name)) return undefined;
    return new Uint8Array(readFileSync(join(this.#folder, name)));
  }

  /** Keeps what a game handed over under a name of its own, never over another; `undefined` when there are too many. */
  keep(text: string, nowMs: number): string | undefined {
    if (this.list().length >= LAB_LIMITS.recordingsMax) return undefined;
    mkdirSync(this.#folder, { recursive: true });
    const stem = `session-${new Date(nowMs).toISOString().slice(0, 16).replace(/[:T]/g, '-')}`;
    for (let number = 1; number <= LAB_LIMITS.recordingsMax; number++) {
      const name = `${stem}-${number}.jsonl`;
      if (writeIfAbsent(join(this.#folder, name), text, 0o644)) return name;
    }
    return undefined;
  }
}
