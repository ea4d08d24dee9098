/**
 * Fills a store with a month of records, past the signatures: everything else is as the server writes it, through the store's own
 * port, with the ledger's rules, the journal and the month. Messages are 64 random bytes each, a tenth of real ones.
 */
import { encodeBankDetails, sealEnvelope } from '@coinslot/protocol';
import { createPaymentServer } from '@coinslot/server';
import { randomBytes, randomFillSync, randomInt } from 'node:crypto';
import { topUpPostings, paymentPostings } from '../../server/src/ledger/postings.ts';
import type { DecisionRecord } from '../../server/src/payments/types.ts';
import { periodOf, startOf } from '../../server/src/periods/calendar.ts';
import { playerAccount, type NewPlayer } from '../../server/src/players/types.ts';
import type { Store } from '../../server/src/store/port.ts';
import { openSqliteStore } from '../../server/src/store/sqlite/sqlite-store.ts';
import { makePublisher } from '../../tests/lib/parties.ts';
import { answerQuestions } from './child.ts';
import { holder, tree } from './market.ts';

export interface FillQuestion {
  readonly storePath: string;
  readonly records: number;
  readonly players: number;
  readonly publishers: number;
}
export interface Filled {
  /** YYYYMM: the month before this one. */
  readonly period: number;
  readonly seconds: number;
}

const BATCH = 2_000;
const PRICE_MINOR = 20n;
const MESSAGE_BYTES = 64;
const FEE_BASIS_POINTS = 500;
const POSTPAID_ONE_IN = 3;
const PLENTY_MINOR = 1_000_000_000n;
const quiet = (): void => undefined;

async function fill({ storePath, records, players: count, publishers }: FillQuestion): Promise<Filled> {
  const startedMs = performance.now();
  const period = periodOf(startOf(periodOf(Date.now())) - 1);
  const fromMs = startOf(period);
  const lastsMs = startOf(periodOf(Date.now())) - fromMs;
  const publisherIds = await enrolPublishers(storePath, publishers, fromMs);
  const store = openSqliteStore({ path: storePath, checkBytesMax: 0 });
  try {
    const players = await addPlayers(store, count, fromMs);
    const chainHash = (await store.listPublishers())[0]!.chainHash;
    for (let done = 0; done < records; done += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, records - done) }, (_, i) => {
        const atMs = fromMs + Math.floor(((done + i) / records) * lastsMs);
        const publisherId = publisherIds[randomInt(publisherIds.length)]!;
        const player = players[randomInt(players.length)]!;
        return recordOf(player, publisherId, chainHash, { atMs, share: (done + i) / records });
      });
      await store.transaction((tx) => tx.recordPayments(batch));
      if (done % 500_000 === 0) process.stderr.write(`filled ${done} of ${records}\n`);
    }
  } finally {
    await store.close();
  }
  return { period, seconds: (performance.now() - startedMs) / 1000 };
}

/** With bank details of their own hand, so that there is something to pay out. */
async function enrolPublishers(storePath: string, count: number, atMs: number): Promise<readonly string[]> {
  const server = await createPaymentServer({
    storePath,
    signer: holder.signer,
    chain: holder.chain,
    roots: tree.roots,
    environment: 'sandbox',
    clock: () => atMs,
    random: (byteCount) => Uint8Array.from(randomBytes(byteCount)),
    log: { info: quiet, warn: quiet, error: console.error, fatal: console.error },
  });
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const id = `studio-${i}`;
    const { chain, signer } = makePublisher(tree, { id, commonName: `Studio ${i}` });
    const bank = { holder: `Studio ${i}`, iban: 'DE89370400440532013000' };
    const feeBasisPoints = FEE_BASIS_POINTS;
    await server.service.publishers.enrol({ chain, payoutCurrency: 'EUR', bank, feeBasisPoints });
    const details = { publisherId: id, number: 1, ...bank, bic: '', payoutCurrency: 'EUR', timeMs: atMs };
    const body = encodeBankDetails({ ...details, audience: holder.keyHash });
    await server.service.bankDetails.take(sealEnvelope('bank-details', body, signer, chain));
    ids.push(id);
  }
  await server.close();
  return ids;
}

async function addPlayers(store: Store, count: number, atMs: number): Promise<readonly NewPlayer[]> {
  const players = Array.from({ length: count }, (_, i) => playerOf(i, atMs));
  for (let from = 0; from < count; from += BATCH)
    await store.transaction(async (tx) => {
      for (const player of players.slice(from, from + BATCH)) {
        await tx.addPlayer(player);
        if (player.plan === 'postpaid') await tx.setCeiling(player.userId, PLENTY_MINOR);
        else await topUp(tx, player, atMs);
      }
    });
  return players;
}

async function topUp(
  tx: Parameters<Parameters<Store['transaction']>[0]>[0],
  player: NewPlayer,
  atMs: number,
): Promise<void> {
  const reference = Uint8Array.from(randomBytes(32));
  const bankReference = Buffer.from(reference).toString('hex');
  const named = { userId: player.userId, amountMinor: PLENTY_MINOR, currency: player.currency, bankReference };
  const postings = topUpPostings(playerAccount(player), PLENTY_MINOR);
  await tx.addTopUp(named, { kind: 'top-up', reference, atMs, postings });
}

const drawn = (byteCount: number): Uint8Array => randomFillSync(new Uint8Array(byteCount));

/** Drawn but for its beginning, which goes from 0 to the last in the order of the records. */
function rising(byteCount: number, share: number): Uint8Array {
  const bytes = drawn(byteCount);
  new DataView(bytes.buffer).setUint32(0, Math.floor(share * 2 ** 32));
  return bytes;
}

function playerOf(i: number, enrolledAtMs: number): NewPlayer {
  return {
    userId: drawn(16),
    plan: i % POSTPAID_ONE_IN === 0 ? 'postpaid' : 'prepaid',
    currency: 'EUR',
    accountKey: drawn(32),
    pressKey: drawn(32),
    pinKey: drawn(32),
    pressPaymentMaxMinor: PLENTY_MINOR,
    pressDayMaxMinor: PLENTY_MINOR,
    enrolment: drawn(MESSAGE_BYTES),
    enrolmentHash: drawn(32),
    enrolledAtMs,
  };
}

interface Place {
  readonly atMs: number;
  /** Of all records, how many come before this one: 0 ... 1. */
  readonly share: number;
}

/** Its unique keys rise: spread in the end as drawn ones are, without a page of each index written anew for every record. */
function recordOf(
  player: NewPlayer,
  publisherId: string,
  chainHash: Uint8Array,
  { atMs, share }: Place,
): DecisionRecord {
  const requestId = rising(32, share);
  return {
    requestId,
    userId: player.userId,
    publisherId,
    code: 'APPROVED',
    priceMinor: PRICE_MINOR,
    priceCurrency: 'EUR',
    chargedMinor: PRICE_MINOR,
    chargedCurrency: 'EUR',
    rateTableId: 0,
    offerHash: drawn(32),
    quoteSignature: drawn(64),
    requestHash: drawn(32),
    requestBytes: drawn(MESSAGE_BYTES),
    decisionId: rising(16, share),
    decision: drawn(MESSAGE_BYTES),
    chainHash,
    atMs,
    transfer: {
      kind: 'payment',
      reference: requestId,
      atMs,
      postings: paymentPostings({
        payer: playerAccount(player),
        publisherId,
        priceMinor: PRICE_MINOR,
        priceCurrency: 'EUR',
        chargedMinor: PRICE_MINOR,
        roundingMinor: 0n,
        feeBasisPoints: FEE_BASIS_POINTS,
      }),
    },
    pressSpending: undefined,
  };
}

answerQuestions(fill, () => Promise.resolve());
