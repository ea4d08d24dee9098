/**
 * What a player, a backup program or a bad disk can do to a software card's files, on the real disk. Each row: the threat's
 * number, what is done, and what the next load gives: the number of the state, or a code. State 3 is the newest in every row.
 */
import {
  chmodSync,
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DispersedStore } from '@coinslot/card';
import { temporaryFolder } from './softcard-folder.ts';
import { ANCHORS, outcomeOf, PLACES, stateOf, storeIn, usedStore, type StoreVariation } from './softcard-parts.ts';

const NEWEST = 3;
const [A, B, C] = PLACES as [string, string, string];
/** The fragment of epoch 3; epoch 2 is in the even one. */
const FRAGMENT = 'odd.fragment';

/** Where a row works: `root` is the card; `older` its copy after the first commit; `other` another card under the same keys. */
interface Ground {
  readonly root: string;
  readonly older: string;
  readonly other: string;
}
type Row = readonly [threat: string, what: string, (ground: Ground) => void, expected: number | string];

const at = (root: string, ...places: string[]) => places.map((place) => join(root, place));
const newest = (root: string, ...places: string[]) => places.map((place) => join(root, place, FRAGMENT));
const deleteAll = (paths: string[]) => paths.forEach((path) => rmSync(path, { recursive: true }));
const put = (from: string, to: string, ...parts: string[]) =>
  parts.forEach((part) => cpSync(join(from, part), join(to, part), { recursive: true }));

function swap(one: string, two: string): void {
  renameSync(one, `${one}.swap`);
  renameSync(two, one);
  renameSync(`${one}.swap`, two);
}

/** Moves something away and leaves a link to it. */
function moveBehindLink(path: string, to: string): void {
  renameSync(path, to);
  symlinkSync(to, path);
}

function replaceByLink(path: string, to: string): void {
  rmSync(path, { recursive: true });
  symlinkSync(to, path);
}

function flipBit(path: string, place: number): void {
  const bytes = readFileSync(path);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function zeroPage(path: string): void {
  writeFileSync(path, readFileSync(path).fill(0, 4096, 8192));
}

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

const anchorFiles = (root: string, anchor: number) =>
  ['even', 'odd'].map((name) => join(root, `${ANCHORS[anchor] ?? ''}.${name}`));

const rows: readonly Row[] = [
  ['P7', 'nothing is done', () => undefined, NEWEST],
  ['P7', 'a place is deleted', ({ root }) => deleteAll(at(root, C)), NEWEST],
  ['P7', 'a fragment is deleted', ({ root }) => deleteAll(newest(root, A)), NEWEST],
  ['P7', 'two places are deleted', ({ root }) => deleteAll(at(root, A, C)), 'CARD_STATE'],
  ['P7', 'all places are deleted', ({ root }) => deleteAll(at(root, A, B, C)), 'CARD_STATE'],
  ['P7', 'anchors too are deleted', ({ root }) => deleteAll(at(root, 'profile', 'outside', 'keychain')), 'CARD_STATE'],
  ['P7', 'two newest fragments are deleted', ({ root }) => deleteAll(newest(root, A, B)), 'CARD_STATE'],
  ['P7', 'all newest fragments are deleted', ({ root }) => deleteAll(newest(root, A, B, C)), 'CARD_FORK'],
  ['P7', 'a place is renamed', ({ root }) => renameSync(join(root, B), join(root, 'b')), NEWEST],
  [
    'P7',
    'the folder of two is renamed',
    ({ root }) => renameSync(join(root, 'profile/cards'), join(root, 'x')),
    'CARD_STATE',
  ],
  ['P7', 'two places change names', ({ root }) => swap(join(root, A), join(root, C)), NEWEST],
  ['P7', 'two fragments change names', ({ root }) => swap(join(root, A, FRAGMENT), join(root, B, FRAGMENT)), NEWEST],
  [
    'P7',
    'one fragment is copied over all',
    ({ root }) => newest(root, B, C).forEach((to) => cpSync(join(root, A, FRAGMENT), to)),
    'CARD_STATE',
  ],
  ['P7', 'an older fragment is mixed in', ({ root, older }) => put(older, root, A), NEWEST],
  ['P7', 'older fragments are mixed in twice', ({ root, older }) => put(older, root, A, B), 'CARD_FORK'],
  ['P7', 'a place becomes a link to itself', ({ root }) => moveBehindLink(join(root, C), join(root, 'c')), NEWEST],
  [
    'P7',
    'two places become links to the third',
    ({ root }) => at(root, A, B).forEach((place) => replaceByLink(place, join(root, C))),
    'CARD_STATE',
  ],
  [
    'P7',
    'a fragment becomes a link to itself',
    ({ root }) => moveBehindLink(join(root, A, FRAGMENT), join(root, 'a')),
    NEWEST,
  ],
  [
    'P7',
    'all fragments become links',
    ({ root }) => newest(root, A, B, C).forEach((path, i) => moveBehindLink(path, join(root, `${i}`))),
    'CARD_FORK',
  ],
  ['P7', 'a fragment becomes a folder', ({ root }) => newest(root, B).forEach(replaceByFolder), NEWEST],
  ['P5', 'all places are put back', ({ root, older }) => put(older, root, A, B, C), 'CARD_FORK'],
  ['P5', 'the profile and its anchor are put back', ({ root, older }) => put(older, root, 'profile'), 'CARD_FORK'],
  ['P5', 'all but the keychain is put back', ({ root, older }) => put(older, root, 'profile', 'outside'), 'CARD_FORK'],
  [
    'P5',
    'an anchor alone is put back',
    ({ root, older }) => {
      deleteAll([join(root, 'keychain')]);
      put(older, root, 'keychain');
    },
    'CARD_FORK',
  ],
  [
    'P5',
    'both anchors are deleted',
    ({ root }) => deleteAll([...anchorFiles(root, 0), ...anchorFiles(root, 1)]),
    'CARD_FORK',
  ],
  ['P5', 'an anchor is deleted', ({ root }) => deleteAll(anchorFiles(root, 1)), NEWEST],
  [
    'P5',
    'an anchor and a place are deleted',
    ({ root }) => deleteAll([join(root, C), ...anchorFiles(root, 1)]),
    'CARD_FORK',
  ],
  [
    'P5',
    'an anchor is deleted, and a place is an older one',
    ({ root, older }) => {
      deleteAll(anchorFiles(root, 0));
      put(older, root, B);
    },
    'CARD_FORK',
  ],
  [
    'P5',
    'the profile is put back, and all that lies outside is deleted',
    ({ root, older }) => {
      deleteAll(at(root, 'profile', 'outside', 'keychain'));
      put(older, root, 'profile');
    },
    'CARD_FORK',
  ],
  [
    'P5',
    'all of it is put back: only the server can tell',
    ({ root, older }) => {
      deleteAll(at(root, 'profile', 'outside', 'keychain'));
      put(older, root, 'profile', 'outside', 'keychain');
    },
    1,
  ],
  ['P6', "all places are another card's", ({ root, other }) => put(other, root, A, B, C), 'CARD_FORK'],
  ['P9', "a place is another card's", ({ root, other }) => put(other, root, A), NEWEST],
  ['P9', "two places are another card's", ({ root, other }) => put(other, root, B, C), 'CARD_FORK'],
  [
    'P8',
    'the sealed state is edited everywhere',
    ({ root }) => newest(root, A, B, C).forEach((path) => flipBit(path, 5000)),
    'CARD_FORK',
  ],
  [
    'P8',
    'the sealed state is edited twice',
    ({ root }) => newest(root, A, B).forEach((path) => flipBit(path, 5000)),
    'CARD_STATE',
  ],
  [
    'P8',
    'the epoch is edited twice',
    ({ root }) => newest(root, A, B).forEach((path) => flipBit(path, 31)),
    'CARD_STATE',
  ],
  [
    'P8',
    'a share is edited twice',
    ({ root }) => newest(root, A, B).forEach((path) => flipBit(path, 120)),
    'CARD_STATE',
  ],
  ['D5', 'a bit is flipped', ({ root }) => newest(root, A).forEach((path) => flipBit(path, 120)), NEWEST],
  ['D5', 'a fragment is cut', ({ root }) => newest(root, A).forEach((path) => truncateSync(path, 400)), NEWEST],
  ['D5', 'a fragment is empty', ({ root }) => newest(root, A).forEach((path) => truncateSync(path, 0)), NEWEST],
  [
    'D5',
    'a fragment is all zeros',
    ({ root }) => newest(root, A).forEach((path) => writeFileSync(path, Buffer.alloc(20_000))),
    NEWEST,
  ],
  [
    'D5',
    'a fragment has grown',
    ({ root }) => newest(root, A).forEach((path) => writeFileSync(path, 'x', { flag: 'a' })),
    NEWEST,
  ],
  ['D5', 'a page of two is zeros', ({ root }) => newest(root, A, B).forEach(zeroPage), 'CARD_STATE'],
  [
    'D5',
    'two are foreign files',
    ({ root }) => newest(root, A, C).forEach((path) => writeFileSync(path, 'hello')),
    'CARD_STATE',
  ],
  [
    'D5',
    'an anchor has a flipped bit',
    ({ root }) => anchorFiles(root, 0).forEach((path) => flipBit(path, 12)),
    NEWEST,
  ],
  [
    'D2',
    'a fragment is open to others',
    ({ root }) => newest(root, A).forEach((path) => chmodSync(path, 0o644)),
    NEWEST,
  ],
  ['D2', 'a place is open to others', ({ root }) => chmodSync(join(root, A), 0o755), NEWEST],
  [
    'D2',
    'two fragments are open to others',
    ({ root }) => newest(root, A, B).forEach((path) => chmodSync(path, 0o644)),
    'CARD_STATE',
  ],
  [
    'D2',
    'all places are open to others',
    ({ root }) => at(root, A, B, C).forEach((path) => chmodSync(path, 0o750)),
    'CARD_STATE',
  ],
  ['D2', 'a fragment has a second name', ({ root }) => linkSync(join(root, A, FRAGMENT), join(root, 'second')), NEWEST],
];

/** What no repair may touch, since it may lead to something of the player's: that place stays lost, and the card works on. */
const STAYS = new Set(['a place becomes a link to itself', 'a fragment becomes a folder']);

/** Every path below with its kind, mode and bytes. */
function snapshot(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const path = join(root, name);
    const stat = lstatSync(path);
    const bytes = stat.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
    found[name] = `${stat.mode.toString(8)} ${bytes}`;
  }
  return found;
}

async function ground(): Promise<Ground> {
  const [root, older, other] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const store = await usedStore(root, 1);
  await store.close();
  cpSync(root, older, { recursive: true });
  await store.load();
  for (let number = 2; number <= NEWEST; number++) await store.commit(stateOf(number));
  await store.close();
  await (await usedStore(other, 7)).close();
  return { root, older, other };
}

async function troublesOf(store: DispersedStore): Promise<string[]> {
  const findings = (await store.inspect()).map(({ finding }) => finding);
  return findings.filter((finding) => finding !== 'whole');
}

describe('the files of a software card', () => {
  test.each(rows)('%s: %s', async (_threat, what, tamper, expected) => {
    const where = await ground();
    const kept = temporaryFolder();
    cpSync(where.root, kept, { recursive: true });
    tamper(where);
    const tampered = snapshot(where.root);
    expect(await outcomeOf(() => storeIn(where.root).load())).toBe(expected);
    if (typeof expected === 'string') {
      expect(snapshot(where.root), 'a refusal changes nothing').toEqual(tampered);
      expect(await outcomeOf(() => storeIn(kept).load()), 'what was kept is still the card').toBe(NEWEST);
      return;
    }
    const store = storeIn(where.root);
    if (!STAYS.has(what)) expect(await troublesOf(store), 'repaired by the load').toEqual([]);
    expect(await outcomeOf(() => store.load())).toBe(expected);
    await store.commit(stateOf(39));
    expect(await troublesOf(store)).toEqual(STAYS.has(what) ? ['link'] : []);
    await store.commit(stateOf(40));
    expect(await outcomeOf(() => storeIn(where.root).load())).toBe(40);
  });

  test.each<[string, string, StoreVariation, number | string]>([
    ['P8', 'another PIN secret', { pin: 9 }, 'CARD_STATE'],
    ['P8', 'another machine', { machine: 9 }, 'CARD_STATE'],
    ['P8', 'secrets changed for each other', { pin: 2, machine: 1 }, 'CARD_STATE'],
    ['P7', 'places in another order, and one of them elsewhere', { places: [B, A, 'nowhere'] }, NEWEST],
  ])('%s: opened with %s', async (_threat, _what, vary, expected) => {
    const { root } = await ground();
    expect(await outcomeOf(() => storeIn(root, vary).load())).toBe(expected);
  });
});
