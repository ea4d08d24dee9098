/** Reads a profile without opening it: for `status` and `history`, which work while a wallet is running. Changes nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeAccountStatement, readEnvelope, type AccountStatement } from '@coinslot/protocol';
import { readCardMemory, type RememberedCard } from '../cards/card-memory.ts';
import { WalletError } from '../errors.ts';
import { scanJournal } from '../journal/framing.ts';
import { decodeRecord } from '../journal/records.ts';
import { WalletState } from '../journal/state.ts';
import { requirePrivate } from './files.ts';
import { readSettings, type Settings } from './settings.ts';

export interface OfflineProfile {
  readonly settings: Settings;
  readonly state: WalletState;
  /** The last one that the wallet verified and kept. */
  readonly statement: AccountStatement | undefined;
  /** What its cards said when they were last read, by id in hex. */
  readonly cards: Readonly<Record<string, RememberedCard>>;
}

/** Throws NOT_SET_UP when there is no wallet, PROFILE_DAMAGED when its journal does not fit. */
export function readProfile(folder: string): OfflineProfile {
  const path = join(folder, 'journal');
  if (!existsSync(path)) throw new WalletError('NOT_SET_UP', `${folder}: no wallet is here yet`);
  requirePrivate(path);
  const state = new WalletState();
  for (const payload of scanJournal(new Uint8Array(readFileSync(path)), path).payloads) {
    state.apply(decodeRecord(payload));
  }
  return { settings: readSettings(folder), state, statement: readStatement(folder), cards: readCardMemory(folder) };
}

function readStatement(folder: string): AccountStatement | undefined {
  const path = join(folder, 'statement');
  if (!existsSync(path)) return undefined;
  return decodeAccountStatement(readEnvelope(new Uint8Array(readFileSync(path))).body);
}
