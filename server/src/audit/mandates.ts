/** How players want to pay: rows of mandates against the messages that their PIN keys signed. */
import { decodePaymentMandate, readEnvelope } from '@coinslot/protocol';
import type { Mandate } from '../bills/types.ts';
import type { Facts } from './audit.ts';
import { hex, plain } from './bytes.ts';

/** The row of a mandate against the message that the player's PIN key signed. */
export async function auditMandate(row: Mandate, { findings, witness }: Facts): Promise<void> {
  const place = `mandate ${row.number} of ${hex(row.userId)}`;
  const player = await witness.player(row.userId);
  if (player === undefined) return findings.find('signature', place, 'a player who enrolled', hex(row.userId));
  witness.isSignedBy(place, 'payment-mandate', player.pinKey, plain(row.envelope));
  const said = decodePaymentMandate(readEnvelope(plain(row.envelope)).body);
  const fields = ['number', 'way', 'mandateId', 'holder', 'iban', 'token'] as const;
  for (const field of fields) findings.same('message', `${place}, ${field}`, said[field], row[field]);
  findings.same('message', `${place}, player`, hex(said.userId), hex(row.userId));
  findings.same('message', `${place}, time`, said.timeMs, row.signedAtMs);
}
