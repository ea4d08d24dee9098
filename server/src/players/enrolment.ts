/** Enrols players: their keys, currency and plan, by a message that the account key signs. */
import {
  accountRequestHash,
  decodeEnrolment,
  equalBytes,
  exponentOf,
  openSigned,
  ProtocolError,
  readEnvelope,
  requireAdmissibleKey,
  userIdOf,
  type Enrolment,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { StoreTransaction } from '../store/port.ts';
import type { NewPlayer, Player } from './types.ts';

/** An enrolment whose form and signature are good. */
export interface ReadEnrolment {
  readonly enrolment: Enrolment;
  readonly envelope: Uint8Array;
  readonly hash: Uint8Array;
}

/** Throws BAD_ENCODING, TOO_LARGE, BAD_KEY or BAD_SIGNATURE. */
export function readEnrolment(envelope: Uint8Array): ReadEnrolment {
  const { body } = readEnvelope(envelope);
  const enrolment = decodeEnrolment(body);
  const keys = [enrolment.accountKey, enrolment.pressKey, enrolment.pinKey];
  keys.forEach(requireAdmissibleKey);
  openSigned(envelope, { type: 'enrolment', publicKey: enrolment.accountKey, verify: nativeVerifySignature });
  if (keys.some((key, i) => keys.slice(i + 1).some((other) => equalBytes(key, other))))
    throw new ProtocolError('BAD_KEY', 'Enrolment: account, press and PIN key must differ');
  exponentOf(enrolment.currency);
  return { enrolment, envelope, hash: accountRequestHash(body) };
}

export interface Enrolled {
  readonly player: Player;
  /** False when the same message enrolled before. */
  readonly fresh: boolean;
}

/**
 * Idempotence first: the same message is answered for ever, another by the same account key is ID_CONFLICT. `admit` throws
 * what speaks against a new one: age, audience. A key that is registered for anybody in any part is BAD_KEY.
 */
export async function enrol(
  tx: StoreTransaction,
  read: ReadEnrolment,
  admit: (enrolment: Enrolment) => number,
): Promise<Enrolled> {
  const { enrolment, hash } = read;
  const userId = userIdOf(enrolment.accountKey);
  const known = await tx.findPlayer(userId);
  if (known !== undefined) {
    if (equalBytes(known.enrolmentHash, hash)) return { player: known, fresh: false };
    throw new ProtocolError('ID_CONFLICT', 'Enrolment.accountKey: enrolled already, with other particulars');
  }
  const enrolledAtMs = admit(enrolment);
  if (await tx.areKeysTaken([enrolment.accountKey, enrolment.pressKey, enrolment.pinKey]))
    throw new ProtocolError('BAD_KEY', 'Enrolment: one of the keys is registered already');
  await tx.addPlayer(newPlayer(read, userId, enrolledAtMs));
  return { player: (await tx.findPlayer(userId)) as Player, fresh: true };
}

function newPlayer({ enrolment, envelope, hash }: ReadEnrolment, userId: Uint8Array, enrolledAtMs: number): NewPlayer {
  const { plan, currency, accountKey, pressKey, pinKey, pressPaymentMaxMinor, pressDayMaxMinor } = enrolment;
  const keys = { accountKey, pressKey, pinKey };
  const limits = { pressPaymentMaxMinor, pressDayMaxMinor };
  return { userId, plan, currency, ...keys, ...limits, enrolment: envelope, enrolmentHash: hash, enrolledAtMs };
}
