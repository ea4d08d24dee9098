/**
 * A card issuer before the real payment server: takes what is about cards itself, hands on everything else, and can go away.
 * It keeps no ledger: what is loaded comes from nowhere, up to a ceiling.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  ALG,
  cardApplicationHash,
  cardAuthenticateInput,
  cardChainStart,
  cardPossessionInput,
  cardRecordHash,
  decodeCardApplication,
  decodeCardRequest,
  decodeCardUpload,
  encodeCardIssue,
  encodeCardParameters,
  encodeCrls,
  encodeRateTable,
  encodeUploadAcknowledgement,
  readCertificate,
  readEnvelope,
  sealEnvelope,
  spkiOf,
  verifySignature,
  type Alg,
  type CardParameters,
  type CardUpload,
  type CodeName,
  type RateTable,
} from '@coinslot/protocol';
import { onTestFinished } from 'vitest';
import { bytes16Of, DAY_MS, makeCardIssuer } from '../lib/parties.ts';
import type { Market, Time } from './world.ts';

type Issuer = ReturnType<typeof makeCardIssuer>;

interface IssuedCard {
  readonly cardId: Uint8Array;
  readonly spki: Uint8Array;
  readonly serialHex: string;
  readonly issuer: Issuer;
  parameters: CardParameters;
  counter: number;
  head: Uint8Array;
  acknowledgements: number;
  /** By challenge, in hex. */
  readonly answers: Map<string, Uint8Array>;
  readonly uploads: CardUpload[];
  isBlocked: boolean;
}

const CAPS = { noPinPaymentMaxMinor: 100n, noPinSumMaxMinor: 300n };

export class CardFront {
  readonly cards: IssuedCard[] = [];
  /** Requests for the doors of cards, as `METHOD path`. */
  readonly asked: string[] = [];
  rates: RateTable;
  /** The next answer of this path is lost on the way, once what it says is done. */
  loseAnswerOf: string | undefined;
  /** Answers an upload with this code. */
  refuseUploads: CodeName | undefined;
  /** Ceilings of certificates to come. */
  ceilingMinor = 5_000n;
  crlNumber = 1;
  readonly #market: Market;
  readonly #time: Time;
  readonly #issuers: Record<Alg, Issuer>;
  #server: Server | undefined;
  #port = 0;

  constructor(market: Market, time: Time) {
    this.#market = market;
    this.#time = time;
    this.#issuers = { 1: makeCardIssuer(market.tree, ALG.ed25519), 2: makeCardIssuer(market.tree, ALG.p256) };
    this.rates = {
      id: 7,
      base: 'EUR',
      notBeforeMs: time.nowMs - DAY_MS,
      notAfterMs: time.nowMs + 7 * DAY_MS,
      rates: [{ currency: 'USD', rateE8: 110_000_000n }],
    };
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async goUp(): Promise<string> {
    const server = createServer((request, response) => void this.#take(request, response));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    const address = server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server = server;
    return this.url;
  }

  /** Nobody listens any more. */
  async goDown(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  /** Parameters for the newest card, numbered on. */
  changeParameters(change: Partial<CardParameters>): void {
    const card = this.cards.at(-1);
    if (card === undefined) throw new Error('no card was issued');
    card.parameters = { ...card.parameters, ...change, number: card.parameters.number + 1 };
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = new Uint8Array(Buffer.concat(parts));
    const url = new URL(request.url ?? '/', 'http://front');
    const isOurs = url.pathname.startsWith('/v1/cards') || url.pathname === '/v1/crls';
    if (!isOurs) return this.#handOn(request, body, response).catch(() => void response.destroy());
    this.asked.push(`${request.method} ${url.pathname}`);
    const { status, type, answer } = this.#answer(url, body);
    if (this.loseAnswerOf === url.pathname) {
      this.loseAnswerOf = undefined;
      return void response.destroy();
    }
    response.writeHead(status, { 'content-type': type }).end(answer);
  }

  #answer(url: URL, body: Uint8Array): { status: number; type: string; answer: Uint8Array } {
    const message = (answer: Uint8Array) => ({ status: 200, type: 'application/msgpack', answer });
    const json = (status: number, value: object) => ({
      status,
      type: 'application/json',
      answer: new TextEncoder().encode(JSON.stringify(value)),
    });
    switch (url.pathname) {
      case '/v1/cards':
        return message(this.#issue(body));
      case '/v1/cards/uploads':
        return this.refuseUploads ? json(409, { code: this.refuseUploads }) : message(this.#acknowledge(body));
      case '/v1/cards/parameters': {
        const card = this.#cardOf(decodeCardRequest(readEnvelope(body).body).cardId);
        return message(this.#sealed(card.issuer, 'card-parameters', encodeCardParameters(card.parameters)));
      }
      case '/v1/cards/rates': {
        const issuer = this.#issuers[Number(url.searchParams.get('alg')) as Alg];
        return message(this.#sealed(issuer, 'rate-table', encodeRateTable(this.rates)));
      }
      case '/v1/cards/lost': {
        const card = this.#cardOf(decodeCardRequest(readEnvelope(body).body).cardId);
        card.isBlocked = true;
        this.crlNumber += 1;
        return json(200, { cardId: Buffer.from(card.cardId).toString('hex'), blocked: true });
      }
      case '/v1/crls':
        return message(encodeCrls([this.#blockedList(1), this.#blockedList(2)]));
      default:
        return json(404, {});
    }
  }

  #issue(envelope: Uint8Array): Uint8Array {
    const { body } = readEnvelope(envelope);
    const asked = decodeCardApplication(body);
    const alg = readCertificateAlg(asked.publicKey);
    const issuer = this.#issuers[alg];
    if (!verifySignature(asked.publicKey, cardPossessionInput(asked.nonce, asked.publicKey), asked.possession)) {
      throw new Error('no proof of possession');
    }
    const known = this.cards.find(({ spki }) => Buffer.compare(spki, asked.publicKey) === 0);
    const card = known ?? this.#certify(asked, issuer);
    const leaf = this.#leaves.get(card);
    if (leaf === undefined) throw new Error('no certificate');
    const issue = encodeCardIssue({
      userId: asked.userId,
      applicationHash: cardApplicationHash(body),
      cardId: card.cardId,
      chain: [leaf, ...issuer.chain],
      issuerKey: spkiOf(issuer.signer.publicKey),
      parameters: this.#sealed(issuer, 'card-parameters', encodeCardParameters(card.parameters)),
      rates: this.#sealed(issuer, 'rate-table', encodeRateTable(this.rates)),
    });
    return this.#sealed(issuer, 'card-issue', issue);
  }

  readonly #leaves = new Map<IssuedCard, Uint8Array>();

  #certify(asked: ReturnType<typeof decodeCardApplication>, issuer: Issuer): IssuedCard {
    const cardId = bytes16Of(`issued card ${this.cards.length} ${Buffer.from(asked.publicKey).toString('hex')}`);
    const nowMs = Math.floor(this.#time.nowMs / 1000) * 1000;
    const leaf = issuer.certifier.certify({
      cardId,
      publicKey: asked.publicKey,
      assurance: asked.assurance,
      ceilings: asked.purses.map(({ currency }) => ({ currency, amountMinor: this.ceilingMinor })),
      notBeforeMs: nowMs - 60_000,
      notAfterMs: nowMs + 80 * DAY_MS,
    });
    const card: IssuedCard = {
      cardId,
      spki: asked.publicKey,
      serialHex: readCertificate(leaf).serialHex,
      issuer,
      parameters: {
        cardId,
        number: 1,
        purses: asked.purses.map(({ currency, plan }) => ({
          purse: `${currency.toLowerCase()}-${plan}`,
          currency,
          plan,
          ceilingMinor: 5_000n,
          ...CAPS,
        })),
        noPinCountMax: 5,
        debitsPerRateTableMax: 20,
        debitsBetweenUploadsMax: 200,
        notAfterMs: nowMs + 80 * DAY_MS,
        timeMs: nowMs,
      },
      counter: 0,
      head: cardChainStart(),
      acknowledgements: 0,
      answers: new Map(),
      uploads: [],
      isBlocked: false,
    };
    this.cards.push(card);
    this.#leaves.set(card, leaf);
    return card;
  }

  #acknowledge(envelope: Uint8Array): Uint8Array {
    const upload = decodeCardUpload(readEnvelope(envelope).body);
    const card = this.#cardOf(upload.cardId);
    const name = Buffer.from(upload.challenge).toString('hex');
    const known = card.answers.get(name);
    if (known !== undefined) return known;
    const { challenge, cardId, counter, head, proof } = upload;
    if (!verifySignature(card.spki, cardAuthenticateInput(challenge, { cardId, counter, head }), proof)) {
      throw new Error('the card did not sign its standing');
    }
    for (const { record } of upload.records) {
      card.counter += 1;
      card.head = cardRecordHash(record);
    }
    card.uploads.push(upload);
    card.acknowledgements += 1;
    const body = encodeUploadAcknowledgement({
      cardId,
      challenge,
      number: card.acknowledgements,
      counter: card.counter,
      head: card.head,
      credits: upload.loads,
      blocked: card.isBlocked,
      timeMs: this.#time.nowMs,
    });
    const answer = this.#sealed(card.issuer, 'upload-acknowledgement', body);
    card.answers.set(name, answer);
    return answer;
  }

  #blockedList(alg: Alg): Uint8Array {
    const issuer = this.#issuers[alg];
    const nowMs = Math.floor(this.#time.nowMs / 1000) * 1000;
    const revoked = this.cards
      .filter((card) => card.issuer === issuer && card.isBlocked)
      .map(({ serialHex }) => ({ serialHex, revokedAtMs: nowMs }));
    return issuer.certifier.listRevoked({
      number: this.crlNumber,
      revoked,
      thisUpdateMs: nowMs,
      nextUpdateMs: nowMs + 7 * DAY_MS,
    });
  }

  #cardOf(cardId: Uint8Array): IssuedCard {
    const card = this.cards.find((one) => Buffer.compare(one.cardId, cardId) === 0);
    if (card === undefined) throw new Error('not a card of this issuer');
    return card;
  }

  #sealed(issuer: Issuer, type: Parameters<typeof sealEnvelope>[0], body: Uint8Array): Uint8Array {
    return sealEnvelope(type, body, issuer.signer, issuer.chain);
  }

  async #handOn(request: IncomingMessage, body: Uint8Array, response: ServerResponse): Promise<void> {
    const answer = await fetch(new URL(request.url ?? '/', this.#market.serverUrl), {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? '', accept: 'application/msgpack' },
      ...(request.method === 'POST' && { body: Buffer.from(body) }),
    });
    const type = answer.headers.get('content-type') ?? '';
    response.writeHead(answer.status, { 'content-type': type }).end(Buffer.from(await answer.arrayBuffer()));
  }
}

const readCertificateAlg = (spki: Uint8Array): Alg => (spki.length < 60 ? ALG.ed25519 : ALG.p256);

/** A front that is up; gone when the test ends. */
export async function startFront(market: Market, time: Time): Promise<CardFront> {
  const front = new CardFront(market, time);
  await front.goUp();
  onTestFinished(() => front.goDown());
  return front;
}
