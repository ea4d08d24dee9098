/**
 * `coinslot refund`: signs an order, posts it, keeps the notice. The order is on the disk before it is sent, so that a lost answer
 * is fetched by the same bytes; the server undoes a decision once, whatever is asked.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ProtocolError, type RefundNotice, type RefundOrder } from '@coinslot/protocol';
import { asFaults, askServer, type Hints } from '../server/ask.ts';
import { readPemCertificates, readRoots, withoutRoot } from '../studio/certificates.ts';
import { readBytes, readBytesIfThere, readText, replaceFile } from '../studio/files.ts';
import { readKey, signerOf } from '../studio/keys.ts';
import type { StudioFiles } from '../studio/layout.ts';
import { audienceOf, isSameWish, makeRefundOrder, readNotice } from './order.ts';

export interface RefundInput {
  readonly files: Pick<StudioFiles, 'key' | 'chain' | 'roots'>;
  /** Where orders and notices are kept. */
  readonly folder: string;
  /** Of the payment server. */
  readonly serverUrl: string;
  /** 32 hex digits. */
  readonly decisionIdHex: string;
  readonly reason: RefundOrder['reason'];
  readonly nowMs: number;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly fetch: typeof fetch;
}

export interface RefundDone {
  readonly notice: RefundNotice;
  /** The file with the signed notice. */
  readonly file: string;
}

/** Throws FaultsError for files and for whatever the server answers, with its code. */
export async function refund(input: RefundInput): Promise<RefundDone> {
  const { files, folder, serverUrl, decisionIdHex, reason, nowMs, randomBytes } = input;
  const decisionId = Uint8Array.from(Buffer.from(decisionIdHex, 'hex'));
  const roots = readRoots(files.roots, readBytes(files.roots, 'your authority gives it to you'));
  const chain = withoutRoot(readPemCertificates(files.chain, readText(files.chain)), roots);
  const trust = { roots, nowMs };
  return asFaults(serverUrl, HINTS, async () => {
    const audience = audienceOf(await askServer(input, 'GET', '/v1/rates'), trust);
    mkdirSync(folder, { recursive: true });
    const orderFile = join(folder, `${decisionIdHex}.order`);
    const wish = { decisionId, reason, audience };
    const make = (): Uint8Array => {
      const made = makeRefundOrder({ ...wish, signer: signerOf(readKey(files.key)), chain, nowMs, randomBytes });
      replaceFile(orderFile, made);
      return made;
    };
    const kept = readBytesIfThere(orderFile);
    const isKept = kept !== undefined && isSameWish(kept, wish);
    const answer = await askServer(input, 'POST', '/v1/refunds', isKept ? kept : make()).catch((fault: unknown) => {
      // The server never saw the kept one, or its time would not matter: it is safe to sign it anew.
      if (isKept && fault instanceof ProtocolError && fault.code === 'CLOCK_SKEW')
        return askServer(input, 'POST', '/v1/refunds', make());
      throw fault;
    });
    const notice = readNotice(answer, decisionId, trust);
    const file = join(folder, `${decisionIdHex}.notice`);
    replaceFile(file, answer);
    return { notice, file };
  });
}

const HINTS: Hints = {
  byCode: {
    ID_CONFLICT: 'it was refunded before, by another order or by the operator',
    DECISION_MISMATCH: 'a decision id is 32 hex digits, from the list of decisions of your payouts',
    CLOCK_SKEW: "set this machine's clock",
  },
  unanswered: 'nothing is known to be refunded; run it again, it is done once',
};
