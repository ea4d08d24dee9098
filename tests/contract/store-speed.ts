/**
 * How fast a store alone records payments, in batches of 128: `npx tsx --conditions=coinslot-source tests/contract/store-speed.ts
 * [sqlite|postgres] [batches]`. What deciding costs here is taken off; processor time is that of this process, and of PostgreSQL's
 * (Linux only), which a machine that does other things beside does not blur as much as it does the clock.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { postgresRig, sqliteRig } from './store-rigs.ts';
import { decide, furnish, keyOf, playerNamed, topUpOf, type Purchase } from './store-world.ts';

const BATCH = 128;
const PLAYERS = 1_000;
/** As measured of real ones: message 2 with its chain by hash, and the price with a fee, by a press. */
const PURCHASE = { priceMinor: 20n, feeBasisPoints: 1_000, requestBytes: 1_560, isPress: true };
const TICK_MS = 10;

/** Milliseconds of processor time of all backends. */
function backendMs(): number {
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('postgres: ')) continue;
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It ended meanwhile.
    }
  }
  return ticks * TICK_MS;
}

const [, , kind = 'postgres', count = '100'] = process.argv;
const batches = Number(count);
const rig = kind === 'sqlite' ? sqliteRig() : postgresRig();
await rig.start();
const place = rig.place();
const store = await place.open();
await furnish(store);
const players = Array.from({ length: PLAYERS }, (_, i) => playerNamed(`player ${i}`));
for (let i = 0; i < PLAYERS; i += 100)
  await store.transaction(async (tx) => {
    for (const player of players.slice(i, i + 100)) {
      await tx.addPlayer(player);
      await tx.addTopUp(...topUpOf(player, 1_000_000n, `top-up of ${i} ${player.userId.join(' ')}`));
    }
  });

const taken = { loadMs: 0, decideMs: 0, recordMs: 0, allMs: 0, decideCpuMs: 0 };
const cpuMs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};
const [ownBefore, backendBefore] = [process.cpuUsage(), backendMs()];
for (let batch = 0; batch < batches; batch++) {
  const purchases = Array.from({ length: BATCH }, (_, i): Purchase => {
    const n = batch * BATCH + i;
    return { ...PURCHASE, player: players[n % PLAYERS]!, nonce: `purchase ${n}` };
  });
  const beganAt = performance.now();
  await store.transaction(async (tx) => {
    const loadedFrom = performance.now();
    const states = await tx.loadPayments(purchases.map(keyOf));
    const [decidedFrom, decidedCpu] = [performance.now(), process.cpuUsage()];
    const records = purchases.map((purchase, i) => decide(purchase, states[i]!));
    const recordedFrom = performance.now();
    taken.decideCpuMs += cpuMs(decidedCpu);
    await tx.recordPayments(records);
    taken.loadMs += decidedFrom - loadedFrom;
    taken.decideMs += recordedFrom - decidedFrom;
    taken.recordMs += performance.now() - recordedFrom;
  });
  taken.allMs += performance.now() - beganAt;
}
const per = (ms: number): string => (ms / batches).toFixed(2);
const rate = (ms: number): string => Math.round((BATCH * 1_000) / (ms / batches)).toLocaleString('en');
const own = cpuMs(ownBefore) - taken.decideCpuMs;
const backend = backendMs() - backendBefore;
console.log(`${rig.name}, ${batches} batches of ${BATCH}, of ${PLAYERS} players`);
console.log(`by the clock: ${rate(taken.allMs - taken.decideMs)} payments a second`);
console.log(
  `  a batch: load ${per(taken.loadMs)}, record ${per(taken.recordMs)}, all but deciding ${per(taken.allMs - taken.decideMs)} ms`,
);
console.log(`by processor time, one after the other: ${rate(own + backend)} payments a second`);
console.log(`  a batch: this process ${per(own)}, the database's ${per(backend)} ms`);
await store.close();
place.remove();
await rig.stop();
