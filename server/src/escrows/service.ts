/**
 * Content keys in escrow: publishers hand them in, sealed to this server's own encryption key, and an approval of a quote that
 * names one carries it on, sealed to the player. In the store they stay sealed: whoever has the store alone opens nothing.
 */
import {
  decodeContentEscrow,
  equalBytes,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  type Alg,
  type ContentEscrow,
  type PaymentRequest,
  type Quote,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { openContentKey, sealContentKey, sealingKeyOfSigner } from '@coinslot/protocol/sealing';
import type { CardCertifier } from '../cards/issuers.ts';
import type { Identity } from '../identity.ts';
import type { Clock, Random } from '../log.ts';
import type { QuoteDesk } from '../payments/quote-desk.ts';
import { hex } from '../players/types.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader } from '../store/port.ts';
import { deciderOf, decidersOf, type Decider } from './deciders.ts';

export interface EscrowsOptions {
  readonly identity: Identity;
  /** Card issuers of this house, who may hold content keys for their cards. */
  readonly certifiers: readonly CardCertifier[];
  readonly quotes: QuoteDesk;
  readonly store: Pick<StoreReader, 'escrows' | 'findPublisher'>;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly random: Random;
  /** Held against publishers' chains, DER. */
  readonly revocationLists: readonly Uint8Array[];
  /** 32 secret bytes that the encryption key is made from; without them this server takes no content keys. */
  readonly encryptionSeed: Uint8Array | undefined;
  /** Content keys kept open in memory. */
  readonly openKeysMax: number;
}

const SEALING_BYTES = 32;

export class Escrows {
  readonly #options: EscrowsOptions;
  /** None without an encryption seed. */
  readonly #deciders: readonly Decider[];
  /** Content keys that were opened, by decider, publisher and id; the youngest last. */
  readonly #open = new Map<string, Uint8Array>();

  constructor(options: EscrowsOptions) {
    const { encryptionSeed, clock } = options;
    this.#options = options;
    this.#deciders = encryptionSeed === undefined ? [] : decidersOf({ ...options, encryptionSeed, nowMs: clock() });
  }

  /** Envelope `encryption-key` of the server or, by algorithm, of its issuer of cards. Throws KEY_ABSENT where there is none. */
  encryptionKey(alg?: Alg): Uint8Array {
    const found = this.#deciders.find((one) => one.alg === alg);
    if (found !== undefined) return found.encryptionKey;
    throw absentKey(alg);
  }

  /**
   * Takes a content key in. Throws BAD_ENCODING, BAD_SIGNATURE, the chain's codes, OFFER_ORIGIN when the publisher is not who
   * signed, or has no account here, BAD_KEY when it is sealed to another key or is not the key of its id, and KEY_ABSENT
   * where this server takes none. The same again changes nothing.
   */
  async take(envelope: Uint8Array): Promise<ContentEscrow> {
    const { store, commit, clock } = this.#options;
    if (this.#deciders.length === 0) throw absentKey();
    const escrow = this.#verify(envelope);
    const { publisherId, contentKeyId, recipient } = escrow;
    const decider = deciderOf(this.#deciders, escrow.decider);
    if (decider === undefined || !equalBytes(recipient, decider.pair.publicKey))
      throw new ProtocolError('BAD_KEY', "ContentEscrow.recipient: not this server's encryption key");
    if ((await store.findPublisher(publisherId)) === undefined)
      throw new ProtocolError('OFFER_ORIGIN', 'ContentEscrow.publisherId: no account here');
    this.#openEscrow(escrow, decider);
    await commit.submit((tx) =>
      tx.escrows.addEscrow({ publisherId, contentKeyId, recipient, envelope, takenAtMs: clock() }),
    );
    return escrow;
  }

  /**
   * Takes a quote of something that is sold sealed, so that cards can be given its key. Throws BAD_ENCODING, the quote's fault,
   * KEY_ABSENT for one that seals nothing or whose key was not brought before. The same again changes nothing.
   */
  async takeQuote(envelope: Uint8Array): Promise<Quote> {
    const { store, commit, clock, quotes } = this.#options;
    const nowMs = clock();
    const { quote, signature, publisher, fault } = await quotes.read(envelope, nowMs);
    if (fault !== undefined) throw new ProtocolError(fault, 'Quote: does not hold');
    const { publisherId, contentKeyId, cards, notAfterMs } = quote;
    if (publisher === undefined || (await store.findPublisher(publisherId)) === undefined)
      throw new ProtocolError('OFFER_ORIGIN', 'Quote.publisherId: no account here');
    if (contentKeyId === undefined || !(await this.#isKept(publisherId, contentKeyId)))
      throw new ProtocolError('KEY_ABSENT', 'Quote.contentKeyId: bring its content key first');
    if (cards === 'none') return quote;
    const kept = {
      publisherId,
      contentKeyId,
      quoteSignature: signature,
      cards,
      envelope,
      notAfterMs,
      takenAtMs: nowMs,
    };
    await commit.submit((tx) => tx.escrows.addSealedQuote(kept));
    return quote;
  }

  async #isKept(publisherId: string, contentKeyId: Uint8Array): Promise<boolean> {
    for (const { pair } of this.#deciders) {
      const kept = await this.#options.store.escrows.findEscrow(publisherId, contentKeyId, pair.publicKey);
      if (kept !== undefined) return true;
    }
    return false;
  }

  #verify(envelope: Uint8Array): ContentEscrow {
    const { identity, clock, revocationLists } = this.#options;
    const { body, leaf } = openEnvelope(envelope, {
      type: 'content-escrow',
      role: 'publisher',
      roots: identity.roots,
      atMs: clock(),
      crls: revocationLists,
      verify: nativeVerifySignature,
    });
    const escrow = decodeContentEscrow(body);
    if (leaf.subject.id !== escrow.publisherId)
      throw new ProtocolError('OFFER_ORIGIN', 'ContentEscrow.publisherId: not that of the certificate');
    return escrow;
  }

  /**
   * The content key that a quote names, sealed to the player of a request; `undefined` when the quote names none, or this
   * server does not hold it. Throws BAD_KEY for a player key that must not be used.
   */
  async sealFor(quote: Quote, request: PaymentRequest, requestHash: Uint8Array): Promise<Uint8Array | undefined> {
    if (quote.contentKeyId === undefined) return undefined;
    const { identity } = this.#options;
    const contentKey = await this.contentKeyAt(identity.audience, quote.publisherId, quote.contentKeyId);
    if (contentKey === undefined) return undefined;
    const holder = { holder: 'player', requestHash } as const;
    return sealContentKey(
      contentKey,
      holder,
      sealingKeyOfSigner(request.playerKey),
      this.#options.random(SEALING_BYTES),
    );
  }

  /** A content key that a publisher gave to one who decides here (its key hash); `undefined` for one that was not given to it. */
  async contentKeyAt(
    named: Uint8Array,
    publisherId: string,
    contentKeyId: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const decider = deciderOf(this.#deciders, named);
    if (decider === undefined) return undefined;
    const known = this.#open.get(nameOf(decider, publisherId, contentKeyId));
    if (known !== undefined) return known;
    const { publicKey } = decider.pair;
    const kept = await this.#options.store.escrows.findEscrow(publisherId, contentKeyId, publicKey);
    return kept && this.#openEscrow(decodeContentEscrow(readEnvelope(kept.envelope).body), decider);
  }

  #openEscrow({ publisherId, contentKeyId, sealedKey }: ContentEscrow, decider: Decider): Uint8Array {
    const { secretKey } = decider.pair;
    const contentKey = openContentKey(sealedKey, { holder: 'decider', publisherId }, secretKey, contentKeyId);
    this.#open.set(nameOf(decider, publisherId, contentKeyId), contentKey);
    const [oldest] = this.#open.keys();
    if (this.#open.size > this.#options.openKeysMax && oldest !== undefined) this.#open.delete(oldest);
    return contentKey;
  }
}

const absentKey = (alg?: Alg): ProtocolError =>
  new ProtocolError(
    'KEY_ABSENT',
    alg === undefined
      ? 'this server has no encryption key and takes no content keys'
      : `no issuer of cards of algorithm ${alg} takes content keys here`,
  );

const nameOf = ({ keyHash }: Decider, publisherId: string, contentKeyId: Uint8Array): string =>
  `${hex(keyHash)} ${publisherId} ${hex(contentKeyId)}`;
