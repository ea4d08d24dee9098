/** One refund at a server on a store, for a sweep to kill: `folder`. Says the notice in hex once it has it. */
import { createPaymentServer, type Log } from '@coinslot/server';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeServerHolder, makeTree, NOON_MS } from '../lib/parties.ts';

const [folder = ''] = process.argv.slice(2);
const nothing = (): void => undefined;
const log: Log = { info: nothing, warn: nothing, error: nothing, fatal: nothing };
const tree = makeTree();
const { signer, chain } = makeServerHolder(tree);
const server = await createPaymentServer({
  storePath: join(folder, 'ledger.sqlite'),
  signer,
  chain,
  roots: tree.roots,
  environment: 'sandbox',
  clock: () => NOON_MS,
  random: (byteCount) => Uint8Array.from(randomBytes(byteCount)),
  log,
});
const { notice } = await server.service.refunds.order(Uint8Array.from(readFileSync(join(folder, 'order.bin'))));
writeSync(1, Buffer.from(notice).toString('hex'));
await server.close();
