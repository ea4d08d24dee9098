/**
 * A payment server in a process whose disk can be made to fail or to forget: `disk-step.ts <folder> [again]`. Decides what
 * stands in `requests.json`, one after the other, and says of each what came of it as soon as it is known, one line each:
 * `<i> <code> <decision in hex>` or `<i> <code> <charged>`. With `again` what failed is asked once more at once.
 */
import { ProtocolError } from '@coinslot/protocol';
import { createPaymentServer, StoreError, type Log } from '@coinslot/server';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeServerHolder, makeTree, NOON_MS } from '../lib/parties.ts';

const [folder = '', mode = ''] = process.argv.slice(2);
const nothing = (): void => undefined;
const log: Log = { info: nothing, warn: nothing, error: nothing, fatal: nothing };
const say = (line: string): void => void writeSync(1, `${line}\n`);
const tree = makeTree();
const { signer, chain } = makeServerHolder(tree);

try {
  const server = await createPaymentServer({
    storePath: join(folder, 'ledger.sqlite'),
    signer,
    chain,
    roots: tree.roots,
    environment: 'sandbox',
    clock: () => NOON_MS,
    random: (byteCount) => Uint8Array.from(randomBytes(byteCount)),
    log,
    onFatal: () => say('fatal'),
  });
  const requests = JSON.parse(readFileSync(join(folder, 'requests.json'), 'utf8')) as string[];
  for (const [i, request] of requests.entries()) {
    for (let asking = 0; asking < (mode === 'again' ? 2 : 1); asking++) {
      try {
        const answer = await server.decide(Uint8Array.from(Buffer.from(request, 'hex')));
        if (answer.kind !== 'decided') throw new Error(answer.kind);
        say(`${i} ${answer.code} ${Buffer.from(answer.decision).toString('hex')}`);
        break;
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        say(`${i} ${error.code} ${error.charged}`);
      }
    }
  }
  await server.close();
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  say(`store ${error.kind}`);
  process.exitCode = 3;
}
