/** `decide` at a hundred campaigns: how long a call takes, against the same rules written by hand, and what it leaves behind. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compileTiming, SKIP_REASONS, type Decide } from '@coinslot/plugin/timing';
import { median, type Part } from '../report.ts';
import { byHand, CAMPAIGNS, hundredCampaigns, players, type Asked } from './floor.ts';

const PLAYERS = 2_000;
const ROUNDS = 40;
const KEPT_CALLS = 1_000_000;

export async function measureTiming(): Promise<Part> {
  const file = hundredCampaigns();
  const decide = compileTiming(file);
  const hand = byHand(file);
  const asked = players(PLAYERS, Date.UTC(2026, 5, 1, 12));
  const held = asked.filter((one) => !decide(one.state, one.boundary, one.nowMs).show);
  const due = asked.filter((one) => decide(one.state, one.boundary, one.nowMs).show);
  const { engine, floor } = inTurn(decide, hand, asked);
  const bytes = retained(decide, asked);
  return Promise.resolve({
    name: 'timing',
    title: `When: one decision over ${CAMPAIGNS} campaigns`,
    figures: [
      { name: 'decide, all players', value: engine, unit: 'us', goal: 20 },
      { name: 'decide, an offer is due', value: alone(decide, due), unit: 'us', goal: 20 },
      {
        name: 'decide, nothing is due: every campaign is gone through',
        value: alone(decide, held),
        unit: 'us',
        goal: 20,
      },
      { name: 'the same rules written by hand, without reasons', value: floor, unit: 'us' },
      { name: 'decide against by hand', value: engine / floor, unit: 'x' },
      {
        name: `kept on the heap by ${KEPT_CALLS.toLocaleString('en')} calls`,
        value: bytes / KEPT_CALLS,
        unit: 'B',
        goal: 0.01,
      },
    ],
    notes: [
      `All ${CAMPAIGNS} campaigns stand at one placement, each with a condition of three parts, three caps, three waits, every fourth with a holdout, every fifth with variants.`,
      `${PLAYERS} seeded players, of whom ${due.length} are shown something; reasons met: ${reasonsOf(decide, held)}.`,
      'Both are measured in turn in one process, in time of the processor, the median of the rounds; by hand there is nobody held out, no variant drawn and no reason kept.',
      'Kept: the heap after a full collection, after a million calls less before them, per call. The goal is nothing; a hundredth of a byte is what the collector itself is off by.',
    ],
  });
}

const runAll = (decide: Decide, asked: readonly Asked[]): number => {
  let shown = 0;
  for (const { state, boundary, nowMs } of asked) if (decide(state, boundary, nowMs).show) shown += 1;
  return shown;
};

/** Microseconds a call of both, in turn, so that a busy machine is busy for both. */
function inTurn(
  decide: Decide,
  hand: (asked: Asked) => number,
  asked: readonly Asked[],
): { engine: number; floor: number } {
  const engine: number[] = [];
  const floor: number[] = [];
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    engine.push(timed(() => (sum += runAll(decide, asked)), asked.length));
    floor.push(
      timed(() => {
        for (const one of asked) sum += hand(one);
      }, asked.length),
    );
  }
  if (!Number.isFinite(sum)) throw new Error('nothing was decided');
  return { engine: median(engine), floor: median(floor) };
}

const alone = (decide: Decide, asked: readonly Asked[]): number =>
  median(Array.from({ length: ROUNDS / 2 }, () => timed(() => runAll(decide, asked), asked.length)));

/** Of the processor's time, which others on the machine do not lengthen; microseconds a call. */
function timed(run: () => unknown, calls: number): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/** Bytes that a million calls leave on the heap. */
function retained(decide: Decide, asked: readonly Asked[]): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    for (let i = 0; i < 4; i++) collect();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  for (let calls = 0; calls < KEPT_CALLS; calls += asked.length) runAll(decide, asked);
  return Math.max(0, used() - before);
}

function reasonsOf(decide: Decide, held: readonly Asked[]): string {
  const reasons = held.map(({ state, boundary, nowMs }) => {
    const decision = decide(state, boundary, nowMs);
    return decision.show ? 'no-placement' : decision.reason;
  });
  const told = SKIP_REASONS.map((reason) => [reason, reasons.filter((one) => one === reason).length] as const);
  return told
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}
