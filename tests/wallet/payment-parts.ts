/**
 * A payment over two means in one folder, for a sweep that kills it anywhere: profile, card, what was consented to, and what
 * the server would say.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApplet, fileStore, virtualRack } from '@coinslot/card';
import { decodeOffer } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { openProfile, type Means, type MeansId } from '@coinslot/wallet';
import type { Trust } from '../../wallet/src/account/server-envelope.ts';
import { cardMeans } from '../../wallet/src/cards/card-means.ts';
import { CardShelf } from '../../wallet/src/cards/card-shelf.ts';
import { hex } from '../../wallet/src/hex.ts';
import type { Payment } from '../../wallet/src/journal/payments.ts';
import { Payer, type Prepared } from '../../wallet/src/payments/payer.ts';
import { silentLog, systemTimers } from '../../wallet/src/ports.ts';
import { NOON_MS } from '../lib/parties.ts';

export type ServerDoes = 'refuses' | 'away' | 'pays';

/** Who is asked in turn, and what the server does. */
export const COURSES: Readonly<Record<string, { order: readonly MeansId[]; server: ServerDoes }>> = {
  'the card alone': { order: ['card'], server: 'refuses' },
  'the server refuses, then the card': { order: ['server', 'card'], server: 'refuses' },
  'the server is away, then the card': { order: ['server', 'card'], server: 'away' },
  'the card refuses, then the server': { order: ['card', 'server'], server: 'pays' },
};

const within = (folder: string, name: string): string => join(folder, name);
const read = (folder: string, name: string): Uint8Array => new Uint8Array(readFileSync(within(folder, name)));

/** Puts what a run needs beside profile and card: message 1, message 2 for each means, the server's answers, the root. */
export function furnish(folder: string, files: Readonly<Record<string, Uint8Array>>): void {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(within(folder, name), bytes);
}

/** A server that says what was prepared; what it charges is durable before that. */
function preparedServer(folder: string, does: ServerDoes): Means {
  return {
    id: 'server',
    authorise() {
      if (does === 'away') return Promise.resolve({ kind: 'not-sent', code: 'BUSY' });
      if (does === 'pays') chargeDurably(within(folder, 'server-debit'));
      return Promise.resolve({ kind: 'decision', decision: read(folder, does === 'pays' ? 'approval' : 'refusal') });
    },
    close: () => undefined,
  };
}

function chargeDurably(path: string): void {
  const file = openSync(path, 'w');
  fsyncSync(file);
  closeSync(file);
}

export interface Ended {
  /** `undefined`: no consent was ever written down. */
  readonly payment: Payment | undefined;
  /** Minor units that card and server have taken, each. */
  readonly cardTook: bigint;
  readonly serverTook: bigint;
}

/** Pays what is in the folder by a course, or goes on with what a killed run has left, until it has ended. */
export async function payIn(
  folder: string,
  order: readonly MeansId[],
  does: ServerDoes,
  begins: boolean,
): Promise<Ended> {
  const path = within(folder, 'profile');
  const profile = openProfile({ path, clock: () => NOON_MS, random: (length) => new Uint8Array(length).fill(7) });
  const trust: Trust = {
    roots: [read(folder, 'root')],
    environment: 'sandbox',
    verify: nativeVerifySignature,
    crls: [],
    learn: () => undefined,
  };
  const rack = virtualRack();
  await rack.add('Reader').insert(createApplet({ store: fileStore(within(folder, 'card')) }));
  const shelf = new CardShelf({ profile, trust, timers: systemTimers, log: silentLog, onReady: () => undefined });
  shelf.watch(rack.client(), 'card');
  await shelf.lookAgainAtAll();

  const card = cardMeans({ id: 'card', shelf, clock: profile.clock, log: silentLog });
  const means = [preparedServer(folder, does), card];
  const payer = new Payer({ profile, means, trust, timers: systemTimers, log: silentLog });
  const { nonce } = decodeOffer(read(folder, 'offer'));
  const ended = new Promise<void>((resolve) => payer.onProgress((_, progress) => progress !== 'pending' && resolve()));
  const find = (): Payment | undefined => profile.state.payment(hex(nonce));
  if (begins) {
    const prepared = order.map((id): Prepared => ({ means: id, request: read(folder, `to-${id}`), countsMinor: 20n }));
    const [first, ...others] = prepared as [Prepared, ...Prepared[]];
    payer.pay({
      pairingId: new Uint8Array(16),
      nonce,
      offer: read(folder, 'offer'),
      shown: Uint8Array.of(1),
      test: true,
      prepared: [first, ...others],
    });
  } else payer.heal();
  if (find()?.status === 'pending') await ended;
  await shelf.lookAgainAtAll();
  const left = shelf.ready('card')[0]?.info.purses[0]?.balanceMinor ?? -1n;
  const had = BigInt(readFileSync(within(folder, 'had'), 'utf8'));
  payer.close();
  await shelf.close();
  profile.close();
  return { payment: find(), cardTook: had - left, serverTook: existsSync(within(folder, 'server-debit')) ? 20n : 0n };
}
