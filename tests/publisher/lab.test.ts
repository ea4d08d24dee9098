/** The timing lab's server and document: who may come in, what edits leave of a file, and how soon a game hears of it. */
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadAssets, type LabAssets } from '../../publisher/src/lab/assets.ts';
import { openLab } from '../../publisher/src/lab/lab.ts';
import type { LabServer } from '../../publisher/src/lab/lab-server.ts';
import { LAB_LIMITS } from '../../publisher/src/lab/limits.ts';
import type { LabView, SimulationView } from '../../publisher/src/lab/view.ts';
import { GUARD_RAILS } from './lib/studio.ts';
import { studioFiles } from '../../publisher/src/studio/layout.ts';

const DEMO = join(import.meta.dirname, '../../demo-game/coinslot');
const GAME = 'http://127.0.0.1:8375';

let folder: string;
let lab: LabServer;
let nowMs: number;
let assets: LabAssets;

beforeAll(async () => {
  assets = await loadAssets();
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coinslot-lab-'));
  for (const name of ['offers.yaml', 'placements.yaml']) cpSync(join(DEMO, name), join(folder, name));
  nowMs = Date.UTC(2026, 10, 23, 4);
  lab = await openLab({
    files: studioFiles(folder),
    port: 0,
    assets,
    clock: () => nowMs,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
  });
});
afterEach(async () => {
  await lab.close();
  rmSync(folder, { recursive: true });
});

const origin = (): string => `http://127.0.0.1:${lab.port}`;

/** A browser with the page open. */
class Page {
  readonly cookie: string;

  constructor(cookie: string) {
    this.cookie = cookie;
  }

  static async open(address = lab.pageUrl()): Promise<Page> {
    const answer = await fetch(address, { redirect: 'manual' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/');
    return new Page((answer.headers.get('set-cookie') ?? '').split(';')[0]!);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${origin()}${path}`, { headers: { cookie: this.cookie, ...headers } });
  }

  send(name: string, fields: object = {}, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${origin()}/api/${name}`, {
      method: 'POST',
      headers: { cookie: this.cookie, origin: origin(), 'content-type': 'application/json', ...headers },
      body: JSON.stringify(fields),
    });
  }

  async post(name: string, fields: object = {}): Promise<LabView> {
    const answer = await this.send(name, fields);
    expect(answer.status, await answer.clone().text()).toBe(200);
    return (await answer.json()) as LabView;
  }

  async view(): Promise<LabView> {
    return (await (await this.get('/api/lab')).json()) as LabView;
  }
}

/** A game that follows: the files that it was given. */
async function follow(): Promise<{ next(): Promise<PlacementsFile>; close(): Promise<void> }> {
  const answer = await fetch(`${origin()}/live`, { headers: { origin: GAME } });
  expect(answer.headers.get('access-control-allow-origin')).toBe(GAME);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async next() {
      while (!text.includes('\n\n')) text += (await reader.read()).value ?? '';
      const end = text.indexOf('\n\n');
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      expect(event.startsWith('event: placements\ndata: ')).toBe(true);
      return JSON.parse(event.slice(event.indexOf('data: ') + 6)) as PlacementsFile;
    },
    close: () => reader.cancel(),
  };
}

/** Asks with headers that `fetch` does not let through; the status. */
const rawStatus = (path: string, headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: lab.port, path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.once('error', reject);
    asked.end();
  });

const path = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(path(name), 'utf8');
const cooldownOf = (file: PlacementsFile | null): number | undefined =>
  file?.campaigns.find((one) => one.id === 'comet')?.cooldownMs;

describe('who may come in', () => {
  it('an address works once, goes stale, and every door of the page wants its cookie', async () => {
    const address = lab.pageUrl();
    const page = await Page.open(address);
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(403);
    const old = lab.pageUrl();
    nowMs += LAB_LIMITS.tokenLifeMs + 1;
    expect((await fetch(old, { redirect: 'manual' })).status).toBe(403);
    for (const door of ['/', '/page.js', '/page.css', '/api/lab', '/api/patch', '/api/stream']) {
      expect((await fetch(`${origin()}${door}`)).status, door).toBe(403);
      const answer = await page.get(door);
      expect(answer.status, door).toBe(200);
      await answer.body?.cancel();
    }
    const forged = new Page(`coinslot-lab-${lab.port}=guess`);
    expect((await forged.get('/api/lab')).status).toBe(403);
    expect((await forged.send('save')).status).toBe(403);
  });

  it.each(['lab.example:8376', '127.0.0.1', 'localhost', '[::1]:8376'])('not under the name "%s"', async (host) => {
    const page = await Page.open();
    expect(await rawStatus('/api/lab', { host, cookie: page.cookie })).toBe(403);
    expect(await rawStatus('/live', { host, origin: GAME })).toBe(403);
  });

  it('another page on this machine, or elsewhere, changes and reads nothing', async () => {
    const page = await Page.open();
    for (const headers of [{ origin: GAME }, { origin: 'https://evil.example' }, { 'content-type': 'text/plain' }])
      expect((await page.send('edit', { text: '' }, headers)).status).toBe(403);
    for (const site of ['same-site', 'cross-site'])
      expect(
        await rawStatus('/api/lab', { host: `127.0.0.1:${lab.port}`, cookie: page.cookie, 'sec-fetch-site': site }),
      ).toBe(403);
    for (const stranger of ['https://evil.example', 'http://127.0.0.1.evil.example:80', 'null', 'http://[::1]:8375']) {
      expect((await fetch(`${origin()}/live`, { headers: { origin: stranger } })).status).toBe(403);
      const sent = await fetch(`${origin()}/recordings`, { method: 'POST', headers: { origin: stranger }, body: '{}' });
      expect(sent.status).toBe(403);
    }
    expect((await page.view()).saved).toBe(true);
  });

  it('serves its page without anything inline, framed, cached or sniffed', async () => {
    const page = await Page.open();
    for (const door of ['/', '/page.js', '/page.css', '/icon.svg']) {
      const { headers } = await page.get(door);
      const policy = headers.get('content-security-policy');
      expect(policy).toContain("script-src 'self'; style-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
    expect(await (await page.get('/')).text()).not.toMatch(/<style|style=|<script>|onclick/);
    expect((await page.get('/api/../lab-server.ts')).status).toBe(404);
    expect((await page.get('/api/recordings/..%2Fplacements.yaml')).status).toBe(404);
  });
});

describe('editing', () => {
  it('keeps comments and order, is not on disk until saved, and can be undone', async () => {
    const page = await Page.open();
    const before = read('placements.yaml');
    const edited = await page.post('edit', { campaign: 'comet', set: { cooldown: '5m', caps: { session: 2 } } });
    expect(cooldownOf(edited.file)).toBe(300_000);
    expect(cooldownOf(edited.disk)).toBe(480_000);
    expect(edited).toMatchObject({ saved: false, canUndo: true, faults: [] });
    expect(edited.text).toBe(
      before
        .replace('cooldown: 8m', 'cooldown: 5m')
        .replace('caps: { session: 1, day: 1, lifetime: 8 }', 'caps: { session: 2, day: 1, lifetime: 8 }'),
    );
    expect(read('placements.yaml')).toBe(before);
    expect(existsSync(path('placements.json'))).toBe(false);
    expect(await (await page.get('/api/patch')).text()).toBe(
      'campaigns:\n  - id: comet\n    cooldown: 5m\n    caps: { session: 2 }\n',
    );

    expect(await page.post('save')).toMatchObject({ saved: true });
    expect(read('placements.yaml')).toBe(edited.text);
    expect(JSON.parse(read('placements.json'))).toEqual(edited.file);
    const undone = await page.post('undo');
    expect(undone).toMatchObject({ text: before, saved: false });
    expect(await page.post('revert')).toMatchObject({ text: edited.text, saved: true });
  });

  it('takes typing that goes on as one step', async () => {
    const page = await Page.open();
    const before = (await page.view()).text;
    for (const letter of ['a', 'ab', 'abc']) {
      nowMs += LAB_LIMITS.typingMs;
      await page.post('edit', { text: `# ${letter}\n${before}` });
    }
    nowMs += LAB_LIMITS.typingMs + 1;
    await page.post('edit', { text: `# later\n${before}` });
    expect((await page.post('undo')).text).toBe(`# abc\n${before}`);
    expect((await page.post('undo')).text).toBe(before);
    expect((await page.view()).canUndo).toBe(false);
  });

  it('simulates the edited file, and holds its guard-rails against it', async () => {
    const page = await Page.open();
    const { text, summary } = await page.view();
    expect(summary.join(' ')).toContain('comet');
    await page.post('edit', {
      text: `${text.replace(GUARD_RAILS, '')}\nexpect:\n  offersPerSession: { p95: { max: 3 } }\n  shareNeverAsked: { min: 99% }\n`,
    });
    const answer = await page.send('simulate', { players: 260 });
    expect(answer.status).toBe(200);
    const simulated = (await answer.json()) as SimulationView;
    expect(simulated).toMatchObject({ players: 260, guardRails: [{ holds: true }, { holds: false }] });
    expect(simulated.guardRails[1]!.text).toMatch(/^shareNeverAsked: at least 99 %, found \d/);
    expect(simulated.personas.reduce((sum, one) => sum + one.players, 0)).toBe(260);
    expect(simulated.perHour.counts.reduce((sum, one) => sum + one, 0)).toBe(260);
    writeFileSync(path('personas.yaml'), 'personas: { nobody: {} }\n');
    const refused = await page.send('simulate', { players: 10 });
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('personas.yaml:1:')]);
  });

  it('tells faults with their place, and the last good rules stay in force', async () => {
    const page = await Page.open();
    const { text, file } = await page.view();
    const line = text.split('\n').findIndex((one) => one.includes('cooldown: 8m')) + 1;
    const broken = await page.post('edit', { text: text.replace('cooldown: 8m', 'cooldwon: 8m') });
    expect(broken.faults).toEqual([expect.objectContaining({ file: path('placements.yaml'), line, column: 5 })]);
    expect(broken.file).toEqual(file);
    const refused = await page.send('save');
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain(`placements.yaml:${line}:5`);
    expect(read('placements.yaml')).toBe(text);
    expect((await page.send('edit', { campaign: 'nobody', set: { cooldown: '1m' } })).status).toBe(409);
    expect((await page.send('edit', { campaign: 'comet' })).status).toBe(409);
    expect((await page.send('edit', { campaign: 'comet', set: 3 })).status).toBe(409);
    expect((await page.view()).revision).toBe(broken.revision);
  });

  it('opens on a folder whose files are broken or missing, and goes on when they are mended', async () => {
    const page = await Page.open();
    rmSync(path('offers.yaml'));
    writeFileSync(path('placements.yaml'), 'game: [');
    await expect.poll(async () => (await page.view()).faults.length, { timeout: 5_000 }).toBeGreaterThan(0);
    for (const name of ['offers.yaml', 'placements.yaml']) cpSync(join(DEMO, name), path(name));
    await expect.poll(async () => (await page.view()).faults, { timeout: 5_000 }).toEqual([]);
  });
});

describe('the file on disk', () => {
  it.each([
    ['written in place', (text: string) => writeFileSync(path('placements.yaml'), text)],
    [
      'replaced by a renamed draft',
      (text: string) => {
        writeFileSync(path('.placements.yaml.swp'), text);
        renameSync(path('.placements.yaml.swp'), path('placements.yaml'));
      },
    ],
  ])('reaches a following game in less than a second when %s', async (_, write) => {
    const game = await follow();
    expect(cooldownOf(await game.next())).toBe(480_000);
    for (const [minutes, ms] of [
      ['7m', 420_000],
      ['6m', 360_000],
    ] as const) {
      const startedAt = performance.now();
      write(read('placements.yaml').replace(/cooldown: [678]m/, `cooldown: ${minutes}`));
      expect(cooldownOf(await game.next())).toBe(ms);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    }
    await game.close();
  });

  it('changed under edits is told, and neither side is lost', async () => {
    const page = await Page.open();
    const game = await follow();
    await game.next();
    const edited = await page.post('edit', { campaign: 'comet', set: { cooldown: '5m' } });
    expect(cooldownOf(await game.next())).toBe(300_000);
    const theirs = read('placements.yaml').replace('pacing: balanced', 'pacing: gentle');
    writeFileSync(path('placements.yaml'), theirs);
    // Saving looks at the disk first, whether or not the watch has spoken yet.
    const refused = await page.send('save');
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain('changed on disk');
    expect(read('placements.yaml')).toBe(theirs);
    expect(await page.view()).toMatchObject({ changedOnDisk: true, saved: false, text: edited.text });

    expect(await page.post('revert')).toMatchObject({ changedOnDisk: false, saved: true, text: theirs });
    expect(await page.post('undo')).toMatchObject({ text: edited.text, saved: false });
    writeFileSync(path('placements.yaml'), `${theirs}\n`);
    expect(await page.post('save', { over: true })).toMatchObject({ saved: true, changedOnDisk: false });
    expect(read('placements.yaml')).toBe(edited.text);
    await game.close();
  });
});

describe('games', () => {
  it('are counted, and hear of nothing that changes no rule', async () => {
    const page = await Page.open();
    const game = await follow();
    await game.next();
    expect((await page.view()).followers).toBe(1);
    await page.post('edit', { text: `# a comment\n${read('placements.yaml')}` });
    await page.post('edit', { campaign: 'comet', set: { cooldown: '9m' } });
    expect(cooldownOf(await game.next())).toBe(540_000);
    await game.close();
    await expect.poll(async () => (await page.view()).followers).toBe(0);
  });

  it('hand over recordings, each kept under a name of its own', async () => {
    const page = await Page.open();
    const asked = await fetch(`${origin()}/recordings`, { method: 'OPTIONS', headers: { origin: GAME } });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(GAME);
    const names: string[] = [];
    for (const body of ['one\n', 'two\n']) {
      const answer = await fetch(`${origin()}/recordings`, { method: 'POST', headers: { origin: GAME }, body });
      expect(answer.status).toBe(201);
      names.push(((await answer.json()) as { name: string }).name);
    }
    expect(names).toEqual(['session-2026-11-23-04-00-1.jsonl', 'session-2026-11-23-04-00-2.jsonl']);
    expect((await page.view()).recordings.map((one) => one.name)).toEqual(names);
    expect(await (await page.get(`/api/recordings/${names[1]}`)).text()).toBe('two\n');
    const large = 'x'.repeat(LAB_LIMITS.recordingBytesMax + 1);
    const refused = await fetch(`${origin()}/recordings`, { method: 'POST', headers: { origin: GAME }, body: large });
    expect(refused.status).toBe(413);
  });

  it('that play while a designer adds a file by hand find it listed', async () => {
    const page = await Page.open();
    mkdirSync(path('recordings'));
    writeFileSync(path('recordings/mine.jsonl'), '');
    expect((await page.view()).recordings).toEqual([expect.objectContaining({ name: 'mine.jsonl', bytes: 0 })]);
  });
});
