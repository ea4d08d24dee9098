/** Which password stands, case by case, and what endorses another one. */
import {
  datedPasswords,
  decodeAccountRequest,
  encodeAccountRequest,
  endorsementInput,
  LIMITS,
  PASSWORD_DELAY_MS as DAY,
  pendingPassword,
  requireEndorsement,
  signatureInput,
  standingPassword,
  type PasswordRequest,
} from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { describe, expect, it } from 'vitest';
import { seedOf } from '../lib/parties.ts';
import { sampleOf } from './samples.ts';

const [A, B, C] = [nativeSigner(seedOf('a')), nativeSigner(seedOf('b')), nativeSigner(seedOf('c'))];
const KEYS: Readonly<Record<string, Uint8Array>> = { A: A.publicKey, B: B.publicKey, C: C.publicKey };
const T = 1_000_000;
const SIGNED = new Uint8Array(64);

/** `B` asks for that key, `-` takes it away; `+` before either: endorsed. */
const request = (what: string, timeMs: number): PasswordRequest => ({
  passwordKey: KEYS[what.replace('+', '')],
  timeMs,
  endorsement: what.startsWith('+') ? SIGNED : undefined,
});

/** What is asked for and when, ms after T; a time; what stands then, and what waits (`none` is no password). */
const CASES: readonly [asked: Readonly<Record<string, number>>, atMs: number, stands: string, waits: string][] = [
  [{}, 0, '', ''],
  [{ A: 0 }, 0, 'A', ''],
  [{ A: 0 }, -LIMITS.clockSkewMsMax, 'A', ''],
  [{ A: 0, B: 1 }, 1, 'A', 'B'],
  [{ A: 0, B: 1 }, DAY, 'A', 'B'],
  [{ A: 0, B: 1 }, DAY + 1, 'B', ''],
  [{ A: 0, '+B': 1 }, 1, 'B', ''],
  [{ A: 0, '-': 1 }, DAY, 'A', 'none'],
  [{ A: 0, '-': 1 }, DAY + 1, '', ''],
  [{ A: 0, '+-': 1 }, 1, '', ''],
  [{ A: 0, '+-': 1, B: 2 }, 2, 'B', ''],
  [{ A: 0, '-': 1, B: DAY }, 2 * DAY - 1, 'A', 'B'],
  [{ A: 0, '-': 1, B: DAY + 1 }, DAY + 1, 'B', ''],
  [{ A: 0, B: 1, C: DAY }, 2 * DAY - 1, 'A', 'C'],
  [{ A: 0, B: 1, C: DAY }, 2 * DAY, 'C', ''],
  [{ A: 0, B: 1, C: DAY + 1 }, DAY + 1, 'B', 'C'],
  [{ A: 0, B: 1, '+A': 2 }, 9 * DAY, 'A', ''],
  [{ A: 0, B: 1, '+C': 2 }, 9 * DAY, 'C', ''],
];

describe('the rule', () => {
  it.each(CASES)('%j, at %i: %s stands, %s waits', (asked, atMs, stands, waits) => {
    const dated = datedPasswords(Object.entries(asked).map(([what, timeMs]) => request(what, T + timeMs)));
    const nameOf = (key: Uint8Array | undefined): string | undefined =>
      Object.keys(KEYS).find((name) => KEYS[name] === key);
    expect(nameOf(standingPassword(dated, T + atMs)?.passwordKey) ?? '').toBe(stands);
    const pending = pendingPassword(dated, T + atMs);
    expect(pending === undefined ? '' : (nameOf(pending.passwordKey) ?? 'none')).toBe(waits);
  });
});

describe('an endorsement', () => {
  const plain = {
    ...decodeAccountRequest(sampleOf('AccountRequest').bytes),
    ask: 'password',
    passwordKey: B.publicKey,
    timeMs: T + 1,
  } as const;
  const before = datedPasswords([request('A', T)]);
  const endorsed = { ...plain, endorsement: A.sign(endorsementInput(plain)) };
  const refused = expect.objectContaining({ code: 'BAD_SIGNATURE' }) as unknown;

  it('is by the key that stands over the request without it, and travels as its last field', () => {
    expect(() => requireEndorsement(before, endorsed)).not.toThrow();
    expect(endorsementInput(endorsed)).toEqual(endorsementInput(plain));
    const bytes = encodeAccountRequest(endorsed);
    expect(decodeAccountRequest(bytes)).toEqual(endorsed);
    expect([bytes[0], encodeAccountRequest(plain)[0]]).toEqual([0x9a, 0x99]);
  });

  const body = encodeAccountRequest(plain);
  it.each([
    ['another key', { ...endorsed, passwordKey: C.publicKey }, before],
    ['another time', { ...endorsed, timeMs: T + 2 }, before],
    ['the key that it sets', { ...plain, endorsement: B.sign(endorsementInput(plain)) }, before],
    ['the context of the envelope', { ...plain, endorsement: A.sign(signatureInput('account-request', body)) }, before],
    ['no context', { ...plain, endorsement: A.sign(body) }, before],
    ['nobody, as none stands', endorsed, []],
    ['one that is past', endorsed, datedPasswords([request('A', T - 1), request('+C', T)])],
    ['one that waits', endorsed, datedPasswords([request('C', T - 1), request('A', T)])],
  ] as const)('by %s is none', (_, given, standing) => {
    expect(() => requireEndorsement(standing, given)).toThrow(refused);
  });
});
