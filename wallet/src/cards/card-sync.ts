/**
 * What a card and its issuer have to tell each other whenever they meet: records up, acknowledgements and credits down, newer
 * parameters and rates. One exchange at a time; each step may be torn and is taken up with the same bytes.
 */
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import type { CardChallenge, CardEntry, CardTerminal } from '@coinslot/card';
import {
  decodeCardRecord,
  decodeCardUpload,
  encodeCardKeysRequest,
  encodeCardRequest,
  encodeCardUpload,
  equalBytes,
  LIMITS,
  ProtocolError,
  readEnvelope,
  requestHash,
  sealEnvelope,
  withChainByHash,
  type CardKeysRequest,
  type CardUpload,
  type Signer,
  type UploadedRecord,
} from '@coinslot/protocol';
import type { Account } from '../account/account.ts';
import type { Rates } from '../account/rates.ts';
import { WalletError } from '../errors.ts';
import { hex } from '../hex.ts';
import type { Attempt, Payment } from '../journal/payments.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Payer } from '../payments/payer.ts';
import type { Log } from '../ports.ts';
import { readPrivate, replaceDurably } from '../profile/files.ts';
import type { Profile } from '../profile/profile.ts';
import type { CardDoor } from './card-door.ts';
import type { CardMemory } from './card-memory.ts';
import type { CardShelf, ReadyCard } from './card-shelf.ts';

export interface CardSyncOptions {
  profile: Profile;
  account: Account;
  rates: Rates;
  payer: Payer;
  door: CardDoor;
  shelf: CardShelf;
  memory: CardMemory;
  log: Log;
}

/** Value to be loaded, and the PIN key that asks for it. */
export interface Load {
  readonly purse: string;
  readonly amountMinor: bigint;
  readonly signer: Signer;
}

/** Neither message 2 nor message 3: the record of a payment that this wallet did not make. */
const isBare = (uploaded: UploadedRecord | undefined): boolean =>
  uploaded !== undefined && uploaded.request === undefined;

/** More uploads than a full card can need are a card or a server that goes round in circles. */
const UPLOADS_MAX = 16;

export class CardSync {
  readonly #options: CardSyncOptions;
  /** Cards that are being brought up to date. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: CardSyncOptions) {
    this.#options = options;
  }

  /** Cards whose records are going up now, by id in hex. */
  isRunning(idHex: string): boolean {
    return this.#running.has(idHex);
  }

  /**
   * Uploads what the card holds, loads value when asked to, then renews parameters, rates and content keys. Throws SERVER_UNREACHABLE,
   * the server's code, or the card's.
   */
  async run(idHex: string, load?: Load): Promise<void> {
    const before = this.#running.get(idHex)?.catch(() => undefined) ?? Promise.resolve();
    const turn = before.then(() => this.#exchange(idHex, load));
    this.#running.set(idHex, turn);
    this.#options.profile.announce();
    try {
      await turn;
    } finally {
      if (this.#running.get(idHex) === turn) this.#running.delete(idHex);
      this.#options.profile.announce();
    }
  }

  /** Has the server put a card on its blocked list, for good. */
  async lose(idHex: string): Promise<void> {
    const { profile, door } = this.#options;
    const card = profile.state.card(idHex);
    if (card === undefined) throw new WalletError('GONE', 'there is no such card');
    await door.lose(await this.#request(card.cardId, 'lost'));
    profile.record({ kind: 'card-lost', atMs: profile.clock(), cardId: card.cardId });
  }

  async #exchange(idHex: string, load: Load | undefined): Promise<void> {
    const { shelf } = this.#options;
    const card = this.#require(idHex);
    try {
      await this.#upload(card, load);
      await this.#renew(card);
      await this.#renewContentKeys(card);
    } finally {
      await shelf.lookAgain(card);
    }
  }

  async #upload(card: ReadyCard, load: Load | undefined): Promise<void> {
    for (let uploads = 0; uploads < UPLOADS_MAX; uploads += 1) {
      const { entries, challenge, uploaded } = await this.#options.shelf.use(card, (terminal) =>
        this.#gather(terminal),
      );
      // One that was sent before and never heard of again is ended first, whatever it was about.
      const open = this.#openUpload(card, challenge);
      if (entries.length === 0 && load === undefined && open === undefined) return;
      const isLast = uploaded.length === entries.length;
      const envelope = open ?? (await this.#makeUpload(card, challenge, uploaded, isLast ? load : undefined));
      const { value, envelope: acknowledgement } = await this.#send(card, envelope, challenge);
      await this.#options.shelf.use(card, (terminal) => terminal.credit(acknowledgement));
      rmSync(this.#path(card), { force: true });
      this.#noteNotOurs(card, envelope);
      const isLoaded = load === undefined || value.credits.length > 0;
      if (value.counter === challenge.counter && isLoaded) return;
    }
    throw new ProtocolError('RECORD_GAP', 'upload: no end of the records');
  }

  /**
   * The card's records with their proofs, as many as one message takes; payments that they settle are settled first. A record
   * without proofs counts only where the card signed for one behind it, so none is the last but the card's last.
   */
  async #gather(terminal: CardTerminal) {
    const entries = await terminal.records();
    const challenge = await terminal.challenge();
    const uploaded: UploadedRecord[] = [];
    let bytes = 0;
    for (const entry of entries.slice(0, LIMITS.uploadRecordsMax)) {
      const one = await this.#proofsOf(terminal, entry);
      bytes += (one.request?.length ?? 0) + (one.decision?.length ?? 0) + one.record.length;
      if (bytes > WALLET_LIMITS.uploadBytesMax) break;
      uploaded.push(one);
    }
    if (uploaded.length < entries.length) while (isBare(uploaded[uploaded.length - 1])) uploaded.pop();
    return { entries, challenge, uploaded };
  }

  async #proofsOf(terminal: CardTerminal, entry: CardEntry): Promise<UploadedRecord> {
    const known = this.#paymentOf(entry);
    if (known === undefined) return { request: undefined, decision: undefined, record: entry.record };
    const { payment, attempt } = known;
    if (attempt.decision === undefined) {
      // Its answer was lost on the way: what the card holds is that answer. Kept before its record may be cleared.
      const { envelope } = await terminal.paymentOf(readEnvelope(attempt.request).body, entry);
      this.#options.payer.settle(payment, envelope);
    }
    const { decision, request } = attempt;
    if (decision === undefined) throw new ProtocolError('RECORD_GAP', 'upload: a record that settles nothing');
    return { request, decision: withChainByHash(decision), record: entry.record };
  }

  #noteNotOurs(card: ReadyCard, envelope: Uint8Array): void {
    const { log, memory } = this.#options;
    const { records } = decodeCardUpload(readEnvelope(envelope).body);
    const isPaid = ({ record }: UploadedRecord): boolean => decodeCardRecord(record).code === 'APPROVED';
    const count = records.filter((one) => isBare(one) && isPaid(one)).length;
    if (count === 0) return;
    const idHex = hex(card.info.card.cardId);
    memory.addNotOurs(idHex, count);
    log.warn({ card: idHex, count }, 'card: payments that this wallet did not make');
  }

  /** `undefined` for what another program paid at the reader, or this player before the wallet was restored. */
  #paymentOf({ fields }: CardEntry): { payment: Payment; attempt: Attempt } | undefined {
    const payment = this.#options.profile.state.payment(hex(fields.nonce));
    const attempt = payment?.attempts.find(({ request }) =>
      equalBytes(requestHash(readEnvelope(request).body), fields.requestHash),
    );
    return payment === undefined || attempt === undefined ? undefined : { payment, attempt };
  }

  /** The bytes that were sent for this very challenge before. */
  #openUpload(card: ReadyCard, { challenge }: CardChallenge): Uint8Array | undefined {
    const kept = readPrivate(this.#path(card));
    if (kept === undefined) return undefined;
    return equalBytes(decodeCardUpload(readEnvelope(kept).body).challenge, challenge) ? kept : undefined;
  }

  /** New bytes, kept before they are sent: the same ones can be sent again. */
  async #makeUpload(
    card: ReadyCard,
    { challenge, counter, head, proof }: CardChallenge,
    records: readonly UploadedRecord[],
    load: Load | undefined,
  ): Promise<Uint8Array> {
    const { profile, account } = this.#options;
    const { cardId } = card.info.card;
    const upload: CardUpload = {
      userId: account.userId,
      cardId,
      challenge,
      counter,
      head,
      proof,
      records,
      loads: load === undefined ? [] : [{ purse: load.purse, amountMinor: load.amountMinor }],
      timeMs: profile.clock(),
      nonce: profile.random(16),
      audience: await this.#audience(),
    };
    const signer = load?.signer ?? this.#accountKey();
    const envelope = sealEnvelope('card-upload', encodeCardUpload(upload), signer, []);
    replaceDurably(this.#path(card), envelope);
    return envelope;
  }

  async #send(card: ReadyCard, envelope: Uint8Array, { challenge }: CardChallenge) {
    try {
      const acknowledged = await this.#options.door.upload(envelope);
      const { cardId } = card.info.card;
      const isOurs =
        equalBytes(acknowledged.value.cardId, cardId) && equalBytes(acknowledged.value.challenge, challenge);
      if (!isOurs) throw new ProtocolError('DECISION_MISMATCH', 'UploadAcknowledgement: of another upload');
      return acknowledged;
    } catch (fault) {
      // Refused for what it asks: the next one may ask for something else. Unanswered, it may have been booked.
      if (fault instanceof ProtocolError) rmSync(this.#path(card), { force: true });
      throw fault;
    }
  }

  async #renew(card: ReadyCard): Promise<void> {
    const { door, shelf } = this.#options;
    const { info } = this.#options.shelf.byId(hex(card.info.card.cardId)) ?? card;
    const parameters = await door.parameters(await this.#request(info.card.cardId, 'parameters'));
    if (parameters.value.number > info.standing.parametersNumber) {
      await shelf.use(card, (terminal) => terminal.putParameters(parameters.envelope));
    }
    const { alg } = info.file;
    if (alg === undefined) return;
    const rates = await door.rates(alg);
    if (rates.value.id > info.standing.rateTableId) {
      await shelf.use(card, (terminal) => terminal.putRates(rates.envelope));
    }
  }

  /**
   * What the card may open without a network, anew. It is worth less than what came before it: the money is where it belongs, and
   * keys that did not come are asked for again at the next contact.
   */
  async #renewContentKeys(card: ReadyCard): Promise<void> {
    const { door, shelf, log } = this.#options;
    const held = card.info.contentKeys;
    if (held === undefined) return;
    try {
      const { sealingKey, proof } = await shelf.use(card, (terminal) => terminal.sealingKey());
      const request = await this.#contentKeysRequest(card, { sealingKey, proof, room: held.keysMax });
      const keys = await door.contentKeys(request);
      if (equalBytes(keys.value.digest, held.digest)) return;
      await shelf.use(card, (terminal) => terminal.putContentKeys(keys.envelope));
    } catch (fault) {
      log.warn({ card: hex(card.info.card.cardId), fault: String(fault) }, 'card: content keys not renewed');
    }
  }

  async #contentKeysRequest(
    { info }: ReadyCard,
    card: Pick<CardKeysRequest, 'sealingKey' | 'proof' | 'room'>,
  ): Promise<Uint8Array> {
    const { profile, account } = this.#options;
    const body = encodeCardKeysRequest({
      ...card,
      userId: account.userId,
      cardId: info.card.cardId,
      timeMs: profile.clock(),
      nonce: profile.random(16),
      audience: await this.#audience(),
    });
    return sealEnvelope('card-keys-request', body, this.#accountKey(), []);
  }

  async #request(cardId: Uint8Array, ask: 'parameters' | 'lost'): Promise<Uint8Array> {
    const { profile, account } = this.#options;
    const body = encodeCardRequest({
      userId: account.userId,
      cardId,
      ask,
      timeMs: profile.clock(),
      nonce: profile.random(16),
      audience: await this.#audience(),
    });
    return sealEnvelope('card-request', body, this.#accountKey(), []);
  }

  async #audience(): Promise<Uint8Array> {
    const { rates } = this.#options;
    if (rates.audience !== undefined) return rates.audience;
    return (await rates.current()).audience;
  }

  #accountKey(): Signer {
    const { day } = this.#options.profile.vault;
    if (day === undefined) throw new WalletError('LOCKED', 'the wallet is locked');
    return day.account;
  }

  #require(idHex: string): ReadyCard {
    const card = this.#options.shelf.byId(idHex);
    if (card === undefined) throw new ProtocolError('CARD_ABSENT', 'the card is not in a reader');
    return card;
  }

  #path(card: ReadyCard): string {
    return join(this.#options.profile.path, `upload-${hex(card.info.card.cardId)}`);
  }
}
