/** A wallet in a process of its own, for tests that kill it. Arguments: one JSON object; prints one JSON line when it runs. */
import { randomBytes } from 'node:crypto';
import { COST_FLOOR, createProfile, openProfile, startWallet } from '@coinslot/wallet';

export interface ChildOptions {
  path: string;
  serverUrl: string;
  /** Base64 DER. */
  roots: string[];
  nowMs: number;
  pin: string;
  isNew: boolean;
  port: number;
}

const options = JSON.parse(process.argv[2] ?? '') as ChildOptions;
const place = {
  path: options.path,
  clock: () => options.nowMs,
  random: (length: number) => new Uint8Array(randomBytes(length)),
};
const setup = { pin: options.pin, language: 'en', currency: 'EUR', plan: 'prepaid', cost: COST_FLOOR } as const;
try {
  const profile = options.isNew ? await createProfile({ ...place, ...setup }) : openProfile(place);
  const wallet = await startWallet({
    profile,
    port: options.port,
    serverUrl: options.serverUrl,
    roots: options.roots.map((one) => new Uint8Array(Buffer.from(one, 'base64'))),
    environment: 'sandbox',
    autoPair: [{ gameId: 'demo-game', publisherId: 'lumen-works', origins: ['http://127.0.0.1:8375'] }],
  });
  if (!options.isNew) await wallet.unlock(options.pin);
  await wallet.openAccount();
  console.log(JSON.stringify({ port: wallet.port, userId: Buffer.from(wallet.userId).toString('hex') }));
} catch (fault) {
  console.log(JSON.stringify({ fault: (fault as { code?: string }).code ?? String(fault) }));
  process.exit(1);
}
