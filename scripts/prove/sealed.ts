/** What is sealed opens by a decision alone: not by a patched gate, not from the files of the game, and in every browser of who paid. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes } from '@coinslot/protocol';
import type { Parties } from '../town.ts';
import { sitDown } from './player.ts';
import type { Report } from './print.ts';

/** What the demo game sells sealed: the target, the file that ships, and what is in it. */
export const SEALED = { target: 'bonus', file: 'comets-road.sealed', clearFile: 'comets-road.json' } as const;
const { target: TARGET, file: FILE, clearFile: CLEAR_FILE } = SEALED;

export async function proveSealed(
  report: Report,
  { wallet, gameFolder, publisherFolder }: Parties,
  origin: string,
): Promise<void> {
  report.step('The bonus scene is sealed');
  const shipped = new Uint8Array(readFileSync(join(gameFolder, FILE)));
  const clear = new Uint8Array(readFileSync(join(publisherFolder, CLEAR_FILE)));
  report.check('what ships says nothing of it', !Buffer.from(shipped).includes('lanterns'), `${shipped.length} bytes`);
  let served = shipped;
  const fetchBytes = (): Promise<Uint8Array> => Promise.resolve(served);
  const seat = { gameFolder, walletPort: wallet.port, origin, fetchBytes };

  const { coinslot } = sitDown(seat);
  await coinslot.ready;
  coinslot.can = () => true;
  const patched = await coinslot.openSealed(TARGET, FILE);
  report.check('a patched gate opens nothing', patched.status === 'refused' && patched.reason === 'not-entitled');
  // The method of its class again.
  Reflect.deleteProperty(coinslot, 'can');

  const result = await coinslot.require(TARGET);
  report.check('bought', result.status === 'granted', [result.status, result.reason, result.code].join(' '));
  const opened = await coinslot.openSealed(TARGET, FILE);
  report.check('and opened, to the byte', opened.status === 'opened' && equalBytes(opened.bytes, clear));
  served = shipped.with(-1, (shipped.at(-1) ?? 0) ^ 1);
  const bent = await coinslot.openSealed(TARGET, FILE);
  report.check('one bit changed on its way: OFFER_HASH', bent.status === 'refused' && bent.code === 'OFFER_HASH');
  coinslot.close();

  served = shipped;
  const elsewhere = sitDown(seat);
  await elsewhere.coinslot.restore();
  const again = await elsewhere.coinslot.openSealed(TARGET, FILE);
  report.check('in another browser too, by a key sealed anew', again.status === 'opened');
  elsewhere.coinslot.close();
}
