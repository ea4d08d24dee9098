/** P18: the server killed (SIGKILL) at every durable call of a refund, on the real disk: all of it is there, or nothing. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeOffer, makeRequest } from '../lib/parties.ts';
import { canSweep, sweepKills } from '../lib/kill-sweep.ts';
import { makeRefundOrder, refundsOf } from './refund-orders.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  ledgerOf,
  post,
  readDecision,
  requireBooks,
  startMarket,
  startServer,
} from './started-server.ts';

const program = fileURLToPath(new URL('./refund-step.ts', import.meta.url));
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

describe.skipIf(!isAble)('a refund killed at every durable call', () => {
  it('P18: is there whole or not at all, and asked again is the same notice', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const request = makeRequest(player, started.holder, makeOffer(started.publisher));
    const { decisionId } = readDecision(started, await bytesOf(await post(started, '/v1/payments', request)));
    const order = makeRefundOrder(started, decisionId);
    await started.server.close();
    groundHere();
    const report = await sweepKills({
      program,
      oneIn: 10,
      prepare(folder) {
        copyFileSync(started.storePath, join(folder, 'ledger.sqlite'));
        writeFileSync(join(folder, 'order.bin'), order);
        return Promise.resolve();
      },
      async judge({ folder, said }) {
        const left = await startServer({ storePath: join(folder, 'ledger.sqlite') });
        const standing = async (): Promise<readonly unknown[]> => [
          await balanceOf(left, player),
          await ledgerOf(left, 'publisher-payable', 'lumen-works'),
          (await refundsOf(left, player)).notices.length,
        ];
        const [before, after] = [
          [980n, 20n, 0],
          [1_000n, 0n, 1],
        ];
        expect(said === '' ? [before, after] : [after]).toContainEqual(await standing());
        await requireBooks(left);
        const notice = await bytesOf(await post(left, '/v1/refunds', order));
        if (said !== '') expect(Buffer.from(notice).toString('hex')).toBe(said);
        expect(await bytesOf(await post(left, '/v1/refunds', order))).toEqual(notice);
        expect(await standing()).toEqual(after);
        await left.server.close();
      },
    });
    console.info(
      `refund: ${report.points} kill points (${[...report.byCall].map((pair) => pair.join(' ')).join(', ')})`,
    );
    expect(report.points).toBeGreaterThanOrEqual(5);
  });
});
