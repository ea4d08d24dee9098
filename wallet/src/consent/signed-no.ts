/** A no that a game can hold to: signed by the player's pseudonym at its publisher. */
import { encodeDeclined, sealEnvelope, type Declined } from '@coinslot/protocol';
import type { DayKeys } from '../vault/keys.ts';

/** Envelope `declined`; the same facts give the same bytes. `undefined` while the wallet is locked. */
export function signedNo(day: DayKeys | undefined, facts: Omit<Declined, 'playerKey'>): Uint8Array | undefined {
  if (day === undefined) return undefined;
  const player = day.player(facts.publisherId);
  return sealEnvelope('declined', encodeDeclined({ ...facts, playerKey: player.publicKey }), player, []);
}
