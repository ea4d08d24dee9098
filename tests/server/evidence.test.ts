/** S7: the store was put back to yesterday's backup; wallets bring what was decided since, and nobody pays twice. */
import { encodeRateTable, packWire, sealEnvelope, type CodeName, type PaymentRequest } from '@coinslot/protocol';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backUp, restore } from '../../server/src/operation/backup.ts';
import {
  makeCardIssuer,
  makeOffer,
  makePublisher,
  makeRequest,
  makeServerHolder,
  makeTree,
  seedOf,
  type Holder,
  type Player,
} from '../lib/parties.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  ledgerOf,
  post,
  RATES,
  requireBooks,
  startMarket,
  startServer,
  temporaryFolder,
  urlOf,
  type Started,
  type StartOptions,
} from './started-server.ts';

interface Pair {
  readonly request: Uint8Array;
  readonly decision: Uint8Array;
}

interface Outcome {
  readonly outcome: string;
  readonly code?: CodeName;
}

async function buy(
  started: Started,
  player: Player,
  nonce: string,
  fields: Partial<PaymentRequest> = {},
  quote = {},
): Promise<Pair> {
  const offer = makeOffer(started.publisher, { nonce, atMs: started.time.nowMs, quote });
  const request = makeRequest(player, started.holder, offer, { proof: 'pin', ...fields });
  const answer = await started.server.decide(request);
  if (answer.kind !== 'decided') throw new Error(answer.kind);
  return { request, decision: answer.decision };
}

async function bring(started: Started, ...evidence: readonly (Pair | { rateTable: Uint8Array })[]): Promise<string[]> {
  const body = packWire(evidence.map((one) => ('rateTable' in one ? [one.rateTable] : [one.request, one.decision])));
  const response = await post(started, '/v1/evidence', body);
  expect(response.status).toBe(200);
  const answer = (await response.json()) as { evidence: Outcome[] };
  return answer.evidence.map(({ outcome, code }) => code ?? outcome);
}

/** Backs up, goes on, loses the store, and comes up from the backup. */
async function restored<T>(
  started: Started,
  meanwhile: () => Promise<T>,
  options: StartOptions = {},
): Promise<{ back: Started; made: T }> {
  const to = join(temporaryFolder(), 'yesterday.sqlite');
  await backUp(started.storePath, to);
  const made = await meanwhile();
  await started.server.close();
  rmSync(started.storePath);
  await restore(to, started.storePath);
  const { holder, tree, storePath } = started;
  return { back: await startServer({ holder, tree, storePath, nowMs: started.time.nowMs, ...options }), made };
}

describe('S7: a store put back to an older backup', () => {
  it('takes back what it decided since: once, under the same request id, with the same bytes for ever', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 100n });
    const before = await buy(started, player, 'before');
    const { back, made } = await restored(started, async () => [
      await buy(started, player, 'after 1'),
      await buy(started, player, 'after 2', {}, { free: true, amountMinor: 0n }),
      await buy(started, player, 'refused', { chargeMinor: 19n }),
    ]);
    expect(await balanceOf(back, player)).toBe(80n);
    expect(await bring(back, before, ...made)).toEqual(['known', 'booked', 'booked', 'booked']);
    expect(await bring(back, ...made, ...made)).toEqual(Array(6).fill('known'));
    expect(await balanceOf(back, player)).toBe(60n);
    expect(await ledgerOf(back, 'publisher-payable', 'lumen-works')).toBe(40n);
    for (const { request, decision } of [before, ...made])
      expect(await back.server.decide(request)).toMatchObject({ decision, fresh: false });
    expect(await balanceOf(back, player)).toBe(60n);
    await requireBooks(back);
  });

  it('brought ten times at once, while the same request is asked again: one debit', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const { back, made } = await restored(started, () => buy(started, player, 'after'));
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => bring(back, made)));
    expect(outcomes.flat().sort()).toEqual(['booked', ...Array<string>(9).fill('known')]);
    expect(await back.server.decide(made.request)).toMatchObject({ decision: made.decision, fresh: false });
    expect(await balanceOf(back, player)).toBe(980n);
    await requireBooks(back);
  });

  it('a request that was decided again before it came back: the second decision stands, the pair is told of', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const { back, made } = await restored(started, () => buy(started, player, 'after'));
    const second = await back.server.decide(made.request);
    expect(second).toMatchObject({ fresh: true, code: 'APPROVED' });
    expect(await bring(back, made)).toEqual(['ID_CONFLICT']);
    expect(await balanceOf(back, player)).toBe(980n);
    await requireBooks(back);
  });

  it('money that came in since is booked first; until then INSUFFICIENT, and nothing is below zero', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 10n });
    const topUp = { userId: player.userId, amountMinor: 50n, currency: 'EUR', bankReference: 'since' };
    const { back, made } = await restored(started, async () => {
      await started.server.service.players.topUp(topUp);
      return buy(started, player, 'after');
    });
    expect(await bring(back, made)).toEqual(['INSUFFICIENT']);
    expect(await balanceOf(back, player)).toBe(10n);
    await back.server.service.players.topUp(topUp);
    expect([await bring(back, made), await balanceOf(back, player)]).toEqual([['booked'], 40n]);
    await requireBooks(back);
  });

  it('a ceiling that is lower now is CEILING until it is raised', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { plan: 'postpaid', moneyMinor: 10n });
    const { back, made } = await restored(started, async () => {
      await started.server.service.players.setCeiling(player.userId, 100n, 'EUR');
      return buy(started, player, 'after');
    });
    expect(await bring(back, made)).toEqual(['CEILING']);
    await back.server.service.players.setCeiling(player.userId, 100n, 'EUR');
    expect([await bring(back, made), await balanceOf(back, player)]).toEqual([['booked'], -20n]);
    await requireBooks(back);
  });

  const USD = { amountMinor: 100n, currency: 'USD' };
  const NEXT = { ...RATES, notBeforeMs: RATES.notBeforeMs + 1, rates: [{ currency: 'USD', rateE8: 110_000_000n }] };

  /** Charges by table 1, which the backup has, and by table 2, which it has not; and table 2 as wallets keep it. */
  async function acrossCurrencies() {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const { back, made } = await restored(started, async () => {
      const pairs = [await buy(started, player, 'by table 1', { chargeMinor: 93n, rateTableId: 1 }, USD)];
      await started.server.service.putRateTable(NEXT);
      started.time.nowMs += 1_000;
      pairs.push(await buy(started, player, 'by table 2', { chargeMinor: 91n, rateTableId: 2 }, USD));
      const rateTable = await bytesOf(await fetch(`${await urlOf(started)}/v1/rates`));
      return { pairs, rateTable };
    });
    return { back, player, ...made };
  }

  it('across currencies: what was charged by a table that is lost comes back behind the table', async () => {
    const { back, player, pairs, rateTable } = await acrossCurrencies();
    expect(await bring(back, ...pairs)).toEqual(['booked', 'RATE_STALE']);
    expect(await bring(back, { rateTable }, ...pairs, { rateTable })).toEqual(['booked', 'known', 'booked', 'known']);
    expect(await balanceOf(back, player)).toBe(1_000n - 93n - 91n);
    expect(await ledgerOf(back, 'rounding')).toBe(2n);
    expect(await ledgerOf(back, 'publisher-payable', 'lumen-works', 'USD')).toBe(200n);
    await requireBooks(back);
  });

  it('a number that was given again to another table: refused, and told of', async () => {
    const { back, pairs, rateTable } = await acrossCurrencies();
    await back.server.service.putRateTable({ ...NEXT, rates: [{ currency: 'USD', rateE8: 200_000_000n }] });
    expect(await bring(back, { rateTable }, ...pairs)).toEqual(['ID_CONFLICT', 'booked', 'RATE_STALE']);
    await requireBooks(back);
  });

  it("a table that is not the next, not this server's, or a card issuer's, is none", async () => {
    const started = await startMarket();
    const { tree, holder, publisher } = started;
    const seal = (fields: object, by: Holder = holder): { rateTable: Uint8Array } => ({
      rateTable: sealEnvelope('rate-table', encodeRateTable({ id: 2, ...NEXT, ...fields }), by.signer, by.chain),
    });
    expect(await bring(started, seal({ id: 3 }))).toEqual(['RATE_STALE']);
    expect(await bring(started, seal({ notBeforeMs: RATES.notBeforeMs - 1 }))).toEqual(['RATE_STALE']);
    expect(await bring(started, seal({ notBeforeMs: RATES.notBeforeMs + 600_000 }))).toEqual(['CLOCK_SKEW']);
    expect(await bring(started, seal({}, makeServerHolder(tree, { id: 'other-server' })))).toEqual(['BAD_KEY']);
    expect(await bring(started, seal({}, makeCardIssuer(tree)))).toEqual(['CHAIN_ROLE']);
    expect(await bring(started, seal({}, publisher))).toEqual(['CHAIN_ROLE']);
    expect((await started.server.service.records.findNewestRateTable())?.table.id).toBe(1);
    expect(await bring(started, seal({}))).toEqual(['booked']);
  });

  it('signed by a key that this server had before', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const holder = makeServerHolder(started.tree, { keyName: 'next key' });
    const { back, made } = await restored(started, () => buy(started, player, 'after'), { holder });
    expect([await bring(back, made), await balanceOf(back, player)]).toEqual([['booked'], 980n]);
    expect(await back.server.decide(made.request)).toMatchObject({ decision: made.decision, fresh: false });
    await requireBooks(back);
  });

  it('a player whose enrolment is lost as well opens the account again with the same keys, and brings it then', async () => {
    const started = await startMarket();
    const { back, made } = await restored(started, async () => {
      const player = await enrolPlayer(started, { plan: 'postpaid', moneyMinor: 100n });
      return { player, pair: await buy(started, player, 'after') };
    });
    expect(await bring(back, made.pair)).toEqual(['BAD_KEY']);
    await enrolPlayer(back, { plan: 'postpaid', moneyMinor: 100n });
    expect([await bring(back, made.pair), await balanceOf(back, made.player)]).toEqual([['booked'], -20n]);
    await requireBooks(back);
  });
});

describe('what is no evidence', () => {
  async function lost() {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const other = await enrolPlayer(started, { name: 'Bob' });
    return restored(started, async () => ({
      player,
      other,
      pair: await buy(started, player, 'after'),
      second: await buy(started, player, 'after 2'),
      others: await buy(started, other, 'others'),
    }));
  }

  it('mixed pairs, a wrong server, a changed bit: refused with the code, and nothing is booked', async () => {
    const { back, made } = await lost();
    const { pair, second, others, player } = made;
    expect(await bring(back, { request: pair.request, decision: second.decision })).toEqual(['DECISION_MISMATCH']);
    expect(await bring(back, { request: pair.request, decision: others.decision })).toEqual(['DECISION_MISMATCH']);
    expect(await bring(back, { request: pair.decision, decision: pair.request })).toEqual(['BAD_ENCODING']);
    expect(await bring(back, { request: pair.request, decision: new Uint8Array(0) })).toEqual(['BAD_ENCODING']);

    const flipped = Uint8Array.from(pair.decision);
    flipped[60] = flipped[60]! ^ 1;
    const [code] = await bring(back, { request: pair.request, decision: flipped });
    expect(['BAD_SIGNATURE', 'BAD_ENCODING', 'BAD_KEY', 'DECISION_MISMATCH']).toContain(code);

    // Another server of the same authority, which decided for the same player and publisher.
    const elsewhere = await startMarket({
      tree: back.tree,
      holder: makeServerHolder(back.tree, { id: 'other-server' }),
    });
    await enrolPlayer(elsewhere);
    expect(await bring(back, await buy(elsewhere, player, 'elsewhere'))).toEqual(['BAD_KEY']);
    // One of another authority, by the same name.
    const foreign = await startMarket({ tree: makeTree({ name: 'foreign' }) });
    await enrolPlayer(foreign);
    expect(await bring(back, await buy(foreign, player, 'foreign'))).toEqual(['CHAIN_UNTRUSTED']);

    expect(await back.server.service.records.listAllDecisions(0n, 10)).toEqual([]);
    expect(await balanceOf(back, player)).toBe(1_000n);
    await requireBooks(back);
  });

  it('a decision whose request somebody else signed', async () => {
    const { back, made } = await lost();
    const offer = makeOffer(makePublisher(back.tree), { nonce: 'after' });
    const request = makeRequest({ ...made.player, pin: made.other.pin }, back.holder, offer, { proof: 'pin' });
    expect(await bring(back, { request, decision: made.pair.decision })).toEqual(['BAD_SIGNATURE']);
  });

  it('a decision of tomorrow: CLOCK_SKEW, since either clock has gone wrong', async () => {
    const { back, made } = await lost();
    back.time.nowMs -= 600_000;
    expect(await bring(back, made.pair)).toEqual(['CLOCK_SKEW']);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['no list', packWire(1)],
    ['an empty list', packWire([])],
    ['seventeen pairs', packWire(Array.from({ length: 17 }, () => [seedOf('a'), seedOf('b')]))],
    ['no envelope', packWire([[]])],
    ['a number beside one', packWire([[seedOf('a'), 1]])],
    ['three', packWire([[seedOf('a'), seedOf('b'), seedOf('c')]])],
    ['text', packWire([['a', 'b']])],
  ])('%s is BAD_ENCODING', async (_, body) => {
    const started = await startServer();
    const response = await post(started, '/v1/evidence', body);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'BAD_ENCODING']);
  });

  it('counts what came back, which is an alarm', async () => {
    const { back, made } = await lost();
    await bring(back, made.pair, made.pair, { ...made.pair, decision: made.second.decision });
    const { url } = { url: (await post(back, '/v1/evidence', new Uint8Array())).url };
    const text = await (await fetch(url.replace('/v1/evidence', '/metrics'))).text();
    for (const outcome of ['booked', 'known', 'refused'])
      expect(text).toContain(`coinslot_evidence_total{outcome="${outcome}"} 1\n`);
  });
});
