/** A card's state in a file: two slots, a marker, and a disk that fails at every single call. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { CardStoreError, fileStore, memoryStore, type CardStore } from '@coinslot/card';
import { SLOT_BYTES, STATE_BYTES_MAX } from '../../card/src/store/slot.ts';

const folder = mkdtempSync(join(tmpdir(), 'coinslot-card-'));
afterAll(() => rmSync(folder, { recursive: true }));
let path = '';
let count = 0;
beforeEach(() => (path = join(folder, `card-${count++}`)));

const state = (fill: number, length = 300): Uint8Array => new Uint8Array(length).fill(fill);
const loaded = (): Promise<Uint8Array | undefined> => fileStore(path).load();
const kindOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof CardStoreError) return error.kind;
      throw error;
    },
  );

describe.each<[string, () => CardStore]>([
  ['memoryStore', memoryStore],
  ['fileStore', () => fileStore(path)],
])('%s', (_, make) => {
  it('has nothing at first, then what was committed last', async () => {
    const store = make();
    expect(await store.load()).toBeUndefined();
    for (const fill of [1, 2, 3]) {
      await store.commit(state(fill, 100 * fill));
      expect(await store.load()).toEqual(state(fill, 100 * fill));
    }
  });

  it('keeps copies', async () => {
    const store = make();
    const mine = state(1);
    await store.commit(mine);
    mine.fill(9);
    const first = await store.load();
    first!.fill(8);
    expect(await store.load()).toEqual(state(1));
  });
});

async function written(...fills: number[]): Promise<void> {
  const store = fileStore(path);
  for (const fill of fills) await store.commit(state(fill));
}

describe('fileStore', () => {
  it('is the owner’s alone', async () => {
    await written(1);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}.written`).mode & 0o777).toBe(0o600);
  });

  it('goes on where another program has ended', async () => {
    await written(1, 2);
    const store = fileStore(path);
    await store.commit(state(3));
    expect(await loaded()).toEqual(state(3));
  });

  it('takes states up to a bound', async () => {
    const store = fileStore(path);
    await store.commit(state(1, STATE_BYTES_MAX));
    expect(await store.load()).toEqual(state(1, STATE_BYTES_MAX));
    expect(await kindOf(store.commit(state(2, STATE_BYTES_MAX + 1)))).toBe('io');
    expect(await loaded()).toEqual(state(1, STATE_BYTES_MAX));
  });

  const files: [string, (whole: Buffer) => Buffer | undefined][] = [
    ['gone', () => undefined],
    ['empty', () => Buffer.alloc(0)],
    ['of zeros', (whole) => Buffer.alloc(whole.length)],
    ['of something else', () => Buffer.from('{"balance": 1000000}')],
    ['with the newest slot cut off', (whole) => whole.subarray(0, SLOT_BYTES + 20)],
    ['with one bit of the newest state turned', (whole) => turned(whole, SLOT_BYTES + 60)],
    ['with another epoch', (whole) => turned(whole, SLOT_BYTES + 15)],
    ['with another length', (whole) => turned(whole, SLOT_BYTES + 19)],
    ['with another checksum', (whole) => turned(whole, SLOT_BYTES + 20)],
  ];
  it.each(files)('a card file that is %s is damaged, never new and never older', async (_, bend) => {
    await written(1, 2);
    const bent = bend(readFileSync(path));
    if (bent === undefined) rmSync(path);
    else writeFileSync(path, bent);
    expect(await kindOf(loaded())).toBe('damaged');
    expect(await kindOf(fileStore(path).commit(state(3)))).toBe('damaged');
  });

  it.each<[string, (whole: Buffer) => Buffer]>([
    ['untouched', (whole) => whole],
    ['with one bit of the newest state turned', (whole) => turned(whole, SLOT_BYTES + 60)],
    ['with its newest slot emptied', (whole) => Buffer.from(whole).fill(0, SLOT_BYTES)],
    ['with its older slot emptied', (whole) => Buffer.from(whole).fill(0, 0, SLOT_BYTES)],
    ['cut to its first slot', (whole) => whole.subarray(0, SLOT_BYTES)],
    ['of two slots that are none', (whole) => turned(turned(whole, 60), SLOT_BYTES + 60)],
  ])('P8: its marker removed, a card file %s is damaged, never older and never new', async (_, bend) => {
    await written(1, 2, 3, 4);
    rmSync(`${path}.written`);
    writeFileSync(path, bend(readFileSync(path)));
    expect(await kindOf(loaded())).toBe('damaged');
    expect(await kindOf(fileStore(path).commit(state(5)))).toBe('damaged');
  });

  it('a slot that was torn while it was written leaves the other', async () => {
    await written(1, 2, 3);
    const whole = readFileSync(path);
    const torn = Buffer.from(whole);
    torn.fill(0xee, SLOT_BYTES + 100, SLOT_BYTES + 200); // slot of epoch 2, about to become 4
    writeFileSync(path, torn);
    expect(await loaded()).toEqual(state(3));
    await fileStore(path).commit(state(4));
    expect(await loaded()).toEqual(state(4));
  });

  it('a file that was changed meanwhile is a fork', async () => {
    const first = fileStore(path);
    await first.commit(state(1));
    await fileStore(path).commit(state(2));
    expect(await kindOf(first.commit(state(3)))).toBe('fork');
    expect(await loaded()).toEqual(state(2));
  });

  it('a copy put back is a fork for the program that has gone on, and damage after it', async () => {
    const store = fileStore(path);
    await store.commit(state(1));
    const copy = readFileSync(path);
    await store.commit(state(2));
    writeFileSync(path, copy);
    expect(await kindOf(store.commit(state(3)))).toBe('fork');
    expect(await kindOf(store.load())).toBe('damaged');
    expect(await kindOf(loaded())).toBe('damaged');
  });

  it('a folder that is not there is the disk’s fault', async () => {
    expect(await kindOf(fileStore(join(path, 'no', 'card')).commit(state(1)))).toBe('io');
  });
});

function turned(whole: Buffer, at: number): Buffer {
  const bent = Buffer.from(whole);
  bent.writeUInt8(bent.readUInt8(at) ^ 1, at);
  return bent;
}

/** A disk on which the nth call that changes something fails; a write then has written half of what it should. */
function failingDisk(nth: number): { openFile: typeof open; calls: () => number } {
  let calls = 0;
  const failing = (): boolean => ++calls === nth;
  const fault = (): never => {
    throw Object.assign(new Error('EIO: input/output error'), { code: 'EIO' });
  };
  const wrap = (handle: FileHandle): FileHandle =>
    new Proxy(handle, {
      get(target, name) {
        if (name === 'write')
          return async (bytes: Uint8Array, offset: number, length: number, position: number) => {
            if (!failing()) return target.write(bytes, offset, length, position);
            await target.write(bytes, offset, Math.floor(length / 2), position);
            return fault();
          };
        if (name === 'sync' || name === 'datasync') return () => (failing() ? fault() : target[name]());
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
      },
    });
  return {
    openFile: async (...args: Parameters<typeof open>) => {
      const creates = args[1] === 'w' || args[1] === 'w+';
      if (creates && failing()) fault();
      return wrap(await open(...args));
    },
    calls: () => calls,
  };
}

describe('C8, D3: a disk that fails once', () => {
  it('at any call of the first commit: no card, or the card; never damage', async () => {
    const outcomes = new Set<string>();
    for (let nth = 1; ; nth++) {
      path = join(folder, `first-${nth}`);
      const disk = failingDisk(nth);
      const done = await kindOf(fileStore(path, disk.openFile).commit(state(1)));
      if (disk.calls() < nth) break;
      expect(done).toBe('io');
      const after = await loaded();
      outcomes.add(after === undefined ? 'no card' : 'the card');
      if (after !== undefined) expect(after).toEqual(state(1));
      await fileStore(path).commit(state(2));
      expect(await loaded()).toEqual(state(2));
    }
    expect([...outcomes].sort()).toEqual(['no card', 'the card']);
  });

  it('at any call of a later commit: the state before or the new one', async () => {
    const outcomes: number[] = [];
    for (let nth = 1; ; nth++) {
      path = join(folder, `later-${nth}`);
      await written(1, 2);
      const disk = failingDisk(nth);
      const done = await kindOf(fileStore(path, disk.openFile).commit(state(3)));
      if (disk.calls() < nth) break;
      expect(done).toBe('io');
      const after = await loaded();
      expect([state(2), state(3)]).toContainEqual(after);
      outcomes.push(after![0]!);
      await fileStore(path).commit(state(4));
      expect(await loaded()).toEqual(state(4));
    }
    expect(outcomes).toEqual([2, 3, 3]); // the slot, its sync (which has reached this disk), the marker
  });

  it('what does not read back was not written', async () => {
    await written(1, 2);
    const lying = async (...args: Parameters<typeof open>) => {
      const handle = await open(...args);
      const write = (bytes: Uint8Array, offset: number, length: number) =>
        Promise.resolve({ bytesWritten: length, buffer: bytes });
      return new Proxy(handle, {
        get: (target, name) => {
          if (name === 'write') return write;
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
        },
      });
    };
    expect(await kindOf(fileStore(path, lying).commit(state(3)))).toBe('io');
    expect(await loaded()).toEqual(state(2));
  });
});
