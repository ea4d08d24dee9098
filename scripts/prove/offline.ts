/**
 * Paying with no network at all: the payment server is stopped, the player buys again and again by a card, and when the server
 * is back, card, ledger and publisher's account agree to the unit.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeOffer,
  decodePaymentDecision,
  equalBytes,
  keyHash,
  readCertificate,
  readEnvelope,
} from '@coinslot/protocol';
import type { RunningSandbox } from '@coinslot/server-mock';
import type { CardReport } from '@coinslot/wallet';
import type { Parties } from '../town.ts';
import { countTransfers } from './books.ts';
import { sitDown, type HeadlessPlayer } from './player.ts';
import type { Report } from './print.ts';
import { SEALED } from './sealed.ts';

export type OfflineMeans = 'card' | 'softcard';

export interface OfflineOptions {
  readonly means: OfflineMeans;
  readonly origin: string;
  /** The wallet's. */
  readonly pin: string;
  /** Starts the sandbox again, on the port and the ledger it had. */
  readonly reopen: () => Promise<RunningSandbox>;
}

const LOADED_MINOR = 200n;
const RECHARGE_MINOR = 100n;
const LIST_MAX = 500;
const SEALED_KEY_BYTES = 80;

/** Resolves with the sandbox that is running at the end. */
export async function proveOffline(report: Report, parties: Parties, options: OfflineOptions): Promise<RunningSandbox> {
  const { wallet } = parties;
  const { means, pin, origin, reopen } = options;
  report.step(
    means === 'card' ? 'A card, charged while the server is up' : 'A software card, charged while the server is up',
  );
  const idHex = await chargedCard(parties, means, pin);
  const card = (): CardReport => cardOf(parties, idHex);
  report.check('the card holds EUR 2.00', balanceOf(card()) === LOADED_MINOR, `card ${idHex}`);
  const spentBefore = await publisherIsOwed(parties.sandbox);
  const transfersBefore = await countTransfers(parties.sandbox);

  report.step('The server is stopped');
  await parties.sandbox.close();
  const shipped = new Uint8Array(readFileSync(join(parties.gameFolder, SEALED.file)));
  const fetchBytes = (): Promise<Uint8Array> => Promise.resolve(shipped);
  const seat = { gameFolder: parties.gameFolder, walletPort: wallet.port, origin, fetchBytes };
  const player = sitDown(seat);
  await player.coinslot.ready;
  await buy(report, player, idHex, 'level-3', 'a level, EUR 0.20');
  await buy(report, player, idHex, 'play', 'thirty minutes, EUR 0.50');
  await buySealed(report, player, parties, idHex);
  await wallet.cards.readAgain();
  const spentMinor = player.decisions.reduce((sum, one) => sum + decisionOf(one).chargedMinor, 0n);
  report.check(
    'the card holds what is left',
    balanceOf(card()) === LOADED_MINOR - spentMinor,
    `EUR ${minorText(balanceOf(card()))}, ${card().records} records`,
  );

  report.step('Asked again, and in another browser, still with no server');
  const again = await player.coinslot.require('level-3');
  report.check('an owned level opens without a dialog', again.reason === 'already-entitled');
  const elsewhere = sitDown(seat);
  const restored = await elsewhere.coinslot.restore();
  report.check(
    'restore() hands all three over again',
    restored.status === 'restored' && restored.entitlements.length === 3,
  );
  const reopened = await elsewhere.coinslot.openSealed(SEALED.target, SEALED.file);
  report.check('the bonus scene opens there too, by a key sealed anew', reopened.status === 'opened');
  player.coinslot.close();
  elsewhere.coinslot.close();

  report.step('The server is back: records up, value down');
  const sandbox = await reopen();
  await wallet.cards.upload(idHex);
  report.check('no record waits any more', card().records === 0);
  report.check('three transfers more, one for each record', (await countTransfers(sandbox)) === transfersBefore + 3);
  const owed = await publisherIsOwed(sandbox);
  report.check(
    'the publisher is owed what the decisions say, in its own prices',
    owedMore(owed, spentBefore, 'EUR') === 70n && owedMore(owed, spentBefore, 'USD') === 100n,
    [...owed].map(([currency, minor]) => `${currency} ${minorText(minor)}`).join(', '),
  );
  report.check(
    'what the server holds for the card is what the card holds',
    (await floatOf(sandbox, idHex)) === balanceOf(card()),
  );
  await wallet.cards.upload(idHex);
  report.check('uploaded again, nothing moves', (await countTransfers(sandbox)) === transfersBefore + 3);

  const left = balanceOf(card());
  await wallet.cards.recharge(idHex, purseOf(card()).purse, RECHARGE_MINOR, pin);
  report.check('recharged by EUR 1.00', balanceOf(card()) === left + RECHARGE_MINOR);
  report.check('and the server holds as much', (await floatOf(sandbox, idHex)) === balanceOf(card()));
  return sandbox;
}

async function chargedCard(parties: Parties, means: OfflineMeans, pin: string): Promise<string> {
  const { wallet, sandbox, cards } = parties;
  if (means === 'card') {
    await wallet.cards.readAgain();
    return idOf(wallet.cards.list().find(({ kind }) => kind === 'card'));
  }
  // The other card must not pay in its place.
  for (const { id } of await cards.list()) await cards.pull(id);
  const idHex = await wallet.cards.makeSoftCard(pin);
  const bankReference = `prove-${idHex}`;
  await sandbox.topUp({ userId: wallet.userId, amountMinor: LOADED_MINOR, currency: 'EUR', bankReference });
  await wallet.cards.recharge(idHex, purseOf(cardOf(parties, idHex)).purse, LOADED_MINOR, pin);
  return idHex;
}

async function buy(report: Report, player: HeadlessPlayer, idHex: string, target: string, what: string): Promise<void> {
  report.step(`The player buys ${what}`);
  const result = await player.coinslot.require(target);
  report.check('granted', result.status === 'granted', [result.status, result.reason, result.code].join(' '));
  const envelope = player.decisions.at(-1) ?? new Uint8Array();
  const decision = decisionOf(envelope);
  report.message('message 3, PaymentDecision, card to wallet to plugin', envelope, decision);
  const [leaf] = readEnvelope(envelope).chain.filter((one) => one.length > 32);
  const signer = leaf && readCertificate(leaf);
  report.check('signed by the card', signer?.subject.id === idHex && equalBytes(keyHash(signer.spki), decision.signer));
  const offer = decodeOffer(player.passed.filter(({ name }) => name === 'offer').at(-1)?.bytes ?? new Uint8Array());
  report.check('for the nonce of message 1', equalBytes(decision.nonce, offer.nonce));
  report.check('open', player.coinslot.can(target));
}

/** The card was given the key at its last contact: what is sealed opens without a network, and is one purchase with its key. */
async function buySealed(
  report: Report,
  player: HeadlessPlayer,
  { gameFolder, publisherFolder }: Parties,
  idHex: string,
): Promise<void> {
  await buy(report, player, idHex, SEALED.target, 'the bonus scene, which is sealed, USD 1.00');
  const { sealedKey } = decisionOf(player.decisions.at(-1) ?? new Uint8Array());
  report.check('the decision carries its key, sealed to the player', sealedKey?.length === SEALED_KEY_BYTES);
  const clear = new Uint8Array(readFileSync(join(publisherFolder, SEALED.clearFile)));
  report.check('what ships says nothing of it', !readFileSync(join(gameFolder, SEALED.file)).equals(clear));
  const opened = await player.coinslot.openSealed(SEALED.target, SEALED.file);
  report.check('and it opens, to the byte', opened.status === 'opened' && equalBytes(opened.bytes, clear));
}

const decisionOf = (envelope: Uint8Array): ReturnType<typeof decodePaymentDecision> =>
  decodePaymentDecision(readEnvelope(envelope).body);

function cardOf({ wallet }: Parties, idHex: string): CardReport {
  const card = wallet.cards.list().find((one) => one.idHex === idHex);
  if (card === undefined) throw new Error(`card ${idHex} is not there`);
  return card;
}

function idOf(card: CardReport | undefined): string {
  if (card?.idHex === undefined) throw new Error('no card is in a reader');
  return card.idHex;
}

function purseOf({ purses }: CardReport): CardReport['purses'][number] {
  const [purse] = purses;
  if (purse === undefined) throw new Error('the card has no purse');
  return purse;
}

const balanceOf = (card: CardReport): bigint => purseOf(card).balanceMinor;

const minorText = (minor: bigint): string => `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`;

async function publisherIsOwed(sandbox: RunningSandbox): Promise<ReadonlyMap<string, bigint>> {
  const accounts = await sandbox.server.service.records.listAccounts(0n, LIST_MAX);
  const owed = accounts.filter(({ kind }) => kind === 'publisher-payable');
  return new Map(owed.map(({ currency, balanceMinor }) => [currency, balanceMinor]));
}

const owedMore = (now: ReadonlyMap<string, bigint>, before: ReadonlyMap<string, bigint>, currency: string): bigint =>
  (now.get(currency) ?? 0n) - (before.get(currency) ?? 0n);

/** What the server holds for a card. */
async function floatOf(sandbox: RunningSandbox, idHex: string): Promise<bigint> {
  const accounts = await sandbox.server.service.records.listAccounts(0n, LIST_MAX);
  const floats = accounts.filter(({ kind, owner }) => kind === 'card-float' && owner.startsWith(idHex));
  return floats.reduce((sum, { balanceMinor }) => sum + balanceMinor, 0n);
}
