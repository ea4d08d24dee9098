/**
 * The part of `verifyBooks` that looks at refunds: each against its signed notice and order, its decision and its transfer; and
 * no transfer of that kind without one.
 */
import {
  decodeRefundNotice,
  decodeRefundOrder,
  equalBytes,
  ProtocolError,
  readCertificate,
  readEnvelope,
  signatureInput,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { hex } from '../players/types.ts';
import type { Refund } from '../refunds/types.ts';
import type { StoreReader } from '../store/port.ts';
import type { RecordedTransfer } from './types.ts';

interface RefundBooks {
  readonly store: StoreReader;
  /** What each transfer of kind `refund` brought its player, by its number. */
  readonly brought: Map<bigint, bigint>;
  readonly find: (finding: string) => void;
}

const PAGE = 500;

/** What a refund brought to players' accounts. */
export const broughtTo = ({ postings }: RecordedTransfer): bigint =>
  postings.reduce((sum, { credit, amountMinor }) => sum + (isPlayers(credit.kind) ? amountMinor : 0n), 0n);

const isPlayers = (kind: string): boolean => kind === 'player-prepaid' || kind === 'player-postpaid';

export async function verifyRefunds({ store, brought, find }: RefundBooks): Promise<void> {
  for (let after = 0n; ;) {
    const page = await store.refunds.listRefunds(after, PAGE);
    for (const refund of page) {
      const faults = await faultsOf(store, refund, brought).catch((error: unknown) => {
        if (error instanceof ProtocolError) return [error.message];
        throw error;
      });
      faults.forEach((fault) => find(`refund ${refund.position}: ${fault}`));
      if (refund.transferId !== undefined) brought.delete(refund.transferId);
    }
    const last = page[page.length - 1];
    if (last === undefined) break;
    after = last.position;
  }
  brought.forEach((_, id) => find(`transfer ${id}: a refund without its notice`));
}

async function faultsOf(store: StoreReader, refund: Refund, brought: ReadonlyMap<bigint, bigint>): Promise<string[]> {
  const told = readEnvelope(refund.notice);
  const notice = decodeRefundNotice(told.body);
  const leaf = (await store.findChain(refund.chainHash))?.[0];
  const decision = await store.refunds.findDecisionById(refund.decisionId);
  const isKnown = decision !== undefined || (await store.refunds.findCardDecision(refund.decisionId)) !== undefined;
  const movedMinor = refund.transferId === undefined ? 0n : brought.get(refund.transferId);
  const pairs: readonly (readonly [what: string, holds: boolean])[] = [
    ["server's signature", leaf !== undefined && isSigned(readCertificate(leaf).spki, refund.notice)],
    ['decision', isKnown && equalBytes(notice.decisionId, refund.decisionId)],
    ['request id', decision === undefined || equalBytes(decision.requestId, refund.requestId)],
    ['amount', notice.amountMinor === refund.amountMinor && movedMinor === refund.amountMinor],
    ['currency', notice.currency === refund.currency],
    ['whole', decision === undefined || (decision.transferId === undefined) === (refund.transferId === undefined)],
    ['reason', notice.reason === refund.reason],
    ['order', refund.order === undefined || (await isOrdered(store, refund, refund.order))],
  ];
  return pairs.filter(([, holds]) => !holds).map(([name]) => `${name} does not hold (${hex(refund.decisionId)})`);
}

async function isOrdered(store: StoreReader, refund: Refund, envelope: Uint8Array): Promise<boolean> {
  const { body, chain } = readEnvelope(envelope);
  const order = decodeRefundOrder(body);
  const [first] = chain;
  const leaf = first?.length === 32 ? (await store.findChain(first))?.[0] : first;
  return (
    leaf !== undefined &&
    isSigned(readCertificate(leaf).spki, envelope) &&
    order.publisherId === refund.publisherId &&
    order.reason === refund.reason &&
    equalBytes(order.decisionId, refund.decisionId)
  );
}

function isSigned(spki: Uint8Array, envelope: Uint8Array): boolean {
  const { typeName, body, signature } = readEnvelope(envelope);
  return nativeVerifySignature(Uint8Array.from(spki), signatureInput(typeName, body), signature);
}
