/** All links: admits sockets, keeps their number and pace in bounds, and tells games what changed for them. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { ProtocolError } from '@coinslot/protocol';
import { LINK_SUBPROTOCOL, NATIVE_ORIGIN } from '@coinslot/protocol/link';
import { LIMITS } from '@coinslot/protocol';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Trust } from '../account/server-envelope.ts';
import type { ConsentDesk } from '../consent/desk.ts';
import { gameText } from '../journal/fairness-book.ts';
import type { Payment } from '../journal/payments.ts';
import { keyText, type Pairing } from '../journal/state.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Log, Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { Bucket } from './bucket.ts';
import { Consumption } from './consumption.ts';
import { admitGame, refuseBarely, type Admitted } from './doors.ts';
import { GameLink } from './game-link.ts';
import { CLOSE } from './handshake.ts';
import { LinkSecrets } from './link-secrets.ts';
import type { NativePasses } from './native-passes.ts';
import type { PairingDesk } from './pairing-desk.ts';

export interface LinkServerOptions {
  profile: Profile;
  pairing: PairingDesk;
  consent: ConsentDesk;
  trust: Trust;
  timers: Timers;
  log: Log;
  hosts: readonly string[];
  passes: NativePasses;
  /** Whether any payment can be made at all; a pause is known from the state. */
  canPay(): boolean;
  /** Revocation lists that the wallet holds now, DER. */
  crls(): readonly Uint8Array[];
  /** A game asks far too often. */
  onFlood(pairing: Pairing): void;
}

/** A socket that has not taken what was sent to it is not waited for. */
const UNSENT_BYTES_MAX = 1024 * 1024;

interface Session {
  startMs: number;
  /** When the last link of the game closed; `undefined` while one is open. */
  leftMs: number | undefined;
}

/** A game that was told to go and stays keeps no place. Spread, since the types of ws do not know it yet. */
const TOLD_TO_GO = { closeTimeout: WALLET_LIMITS.refusedSocketMs };

export class LinkServer {
  readonly #options: LinkServerOptions;
  readonly #sockets: WebSocketServer;
  readonly #links = new Set<GameLink>();
  readonly #secrets: LinkSecrets;
  readonly #consumption: Consumption;
  readonly #buckets = new Map<string, Bucket>();
  /** By game and not by pairing: who is paired again in between has not gone. */
  readonly #sessions = new Map<string, Session>();
  readonly #stopWatching: () => void;

  constructor(options: LinkServerOptions) {
    this.#options = options;
    this.#secrets = new LinkSecrets(options.profile);
    this.#consumption = new Consumption(options);
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: LIMITS.messageBytesMax,
      ...TOLD_TO_GO,
      handleProtocols: () => LINK_SUBPROTOCOL,
    });
    this.#stopWatching = options.profile.onChange(() => this.#update());
  }

  /** Games that are connected or waiting for the vault. */
  get games(): readonly { game: Admitted; pairing: Pairing | undefined; isWaitingForUnlock: boolean }[] {
    return [...this.#links].map(({ game, pairing, isWaitingForUnlock }) => ({ game, pairing, isWaitingForUnlock }));
  }

  /** An upgrade request. Refused ones get the same bare 403, whatever is wrong with them. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { profile, log, trust, hosts, passes } = this.#options;
    socket.on('error', () => socket.destroy());
    let game: Admitted;
    try {
      game = admitGame(request, { hosts, nowMs: profile.clock(), trust, passes });
      this.#requireRoom(game);
    } catch (fault) {
      if (!(fault instanceof ProtocolError)) log.error({ fault: String(fault) }, 'link: could not admit');
      else log.info({ code: fault.code, why: fault.message }, 'link: refused');
      refuseBarely(socket);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#connect(ws, game));
  }

  /** There are newer revocation lists: every game gets them. */
  sendCrls(): void {
    for (const link of this.#links) link.sendCrls();
  }

  /** A payment was undone: the games that it was for are told. */
  sendRefund(payment: Payment): void {
    for (const link of this.#links) link.sendRefund(payment);
  }

  /** Something was paid for that nobody waits for: the games that it was for may ask for it. */
  sendEntitled(payment: Payment): void {
    for (const link of this.#links) link.sendEntitled(payment);
  }

  /** The player ended a pairing: its links close, and its next contact is a first one. */
  revoked(pairing: Pairing): void {
    for (const link of [...this.#links]) if (keyText(link.game) === keyText(pairing)) link.close(CLOSE.refused);
  }

  close(): void {
    this.#stopWatching();
    for (const link of [...this.#links]) link.close(CLOSE.goingAway);
    this.#consumption.close();
    this.#sockets.close();
  }

  #requireRoom(game: Admitted): void {
    const ofOrigin = [...this.#links].filter((link) => placeOf(link.game) === placeOf(game)).length;
    if (this.#links.size >= WALLET_LIMITS.connectionsMax || ofOrigin >= WALLET_LIMITS.connectionsPerOriginMax) {
      throw new ProtocolError('RATE_LIMITED', 'too many connections');
    }
  }

  #connect(ws: WebSocket, game: Admitted): void {
    const { profile, pairing: desk, consent, timers, log } = this.#options;
    const link = new GameLink({
      game,
      wire: { send: (bytes) => sendOn(ws, bytes), close: (code) => ws.close(code) },
      profile,
      desk,
      consent,
      secrets: this.#secrets,
      consumption: this.#consumption,
      timers,
      log,
      payments: () => this.#payments(),
      crls: () => this.#options.crls(),
      sessionStart: (pairing) => this.#sessionStart(pairing),
      offerBucket: (pairing) => this.#bucketOf('offers', pairing),
      restoreBucket: (pairing) => this.#bucketOf('restores', pairing),
      onFlood: (pairing) => this.#options.onFlood(pairing),
    });
    this.#links.add(link);
    const stopPinging = this.#keepAlive(ws);
    ws.on('message', (bytes: Buffer, isBinary: boolean) => {
      if (isBinary) link.receive(new Uint8Array(bytes));
      else link.close(CLOSE.badFrame);
    });
    ws.on('ping', () => link.countPing());
    ws.on('pong', () => link.countPing());
    // ws closes the socket itself after a fault of the framing (1002, 1007, 1009).
    ws.on('error', (fault) => log.info({ fault: String(fault) }, 'link: socket fault'));
    ws.on('close', () => {
      stopPinging();
      this.#leave(link);
    });
    link.begin();
  }

  #leave(link: GameLink): void {
    const { pairing } = link;
    link.closed();
    this.#links.delete(link);
    if (pairing === undefined) return;
    const game = gameText(pairing);
    const isStillHere = [...this.#links].some((one) => one.pairing !== undefined && gameText(one.pairing) === game);
    const session = this.#sessions.get(game);
    if (session !== undefined && !isStillHere) session.leftMs = this.#options.profile.clock();
  }

  /** Pings; a socket without a sign of life since the last ping is cut. */
  #keepAlive(ws: WebSocket): () => void {
    const { timers } = this.#options;
    let isAlive = true;
    let callOff = (): void => undefined;
    const beat = (): void => {
      if (!isAlive) return ws.terminate();
      isAlive = false;
      ws.ping();
      callOff = timers.after(WALLET_LIMITS.pingMs, beat);
    };
    const alive = (): void => void (isAlive = true);
    ws.on('pong', alive);
    ws.on('message', alive);
    callOff = timers.after(WALLET_LIMITS.pingMs, beat);
    return () => callOff();
  }

  #payments(): 'on' | 'off' {
    return this.#options.canPay() && !this.#options.profile.state.isPaused ? 'on' : 'off';
  }

  #update(): void {
    for (const link of this.#links) link.updatePayments();
  }

  /** A game that comes back soon goes on with its session; its limit does not start again with a reload, nor with a new pairing. */
  #sessionStart(pairing: Pairing): number {
    const nowMs = this.#options.profile.clock();
    const session = this.#sessions.get(gameText(pairing));
    const goesOn =
      session !== undefined && (session.leftMs === undefined || nowMs - session.leftMs < WALLET_LIMITS.sessionGapMs);
    if (goesOn) {
      session.leftMs = undefined;
      return session.startMs;
    }
    this.#sessions.set(gameText(pairing), { startMs: nowMs, leftMs: undefined });
    return nowMs;
  }

  #bucketOf(what: 'offers' | 'restores', { idHex }: Pairing): Bucket {
    const name = `${what} ${idHex}`;
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const { offersBurst, offerEveryMs } = WALLET_LIMITS;
    const bucket = new Bucket(this.#options.profile.clock, offersBurst, offerEveryMs);
    this.#buckets.set(name, bucket);
    return bucket;
  }
}

/** Whose connections are counted together: an origin's; and each native game's, which all have the one name. */
const placeOf = (game: Admitted): string => (game.origin === NATIVE_ORIGIN ? keyText(game) : game.origin);

function sendOn(ws: WebSocket, bytes: Uint8Array): void {
  if (ws.readyState !== ws.OPEN) return;
  if (ws.bufferedAmount > UNSENT_BYTES_MAX) return ws.terminate();
  ws.send(bytes);
}
