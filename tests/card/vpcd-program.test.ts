/** The card program as a person starts it, in a real pcscd, seen by programs that know nothing of this project. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { AID, ANSWER_TO_RESET, describeReaders, pcscReaders, runCardProgram, withCard } from '@coinslot/card';
import { ALG } from '@coinslot/protocol';
import { ROOT } from '../../scripts/machine.mjs';
import { startPcscd, whyNoPcscd, type PcscDaemon } from '../lib/pcscd.ts';
import { seen } from '../lib/reader-rigs.ts';

const FLAGS = ['--conditions=coinslot-source', '--import', 'tsx'];

describe('the card program', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it.each(['example.test', 'localhost:0', '127.0.0.1:65536', ':1', ''])('takes %j for no reader', async (address) => {
    const file = join(tmpdir(), 'never-made.bin');
    const started = runCardProgram({ file, address, say: () => undefined, until: Promise.resolve() });
    await expect(started).rejects.toThrow(RangeError);
  });

  it('says how to have a card where there is no service', async () => {
    const port = pcscReaders({ socketPath: join(tmpdir(), 'nobody-listens-here') });
    await expect(describeReaders(port)).rejects.toThrow('npm run card -- --plug');
  });

  const absence = whyNoPcscd();
  if (absence !== undefined) {
    console.warn(`the card program is not tested here: ${absence}`);
    return;
  }

  function start(daemon: PcscDaemon, file: string): ChildProcess {
    const { command, host, port } = daemon.inside;
    const program = [process.execPath, ...FLAGS, join(ROOT, 'scripts', 'card.ts'), '--plug', `${host}:${port}`];
    const line = ['--pdeathsig', 'TERM', ...command, ...program, '--file', file];
    const child = spawn('setpriv', line, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
    ends.push(() => stop(child));
    return child;
  }

  async function stop(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }

  it('is a card for every program, and the same card when it is started again', async () => {
    const daemon = await startPcscd();
    ends.push(() => daemon.close());
    const folder = await mkdtemp(join(tmpdir(), 'coinslot-card-'));
    ends.push(() => rm(folder, { recursive: true }));
    const file = join(folder, 'inner', 'card.bin');
    const port = pcscReaders({ socketPath: daemon.socketPath });
    ends.push(() => port.close());
    const [reader] = daemon.readerNames;

    const first = start(daemon, file);
    await seen(port, (readers) => readers[0]?.present === true);
    const atr = Buffer.from(ANSWER_TO_RESET).toString('hex');
    expect(await describeReaders(port)).toBe(`${reader}: a card, ${atr}\n${daemon.readerNames[1]}: empty`);
    const environment = { ...process.env, PCSCLITE_CSOCK_NAME: daemon.socketPath };
    const opensc = (...args: string[]) => spawnSync('opensc-tool', args, { env: environment, encoding: 'utf8' });
    if (opensc('--version').error === undefined) {
      expect(opensc('-l').stdout).toMatch(/^0\s+Yes\s+Virtual PCD 00 00$/m);
      const select = `00:A4:04:00:0${AID.length.toString(16)}:${Buffer.from(AID).toString('hex')}`;
      expect(opensc('-r', '0', '-s', select).stdout).toMatch(/SW1=0x(90|61)/);
    } else console.warn('opensc-tool is not installed: what it sees is not tested here');
    const key = await withCard(port, reader, (terminal) => terminal.generateKey(ALG.ed25519));
    const memory = /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${String(first.pid)}/status`, 'utf8'));
    console.info(`the card program took ${Math.round(Number(memory?.[1]) / 1024)} MB at most, from its sources`);
    await stop(first);
    await seen(port, (readers) => readers[0]?.present === false);

    start(daemon, file);
    await seen(port, (readers) => readers[0]?.present === true);
    expect(await withCard(port, reader, (terminal) => terminal.generateKey(ALG.ed25519))).toEqual(key);
  });
});
