/** What a closing left, in one hash: every bill, collection, payout and bank file of a period, row by row and byte by byte. */
import { createHash, type Hash } from 'node:crypto';
import type { StoreReader } from '@coinslot/server';

export interface Closed {
  /** Hex. */
  readonly digest: string;
  readonly bills: number;
  readonly payouts: number;
  readonly files: number;
}

const PAGE = 500;

export async function digestOf({ periods }: StoreReader, period: number): Promise<Closed> {
  const hash = createHash('sha256');
  const bills = await digestPages(
    hash,
    (after) => periods.listBills(period, after, PAGE),
    ({ number }) => number,
  );
  await digestPages(
    hash,
    (after) => periods.listCollections(period, after, PAGE),
    ({ billNumber }) => billNumber,
  );
  const payouts = await periods.listPayouts(period);
  payouts.forEach((payout) => hash.update(canonical(payout)));
  const files = await periods.listBankFiles(period);
  for (const { messageId } of files) {
    const file = await periods.findBankFile(messageId);
    hash.update(messageId).update(file?.bytes ?? '');
  }
  return { digest: hash.digest('hex'), bills, payouts: payouts.length, files: files.length };
}

async function digestPages<Row extends object>(
  hash: Hash,
  list: (after: string) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): Promise<number> {
  let count = 0;
  for (let after = ''; ;) {
    const page = await list(after);
    page.forEach((row) => hash.update(canonical(row)));
    count += page.length;
    const last = page[page.length - 1];
    if (last === undefined) return count;
    after = keyOf(last);
  }
}

/** Without `state`, which goes on after the closing. Rows differ in nothing but their values, so their fields come in one order. */
const canonical = (row: object): string =>
  JSON.stringify({ ...row, state: undefined }, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
