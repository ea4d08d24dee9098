/**
 * Content keys in escrow: publishers hand them in, sealed to this server's own encryption key, and an approval of a quote that
 * names one carries it on, sealed to the player. In the store they stay sealed: whoever has the store alone opens nothing.
 */
import {
  decodeContentEscrow,
  encodeEncryptionKey,
  equalBytes,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  type ContentEscrow,
  type PaymentRequest,
  type Quote,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import {
  deriveSealingPair,
  openContentKey,
  sealContentKey,
  sealingKeyOfSigner,
  type SealingPair,
} from '@coinslot/protocol/sealing';
import type { Identity } from '../identity.ts';
import type { Clock, Random } from '../log.ts';
import { hex } from '../players/types.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader } from '../store/port.ts';

export interface EscrowsOptions {
  readonly identity: Identity;
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
  readonly #pair: SealingPair | undefined;
  /** Content keys that were opened, by publisher and id; the youngest last. */
  readonly #open = new Map<string, Uint8Array>();
  /** Envelope `encryption-key`; `undefined` when there is no key. */
  readonly encryptionKey: Uint8Array | undefined;

  constructor(options: EscrowsOptions) {
    const { identity, encryptionSeed, clock } = options;
    this.#options = options;
    this.#pair = encryptionSeed && deriveSealingPair(encryptionSeed);
    this.encryptionKey =
      this.#pair &&
      identity.seal(
        'encryption-key',
        encodeEncryptionKey({ decider: identity.audience, publicKey: this.#pair.publicKey, timeMs: clock() }),
      ).envelope;
  }

  /**
   * Takes a content key in. Throws BAD_ENCODING, BAD_SIGNATURE, the chain's codes, OFFER_ORIGIN when the publisher is not who
   * signed, or has no account here, BAD_KEY when it is sealed to another key or is not the key of its id, and KEY_ABSENT
   * where this server takes none. The same again changes nothing.
   */
  async take(envelope: Uint8Array): Promise<ContentEscrow> {
    const { identity, store, commit, clock } = this.#options;
    const pair = this.#requirePair();
    const escrow = this.#verify(envelope);
    const { publisherId, contentKeyId, recipient } = escrow;
    if (!equalBytes(escrow.decider, identity.audience) || !equalBytes(recipient, pair.publicKey))
      throw new ProtocolError('BAD_KEY', "ContentEscrow.recipient: not this server's encryption key");
    if ((await store.findPublisher(publisherId)) === undefined)
      throw new ProtocolError('OFFER_ORIGIN', 'ContentEscrow.publisherId: no account here');
    this.#openEscrow(escrow, pair);
    await commit.submit((tx) =>
      tx.escrows.addEscrow({ publisherId, contentKeyId, recipient, envelope, takenAtMs: clock() }),
    );
    return escrow;
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
    const contentKey = await this.#contentKey(quote.publisherId, quote.contentKeyId);
    if (contentKey === undefined) return undefined;
    const holder = { holder: 'player', requestHash } as const;
    return sealContentKey(
      contentKey,
      holder,
      sealingKeyOfSigner(request.playerKey),
      this.#options.random(SEALING_BYTES),
    );
  }

  async #contentKey(publisherId: string, contentKeyId: Uint8Array): Promise<Uint8Array | undefined> {
    const pair = this.#pair;
    if (pair === undefined) return undefined;
    const known = this.#open.get(nameOf(publisherId, contentKeyId));
    if (known !== undefined) return known;
    const kept = await this.#options.store.escrows.findEscrow(publisherId, contentKeyId, pair.publicKey);
    return kept && this.#openEscrow(decodeContentEscrow(readEnvelope(kept.envelope).body), pair);
  }

  #openEscrow({ publisherId, contentKeyId, sealedKey }: ContentEscrow, pair: SealingPair): Uint8Array {
    const contentKey = openContentKey(sealedKey, { holder: 'decider', publisherId }, pair.secretKey, contentKeyId);
    this.#open.set(nameOf(publisherId, contentKeyId), contentKey);
    const [oldest] = this.#open.keys();
    if (this.#open.size > this.#options.openKeysMax && oldest !== undefined) this.#open.delete(oldest);
    return contentKey;
  }

  #requirePair(): SealingPair {
    if (this.#pair !== undefined) return this.#pair;
    throw new ProtocolError('KEY_ABSENT', 'this server has no encryption key and takes no content keys');
  }
}

const nameOf = (publisherId: string, contentKeyId: Uint8Array): string => `${publisherId} ${hex(contentKeyId)}`;
