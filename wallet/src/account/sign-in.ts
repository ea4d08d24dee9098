/** A signed wish to see the account's pages, and the one-time link that the server answers with. */
import { encodeSignIn, sealEnvelope, type Signer } from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import { hex } from '../hex.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { HttpDoor } from '../means/http-door.ts';
import { refusalOf } from './account-door.ts';

const SIGN_IN_PATH = '/v1/sign-in';
const NONCE_BYTES = 16;

export interface SignInInput {
  readonly door: HttpDoor;
  /** The account key. */
  readonly signer: Signer;
  readonly userId: Uint8Array;
  /** Key hash of the server. */
  readonly audience: Uint8Array;
  readonly nowMs: number;
  readonly random: (length: number) => Uint8Array;
}

/**
 * A link that works once, within a minute. Throws SERVER_UNREACHABLE, or the server's refusal as a ProtocolError. The answer is
 * unsigned, so only an address of that very server is taken, or one that TLS vouches for.
 */
export async function askForLink(input: SignInInput): Promise<string> {
  const { door, signer, userId, audience, nowMs, random } = input;
  const message = {
    role: 'player',
    subjectId: hex(userId),
    timeMs: nowMs,
    nonce: random(NONCE_BYTES),
    audience,
  } as const;
  const envelope = sealEnvelope('sign-in', encodeSignIn(message), signer, []);
  const answer = await door.post(SIGN_IN_PATH, envelope, WALLET_LIMITS.attemptMs);
  if (answer.status !== 200 || answer.contentType !== 'application/json') throw refusalOf(answer);
  const link = linkIn(answer.body, door.base);
  if (link === undefined) throw new WalletError('SERVER_UNREACHABLE', 'payment server: answered with no link');
  return link;
}

function linkIn(body: Uint8Array, base: URL): string | undefined {
  try {
    const { url } = JSON.parse(new TextDecoder().decode(body)) as { url?: unknown };
    if (typeof url !== 'string') return undefined;
    const link = new URL(url, base);
    return link.origin === base.origin || link.protocol === 'https:' ? link.href : undefined;
  } catch {
    return undefined;
  }
}
