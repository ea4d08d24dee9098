import { createServer, type RequestListener } from 'node:http';
import {
  checkDecision,
  decodePaymentDecision,
  encodePaymentDecision,
  readEnvelope,
  sealEnvelope,
} from '@coinslot/protocol';
import type { ServerHooks } from '@coinslot/server';
import type { Means } from '@coinslot/wallet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpDoor } from '../../wallet/src/means/http-door.ts';
import { serverMeans } from '../../wallet/src/means/server.ts';
import { silentLog } from '../../wallet/src/ports.ts';
import { makeOffer, makeServerHolder, NOON_MS } from '../lib/parties.ts';
import { balanceOf, startWorld } from './world.ts';

const FIRST = { deadlineMs: NOON_MS + 120_000, isFirst: true, hasOther: false };

/** Hooks that do something once, at the first payment. */
function once(hooks: ServerHooks): ServerHooks {
  let left = 1;
  return {
    beforeDecide: async (payment) =>
      left > 0 && hooks.beforeDecide && left-- ? hooks.beforeDecide(payment) : undefined,
    afterRecord: async (payment, code) =>
      left > 0 && hooks.afterRecord && left-- ? hooks.afterRecord(payment, code) : undefined,
  };
}

describe('an answer that does not come', () => {
  it.each([
    ['lost after the charge', once({ afterRecord: () => Promise.resolve('lose-answer') })],
    ['500 after the charge', once({ afterRecord: () => Promise.resolve('fail-answer') })],
    ['undecided at first', once({ beforeDecide: () => Promise.resolve('pending') })],
  ] as const)('%s: the game is told that it is pending, then gets the decision; charged once', async (_, hooks) => {
    const world = await startWorld({ hooks });
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher);
    const { seq, digest } = await game.offer(offerBytes);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    expect((await game.next('progress')).state).toBe('paying');
    expect((await game.next('progress')).state).toBe('pending');
    const { decision } = await game.next('decision');
    const options = { roots: world.tree.roots, nowMs: world.time.nowMs };
    expect(checkDecision(decision, offerBytes, options).decision.outcome).toBe('approved');
    expect(await balanceOf(world)).toBe(980n);
  });

  it('while it is pending the same thing cannot be bought again, and counts as spent', async () => {
    const authorise: Means['authorise'] = () => Promise.resolve({ kind: 'pending', code: 'PENDING' });
    const means: Means = { id: 'server', authorise, close: () => undefined };
    const world = await startWorld({ wallet: { means } });
    const game = await world.game();
    const { seq, digest } = await game.offer(makeOffer(world.publisher).offerBytes);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    await game.next('progress');
    expect((await game.next('progress')).state).toBe('pending');
    const again = await game.refused(makeOffer(world.publisher, { nonce: 'another' }).offerBytes);
    expect(again).toMatchObject({ code: 'PENDING', charged: 'unknown' });
    expect(world.wallet.profile.state.spent(() => true)).toBe(20n);
  });
});

describe('an answer that counts for nothing', () => {
  const nonsense: [name: string, listener: RequestListener][] = [
    [
      'a captive portal’s page',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>'),
    ],
    [
      'an unsigned no',
      (_, response) => response.writeHead(403, { 'content-type': 'application/json' }).end('{"code":"INSUFFICIENT"}'),
    ],
    ['nothing at all', (_, response) => response.writeHead(204).end()],
    ['a redirect', (_, response) => response.writeHead(307, { location: '/elsewhere' }).end()],
    [
      'half an answer',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/msgpack', 'content-length': 500 });
        response.write('half');
        response.destroy();
      },
    ],
    [
      'too much',
      (_, response) => response.writeHead(200, { 'content-type': 'application/msgpack' }).end(Buffer.alloc(70_000)),
    ],
  ];
  it.each(nonsense)('%s: pending, and nothing is followed', async (_, listener) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      listener(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const door = new HttpDoor(`http://127.0.0.1:${port}`);
    onTestFinished(() => door.close());
    expect(await serverMeans(door, silentLog).authorise(Uint8Array.of(1), FIRST)).toMatchObject({ kind: 'pending' });
    expect(asked).toEqual(['/v1/payments']);
  });

  it('garbage and a stranger’s signature leave it pending; a contradiction is kept as evidence and opens nothing', async () => {
    const answers: ((genuine: Uint8Array) => Uint8Array)[] = [];
    const genuine: { means?: Means } = {};
    const means: Means = {
      id: 'server',
      async authorise(request, asking) {
        const answer = await genuine.means?.authorise(request, asking);
        const change = answers.shift();
        if (answer?.kind !== 'decision' || change === undefined) return { kind: 'pending', code: 'PENDING' };
        return { kind: 'decision', decision: change(answer.decision) };
      },
      close: () => genuine.means?.close(),
    };
    const world = await startWorld({ wallet: { means } });
    genuine.means = serverMeans(new HttpDoor(world.serverUrl), silentLog);
    const holder = makeServerHolder(world.tree);
    const resign = (answer: Uint8Array, change: object): Uint8Array => {
      const { body, chain } = readEnvelope(answer);
      const decision = { ...decodePaymentDecision(body), ...change };
      return sealEnvelope('payment-decision', encodePaymentDecision(decision), holder.signer, chain);
    };
    const stranger = makeServerHolder(world.tree, { keyName: 'stranger' });
    answers.push(
      () => Uint8Array.of(0xc1),
      (answer) => {
        const { body, chain } = readEnvelope(answer);
        return sealEnvelope('payment-decision', body, stranger.signer, chain);
      },
      (answer) => resign(answer, { chargedMinor: 21n }),
    );
    const game = await world.game();
    const { offerBytes, offer } = makeOffer(world.publisher);
    const { seq, digest } = await game.offer(offerBytes);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    expect(await game.next('refusal')).toMatchObject({ seq, code: 'DECISION_MISMATCH', charged: 'unknown' });
    const [payment] = world.wallet.profile.state.payments;
    expect(payment).toMatchObject({ status: 'pending', contradicted: true });
    expect(offer.nonce).toEqual(payment?.nonce);
  });
});
