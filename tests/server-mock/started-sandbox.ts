/** A sandbox on a throwaway home, with a clock that tests move, a publisher's offers and payments through the real door. */
import { decodePaymentDecision, keyHash, openEnvelope, spkiFromRawKey, type PaymentDecision } from '@coinslot/protocol';
import { nativeSigner, privateKeyFromSeed } from '@coinslot/protocol/node';
import { startSandbox, type CardSlots, type RunningSandbox, type SamplePlayer } from '@coinslot/server-mock';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Log } from '@coinslot/server';
import { onTestFinished } from 'vitest';
import { makeOffer, makeRequest, NOON_MS, seedOf, type Holder, type MadeOffer } from '../lib/parties.ts';

export const LUMEN = { id: 'lumen-works', name: 'Lumen Works' };

export interface Started {
  readonly running: RunningSandbox;
  readonly home: string;
  /** Move it: `time.nowMs += 1000`. */
  readonly time: { nowMs: number };
  /** The demo publisher, certified by the sandbox and enrolled. */
  readonly publisher: Holder;
  /** The payment server, as requests name it. */
  readonly holder: Holder;
  /** What the slow fault waited, in turn. */
  readonly waits: number[];
}

export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'coinslot-sandbox-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** Random bytes that are the same in every run. */
export function countedRandom(name: string): (byteCount: number) => Uint8Array {
  let drawn = 0;
  return (byteCount) => seedOf(`${name} ${drawn++}`).slice(0, byteCount);
}

export const silent = pino({ level: 'silent' });

export interface StartOptions {
  home?: string;
  nowMs?: number;
  randomName?: string;
  log?: Log;
  cards?: CardSlots;
}

export async function start(options: StartOptions = {}) {
  const { home = temporaryHome(), nowMs = NOON_MS, randomName = 'first', log = silent } = options;
  const time = { nowMs };
  const waits: number[] = [];
  const running = await startSandbox({
    home,
    port: 0,
    clock: () => time.nowMs,
    random: countedRandom(randomName),
    log,
    ...(options.cards && { cards: options.cards }),
    wait: (timeMs) => Promise.resolve(void waits.push(timeMs)),
  });
  onTestFinished(() => running.close());
  const { sandbox, server } = running;
  const key = privateKeyFromSeed(seedOf('lumen works at the sandbox'));
  const signer = nativeSigner(key);
  const certified = sandbox.certifyPublisher(signer.publicKey, LUMEN);
  await running.enrolPublisher(certified);
  const holderOf = (id: string, publicKey: Uint8Array) => ({ id, keyHash: keyHash(spkiFromRawKey(publicKey)) });
  const publisher = { ...holderOf(LUMEN.id, signer.publicKey), signer, privateKey: key, chain: certified.chain };
  const holder = { ...publisher, ...holderOf('sandbox-server', sandbox.signer.publicKey), chain: sandbox.chain };
  const started: Started = { running, home, time, publisher, holder, waits };
  if (!Buffer.from(holder.keyHash).equals(server.identity.audience)) throw new Error('the server has another key');
  return started;
}

/** Puts money on Ada's account, for amounts that she could not pay otherwise. */
export async function enrich({ running }: Started, amountMinor = 100_000n): Promise<SamplePlayer> {
  const { ada } = running.sandbox.players;
  await running.topUp({ userId: ada.userId, amountMinor, currency: 'EUR', bankReference: `ENRICH ${amountMinor}` });
  return ada;
}

export interface Purchase {
  readonly offer: MadeOffer;
  readonly request: Uint8Array;
}

let purchases = 0;

/** A signed request of Ada's, with her PIN, so that no press limit is in the way. */
export function purchase(started: Started, amountMinor = 20n, player?: SamplePlayer, currency = 'EUR'): Purchase {
  const payer = player ?? started.running.sandbox.players.ada;
  purchases += 1;
  const offer = makeOffer(started.publisher, {
    atMs: started.time.nowMs,
    nonce: `purchase ${purchases}`,
    quote: { amountMinor, currency },
  });
  return { offer, request: makeRequest(payer, started.holder, offer, { proof: 'pin' }) };
}

/** What the door did: bytes with 200, a status with a coded answer, or the end of the connection. */
export type Asked =
  | { readonly kind: 'decision'; readonly bytes: Uint8Array; readonly decision: PaymentDecision }
  | { readonly kind: 'coded'; readonly status: number; readonly code: string; readonly charged: string }
  | { readonly kind: 'cut' };

export async function ask({ running, time }: Started, request: Uint8Array): Promise<Asked> {
  let response: Response;
  try {
    const headers = { 'content-type': 'application/msgpack' };
    response = await fetch(`${running.url}/v1/payments`, { method: 'POST', headers, body: Uint8Array.from(request) });
  } catch {
    return { kind: 'cut' };
  }
  if (response.status !== 200) {
    const { code, charged } = (await response.json()) as { code: string; charged: string };
    return { kind: 'coded', status: response.status, code, charged };
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { roots } = running.sandbox;
  const { body } = openEnvelope(bytes, { type: 'payment-decision', role: 'payment-server', roots, atMs: time.nowMs });
  return { kind: 'decision', bytes, decision: decodePaymentDecision(body) };
}

/** How often a request was debited, by the postings themselves. The books must hold as well. */
export async function debits({ running }: Started): Promise<readonly bigint[]> {
  const { findings } = await running.server.service.verifyBooks();
  if (findings.length > 0) throw new Error(`books: ${findings.join('; ')}`);
  const transfers = await running.server.service.records.listTransfers(0n, 500);
  return transfers
    .filter(({ kind }) => kind === 'payment')
    .map(({ postings }) => {
      const taken = postings.filter(({ debit }) => debit.kind.startsWith('player-'));
      return taken.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    });
}
