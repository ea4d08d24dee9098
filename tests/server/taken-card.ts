/** A software card whose owner has taken the key out of it: it signs whatever its owner likes. */
import {
  cardAuthenticateInput,
  cardChainStart,
  cardDecisionId,
  cardPossessionInput,
  cardRecordHash,
  decodeCardIssue,
  encodeCardRecord,
  encodeCardUpload,
  encodePaymentDecision,
  encodePaymentRequest,
  hashChain,
  keyHash,
  readEnvelope,
  requestHash,
  sealEnvelope,
  spkiOf,
  type CardIssue,
  type CardRecord,
  type PaymentDecision,
  type PaymentRequest,
  type Signer,
  type UploadedRecord,
} from '@coinslot/protocol';
import { nativeSigner, privateKeyFromSeed } from '@coinslot/protocol/node';
import { bytes16Of, makeOffer, seedOf, type OfferOptions, type Player } from '../lib/parties.ts';
import { applicationOf } from './card-holder.ts';
import { bytesOf, post, type Started } from './started-server.ts';

/** What is to be otherwise than an honest card would make it. */
export interface Forgery extends Pick<OfferOptions, 'quote' | 'atMs'> {
  readonly record?: Partial<CardRecord>;
  readonly decision?: Partial<PaymentDecision>;
  readonly request?: Partial<PaymentRequest>;
}

export class TakenCard {
  readonly started: Started;
  readonly player: Player;
  readonly #signer: Signer;
  #issue!: CardIssue;
  #counter = 0;
  #head = cardChainStart();
  #uploads = 0;

  private constructor(started: Started, player: Player) {
    this.started = started;
    this.player = player;
    this.#signer = nativeSigner(privateKeyFromSeed(seedOf('a key that was taken')));
  }

  static async issued(started: Started, player: Player): Promise<TakenCard> {
    const card = new TakenCard(started, player);
    const [publicKey, nonce] = [spkiOf(card.#signer.publicKey), bytes16Of('taken')];
    const possession = card.#signer.sign(cardPossessionInput(nonce, publicKey));
    const fields = { publicKey, nonce, possession, timeMs: started.time.nowMs };
    const answer = await post(
      started,
      '/v1/cards',
      applicationOf(player, started.holder, fields, { assurance: 'software' }),
    );
    card.#issue = decodeCardIssue(readEnvelope(await bytesOf(answer)).body);
    return card;
  }

  get cardId(): Uint8Array {
    return this.#issue.cardId;
  }

  /** Loads the purse, as an honest card would. */
  async load(amountMinor: bigint): Promise<void> {
    const answer = await this.send([], [{ purse: 'prepaid-EUR', amountMinor }]);
    if (answer.status !== 200) throw new Error(await answer.text());
  }

  /** The next record, for 0.20 in EUR, with its request and decision, and what the forgery says. */
  make(nonce: string, { record = {}, decision = {}, request = {}, ...options }: Forgery = {}): UploadedRecord {
    const { atMs = this.started.time.nowMs } = options;
    const { offer, quote } = makeOffer(this.started.publisher, { nonce, ...options, atMs });
    const spki = spkiOf(this.#signer.publicKey);
    const asked: PaymentRequest = {
      quote: offer.quote,
      offerTimeMs: offer.offerTimeMs,
      nonce: offer.nonce,
      userId: this.player.userId,
      publisherId: quote.publisherId,
      chargeMinor: quote.amountMinor,
      chargeCurrency: 'EUR',
      rateTableId: 0,
      shownDigest: seedOf('shown'),
      audience: keyHash(spki),
      consentPlace: 'overlay',
      deadlineMs: offer.offerTimeMs + 120_000,
      sessionKey: offer.sessionKey,
      playerKey: seedOf('pseudonym'),
      proof: 'press',
      ...request,
    };
    const body = encodePaymentRequest(asked);
    const fields: CardRecord = {
      counter: this.#counter + 1,
      previous: this.#head,
      userId: asked.userId,
      publisherId: asked.publisherId,
      gameId: quote.gameId,
      offerHash: quote.offerHash,
      amountMinor: quote.amountMinor,
      currency: quote.currency,
      chargedMinor: asked.chargeMinor,
      chargedCurrency: asked.chargeCurrency,
      rateTableId: asked.rateTableId,
      quoteSignature: readEnvelope(offer.quote).signature,
      requestHash: requestHash(body),
      nonce: asked.nonce,
      offerTimeMs: asked.offerTimeMs,
      purse: 'prepaid-EUR',
      settlement: 'debited',
      code: 'APPROVED',
      pinVerified: false,
      ...record,
    };
    const bytes = encodeCardRecord(fields);
    [this.#counter, this.#head] = [fields.counter, cardRecordHash(bytes)];
    const said: PaymentDecision = {
      signer: keyHash(spki),
      outcome: fields.code === 'APPROVED' ? 'approved' : 'refused',
      code: fields.code,
      requestHash: fields.requestHash,
      offerHash: fields.offerHash,
      gameId: fields.gameId,
      amountMinor: fields.amountMinor,
      currency: fields.currency,
      offerTimeMs: fields.offerTimeMs,
      nonce: fields.nonce,
      sessionKey: asked.sessionKey,
      playerKey: asked.playerKey,
      chargedMinor: fields.chargedMinor,
      chargedCurrency: fields.chargedCurrency,
      rateTableId: fields.rateTableId,
      settlement: fields.settlement,
      purse: fields.purse,
      decisionId: cardDecisionId(this.cardId, fields.nonce),
      timeMs: fields.offerTimeMs,
      card: { counter: fields.counter, head: this.#head, unreportedMinor: 0n },
      sealedKey: undefined,
      ...decision,
    };
    const chain = [hashChain(this.#issue.chain)];
    return {
      request: sealEnvelope('payment-request', body, asked.proof === 'pin' ? this.player.pin : this.player.press, []),
      decision: sealEnvelope('payment-decision', encodePaymentDecision(said), this.#signer, chain),
      record: bytes,
    };
  }

  /** Posts an upload of these records. */
  send(
    records: readonly UploadedRecord[],
    loads: readonly { purse: string; amountMinor: bigint }[] = [],
  ): Promise<Response> {
    const challenge = bytes16Of(`taken ${this.#uploads++}`);
    const standing = { cardId: this.cardId, counter: this.#counter, head: this.#head };
    const body = encodeCardUpload({
      userId: this.player.userId,
      ...standing,
      challenge,
      proof: this.#signer.sign(cardAuthenticateInput(challenge, standing)),
      records,
      loads,
      timeMs: this.started.time.nowMs,
      nonce: challenge,
      audience: this.started.holder.keyHash,
    });
    const signer = loads.length > 0 ? this.player.pin : this.player.account;
    return post(this.started, '/v1/cards/uploads', sealEnvelope('card-upload', body, signer, []));
  }
}
