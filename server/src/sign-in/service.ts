/** A signed `sign-in` becomes a one-time link, and a link a session. The operator has a token instead of a key. */
import {
  decodeSignIn,
  equalBytes,
  openEnvelope,
  openSigned,
  ProtocolError,
  readEnvelope,
  type SignIn,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Identity } from '../identity.ts';
import type { Clock, Random } from '../log.ts';
import { requireFresh, type Nonces } from '../players/freshness.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader } from '../store/port.ts';
import { SignInLinks, type LinkBounds } from './links.ts';
import { Sessions, type Session, type SessionBounds } from './sessions.ts';
import type { Subject } from './types.ts';

export interface SignInOptions {
  readonly identity: Identity;
  readonly store: Pick<StoreReader, 'findPlayer' | 'findPublisher' | 'findChain' | 'passes'>;
  readonly commit: GroupCommit;
  /** Held against publishers' chains, DER. */
  readonly revocationLists: readonly Uint8Array[];
  readonly nonces: Nonces;
  /** Without one nobody signs in as the operator. */
  readonly operatorToken: string | undefined;
  readonly limits: SessionBounds & LinkBounds;
  readonly clock: Clock;
  readonly random: Random;
}

const HASH_BYTES = 32;
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export class SignIns {
  readonly sessions: Sessions;
  readonly #options: SignInOptions;
  readonly #links: SignInLinks;
  readonly #operatorDigest: Buffer | undefined;

  constructor(options: SignInOptions) {
    const { limits, operatorToken } = options;
    this.#options = options;
    this.sessions = new Sessions(limits, options);
    this.#links = new SignInLinks(limits, options);
    this.#operatorDigest = operatorToken === undefined ? undefined : sha256(operatorToken);
  }

  get hasOperator(): boolean {
    return this.#operatorDigest !== undefined;
  }

  /**
   * The key of a link that works once, for an envelope `sign-in`. Throws BAD_ENCODING, TOO_LARGE, BAD_KEY for somebody who has
   * no account here, BAD_SIGNATURE, the chain's codes, CLOCK_SKEW, CONSENT_STALE for a used nonce, BUSY.
   */
  async link(envelope: Uint8Array): Promise<string> {
    const { identity, nonces, clock } = this.#options;
    const { body } = readEnvelope(envelope);
    const message = decodeSignIn(body);
    const subject =
      message.role === 'player' ? await this.#player(envelope, message) : await this.#publisher(envelope, message);
    if (!equalBytes(message.audience, identity.audience))
      throw new ProtocolError('BAD_KEY', "SignIn.audience: not this server's key");
    requireFresh(message.timeMs, clock(), 'SignIn.timeMs');
    await nonces.requireNew(new TextEncoder().encode(message.subjectId), message.nonce, clock());
    return this.#links.make(subject);
  }

  /** Whose a link is, without using it up. */
  peek(key: string): Promise<Subject | undefined> {
    return this.#links.peek(key);
  }

  /** Opens the session that a link stands for; `undefined` for one that is unknown, used or old. */
  async redeem(key: string): Promise<{ readonly secret: string; readonly session: Session } | undefined> {
    const subject = await this.#links.redeem(key);
    return subject && this.sessions.open(subject);
  }

  /** Opens the operator's session; `undefined` for another token. */
  async openOperator(token: string): Promise<{ readonly secret: string; readonly session: Session } | undefined> {
    const digest = this.#operatorDigest;
    if (digest === undefined || !timingSafeEqual(sha256(token), digest)) return undefined;
    return this.sessions.open({ role: 'operator' });
  }

  async #player(envelope: Uint8Array, { subjectId }: SignIn): Promise<Subject> {
    const userId = Uint8Array.from(Buffer.from(subjectId, 'hex'));
    const player = await this.#options.store.findPlayer(userId);
    if (player === undefined) throw new ProtocolError('BAD_KEY', 'SignIn.subjectId: nobody is enrolled here by it');
    openSigned(envelope, { type: 'sign-in', publicKey: player.accountKey, verify: nativeVerifySignature });
    return { role: 'player', userId };
  }

  async #publisher(envelope: Uint8Array, { subjectId }: SignIn): Promise<Subject> {
    const { identity, store, revocationLists, clock } = this.#options;
    const [only, ...others] = readEnvelope(envelope).chain;
    const isHash = only?.length === HASH_BYTES && others.length === 0;
    const known = isHash ? await store.findChain(only) : undefined;
    const { leaf } = openEnvelope(envelope, {
      type: 'sign-in',
      role: 'publisher',
      roots: identity.roots,
      crls: revocationLists,
      atMs: clock(),
      isTimeProven: false,
      verify: nativeVerifySignature,
      chainByHash: () => known,
    });
    if (leaf.subject.id !== subjectId)
      throw new ProtocolError('BAD_KEY', "SignIn.subjectId: not the certificate's publisher");
    if ((await store.findPublisher(subjectId)) === undefined)
      throw new ProtocolError('BAD_KEY', 'SignIn.subjectId: this publisher has no account here');
    return { role: 'publisher', publisherId: subjectId };
  }
}
