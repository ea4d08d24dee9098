/** Parties and payments for the store's contract: rows made by hand, without signatures, since a store does not look at any. */
import { createHash } from 'node:crypto';
import type { Transfer } from '../../server/src/ledger/types.ts';
import { paymentPostings, topUpPostings } from '../../server/src/ledger/postings.ts';
import type { DecisionRecord, PaymentState } from '../../server/src/payments/types.ts';
import { hex, playerAccount, type NewPlayer, type Plan, type TopUp } from '../../server/src/players/types.ts';
import type { NewPublisher } from '../../server/src/publishers/types.ts';
import type { PaymentKey, Store } from '../../server/src/store/port.ts';

/** A Sunday noon in 2026. */
export const NOON_MS = Date.UTC(2026, 2, 1, 12);
export const CHAIN = [new Uint8Array([1, 2, 3])];

/** Bytes from a name. */
export const bytesOf = (name: string, length = 32): Uint8Array =>
  Uint8Array.from(createHash('sha512').update(`store contract ${name}`).digest()).slice(0, length);
export const CHAIN_HASH = bytesOf('chain');

export const playerNamed = (name: string, plan: Plan = 'prepaid', currency = 'EUR'): NewPlayer => ({
  userId: bytesOf(`user ${name}`, 16),
  plan,
  currency,
  accountKey: bytesOf(`account key ${name}`),
  pressKey: bytesOf(`press key ${name}`),
  pinKey: bytesOf(`pin key ${name}`),
  pressPaymentMaxMinor: 100n,
  pressDayMaxMinor: 500n,
  enrolment: bytesOf(`enrolment ${name}`, 60),
  enrolmentHash: bytesOf(`enrolment hash ${name}`),
  enrolledAtMs: NOON_MS,
});

export const publisherNamed = (publisherId: string, feeBasisPoints = 0): NewPublisher => ({
  publisherId,
  commonName: publisherId,
  payoutCurrency: 'EUR',
  bank: { holder: publisherId, iban: 'DE89370400440532013000' },
  feeBasisPoints,
  chain: CHAIN,
  chainHash: CHAIN_HASH,
  enrolledAtMs: NOON_MS,
});

export async function enrol(store: Store, player: NewPlayer, moneyMinor = 0n): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.addPlayer(player);
    if (player.plan === 'postpaid') await tx.setCeiling(player.userId, moneyMinor);
    else if (moneyMinor > 0n) await tx.addTopUp(...topUpOf(player, moneyMinor, `first ${hex(player.userId)}`));
  });
}

export function topUpOf(
  player: NewPlayer,
  amountMinor: bigint,
  bankReference: string,
  atMs = NOON_MS,
): [TopUp, Transfer] {
  const { userId, currency } = player;
  return [
    { userId, amountMinor, currency, bankReference },
    {
      kind: 'top-up',
      reference: bytesOf(`top-up ${bankReference}`),
      atMs,
      postings: topUpPostings(playerAccount(player), amountMinor),
    },
  ];
}

/** A purchase as a test names it. */
export interface Purchase {
  readonly player: NewPlayer;
  /** Names the request; the same name is the same request. */
  readonly nonce: string;
  readonly priceMinor: bigint;
  readonly publisherId?: string;
  readonly feeBasisPoints?: number;
  readonly atMs?: number;
  readonly isPress?: boolean;
  readonly requestBytes?: number;
}

export const requestIdOf = ({ player, nonce }: Pick<Purchase, 'player' | 'nonce'>): Uint8Array =>
  bytesOf(`request ${hex(player.userId)} ${nonce}`);

export const keyOf = (purchase: Purchase): PaymentKey => ({
  requestId: requestIdOf(purchase),
  userId: purchase.player.userId,
  publisherId: purchase.publisherId ?? 'lumen',
  rateTableId: 0,
});

/** What the server does with a state: refused when there is too little, otherwise taken from the working balance. */
export function decide(purchase: Purchase, { player }: PaymentState): DecisionRecord {
  const { priceMinor, nonce, publisherId = 'lumen', atMs = NOON_MS, feeBasisPoints = 0 } = purchase;
  const spendable = player.plan === 'prepaid' ? player.balanceMinor : player.balanceMinor + player.ceilingMinor;
  const isApproved = priceMinor <= spendable;
  const requestId = requestIdOf(purchase);
  const chargedMinor = isApproved ? priceMinor : 0n;
  player.balanceMinor -= chargedMinor;
  if (isApproved && purchase.isPress === true) player.pressDaySpentMinor += chargedMinor;
  const name = `${hex(player.userId)} ${nonce}`;
  return {
    requestId,
    userId: player.userId,
    publisherId,
    code: isApproved ? 'APPROVED' : 'INSUFFICIENT',
    priceMinor,
    priceCurrency: player.currency,
    chargedMinor,
    chargedCurrency: player.currency,
    rateTableId: 0,
    offerHash: bytesOf(`offer ${name}`),
    quoteSignature: bytesOf(`quote ${name}`, 64),
    requestHash: bytesOf(`request hash ${name}`),
    requestBytes: filled(requestId, purchase.requestBytes ?? 200),
    decisionId: bytesOf(`decision ${name}`, 16),
    decision: filled(requestId, 390),
    chainHash: CHAIN_HASH,
    atMs,
    transfer:
      chargedMinor === 0n
        ? undefined
        : {
            kind: 'payment',
            reference: requestId,
            atMs,
            postings: paymentPostings({
              payer: playerAccount(player),
              publisherId,
              priceMinor,
              priceCurrency: player.currency,
              chargedMinor,
              roundingMinor: 0n,
              feeBasisPoints,
            }),
          },
    pressSpending: purchase.isPress === true ? { day: 20_000, spentMinor: player.pressDaySpentMinor } : undefined,
  };
}

const filled = (seed: Uint8Array, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (seed[i % seed.length]! + i) & 255);

/** One batch in one transaction, with idempotence first, as `payments/service.ts` does it. */
export async function pay(store: Store, purchases: readonly Purchase[]): Promise<readonly string[]> {
  return store.transaction(async (tx) => {
    const states = await tx.loadPayments(purchases.map(keyOf));
    const made = new Map<string, DecisionRecord>();
    const codes = purchases.map((purchase, i) => {
      const state = states[i]!;
      const name = hex(requestIdOf(purchase));
      const prior = state.prior ?? made.get(name);
      if (prior !== undefined) return `again ${prior.code}`;
      const record = decide(purchase, state);
      made.set(name, record);
      return record.code;
    });
    await tx.recordPayments([...made.values()]);
    return codes;
  });
}

/** A store with a publisher in it, and its chain. */
export async function furnish(store: Store): Promise<void> {
  await store.transaction((tx) => tx.putPublisher(publisherNamed('lumen')));
}
