/** One upload to a server on a store, for a sweep to kill: `folder`. Says the acknowledgement in hex once it has it. */
import { ALG } from '@coinslot/protocol';
import { createPaymentServer, type Log } from '@coinslot/server';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeCardIssuer, makeServerHolder, makeTree, NOON_MS } from '../lib/parties.ts';

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
  cardIssuers: [ALG.ed25519, ALG.p256].map((alg) => makeCardIssuer(tree, alg).certifier),
  clock: () => NOON_MS,
  random: (byteCount) => Uint8Array.from(randomBytes(byteCount)),
  log,
});
const port = await server.listen(0, '127.0.0.1');
const answer = await fetch(`http://127.0.0.1:${port}/v1/cards/uploads`, {
  method: 'POST',
  headers: { 'content-type': 'application/msgpack' },
  body: readFileSync(join(folder, 'upload.bin')),
});
if (answer.status !== 200) throw new Error(await answer.text());
writeSync(1, Buffer.from(await answer.arrayBuffer()).toString('hex'));
await server.close();
