/** A player with a card: the real applet in a virtual reader, and what a wallet does with it at the server's doors. */
import {
  createApplet,
  memoryStore,
  virtualRack,
  withCard,
  type CardEntry,
  type CardPayment,
  type CardStore,
  type CardTerminal,
  type VirtualRack,
  type VirtualSlot,
} from '@coinslot/card';
import {
  ALG,
  decodeCardIssue,
  decodeUploadAcknowledgement,
  encodeCardApplication,
  encodeCardRequest,
  encodeCardUpload,
  keyHash,
  readEnvelope,
  sealEnvelope,
  spkiOf,
  withChainByHash,
  type Alg,
  type CardApplication,
  type CardIssue,
  type CardRequest,
  type CardUpload,
  type PaymentRequest,
  type UploadAcknowledgement,
  type UploadedRecord,
} from '@coinslot/protocol';
import { bytes16Of, makeOffer, makeRequest, type Holder, type OfferOptions, type Player } from '../lib/parties.ts';
import { bytesOf, countedRandom, post, type Started } from './started-server.ts';

export const PIN = '2468';
const UNBLOCK_CODE = '13572468';

export interface HolderOptions {
  readonly name?: string;
  readonly alg?: Alg;
  readonly assurance?: CardApplication['assurance'];
  readonly purses?: CardApplication['purses'];
  readonly store?: CardStore;
}

export interface PayOptions extends OfferOptions {
  readonly request?: Partial<PaymentRequest>;
  /** Whom to buy from; the market's publisher when left out. */
  readonly from?: Holder;
  /** Typed at the card. */
  readonly pin?: string;
  readonly priceMinor?: bigint;
  /** The quote travels with its chain, not with the chain's hash. */
  readonly wholeChain?: boolean;
  readonly currency?: string;
}

/** What an application says; `changes` for tests of what is refused. */
export function applicationOf(
  player: Player,
  server: Holder,
  fields: Pick<CardApplication, 'publicKey' | 'possession' | 'nonce' | 'timeMs'>,
  changes: Partial<CardApplication> = {},
): Uint8Array {
  const application: CardApplication = {
    userId: player.userId,
    assurance: 'chip',
    purses: [{ currency: player.currency, plan: 'prepaid' }],
    audience: server.keyHash,
    ...fields,
    ...changes,
  };
  return sealEnvelope('card-application', encodeCardApplication(application), player.account, []);
}

let nonces = 0;
const nextNonce = (): Uint8Array => bytes16Of(`card holder ${nonces++}`);

export class CardHolder {
  readonly started: Started;
  readonly player: Player;
  rack: VirtualRack = virtualRack();
  slot: VirtualSlot = this.rack.add('reader');
  readonly options: HolderOptions;
  readonly store: CardStore;
  /** Requests of this card, whole, by nonce in hex: a wallet's journal. */
  readonly journal: Map<string, Uint8Array>;
  issue!: CardIssue;
  application!: Uint8Array;

  private constructor(
    started: Started,
    player: Player,
    options: HolderOptions,
    journal = new Map<string, Uint8Array>(),
  ) {
    this.started = started;
    this.player = player;
    this.options = options;
    this.store = options.store ?? memoryStore();
    this.journal = journal;
  }

  /** A blank card in its reader. */
  static async blank(started: Started, player: Player, options: HolderOptions = {}): Promise<CardHolder> {
    const holder = new CardHolder(started, player, options);
    await holder.#insert('first');
    return holder;
  }

  /** A card issued by the server and personalised. */
  static async issued(started: Started, player: Player, options: HolderOptions = {}): Promise<CardHolder> {
    const holder = await CardHolder.blank(started, player, options);
    holder.application = await holder.apply();
    const answer = await post(started, '/v1/cards', holder.application);
    if (answer.status !== 201) throw new Error(`application: ${answer.status} ${await answer.text()}`);
    await holder.personalise(await bytesOf(answer));
    return holder;
  }

  /** A card with money in its prepaid purse. */
  static async loaded(
    started: Started,
    player: Player,
    amountMinor: bigint,
    options: HolderOptions = {},
  ): Promise<CardHolder> {
    const holder = await CardHolder.issued(started, player, options);
    await holder.recharge(amountMinor);
    return holder;
  }

  /** A copy of the card as it stands now, in a reader of its own: the same keys, the same memory. */
  async copy(): Promise<CardHolder> {
    const store = memoryStore();
    const state = await this.store.load();
    if (state === undefined) throw new Error('nothing to copy');
    await store.commit(Uint8Array.from(state));
    const copied = new CardHolder(this.started, this.player, { ...this.options, store }, new Map(this.journal));
    copied.issue = this.issue;
    await copied.#insert(`copy ${nonces++}`);
    return copied;
  }

  /** The same card, and its wallet, at a server that was started anew. */
  at(started: Started): CardHolder {
    const moved = new CardHolder(started, this.player, { ...this.options, store: this.store }, this.journal);
    moved.issue = this.issue;
    moved.rack = this.rack;
    moved.slot = this.slot;
    return moved;
  }

  async #insert(name: string): Promise<void> {
    const random = countedRandom(`${this.options.name ?? 'card'} ${name}`);
    await this.slot.insert(createApplet({ store: this.store, random }));
  }

  use<T>(work: (terminal: CardTerminal) => Promise<T>): Promise<T> {
    return withCard(this.rack.client(), 'reader', work);
  }

  /** Envelope `card-application`, while the card is blank. */
  async apply(changes: Partial<CardApplication> = {}): Promise<Uint8Array> {
    const { alg = ALG.ed25519 } = this.options;
    const nonce = nextNonce();
    const publicKey = await this.use((terminal) => terminal.generateKey(alg));
    this.#proven = { nonce, publicKey, possession: await this.use((terminal) => terminal.possession(nonce)) };
    return this.applyAs(this.player, changes);
  }

  /** The same with the last proof of possession, by anybody. */
  applyAs(player: Player, changes: Partial<CardApplication> = {}): Uint8Array {
    if (this.#proven === undefined) throw new Error('the card has not proven its key');
    const { assurance = 'chip', purses } = this.options;
    const fields = { ...this.#proven, timeMs: this.started.time.nowMs };
    return applicationOf(player, this.started.holder, fields, { assurance, ...(purses && { purses }), ...changes });
  }

  #proven: Pick<CardApplication, 'nonce' | 'publicKey' | 'possession'> | undefined;

  async personalise(issueEnvelope: Uint8Array): Promise<void> {
    this.issue = decodeCardIssue(readEnvelope(issueEnvelope).body);
    await this.use((terminal) => terminal.personalise(this.issue, { pin: PIN, unblockCode: UNBLOCK_CODE }));
  }

  get cardId(): Uint8Array {
    return this.issue.cardId;
  }

  get keyHash(): Uint8Array {
    return keyHash(this.spki);
  }

  get spki(): Uint8Array {
    return this.#spki;
  }

  #spki: Uint8Array = new Uint8Array();

  /** Message 2 for this card, signed, with the quote's chain by its hash; kept in the journal. */
  async request(nonce: string, options: PayOptions = {}): Promise<Uint8Array> {
    const { request = {}, from = this.started.publisher, priceMinor = 20n, currency, wholeChain, ...offer } = options;
    if (this.#spki.length === 0)
      this.#spki = spkiOf((await this.use((terminal) => terminal.select())).spki as Uint8Array);
    const quote = { amountMinor: priceMinor, ...(currency && { currency }), ...offer.quote };
    const made = makeOffer(from, { atMs: this.started.time.nowMs, nonce, ...offer, quote });
    const decider = { ...this.started.holder, keyHash: this.keyHash };
    const sent = wholeChain ? made.offer.quote : withChainByHash(made.offer.quote);
    const envelope = makeRequest(this.player, decider, { ...made, offer: { ...made.offer, quote: sent } }, request);
    this.journal.set(Buffer.from(made.offer.nonce).toString('hex'), envelope);
    return envelope;
  }

  /** Pays an offer of 0.20, or of what the options say. */
  async pay(nonce: string, options: PayOptions = {}): Promise<CardPayment> {
    const body = readEnvelope(await this.request(nonce, options)).body;
    const { pin } = options;
    return this.use((terminal) => terminal.pay(body, pin === undefined ? {} : { pin }));
  }

  /** Several offers at once, over one connection: the terminal takes them one after the other. */
  async payAll(nonces: readonly string[], options: PayOptions = {}): Promise<readonly CardPayment[]> {
    const bodies: Uint8Array[] = [];
    for (const nonce of nonces) bodies.push(readEnvelope(await this.request(nonce, options)).body);
    const { pin } = options;
    return this.use((terminal) =>
      Promise.all(bodies.map((body) => terminal.pay(body, pin === undefined ? {} : { pin }))),
    );
  }

  /** The card's records that no upload has cleared, with their proofs. */
  async records(): Promise<readonly UploadedRecord[]> {
    const entries = await this.use((terminal) => terminal.records());
    const records: UploadedRecord[] = [];
    for (const entry of entries) records.push(await this.#uploaded(entry));
    return records;
  }

  async #uploaded(entry: CardEntry): Promise<UploadedRecord> {
    const request = this.journal.get(Buffer.from(entry.fields.nonce).toString('hex'));
    if (request === undefined) throw new Error('a record of a request that is not in the journal');
    const payment = await this.use((terminal) => terminal.paymentOf(readEnvelope(request).body, entry));
    return { request, decision: withChainByHash(payment.envelope), record: entry.record };
  }

  /** Envelope `card-upload` of everything, or of what `changes` say. */
  async upload(changes: Partial<CardUpload> = {}): Promise<Uint8Array> {
    const { challenge, counter, head, proof } = await this.use((terminal) => terminal.challenge());
    const upload: CardUpload = {
      userId: this.player.userId,
      cardId: this.cardId,
      challenge,
      counter,
      head,
      proof,
      records: changes.records ?? (await this.records()),
      loads: [],
      timeMs: this.started.time.nowMs,
      nonce: nextNonce(),
      audience: this.started.holder.keyHash,
      ...changes,
    };
    const signer = upload.loads.length > 0 ? this.player.pin : this.player.account;
    return sealEnvelope('card-upload', encodeCardUpload(upload), signer, []);
  }

  /** Posts an upload. */
  async send(changes: Partial<CardUpload> = {}): Promise<Response> {
    return post(this.started, '/v1/cards/uploads', await this.upload(changes));
  }

  async take(acknowledgement: Uint8Array): Promise<void> {
    await this.use((terminal) => terminal.credit(acknowledgement));
  }

  /** Upload, acknowledgement, credit. */
  async report(changes: Partial<CardUpload> = {}): Promise<UploadAcknowledgement> {
    const answer = await this.send(changes);
    if (answer.status !== 200) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
    const envelope = await bytesOf(answer);
    await this.take(envelope);
    return decodeUploadAcknowledgement(readEnvelope(envelope).body);
  }

  /** Reports everything and loads the prepaid purse. */
  recharge(amountMinor: bigint): Promise<UploadAcknowledgement> {
    return this.report({ loads: [{ purse: `prepaid-${this.player.currency}`, amountMinor }] });
  }

  /** Envelope `card-request`. */
  ask(ask: CardRequest['ask'], changes: Partial<CardRequest> = {}): Uint8Array {
    const request: CardRequest = {
      userId: this.player.userId,
      cardId: this.cardId,
      ask,
      timeMs: this.started.time.nowMs,
      nonce: nextNonce(),
      audience: this.started.holder.keyHash,
      ...changes,
    };
    return sealEnvelope('card-request', encodeCardRequest(request), this.player.account, []);
  }

  /** What the card says is in a purse. */
  async balance(purse?: string): Promise<bigint> {
    const { purses } = await this.use((terminal) => terminal.info());
    const found = purse === undefined ? purses[0] : purses.find((one) => one.purse === purse);
    if (found === undefined) throw new Error('no such purse');
    return found.balanceMinor;
  }
}
