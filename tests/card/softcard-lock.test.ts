/** P10, I11: one software card and several programs, or several stores of one: of two commits after one state, one is there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { disperseStore, fileAnchor } from '@coinslot/card';
import { temporaryFolder } from './softcard-folder.ts';
import { ANCHORS, outcomeOf, PLACES, placesIn, stateOf, storeIn, usedStore } from './softcard-parts.ts';
import { VolatileDisk } from './volatile-disk.ts';

const STEP = fileURLToPath(new URL('./softcard-step.ts', import.meta.url));
const lockOf = (root: string, place = 0) => join(root, PLACES[place] ?? '', 'lock');
const locksIn = (root: string) => PLACES.filter((_, place) => existsSync(lockOf(root, place)));

/** Another program at the card. */
class Program {
  readonly #child;
  #said = '';

  constructor(root: string, step: string) {
    this.#child = spawn(process.execPath, ['--conditions=coinslot-source', '--import', 'tsx', STEP, root, step], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (words: string) => (this.#said += words));
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  async hears(pattern: RegExp): Promise<string> {
    for (;;) {
      const [found] = pattern.exec(this.#said) ?? [];
      if (found !== undefined) return found;
      await once(this.#child.stdout, 'data');
    }
  }

  tell(word: string): void {
    this.#child.stdin.write(word);
  }

  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

describe('two programs at one software card', () => {
  test('P10: the second is refused while the first lives, and gets in when it was killed', async () => {
    const root = temporaryFolder();
    const before = await usedStore(root, 2);
    await before.close();
    const first = new Program(root, 'hold');
    await first.hears(/loaded 2/);
    const second = storeIn(root);
    await expect(second.load()).rejects.toThrow(/another program has the software card open/);
    expect(await outcomeOf(() => before.commit(stateOf(3)))).toBe('STORAGE');
    expect(await outcomeOf(() => second.create())).toBe('STORAGE');
    expect(await outcomeOf(() => second.destroy())).toBe('STORAGE');
    await first.kill();
    expect(locksIn(root), 'left by the dead').toHaveLength(3);
    expect(await outcomeOf(() => second.load())).toBe(2);
    await second.commit(stateOf(3));
    expect(await outcomeOf(() => storeIn(root).load())).toBe(3);
  });

  test('P10: of three that commit at the same moment one does, and the rest are told', async () => {
    const root = temporaryFolder();
    await (await usedStore(root, 2)).close();
    const programs = ['one', 'two', 'three'].map(() => new Program(root, 'commit on a word'));
    await Promise.all(programs.map((one) => one.hears(/ready/)));
    for (const one of programs) one.tell('go');
    const told = await Promise.all(programs.map((one) => one.hears(/committed \d+|[A-Z]+(_[A-Z]+)*/)));
    expect(told.sort()).toEqual(['STORAGE', 'STORAGE', 'committed 3']);
    await Promise.all(programs.map((one) => one.kill()));
    expect(await outcomeOf(() => storeIn(root).load())).toBe(3);
  });

  test('a copy of the folders is not held by who holds the original (P6)', async () => {
    const [root, copy] = [temporaryFolder(), temporaryFolder()];
    await (await usedStore(root, 2)).close();
    const program = new Program(root, 'hold');
    await program.hears(/loaded 2/);
    cpSync(root, copy, { recursive: true });
    expect(locksIn(copy)).toHaveLength(3);
    expect(await outcomeOf(() => storeIn(copy).load())).toBe(2);
    expect(await outcomeOf(() => storeIn(root).load())).toBe('STORAGE');
  });

  test('one place in common is enough: a second profile beside the same folder', async () => {
    const [root, other] = [temporaryFolder(), temporaryFolder()];
    await (await usedStore(root, 2)).close();
    cpSync(root, other, { recursive: true });
    const program = new Program(root, 'hold');
    await program.hears(/loaded 2/);
    const places = [...placesIn(other).slice(0, 2), join(root, PLACES[2] ?? '')];
    const anchors = [fileAnchor(join(other, ANCHORS[0] ?? '')), fileAnchor(join(other, ANCHORS[1] ?? ''))] as const;
    const secrets = { pinSecret: new Uint8Array(32).fill(1), machineSecret: new Uint8Array(32).fill(2) };
    const second = disperseStore({ places, quorum: 2, ...secrets, anchors });
    expect(await outcomeOf(() => second.load())).toBe('STORAGE');
    expect(locksIn(other), 'nothing kept by the refused').toEqual([]);
  });
});

describe('two stores in one program', () => {
  test('P10: of two commits at the same moment one is there, and the other is CARD_FORK', async () => {
    const root = temporaryFolder();
    await usedStore(root, 1);
    for (let round = 0; round < 10; round++) {
      const stores = [storeIn(root), storeIn(root)];
      for (const store of stores) await store.load();
      const outcomes = await Promise.all(
        stores.map((store, i) => outcomeOf(() => store.commit(stateOf(100 + 2 * round + i)))),
      );
      expect([...outcomes].sort()).toEqual([0, 'CARD_FORK']);
      expect(await outcomeOf(() => storeIn(root).load())).toBe(100 + 2 * round + outcomes.indexOf(0));
    }
  });

  test('I11: anchors that were copied and know nothing: the places tell', async () => {
    const root = temporaryFolder();
    const first = await usedStore(root, 1);
    const own = temporaryFolder();
    for (const anchor of ['profile', 'keychain']) cpSync(join(root, anchor), join(own, anchor), { recursive: true });
    const anchors = [fileAnchor(join(own, ANCHORS[0] ?? '')), fileAnchor(join(own, ANCHORS[1] ?? ''))] as const;
    const secrets = { pinSecret: new Uint8Array(32).fill(1), machineSecret: new Uint8Array(32).fill(2) };
    const second = disperseStore({ places: placesIn(root), quorum: 2, ...secrets, anchors });
    expect(await outcomeOf(() => second.load())).toBe(1);
    await first.commit(stateOf(2));
    expect(await outcomeOf(() => second.commit(stateOf(22)))).toBe('CARD_FORK');
    expect(await outcomeOf(() => storeIn(root).load())).toBe(2);
  });

  test('the last to close gives the lock back, and a commit under way is through before', async () => {
    const root = temporaryFolder();
    const [one, two] = [await usedStore(root, 1), storeIn(root)];
    await two.load();
    const under = one.commit(stateOf(2));
    await one.close();
    await under;
    expect(locksIn(root)).toHaveLength(3);
    expect(await outcomeOf(() => one.commit(stateOf(3)))).toBe('STORAGE');
    await two.close();
    expect(locksIn(root)).toEqual([]);
    expect(await outcomeOf(() => storeIn(root).load())).toBe(2);
  });

  test('what is refused keeps nothing locked', async () => {
    const root = temporaryFolder();
    await (await usedStore(root, 1)).close();
    for (const place of PLACES.slice(1)) rmSync(join(root, place), { recursive: true });
    expect(await outcomeOf(() => storeIn(root).load())).toBe('CARD_STATE');
    expect(locksIn(root)).toEqual([]);
  });
});

describe('a lock file', () => {
  test.each<[string, (path: string) => void]>([
    ['is empty', (path) => truncateSync(path, 0)],
    ['is none', (path) => writeFileSync(path, '{"pid":"1"}')],
    [
      'names nobody',
      (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/"pid":\d+/, '"pid":2147483647')),
    ],
    [
      'names a process that began at another time',
      (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/"startedAt":"\d*"/, '"startedAt":"1"')),
    ],
    ['is gone', (path) => rmSync(path)],
  ])('that %s keeps nobody out', async (_, change) => {
    const root = temporaryFolder();
    await (await usedStore(root, 1)).close();
    const program = new Program(root, 'hold');
    await program.hears(/loaded 1/);
    for (const place of PLACES.keys()) change(lockOf(root, place));
    const store = storeIn(root);
    expect(await outcomeOf(() => store.load())).toBe(1);
    await store.close();
    expect(locksIn(root)).toEqual([]);
    expect(readdirSync(join(root, PLACES[0] ?? '')).sort()).toEqual(['even.fragment', 'odd.fragment']);
  });

  test('that is a link is not followed, and its place goes without', async () => {
    const root = temporaryFolder();
    await (await usedStore(root, 1)).close();
    symlinkSync(join(root, 'elsewhere'), lockOf(root));
    const store = storeIn(root);
    expect(await outcomeOf(() => store.load())).toBe(1);
    await store.commit(stateOf(2));
    await store.close();
    expect(existsSync(join(root, 'elsewhere'))).toBe(false);
    expect(lstatSync(lockOf(root)).isSymbolicLink()).toBe(true);
  });

  test('cannot be made on a disk that is read-only or full: the state is told all the same', async () => {
    const disk = new VolatileDisk();
    await usedStore('/card', 2, { disk });
    disk.plan = ({ call }) => (call === 'lock' || call === 'write' ? 'ENOSPC' : undefined);
    const store = storeIn('/card', { disk });
    expect(await outcomeOf(() => store.load())).toBe(2);
    expect(await outcomeOf(() => store.commit(stateOf(3)))).toBe('STORAGE');
    disk.plan = () => undefined;
    expect(await outcomeOf(() => store.load())).toBe(2);
    await store.commit(stateOf(3));
  });

  test('that another took since, in a place that had none: the commit is refused', async () => {
    const disk = new VolatileDisk();
    await usedStore('/card', 2, { disk });
    disk.plan = ({ call, path }) => (call === 'lock' && path.endsWith('/c') ? 'EIO' : undefined);
    const store = storeIn('/card', { disk });
    expect(await outcomeOf(() => store.load())).toBe(2);
    disk.plan = () => undefined;
    disk.heldByAnother.add(`/card/${PLACES[2] ?? ''}`);
    expect(await outcomeOf(() => store.commit(stateOf(3)))).toBe('STORAGE');
    disk.heldByAnother.clear();
    expect(await outcomeOf(() => store.load())).toBe(2);
  });
});
