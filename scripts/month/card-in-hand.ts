/** A player's card in the month: the real applet in a virtual reader, charged while on line, spent from without a network, brought back later. */
import { createApplet, memoryStore, virtualRack, withCard, type CardTerminal, type VirtualRack } from '@coinslot/card';
import {
  decodeCardIssue,
  encodeCardApplication,
  encodeCardUpload,
  encodePaymentRequest,
  keyHash,
  readEnvelope,
  sealEnvelope,
  spkiOf,
  withChainByHash,
  type Alg,
  type CardApplication,
  type CardUpload,
  type UploadedRecord,
} from '@coinslot/protocol';
import type { PaymentServer } from '@coinslot/server';
import type { MonthPlayer, World } from './world.ts';
import type { Ask } from './busy.ts';
import { requestFor, type Purchase } from './purchase.ts';

export interface CardSurroundings {
  readonly server: PaymentServer;
  readonly world: World;
  /** Asks again while the server is busy. */
  readonly ask: Ask;
  readonly random: (byteCount: number) => Uint8Array;
  readonly clock: () => number;
}

const PIN = '2468';
const UNBLOCK_CODE = '13572468';
/** Records of one upload: about 24 with their proofs fit a message. */
const RECORDS_PER_UPLOAD = 20;
const READER = 'reader';
/** The month's clock is its own: a busy machine must not make a card look dead. */
const PATIENT = { apduMs: 600_000, totalMs: 600_000, now: () => 0 };

export class CardInHand {
  readonly player: MonthPlayer;
  readonly #around: CardSurroundings;
  readonly #rack: VirtualRack = virtualRack();
  readonly #requests = new Map<string, Uint8Array>();
  #cardId: Uint8Array = new Uint8Array();
  #keyHash: Uint8Array = new Uint8Array();

  private constructor(player: MonthPlayer, around: CardSurroundings) {
    this.player = player;
    this.#around = around;
  }

  static async issued(player: MonthPlayer, alg: Alg, around: CardSurroundings): Promise<CardInHand> {
    const card = new CardInHand(player, around);
    await card.#rack.add(READER).insert(createApplet({ store: memoryStore(), random: around.random }));
    const nonce = around.random(16);
    const publicKey = await card.#use((terminal) => terminal.generateKey(alg));
    const possession = await card.#use((terminal) => terminal.possession(nonce));
    const application = card.#application({ nonce, publicKey, possession });
    const { issue } = await around.ask(() => around.server.service.cards.issue(application));
    const issued = decodeCardIssue(readEnvelope(issue).body);
    await card.#use((terminal) => terminal.personalise(issued, { pin: PIN, unblockCode: UNBLOCK_CODE }));
    card.#cardId = issued.cardId;
    card.#keyHash = keyHash(spkiOf((await card.#use((terminal) => terminal.select())).spki as Uint8Array));
    return card;
  }

  #use<T>(work: (terminal: CardTerminal) => Promise<T>): Promise<T> {
    return withCard(this.#rack.client(), READER, work, PATIENT);
  }

  #application(proof: Pick<CardApplication, 'nonce' | 'publicKey' | 'possession'>): Uint8Array {
    const { keys } = this.player;
    const application: CardApplication = {
      userId: keys.userId,
      assurance: 'chip',
      purses: [{ currency: keys.currency, plan: 'prepaid' }],
      audience: this.#around.world.server.keyHash,
      timeMs: this.#around.clock(),
      ...proof,
    };
    return sealEnvelope('card-application', encodeCardApplication(application), keys.account, []);
  }

  /** Pays without any network; false when the card refused. */
  async pay(purchase: Purchase): Promise<boolean> {
    const request = requestFor(purchase, { audience: this.#keyHash, proof: 'pin', rateTableId: 0 });
    const body = encodePaymentRequest(request);
    const envelope = sealEnvelope('payment-request', body, this.player.keys.pin, []);
    this.#requests.set(Buffer.from(request.nonce).toString('hex'), envelope);
    const { decision } = await this.#use((terminal) => terminal.pay(body, { pin: PIN }));
    return decision.outcome === 'approved';
  }

  /** Brings every record to the server, and loads the purse with the last of them. */
  async report(loadMinor = 0n): Promise<void> {
    for (;;) {
      const { challenge, counter, head, proof } = await this.#use((terminal) => terminal.challenge());
      const entries = await this.#use((terminal) => terminal.records());
      const isLast = entries.length <= RECORDS_PER_UPLOAD;
      const records: UploadedRecord[] = [];
      for (const entry of entries.slice(0, RECORDS_PER_UPLOAD)) {
        const request = this.#requests.get(Buffer.from(entry.fields.nonce).toString('hex'));
        if (request === undefined) throw new Error('a record of a request that nobody kept');
        const { envelope } = await this.#use((terminal) => terminal.paymentOf(readEnvelope(request).body, entry));
        records.push({ request, decision: withChainByHash(envelope), record: entry.record });
      }
      const loads =
        isLast && loadMinor > 0n ? [{ purse: `prepaid-${this.player.currency}`, amountMinor: loadMinor }] : [];
      await this.#send({ challenge, counter, head, proof, records, loads });
      if (isLast) return;
    }
  }

  async #send(part: Pick<CardUpload, 'challenge' | 'counter' | 'head' | 'proof' | 'records' | 'loads'>): Promise<void> {
    const { keys } = this.player;
    const { server, world, ask, random, clock } = this.#around;
    const who = { userId: keys.userId, cardId: this.#cardId, audience: world.server.keyHash };
    const upload: CardUpload = { ...part, ...who, timeMs: clock(), nonce: random(16) };
    const signer = part.loads.length > 0 ? keys.pin : keys.account;
    const envelope = sealEnvelope('card-upload', encodeCardUpload(upload), signer, []);
    const acknowledgement = await ask(() => server.service.cards.upload(envelope));
    await this.#use((terminal) => terminal.credit(acknowledgement));
  }
}
