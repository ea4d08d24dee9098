/** Buys from a store until it is killed: `store-child.ts <url> <schema> <name>` prints the nonce of each purchase that is durable. */
import { openPostgresStore } from '../../server/src/store/postgres/postgres-store.ts';
import { pay, playerNamed } from './store-world.ts';

const [, , url = '', schema = '', name = ''] = process.argv;
const store = await openPostgresStore({ url, schema, poolMax: 1 });
const player = playerNamed('ada');
for (let i = 0; ; i++) {
  const nonces = [0, 1, 2, 3].map((n) => `${name} ${i} ${n}`);
  await pay(
    store,
    nonces.map((nonce) => ({ player, nonce, priceMinor: 1n, feeBasisPoints: 5_000 })),
  );
  process.stdout.write(`${nonces.join('\n')}\n`);
}
