/**
 * P5, P6 to their end: the folders of a software card copied with everything that remembers it, spent in both copies with no
 * network, and then uploaded to a payment server: found, blocked, both branches paid for, the loss below the ceiling.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CardHolder, PIN } from '../server/card-holder.ts';
import {
  balanceOf,
  enrolPlayer,
  floatOf,
  ledgerOf,
  requireBooks,
  startMarket,
  type Started,
} from '../server/started-server.ts';
import { temporaryFolder } from './softcard-folder.ts';
import { storeIn } from './softcard-parts.ts';

/** What the server's policy lets a software card hold. */
const CEILING_MINOR = 2_000n;

const payableOf = (started: Started) => ledgerOf(started, 'publisher-payable', 'lumen-works', 'EUR');
const lossOf = (started: Started) => ledgerOf(started, 'card-loss', 'test-cards-1');
const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;

/** A software card in a folder, loaded from an account that then holds `leftMinor`. */
async function softCard(loadedMinor: bigint, leftMinor: bigint) {
  const root = temporaryFolder();
  await storeIn(root).create();
  const started = await startMarket();
  const player = await enrolPlayer(started, { moneyMinor: loadedMinor + leftMinor });
  const options = { assurance: 'software', store: storeIn(root) } as const;
  const card = await CardHolder.loaded(started, player, loadedMinor, options);
  return { started, player, card, root };
}

/** The card of a copied folder, in a wallet that remembers the same requests. */
async function copied(card: CardHolder, root: string): Promise<CardHolder> {
  const copy = temporaryFolder();
  cpSync(root, copy, { recursive: true });
  const holder = await CardHolder.blank(card.started, card.player, { ...card.options, store: storeIn(copy) });
  holder.issue = card.issue;
  for (const [nonce, request] of card.journal) holder.journal.set(nonce, request);
  return holder;
}

describe('a software card whose folders were copied', () => {
  test('P6: is found at the upload of the second copy, and blocked; both branches are billed', async () => {
    const { started, player, card, root } = await softCard(300n, 700n);
    await card.pay('before the copy');
    const copy = await copied(card, root);
    for (let i = 0; i < 4; i++) await card.pay(`original ${i}`);
    for (let i = 0; i < 6; i++) await copy.pay(`copy ${i}`);
    await card.report();
    const found = await copy.send();
    expect([found.status, await codeOf(found)]).toEqual([422, 'CARD_FORK']);
    expect(await payableOf(started)).toBe(20n * (1n + 4n + 6n));
    expect(await lossOf(started)).toBe(0n);
    // The first branch was paid for from what the card held, the second from the account.
    expect([await floatOf(started, card), await balanceOf(started, player)]).toEqual([300n - 100n, 700n - 120n]);
    expect((await started.server.service.records.cards.findCard(card.cardId))?.blockedAtMs).toBeDefined();
    expect((await card.report()).blocked).toBe(true);
    const after = await card.pay('after the block', { pin: PIN }).catch((error: unknown) => error);
    expect(after).toMatchObject({ code: 'CARD_BLOCKED', charged: 'no' });
    await requireBooks(started);
  });

  test('I11: with nothing left in the account the loss is the issuer’s, at most the ceiling for all copies', async () => {
    const { started, card, root } = await softCard(CEILING_MINOR, 0n);
    const copies = [await copied(card, root), await copied(card, root), await copied(card, root)];
    for (const [i, holder] of [card, ...copies].entries())
      for (let k = 0; k < 2; k++) await holder.pay(`wallet ${i}, ${k}`, { priceMinor: 900n, pin: PIN });
    await card.report();
    for (const copy of copies) expect(await codeOf(await copy.send())).toBe('CARD_FORK');
    const loss = -(await lossOf(started));
    expect(loss).toBeGreaterThan(0n);
    expect(loss).toBeLessThanOrEqual(CEILING_MINOR);
    await requireBooks(started);
  });

  test('P5: put back over the spent one, with an anchor left behind, it does not get that far', async () => {
    const { started, card, root } = await softCard(300n, 700n);
    const kept = temporaryFolder();
    cpSync(root, kept, { recursive: true });
    await card.pay('spent');
    for (const part of ['profile', 'outside']) cpSync(join(kept, part), join(root, part), { recursive: true });
    const again = await CardHolder.blank(started, card.player, { ...card.options, store: storeIn(root) });
    const refused = await again.use((terminal) => terminal.select()).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'CARD_FORK', charged: 'no' });
    await requireBooks(started);
  });
});
