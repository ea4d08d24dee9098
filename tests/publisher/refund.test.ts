/** `coinslot refund` against the real payment server: made, sent, answered, kept. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '@coinslot/authority';
import { encodeRoots } from '@coinslot/protocol';
import { refund, type RefundInput } from '@coinslot/publisher';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeOffer, makeRequest } from '../lib/parties.ts';
import {
  balanceOf,
  bytesOf,
  countedRandom,
  enrolPlayer,
  post,
  readDecision,
  startMarket,
  urlOf,
} from '../server/started-server.ts';
import { Studio } from './lib/studio.ts';

async function sold() {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  const request = makeRequest(player, started.holder, makeOffer(started.publisher));
  const decision = readDecision(started, await bytesOf(await post(started, '/v1/payments', request)));
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-refund-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { publisher, tree, time } = started;
  const files = {
    key: join(folder, 'key.pem'),
    chain: join(folder, 'chain.pem'),
    roots: join(folder, 'roots.coinslot'),
  };
  writeFileSync(files.key, publisher.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  writeFileSync(files.chain, toPem(publisher.chain));
  writeFileSync(files.roots, encodeRoots(tree.roots));
  const input: RefundInput = {
    files,
    folder: join(folder, 'refunds'),
    serverUrl: await urlOf(started),
    decisionIdHex: Buffer.from(decision.decisionId).toString('hex'),
    reason: 'defect',
    nowMs: time.nowMs,
    randomBytes: countedRandom('studio'),
    fetch,
  };
  return { started, player, input };
}

describe('coinslot refund', () => {
  it('gives the money back, and keeps the notice', async () => {
    const { started, player, input } = await sold();
    const { notice, file } = await refund(input);
    expect(notice).toMatchObject({ reason: 'defect', amountMinor: 20n, currency: 'EUR' });
    expect(await balanceOf(started, player)).toBe(1_000n);
    const kept = readFileSync(file);
    expect((await refund(input)).notice).toEqual(notice);
    expect(readFileSync(file)).toEqual(kept);
  });

  it('fetches an answer that was lost by the same bytes, a month later too', async () => {
    const { started, player, input } = await sold();
    let posted = 0;
    const losing: typeof fetch = async (address, init) => {
      const answer = await fetch(address, init);
      if (init?.method === 'POST' && posted++ === 0) throw new TypeError('the line went dead');
      return answer;
    };
    await expect(refund({ ...input, fetch: losing })).rejects.toThrow(/the line went dead\n {2}hint: nothing is known/);
    expect(await balanceOf(started, player)).toBe(1_000n);
    started.time.nowMs += 30 * 86_400_000;
    const rates = { base: 'EUR', rates: [], notBeforeMs: started.time.nowMs, notAfterMs: started.time.nowMs + 1_000 };
    await started.server.service.putRateTable(rates);
    const { notice } = await refund({ ...input, nowMs: started.time.nowMs });
    expect(notice).toMatchObject({ amountMinor: 20n });
    expect(await balanceOf(started, player)).toBe(1_000n);
  });

  it('signs an order anew that never arrived and is too old', async () => {
    const { started, player, input } = await sold();
    const dead: typeof fetch = (address, init) =>
      init?.method === 'POST' ? Promise.reject(new TypeError('no network')) : fetch(address, init);
    await expect(refund({ ...input, fetch: dead })).rejects.toThrow('no network');
    started.time.nowMs += 3_600_000;
    expect((await refund({ ...input, nowMs: started.time.nowMs })).notice).toMatchObject({ amountMinor: 20n });
    expect(await balanceOf(started, player)).toBe(1_000n);
  });

  it('says what the server said, with its code', async () => {
    const { input } = await sold();
    const unknown = refund({ ...input, decisionIdHex: 'ab'.repeat(16) });
    await expect(unknown).rejects.toThrow(/error: DECISION_MISMATCH: .*\n {2}hint: a decision id is 32 hex digits/);
    await refund(input);
    await expect(refund({ ...input, reason: 'requested' })).rejects.toThrow(
      /ID_CONFLICT: .*\n {2}hint: it was refunded/,
    );
  });

  it('takes decision ids, reasons and addresses only', () => {
    const studio = new Studio();
    onTestFinished(() => studio.remove());
    const id = 'ab'.repeat(16);
    expect(studio.run('refund', 'zz', '--server', 'http://x.example').stderr).toContain('expected 32 hex digits');
    expect(studio.run('refund', id, '--server', 'ftp://x').stderr).toContain('expected an address');
    expect(studio.run('refund', id, '--server', 'http://x.example', '--reason', 'operator').status).not.toBe(0);
    expect(studio.run('refund', id).stderr).toContain('--server');
  });
});
