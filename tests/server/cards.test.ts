/** Cards at the server's doors: issue, uploads, what the ledger makes of them, the blocked list. */
import {
  ALG,
  decodeCardIssue,
  decodeCardParameters,
  decodeCrls,
  decodeUploadAcknowledgement,
  openEnvelope,
  readEnvelope,
  readRevocationList,
  verifyChain,
} from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { DAY_MS, NOON_MS } from '../lib/parties.ts';
import { CardHolder } from './card-holder.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  post,
  requireBooks,
  startMarket,
  urlOf,
  type Started,
} from './started-server.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Balance of an account of the ledger. */
async function ledgerOf({ server }: Started, kind: string, owner = '', currency = 'EUR'): Promise<bigint> {
  const accounts = await server.service.records.listAccounts(0n, 500);
  return (
    accounts.find((one) => one.kind === kind && one.owner === owner && one.currency === currency)?.balanceMinor ?? 0n
  );
}

const floatOf = (started: Started, { cardId }: CardHolder): Promise<bigint> =>
  ledgerOf(started, 'card-float', hexOf(cardId));

describe.each([
  ['Ed25519', ALG.ed25519],
  ['P-256', ALG.p256],
] as const)('a card of %s', (_, alg) => {
  it('is issued, loaded, pays without the server, and is booked at its upload', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const card = await CardHolder.loaded(started, player, 300n, { alg });
    expect([await balanceOf(started, player), await card.balance(), await floatOf(started, card)]).toEqual([
      700n,
      300n,
      300n,
    ]);

    const paid = await card.pay('first');
    const refused = await card.pay('second', { priceMinor: 301n, pin: '2468' });
    expect([paid.decision.code, refused.decision.code]).toEqual(['APPROVED', 'INSUFFICIENT']);
    expect([await card.balance(), await floatOf(started, card)]).toEqual([280n, 300n]);

    const acknowledged = await card.report();
    expect(acknowledged).toMatchObject({ number: 2, counter: 2, credits: [], blocked: false });
    expect([await card.balance(), await floatOf(started, card)]).toEqual([280n, 280n]);
    expect(await ledgerOf(started, 'publisher-payable', 'lumen-works')).toBe(20n);
    await requireBooks(started);
  });
});
