import { createServer } from 'node:net';
import { join } from 'node:path';
import { machineReaders } from '@coinslot/wallet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from './world.ts';

describe('the readers of the machine', () => {
  it('are pcscd’s where its socket is there', async () => {
    const path = join(temporaryFolder(), 'pcscd.comm');
    let connections = 0;
    const daemon = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => daemon.listen(path, resolve));
    onTestFinished(() => void daemon.close());
    const readers = await machineReaders(path);
    // Not a daemon that speaks: but that it was called is what is asked here.
    await expect(readers.readers()).rejects.toMatchObject({ name: 'ReaderError' });
    expect(connections).toBeGreaterThan(0);
    await readers.close();
  });

  it('are some that answer, with no daemon at all', async () => {
    const readers = await machineReaders(join(temporaryFolder(), 'nothing'));
    expect(await readers.readers()).toEqual(expect.any(Array));
    await readers.close();
  });
});
