/** Refunds as tests ask for them, and what comes back. */
import {
  decodeAccountStatement,
  decodeRefundNotice,
  encodeRefundOrder,
  openEnvelope,
  sealEnvelope,
  type RefundNotice,
  type RefundOrder,
} from '@coinslot/protocol';
import { bytes16Of, makeAccountRequest, type Holder, type Player } from '../lib/parties.ts';
import { bytesOf, post, type Started } from './started-server.ts';

/** Envelope `refund-order` by the market's publisher, or another. */
export function makeRefundOrder(
  started: Pick<Started, 'holder' | 'publisher' | 'time'>,
  decisionId: Uint8Array,
  fields: Partial<RefundOrder> = {},
  by: Holder = started.publisher,
): Uint8Array {
  const order: RefundOrder = {
    publisherId: by.id,
    decisionId,
    reason: 'requested',
    timeMs: started.time.nowMs,
    nonce: bytes16Of('refund order'),
    audience: started.holder.keyHash,
    ...fields,
  };
  return sealEnvelope('refund-order', encodeRefundOrder(order), by.signer, by.chain);
}

/** Opens a notice under the test's roots. */
export function readNotice({ tree, time }: Pick<Started, 'tree' | 'time'>, envelope: Uint8Array): RefundNotice {
  const { body } = openEnvelope(envelope, {
    type: 'refund-notice',
    role: 'payment-server',
    roots: tree.roots,
    atMs: time.nowMs,
  });
  return decodeRefundNotice(body);
}

/** Posts an order; the notice, or the code of the refusal. */
export async function refund(started: Started, envelope: Uint8Array): Promise<RefundNotice | string> {
  const answer = await post(started, '/v1/refunds', envelope);
  if (answer.status !== 200) return ((await answer.json()) as { code: string }).code;
  return readNotice(started, await bytesOf(answer));
}

let questions = 0;

/** What the player's wallet is handed after a position. */
export async function refundsOf(
  started: Started,
  player: Player,
  after = 0n,
): Promise<{ readonly notices: readonly RefundNotice[]; readonly next: bigint }> {
  const nonce = bytes16Of(`refunds ${questions++}`);
  const fields = { ask: 'refunds', after, timeMs: started.time.nowMs, nonce } as const;
  const answer = await post(started, '/v1/accounts', makeAccountRequest(player, started.holder, fields));
  const { body } = openEnvelope(await bytesOf(answer), {
    type: 'account-statement',
    role: 'payment-server',
    roots: started.tree.roots,
    atMs: started.time.nowMs,
  });
  const { decisions, next } = decodeAccountStatement(body);
  return { notices: decisions.map((one) => readNotice(started, one)), next };
}
