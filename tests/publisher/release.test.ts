/** Releases of placements: published, rolled back and listed; each kept, none ever overwritten, nothing that the game cannot offer. */
import { existsSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRequest, toPem } from '@coinslot/authority';
import { decodePlacements, decodeRoots, encodeRoots, openEnvelope, readEnvelope } from '@coinslot/protocol';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import {
  checkStudio,
  FaultsError,
  initStudio,
  listReleases,
  publishPlacements,
  rollBackPlacements,
  signStudio,
  studioFiles,
  type Fault,
  type StudioFiles,
} from '@coinslot/publisher';
import { createTestAuthority, DAY_MS, Studio } from './lib/studio.ts';

const NOW_MS = Date.UTC(2026, 10, 23, 9);
const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));

let studio: Studio;
let files: StudioFiles;

beforeEach(() => {
  studio = new Studio();
  files = studioFiles(studio.folder);
  studio.takeDemoFiles();
  initStudio(studio.folder, { id: 'lumen-works', commonName: 'Lumen Works', country: undefined }, random);
  studio.certify(NOW_MS);
  signStudio(files, NOW_MS, random);
});
afterEach(() => studio.remove());

const publish = (atMs = NOW_MS) => publishPlacements(files, atMs);
const edit = (from: string, to: string): void => studio.edit('placements.yaml', from, to);
const setCooldown = (to: string): void =>
  studio.write(
    'placements.yaml',
    studio
      .read('placements.yaml')
      .toString()
      .replace(/cooldown: \w+/, `cooldown: ${to}`),
  );
const faultsOf = (run: () => unknown): readonly Fault[] => {
  try {
    run();
  } catch (error) {
    if (error instanceof FaultsError) return error.faults;
    throw error;
  }
  return [];
};
const served = () => decodePlacements(readEnvelope(studio.read('placements.coinslot')).body);
const servedFile = (): PlacementsFile => JSON.parse(new TextDecoder().decode(served().file)) as PlacementsFile;
const kept = (number: number): string => `releases/000${number}.coinslot`;

describe('publish', () => {
  it('signs what placements.yaml says as release 1, for whoever has the roots', () => {
    expect(publish()).toMatchObject({ isNew: true, before: undefined, release: { number: 1, timeMs: NOW_MS } });
    const { body } = openEnvelope(studio.read('placements.coinslot'), {
      type: 'placements',
      role: 'publisher',
      roots: decodeRoots(studio.read('roots.coinslot')),
      atMs: NOW_MS,
    });
    expect(decodePlacements(body)).toMatchObject({ publisherId: 'lumen-works', gameId: 'demo-game', number: 1 });
    expect(servedFile().campaigns.map(({ id }) => id)).toEqual(['more-minutes', 'the-night-goes-on', 'comet']);
    expect(servedFile()).not.toHaveProperty('expect');
    expect(studio.read(kept(1))).toEqual(studio.read('placements.coinslot'));
  });

  it('gives every change the next number and keeps all of them', () => {
    const first = publish().release.bytes;
    setCooldown('9m');
    expect(publish(NOW_MS + DAY_MS).release.number).toBe(2);
    expect(Uint8Array.from(studio.read(kept(1)))).toEqual(first);
    expect(served().number).toBe(2);
    expect(servedFile().campaigns[0]!.cooldownMs).toBe(540_000);
  });

  it('does nothing for the same file again, whatever its comments say, and puts it back where it is served from', () => {
    const first = publish().release.bytes;
    studio.write('placements.yaml', `# tuned on Monday\n${studio.read('placements.yaml').toString()}`);
    rmSync(files.release);
    expect(publish(NOW_MS + DAY_MS)).toMatchObject({ isNew: false, release: { number: 1 } });
    expect(Uint8Array.from(studio.read('placements.coinslot'))).toEqual(first);
    expect(existsSync(studio.path(kept(2)))).toBe(false);
  });

  it('never gives a number twice where the folder of releases was lost', () => {
    publish();
    rmSync(files.releases, { recursive: true });
    setCooldown('9m');
    expect(publish().release.number).toBe(2);
  });

  it('refuses an offer that the price list of the game does not have, at its line', () => {
    publish();
    studio.edit('offers.yaml', '  - id: bonus', '  - id: comet-night');
    edit('offer: bonus', 'offer: comet-night');
    setCooldown('9m');
    const [fault, ...more] = faultsOf(publish);
    expect(more).toEqual([]);
    const line =
      studio
        .read('placements.yaml')
        .toString()
        .split('\n')
        .findIndex((one) => one.includes('comet-night')) + 1;
    expect(fault).toMatchObject({ file: files.placements, line, code: 'OFFER_ORIGIN' });
    expect(fault!.message).toContain('campaigns[2].offer: "comet-night" is not in the price list');
    expect(served().number).toBe(1);
    expect(existsSync(studio.path(kept(2)))).toBe(false);
  });

  it('refuses an offer that is retired there, and one that opens something else there', () => {
    const price = studio.read('price-list.coinslot');
    const offers = studio.read('offers.yaml');
    studio.edit('offers.yaml', '  - id: bonus', '  - id: comet-night');
    edit('offer: bonus', 'offer: comet-night');
    signStudio(files, NOW_MS, random);
    studio.write('offers.yaml', offers);
    edit('offer: comet-night', 'offer: bonus');
    expect(faultsOf(publish).map(({ message }) => message)).toEqual([expect.stringContaining('"bonus" is retired in')]);
    studio.write('price-list.coinslot', price);
    studio.edit('offers.yaml', 'forever: bonus', 'forever: comet');
    expect(faultsOf(publish).map(({ message }) => message)).toEqual([
      expect.stringContaining('"bonus" opens "bonus" in the price list'),
    ]);
  });

  it('refuses what check refuses, guard-rails too, and writes nothing', () => {
    edit('pacing: balanced', 'pacing: balanced\nexpect:\n  offersPerHour: { p95: { max: 3 }, p50: { min: 4 } }');
    expect(faultsOf(publish).map(({ message }) => message)).toEqual([
      'expect.offersPerHour: can never hold: the least is above the most',
    ]);
    expect(existsSync(files.release)).toBe(false);
  });

  it('refuses a key that is not the one of the certificate, and a certificate that has run out', () => {
    studio.certify(NOW_MS - 3_700 * DAY_MS);
    expect(faultsOf(publish)).toMatchObject([{ file: files.chain, code: 'CHAIN_EXPIRED' }]);
    studio.certify(NOW_MS);
    rmSync(files.key);
    const elsewhere = studio.path('elsewhere');
    initStudio(elsewhere, { id: 'lumen-works', commonName: 'Lumen Works', country: undefined }, random);
    const foreign = { ...files, key: studioFiles(elsewhere).key };
    expect(faultsOf(() => publishPlacements(foreign, NOW_MS))).toMatchObject([{ code: 'BAD_SIGNATURE' }]);
    expect(existsSync(files.release)).toBe(false);
  });

  it('refuses a folder in which a release was changed, or renamed', () => {
    publish();
    const bytes = Uint8Array.from(studio.read(kept(1)));
    studio.write(kept(2), bytes);
    expect(faultsOf(publish)).toMatchObject([{ file: studio.path(kept(2)), message: 'holds release 1' }]);
    rmSync(studio.path(kept(2)));
    bytes[60]! ^= 1;
    studio.write(kept(1), bytes);
    expect(faultsOf(publish)).toMatchObject([{ file: studio.path(kept(1)), code: 'BAD_SIGNATURE' }]);
  });
});

describe('rollback', () => {
  beforeEach(() => {
    publish();
    setCooldown('9m');
    publish();
  });

  it('releases the file before under the next number', () => {
    const first = publishedFile(1);
    expect(rollBackPlacements(files, undefined, NOW_MS)).toMatchObject({
      isNew: true,
      to: { number: 1 },
      release: { number: 3 },
    });
    expect(served().number).toBe(3);
    expect(served().file).toEqual(first);
  });

  it('goes back to any release by its number', () => {
    setCooldown('11m');
    publish();
    expect(rollBackPlacements(files, 2, NOW_MS)).toMatchObject({ to: { number: 2 }, release: { number: 4 } });
    expect(servedFile().campaigns[0]!.cooldownMs).toBe(540_000);
  });

  it('does nothing where that file is in force already', () => {
    expect(rollBackPlacements(files, 2, NOW_MS)).toMatchObject({ isNew: false, release: { number: 2 } });
  });

  it('refuses a release that there never was, and one whose offers the game does not sell any more', () => {
    expect(faultsOf(() => rollBackPlacements(files, 7, NOW_MS))).toMatchObject([
      { message: 'no release 7', hint: 'releases: 1, 2' },
    ]);
    studio.edit('offers.yaml', '  - id: bonus', '  - id: comet-night');
    signStudio(files, NOW_MS, random);
    expect(faultsOf(() => rollBackPlacements(files, 1, NOW_MS))).toMatchObject([
      { file: studio.path(kept(1)), code: 'OFFER_ORIGIN' },
    ]);
    expect(served().number).toBe(2);
  });

  const publishedFile = (number: number): Uint8Array =>
    decodePlacements(readEnvelope(studio.read(kept(number))).body).file;
});

describe('releases', () => {
  it('are listed with what each changed, in words', () => {
    publish();
    setCooldown('9m');
    edit('    caps: { session: 1, day: 2 }\n', '    caps: { session: 2, day: 2 }\n    holdout: 12.5%\n');
    publish(NOW_MS + DAY_MS);
    rollBackPlacements(files, undefined, NOW_MS + 2 * DAY_MS);
    const listed = listReleases(files);
    expect(listed.map(({ number, timeMs, sameAs }) => [number, timeMs, sameAs])).toEqual([
      [1, NOW_MS, undefined],
      [2, NOW_MS + DAY_MS, undefined],
      [3, NOW_MS + 2 * DAY_MS, 1],
    ]);
    expect(listed.map(({ changes }) => changes)).toEqual([
      [],
      [
        'campaign more-minutes: cooldown 9m, was 2m',
        'campaign the-night-goes-on: cap of a session 2, was 1; holdout 12.5%, was 0%',
      ],
      [
        'campaign more-minutes: cooldown 2m, was 9m',
        'campaign the-night-goes-on: cap of a session 1, was 2; holdout 0%, was 12.5%',
      ],
    ]);
  });

  it('say what is new, gone, moved and otherwise ordered', () => {
    publish();
    const text = studio.read('placements.yaml').toString();
    const [head, first, second, third] = text.split(/(?=\n {2}# )/);
    studio.write(
      'placements.yaml',
      `${head!.replace('on: breakpoint', 'on: { level: end }').replace('day: 5', 'day: none')}${third!}${first!}`,
    );
    publish();
    expect(second).toContain('the-night-goes-on');
    expect(listReleases(files)[1]!.changes).toEqual([
      'placement level-end: stands for { level: end }, was breakpoint',
      'campaign the-night-goes-on: gone',
      'overall: cap of a day none, was 5',
      'order of campaigns: comet, more-minutes',
    ]);
  });
});

describe('check warns', () => {
  const warnings = (atMs = NOW_MS) =>
    checkStudio(files, atMs, false).warnings.filter(({ message }) => !message.includes('sandbox certificate'));
  const lineOf = (text: string): number =>
    studio
      .read('placements.yaml')
      .toString()
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1;

  it('of nothing where nothing was released, or what was released is what the file says', () => {
    expect(warnings()).toEqual([]);
    publish();
    expect(warnings()).toEqual([]);
  });

  it('of each thing that placements.yaml says and the latest release does not, at its line', () => {
    publish();
    setCooldown('9m');
    edit('day: 5', 'day: 6');
    edit('  minutes-over:', '  minutes-gone:');
    edit('placements: [minutes-over]', 'placements: [minutes-gone]');
    const at = { file: files.placements };
    expect(warnings()).toMatchObject([
      { ...at, line: lineOf('placements:'), message: 'not in release 1: placement minutes-over: gone' },
      { ...at, line: lineOf('minutes-gone:'), message: 'not in release 1: placement minutes-gone: new' },
      {
        ...{ ...at, line: lineOf('- id: more-minutes') },
        message:
          'not in release 1: campaign more-minutes: placements minutes-gone, was minutes-over; cooldown 9m, was 2m',
      },
      { ...at, line: lineOf('overall:'), message: 'not in release 1: overall: cap of a day 6, was 5' },
    ]);
    expect(warnings().at(-1)!.hint).toContain('coinslot placements publish');
    publish();
    expect(warnings()).toEqual([]);
    rollBackPlacements(files, undefined, NOW_MS);
    expect(warnings().map(({ message }) => message)).toContainEqual(expect.stringContaining('not in release 3'));
  });

  it('of a release whose offer the price list does not sell any more', () => {
    publish();
    studio.edit('offers.yaml', '  - id: bonus', '  - id: comet-night');
    edit('offer: bonus', 'offer: comet-night');
    signStudio(files, NOW_MS, random);
    expect(warnings()).toMatchObject([
      {
        ...{ file: studio.path(kept(1)), code: 'OFFER_ORIGIN' },
        message: expect.stringMatching(/a game with this price list refuses it: "bonus" is (not|retired) in/) as string,
      },
      { line: lineOf('- id: comet'), message: 'not in release 1: campaign comet: offer comet-night, was bonus' },
    ]);
  });

  it('of a served file that is not the latest release', () => {
    const first = publish().release.bytes;
    setCooldown('9m');
    publish();
    studio.write('placements.coinslot', first);
    expect(warnings()).toMatchObject([
      { file: files.release, message: 'is not release 2, which is the latest', hint: `${studio.path(kept(2))} has it` },
    ]);
  });

  it('of a release under a certificate that has run out, and publish renews it though the file is the same', () => {
    const authority = createTestAuthority(NOW_MS);
    const subject = readRequest(studio.read('publisher.csr.pem').toString('utf8'));
    const certify = (notAfterMs: number): void =>
      studio.write('publisher.chain.pem', toPem(authority.certify(subject, undefined, notAfterMs)));
    studio.write('roots.coinslot', encodeRoots(authority.roots));
    certify(NOW_MS + DAY_MS);
    publish();
    certify(NOW_MS + 100 * DAY_MS);
    const laterMs = NOW_MS + 2 * DAY_MS;
    signStudio(files, laterMs, random);
    expect(warnings(laterMs)).toMatchObject([
      {
        file: studio.path(kept(1)),
        code: 'CHAIN_EXPIRED',
        message: expect.stringMatching(/^games refuse it: /) as string,
      },
    ]);
    expect(publish(laterMs)).toMatchObject({ isNew: true, release: { number: 2 } });
    expect(warnings(laterMs)).toEqual([]);
    expect(publish(laterMs)).toMatchObject({ isNew: false, release: { number: 2 } });
  });
});

it('the commands say what they did', () => {
  const published = studio.run('placements', 'publish');
  expect(published.stderr).toBe('');
  expect(published.stdout).toBe(
    "released 1: 3 campaigns\nwrote placements.coinslot: put it where the game's placementsUrl leads\n",
  );
  setCooldown('9m');
  expect(studio.run('check').stderr).toMatch(
    /^placements\.yaml:\d+:5: warning: not in release 1: campaign more-minutes: cooldown 9m, was 2m$/m,
  );
  publish();
  // The folder and its words as of every other command; here named from outside.
  const rollback = studio.run('placements', 'rollback', studio.path('.'), '--to', '1');
  expect(rollback.stderr).toBe('');
  expect(rollback.stdout).toContain(
    'released 3: 3 campaigns\n  campaign more-minutes: cooldown 2m, was 9m\nit is the file of release 1 again\n',
  );
  expect(studio.run('placements', 'releases').stdout).toMatch(
    /^0001 {2}\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}3 campaigns\n0002 {2}.*\n {6}campaign more-minutes: cooldown 9m, was 2m\n0003 .*, the file of 1 again, in force\n/,
  );
});
