/** The real parties in a throwaway folder, as `npm run prove` has them: sandbox payment server and wallet, durable writes on. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NO_FAIRNESS } from '@coinslot/wallet';
import { pino } from 'pino';
import { openParties, type Parties, type TownOptions } from '../scripts/town.ts';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

export interface GroundsOptions extends Pick<TownOptions, 'limits' | 'clock'> {
  /** Where the game is, or would be, served. */
  gamePort: number;
  /** Writes the game's content into a folder, in place of the demo game's. */
  content?: (folder: string) => void;
}

/** Runs `use` on fresh parties and clears away what they left. */
export async function onGrounds<T>(options: GroundsOptions, use: (parties: Parties) => Promise<T>): Promise<T> {
  const { gamePort, content, limits, clock } = options;
  const home = mkdtempSync(join(tmpdir(), 'coinslot-bench-'));
  const contentFolder = join(home, 'content');
  let parties: Parties | undefined;
  try {
    content?.(contentFolder);
    parties = await openParties({
      root: ROOT,
      home: join(home, 'town'),
      ports: { wallet: 0, sandbox: 0, game: gamePort },
      clock,
      random: (length) => new Uint8Array(randomBytes(length)),
      log: pino({ level: process.env['COINSLOT_LOG'] ?? 'silent' }),
      player: 'sample',
      pin: '2468',
      // A bench pays as fast as it can, and for hours without a PIN.
      rules: { fairness: NO_FAIRNESS, region: 'none' },
      ...(limits && { limits }),
      ...(content && { content: contentFolder }),
    });
    return await use(parties);
  } finally {
    await parties?.close();
    rmSync(home, { recursive: true, force: true });
  }
}
