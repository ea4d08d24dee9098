/** The JSON fields of an action, each required to be what it must be: BAD_REQUEST naming it otherwise. */
import { WalletError } from '../errors.ts';
import { fromHex } from '../hex.ts';
import type { Pairing } from '../journal/state.ts';
import type { WalletParts } from '../parts.ts';

export type Fields = Record<string, unknown>;

/** What an action tells the page beside "done". */
export interface Told {
  /** An address that works once. */
  readonly url?: string;
  /** The recovery phrase, in order. */
  readonly words?: readonly string[];
}

export type Action = (parts: WalletParts, fields: Fields) => void | Promise<void> | Promise<Told>;

export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '' || value.length > 500) throw bad(name);
  return value;
}

export function pinOf(fields: Fields, name = 'pin'): string | undefined {
  return fields[name] === undefined || fields[name] === '' ? undefined : textOf(fields, name);
}

export function nonceOf(fields: Fields): string {
  const nonceHex = fields['id'];
  if (fromHex(nonceHex, 16) === undefined) throw bad('id');
  return nonceHex as string;
}

export function gameOf(profile: WalletParts['profile'], fields: Fields): Pairing {
  const pairing = profile.state.pairing(textOf(fields, 'game'));
  if (pairing === undefined) throw new WalletError('GONE', 'this game is no longer connected');
  return pairing;
}

export function bad(field: string): WalletError {
  return new WalletError('BAD_REQUEST', `${field}: not acceptable`);
}
