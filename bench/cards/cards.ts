/**
 * Paying by card: what one payment takes at the card, in process, as a software card and through a real pcscd; and from the
 * second press to the open gate with no server at all.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { disperseStore, fileAnchor, fileStore, withCard, type CardFacts, type CardStore } from '@coinslot/card';
import { DESK_CARD_PIN, DESK_READER } from '../../scripts/card-desk.ts';
import type { Parties } from '../../scripts/town.ts';
import { whyNoPcscd } from '../../tests/lib/pcscd.ts';
import { onGrounds } from '../grounds.ts';
import { levelName, writeLevels } from '../latency/content.ts';
import type { Bought, Errand } from '../latency/player.ts';
import { median, percentile, type Figure, type Part } from '../report.ts';
import { loadedRig, MEASURED, throughPcscd, timed, WARM_UP, type Measured } from './payments.ts';

const GOAL_IN_PROCESS_MS = 3;
const GOAL_PCSCD_MS = 10;
const GOAL_SOFT_MS = 15;
const GOAL_PRESS_P95_MS = 50;
const GAME_PORT = 8375;
const STEP_MS = 3_100;

export async function measureCards(): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-bench-cards-'));
  try {
    // A card's records bound a run: a whole card is used up before, so that what is measured is compiled.
    await payments(fileStore(join(folder, 'warm')));
    const inProcess = await payments(fileStore(join(folder, 'chip')));
    const soft = await payments(await softStore(join(folder, 'soft')));
    const quick = await throughPcscd(join(folder, 'quick'), true);
    const slow = await throughPcscd(join(folder, 'slow'), false);
    const presses = await pressesOffline();
    const figures: Figure[] = [
      ...figuresOf('payment in process, file with fsync', inProcess, GOAL_IN_PROCESS_MS),
      ...figuresOf('payment by software card, 3 fragments', soft, GOAL_SOFT_MS),
      ...(quick === undefined
        ? []
        : figuresOf('payment through pcscd and vpcd, quick ACK', quick.payments, GOAL_PCSCD_MS)),
      ...(quick === undefined ? [] : figuresOf('APDU through pcscd and vpcd, quick ACK', quick.apdus)),
      ...(slow === undefined ? [] : figuresOf('payment through pcscd and vpcd, without', slow.payments)),
      ...(slow === undefined ? [] : figuresOf('APDU through pcscd and vpcd, without', slow.apdus)),
      { name: 'offline, press to open gate, p50', value: median(presses), unit: 'ms' },
      {
        name: 'offline, press to open gate, p95',
        value: percentile(presses, 0.95),
        unit: 'ms',
        goal: GOAL_PRESS_P95_MS,
      },
    ];
    return { name: 'cards', title: 'Cards: paying with no network', figures, notes: notesOf(quick, slow) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function figuresOf(name: string, times: readonly number[], goal?: number): Figure[] {
  return [
    { name: `${name}, p50`, value: median(times), unit: 'ms', ...(goal !== undefined && { goal }) },
    { name: `${name}, p99`, value: percentile(times, 0.99), unit: 'ms' },
  ];
}

const perSecond = (times: readonly number[]): string => (1_000 / median(times)).toFixed(0);

function notesOf(quick: Measured | undefined, slow: Measured | undefined): string[] {
  const through =
    quick === undefined || slow === undefined
      ? [`Not measured through pcscd: ${whyNoPcscd() ?? 'it did not start'}.`]
      : [
          `Payments a second through pcscd and vpcd: ${perSecond(quick.payments)} with quick ACK, ${perSecond(slow.payments)} without.`,
        ];
  return [
    `${MEASURED} payments of one unit after ${WARM_UP} to warm up, without PIN: SELECT, INITIALIZE, DEBIT in one exclusive transaction, the record committed before the answer; P-256.`,
    ...through,
    'Press to open gate: the plugin in one process, wallet and card (file store, in process) in another, the payment server stopped.',
  ];
}

async function payments(store: CardStore): Promise<number[]> {
  const rig = await loadedRig(store);
  const remembered = new Map<string, CardFacts>();
  return timed(rig, (request) => rig.use((terminal) => terminal.pay(request), { remembered }));
}

async function softStore(folder: string): Promise<CardStore> {
  const store = disperseStore({
    places: ['profile/a', 'profile/b', 'outside/c'].map((place) => join(folder, place)),
    quorum: 2,
    pinSecret: new Uint8Array(32).fill(1),
    machineSecret: new Uint8Array(32).fill(2),
    anchors: [fileAnchor(join(folder, 'profile', 'anchor')), fileAnchor(join(folder, 'outside', 'anchor'))],
  });
  await store.create();
  return store;
}

async function pressesOffline(): Promise<number[]> {
  let aheadMs = 0;
  const clock = (): number => Date.now() + aheadMs;
  const content = (folder: string): void => writeLevels(folder, WARM_UP + MEASURED);
  const limits = { pressesPerPinMax: 10_000 };
  return onGrounds({ gamePort: GAME_PORT, content, limits, clock }, async (parties) => {
    await parties.sandbox.close();
    const player = await sitDown(parties);
    const times: number[] = [];
    for (let number = 1; number <= WARM_UP + MEASURED; number++) {
      aheadMs += STEP_MS;
      // The PIN takes the card's caps on payments without it back to nothing, as a player's would from time to time.
      await withCard(parties.cards.readers, DESK_READER, (terminal) => terminal.verifyPin(DESK_CARD_PIN));
      await parties.wallet.cards.readAgain();
      player.send({ target: levelName(number), aheadMs } satisfies Errand);
      const [bought] = (await once(player, 'message')) as [Bought];
      if (bought.status !== 'granted') throw new Error(`${levelName(number)}: ${bought.status}`);
      if (number > WARM_UP) times.push(bought.verified - bought.pressed);
    }
    player.disconnect();
    await once(player, 'exit');
    return times;
  });
}

async function sitDown({ gameFolder, wallet }: Parties): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('../latency/player.ts', import.meta.url));
  const player = fork(program, [gameFolder, String(wallet.port), `http://127.0.0.1:${GAME_PORT}`]);
  await once(player, 'message');
  return player;
}
