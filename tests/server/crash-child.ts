/** The server of `crash.test.ts`, in a process that can be killed: `crash-child.ts <store>` prints its port. */
import { createPaymentServer, type Log } from '@coinslot/server';
import { randomBytes } from 'node:crypto';
import { makeServerHolder, makeTree, NOON_MS } from '../lib/parties.ts';

const nothing = (): void => undefined;
const log: Log = { info: nothing, warn: nothing, error: nothing, fatal: nothing };
const tree = makeTree();
const { signer, chain } = makeServerHolder(tree);
const server = await createPaymentServer({
  storePath: process.argv[2] as string,
  signer,
  chain,
  roots: tree.roots,
  environment: 'sandbox',
  clock: () => NOON_MS,
  random: (byteCount) => Uint8Array.from(randomBytes(byteCount)),
  log,
  operatorToken: 'operator-token-of-the-tests',
});
console.log(await server.listen(0, '127.0.0.1'));
