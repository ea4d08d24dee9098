/** C10, C11: the server killed (SIGKILL) at every durable call of an upload with records and a load, on the real disk. */
import { ALG } from '@coinslot/protocol';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { canSweep, sweepKills } from '../lib/kill-sweep.ts';
import { CardHolder } from './card-holder.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  floatOf,
  ledgerOf,
  post,
  requireBooks,
  startMarket,
  startServer,
} from './started-server.ts';

const program = fileURLToPath(new URL('./upload-step.ts', import.meta.url));
const isAble = canSweep();
if (!isAble) console.warn('skipped: this machine has no strace that may trace, so nothing can be killed at a call');

/** Where better-sqlite3 is found from, unlike from the system's temporary folder. */
function groundHere(): void {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = resolve(import.meta.dirname, '../../test-output/server');
  mkdirSync(process.env['TMPDIR'], { recursive: true });
  onTestFinished(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
}

describe.skipIf(!isAble)('an upload killed at every durable call', () => {
  // P-256 signs the same otherwise each time, so the same acknowledgement again shows that it was kept.
  it('is there whole or not at all, and asked again is the same', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const card = await CardHolder.loaded(started, player, 300n, { alg: ALG.p256 });
    for (const nonce of ['a', 'b', 'c']) await card.pay(nonce);
    const upload = await card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 100n }] });
    await started.server.close();
    groundHere();
    let acknowledgement = new Uint8Array() as Uint8Array;
    const report = await sweepKills({
      program,
      oneIn: 12,
      prepare(folder) {
        copyFileSync(started.storePath, join(folder, 'ledger.sqlite'));
        writeFileSync(join(folder, 'upload.bin'), upload);
        return Promise.resolve();
      },
      async judge({ folder, said }) {
        const left = await startServer({ storePath: join(folder, 'ledger.sqlite') });
        const standing = async (): Promise<bigint[]> => [
          await balanceOf(left, player),
          await floatOf(left, card),
          await ledgerOf(left, 'publisher-payable', 'lumen-works'),
        ];
        const [before, after] = [
          [700n, 300n, 0n],
          [600n, 340n, 60n],
        ];
        expect(said === '' ? [before, after] : [after]).toContainEqual(await standing());
        await requireBooks(left);
        acknowledgement = await bytesOf(await post(left, '/v1/cards/uploads', upload));
        if (said !== '') expect(Buffer.from(acknowledgement).toString('hex')).toBe(said);
        expect(await standing()).toEqual(after);
        await requireBooks(left);
        await left.server.close();
      },
    });
    console.info(
      `upload: ${report.points} kill points (${[...report.byCall].map((pair) => pair.join(' ')).join(', ')})`,
    );
    expect(report.points).toBeGreaterThanOrEqual(10);
    await card.take(acknowledgement);
    expect(await card.balance()).toBe(340n);
  });
});
