import {
  accountRequestHash,
  checkDecision,
  decodeAccountStatement,
  decodeRateTable,
  openEnvelope,
  readEnvelope,
} from '@coinslot/protocol';
import { expect, it } from 'vitest';
import { makeAccountRequest, makeEnrolment, makeOffer, makePlayer, makeRequest } from '../lib/parties.ts';
import { BANK, bytesOf, operate, post, RATES, requireBooks, startServer, urlOf } from './started-server.ts';

it('enrols, tops up, quotes rates, decides and states, over HTTP', async () => {
  const started = await startServer();
  const { tree, holder, publisher, time } = started;
  const open = (type: 'rate-table' | 'account-statement', bytes: Uint8Array) =>
    openEnvelope(bytes, { type, role: 'payment-server', roots: tree.roots, atMs: time.nowMs });
  const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

  const chain = publisher.chain.map((one) => Buffer.from(one).toString('base64'));
  const enrolled = await operate(started, '/v1/operator/publishers', { chain, payoutCurrency: 'EUR', bank: BANK });
  expect([enrolled.status, await enrolled.json()]).toEqual([
    201,
    { publisherId: 'lumen-works', commonName: 'Lumen Works', payoutCurrency: 'EUR' },
  ]);
  const rates = RATES.rates.map(({ currency, rateE8 }) => ({ currency, rateE8: rateE8.toString() }));
  expect((await operate(started, '/v1/operator/rates', { ...RATES, rates })).status).toBe(201);
  const table = open('rate-table', await bytesOf(await fetch(`${await urlOf(started)}/v1/rates`)));
  expect(decodeRateTable(table.body)).toEqual({ id: 1, ...RATES });

  const player = makePlayer();
  const enrolment = makeEnrolment(player, holder);
  const statement = await post(started, '/v1/enrolments', enrolment);
  expect(statement.status).toBe(201);
  expect(decodeAccountStatement(open('account-statement', await bytesOf(statement)).body)).toMatchObject({
    requestHash: accountRequestHash(readEnvelope(enrolment).body),
    balanceMinor: 0n,
    pressPaymentMaxMinor: 100n,
  });
  expect((await post(started, '/v1/enrolments', enrolment)).status).toBe(200);

  const topUp = { userId: hexOf(player.userId), amountMinor: '1000', currency: 'EUR', bankReference: 'REF 1' };
  for (let i = 0; i < 2; i++) {
    const topped = await operate(started, '/v1/operator/topups', topUp);
    expect([topped.status, await topped.json()]).toMatchObject([200, { balanceMinor: '1000' }]);
  }

  const offer = makeOffer(publisher);
  const request = makeRequest(player, holder, offer);
  const answer = await post(started, '/v1/payments', request);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/msgpack']);
  const decision = await bytesOf(answer);
  const { decision: told } = checkDecision(decision, offer.offerBytes, { roots: tree.roots, nowMs: time.nowMs });
  expect(told).toMatchObject({ code: 'APPROVED', chargedMinor: 20n, chargedCurrency: 'EUR', settlement: 'debited' });
  expect(await bytesOf(await post(started, '/v1/payments', request))).toEqual(decision);

  const asked = makeAccountRequest(player, holder, { ask: 'decisions' });
  const stated = decodeAccountStatement(
    open('account-statement', await bytesOf(await post(started, '/v1/accounts', asked))).body,
  );
  expect(stated).toMatchObject({ balanceMinor: 980n, next: 1n });
  expect(stated.decisions).toEqual([decision]);
  await requireBooks(started);
});
