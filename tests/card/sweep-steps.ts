/** The steps of a card that a sweep kills: what each does with a terminal, and what the world has been told by then. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCardIssue } from '@coinslot/protocol';
import { createApplet, fileStore, virtualRack, withCard, type CardStore, type CardTerminal } from '@coinslot/card';
import { storeIn } from './softcard-parts.ts';

export type StoreKind = 'file' | 'disperse';

export const STEPS = [
  'personalise',
  'debit',
  'debit with PIN',
  'refused debit',
  'wrong PIN',
  'right PIN',
  'open recharge',
  'recharge',
  'upload',
  'new rates',
  'sealed debit',
  'new content keys',
] as const;
export type StepName = (typeof STEPS)[number];

export const PIN = '2468';
export const UNBLOCK_CODE = '13572468';

/** The store of the card that is kept in a folder. */
export function storeOf(kind: StoreKind, folder: string): CardStore {
  return kind === 'file' ? fileStore(join(folder, 'card')) : storeIn(folder);
}

/** Starts the card in a folder as a fresh process would, and works with it. */
export async function withCardIn<T>(kind: StoreKind, folder: string, work: (terminal: CardTerminal) => Promise<T>) {
  const rack = virtualRack();
  await rack.add('reader').insert(createApplet({ store: storeOf(kind, folder) }));
  return withCard(rack.client(), 'reader', work);
}

/** Bytes that the sweep has laid into the folder for its step. */
export function inputOf(folder: string, name: string): Uint8Array {
  return Uint8Array.from(readFileSync(join(folder, 'inputs', name)));
}

const nameOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Does a step; `say` is called with each word that leaves the card for the world. */
export async function act(
  step: StepName,
  terminal: CardTerminal,
  input: (name: string) => Uint8Array,
  say: (word: string) => void,
): Promise<void> {
  switch (step) {
    case 'personalise': {
      await terminal.personalise(decodeCardIssue(input('issue')), { pin: PIN, unblockCode: UNBLOCK_CODE });
      return say('personalised');
    }
    case 'debit':
    case 'sealed debit':
    case 'refused debit': {
      const payment = await terminal.pay(input('request'));
      return say(`${payment.decision.outcome} ${nameOf(payment.envelope)}`);
    }
    case 'debit with PIN': {
      const payment = await terminal.pay(input('request'), { pin: PIN });
      return say(`${payment.decision.outcome} ${nameOf(payment.envelope)}`);
    }
    case 'wrong PIN':
      return say(`tries ${(await terminal.verifyPin('1111')).triesLeft}`);
    case 'right PIN':
      return say(`tries ${(await terminal.verifyPin(PIN)).triesLeft}`);
    case 'open recharge':
      return say(`challenge ${nameOf((await terminal.challenge()).challenge)}`);
    case 'recharge': {
      return say(`acknowledged ${(await terminal.credit(input('acknowledgement'))).acknowledgement}`);
    }
    case 'upload': {
      await terminal.records();
      await terminal.challenge();
      return say(`acknowledged ${(await terminal.credit(input('acknowledgement'))).acknowledgement}`);
    }
    case 'new content keys': {
      await terminal.putContentKeys(input('keys'));
      return say('keys taken');
    }
    case 'new rates': {
      await terminal.putRates(input('rates'));
      return say('rates taken');
    }
  }
}
