/**
 * The PostgreSQL drill of docs/guides/operating.md on a real cluster: WAL archived, a base backup taken while players buy, the
 * cluster lost, the backup rolled forward by the archive, served from. `pg_basebackup` is not among the programs of the npm package:
 * the copy is made between the two SQL functions that it stands on.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { makeOffer, makeRequest, type Player } from '../lib/parties.ts';
import { clusterFolder, startCluster } from '../lib/postgres.ts';
import { balanceOf, enrolPlayer, requireBooks, startMarket, startServer, type Started } from './started-server.ts';

const MONEY_MINOR = 1_000_000n;
const PRICE_MINOR = 20n;

/** Approvals a player holds: what was asked, and the decision. */
type Held = Map<Uint8Array, Uint8Array>;

async function buy(started: Started, player: Player, count: number, held: Held): Promise<void> {
  for (let i = 0; i < count; i++) {
    const offer = makeOffer(started.publisher, { nonce: `purchase ${held.size}` });
    const request = makeRequest(player, started.holder, offer, { proof: 'pin' });
    const answer = await started.server.decide(request);
    if (answer.kind !== 'decided' || answer.code !== 'APPROVED') throw new Error(JSON.stringify(answer));
    held.set(request, answer.decision);
  }
}

/** Files and folders of the cluster's own user, as `cp -a` keeps them. */
function writeAs(owner: string, path: string, text: string): void {
  writeFileSync(path, text);
  const { uid, gid } = statSync(owner);
  chownSync(path, uid, gid);
}

it('a base backup taken while players buy, rolled forward by the archived WAL, holds every decision that was archived', async () => {
  const [lost, spare] = [clusterFolder(), clusterFolder()];
  const [archive, safe] = [join(lost, 'archive'), join(spare, 'archive')];
  const archiving = ['-c', 'archive_mode=on', '-c', `archive_command=test ! -f ${archive}/%f && cp %p ${archive}/%f`];
  const postgres = await startCluster(lost, archiving);
  let isStopped = false;
  onTestFinished(async () => void (isStopped || (await postgres.stop())));
  mkdirSync(archive);
  const cluster = join(lost, 'cluster');
  const owner = statSync(cluster);
  chownSync(archive, owner.uid, owner.gid);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();

  const schema = postgres.freshSchema();
  const started = await startMarket({ database: { url: postgres.url, schema } });
  const player = await enrolPlayer(started, { name: 'Ada', moneyMinor: MONEY_MINOR });
  const held: Held = new Map();
  await buy(started, player, 20, held);

  await client.query("SELECT pg_backup_start('drill', fast => true)");
  await buy(started, player, 20, held);
  execFileSync('cp', ['-a', cluster, join(spare, 'cluster')]);
  execFileSync('sh', ['-c', 'rm -rf "$0"/pg_wal/* "$0"/postmaster.pid "$0"/postmaster.opts', join(spare, 'cluster')]);
  await buy(started, player, 20, held);
  const { rows } = await client.query<{ labelfile: string }>(
    'SELECT labelfile FROM pg_backup_stop(wait_for_archive => true)',
  );
  const label = rows[0]?.labelfile ?? '';

  // What was bought since the backup is in the archive as soon as its segment is.
  await buy(started, player, 20, held);
  const { rows: segments } = await client.query<{ name: string }>(
    'SELECT pg_walfile_name(pg_current_wal_lsn()) AS name, pg_switch_wal()',
  );
  const segment = segments[0]?.name ?? '';
  await vi.waitFor(() => statSync(join(archive, segment)), { timeout: 20_000, interval: 50 });
  const archived: Held = new Map(held);

  // And then the machine is lost, with what was not archived yet.
  execFileSync('cp', ['-a', archive, safe]);
  await buy(started, player, 10, held);
  await client.end();
  await started.server.close();
  isStopped = true;
  await postgres.stop();

  writeAs(safe, join(spare, 'cluster', 'backup_label'), label);
  writeAs(safe, join(spare, 'cluster', 'recovery.signal'), '');
  const again = await startCluster(spare, [
    '-c',
    `restore_command=cp ${safe}/%f %p`,
    '-c',
    'recovery_target_action=promote',
  ]);
  onTestFinished(() => again.stop());
  const { holder, tree, publisher } = started;
  const server = await startServer({ database: { url: again.url, schema }, holder, tree });
  await requireBooks(server);
  for (const [request, decision] of archived)
    expect(await server.server.decide(request)).toMatchObject({ decision, fresh: false });
  expect(await balanceOf(server, player)).toBe(MONEY_MINOR - PRICE_MINOR * BigInt(archived.size));

  // Serving goes on from there.
  await buy({ ...server, publisher }, player, 1, new Map(held));
}, 120_000);
