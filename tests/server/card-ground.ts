/** Cards of one player at a market, loaded or on a ceiling, and what is looked at afterwards: for the tests of uploads. */
import {
  decodeCardRecord,
  decodeCrls,
  encodeCardRecord,
  readRevocationList,
  type CardRecord,
  type CodeName,
  type UploadedRecord,
} from '@coinslot/protocol';
import { expect } from 'vitest';
import { type Player } from '../lib/parties.ts';
import { CardHolder } from './card-holder.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  floatOf,
  ledgerOf,
  requireBooks,
  startMarket,
  urlOf,
  type Started,
} from './started-server.ts';

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const codeOf = async (answer: Response): Promise<CodeName> => ((await answer.json()) as { code: CodeName }).code;
export const payableOf = (started: Started, currency = 'EUR'): Promise<bigint> =>
  ledgerOf(started, 'publisher-payable', 'lumen-works', currency);
export const lossOf = (started: Started): Promise<bigint> => ledgerOf(started, 'card-loss', 'test-cards-1');
/** What everything is worth together: nothing may change it but money from the bank. */
export async function worthOf(started: Started, card: CardHolder): Promise<bigint> {
  return (await balanceOf(started, card.player)) + (await floatOf(started, card)) + (await payableOf(started));
}

export async function prepaid(moneyMinor = 300n): Promise<{ started: Started; player: Player; card: CardHolder }> {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  return { started, player, card: await CardHolder.loaded(started, player, moneyMinor) };
}

export async function postpaid(ceilingMinor = 500n): Promise<{ started: Started; player: Player; card: CardHolder }> {
  const started = await startMarket();
  const player = await enrolPlayer(started, { plan: 'postpaid', moneyMinor: ceilingMinor });
  return {
    started,
    player,
    card: await CardHolder.issued(started, player, { purses: [{ currency: 'EUR', plan: 'postpaid' }] }),
  };
}

/** Nothing has changed: not the ledger, not the card as it is known here. */
export async function expectNothing(started: Started, work: () => Promise<unknown>): Promise<void> {
  const seen = async (): Promise<unknown> => ({
    accounts: await started.server.service.records.listAccounts(0n, 500),
    decisions: (await started.server.service.records.listAllDecisions(0n, 500)).length,
    cards: await started.server.service.cards.list(new Uint8Array(16), 10),
  });
  const before = await seen();
  await work();
  expect(await seen()).toEqual(before);
  await requireBooks(started);
}

export async function isBlocked(started: Started, { cardId }: CardHolder): Promise<boolean> {
  return (await started.server.service.records.cards.findCard(cardId))?.blockedAtMs !== undefined;
}

/** The newest list of the Ed25519 issuer, as the door hands it out. */
export async function blockedList(started: Started) {
  const lists = decodeCrls(await bytesOf(await fetch(`${await urlOf(started)}/v1/crls`)));
  return { lists, list: readRevocationList(lists[0] as Uint8Array) };
}

/** The same records as a wallet sends them that does not have message 2 of those at `places`. */
export const without = (records: readonly UploadedRecord[], ...places: readonly number[]): UploadedRecord[] =>
  records.map(({ record, ...proofs }, i) =>
    places.includes(i) ? { request: undefined, decision: undefined, record } : { ...proofs, record },
  );
export const rowsOf = async (started: Started, { cardId }: CardHolder) =>
  (await started.server.service.records.cards.listCardRecords(cardId, { counter: 0, head: new Uint8Array() }, 100)).map(
    ({ outcome, code }) => (code === undefined ? outcome : `${outcome} ${code}`),
  );
export const heldOf = (started: Started, card: CardHolder): Promise<bigint> =>
  ledgerOf(started, 'card-dispute', hexOf(card.cardId));

/** The record as it came, with other particulars. */
export function edited(uploaded: UploadedRecord | undefined, changes: Partial<CardRecord>): Uint8Array {
  return encodeCardRecord({ ...decodeCardRecord((uploaded as UploadedRecord).record), ...changes });
}
