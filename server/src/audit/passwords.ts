/**
 * A player's passwords as the PIN key registered them, and from when each held. Worked out anew, message by message: another one holds
 * a day after its request, but for one that the key which stood endorsed; what waited when the next one came never held.
 */
import {
  accountRequestHash,
  context,
  decodeAccountRequest,
  encodeAccountRequest,
  LIMITS,
  PASSWORD_DELAY_MS,
  readEnvelope,
  type AccountRequest,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { brief, hex } from './bytes.ts';
import type { AuditedPlayer, Witness } from './witness.ts';

export interface AuditedPassword {
  /** `undefined`: the one before is taken away. */
  readonly key: Uint8Array | undefined;
  readonly requestedMs: number;
  /** `undefined`: another one came before it held, by more than two servers' clocks may be apart. */
  readonly heldFromMs: number | undefined;
  /** Until the next one held; `Infinity` for the one that stands. */
  readonly heldUntilMs: number;
}

interface Registration {
  readonly key: Uint8Array | undefined;
  readonly requestedMs: number;
  readonly isAtOnce: boolean;
}

/** Oldest first, each by the word of the player's PIN key. */
export async function readPasswords(witness: Witness, player: AuditedPlayer): Promise<readonly AuditedPassword[]> {
  const registrations: Registration[] = [];
  // The key that stands as of the request that is looked at, and the registration that waits.
  let standing: Uint8Array | undefined;
  let waiting: Registration | undefined;
  for (const row of await witness.store.passwords.listPasswords(player.userId)) {
    const place = `password ${row.position} of ${hex(player.userId)}`;
    const said = readRegistration(witness, player, row, place);
    const { passwordKey: key, timeMs: requestedMs } = said;
    const before = registrations.at(-1);
    if (before !== undefined && requestedMs <= before.requestedMs)
      witness.findings.find('message', `${place}, time`, `after ${before.requestedMs}`, String(requestedMs));
    if (waiting !== undefined && waiting.requestedMs + PASSWORD_DELAY_MS <= requestedMs) standing = waiting.key;
    const isAtOnce = standing === undefined || isEndorsed(witness, said, standing, place);
    const registration = { key, requestedMs, isAtOnce };
    waiting = isAtOnce ? undefined : registration;
    if (isAtOnce) standing = key;
    registrations.push(registration);
  }
  const heldFromMs = registrations.map(({ requestedMs, isAtOnce }, i) => {
    const fromMs = requestedMs + (isAtOnce ? 0 : PASSWORD_DELAY_MS);
    const untilMs = (registrations[i + 1]?.requestedMs ?? Infinity) + LIMITS.clockSkewMsMax;
    return fromMs <= untilMs ? fromMs : undefined;
  });
  return registrations.map(({ key, requestedMs }, i) => {
    const heldUntilMs = heldFromMs.slice(i + 1).find((one) => one !== undefined) ?? Infinity;
    return { key, requestedMs, heldFromMs: heldFromMs[i], heldUntilMs };
  });
}

/** The row against its message. */
function readRegistration(
  witness: Witness,
  { userId, pinKey }: AuditedPlayer,
  row: { readonly envelope: Uint8Array; readonly requestHash: Uint8Array; readonly publicKey: Uint8Array | undefined },
  place: string,
): AccountRequest {
  const { body } = readEnvelope(row.envelope);
  const said = decodeAccountRequest(body);
  witness.isSignedBy(place, 'account-request', pinKey, row.envelope);
  const { findings } = witness;
  findings.same('message', `${place}, asked`, 'password', said.ask);
  findings.same('message', `${place}, player`, hex(said.userId), hex(userId));
  findings.same('message', `${place}, request`, hex(accountRequestHash(body)), hex(row.requestHash));
  findings.same('message', `${place}, key`, hexOrNone(said.passwordKey), hexOrNone(row.publicKey));
  return said;
}

/** A signature of the key that stood over the request without it. */
function isEndorsed(witness: Witness, said: AccountRequest, standing: Uint8Array, place: string): boolean {
  const { endorsement, ...rest } = said;
  if (endorsement === undefined) return false;
  const input = Uint8Array.from([...context('password-endorsement'), ...encodeAccountRequest(rest)]);
  if (nativeVerifySignature(Uint8Array.from(standing), input, Uint8Array.from(endorsement))) return true;
  witness.findings.find('signature', place, `endorsed by ${brief(standing)}`, 'does not hold');
  return false;
}

/**
 * Whether a key may have stood at a time of the server's. One that was registered after it may be that of a store which forgot, and
 * was registered there before: only the operator dates what is brought back.
 */
export const mayHaveStood = (passwords: readonly AuditedPassword[], key: Uint8Array, atMs: number): boolean =>
  passwords.some((one) => {
    const [earliestMs, latestMs] = [atMs - LIMITS.clockSkewMsMax, atMs + LIMITS.clockSkewMsMax];
    if (one.key === undefined || hex(one.key) !== hex(key)) return false;
    if (one.requestedMs > latestMs) return true;
    return one.heldFromMs !== undefined && one.heldFromMs <= latestMs && one.heldUntilMs >= earliestMs;
  });

/** The key of a password that stood at a time of the server's, whatever its clock; `undefined` where none is sure to have. */
export const surelyStood = (passwords: readonly AuditedPassword[], atMs: number): Uint8Array | undefined =>
  passwords.find(
    ({ heldFromMs, heldUntilMs }) =>
      heldFromMs !== undefined &&
      heldFromMs <= atMs - LIMITS.clockSkewMsMax &&
      heldUntilMs > atMs + LIMITS.clockSkewMsMax,
  )?.key;

const hexOrNone = (key: Uint8Array | undefined): string => (key === undefined ? 'none' : hex(key));
