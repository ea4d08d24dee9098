/** O. Web origins against the loopback wallet, in a real browser with Local Network Access. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { LINK_PATH, LINK_SUBPROTOCOL } from '@coinslot/protocol/link';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { pictures } from '../wallet/browser.ts';
import { headerSubprotocol, makePairingHeader } from '../wallet/game-client.ts';
import { openExtension, openRig, outcome, pay, shows, unreachable, Visit, type Rig } from './loopback/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig?.close());

async function visit(): Promise<Visit> {
  const begun = await Visit.begin(rig);
  onTestFinished(() => begun.end());
  return begun;
}

/** What a page's own socket comes to: `open`, or its close code. */
const knock = (from: Page | Frame, url: string, protocols: readonly string[]): Promise<string> =>
  from.evaluate(
    ([to, names]) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(to, [...names]);
        socket.onopen = () => resolve('open');
        socket.onclose = ({ code }) => resolve(`closed ${code}`);
      }),
    [url, protocols] as const,
  );

const linkOf = ({ world }: Visit, host = '127.0.0.1'): string => `ws://${host}:${world.wallet.port}${LINK_PATH}`;

/** The subprotocols that anybody can read off the game's price list. */
const protocolsOf = ({ world }: Visit, origins: readonly string[], ...more: string[]): string[] => [
  LINK_SUBPROTOCOL,
  headerSubprotocol(makePairingHeader(world.publisher, { origins })),
  ...more,
];

const NOT_CHARGED = { status: 'skipped', charged: 'no' };

describe('O8: Local Network Access', () => {
  it('O8: denied: the plugin says so within three seconds, tries nothing, and works once it is granted, without a reload', async () => {
    const here = await visit();
    const { game } = rig.origins;
    const page = await here.page(`${game}/game`);
    await here.permit(page, 'denied', game);
    await page.evaluate(() => window.room.begin('level-3'));
    await unreachable(page, 'wallet-permission');
    console.info(`O8: told after ${Math.round((await page.evaluate(() => window.room.firstWordMs)) ?? NaN)} ms`);
    await here.permit(page, 'granted', game);
    expect(await pay(page)).toMatchObject({ status: 'granted', charged: 'yes' });
    expect(here.refused).toEqual([]);
  });

  it('O8: denied: the game goes on with a reason apart from an absent wallet', async () => {
    const here = await visit();
    const { game } = rig.origins;
    const page = await here.page(`${game}/game`);
    await here.permit(page, 'denied', game);
    await page.evaluate(() => window.room.begin('level-3'));
    await unreachable(page, 'wallet-permission');
    await page.evaluate(() => window.room.intend('close'));
    expect(await outcome(page)).toMatchObject({ ...NOT_CHARGED, reason: 'wallet-permission' });
    await here.permit(page, 'granted', game);
    await here.world.wallet.close();
    await page.evaluate(() => window.room.begin('level-3'));
    await unreachable(page, 'wallet-absent');
    await page.evaluate(() => window.room.intend('close'));
    expect(await outcome(page)).toMatchObject({ ...NOT_CHARGED, reason: 'wallet-absent' });
  });

  it('O8: prompt: the plugin explains before the browser asks, and asks only when the player tries again', async () => {
    const here = await visit();
    const { game } = rig.origins;
    const page = await here.page(`${game}/game`);
    await here.permit(page, 'prompt', game);
    const tried: string[] = [];
    page.on('websocket', (socket) => tried.push(socket.url()));
    // An offer by timing explains too: there is something for the player to answer.
    await page.evaluate(() => window.room.atBoundary('level-end'));
    await unreachable(page, 'wallet-ask');
    expect(tried).toEqual([]);
    await page.evaluate(() => window.room.intend('retry'));
    await page.waitForFunction(() => window.room.states.filter(({ kind }) => kind === 'unreachable').length > 1);
    expect(tried).toEqual([linkOf(here)]);
    await here.permit(page, 'granted', game);
    expect(await pay(page)).toMatchObject({ status: 'granted' });
  });

  it('O8: a frame without the policy is told apart from a refusal; with it, and granted, it works', async () => {
    const here = await visit();
    const { game, portal, plain } = rig.origins;
    const src = encodeURIComponent(`${game}/game`);
    const bare = await here.framed(`${portal}/portal?src=${src}`);
    await bare.evaluate(() => window.room.begin('level-3'));
    await unreachable(bare, 'wallet-unfit');
    await bare.evaluate(() => window.room.intend('close'));
    expect(await outcome(bare)).toMatchObject({
      ...NOT_CHARGED,
      reason: 'wallet-permission',
      detail: expect.stringContaining('allow="loopback-network"') as string,
    });
    const allowed = await here.framed(`${portal}/portal?allow=loopback-network&src=${src}`);
    await here.permit(allowed.page(), 'prompt', portal, game);
    await allowed.evaluate(() => window.room.begin('level-3'));
    await unreachable(allowed, 'wallet-ask');
    await here.permit(allowed.page(), 'granted', portal, game);
    expect(await pay(allowed)).toMatchObject({ status: 'granted' });
    // A public page that is not https is refused without a question.
    const insecure = await here.page(`${plain}/game`);
    await insecure.evaluate(() => window.room.begin('level-3'));
    await unreachable(insecure, 'wallet-unfit');
  });
});

describe('a page that is none of the game’s', () => {
  it('O9: granted by the browser, with the game’s own header, is refused; and so is its own', async () => {
    const here = await visit();
    const { evil, game } = rig.origins;
    const page = await here.page(`${evil}/`);
    await here.permit(page, 'granted', evil);
    expect(await knock(page, linkOf(here), protocolsOf(here, [game]))).toBe('closed 1006');
    // The plugin itself, on that page, sends nothing at all, and tells its developer why.
    const copied = await here.page(`${evil}/game`);
    await copied.evaluate(() => window.room.begin('level-3'));
    await unreachable(copied, 'wallet-absent');
    expect(await copied.evaluate(() => window.room.problems)).toEqual([expect.stringContaining('game.origins')]);
    expect(here.refused).toEqual(['ORIGIN_REFUSED']);
  });

  it('O1: sandboxed, data:, and a file without a code: refused before the upgrade, by the browser or by the wallet', async () => {
    const here = await visit();
    const { local, game } = rig.origins;
    const protocols = protocolsOf(here, [game, local, 'native://game'], 'pass.ABCD-EFGH');
    const src = encodeURIComponent(`${local}/`);
    // Of this machine, so that the browser lets it through: what is shown is the wallet's own refusal.
    const sandboxed = await here.framed(`${local}/portal?sandbox=allow-scripts&src=${src}`);
    expect(await sandboxed.evaluate(() => self.origin)).toBe('null');
    expect(await knock(sandboxed, linkOf(here), protocols)).toBe('closed 1006');
    expect(await knock(sandboxed, linkOf(here), protocols.slice(0, 2))).toBe('closed 1006');
    const file = await here.page(rig.file);
    expect(await knock(file, linkOf(here), protocols)).toBe('closed 1006');
    expect(here.refused).toEqual(['ORIGIN_REFUSED', 'ORIGIN_REFUSED', 'ORIGIN_REFUSED']);
    const data = await here.page('data:text/html,<h1>data</h1>');
    expect(await knock(data, linkOf(here), protocols)).toBe('closed 1006');
    expect(here.world.wallet.profile.state.pairings).toEqual([]);
  });

  it('O1: a page of an extension, which the browser asks nothing, is refused before the upgrade', async () => {
    const here = await visit();
    const extension = await openExtension();
    onTestFinished(() => extension.close());
    const { page } = extension;
    expect(await page.evaluate(() => self.origin)).toMatch(/^chrome-extension:/);
    expect(await knock(page, linkOf(here), protocolsOf(here, [rig.origins.game]))).toBe('closed 1006');
    expect(here.refused).toEqual(['ORIGIN_REFUSED']);
  });

  it('O3: a name that resolves to this machine reaches nothing, as a socket, as a page, or as a request', async () => {
    const here = await visit();
    const { port } = here.world.wallet;
    const { local, game } = rig.origins;
    const page = await here.page(`${local.replace('localhost', 'attacker.test')}/`);
    expect(await knock(page, linkOf(here, 'attacker.test'), protocolsOf(here, [game]))).toBe('closed 1006');
    expect(here.refused).toEqual(['HOST_REFUSED']);
    // Opened by that name the wallet is an empty 403.
    const statuses: number[] = [];
    page.on('response', (response) => void statuses.push(response.status()));
    await expect(page.goto(`http://attacker.test:${port}/`)).rejects.toThrow('ERR_HTTP_RESPONSE_CODE_FAILURE');
    // And the attacker's own page, from when the name was still its server's, asks at what it takes for its own origin.
    await page.route(`http://attacker.test:${port}/`, (route) => route.fulfill({ body: '<h1>turned</h1>' }), {
      times: 1,
    });
    await page.goto(`http://attacker.test:${port}/`);
    const asked = await page.evaluate(async () => {
      const one = await fetch('/api/view').catch(() => 'stopped by the browser');
      return typeof one === 'string' ? one : `${one.status} ${await one.text()}`;
    });
    console.info(`O3: a request after rebinding: ${asked}`);
    expect(['403 ', 'stopped by the browser']).toContain(asked);
    expect(statuses.filter((status) => status !== 403 && status !== 200)).toEqual([]);
  });

  it('O6: form, request, image and redirect change nothing and show nothing, though the player’s session is open', async () => {
    const here = await visit();
    const { local } = rig.origins;
    const wallet = await here.page(here.world.wallet.pageUrl());
    await wallet.getByRole('heading', { name: 'Balance' }).waitFor();
    const to = here.world.wallet.url;
    // Of the same site as the wallet, so that even its cookie goes along; and of another.
    for (const from of [local.replace('localhost', '127.0.0.1'), local]) {
      const page = await here.page(`${from}/`);
      const statuses: number[] = [];
      page.on('response', (response) => response.url().startsWith(to) && statuses.push(response.status()));
      const seen = await page.evaluate(
        async ([wallet, away]) => {
          const body = '{"on":true}';
          const told = (request: Promise<Response>): Promise<string> =>
            request.then(
              ({ type, status }) => `${type} ${status}`,
              () => 'failed',
            );
          const image = (src: string): Promise<string> =>
            new Promise((resolve) => {
              const element = new Image();
              element.onload = () => resolve('image');
              element.onerror = () => resolve('failed');
              element.src = src;
            });
          return [
            await told(fetch(`${wallet}api/pause`, { method: 'POST', mode: 'no-cors', credentials: 'include', body })),
            await told(fetch(`${wallet}api/pause`, { method: 'POST', credentials: 'include', body })),
            await told(fetch(`${wallet}api/view`, { credentials: 'include' })),
            await told(
              fetch(`${wallet}api/pause`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
            ),
            await told(
              fetch(`/away?to=${encodeURIComponent(`${away}&n=2`)}`, { method: 'POST', mode: 'no-cors', body }),
            ),
            await image(`${wallet}icon.svg`),
            await image(`${wallet}api/view`),
          ];
        },
        [to, `/away?to=${encodeURIComponent(`${to}api/pause`)}`] as const,
      );
      // An opaque answer tells the page nothing; a readable one would.
      for (const one of seen) expect(one).toMatch(/^(opaque 0|failed)$/);
      // What a form gets is the page that it leads to: an empty 403.
      const landed = page.waitForRequest((request) => request.isNavigationRequest() && request.method() === 'POST');
      const [answer] = await Promise.all([
        landed.then((request) => request.response()),
        page.evaluate((wallet) => {
          const form = document.createElement('form');
          form.method = 'POST';
          form.action = `${wallet}api/pause`;
          form.enctype = 'text/plain';
          const field = document.createElement('input');
          [field.name, field.value] = ['{"on":true,"x":"', '"}'];
          form.append(field);
          document.body.append(form);
          form.submit();
        }, to),
      ]);
      expect(answer?.status()).toBe(403);
      // Of those that a page may not read, the browser reports only some.
      expect(statuses.length).toBeGreaterThan(2);
      expect(statuses.filter((status) => status !== 403)).toEqual([]);
      await page.close();
    }
    expect(here.world.wallet.profile.state.isPaused).toBe(false);
  });
});

describe('installed games', () => {
  it('O2: a program of its own is paired by a code typed into it, and pays', async () => {
    const here = await visit();
    const program = fileURLToPath(new URL('loopback/native-game.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=coinslot-source', '--import', 'tsx', program]);
    onTestFinished(() => void child.kill('SIGKILL'));
    const said: string[] = [];
    let complaints = '';
    child.stderr.on('data', (part: Buffer) => (complaints += part.toString()));
    child.stdin.write(`${JSON.stringify(here.content)}\n`);
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line);
      // The wrong code was refused: now the player reads the right one off the page, and then says yes there.
      if (line.startsWith('by a wrong code')) child.stdin.write(`${await here.showCode()}\n`);
      if (line.startsWith('by the code')) expect(await here.acceptPairing()).toMatchObject({ isNative: true });
    }
    expect(complaints).toBe('');
    expect(said.filter((line) => line.includes(':'))).toEqual([
      'by a wrong code: needs-code',
      'by the code: pairing',
      'outcome: granted',
    ]);
    expect(said.filter((line) => !line.includes(':'))).toEqual(
      expect.arrayContaining(['loading', 'needs-code', 'not-paired', 'review', 'paying', 'granted']),
    );
    expect(here.refused).toEqual(['ORIGIN_REFUSED']);
  });

  it('O2: the wallet’s page shows the code and names the program, by keyboard and clean of axe findings', async () => {
    const here = await visit();
    const page = await here.page(here.world.wallet.pageUrl());
    await page.getByRole('link', { name: 'Games' }).click();
    await page.getByRole('button', { name: 'Show a code' }).focus();
    await page.keyboard.press('Enter');
    const code = page.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    await code.waitFor();
    const findings = await pictures(page, 'installed-code');
    const program = await here.page(rig.file);
    const typed = (await code.textContent()) ?? '';
    expect(await program.evaluate((one) => window.room.coinslot.connectByCode(one), typed)).toBe('pairing');
    await page.getByRole('heading', { name: /Demo Game would like to be connected/ }).waitFor();
    await page.getByText('A program on this computer, not a web page').waitFor();
    // Used up: gone from the page.
    expect(await code.count()).toBe(0);
    findings.push(...(await pictures(page, 'installed-pairing')));
    expect(findings).toEqual([]);
  });

  it('O2: a page opened as a file is paired by a code, pays, and comes back without one', async () => {
    const here = await visit();
    const page = await here.page(rig.file);
    await page.evaluate(() => window.room.begin('level-3'));
    await unreachable(page, 'needs-code');
    const code = await here.showCode();
    expect(await page.evaluate((typed) => window.room.coinslot.connectByCode(typed), code)).toBe('pairing');
    await unreachable(page, 'not-paired');
    await here.acceptPairing();
    expect(await pay(page)).toMatchObject({ status: 'granted' });
    await page.reload();
    await page.waitForFunction(() => window.room.coinslot.walletState === 'ready');
    await page.evaluate(() => window.room.coinslot.ready);
    await page.waitForFunction(() => window.room.coinslot.can('level-3'));
    await page.evaluate(() => window.room.begin('level-5'));
    await shows(page, 'review');
    expect(here.refused).toEqual([]);
  });
});
