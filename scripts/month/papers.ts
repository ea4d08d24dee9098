/** What the publishers and players of the month have signed beside their purchases: where money goes, how bills are paid, what is given back. */
import {
  decodePaymentDecision,
  encodeBankDetails,
  encodePaymentMandate,
  encodeRefundOrder,
  readEnvelope,
  sealEnvelope,
} from '@coinslot/protocol';
import type { PaymentServer } from '@coinslot/server';
import type { Dice } from './dice.ts';
import type { Trade } from './trade.ts';
import type { MonthPlayer, World } from './world.ts';

/** Every publisher enrolled, with bank details of its own hand. */
export async function enrolStudios(
  server: PaymentServer,
  { studios, server: holder }: World,
  atMs: number,
): Promise<void> {
  for (const { holder: publisher, payoutCurrency, bank, feeBasisPoints } of studios) {
    await server.service.publishers.enrol({ chain: publisher.chain, payoutCurrency, bank, feeBasisPoints });
    const details = { publisherId: publisher.id, number: 1, ...bank, bic: '', payoutCurrency, timeMs: atMs };
    const body = encodeBankDetails({ ...details, audience: holder.keyHash });
    await server.service.bankDetails.take(sealEnvelope('bank-details', body, publisher.signer, publisher.chain));
  }
}

/** Every postpaid player who does not just send the money has signed how the bill is to be paid. */
export async function signMandates(
  server: PaymentServer,
  { players, server: holder }: World,
  atMs: number,
): Promise<void> {
  const signing = players.filter(({ plan, way }) => plan === 'postpaid' && way !== 'transfer');
  await Promise.all(
    signing.map((player, i) => server.service.mandates.take(mandateOf(player, i, holder.keyHash, atMs))),
  );
}

function mandateOf(player: MonthPlayer, i: number, audience: Uint8Array, timeMs: number): Uint8Array {
  const isDebit = player.way === 'bank-debit';
  const body = encodePaymentMandate({
    userId: player.keys.userId,
    number: 1,
    way: player.way,
    mandateId: `mandate-${i}`,
    holder: isDebit ? player.name : '',
    iban: isDebit ? player.iban : '',
    token: isDebit ? '' : `card-${i}`,
    timeMs,
    audience,
  });
  return sealEnvelope('payment-mandate', body, player.keys.pin, []);
}

/** Publishers give back every second of the sales that were remembered, the operator one of them besides. */
export async function refundSome(
  server: PaymentServer,
  world: World,
  trade: Trade,
  dice: Dice,
  atMs: number,
): Promise<number> {
  const chosen = trade.sold.filter((_, i) => i % 2 === 0);
  for (const [i, { decision, publisherId }] of chosen.entries()) {
    const { decisionId } = decodePaymentDecision(readEnvelope(decision).body);
    if (i === 0) await server.service.refunds.byOperator({ decisionId, reason: 'defect' });
    else await server.service.refunds.order(orderOf(world, publisherId, decisionId, dice, atMs));
  }
  return chosen.length;
}

function orderOf(world: World, publisherId: string, decisionId: Uint8Array, dice: Dice, timeMs: number): Uint8Array {
  const publisher = world.studios.find(({ holder }) => holder.id === publisherId)?.holder;
  if (publisher === undefined) throw new Error(`${publisherId}: no such publisher`);
  const order = { publisherId, decisionId, reason: 'requested', timeMs, nonce: dice.bytes(16) } as const;
  const body = encodeRefundOrder({ ...order, audience: world.server.keyHash });
  return sealEnvelope('refund-order', body, publisher.signer, publisher.chain);
}
