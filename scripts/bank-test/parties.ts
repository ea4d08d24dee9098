/** Who takes part in the bank test: the same in every process, since keys follow from names. */
import type { ServerLimits } from '@coinslot/server';
import {
  makeOffer,
  makePlayer,
  makePublisher,
  makeServerHolder,
  makeTree,
  type Player,
} from '../../tests/lib/parties.ts';

const TODAY_MS = Math.floor(Date.now() / 86_400_000) * 86_400_000;
export const OPERATOR_TOKEN = 'bank-test-operator-token';
export const tree = makeTree({ name: 'bank test', atMs: TODAY_MS });
export const server = makeServerHolder(tree);
export const publisher = makePublisher(tree);

/** Prices of 0.03, 0.20 and 0.99. */
export const offers = [3n, 20n, 99n].map((amountMinor, i) =>
  makeOffer(publisher, { atMs: TODAY_MS, terms: { offerId: `level-${i}` }, quote: { amountMinor } }),
);

export interface Account {
  readonly keys: Player;
  readonly plan: 'prepaid' | 'postpaid';
}

export const accounts: readonly Account[] = Array.from({ length: 24 }, (_, i) => ({
  keys: makePlayer(`bank test ${i}`),
  plan: i % 4 === 3 ? 'postpaid' : 'prepaid',
}));

/** One machine plays everybody here, which the usual rates of asking would take for an attack. */
const MANY = 1_000_000;
export const FREE_LIMITS: Partial<ServerLimits> = {
  enrolmentsPerSecond: MANY,
  enrolmentsBurst: MANY,
  asksPerSecond: MANY,
  asksBurst: MANY,
  asksPerUserPerSecond: MANY,
  asksPerUserBurst: MANY,
};
