/** The payment server of the month, on one store or the other, with the operator's own account and the mock bank behind its port. */
import { ALG } from '@coinslot/protocol';
import { createPaymentServer, type BankPort, type OwnBank, type PaymentServer } from '@coinslot/server';
import { makeCardIssuer } from '../../tests/lib/parties.ts';
import type { World } from './world.ts';

export interface MonthServerOptions {
  readonly world: World;
  readonly kind: string;
  /** Path or URL of the store. */
  readonly place: string;
  readonly clock: () => number;
  readonly random: (byteCount: number) => Uint8Array;
  readonly bank?: BankPort;
}

const OWN_BANK: OwnBank = {
  name: 'Coinslot Test Operator',
  iban: 'DE89370400440532013000',
  bic: 'COBADEFFXXX',
  creditorId: 'DE98ZZZ09999999999',
};
const quiet = (): void => undefined;

export function openMonthServer({
  world,
  kind,
  place,
  clock,
  random,
  bank,
}: MonthServerOptions): Promise<PaymentServer> {
  return createPaymentServer({
    ...(kind === 'postgres' ? { database: { url: place } } : { storePath: place }),
    signer: world.server.signer,
    chain: world.server.chain,
    roots: world.tree.roots,
    environment: 'sandbox',
    clock,
    random,
    log: { info: quiet, warn: quiet, error: console.error, fatal: console.error },
    cardIssuers: [ALG.ed25519, ALG.p256].map((alg) => makeCardIssuer(world.tree, alg).certifier),
    ownBank: OWN_BANK,
    ...(bank && { bank }),
  });
}
