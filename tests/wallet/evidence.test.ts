/** S7, the wallet's side: the payment server comes back from an older backup, and the wallet brings what it has forgotten. */
import { createServer, request as httpRequest } from 'node:http';
import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { backUp, restore } from '../../server/src/operation/backup.ts';
import { bytes16Of, makeOffer } from '../lib/parties.ts';
import {
  requireBooks,
  startMarket as startServerMarket,
  startServer,
  urlOf,
  type Started,
} from '../server/started-server.ts';
import type { GameClient } from './game-client.ts';
import { startWorld, temporaryFolder, type World } from './world.ts';

interface Place {
  readonly world: World;
  readonly game: GameClient;
  started: Started;
  /** Bodies that were posted to the door for evidence. */
  readonly brought: number[];
}

/** A wallet before a payment server whose store this test has in its hands. */
async function place(moneyMinor = 1_000n, beforeOpening?: (started: Started) => Promise<unknown>): Promise<Place> {
  const target: { started?: Started } = {};
  const brought: number[] = [];
  const front = createServer((request, response) => {
    void urlOf(target.started as Started).then((url) => {
      if (request.url === '/v1/evidence') brought.push(Number(request.headers['content-length']));
      const { method, headers } = request;
      const onward = httpRequest(url + request.url, { ...(method && { method }), headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
  });
  await new Promise<void>((resolve) => void front.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void (front.closeAllConnections(), front.close()));
  const world = await startWorld({
    account: false,
    async front({ tree }) {
      target.started = await startServerMarket({ tree });
      return `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
    },
  });
  await beforeOpening?.(target.started as Started);
  await world.wallet.openAccount();
  const here: Place = {
    world,
    game: await world.game(),
    brought,
    get started() {
      return target.started as Started;
    },
    set started(started: Started) {
      target.started = started;
    },
  };
  if (moneyMinor > 0n) await topUp(here, 'first', moneyMinor);
  return here;
}

async function topUp({ started, world }: Place, bankReference: string, amountMinor: bigint): Promise<void> {
  const { userId } = world.wallet;
  await started.server.service.players.topUp({ userId, amountMinor, currency: 'EUR', bankReference });
  await world.wallet.refresh();
}

async function buy({ world, game }: Place, name: string): Promise<void> {
  const { offerBytes } = makeOffer(world.publisher, { nonce: name, terms: { salt: bytes16Of(name), offerId: name } });
  const { seq, digest } = await game.offer(offerBytes);
  game.send('answer', { seq, answer: 'accept', shownDigest: digest });
  await game.next('decision');
  await world.wallet.refresh();
}

async function loseSince(here: Place, backup: string): Promise<void> {
  const { tree, holder, storePath } = here.started;
  await here.started.server.close();
  rmSync(storePath);
  await restore(backup, storePath);
  here.started = await startServer({ tree, holder, storePath });
}

const balance = async ({ started, world }: Place): Promise<bigint | undefined> =>
  (await started.server.service.records.findPlayer(world.wallet.userId))?.balanceMinor;
const decisions = async ({ started }: Place): Promise<number> =>
  (await started.server.service.records.listAllDecisions(0n, 100)).length;

describe('S7: decisions that the payment server has forgotten', () => {
  it('are noticed at the next look and brought once; the server then has each of them once', async () => {
    const here = await place();
    await buy(here, 'before');
    const backup = join(temporaryFolder(), 'backup.sqlite');
    await backUp(here.started.storePath, backup);
    await buy(here, 'after-1');
    await buy(here, 'after-2');
    expect(here.brought).toEqual([]);
    await loseSince(here, backup);
    expect([await balance(here), await decisions(here)]).toEqual([980n, 1]);
    await here.world.wallet.refresh();
    expect([await balance(here), await decisions(here), here.brought.length]).toEqual([940n, 3, 1]);
    await here.world.wallet.refresh();
    await here.world.wallet.refresh();
    expect(here.brought).toHaveLength(1);
    await requireBooks(here.started);
  });

  it('also when somebody bought something in their place meanwhile', async () => {
    const here = await place();
    const backup = join(temporaryFolder(), 'backup.sqlite');
    await backUp(here.started.storePath, backup);
    await buy(here, 'lost');
    await loseSince(here, backup);
    // The position of the lost one is taken again, by the same player's next purchase, before the wallet looks.
    const { offerBytes } = makeOffer(here.world.publisher, {
      nonce: 'next',
      terms: { salt: bytes16Of('next'), offerId: 'next' },
    });
    const { seq, digest } = await here.game.offer(offerBytes);
    here.game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    await here.game.next('decision');
    await here.world.wallet.refresh();
    await here.world.wallet.refresh();
    expect([await balance(here), await decisions(here)]).toEqual([960n, 2]);
    await requireBooks(here.started);
  });

  it('wait where the money is lost too, and are brought again when it is booked', async () => {
    const here = await place(0n);
    const backup = join(temporaryFolder(), 'backup.sqlite');
    await backUp(here.started.storePath, backup);
    await topUp(here, 'since', 100n);
    await buy(here, 'new-money');
    await loseSince(here, backup);
    await here.world.wallet.refresh();
    await here.world.wallet.refresh();
    expect([await balance(here), await decisions(here), here.brought.length]).toEqual([0n, 0, 2]);
    await topUp(here, 'since', 100n);
    expect([await balance(here), await decisions(here)]).toEqual([80n, 1]);
    await here.world.wallet.refresh();
    expect(here.brought).toHaveLength(3);
    await requireBooks(here.started);
  });

  it('also when the account itself is forgotten: it is opened again by the same keys, and is the same', async () => {
    const backup = join(temporaryFolder(), 'backup.sqlite');
    const here = await place(1_000n, (started) => backUp(started.storePath, backup));
    await buy(here, 'lost');
    await loseSince(here, backup);
    expect(await balance(here)).toBeUndefined();
    await here.world.wallet.refresh();
    expect([await balance(here), await decisions(here)]).toEqual([0n, 0]);
    await topUp(here, 'first', 1_000n);
    expect([await balance(here), await decisions(here)]).toEqual([980n, 1]);
    expect(here.world.wallet.profile.state.payments).toHaveLength(1);
    await buy(here, 'next');
    expect([await balance(here), await decisions(here)]).toEqual([960n, 2]);
    await requireBooks(here.started);
  });

  it('a server that only lost its nerve is brought nothing: no answer is no sign', async () => {
    const here = await place();
    await buy(here, 'one');
    await here.started.server.close();
    await here.world.wallet.refresh();
    const { tree, holder, storePath } = here.started;
    here.started = await startServer({ tree, holder, storePath });
    await here.world.wallet.refresh();
    expect([here.brought, await decisions(here)]).toEqual([[], 1]);
  });
});
