/** The audit over a PostgreSQL: the same code, the other backend. */
import { audit } from '@coinslot/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPostgresSnapshot } from '../../server/src/store/postgres/snapshot.ts';
import { startPostgres, type TestPostgres } from '../lib/postgres.ts';
import { sumsOf } from '../lib/sums.ts';
import { closeAt, makeBankDetails, makeMandate, mustBuy, startMonth } from './month-world.ts';
import { enrolPlayer } from './started-server.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

it('reads a database as it reads a file: a closed month holds, and an edited line of it is found', async () => {
  const database = { url: postgres.url, schema: postgres.freshSchema() };
  const month = await startMonth({ database });
  const { bankDetails, mandates } = month.server.service;
  await bankDetails.take(makeBankDetails(month));
  const prepaid = await enrolPlayer(month, { moneyMinor: 5_000n });
  const postpaid = await enrolPlayer(month, { name: 'Bob', plan: 'postpaid', moneyMinor: 5_000n });
  await mandates.take(makeMandate(month, postpaid));
  for (const player of [prepaid, postpaid]) await mustBuy(month, player, { amountMinor: 900n });
  await closeAt(month, 202603, Date.UTC(2026, 3, 1));
  const findingsNow = async () => {
    const { store, close } = await openPostgresSnapshot(database);
    const { findings, counts } = await audit({ store, roots: month.tree.roots });
    await close();
    return { findings, counts };
  };
  const whole = await findingsNow();
  expect(whole.findings).toEqual([]);
  expect(whole.counts).toMatchObject({ decisions: 2, bills: 2, payouts: 1, bankFiles: 2 });
  const { store, close } = await openPostgresSnapshot(database);
  const sums = await sumsOf(store, 202603, 0n, 99n);
  await close();
  const served = await sumsOf(month.server.service.records, 202603, 0n, 99n);
  expect(new Set(sums.movements)).toEqual(new Set(served.movements));
  expect(sums.fees).toEqual(served.fees);
  await postgres.run(
    database.schema,
    `SET session_replication_role = replica;
     UPDATE postings SET amount_minor = amount_minor + 1 WHERE transfer = (SELECT transfer FROM decisions ORDER BY position LIMIT 1)`,
  );
  const [first] = (await findingsNow()).findings;
  expect([first?.kind, first?.place]).toEqual(['transfer', expect.stringMatching(/ of decision 1$/)]);
});
