import { toPem, writePrivateKey } from '@coinslot/authority';
import { ALG, decodeCrls, encodeRoots, readRevocationList } from '@coinslot/protocol';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCardIssuer, makeServerHolder, makeTree } from '../lib/parties.ts';
import { camt, OWN_BANK } from './month-world.ts';
import { temporaryFolder } from './started-server.ts';

const CLI = resolve(import.meta.dirname, '../../server/src/cli.ts');
const SECRET = 'a-passphrase-that-nobody-sees';

function run(args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, ['--conditions=coinslot-source', '--import', 'tsx', CLI, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function finished(child: ChildProcess): Promise<{ status: number | null; out: string; err: string }> {
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const [out, err, [status]] = await Promise.all([text(child.stdout!), text(child.stderr!), exited]);
  return { status, out, err };
}

/** All the files of a server whose certificates are valid now, and its configuration. */
function installed(
  fields: Record<string, unknown> = {},
  sandbox = true,
): { folder: string; config: string; key: string } {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  const tree = makeTree({ atMs: Date.now(), sandbox });
  const holder = makeServerHolder(tree);
  const { chain: issuerChain, privateKey: issuerKey } = makeCardIssuer(tree, ALG.p256);
  writePrivateKey(at('issuer.key.pem'), issuerKey);
  writeFileSync(at('issuer.cert.pem'), toPem(issuerChain));
  writeFileSync(at('issuers.ts'), issuersModule(at('issuer')));
  writePrivateKey(at('key.pem'), holder.privateKey, SECRET);
  writeFileSync(at('chain.pem'), toPem(holder.chain));
  writeFileSync(at('roots.coinslot'), encodeRoots(tree.roots));
  writeFileSync(at('token'), 'operator-token-of-the-tests\n', { mode: 0o600 });
  const settings = {
    environment: 'sandbox',
    port: 0,
    storePath: at('ledger.sqlite'),
    keyPath: at('key.pem'),
    chainPath: at('chain.pem'),
    rootsPath: at('roots.coinslot'),
    operatorTokenPath: at('token'),
    cardIssuersModule: at('issuers.ts'),
    ...fields,
  };
  writeFileSync(at('config.json'), JSON.stringify(settings));
  return { folder, config: at('config.json'), key: at('key.pem') };
}

const AUTHORITY = resolve(import.meta.dirname, '../../authority/src/index.ts');

/** As the README shows it, but for the path: there is no package by that name beside a temporary folder. */
const issuersModule = (name: string): string => `
  import { cardCertifier, readCertificates, readPrivateKey } from ${JSON.stringify(AUTHORITY)};
  const chain = readCertificates(${JSON.stringify(`${name}.cert.pem`)});
  const privateKey = readPrivateKey(${JSON.stringify(`${name}.key.pem`)});
  export const cardIssuers = [cardCertifier({ chain, privateKey })];
`;

const withSecret = { COINSLOT_SERVER_KEY_PASSPHRASE: SECRET };

describe('coinslot-server', () => {
  it('starts, says with what, serves, stops at SIGTERM, and its books hold', async () => {
    const { folder, config } = installed();
    const child = run(['start', '--config', config], { ...withSecret, COINSLOT_SERVER_LOG_LEVEL: 'info' });
    const lines: string[] = [];
    const listening = new Promise<{ port: number }>((done) => {
      createInterface(child.stdout!).on('line', (line) => {
        lines.push(line);
        const entry = JSON.parse(line) as { msg: string; port: number };
        if (entry.msg === 'listening') done(entry);
      });
    });
    const { port } = await listening;
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    const url = `http://127.0.0.1:${port}`;
    const lists = decodeCrls(new Uint8Array(await (await fetch(`${url}/v1/crls`)).arrayBuffer()));
    expect(lists.map((list) => readRevocationList(list).signatureAlg)).toEqual([ALG.p256]);
    const headers = { authorization: 'Bearer operator-token-of-the-tests' };
    expect((await fetch(`http://127.0.0.1:${port}/v1/operator/accounts`, { headers })).status).toBe(200);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    const log = lines.join('\n');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      msg: 'configuration',
      config: { environment: 'sandbox', host: '127.0.0.1', keyPassphrase: '(hidden)' },
    });
    expect(log).toContain('"msg":"stopped"');
    expect(log).not.toContain(SECRET);
    expect(log).not.toContain('operator-token-of-the-tests');
    const verified = await finished(run(['verify', '--store', join(folder, 'ledger.sqlite')]));
    expect(verified).toEqual({ status: 0, out: '0 accounts, 0 transfers, 0 decisions, 0 cards, 0 blocks\n', err: '' });
  });

  it('close and notices: a month once, what the bank says once, with findings and their status', async () => {
    const bankFolder = join(temporaryFolder(), 'bank');
    const own = {
      ownBankName: OWN_BANK.name,
      ownBankIban: OWN_BANK.iban,
      ownBankBic: OWN_BANK.bic,
      ownBankCreditorId: OWN_BANK.creditorId,
    };
    const { config } = installed({ bankFolder, ...own });
    const command = (...args: readonly string[]) => finished(run([...args, '--config', config], withSecret));
    const inbox = join(bankFolder, 'inbox');
    mkdirSync(inbox, { recursive: true });
    writeFileSync(join(inbox, 'b.xml'), camt({ reference: 'ONE', amount: '9.00' }));
    expect(await command('notices')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^b\.xml: 1 suspense$/m) as string,
    });
    writeFileSync(join(inbox, 'a.xml'), camt({ reference: 'ONE', amount: '8.00' }));
    const conflict = await command('notices');
    expect(conflict).toMatchObject({ status: 1, out: expect.stringMatching(/^a\.xml: nothing new$/m) as string });
    expect(conflict.err).toMatch(/finding: a\.xml: ONE was booked before as something else/);
    const now = new Date();
    const last = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString();
    const period = last.slice(0, 7).replace('-', '');
    expect(await command('close', '--period', period)).toMatchObject({
      status: 0,
      out: expect.stringContaining(`${period}: 0 bills, 0 payouts, 0 bank files`) as string,
    });
    const again = await command('close', '--period', period);
    expect([again.status, again.err]).toEqual([1, expect.stringContaining('is closed already')]);
  });

  it.each([
    [
      'a key that others may read',
      {},
      true,
      (key: string) => chmodSync(key, 0o640),
      /others may read it[^]*hint: run: chmod 600/,
    ],
    [
      'sandbox roots in a live server',
      { environment: 'live' },
      true,
      undefined,
      /a live server pins live roots.*CHAIN_UNTRUSTED/,
    ],
    ['live roots in a sandbox', {}, false, undefined, /a sandbox server pins sandbox roots.*CHAIN_UNTRUSTED/],
    ['a setting it does not know', { colour: 'red' }, true, undefined, /colour is not a setting/],
    ['a passphrase in the file', { keyPassphrase: 'x' }, true, undefined, /keyPassphrase: not in a file/],
    [
      'an environment it does not know',
      { environment: 'test' },
      true,
      undefined,
      /environment: expected live or sandbox/,
    ],
    [
      'a module without card issuers',
      { cardIssuersModule: CLI.replace('cli.ts', 'log.ts') },
      true,
      undefined,
      /no cardIssuers/,
    ],
    ['revocation lists that are none', { revocationListsPath: CLI }, true, undefined, /not a file of revocation lists/],
    [
      'a token that is empty, which every asking without one would match',
      {},
      true,
      (key: string) => writeFileSync(join(dirname(key), 'token'), '\n', { mode: 0o600 }),
      /token: expected a token of 16 or more/,
    ],
    ['a chain that is not there', { chainPath: '/nowhere' }, true, undefined, /\/nowhere: cannot be read/],
  ])('refuses %s', async (_, fields, sandbox, prepare, message) => {
    const { config, key } = installed(fields, sandbox);
    prepare?.(key);
    const { status, err } = await finished(run(['start', '--config', config], withSecret));
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /); // words, no stack
    expect(status).toBe(1);
  });
});
