/**
 * Ada and Grace, the sample players: keys in files. They have accounts like anybody's, for the console and for scripts; a
 * person who tries the sandbox enrols a wallet of their own.
 */
import { readPrivateKey, writePrivateKey } from '@coinslot/authority';
import { userIdOf, type Signer } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import type { Random } from '@coinslot/server';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { newKey } from './authority.ts';

interface SampleAccount {
  readonly name: string;
  readonly plan: 'prepaid' | 'postpaid';
  readonly currency: string;
  /** Prepaid: the first balance. Postpaid: the ceiling. Minor units. */
  readonly moneyMinor: bigint;
}

/** The samples, by the name of their folder. */
const SAMPLES = {
  ada: { name: 'Ada', plan: 'prepaid', currency: 'EUR', moneyMinor: 1_000n },
  grace: { name: 'Grace', plan: 'postpaid', currency: 'USD', moneyMinor: 2_000n },
} as const satisfies Record<string, SampleAccount>;

/** A sample player with the keys that wallets otherwise keep to themselves. */
export interface SamplePlayer extends SampleAccount {
  readonly userId: Uint8Array;
  readonly account: Signer;
  readonly press: Signer;
  readonly pin: Signer;
}

export interface SamplePlayers {
  readonly ada: SamplePlayer;
  readonly grace: SamplePlayer;
}

const PARTS = ['account', 'press', 'pin'] as const;

export function makePlayers(folder: string, random: Random): void {
  for (const sample of Object.keys(SAMPLES)) {
    mkdirSync(join(folder, sample));
    for (const part of PARTS) writePrivateKey(keyFile(folder, sample, part), newKey(random));
  }
}

export function readPlayers(folder: string): SamplePlayers {
  return { ada: readPlayer(folder, 'ada'), grace: readPlayer(folder, 'grace') };
}

function readPlayer(folder: string, sample: keyof typeof SAMPLES): SamplePlayer {
  const [account, press, pin] = PARTS.map((part) => nativeSigner(readPrivateKey(keyFile(folder, sample, part)))) as [
    Signer,
    Signer,
    Signer,
  ];
  return { ...SAMPLES[sample], userId: userIdOf(account.publicKey), account, press, pin };
}

const keyFile = (folder: string, sample: string, part: string): string => join(folder, sample, `${part}.key.pem`);
