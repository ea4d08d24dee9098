/**
 * The wallet's and the payment server's role over a real WebSocket, with real keys: what the plugin is tested against. A
 * script bends it one act at a time, so that each test can show one lie or one fault.
 */
import type { AddressInfo } from 'node:net';
import {
  decodeOffer,
  decodeQuote,
  decodeTerms,
  encodePaymentDecision,
  encodeRestored,
  encodeShown,
  equalBytes,
  offerHash,
  readEnvelope,
  sealEnvelope,
  shownDigest,
  type PaymentDecision,
  type Quote,
  type Shown,
} from '@coinslot/protocol';
import {
  decodeFrame,
  encodeFrame,
  linkProof,
  LINK_SUBPROTOCOL,
  type Frame,
  type FrameFields,
  type FrameKind,
} from '@coinslot/protocol/link';
import { nativeSigner } from '@coinslot/protocol/node';
import { sealContentKey, sealingKeyOfSigner, type KeyHolder } from '@coinslot/protocol/sealing';
import { WebSocketServer, type WebSocket } from 'ws';
import { bytes16Of, makeCountersignature, seedOf, type Holder } from '../../lib/parties.ts';
import type { Content } from './content.ts';

/** One offer as it stands with the wallet. */
export interface Standing {
  readonly seq: number;
  readonly offer: Uint8Array;
  readonly shown: Uint8Array;
  decision?: Uint8Array;
}

/** A connection of a game, for scripts. */
export interface Line {
  send<K extends FrameKind>(kind: K, fields: FrameFields<K>): void;
  sendRaw(bytes: Uint8Array): void;
  drop(code?: number): void;
}

export interface Script {
  /** The player's answer to a pairing request; default: accepts at once. */
  pairing?: 'accept' | 'refuse' | 'wait';
  /** Instead of the proof that the secret gives. */
  proof?: (right: Uint8Array) => Uint8Array;
  payments?: 'on' | 'off';
  /** The wallet's language; default: English. */
  locale?: string;
  /** Instead of showing it. */
  onOffer?: (standing: Standing, line: Line) => void;
  /** Instead of deciding on it. */
  onAccept?: (standing: Standing, line: Line) => void;
  /** Bends what the wallet shows. */
  shown?: Partial<Shown>;
  /** Bends message 3. */
  decision?: Partial<PaymentDecision>;
  /** Signs message 3 in the server's place. */
  signer?: Holder;
  /** Bends the sealed message 3. */
  bend?: (decision: Uint8Array) => Uint8Array;
  onStatus?: (standing: Standing | undefined, seq: number, line: Line) => void;
  /** Bends the content key that goes to the game; `undefined` keeps it back. */
  contentKey?: (right: Uint8Array) => Uint8Array | undefined;
  onRestore?: (frame: Extract<Frame, { kind: 'restore' }>, line: Line) => void;
  /** The wallet's machine was lost: it has messages 3 again and the server's word for them, no messages 1 and no counts. */
  isRecovered?: boolean;
}

const PLAYER = nativeSigner(seedOf('player pseudonym'));
const decisionIdOf = (nonce: Uint8Array): Uint8Array => bytes16Of(`decision ${Buffer.from(nonce).toString('hex')}`);

export class WalletParty {
  readonly content: Content;
  readonly heard: Frame[] = [];
  readonly standings: Standing[] = [];
  script: Script = {};
  secret = seedOf('pairing secret');
  isPaired = false;
  readonly consumed = new Map<string, bigint>();
  readonly #nowMs: () => number;
  readonly #origin: string;
  #server: WebSocketServer | undefined;
  #port = 0;
  #lines = new Set<WebSocket>();
  #waiters: (() => void)[] = [];

  constructor(content: Content, nowMs: () => number, origin = 'http://127.0.0.1:8375') {
    this.content = content;
    this.#nowMs = nowMs;
    this.#origin = origin;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens; on the port it had before, when it was stopped. */
  async start(): Promise<void> {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: this.#port,
      handleProtocols: (offered) => (offered.has(LINK_SUBPROTOCOL) ? LINK_SUBPROTOCOL : false),
    });
    await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    server.on('connection', (socket) => this.#greet(socket));
  }

  async stop(): Promise<void> {
    this.dropAll();
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
  }

  dropAll(): void {
    for (const socket of this.#lines) socket.terminate();
    this.#lines.clear();
  }

  /** Sends to every game that is connected. */
  broadcast<K extends FrameKind>(kind: K, fields: FrameFields<K>): void {
    for (const socket of this.#lines) socket.send(encodeFrame(kind, fields));
  }

  /** The player accepts on the wallet's page what was asked while the script said `wait`. */
  acceptPairing(): void {
    for (const socket of this.#lines) this.#paired(socket, lineOf(socket));
  }

  /** Resolves when a frame of the kind has been heard `times` times in all. */
  async hears(kind: FrameKind, times = 1): Promise<void> {
    while (this.heard.filter((frame) => frame.kind === kind).length < times)
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  // ---------------------------------------------------------------- hand-shake

  readonly #challenges = new WeakMap<WebSocket, Uint8Array>();

  #greet(socket: WebSocket): void {
    this.#lines.add(socket);
    const line = lineOf(socket);
    socket.on('close', () => this.#lines.delete(socket));
    socket.on('message', (data: Buffer) => this.#hear(socket, decodeFrame(new Uint8Array(data)), line));
    if (this.isPaired) this.#challenge(socket, 'paired', line);
    else this.#askPlayer(socket, line);
  }

  #askPlayer(socket: WebSocket, line: Line): void {
    const answer = this.script.pairing ?? 'accept';
    this.#challenge(socket, 'pairing', line);
    if (answer === 'refuse') line.drop(4403);
    if (answer === 'accept') this.#paired(socket, line);
  }

  #paired(socket: WebSocket, line: Line): void {
    this.isPaired = true;
    line.send('paired', { secret: this.secret });
    this.#challenge(socket, 'paired', line);
  }

  #challenge(socket: WebSocket, state: 'paired' | 'pairing', line: Line): void {
    const challenge = crypto.getRandomValues(new Uint8Array(32));
    this.#challenges.set(socket, challenge);
    line.send('hello', { state, challenge });
  }

  #prove(socket: WebSocket, frame: Extract<Frame, { kind: 'prove' }>, line: Line): void {
    const own = this.#challenges.get(socket)!;
    if (frame.proof.length === 0) return this.#askPlayer(socket, line);
    const right = linkProof(this.secret, 'game', frame.challenge, own, this.#origin);
    if (!equalBytes(right, frame.proof)) return line.drop(4403);
    const proof = linkProof(this.secret, 'wallet', frame.challenge, own, this.#origin);
    const { proof: bend = (one) => one, payments = 'on', locale = 'en' } = this.script;
    line.send('welcome', { proof: bend(proof), locale, payments });
  }

  // ---------------------------------------------------------------- offers

  #hear(socket: WebSocket, frame: Frame, line: Line): void {
    this.heard.push(frame);
    if (frame.kind === 'prove') this.#prove(socket, frame, line);
    else if (frame.kind === 'offer') this.#offered(frame, line);
    else if (frame.kind === 'answer') this.#answered(frame, line);
    else if (frame.kind === 'status') this.#asked(frame, line);
    else if (frame.kind === 'restore') (this.script.onRestore ?? this.restore)(frame, line);
    else if (frame.kind === 'consumed')
      this.consumed.set(Buffer.from(frame.decisionId).toString('hex'), frame.consumed);
    for (const wake of this.#waiters.splice(0)) wake();
  }

  #offered({ seq, offer }: Extract<Frame, { kind: 'offer' }>, line: Line): void {
    const standing: Standing = { seq, offer, shown: encodeShown({ ...shownFor(offer), ...this.script.shown }) };
    this.standings.push(standing);
    if (this.script.onOffer !== undefined) this.script.onOffer(standing, line);
    else line.send('show', { seq, shown: standing.shown });
  }

  #answered({ seq, answer, shownDigest: digest }: Extract<Frame, { kind: 'answer' }>, line: Line): void {
    // Sessions count their questions anew: the latest of a number is meant.
    const standing = this.standings.findLast((one) => one.seq === seq);
    if (standing === undefined || !equalBytes(digest, shownDigest(standing.shown)))
      return line.send('refusal', { seq, code: 'CONSENT_STALE', charged: 'no', text: '', declined: undefined });
    if (answer === 'decline')
      return line.send('refusal', { seq, code: 'CONSENT_DENIED', charged: 'no', text: '', declined: undefined });
    if (this.script.onAccept !== undefined) return this.script.onAccept(standing, line);
    line.send('progress', { seq, state: 'paying' });
    const decision = this.decide(standing);
    this.#sendContentKey(standing, line);
    line.send('decision', { seq, decision });
  }

  // ---------------------------------------------------------------- what is sealed

  #sealed(quote: Quote, to: Uint8Array, holder: KeyHolder): Uint8Array | undefined {
    const { contentKey } = this.content;
    if (quote.contentKeyId === undefined || contentKey === undefined) return undefined;
    return sealContentKey(contentKey, holder, to, crypto.getRandomValues(new Uint8Array(32)));
  }

  /** The content key of a standing for a session of the game; what the script makes of it. */
  #contentKey({ offer: offerBytes }: Standing, sessionKey: Uint8Array): Uint8Array | undefined {
    const offer = decodeOffer(offerBytes);
    const quote = decodeQuote(readEnvelope(offer.quote).body);
    const right = this.#sealed(quote, sessionKey, { holder: 'session', decisionId: decisionIdOf(offer.nonce) });
    return right && (this.script.contentKey ?? ((one) => one))(right);
  }

  #sendContentKey(standing: Standing, line: Line): void {
    const { nonce, sessionKey } = decodeOffer(standing.offer);
    const sealedKey = this.#contentKey(standing, sessionKey);
    if (sealedKey !== undefined) line.send('content-key', { decisionId: decisionIdOf(nonce), sealedKey });
  }

  /** Message 3 on an offer: approved, unless the script bends it. */
  decide(standing: Standing): Uint8Array {
    standing.decision ??= this.#decisionOn(standing.offer);
    return standing.decision;
  }

  #decisionOn(offerBytes: Uint8Array): Uint8Array {
    const offer = decodeOffer(offerBytes);
    const quote = decodeQuote(readEnvelope(offer.quote).body);
    const signer = this.script.signer ?? this.content.server;
    const decision: PaymentDecision = {
      signer: signer.keyHash,
      outcome: 'approved',
      code: 'APPROVED',
      requestHash: seedOf('request'),
      offerHash: offerHash(offer.terms),
      gameId: quote.gameId,
      amountMinor: quote.amountMinor,
      currency: quote.currency,
      offerTimeMs: offer.offerTimeMs,
      nonce: offer.nonce,
      sessionKey: offer.sessionKey,
      playerKey: PLAYER.publicKey,
      chargedMinor: quote.amountMinor,
      chargedCurrency: quote.currency,
      rateTableId: 0,
      settlement: 'debited',
      purse: 'prepaid',
      decisionId: bytes16Of(`decision ${Buffer.from(offer.nonce).toString('hex')}`),
      timeMs: this.#nowMs(),
      card: undefined,
      sealedKey: this.#sealed(quote, sealingKeyOfSigner(PLAYER.publicKey), {
        holder: 'player',
        requestHash: seedOf('request'),
      }),
      ...this.script.decision,
    };
    const sealed = sealEnvelope('payment-decision', encodePaymentDecision(decision), signer.signer, signer.chain);
    return this.script.bend?.(sealed) ?? sealed;
  }

  #asked({ seq, nonce }: Extract<Frame, { kind: 'status' }>, line: Line): void {
    const standing = this.standings.find((one) => equalBytes(decodeOffer(one.offer).nonce, nonce));
    if (this.script.onStatus !== undefined) this.script.onStatus(standing, seq, line);
    else if (standing?.decision !== undefined) {
      this.#sendContentKey(standing, line);
      line.send('decision', { seq, decision: standing.decision });
    } else line.send('refusal', { seq, code: 'CONSENT_REQUIRED', charged: 'no', text: '', declined: undefined });
  }

  // ---------------------------------------------------------------- restore

  /** Hands over every decision that was made, two a frame. */
  readonly restore = ({ seq, challenge, sessionKey }: Extract<Frame, { kind: 'restore' }>, line: Line): void => {
    const all = this.standings.filter((one) => one.decision !== undefined);
    const envelopes = all.map((one) => this.restored(one, challenge, sessionKey));
    for (let i = 0; i === 0 || i < envelopes.length; i += 2)
      line.send('restored', { seq, restored: envelopes.slice(i, i + 2), more: i + 2 < envelopes.length ? 1 : 0 });
  };

  restored(standing: Standing, challenge: Uint8Array, sessionKey: Uint8Array): Uint8Array {
    const { nonce } = decodeOffer(standing.offer);
    const decisionId = bytes16Of(`decision ${Buffer.from(nonce).toString('hex')}`);
    const consumed = this.consumed.get(Buffer.from(decisionId).toString('hex')) ?? 0n;
    const isLost = this.script.isRecovered === true;
    const offer = isLost ? new Uint8Array() : standing.offer;
    const body = {
      challenge,
      decisionId,
      sessionKey,
      offer,
      decision: standing.decision!,
      consumed: isLost ? 0n : consumed,
      sealedKey: this.#contentKey(standing, sessionKey),
      countersigned: isLost
        ? makeCountersignature(this.content.server, standing.decision!, { timeMs: this.#nowMs() })
        : undefined,
    };
    return sealEnvelope('restored', encodeRestored(body), PLAYER, []);
  }
}

function lineOf(socket: WebSocket): Line {
  return {
    send: (kind, fields) => socket.send(encodeFrame(kind, fields)),
    sendRaw: (bytes) => socket.send(bytes),
    drop: (code) => socket.close(code),
  };
}

function shownFor(offerBytes: Uint8Array): Shown {
  const offer = decodeOffer(offerBytes);
  const { amountMinor, currency } = decodeQuote(readEnvelope(offer.quote).body);
  const { offerId } = decodeTerms(offer.terms);
  return {
    salt: bytes16Of('shown salt'),
    locale: 'en',
    direction: 'ltr',
    payee: 'Lumen Works',
    gameName: 'Demo Game',
    title: offerId,
    description: '',
    offerId,
    grant: 'Yours to keep',
    total: { amountMinor, currency, text: `${currency} ${Number(amountMinor) / 100}` },
    original: undefined,
    rateTableId: 0,
    rate: '',
    date: '1 March 2026',
    offerTimeMs: offer.offerTimeMs,
    refund: '',
    test: true,
    consent: 'press',
    sufficiency: 'enough',
  };
}
