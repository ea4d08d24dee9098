/** One payment server process of the bank test: `<sqlite|postgres> <path or url>`. Says its port on standard output, and serves until it is killed. */
import { createPaymentServer } from '@coinslot/server';
import { randomBytes } from 'node:crypto';
import { FREE_LIMITS, OPERATOR_TOKEN, server as holder, tree } from './parties.ts';

const [kind, place = ''] = process.argv.slice(2);
const quiet = (): void => undefined;
const server = await createPaymentServer({
  ...(kind === 'postgres' ? { database: { url: place } } : { storePath: place }),
  signer: holder.signer,
  chain: holder.chain,
  roots: tree.roots,
  environment: 'sandbox',
  clock: Date.now,
  random: (byteCount) => Uint8Array.from(randomBytes(byteCount)),
  log: { info: quiet, warn: quiet, error: console.error, fatal: console.error },
  operatorToken: OPERATOR_TOKEN,
  limits: FREE_LIMITS,
  onFatal: () => process.exit(1),
});
process.stdout.write(`${await server.listen(0, '127.0.0.1')}\n`);
