/**
 * A card issuer of throwaway keys, cards that it personalises through their own commands, and payments for them. Keys come
 * from names, so that a test makes the same bytes again.
 */
import { createECDH, createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import {
  cardCertifier,
  issueCardIssuer,
  publicKeyOf,
  type CardCertifier,
  type CardToCertify,
} from '@coinslot/authority';
import {
  createApplet,
  memoryStore,
  virtualRack,
  withCard,
  type CardPayment,
  type CardStore,
  type CardTerminal,
  type CardTerminalOptions,
  type Icc,
  type PayOptions,
  type VirtualRack,
  type VirtualSlot,
} from '@coinslot/card';
import {
  ALG,
  encodeCardParameters,
  encodePaymentRequest,
  encodeRateTable,
  encodeUploadAcknowledgement,
  keyHash,
  sealEnvelope,
  spkiOf,
  type Alg,
  type CardIssue,
  type CardParameters,
  type PaymentRequest,
  type RateTable,
  type UploadAcknowledgement,
} from '@coinslot/protocol';
import { privateKeyFromSeed } from '@coinslot/protocol/node';
import { decodeResponse, encodeCommand, type Command, type Response } from '../../card/src/applet/apdu.ts';
import { AID, CHAIN_BIT, COMMANDS, type CommandName, type Header } from '../../card/src/applet/commands.ts';
import {
  bytes16Of,
  DAY_MS,
  makeOffer,
  makePlayer,
  makePublisher,
  makeTree,
  NOON_MS,
  seedOf,
  type OfferOptions,
} from '../lib/parties.ts';

export const PIN = '2468';
export const UNBLOCK_CODE = '13572468';
export const ALGS = [
  ['Ed25519', ALG.ed25519],
  ['P-256', ALG.p256],
] as const;

const tree = makeTree();
export const roots = tree.roots;
const player = makePlayer();
const publisher = makePublisher(tree);

function p256KeyFromSeed(seed: Uint8Array): KeyObject {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(seed);
  const point = pair.getPublicKey();
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const key = { kty: 'EC', crv: 'P-256', d: text(seed), x: text(point.subarray(1, 33)), y: text(point.subarray(33)) };
  return createPrivateKey({ key, format: 'jwk' });
}

/** A card issuer under the test authority, one per algorithm and name; with another key name, another that calls itself the same. */
export function makeCardIssuer(alg: Alg, name = 'issuer', keyName = name): CardCertifier {
  const seed = seedOf(`card issuer ${keyName} ${alg}`);
  const privateKey = alg === ALG.p256 ? p256KeyFromSeed(seed) : privateKeyFromSeed(seed);
  const subject = {
    name: { commonName: `Test Cards ${name}`, id: `cards-${name}-${alg}` },
    publicKey: publicKeyOf(privateKey),
  };
  const { notBeforeMs, notAfterMs, sint } = tree;
  const serial = Uint8Array.from([0x40, ...seed.slice(0, 7)]);
  const certificate = issueCardIssuer({ issuer: sint, subject, notBeforeMs, notAfterMs, serial });
  return cardCertifier({ chain: [certificate, sint.certificate], privateKey });
}

/** Random bytes that are the same in each run. */
export function seededRandom(name: string): (length: number) => Uint8Array {
  let calls = 0;
  return (length) => {
    const seed = `random ${name} ${calls++}`;
    const parts = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
      createHash('sha256').update(`${seed} ${i}`).digest(),
    );
    return Uint8Array.from(Buffer.concat(parts).subarray(0, length));
  };
}

/** Two purses: prepaid EUR, postpaid USD. A press may spend 1.00 without PIN, 3.00 and five times in a row. */
export function parametersFor(cardId: Uint8Array, changes: Partial<CardParameters> = {}): CardParameters {
  const caps = { noPinPaymentMaxMinor: 100n, noPinSumMaxMinor: 300n };
  return {
    cardId,
    number: 1,
    purses: [
      { purse: 'eur', currency: 'EUR', plan: 'prepaid', ceilingMinor: 5_000n, ...caps },
      { purse: 'usd', currency: 'USD', plan: 'postpaid', ceilingMinor: 1_000n, ...caps },
    ],
    noPinCountMax: 5,
    debitsPerRateTableMax: 20,
    debitsBetweenUploadsMax: 200,
    notAfterMs: NOON_MS + 60 * DAY_MS,
    timeMs: NOON_MS - DAY_MS,
    ...changes,
  };
}

/** No cap on payments without PIN, for tests that are about something else. */
export function freely(cardId: Uint8Array, changes: Partial<CardParameters> = {}): CardParameters {
  const parameters = parametersFor(cardId, { noPinCountMax: 65_535, ...changes });
  const caps = { noPinPaymentMaxMinor: 1_000_000n, noPinSumMaxMinor: 1_000_000_000n };
  return { ...parameters, purses: parameters.purses.map((purse) => ({ ...purse, ...caps })) };
}

export const ratesOf = (changes: Partial<RateTable> = {}): RateTable => ({
  id: 7,
  base: 'EUR',
  notBeforeMs: NOON_MS - DAY_MS,
  notAfterMs: NOON_MS + 7 * DAY_MS,
  rates: [
    { currency: 'USD', rateE8: 110_000_000n },
    { currency: 'JPY', rateE8: 16_000_000_000n },
  ],
  ...changes,
});

export interface CardOptions {
  readonly alg?: Alg;
  readonly name?: string;
  readonly store?: CardStore;
  readonly parameters?: (cardId: Uint8Array) => CardParameters;
  readonly rates?: RateTable;
  /** The most that the certificate lets one payment charge, in any currency of the tests. */
  readonly certifiedCeilingMinor?: bigint;
  readonly certificateNotAfterMs?: number;
}

/** What a payment of the tests says besides its nonce. */
export interface PaymentOptions extends Pick<OfferOptions, 'atMs'> {
  readonly amountMinor?: bigint;
  readonly currency?: string;
  readonly request?: Partial<PaymentRequest>;
}

/** Fifty who want the card at once all have their turn, on a slow machine too. */
const QUEUE_MS = 60_000;

/** A card with its issuer, in a reader of its own. */
export class CardRig {
  readonly alg: Alg;
  readonly cardId: Uint8Array;
  readonly issuer: CardCertifier;
  readonly store: CardStore;
  readonly rack: VirtualRack = virtualRack();
  readonly slot: VirtualSlot = this.rack.add('reader');
  readonly options: CardOptions;
  icc: Icc;
  spki: Uint8Array = new Uint8Array();
  #restarts = 0;

  private constructor(options: CardOptions) {
    const { alg = ALG.ed25519, name = 'card', store = memoryStore() } = options;
    this.options = options;
    this.alg = alg;
    this.store = store;
    this.cardId = bytes16Of(`card id ${name}`);
    this.issuer = makeCardIssuer(alg);
    this.icc = createApplet({ store, random: seededRandom(name) });
  }

  /** A card that nobody has given a key yet. */
  static async blank(options: CardOptions = {}): Promise<CardRig> {
    const rig = new CardRig(options);
    await rig.slot.insert(rig.icc);
    return rig;
  }

  /** A personalised card; prepaid purses are empty. */
  static async issued(options: CardOptions = {}): Promise<CardRig> {
    const rig = await CardRig.blank(options);
    await rig.use(async (terminal) => {
      rig.spki = await terminal.generateKey(rig.alg);
      await terminal.personalise(rig.cardIssue(), { pin: PIN, unblockCode: UNBLOCK_CODE });
    });
    return rig;
  }

  /** A personalised card with money in its first purse. */
  static async loaded(amountMinor: bigint, options: CardOptions = {}): Promise<CardRig> {
    const rig = await CardRig.issued(options);
    await rig.recharge({ credits: [{ purse: 'eur', amountMinor }] });
    return rig;
  }

  use<T>(work: (terminal: CardTerminal) => Promise<T>, options?: CardTerminalOptions): Promise<T> {
    return withCard(this.rack.client({ exclusiveMs: QUEUE_MS }), 'reader', work, options);
  }

  /** Takes the card out and puts another program at the same store in: what was not committed is gone. */
  async restart(store: CardStore = this.store): Promise<void> {
    this.slot.remove();
    this.icc = createApplet({ store, random: seededRandom(`${this.options.name} ${++this.#restarts}`) });
    await this.slot.insert(this.icc);
  }

  cardIssue(changes: Partial<CardIssue> = {}, issuer = this.issuer): CardIssue {
    const { parameters = parametersFor, rates = ratesOf() } = this.options;
    const certificate = this.certificate({}, issuer);
    return {
      userId: player.userId,
      applicationHash: seedOf('application'),
      cardId: this.cardId,
      chain: [certificate, ...issuer.chain],
      issuerKey: keySpki(issuer),
      parameters: this.parametersEnvelope(parameters(this.cardId), issuer),
      rates: this.ratesEnvelope(rates, issuer),
      ...changes,
    };
  }

  /** The card's certificate, DER. */
  certificate(changes: Partial<CardToCertify> = {}, issuer = this.issuer): Uint8Array {
    const { certifiedCeilingMinor = 100_000n, certificateNotAfterMs = NOON_MS + 90 * DAY_MS } = this.options;
    return issuer.certify({
      cardId: this.cardId,
      publicKey: this.spki,
      assurance: 'chip',
      ceilings: ['EUR', 'JPY', 'USD'].map((currency) => ({ currency, amountMinor: certifiedCeilingMinor })),
      notBeforeMs: NOON_MS - DAY_MS,
      notAfterMs: certificateNotAfterMs,
      serial: Uint8Array.of(0x41, 2, 3, 4, 5, 6, 7, 8),
      ...changes,
    });
  }

  parametersEnvelope(parameters: CardParameters, issuer = this.issuer): Uint8Array {
    return sealEnvelope('card-parameters', encodeCardParameters(parameters), issuer.signer, issuer.chain);
  }

  ratesEnvelope(rates: RateTable, issuer = this.issuer): Uint8Array {
    return sealEnvelope('rate-table', encodeRateTable(rates), issuer.signer, issuer.chain);
  }

  /** An acknowledgement of everything that the card has, with what `changes` say. */
  async acknowledgement(changes: Partial<UploadAcknowledgement> = {}, issuer = this.issuer): Promise<Uint8Array> {
    const { challenge, counter, head, acknowledgement } = await this.use((terminal) => terminal.challenge());
    const value: UploadAcknowledgement = {
      cardId: this.cardId,
      challenge,
      number: acknowledgement + 1,
      counter,
      head,
      credits: [],
      blocked: false,
      timeMs: NOON_MS,
      ...changes,
    };
    return sealEnvelope('upload-acknowledgement', encodeUploadAcknowledgement(value), issuer.signer, issuer.chain);
  }

  /** The whole exchange, as a server that books everything would end it. */
  async recharge(changes: Partial<UploadAcknowledgement> = {}): Promise<void> {
    const envelope = await this.acknowledgement(changes);
    await this.use((terminal) => terminal.credit(envelope));
  }

  /** Body of message 2. */
  request(nonce: string, options: PaymentOptions = {}): Uint8Array {
    const { amountMinor = 20n, currency = 'EUR', atMs = NOON_MS, request = {} } = options;
    const { offer } = makeOffer(publisher, { nonce, atMs, quote: { amountMinor, currency, cards: 'chip' } });
    return encodePaymentRequest({
      quote: offer.quote,
      offerTimeMs: offer.offerTimeMs,
      nonce: offer.nonce,
      userId: player.userId,
      publisherId: publisher.id,
      chargeMinor: amountMinor,
      chargeCurrency: currency,
      rateTableId: 0,
      shownDigest: seedOf('shown'),
      audience: keyHash(this.spki),
      consentPlace: 'overlay',
      deadlineMs: offer.offerTimeMs + 120_000,
      sessionKey: offer.sessionKey,
      playerKey: seedOf('pseudonym'),
      proof: 'press',
      ...request,
    });
  }

  pay(nonce: string, options: PaymentOptions & PayOptions = {}): Promise<CardPayment> {
    const { purse, pin, ...payment } = options;
    const how = { ...(purse !== undefined && { purse }), ...(pin !== undefined && { pin }) };
    return this.use((terminal) => terminal.pay(this.request(nonce, payment), how));
  }

  /** One command, straight to the card; its answer with all its parts. */
  async send(name: CommandName, sent: { p1?: number; p2?: number; data?: Uint8Array } = {}): Promise<Response> {
    const header: Header = COMMANDS[name];
    const { data = new Uint8Array() } = sent;
    const command = { cla: header.cla, ins: header.ins, p1: header.p1 ?? sent.p1 ?? 0, p2: header.p2 ?? sent.p2 ?? 0 };
    let at = 0;
    for (; data.length - at > 255; at += 255)
      await this.icc.transmit(
        encodeCommand({ ...command, cla: command.cla | CHAIN_BIT, data: data.subarray(at, at + 255), le: 0 }),
      );
    const transmit = async (one: Command) => decodeResponse(await this.icc.transmit(encodeCommand(one)));
    let answer = await transmit({ ...command, data: data.subarray(at), le: 256 });
    const parts = [answer.data];
    while (answer.statusWord >> 8 === 0x61) {
      answer = await transmit({ ...COMMANDS.GET_RESPONSE, data: new Uint8Array(), le: 256 });
      parts.push(answer.data);
    }
    return { data: Uint8Array.from(Buffer.concat(parts)), statusWord: answer.statusWord };
  }

  async powerOnAndSelect(): Promise<void> {
    await this.icc.powerOn();
    await this.send('SELECT', { data: AID });
  }
}

/** SPKI of a certifier's key. */
export const keySpki = ({ signer }: CardCertifier): Uint8Array => spkiOf(signer.publicKey);

/** Lower-case hex of a status word. */
export const word = (statusWord: number): string => statusWord.toString(16).padStart(4, '0');
