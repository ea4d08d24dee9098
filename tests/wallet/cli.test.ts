import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { virtualReaders } from '@coinslot/card';
import { encodeRoots } from '@coinslot/protocol';
import { COST_FLOOR, createProfile, openProfile, startWallet } from '@coinslot/wallet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeOffer, makeTree } from '../lib/parties.ts';
import { openAccount, PIN, random, startMarket, startWorld, temporaryFolder } from './world.ts';

const CLI = resolve(import.meta.dirname, '../../wallet/src/cli.ts');
const FLAGS = ['--conditions=coinslot-source', '--disable-warning=ExperimentalWarning', '--import', 'tsx', CLI];

function coinslotWallet(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const home = temporaryFolder();
  return spawnSync(process.execPath, [...FLAGS, ...args], {
    encoding: 'utf8',
    env: { ...process.env, HOME: home, TZ: 'UTC', COINSLOT_KEYCHAIN: 'off' },
  });
}

describe('coinslot-wallet', () => {
  it('tells status and history in words, while the wallet runs', async () => {
    const world = await startWorld();
    const game = await world.game();
    await game.pay(makeOffer(world.publisher).offerBytes);
    await world.wallet.refresh();
    const status = coinslotWallet('status', '--profile', world.profilePath);
    expect(status).toMatchObject({ status: 0, stderr: '' });
    expect(status.stdout).toMatch(/Balance +EUR\s9\.80 \(as of March 1, 2026 at 12:00\sPM\)/);
    expect(status.stdout).toContain('Demo Game (http://127.0.0.1:8375)');
    expect(status.stdout).toContain('Payments are on');
    const history = coinslotWallet('history', '--profile', world.profilePath);
    expect(history.stdout).toMatch(
      /EUR\s0\.20 {2}Paid \[TEST\]\n {4}Level 3 · Demo Game · Lumen Works\n {4}[0-9a-f]{32}/,
    );
  });

  it('says in one line and a hint what is wrong', async () => {
    const empty = temporaryFolder();
    const status = coinslotWallet('status', '--profile', join(empty, 'nothing'));
    expect(status.status).toBe(1);
    expect(status.stderr).toMatch(/^coinslot-wallet: .*no wallet is here yet \(NOT_SET_UP\)\n$/);
    const world = await startWorld();
    const roots = join(empty, 'roots.coinslot');
    writeFileSync(roots, encodeRoots(makeTree().roots));
    const args = ['--server', 'http://127.0.0.1:1', '--roots', roots, '--sandbox'];
    const busy = coinslotWallet('start', '--profile', world.profilePath, ...args);
    expect(busy.status).toBe(1);
    expect(busy.stderr).toMatch(/PROFILE_BUSY/);
    const taken = coinslotWallet('start', '--profile', join(empty, 'p'), '--port', String(world.wallet.port), ...args);
    expect(taken.stderr).toMatch(/port \d+ is taken by another program \(PORT_TAKEN\)/);
    const live = coinslotWallet('start', '--profile', join(empty, 'q'), '--port', '0', ...args.slice(0, -1));
    expect(live.stderr).toMatch(/CHAIN_UNTRUSTED/);
  });

  it('restores a wallet from its words, and lists who has one here', async () => {
    const home = temporaryFolder();
    const { tree, serverUrl } = await startMarket({ nowMs: Date.now() });
    const roots = join(home, 'roots.coinslot');
    writeFileSync(roots, encodeRoots(tree.roots));
    const env = { ...process.env, HOME: home, LC_ALL: 'en_GB.UTF-8', COINSLOT_KEYCHAIN: 'off' };
    const args = ['restore', '--server', serverUrl, '--roots', roots, '--sandbox'];
    const child = spawn(process.execPath, [...FLAGS, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(`${'abandon '.repeat(23)}art\n97531\n`);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(said.toString()).toBe('The wallet is back. The payment service knows no account of it: it is as new.\n');
    expect((await once(child, 'exit'))[0]).toBe(0);
    const list = (...more: string[]): string =>
      spawnSync(process.execPath, [...FLAGS, 'profiles', ...more], { encoding: 'utf8', env }).stdout;
    expect(list()).toBe('* player\n');
    expect(list('--use', 'Zoë')).toBe('  player\n* Zoë\n');
    const profile = openProfile({
      path: join(home, '.coinslot-wallet', 'profiles', 'player'),
      clock: Date.now,
      random,
      machineSecretPath: join(home, '.config', 'coinslot', 'machine-secret'),
    });
    onTestFinished(() => profile.close());
    await profile.vault.unlock('97531');
  });

  it('prints a link to the account, which opens it once', async () => {
    const home = temporaryFolder();
    const env = { ...process.env, HOME: home, LC_ALL: 'en_GB.UTF-8', COINSLOT_KEYCHAIN: 'off' };
    const machineSecretPath = join(home, '.config', 'coinslot', 'machine-secret');
    mkdirSync(dirname(machineSecretPath), { recursive: true, mode: 0o700 });
    const path = join(home, 'profile');
    const { tree, server, serverUrl } = await startMarket({ nowMs: Date.now() });
    const setup = { pin: PIN, language: 'en', currency: 'EUR', plan: 'prepaid', cost: COST_FLOOR } as const;
    const profile = await createProfile({ path, clock: Date.now, random, machineSecretPath, ...setup });
    const trust = { serverUrl, roots: tree.roots, environment: 'sandbox' } as const;
    const wallet = await startWallet({ ...trust, profile, port: 0, readers: virtualReaders() });
    await openAccount(wallet, server, 0n);
    await wallet.close();
    const roots = join(home, 'roots.coinslot');
    writeFileSync(roots, encodeRoots(tree.roots));
    const flags = ['--profile', path, '--server', serverUrl, '--roots', roots, '--sandbox'];
    // Beside this process, which is the server.
    const child = spawn(process.execPath, [...FLAGS, 'account', ...flags], { env, stdio: 'pipe' });
    child.stdin.end(`${PIN}\n`);
    const exited = once(child, 'exit');
    const [said, asked] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect([(await exited)[0], asked]).toEqual([0, 'PIN: \n']);
    const link = new URL(/^ {2}(http\S+\/sign-in\?key=\S+)$/m.exec(said)?.[1] ?? '');
    const open = (): Promise<Response> =>
      fetch(`${link.origin}/sign-in`, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: link.origin },
        body: new URLSearchParams({ key: link.searchParams.get('key') ?? '' }).toString(),
      });
    const opened = await open();
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/account']);
    expect((await open()).status).toBe(410);
    const cookie = opened.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
    expect((await fetch(`${link.origin}/account`, { headers: { cookie } })).status).toBe(200);

    // The new password is typed twice, and nothing is set where the two differ.
    const typing = spawn(process.execPath, [...FLAGS, 'password', ...flags], { env, stdio: 'pipe' });
    typing.stdin.end(`${PIN}\ncorrect horse battery\ncorrect horse batter\n`);
    const [ended, told] = await Promise.all([once(typing, 'exit'), text(typing.stderr)]);
    expect([ended[0], told]).toEqual([1, expect.stringContaining('The two passwords differ. (PASSWORD_FORM)')]);
  });

  it('shows the recovery phrase at a terminal alone', async () => {
    const home = temporaryFolder();
    const env = { ...process.env, HOME: home, LC_ALL: 'en_GB.UTF-8', COINSLOT_KEYCHAIN: 'off' };
    const path = join(home, 'profile');
    const machineSecretPath = join(home, '.config', 'coinslot', 'machine-secret');
    mkdirSync(dirname(machineSecretPath), { recursive: true, mode: 0o700 });
    const place = { path, clock: Date.now, random, machineSecretPath };
    const setup = { pin: '2468', language: 'en', currency: 'EUR', plan: 'prepaid', cost: COST_FLOOR } as const;
    const profile = await createProfile({ ...place, ...setup });
    const words = await profile.vault.phrase('2468');
    profile.close();
    const command = [process.execPath, ...FLAGS, 'phrase', '--profile', path].join(' ');
    const piped = coinslotWallet('phrase', '--profile', path);
    expect([piped.status, piped.stdout]).toEqual([1, '']);
    expect(piped.stderr).toMatch(/only at a terminal \(BAD_REQUEST\)/);
    // `script` gives the command a terminal of its own.
    const typed = (pin: string) =>
      spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', env, input: `${pin}\n` }).stdout;
    expect(typed('0000')).toMatch(/PIN_WRONG/);
    const shown = typed('2468');
    const found = [...shown.matchAll(/(\d+) ([a-z]+)/g)].filter(([, at]) => Number(at) <= 24).map(([, , word]) => word);
    expect(found.slice(-24)).toEqual(words);
  });

  it('starts, prints an address that opens the page, and stops on a signal', async () => {
    const home = temporaryFolder();
    const roots = join(home, 'roots.coinslot');
    mkdirSync(home, { recursive: true });
    writeFileSync(roots, encodeRoots(makeTree().roots));
    const args = ['start', '--port', '0', '--server', 'http://127.0.0.1:1'];
    const child = spawn(process.execPath, [...FLAGS, ...args, '--roots', roots, '--sandbox'], {
      env: { ...process.env, HOME: home, COINSLOT_KEYCHAIN: 'off' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    while (!/\?open=\S+/.test(said)) said += String((await once(child.stdout, 'data'))[0]);
    const url = /http:\S+\?open=\S+/.exec(said)?.[0] ?? '';
    expect(said).toContain('It has no keys yet');
    const page = await fetch(url);
    expect(page.status).toBe(200);
    await page.arrayBuffer();
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    expect((await gone)[0]).toBe(0);
  });
});
