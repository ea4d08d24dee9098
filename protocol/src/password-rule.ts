/**
 * Which password stands, and from when. The first one holds at once, and so does what the key of the one that stands endorses. What
 * the PIN key registers alone while one stands, be it another key or none, holds only after a delay, and the one that stands goes on
 * until then: who has broken the PIN takes nothing over unseen, and who has forgotten the password waits.
 *
 * It follows from the requests alone, by the times that they are signed with, so that server, wallet and auditor come to the same.
 * Servers take requests within `LIMITS.clockSkewMsMax` of their own clock, and the delay is as exact as that.
 */
import { context } from './contexts.ts';
import { ProtocolError } from './errors.ts';
import type { Verify } from './envelope.ts';
import { encodeAccountRequest, type AccountRequest } from './messages/account.ts';
import { verifySignature } from './signatures.ts';

/** As long as a wallet waits before limits rise. */
export const PASSWORD_DELAY_MS = 24 * 3_600_000;

/** A request `password`, as far as the rule goes; without a key it takes the one before away. */
export type PasswordRequest = Pick<AccountRequest, 'passwordKey' | 'timeMs' | 'endorsement'>;

/** The same, and when it holds unless a later one comes before. */
export type Dated<One extends PasswordRequest = PasswordRequest> = One & { readonly holdsFromMs: number };

/** In the order in which they were taken, their times rising and their endorsements verified. */
export function datedPasswords<One extends PasswordRequest>(requests: readonly One[]): readonly Dated<One>[] {
  const dated: Dated<One>[] = [];
  for (const one of requests) {
    const isAtOnce = one.endorsement !== undefined || standingPassword(dated, one.timeMs)?.passwordKey === undefined;
    dated.push({ ...one, holdsFromMs: isAtOnce ? one.timeMs : one.timeMs + PASSWORD_DELAY_MS });
  }
  return dated;
}

/**
 * The one that stands; its key is absent where it took the one before away. What waited when a later one came never holds. A clock
 * that is behind the newest request goes by that.
 */
export function standingPassword<One extends Dated>(dated: readonly One[], nowMs: number): One | undefined {
  const atMs = latest(dated, nowMs);
  return dated.findLast(
    ({ holdsFromMs }, i) => holdsFromMs <= Math.min(atMs, dated[i + 1]?.timeMs ?? Number.POSITIVE_INFINITY),
  );
}

/** The one that takes over when its time comes. */
export function pendingPassword<One extends Dated>(dated: readonly One[], nowMs: number): One | undefined {
  const last = dated.at(-1);
  return last !== undefined && last.holdsFromMs > latest(dated, nowMs) ? last : undefined;
}

const latest = (dated: readonly Dated[], nowMs: number): number => Math.max(nowMs, dated.at(-1)?.timeMs ?? 0);

/** What an endorsement is over: a context of its own, then the request without it. */
export function endorsementInput(request: AccountRequest): Uint8Array {
  const [prefix, body] = [
    context('password-endorsement'),
    encodeAccountRequest({ ...request, endorsement: undefined }),
  ];
  const input = new Uint8Array(prefix.length + body.length);
  input.set(prefix);
  input.set(body, prefix.length);
  return input;
}

/** Throws BAD_SIGNATURE for an endorsement that is not by the key which stands among those `before`, as of the request's time. */
export function requireEndorsement(
  before: readonly Dated[],
  request: AccountRequest,
  verify: Verify = verifySignature,
): void {
  const { endorsement, timeMs } = request;
  if (endorsement === undefined) return;
  const key = standingPassword(before, timeMs)?.passwordKey;
  if (key !== undefined && verify(Uint8Array.from(key), endorsementInput(request), Uint8Array.from(endorsement)))
    return;
  throw new ProtocolError('BAD_SIGNATURE', 'AccountRequest.endorsement: not by the password that stands');
}
