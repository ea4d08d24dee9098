/** What each part of a decision costs alone, in CPU microseconds: reading message 2, the player's signature, the ledger in batches, signing message 3. */
import {
  decodePaymentDecision,
  decodePaymentRequest,
  encodePaymentDecision,
  readEnvelope,
  requestHash,
  requestId,
  signatureInput,
  type PaymentDecision,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { createPaymentServer } from '@coinslot/server';
import { randomBytes } from 'node:crypto';
import { createIdentity, type Identity } from '../../server/src/identity.ts';
import { makeDecision } from '../../server/src/payments/decision.ts';
import type { AdmittedPayment, PaymentState } from '../../server/src/payments/types.ts';
import { judge } from '../../server/src/payments/verdict.ts';
import type { Store } from '../../server/src/store/port.ts';
import { openStore, type StorePlace } from '../../server/src/store/place.ts';
import { answerQuestions } from './child.ts';
import { holder, newRequest, offers, openMarket, playersOf, tree } from './market.ts';

export interface PartsQuestion {
  /** SQLite's path, or PostgreSQL's address. */
  readonly place: StorePlace;
  readonly players: number;
  readonly rounds: number;
}
/** CPU microseconds for one payment, user and system, all threads. */
export interface Parts {
  readonly decodeUs: number;
  readonly verifyUs: number;
  readonly signUs: number;
  readonly ledgerUs: number;
}

const BATCH = 128;
const none = (): void => undefined;

async function measureParts({ place, players: count, rounds }: PartsQuestion): Promise<Parts> {
  const players = playersOf(count);
  const server = await createPaymentServer({
    ...place,
    signer: holder.signer,
    chain: holder.chain,
    roots: tree.roots,
    environment: 'sandbox',
    clock: Date.now,
    random: (byteCount) => Uint8Array.from(randomBytes(byteCount)),
    log: { info: none, warn: none, error: console.error, fatal: console.error },
  });
  await openMarket(server, players);
  await server.close();

  const nowMs = Date.now();
  const total = rounds * BATCH;
  const envelopes = Array.from({ length: total }, (_, i) =>
    newRequest(players[i % players.length]!, offers[i % offers.length]!, nowMs),
  );
  const identity = createIdentity({
    signer: holder.signer,
    chain: holder.chain,
    roots: tree.roots,
    environment: 'sandbox',
    nowMs,
  });
  const read = envelopes.map((bytes) => ({ bytes, ...readEnvelope(bytes) }));
  const decodeUs = cpuUs(total, (i) => {
    const { body } = readEnvelope(envelopes[i]!);
    const request = decodePaymentRequest(body);
    requestHash(body);
    requestId(request.userId, request.nonce);
  });
  const verifyUs = cpuUs(total, (i) => {
    const { body, signature } = read[i]!;
    const player = players[i % players.length]!;
    if (!nativeVerifySignature(player.press.publicKey, signatureInput('payment-request', body), signature))
      throw new Error('a signature of ours does not hold');
  });
  const admitted = read.map((one, i) => admittedOf(one, i));
  const store = await openStore(place, 0);
  try {
    const { ledgerUs, decisions } = await measureLedger(store, admitted, identity, nowMs);
    const signUs = cpuUs(total, (i) => void identity.seal('payment-decision', encodePaymentDecision(decisions[i]!)));
    return { decodeUs, verifyUs, signUs, ledgerUs };
  } finally {
    await store.close();
  }
}

function admittedOf({ bytes, body }: { bytes: Uint8Array; body: Uint8Array }, i: number): AdmittedPayment {
  const request = decodePaymentRequest(body);
  const { quote, quoteEnvelope } = offers[i % offers.length]!;
  return {
    request,
    quote: { quote, signature: readEnvelope(quoteEnvelope).signature, publisher: undefined, fault: undefined },
    requestId: requestId(request.userId, request.nonce),
    requestHash: requestHash(body),
    requestBytes: bytes,
    forcedRefusal: undefined,
    proofFault: undefined,
    sealedKey: undefined,
  };
}

/** Whole transactions of 128, their decisions made beforehand as far as they do not hang on what is loaded. */
async function measureLedger(
  store: Store,
  admitted: readonly AdmittedPayment[],
  identity: Identity,
  nowMs: number,
): Promise<{ readonly ledgerUs: number; readonly decisions: readonly PaymentDecision[] }> {
  const decisions: PaymentDecision[] = [];
  let ledgerUs = 0;
  for (let from = 0; from < admitted.length; from += BATCH) {
    const batch = admitted.slice(from, from + BATCH);
    const keys = batch.map(({ request, requestId: id }) => ({
      requestId: id,
      userId: request.userId,
      publisherId: request.publisherId,
      rateTableId: 0,
    }));
    let judgedUs = 0;
    const before = process.cpuUsage();
    await store.transaction(async (tx) => {
      const states = await tx.loadPayments(keys);
      const judging = process.cpuUsage();
      const records = batch.map((payment, i) => decide(payment, states[i]!, identity, nowMs).record);
      decisions.push(...records.map(({ decision }) => decodePaymentDecision(readEnvelope(decision).body)));
      judgedUs = spent(judging);
      await tx.recordPayments(records);
    });
    ledgerUs += spent(before) - judgedUs;
  }
  return { ledgerUs: ledgerUs / admitted.length, decisions };
}

function decide(payment: AdmittedPayment, state: PaymentState, identity: Identity, nowMs: number) {
  const verified = { ...payment, quote: { ...payment.quote, publisher: identity.leaf } };
  const verdict = judge(verified, state, nowMs);
  if (verdict.code !== 'APPROVED') throw new Error(`refused: ${verdict.code}`);
  return makeDecision(verified, state, verdict, { identity, decisionId: Uint8Array.from(randomBytes(16)), nowMs });
}

function cpuUs(count: number, one: (i: number) => void): number {
  for (let i = 0; i < Math.min(count, 2_000); i++) one(i); // warm
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) one(i);
  return spent(before) / count;
}

function spent(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

answerQuestions(measureParts, () => Promise.resolve());
