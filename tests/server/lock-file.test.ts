/** Work that one process at a time may do, and the lock that goes with its holder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { openLedger, postAll, topUp } from './ledger-store.ts';

async function holdElsewhere(path: string, name: string): Promise<ChildProcess> {
  const script = resolve(import.meta.dirname, 'lock-child.ts');
  const child = spawn(process.execPath, ['--conditions=coinslot-source', '--import', 'tsx', script, path, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(createInterface(child.stdout), 'line');
  return child;
}

const done = (): Promise<string> => Promise.resolve('done');

it('is busy at once while another process holds it, and free when that process is killed', async () => {
  const ledger = openLedger();
  const holder = await holdElsewhere(ledger.path, 'closing');
  await expect(ledger.store.exclusively('closing', done)).rejects.toMatchObject({ name: 'StoreError', kind: 'busy' });
  expect(await ledger.store.exclusively('notices', done)).toBe('done');
  await postAll(ledger, topUp());
  const dead = once(holder, 'exit');
  holder.kill('SIGKILL');
  await dead;
  expect(await ledger.store.exclusively('closing', done)).toBe('done');
});

it('one at a time within one process, over two stores on one file as well', async () => {
  const first = openLedger();
  const second = openLedger(first.path);
  await first.store.exclusively('closing', async () => {
    await expect(first.store.exclusively('closing', done)).rejects.toMatchObject({ kind: 'busy' });
    await expect(second.store.exclusively('closing', done)).rejects.toMatchObject({ kind: 'busy' });
    // The refused ones have not let go of what the first one holds: POSIX locks alone would.
    await expect(second.store.exclusively('closing', done)).rejects.toMatchObject({ kind: 'busy' });
    expect(await second.store.exclusively('notices', done)).toBe('done');
    await postAll(second, topUp());
  });
  expect(await second.store.exclusively('closing', done)).toBe('done');
});

it('is let go of when the work fails, and hands its error on', async () => {
  const { store } = openLedger();
  await expect(store.exclusively('closing', () => Promise.reject(new RangeError('its own')))).rejects.toThrow(
    'its own',
  );
  expect(await store.exclusively('closing', done)).toBe('done');
});

it.each(['', '../elsewhere', 'Closing', 'a'.repeat(33), 'wal/x'])('%j is no name', async (name) => {
  await expect(openLedger().store.exclusively(name, done)).rejects.toThrow(TypeError);
});
