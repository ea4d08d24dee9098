/**
 * Frames of the link between a game (the plugin) and the wallet, one canonical array `[kind, ...]` per binary WebSocket
 * message. The order of frames is in `docs/reference/link.md`; who may send what is in each entry's comment.
 *
 * Connection: `ws://127.0.0.1:8373/v1/link`, subprotocols `coinslot.1` and, always, `header.<base64url of the pairing
 * header's envelope>`: so an origin is admitted, or refused with a bare 403, before the upgrade and before any frame.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Charged } from './codes.ts';
import { context } from './contexts.ts';
import { requireBytesOf } from './public-key.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { packWire, unpackWire, type Wire } from './encoding.ts';
import {
  amount,
  bytes,
  bytes16,
  bytes32,
  code,
  count,
  envelopeBytes,
  list,
  localeTag,
  maybe,
  oneOf,
  record,
  text,
  uint32,
  type Shape,
  type ValueOf,
} from './shape.ts';

export const LINK_PATH = '/v1/link';
export const LINK_SUBPROTOCOL = 'coinslot.1';
export const LINK_HEADER_PREFIX = 'header.';
export const WALLET_PORT = 8373;

/**
 * Stands in a pairing header, and in both proofs, for a game that is no web page: a program of its own, a desktop shell, a
 * page opened as a file. Such a game has no origin, or the word `null`, which every sandboxed frame of every web page has
 * too: so it enters by a pass, the third subprotocol, which is `pass.` followed by a code that the player typed in, or, once
 * paired, by its door key in base64url.
 */
export const NATIVE_ORIGIN = 'native://game';
export const LINK_PASS_PREFIX = 'pass.';

/** Digits and letters of a code (Crockford's base 32: without I, L, O and U), 40 bits in all. */
export const LINK_CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const LINK_CODE_LENGTH = 8;

/** Chosen by the game, rising: pairs an answer with what it answers. */
const seq = uint32;

const charged: Shape<Charged> = oneOf('no', 'yes', 'unknown');

const FRAMES = {
  /** wallet → game, first: a challenge. `pairing`: the player is being asked on the wallet's page; `paired`: prove it. */
  hello: { number: 1, shape: record('hello', { state: oneOf('paired', 'pairing'), challenge: bytes32 }) },
  /** game → wallet: answers the challenge with HMAC(secret) and sends its own. An empty `proof` says that the game has no secret. */
  prove: { number: 2, shape: record('prove', { challenge: bytes32, proof: bytes(0, 32), locale: localeTag }) },
  /** wallet → game: the wallet's proof; the link is open. `paymentsOff` hides the reason on purpose. */
  welcome: {
    number: 3,
    shape: record('welcome', { proof: bytes32, locale: localeTag, payments: oneOf('on', 'off') }),
  },
  /** wallet → game, once, when the player has paired the game on the wallet's page (or had beforehand); then a `hello` follows. */
  paired: { number: 4, shape: record('paired', { secret: bytes32 }) },
  /** game → wallet: envelopeBytes 1. */
  offer: { number: 5, shape: record('offer', { seq, offer: envelopeBytes }) },
  /** wallet → game: what to show; encoded Shown. */
  show: { number: 6, shape: record('show', { seq, shown: envelopeBytes }) },
  /** game → wallet: the player's answer to exactly that. */
  answer: { number: 7, shape: record('answer', { seq, answer: oneOf('accept', 'decline'), shownDigest: bytes32 }) },
  /**
   * wallet → game: where a payment stands. `page`: the wallet's page takes the whole answer. `automatic`: the player has allowed
   * it beforehand, so there is nothing to show.
   */
  progress: { number: 8, shape: record('progress', { seq, state: oneOf('page', 'paying', 'pending', 'automatic') }) },
  /** wallet → game: envelopeBytes 3, an approval or a signed refusal. */
  decision: { number: 9, shape: record('decision', { seq, decision: envelopeBytes }) },
  /**
   * wallet → game: no decision came of it. Unsigned; opens nothing. `text` is in the player's language. `declined`: the player's
   * no, signed.
   */
  refusal: {
    number: 10,
    shape: record('refusal', {
      seq,
      code,
      charged,
      text: text(LIMITS.textBytesMax),
      declined: maybe(envelopeBytes),
    }),
  },
  /** game → wallet: hands over every entitlement of this game again. */
  restore: { number: 11, shape: record('restore', { seq, challenge: bytes32, sessionKey: bytes32 }) },
  /** wallet → game: Restored envelopes; `more` = 1 when another frame of the same seq follows. */
  restored: {
    number: 12,
    shape: record('restored', { seq, restored: list(envelopeBytes, 0, LIMITS.decisionsMax), more: count(1) }),
  },
  /** game → wallet: asks again for the decision on a nonce that was left pending. Answered by decision, progress or refusal. */
  status: { number: 13, shape: record('status', { seq, nonce: bytes16 }) },
  /** game → wallet: minutes (ms) or uses consumed in all under this decision; journalled, never lowered. */
  consumed: { number: 14, shape: record('consumed', { decisionId: bytes16, consumed: amount }) },
  /** wallet → game: a signed RefundNotice; ends the entitlement. */
  refund: { number: 15, shape: record('refund', { notice: envelopeBytes }) },
  /** wallet → game: payments were switched off or on by the player, whatever the reason. */
  payments: { number: 16, shape: record('payments', { state: oneOf('on', 'off') }) },
  /** game → wallet: the player left the dialog by a way that is no answer (tab hidden, context lost): counts as decline. */
  cancel: { number: 17, shape: record('cancel', { seq }) },
  /** wallet → game, after `welcome` and whenever there are newer ones: revocation lists (DER), for decisions by cards above all. */
  crls: { number: 18, shape: record('crls', { lists: list(bytes(1, LIMITS.crlBytesMax), 0, LIMITS.crlsMax) }) },
  /** game → wallet: something that the player's fairness rules look at. `loss`: a life, a match, a run was just lost. */
  happened: { number: 19, shape: record('happened', { what: oneOf('loss') }) },
  /** wallet → game: something was paid for that no question of the game's waits for any more; `restore` hands it over. */
  entitled: { number: 20, shape: record('entitled', { offerHash: bytes32 }) },
  /** wallet → game, just before the `decision` it belongs to: the content key of what is sealed, sealed to the session key of message 1. */
  'content-key': { number: 22, shape: record('content-key', { decisionId: bytes16, sealedKey: bytes(80, 80) }) },
} as const;

export type FrameKind = keyof typeof FRAMES;
export type FrameFields<K extends FrameKind> = ValueOf<(typeof FRAMES)[K]['shape']>;
export type Frame = { [K in FrameKind]: { readonly kind: K } & FrameFields<K> }[FrameKind];

const KIND_BY_NUMBER = new Map(
  (Object.keys(FRAMES) as FrameKind[]).map((kind) => [FRAMES[kind].number as number, kind]),
);

/** Bytes of one frame. Throws BAD_ENCODING or TOO_LARGE naming the field. */
export function encodeFrame<K extends FrameKind>(kind: K, fields: FrameFields<K>): Uint8Array {
  const shape = FRAMES[kind].shape as unknown as Shape<FrameFields<K>>;
  const packed = packWire([FRAMES[kind].number, shape.toWire(fields, kind)]);
  if (packed.length > LIMITS.messageBytesMax) throw new ProtocolError('TOO_LARGE', `${kind}: ${packed.length} bytes`);
  return packed;
}

/** The frozen frame that the bytes hold. Throws BAD_ENCODING or TOO_LARGE. */
export function decodeFrame(input: Uint8Array): Frame {
  const wire = unpackWire(input);
  if (!Array.isArray(wire) || wire.length !== 2)
    throw new ProtocolError('BAD_ENCODING', 'frame: expected [kind, fields]');
  const kind = typeof wire[0] === 'number' ? KIND_BY_NUMBER.get(wire[0]) : undefined;
  if (kind === undefined) throw new ProtocolError('BAD_ENCODING', 'frame: unknown kind');
  const fields = (FRAMES[kind].shape as Shape<object>).fromWire(wire[1] as Wire, kind);
  return Object.freeze({ kind, ...fields }) as Frame;
}

/**
 * Proof of the pairing secret without sending it: HMAC-SHA256(secret, context ‖ side ‖ own challenge ‖ peer's challenge ‖
 * origin). Each side proves over both challenges, under its own name, so that a proof cannot be reflected.
 */
export function linkProof(
  secret: Uint8Array,
  side: 'game' | 'wallet',
  gameChallenge: Uint8Array,
  walletChallenge: Uint8Array,
  origin: string,
): Uint8Array {
  // Parts of fixed length, and one at the end that may vary: so no two inputs share their bytes.
  requireBytesOf(secret, 32, 'secret');
  requireBytesOf(gameChallenge, 32, 'gameChallenge');
  requireBytesOf(walletChallenge, 32, 'walletChallenge');
  const mac = hmac.create(sha256, secret);
  mac
    .update(context(`link ${side}`))
    .update(gameChallenge)
    .update(walletChallenge)
    .update(new TextEncoder().encode(origin));
  return mac.digest();
}

/** Whether an origin, as `self.origin` or the `Origin` header gives it, says only that the game is no web page. */
export const isNativeOrigin = (origin: string | undefined): boolean =>
  origin === undefined || origin === '' || origin === 'null' || origin === 'file://';

/** A code as a person types it: any case, with spaces and hyphens, O for 0, I and L for 1. `undefined`: it is none. */
export function readLinkCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (code.length !== LINK_CODE_LENGTH) return undefined;
  return [...code].every((character) => LINK_CODE_ALPHABET.includes(character)) ? code : undefined;
}

/**
 * What a native game shows at the door: HMAC-SHA256(secret, context), 32 bytes. It proves nothing and pays nothing: it only
 * keeps strangers without an origin outside, before the upgrade; the proof of the secret follows inside as for every game.
 */
export function linkDoorKey(secret: Uint8Array): Uint8Array {
  requireBytesOf(secret, 32, 'secret');
  return hmac(sha256, secret, context('link door'));
}
