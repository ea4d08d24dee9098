/**
 * Password proofs: the key that proves a player's password, registered by the PIN key, one after the other. The server never sees
 * a password, and the account secret that the key is made with stays in the wallet, so what is kept here is nothing to try passwords
 * against. While a key stands, what is above the press takes it, and the PIN key alone pays nothing any more, nor does it take money
 * of the account's elsewhere; another one holds at once only where the key that stands endorses it (`password-rule.ts` of the protocol).
 *
 * Wrong passwords are counted by the wallet, which knows the key, and by address at the door. Not by player here: whoever knew a
 * player's id could then use up somebody else's tries.
 */
import {
  datedPasswords,
  decodeAccountRequest,
  equalBytes,
  openSigned,
  ProtocolError,
  readEnvelope,
  requireAdmissibleKey,
  requireEndorsement,
  signatureInput,
  standingPassword,
  type AccountRequest,
  type CodeName,
  type Dated,
  type Envelope,
  type MessageType,
  type PaymentRequest,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { StoreTransaction } from '../store/port.ts';
import { requireFresh } from './freshness.ts';
import type { Player } from './types.ts';

/** One registration, as it came. */
export interface NewPassword {
  /** 16 bytes. */
  readonly userId: Uint8Array;
  readonly requestHash: Uint8Array;
  /** Ed25519, 32 bytes; `undefined` takes the one before away. */
  readonly publicKey: Uint8Array | undefined;
  /** Envelope `account-request`, signed by the PIN key. */
  readonly envelope: Uint8Array;
  /** Of the message: rises from one to the next. */
  readonly timeMs: number;
  readonly takenAtMs: number;
}

export interface KeptPassword extends NewPassword {
  readonly position: bigint;
}

/** Reads of what is committed. */
export interface PasswordReader {
  /** All of a player's, oldest first. */
  listPasswords(userId: Uint8Array): Promise<readonly KeptPassword[]>;
}

/** Changes, inside a transaction. */
export interface PasswordWriter extends PasswordReader {
  /** The hash of the request must be a new one. */
  addPassword(password: NewPassword): Promise<void>;
}

/**
 * Registrations of one player by the PIN key alone, and as many that are endorsed: each is kept for ever, since old payments are proven
 * by it. They are counted apart, so that who has only the PIN key cannot use up what the player needs to keep their own, nor the player
 * by changing it what they need once they have forgotten it.
 */
const PASSWORDS_MAX = 100;
/**
 * The newest, under which the signature of a request is looked for beside the one that stands. Anybody can send one in a player's
 * name, as often as they like, and each key costs a verification; nobody changes the password so often while a payment is under way.
 */
const LOOKED_AT_MAX = 16;

/**
 * The same message again changes nothing. Throws BAD_KEY, CONSENT_STALE, CLOCK_SKEW, BAD_SIGNATURE for an endorsement by another key
 * than the one that stands, or LIMIT after a hundred changes of its sort.
 */
export async function registerPassword(
  tx: StoreTransaction,
  player: Player,
  { request, envelope, requestHash }: { request: AccountRequest; envelope: Uint8Array; requestHash: Uint8Array },
  nowMs: number,
): Promise<void> {
  const { userId, passwordKey: publicKey, timeMs, endorsement } = request;
  const kept = await tx.passwords.listPasswords(userId);
  if (kept.some((one) => equalBytes(one.requestHash, requestHash))) return;
  requireFresh(timeMs, nowMs, 'AccountRequest.timeMs');
  const known = datedOf(kept);
  requireLater(known, timeMs, nowMs);
  requireEndorsement(known, request, nativeVerifySignature);
  const alike = known.filter((one) => (one.endorsement === undefined) === (endorsement === undefined));
  if (alike.length >= PASSWORDS_MAX) throw new ProtocolError('LIMIT', 'AccountRequest.ask: too many passwords');
  if (publicKey !== undefined) await requireOwnKey(tx, publicKey);
  await tx.passwords.addPassword({ userId, requestHash, publicKey, envelope, timeMs, takenAtMs: nowMs });
}

/**
 * After the last one, and not before the one that stands by our clock came to hold: it would never have held then, and it may have paid
 * since.
 */
function requireLater(known: readonly Dated[], timeMs: number, nowMs: number): void {
  const lastMs = known.at(-1)?.timeMs ?? -1;
  const standsFromMs = standingPassword(known, nowMs)?.holdsFromMs ?? 0;
  if (timeMs <= lastMs || timeMs < standsFromMs)
    throw new ProtocolError('CONSENT_STALE', 'AccountRequest.timeMs: not after the last change of the password');
}

/** Of nobody else's, and for nothing else. */
async function requireOwnKey(tx: StoreTransaction, publicKey: Uint8Array): Promise<void> {
  requireAdmissibleKey(publicKey);
  if (await tx.areKeysTaken([publicKey]))
    throw new ProtocolError('BAD_KEY', 'AccountRequest.passwordKey: registered already, as another key');
}

/** Endorsements were verified when they were taken. */
const datedOf = (kept: readonly KeptPassword[]): readonly Dated[] =>
  datedPasswords(kept.map(({ envelope }) => decodeAccountRequest(readEnvelope(envelope).body)));

export type ProofKeys = Pick<Player, 'userId' | 'pressKey' | 'pinKey'>;

/**
 * The key that a recorded message 2 was signed by, among those that its proof may name: of a password, the one of them all that signed
 * it, since it may have been changed at the same moment. `undefined` where there is none.
 */
export async function recordedProofKey(
  passwords: PasswordReader,
  { userId, pressKey, pinKey }: ProofKeys,
  asked: Pick<Envelope, 'body' | 'signature'>,
  proof: PaymentRequest['proof'],
): Promise<Uint8Array | undefined> {
  if (proof !== 'password') return proof === 'pin' ? pinKey : pressKey;
  const keys = (await passwords.listPasswords(userId)).flatMap(({ publicKey }) => publicKey ?? []);
  return keys.find((key) => isSignedBy(key, 'payment-request', asked)) ?? keys.at(-1);
}

/**
 * Whether message 2 is the player's, and what is wrong with the proof that it names. Its signature is looked for among the last that
 * were registered too: a request that was sent before the password changed is still answered, by a refusal that ends it. Throws
 * CONSENT_REQUIRED or BAD_SIGNATURE for what nobody has proved to have sent.
 */
export async function requireProof(
  passwords: PasswordReader,
  player: Player,
  asked: Envelope,
  { proof }: PaymentRequest,
  nowMs: number,
): Promise<CodeName | undefined> {
  if (proof === 'card') throw notTaken(proof);
  if (proof === 'press') {
    requireSigned(isSignedBy(player.pressKey, 'payment-request', asked));
    return undefined;
  }
  const registered = datedOf(await passwords.listPasswords(player.userId));
  const standing = standingPassword(registered, nowMs)?.passwordKey;
  if (proof === 'pin') {
    requireSigned(isSignedBy(player.pinKey, 'payment-request', asked));
    return standing === undefined ? undefined : 'CONSENT_REQUIRED';
  }
  if (registered.length === 0) throw notTaken(proof);
  const key = signerOf(registered, 'payment-request', asked, nowMs);
  requireSigned(key !== undefined);
  return key !== undefined && standing !== undefined && equalBytes(key, standing) ? undefined : 'CONSENT_REQUIRED';
}

/** A message that moves an account's money by no payment: signed by `key`, or where a password stands by the password's in its place. */
export interface Instruction {
  readonly type: MessageType;
  readonly userId: Uint8Array;
  readonly envelope: Uint8Array;
  readonly key: Uint8Array;
}

/**
 * The key that signed it: `key`, or one of the passwords'. Which of them stands is asked afterwards, by `requireStanding`: what
 * was done before the password changed is answered again. Throws BAD_SIGNATURE.
 */
export async function instructingKey(
  passwords: PasswordReader,
  { type, userId, envelope, key }: Instruction,
  nowMs: number,
): Promise<Uint8Array> {
  const registered = datedOf(await passwords.listPasswords(userId));
  const publicKey = signerOf(registered, type, readEnvelope(envelope), nowMs) ?? key;
  openSigned(envelope, { type, publicKey, verify: nativeVerifySignature });
  return publicKey;
}

/** In the transaction that moves the money. Throws CONSENT_REQUIRED for `signedBy` of a password that does not stand, or of `key` while one stands. */
export async function requireStanding(
  passwords: PasswordReader,
  { type, userId, key }: Omit<Instruction, 'envelope'>,
  signedBy: Uint8Array,
  nowMs: number,
): Promise<void> {
  const standing = standingPassword(datedOf(await passwords.listPasswords(userId)), nowMs)?.passwordKey;
  if (equalBytes(signedBy, standing ?? key)) return;
  throw new ProtocolError('CONSENT_REQUIRED', `${type}: not signed by the key that stands for the player's consent`, {
    hint: standing === undefined ? 'no password is set' : 'sign it with the password',
  });
}

/** The one that stands first, however many were registered after it. */
function signerOf(
  registered: readonly Dated[],
  type: MessageType,
  signed: Pick<Envelope, 'body' | 'signature'>,
  nowMs: number,
): Uint8Array | undefined {
  const standing = standingPassword(registered, nowMs);
  const looked = [...(standing === undefined ? [] : [standing]), ...registered.slice(-LOOKED_AT_MAX)];
  return looked.flatMap(({ passwordKey }) => passwordKey ?? []).find((key) => isSignedBy(key, type, signed));
}

function notTaken(proof: 'card' | 'password'): ProtocolError {
  return new ProtocolError('CONSENT_REQUIRED', `PaymentRequest.proof: ${proof} is not taken here`, {
    hint: 'approve with a press or with the PIN',
  });
}

function requireSigned(isSigned: boolean): void {
  if (!isSigned)
    throw new ProtocolError('BAD_SIGNATURE', "Envelope.signature: not by the player's key that the proof names");
}

function isSignedBy(
  publicKey: Uint8Array,
  type: MessageType,
  { body, signature }: Pick<Envelope, 'body' | 'signature'>,
): boolean {
  const input = signatureInput(type, Uint8Array.from(body));
  return nativeVerifySignature(Uint8Array.from(publicKey), input, Uint8Array.from(signature));
}
