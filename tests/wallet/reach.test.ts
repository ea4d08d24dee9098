/** Where the wallet can be reached: on the loopback interface of its own network namespace, at its one port. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { openProfile, startWallet } from '@coinslot/wallet';
import { expect, it, onTestFinished } from 'vitest';
import { LINK_PATH } from '@coinslot/protocol/link';
import { BARE } from './raw-link.ts';
import { random, startWorld, temporaryFolder } from './world.ts';

/** What an address answers to a stranger, or why it does not. */
function ask(host: string, port: number, line = `GET ${LINK_PATH} HTTP/1.1`): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const name = host.includes(':') ? `[${host}]` : host;
    const socket = connect({ host, port, timeout: 5_000 }, () =>
      socket.write(`${line}\r\nHost: ${name}:${port}\r\n\r\n`),
    );
    socket.on('data', (part: Buffer) => (heard += part.toString('latin1')));
    socket.on('timeout', () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    socket.on('error', (fault: NodeJS.ErrnoException) => resolve(fault.code ?? String(fault)));
    socket.on('close', () => resolve(heard));
  });
}

it('O7: by the machine’s other addresses, and by other loopback ones, nobody is there', async () => {
  const { port } = (await startWorld({ account: false })).wallet;
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, all = []]) =>
    // Link-local addresses need the name of their interface.
    all.map(({ address, family, scopeid }) => (family === 'IPv6' && scopeid > 0 ? `${address}%${name}` : address)),
  );
  for (const host of [
    '127.0.0.2',
    '127.255.255.254',
    '::1',
    '::ffff:127.0.0.2',
    ...addresses.filter((one) => one !== '127.0.0.1'),
  ])
    expect(await ask(host, port), host).toMatch(/^(ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH|EINVAL|ETIMEDOUT)$/);
  // On Linux these are 127.0.0.1 under another name: what they reach refuses the name.
  for (const host of ['0.0.0.0', '::ffff:127.0.0.1', '::'])
    expect([BARE, 'ECONNREFUSED', 'EADDRNOTAVAIL', 'ENETUNREACH'], host).toContain(await ask(host, port));
});

it('O7: from another network namespace nobody is there', async () => {
  const { port } = (await startWorld({ account: false })).wallet;
  const inside = (script: string) =>
    spawnSync('unshare', ['--net', '--map-root-user', 'sh', '-c', script], { encoding: 'utf8' });
  const able = inside('ip link set lo up');
  if (able.status !== 0) {
    console.info(`O7, another network namespace: not shown here (${able.error?.message ?? able.stderr.trim()})`);
    return;
  }
  const knock = `require('net').connect(${port}, '127.0.0.1').on('connect', () => console.log('open')).on('error', (e) => console.log(e.code))`;
  // The same question outside is answered, so that a refusal inside means what it seems to.
  expect(
    spawnSync(process.execPath, ['-e', `${knock}.on('connect', () => process.exit())`], { encoding: 'utf8' }).stdout,
  ).toBe('open\n');
  const answer = inside(`ip link set lo up && "${process.execPath}" -e "${knock}"`);
  expect(answer.stdout).toBe('ECONNREFUSED\n');
});

it('O11: where another program holds the port the wallet stops with a clear error, at no other port', async () => {
  const world = await startWorld({ account: false });
  const squatter = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void squatter.close());
  await new Promise((resolve) => squatter.once('listening', resolve));
  const { port } = squatter.address() as AddressInfo;
  const profile = openProfile({ path: join(temporaryFolder(), 'second'), clock: Date.now, random });
  const { roots } = world.tree;
  const fault = await startWallet({ profile, port, serverUrl: world.serverUrl, roots, environment: 'sandbox' }).then(
    (wallet) => wallet.close(),
    (error: unknown) => error,
  );
  profile.close();
  expect(fault).toMatchObject({ code: 'PORT_TAKEN', hint: expect.stringContaining('nowhere else') as string });
});

it('O11: a second wallet on the same profile stops with a clear error, and writes nothing', async () => {
  const world = await startWorld();
  const journal = (): Buffer => readFileSync(join(world.profilePath, 'journal'));
  const before = journal();
  expect(() => openProfile({ path: world.profilePath, clock: Date.now, random })).toThrow(
    expect.objectContaining({ code: 'PROFILE_BUSY' }) as Error,
  );
  expect(journal().equals(before)).toBe(true);
  // The first goes on.
  await expect(world.game()).resolves.toBeDefined();
});
