import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileDisk, Journal, type JournalDisk } from '../../wallet/src/journal/journal.ts';
import type { JournalRecord } from '../../wallet/src/journal/records.ts';
import { bytes16Of, NOON_MS } from '../lib/parties.ts';
import { temporaryFolder } from './world.ts';

const record = (i: number): JournalRecord => ({
  kind: 'consumed',
  atMs: NOON_MS + i,
  decisionId: bytes16Of(`decision ${i}`),
  consumed: BigInt(i),
});

function openAt(path: string): { journal: Journal; replayed: JournalRecord[] } {
  const replayed: JournalRecord[] = [];
  return { journal: new Journal(fileDisk(path), path, (one) => replayed.push(one)), replayed };
}

function journalOf(count: number): { path: string; bytes: Buffer; ends: number[] } {
  const path = join(temporaryFolder(), 'journal');
  const { journal } = openAt(path);
  const ends = [readFileSync(path).length];
  for (let i = 0; i < count; i++) {
    journal.append(record(i));
    ends.push(readFileSync(path).length);
  }
  journal.close();
  return { path, bytes: readFileSync(path), ends };
}

describe('journal', () => {
  it('gives back what was written, in order', () => {
    const { path } = journalOf(5);
    expect(openAt(path).replayed).toEqual([0, 1, 2, 3, 4].map(record));
  });

  it('opens after a cut at every byte with every whole record, and goes on from there', () => {
    const { path, bytes, ends } = journalOf(3);
    for (let length = 0; length <= bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      const whole = ends.filter((end, i) => i > 0 && end <= length).length;
      const { journal, replayed } = openAt(path);
      expect(replayed.length, `cut at ${length}`).toBe(whole);
      journal.append(record(99));
      journal.close();
      expect(openAt(path).replayed.at(-1)).toEqual(record(99));
    }
  });

  it('takes an end of zeros, as a crash can leave it, for torn', () => {
    const { path, bytes } = journalOf(2);
    writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(4096)]));
    expect(openAt(path).replayed.length).toBe(2);
    expect(readFileSync(path).length).toBe(bytes.length);
    expect(readFileSync(`${path}.torn`).length).toBe(4096);
  });

  it('refuses a flipped bit anywhere but in the last record, and never loses a record before it', () => {
    const { path, bytes, ends } = journalOf(4);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        writeFileSync(path, flipped);
        const isInLast = at >= (ends[3] ?? 0);
        try {
          expect(openAt(path).replayed).toEqual([0, 1, 2].map(record));
          expect(isInLast).toBe(true);
        } catch (fault) {
          expect(fault).toMatchObject({ code: 'PROFILE_DAMAGED' });
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('refuses a foreign file and two journals joined', () => {
    const { path, bytes } = journalOf(2);
    writeFileSync(path, 'something else that is longer than the first line');
    expect(() => openAt(path)).toThrow(expect.objectContaining({ code: 'PROFILE_DAMAGED' }) as Error);
    const other = journalOf(3);
    writeFileSync(path, Buffer.concat([bytes, other.bytes.subarray(other.ends[0])]));
    expect(() => openAt(path)).toThrow(expect.objectContaining({ code: 'PROFILE_DAMAGED' }) as Error);
  });

  it('keeps nothing of a record that the disk had no room for, and writes again when there is room', () => {
    const path = join(temporaryFolder(), 'journal');
    const disk = fileDisk(path);
    let isFull = false;
    const small: JournalDisk = {
      ...disk,
      append(bytes) {
        if (!isFull) return disk.append(bytes);
        disk.append(bytes.subarray(0, 5));
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      },
    };
    const journal = new Journal(small, path, () => undefined);
    journal.append(record(0));
    isFull = true;
    expect(() => journal.append(record(1))).toThrow(
      expect.objectContaining({ code: 'STORAGE', charged: 'no' }) as Error,
    );
    isFull = false;
    journal.append(record(2));
    journal.close();
    expect(openAt(path).replayed).toEqual([record(0), record(2)]);
  });

  it('writes nothing more after a failed fsync, and says that it does not know', () => {
    const path = join(temporaryFolder(), 'journal');
    const disk = fileDisk(path);
    let fails = false;
    const sync = (): void => {
      if (fails) throw Object.assign(new Error('i/o error'), { code: 'EIO' });
      disk.sync();
    };
    const journal = new Journal({ ...disk, sync }, path, () => undefined);
    fails = true;
    expect(() => journal.append(record(0))).toThrow(
      expect.objectContaining({ code: 'STORAGE', charged: 'unknown' }) as Error,
    );
    fails = false;
    expect(() => journal.append(record(1))).toThrow(expect.objectContaining({ code: 'STORAGE' }) as Error);
  });
});
