/**
 * The wallet's side of a card. Every method is one exclusive transaction that begins with SELECT, so that nobody else's
 * commands come in between and nothing that was verified before is relied on; one that has verified the PIN ends with it.
 *
 * What goes wrong is a CardTerminalError (a ProtocolError): `code` says what it is, `charged` whether money may have moved.
 */
import {
  cardAuthenticateInput,
  cardPossessionInput,
  cardSealingKeyInput,
  decodePaymentRequest,
  equalBytes,
  type Alg,
  type CardIssue,
  type CardStanding,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { AID, CARD_LIMITS, DATA_OBJECTS, type CommandName } from '../applet/commands.ts';
import { authenticated, credited, loadReady, sealingKeyAnswer } from '../applet/exchanges.ts';
import { algorithmTemplate } from '../applet/issuing.ts';
import type { LayoutValue } from '../applet/layout.ts';
import { decodeCardFile, SELECT_WITHOUT_ANSWER, type CardFile } from '../applet/selection.ts';
import { SW } from '../applet/status-words.ts';
import { ReaderError, type CardConnection, type ReaderPort } from '../ports.ts';
import { Channel, type ChannelLimits, type Sent } from './channel.ts';
import { debitOver } from './debit.ts';
import { CardTerminalError, fromReader, fromStatus, isTriesLeft, malformed } from './errors.ts';
import {
  identityOf,
  readAnswer,
  readCertified,
  readInfo,
  readObject,
  readPurses,
  type CardFacts,
  type CardInfo,
} from './facts.ts';
import { decodeEntry, normalised, paymentOf, purchaseOf, type CardEntry, type CardPayment } from './payment.ts';
import { personaliseOver, withoutChain, type CardSecrets } from './personalisation.ts';
import { pinBlock, unblockBlock } from './pin-block.ts';

export interface CardTerminalOptions extends Partial<ChannelLimits> {
  /** Facts of cards seen before, by card id in hex: with them a payment is three commands after SELECT. */
  readonly remembered?: Map<string, CardFacts>;
}

/** Two seconds for a command and five for all that one method does, or for each record where it reads them all. */
const DEFAULT_LIMITS: ChannelLimits = { apduMs: 2_000, totalMs: 5_000, now: () => performance.now() };

export interface PayOptions {
  /** The purse to pay from; the first of the currency to be charged when left out. */
  readonly purse?: string;
  /** The card's PIN, 4 to 8 digits, where the card asks for it (CONSENT_REQUIRED). */
  readonly pin?: string;
}

/** Whether a PIN or unblock code was right; with no tries left it is CARD_LOCKED. */
export interface PinOutcome {
  readonly verified: boolean;
  readonly triesLeft: number;
}

/** An opened recharge: what an upload names, and the card's signature over it. */
export interface CardChallenge extends LayoutValue<typeof loadReady>, CardStanding {
  /** 64 bytes over `cardAuthenticateInput`. */
  readonly proof: Uint8Array;
}

export type CardCredit = LayoutValue<typeof credited>;

/** Opens a reader, works with its card, and leaves it reset, so that nobody finds a verified PIN. */
export async function withCard<T>(
  port: ReaderPort,
  reader: string,
  work: (terminal: CardTerminal) => Promise<T>,
  options: CardTerminalOptions = {},
): Promise<T> {
  let connection: CardConnection;
  try {
    connection = await port.connect(reader);
  } catch (error) {
    throw error instanceof ReaderError ? fromReader(error) : error;
  }
  try {
    return await work(new CardTerminal(connection, options));
  } finally {
    // A card that is gone is as good as reset; what the work has found out is worth more than this.
    await connection.close('reset').catch(() => undefined);
  }
}

export class CardTerminal {
  readonly #connection: CardConnection;
  readonly #limits: ChannelLimits;
  readonly #remembered: Map<string, CardFacts>;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(connection: CardConnection, { remembered = new Map(), ...limits }: CardTerminalOptions = {}) {
    this.#connection = connection;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#remembered = remembered;
  }

  /** What the card says of itself when it is selected; blank cards too. CARD_ABSENT when there is no purse on it. */
  select(): Promise<CardFile> {
    return this.#session((_, file) => Promise.resolve(file));
  }

  /** Everything that a personalised card tells: chain, purses, balances, counter, tries, parameters, rates. */
  info(): Promise<CardInfo> {
    return this.#session(async (channel, file) => {
      const info = await readInfo(channel, file);
      this.#remember({ card: info.card, purses: info.purses });
      return info;
    });
  }

  verifyPin(pin: string): Promise<PinOutcome> {
    return this.#withSecret('VERIFY', pinBlock(pin));
  }

  changePin(pin: string, newPin: string): Promise<PinOutcome> {
    return this.#withSecret('CHANGE_REFERENCE_DATA', joined(pinBlock(pin), pinBlock(newPin)));
  }

  /** A new PIN by the unblock code (8 digits); `triesLeft` is the code's. */
  unblock(code: string, newPin: string): Promise<PinOutcome> {
    return this.#withSecret('RESET_RETRY_COUNTER', joined(unblockBlock(code), pinBlock(newPin)));
  }

  /**
   * Pays what the body of message 2 asks for. A decision comes back, approved or refused, verified, with the card's chain;
   * asked again, the same one. Throws CONSENT_REQUIRED when the card wants its PIN and nothing else has happened, and
   * CARD_TORN with `charged: unknown` when only asking this card again can tell.
   */
  pay(requestBody: Uint8Array, { purse, pin }: PayOptions = {}): Promise<CardPayment> {
    return this.#session(async (channel, file) => {
      const { chargeCurrency } = decodePaymentRequest(requestBody);
      const isMeant = (one: CardFacts['purses'][number]): boolean =>
        purse === undefined ? one.currency === chargeCurrency : one.purse === purse;
      const { card, purses } = await this.#facts(channel, file, isMeant);
      const position = purses.findIndex(isMeant);
      const meant = purses[position];
      if (meant === undefined)
        throw new CardTerminalError('OFFER_CURRENCY', `card: no purse ${purse ?? `of ${chargeCurrency}`}`, {
          charged: 'no',
        });
      const purchase = purchaseOf(requestBody, position);
      if (pin !== undefined) await this.#requirePin(channel, pin);
      const entry = await debitOver(channel, purchase, meant.purse);
      return readAnswer('DEBIT_FOR_PURCHASE', () => paymentOf(requestBody, entry, card));
    });
  }

  /**
   * The stored decision of a request, or `undefined` when the card has none: it never arrived or, for an offer up to
   * `clearedThroughMs`, an upload has cleared it. Throws RECORD_GAP with `charged: unknown` where the card knows that.
   */
  proof(requestBody: Uint8Array): Promise<CardPayment | undefined> {
    return this.#session(async (channel, file) => {
      const { nonce } = decodePaymentRequest(requestBody);
      const { data, statusWord } = await channel.send('GET_TRANSACTION_PROOF', { data: nonce });
      if (statusWord === SW.NOT_FOUND) return undefined;
      if (statusWord !== SW.OK) throw fromStatus(statusWord, 'GET_TRANSACTION_PROOF');
      const entry = readAnswer('GET_TRANSACTION_PROOF', () => decodeEntry(data));
      const { card } = await this.#facts(channel, file);
      return paymentOf(requestBody, entry, card);
    });
  }

  /**
   * The records that no upload has cleared, oldest first; as long as each comes in time, there is time for all of them.
   * RECORD_GAP when they are not one chain.
   */
  records(): Promise<readonly CardEntry[]> {
    return this.#session(async (channel) => {
      const newestFirst: CardEntry[] = [];
      while (newestFirst.length < CARD_LIMITS.recordsMax) {
        const { data, statusWord } = await channel.send('READ_RECORD', { p1: newestFirst.length + 1 });
        if (statusWord === SW.NO_RECORD) break;
        if (statusWord !== SW.OK) throw fromStatus(statusWord, 'READ_RECORD');
        newestFirst.push(readAnswer('READ_RECORD', () => decodeEntry(data)));
        channel.stepDone();
      }
      return requireOneChain(newestFirst.reverse());
    });
  }

  /** Message 3 of a record, from the request that it answers: what an upload needs of payments whose answer was lost. */
  paymentOf(requestBody: Uint8Array, entry: CardEntry): Promise<CardPayment> {
    return this.#session(async (channel, file) =>
      paymentOf(requestBody, entry, (await this.#facts(channel, file)).card),
    );
  }

  /** Opens a recharge, or finds the open one again: the card's own challenge, and its signature over it. */
  challenge(): Promise<CardChallenge> {
    return this.#session(async (channel, file) => {
      const bytes = await channel.ask('INITIALIZE_FOR_LOAD');
      const ready = readAnswer('INITIALIZE_FOR_LOAD', () => loadReady.decode(bytes));
      const { proof, ...standing } = await this.#authenticate(channel, file, ready.challenge);
      return { ...ready, ...standing, proof };
    });
  }

  /** The card's signature over a challenge (16 bytes) with its id, counter and head, verified. */
  authenticate(challenge: Uint8Array): Promise<CardStanding & { readonly proof: Uint8Array }> {
    return this.#session((channel, file) => this.#authenticate(channel, file, challenge));
  }

  /** Gives the card an envelope `upload-acknowledgement`. The last one again is answered as before. */
  credit(acknowledgement: Uint8Array): Promise<CardCredit> {
    return this.#session(async (channel) => {
      const bytes = await channel.ask('CREDIT_FOR_LOAD', { data: withoutChain(acknowledgement) });
      return readAnswer('CREDIT_FOR_LOAD', () => credited.decode(bytes));
    });
  }

  /** Gives the card newer `card-parameters`. */
  async putParameters(envelope: Uint8Array): Promise<void> {
    await this.#session((channel) => channel.ask('PUT_PARAMETERS', { data: withoutChain(envelope) }));
    this.#remembered.clear(); // purses may have been added
  }

  /** Gives the card a newer `rate-table`, by its own issuer. */
  async putRates(envelope: Uint8Array): Promise<void> {
    await this.#session((channel) => channel.ask('PUT_RATES', { data: withoutChain(envelope) }));
  }

  /** What content keys are sealed to (X25519), and the card's signature over it, verified. */
  sealingKey(): Promise<{ readonly sealingKey: Uint8Array; readonly proof: Uint8Array }> {
    return this.#session(async (channel, file) => {
      const { cardId, spki } = identityOf(file);
      const bytes = await readObject(channel, DATA_OBJECTS.SEALING_KEY);
      const { sealingKey, signature } = readAnswer('GET_DATA', () => sealingKeyAnswer.decode(bytes));
      const proof = this.#verified('GET_DATA', spki, cardSealingKeyInput(cardId, sealingKey), signature);
      return { sealingKey, proof };
    });
  }

  /** Gives the card its content keys anew, an envelope `card-keys`. */
  async putContentKeys(envelope: Uint8Array): Promise<void> {
    await this.#session((channel) => channel.ask('PUT_CONTENT_KEYS', { data: withoutChain(envelope) }));
  }

  /** Has a blank card make its key; its SPKI, DER. The same again until it is personalised. */
  generateKey(alg: Alg): Promise<Uint8Array> {
    return this.#session((channel) => channel.ask('GENERATE_KEY_PAIR', { data: algorithmTemplate(alg) }));
  }

  /** The proof of possession for a `card-application`: 64 bytes over `cardPossessionInput`, verified. */
  possession(challenge: Uint8Array): Promise<Uint8Array> {
    return this.#session(async (channel, { spki }) => {
      const signed = await channel.ask('PROVE_POSSESSION', { data: challenge });
      if (spki === undefined) throw malformed('PROVE_POSSESSION', 'a proof without a key');
      return this.#verified('PROVE_POSSESSION', spki, cardPossessionInput(challenge, spki), signed);
    });
  }

  /**
   * Makes a keyed card a purse, for good, and reads back what it has become. Taken up again after a tear, it finds what is done.
   * Throws BAD_SIGNATURE for an issue whose chain does not hold, CARD_STATE for a card that has become another than was meant.
   */
  personalise(issue: CardIssue, secrets: CardSecrets): Promise<void> {
    return this.#session((channel, file) => personaliseOver(channel, file, issue, secrets));
  }

  /** One after the other: a connection has one transaction at a time. */
  #session<T>(work: (channel: Channel, file: CardFile) => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#transaction(work));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** What came of the work stands, good or bad, even when the reader was lost while it let the card go. */
  async #transaction<T>(work: (channel: Channel, file: CardFile) => Promise<T>): Promise<T> {
    let done: { readonly value: T } | { readonly fault: unknown } | undefined;
    try {
      await this.#connection.exclusive(async () => {
        done = await outcomeOf(() => this.#selected(work));
      });
    } catch (error) {
      if (done === undefined) throw error instanceof ReaderError ? fromReader(error) : error;
    }
    if (done === undefined) throw new TypeError('exclusive: ended without doing the work');
    if ('fault' in done) throw done.fault;
    return done.value;
  }

  async #selected<T>(work: (channel: Channel, file: CardFile) => Promise<T>): Promise<T> {
    const channel = new Channel(this.#connection, this.#limits);
    const selected = await channel.ask('SELECT', { data: AID });
    const file = readAnswer('SELECT', () => decodeCardFile(selected));
    try {
      return await work(channel, file);
    } finally {
      if (channel.hasVerified) await this.#forgetPin();
    }
  }

  /** Between this session and the reset of the card another program may have its turn: no PIN is left for it to find. */
  async #forgetPin(): Promise<void> {
    const channel = new Channel(this.#connection, this.#limits); // with time of its own, were the session's used up
    await channel.send('SELECT', { p2: SELECT_WITHOUT_ANSWER, data: AID }).catch(() => undefined);
  }

  /** Chain and purses: remembered, or read when the card is new or `needed` is none of the purses that it had. */
  async #facts(
    channel: Channel,
    file: CardFile,
    needed: (purse: CardFacts['purses'][number]) => boolean = () => true,
  ): Promise<CardFacts> {
    const { cardId, spki } = identityOf(file);
    const known = this.#remembered.get(nameOf(cardId));
    if (known !== undefined && equalBytes(known.card.spki, spki) && known.purses.some(needed)) return known;
    const purses = await readPurses(channel);
    return this.#remember({ card: await readCertified(channel, file), purses });
  }

  #remember({ card, purses }: CardFacts): CardFacts {
    const facts = { card, purses: purses.map(({ purse, currency }) => ({ purse, currency })) };
    this.#remembered.set(nameOf(card.cardId), facts);
    return facts;
  }

  #withSecret(command: CommandName, data: Uint8Array): Promise<PinOutcome> {
    return this.#session((channel) => sendSecret(channel, command, { data }));
  }

  async #requirePin(channel: Channel, pin: string): Promise<void> {
    const { statusWord } = await channel.send('VERIFY', { data: pinBlock(pin) });
    if (statusWord !== SW.OK) throw fromStatus(statusWord, 'VERIFY');
  }

  async #authenticate(channel: Channel, file: CardFile, challenge: Uint8Array) {
    const { cardId, spki } = identityOf(file);
    const bytes = await channel.ask('INTERNAL_AUTHENTICATE', { data: challenge });
    const { counter, head, signature } = readAnswer('INTERNAL_AUTHENTICATE', () => authenticated.decode(bytes));
    const standing = { cardId, counter, head };
    const input = cardAuthenticateInput(challenge, standing);
    return { ...standing, proof: this.#verified('INTERNAL_AUTHENTICATE', spki, input, signature) };
  }

  #verified(command: CommandName, spki: Uint8Array, input: Uint8Array, signed: Uint8Array): Uint8Array {
    const signature = readAnswer(command, () => normalised(signed, spki));
    if (!readAnswer(command, () => nativeVerifySignature(spki, input, signature)))
      throw malformed(command, "not signed with the card's key");
    return signature;
  }
}

/** A right secret has all its tries again. */
async function sendSecret(channel: Channel, command: CommandName, sent: Sent): Promise<PinOutcome> {
  const { statusWord } = await channel.send(command, sent);
  if (isTriesLeft(statusWord)) return { verified: false, triesLeft: statusWord & 0x0f };
  if (statusWord !== SW.OK) throw fromStatus(statusWord, command);
  const tries = command === 'RESET_RETRY_COUNTER' ? CARD_LIMITS.unblockTries : CARD_LIMITS.pinTries;
  return { verified: true, triesLeft: tries };
}

/** Of two things that may go wrong, the work itself and letting the card go, the work is what is told. */
const outcomeOf = <T>(work: () => Promise<T>): Promise<{ readonly value: T } | { readonly fault: unknown }> =>
  work().then(
    (value) => ({ value }),
    (fault: unknown) => ({ fault }),
  );

function requireOneChain(entries: readonly CardEntry[]): readonly CardEntry[] {
  entries.forEach(({ fields }, i) => {
    const before = entries[i - 1];
    const follows =
      before === undefined ||
      (fields.counter === before.fields.counter + 1 && equalBytes(fields.previous, before.head));
    if (!follows)
      throw new CardTerminalError('RECORD_GAP', `card: record ${fields.counter} does not follow`, { charged: 'no' });
  });
  return entries;
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => Uint8Array.from([...a, ...b]);
const nameOf = (cardId: Uint8Array): string => Buffer.from(cardId).toString('hex');
