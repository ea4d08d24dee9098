/**
 * Mutants of valid frames and requests at every door of a real wallet and a real sandbox, until so many have been dealt
 * with. Three things must come of it: no crash, no promise rejected unheard, and nothing durable moved.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeOffer } from '@coinslot/protocol';
import { offerOf, readPriceList } from '../prove/forger.ts';
import { sitDown } from '../prove/player.ts';
import { openParties, type Parties } from '../town.ts';
import { openHeads } from './heads.ts';
import { openLinkFuzz } from './link.ts';
import { drawFrom, pick } from './mutate.ts';
import { openServerFuzz } from './server.ts';
import { Tally, watchingLog } from './tally.ts';
import { durableState } from './witness.ts';

export interface FuzzReport {
  readonly frames: number;
  /** Answers by door, with how often. */
  readonly rows: readonly (readonly [string, number])[];
  /** Crashes, rejections nobody heard, errors in the logs, answers of 500 and more, silence, and whatever moved. */
  readonly faults: readonly string[];
}

/** Only names the game's origin; nothing listens there. */
const GAME_PORT = 8375;
const FAULTS_SHOWN_MAX = 20;

/** @param onProgress called now and then with the number of mutants so far. */
export async function fuzz(frames: number, seed: number, onProgress?: (done: number) => void): Promise<FuzzReport> {
  const tally = new Tally();
  const time = { nowMs: Date.now() };
  const home = mkdtempSync(join(tmpdir(), 'coinslot-fuzz-'));
  const stopListening = listenForCrashes(tally);
  const parties = await openParties({
    root: dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
    home,
    ports: { wallet: 0, sandbox: 0, game: GAME_PORT },
    clock: () => time.nowMs,
    random: (length) => new Uint8Array(randomBytes(length)),
    log: watchingLog(tally),
    player: 'sample',
    pin: '2468',
  });
  try {
    await bombard(parties, { frames, seed, time, tally, onProgress });
  } finally {
    await parties.close();
    rmSync(home, { recursive: true, force: true });
    stopListening();
  }
  return { frames: tally.frames, rows: tally.rows, faults: tally.faults.slice(0, FAULTS_SHOWN_MAX) };
}

interface Bombardment {
  frames: number;
  seed: number;
  time: { nowMs: number };
  tally: Tally;
  onProgress: ((done: number) => void) | undefined;
}

async function bombard(parties: Parties, { frames, seed, time, tally, onProgress }: Bombardment): Promise<void> {
  const origin = `http://127.0.0.1:${GAME_PORT}`;
  const draw = drawFrom(seed);
  const { pairingHeader, ...list } = readPriceList(parties.gameFolder);
  const paidNonce = await buyOnce(parties, origin);
  const offer = offerOf({ pairingHeader, ...list }, 'thirty-minutes');
  const link = openLinkFuzz({ parties, origin, pairingHeader, offer, paidNonce, time, draw, tally });
  const server = await openServerFuzz(parties, offer, time, draw, tally);
  const heads = openHeads(parties, origin, pairingHeader, draw, tally);
  // Of a hundred: 45 frames at the wallet, 50 requests at the server, 5 broken heads at either.
  const shares = [() => link.send(), () => server.send(), () => heads.knock()];
  const chosen = Array.from({ length: 100 }, (_, i) => shares[i < 45 ? 0 : i < 95 ? 1 : 2]!);
  const before = await durableState(parties);
  for (let done = 0; done < frames; done++) {
    await pick(draw, chosen)();
    if (done % 5_000 === 4_999) onProgress?.(done + 1);
  }
  const after = await durableState(parties);
  if (after !== before) tally.fault(`moved: ${difference(before, after)}`);
  await requireAlive(parties, origin, tally);
  link.close();
  server.close();
}

/** An honest payment, so that there is something to move. */
async function buyOnce(parties: Parties, origin: string): Promise<Uint8Array> {
  const player = sitDown({ gameFolder: parties.gameFolder, walletPort: parties.wallet.port, origin });
  const result = await player.coinslot.require('level-3');
  player.coinslot.close();
  if (result.status !== 'granted') throw new Error(`the honest payment came out as ${result.status}, ${result.reason}`);
  const message = player.passed.find((one) => one.name === 'offer');
  return decodeOffer(message?.bytes ?? new Uint8Array()).nonce;
}

/** Both still do what they are there for. */
async function requireAlive({ sandbox, wallet, gameFolder }: Parties, origin: string, tally: Tally): Promise<void> {
  const { status } = await fetch(`${sandbox.url}/readyz`);
  if (status !== 200) tally.fault(`server: /readyz answers ${status}`);
  const { coinslot } = sitDown({ gameFolder, walletPort: wallet.port, origin });
  const restored = await coinslot.restore();
  coinslot.close();
  if (restored.entitlements.length !== 1) tally.fault(`wallet: restores ${restored.entitlements.length} entitlements`);
}

function listenForCrashes(tally: Tally): () => void {
  const crashed = (error: unknown): void =>
    tally.fault(`crash: ${String((error as Error | undefined)?.stack ?? error)}`);
  process.on('uncaughtException', crashed).on('unhandledRejection', crashed);
  return () => void process.off('uncaughtException', crashed).off('unhandledRejection', crashed);
}

const CONTEXT = 80;

/** The first place where two texts part. */
function difference(before: string, after: string): string {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  const around = (text: string): string => text.slice(Math.max(0, at - CONTEXT), at + CONTEXT);
  return `${around(before)} became ${around(after)}`;
}
