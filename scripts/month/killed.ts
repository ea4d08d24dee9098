/** The same closing over and over, killed at a random moment each time and started again, until it comes through. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Dice } from './dice.ts';

export interface KilledOptions {
  readonly kind: string;
  readonly place: string;
  readonly seed: string;
  readonly atMs: number;
  readonly dice: Dice;
  /** How long a closing takes that nobody disturbs. */
  readonly wholeMs: number;
  /** No more kills than this; then it is left to end. */
  readonly killsMax: number;
}

const PROGRAM = fileURLToPath(new URL('./close-child.ts', import.meta.url));

/** Returns how often it was killed. */
export async function closeKilled(options: KilledOptions): Promise<number> {
  for (let kills = 0; ; kills++) {
    const afterMs = kills < options.killsMax ? options.dice.below(Math.max(Math.ceil(options.wholeMs), 2)) : undefined;
    if (await closeOnce(options, afterMs)) return kills;
  }
}

/** Milliseconds that a closing of its own takes, from its beginning to its end, without the start of the process. */
export async function timeClosing(options: Omit<KilledOptions, 'wholeMs' | 'killsMax' | 'dice'>): Promise<number> {
  let fromMs = 0;
  await run(options, () => {
    fromMs = performance.now();
  });
  return performance.now() - fromMs;
}

/** False when it was killed before its end. */
async function closeOnce(options: KilledOptions, afterMs: number | undefined): Promise<boolean> {
  return run(options, (kill) => {
    if (afterMs !== undefined) setTimeout(kill, afterMs);
  });
}

function run(
  { kind, place, seed, atMs }: Pick<KilledOptions, 'kind' | 'place' | 'seed' | 'atMs'>,
  onBegun: (kill: () => void) => void,
): Promise<boolean> {
  const child = spawn(
    process.execPath,
    ['--conditions=coinslot-source', '--import', 'tsx', PROGRAM, kind, place, seed, String(atMs)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (part: Buffer) => {
      const hadBegun = said.includes('closing');
      said += part.toString();
      if (!hadBegun && said.includes('closing')) onBegun(() => child.kill('SIGKILL'));
    });
    child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL' && code !== 0) reject(new Error(`a closing ended with ${code}`));
      else resolve(said.includes('closed'));
    });
  });
}
