/**
 * The link with the wallet: one WebSocket, mutual challenge-response, reconnection with back-off. The order of frames is
 * in `docs/internals/contracts.md`; the codec and the proof come with the verifier, so that the entry stays small.
 */
import type { Frame, FrameFields, FrameKind } from '@coinslot/protocol/link';
import type { Verifier } from '../verifier.ts';
import type {
  Clock,
  LinkSocket,
  LoopbackPermission,
  LoopbackPermissionPort,
  OpenSocket,
  RandomBytes,
  Store,
} from './ports.ts';
import type { LinkState } from './types.ts';

/** Wallet absent, or permission not given, is reported within this time. */
export const REACH_TIMEOUT_MS = 3_000;
const BACK_OFF_FIRST_MS = 500;
const BACK_OFF_MOST_MS = 30_000;
/** The wallet's own close code for a game the player has refused, or whose proof is wrong. */
const CLOSE_REFUSED = 4403;
const SECRET_BYTES = 32;

export interface LinkOptions {
  /** Default: the wallet's own, 8373. */
  readonly port: number | undefined;
  readonly origin: string;
  readonly locale: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly store: Store;
  readonly openSocket: OpenSocket;
  readonly permission: LoopbackPermissionPort;
  readonly verifier: () => Promise<Verifier>;
  /** Frames after the hand-shake. */
  readonly onFrame: (frame: Frame) => void;
  readonly onState: (state: LinkState, payments: 'on' | 'off') => void;
  /** Every frame both ways, hand-shake included. */
  readonly onPassed: (direction: 'game→wallet' | 'wallet→game', frame: Frame, bytes: Uint8Array) => void;
  readonly onProblem: (error: unknown) => void;
}

export class WalletLink {
  readonly #options: LinkOptions;
  #state: LinkState = 'off';
  #payments: 'on' | 'off' = 'on';
  #locale: string | undefined;
  #socket: LinkSocket | undefined;
  #verifier: Verifier | undefined;
  #secret: Uint8Array | undefined;
  /** Ours and the wallet's, of this connection. */
  #challenges: { game: Uint8Array; wallet: Uint8Array } | undefined;
  #permission: LoopbackPermission = 'unknown';
  /** The next attempt may raise the browser's question. */
  #mayAsk = false;
  /** Typed in by the player, for the next attempt only. */
  #code: string | undefined;
  #isByCode = false;
  #isMisplaced = false;
  #attempt = 0;
  #failures = 0;
  #closed = false;
  #callOffRetry: (() => void) | undefined;
  #callOffHandshake: (() => void) | undefined;
  readonly #waiting = new Set<(state: LinkState) => void>();

  constructor(options: LinkOptions) {
    this.#options = options;
    options.permission.onChange(() => void this.#permissionChanged());
  }

  get state(): LinkState {
    return this.#state;
  }

  /** What the browser said last about reaching the wallet. */
  get permission(): LoopbackPermission {
    return this.#permission;
  }

  /** The language the wallet speaks, once it has said so. */
  get locale(): string | undefined {
    return this.#locale;
  }

  get payments(): 'on' | 'off' {
    return this.#payments;
  }

  /** Whether this game was paired before, so that connecting asks the player nothing. */
  async isPaired(): Promise<boolean> {
    return (await this.#readSecret()) !== undefined;
  }

  /**
   * Connects if need be and answers with where that led within three seconds: never `off` or `connecting`. Where the browser
   * would ask the player first it does not try, unless `mayAsk`: its question comes when the player expects one.
   */
  reach(mayAsk = false): Promise<LinkState> {
    if (this.#state === 'ready' || this.#state === 'pairing') return Promise.resolve(this.#state);
    // The browser's question still stands, and the socket waits for its answer.
    if (this.#state === 'permission' && this.#socket !== undefined) return Promise.resolve(this.#state);
    this.#mayAsk ||= mayAsk;
    return this.#reachNow();
  }

  /** First contact of a game that is no web page, by a code of the wallet's page. */
  async pairByCode(typed: string): Promise<LinkState> {
    const { verifier, origin, onProblem } = this.#options;
    try {
      const { isNative, readLinkCode } = await verifier();
      const code = readLinkCode(typed);
      if (!isNative(origin) || code === undefined) return isNative(origin) ? 'needs-code' : await this.reach();
      if (this.#state === 'ready') return this.#state;
      this.#code = code;
      // Whatever is being tried without it is given up.
      this.#enter('off');
      return await this.#reachNow();
    } catch (error) {
      onProblem(error);
      return 'needs-code';
    }
  }

  async #reachNow(): Promise<LinkState> {
    if (this.#closed) return 'absent';
    const settled = new Promise<LinkState>((resolve) => this.#waiting.add(resolve));
    const callOff = this.#options.clock.after(REACH_TIMEOUT_MS, () => void this.#giveUpWaiting());
    if (this.#state !== 'connecting') void this.#connect();
    const state = await settled;
    callOff();
    return state;
  }

  /** Sends a frame; false when the link is not open, and then nothing was sent. */
  send<K extends FrameKind>(kind: K, fields: FrameFields<K>): boolean {
    if (this.#state !== 'ready') return false;
    this.#send(kind, fields);
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#drop();
    this.#enter('off');
  }

  // ---------------------------------------------------------------- connecting

  async #connect(): Promise<void> {
    const attempt = ++this.#attempt;
    this.#drop();
    this.#enter('connecting');
    const [mayAsk, code] = [this.#mayAsk, this.#code];
    this.#mayAsk = false;
    this.#code = undefined;
    try {
      this.#verifier = await this.#options.verifier();
      this.#secret = await this.#readSecret();
      this.#permission = await this.#options.permission.read();
      if (attempt !== this.#attempt || this.#closed) return;
      const barrier = this.#barrier(this.#verifier, mayAsk, code);
      if (barrier !== undefined) return this.#settle(barrier);
      this.#isByCode = code !== undefined;
      this.#open(this.#verifier, attempt, code);
    } catch (error) {
      this.#options.onProblem(error);
      if (attempt === this.#attempt) this.#settle('absent');
    }
  }

  /** What is known to stand in the way before anything is sent. */
  #barrier(verifier: Verifier, mayAsk: boolean, code: string | undefined): LinkState | undefined {
    const { origin, onProblem } = this.#options;
    const place = verifier.placeOf(origin);
    if (!verifier.origins().includes(place)) {
      if (!this.#isMisplaced)
        onProblem(new Error(`the price list was not signed for ${place}: add it to game.origins`));
      this.#isMisplaced = true;
      return 'absent';
    }
    if (verifier.isNative(origin) && this.#secret === undefined && code === undefined) return 'needs-code';
    if (this.#permission === 'denied' || this.#permission === 'unfit') return 'permission';
    return this.#permission === 'prompt' && !mayAsk ? 'permission' : undefined;
  }

  #open(verifier: Verifier, attempt: number, code: string | undefined): void {
    const { port, origin, openSocket, clock } = this.#options;
    const subprotocols: string[] = [...verifier.subprotocols];
    if (code !== undefined) subprotocols.push(verifier.passBy(code));
    else if (verifier.isNative(origin) && this.#secret !== undefined)
      subprotocols.push(verifier.doorPass(this.#secret));
    this.#socket = openSocket(verifier.walletUrl(port), subprotocols, {
      message: (bytes) => attempt === this.#attempt && this.#receive(bytes),
      closed: (closeCode) => attempt === this.#attempt && void this.#lost(closeCode),
    });
    this.#callOffHandshake = clock.after(REACH_TIMEOUT_MS, () => void this.#tookTooLong());
  }

  async #lost(code: number): Promise<void> {
    const attempt = this.#attempt;
    const waited = this.#state === 'connecting' || this.#state === 'permission';
    const proved = this.#challenges !== undefined;
    this.#drop();
    if (code === CLOSE_REFUSED) {
      // While proving: the wallet does not know this secret, and the next attempt is a first contact. Otherwise the player
      // said no, or blocked the game: only a player who asks for something makes it knock again.
      if (!proved) return this.#settle('refused');
      await this.#forgetSecret();
    }
    const state = waited ? await this.#absentOrPermission() : 'absent';
    if (attempt !== this.#attempt) return;
    // A code that the wallet did not take looks from here just like a wallet that is not there.
    this.#settle(waited && this.#isByCode ? 'needs-code' : state);
    this.#retryLater();
  }

  /**
   * Nothing came in time. A wallet that greeted and is silent since has something to ask the player on its page; a browser
   * whose question still stands is waited for as well.
   */
  async #tookTooLong(): Promise<void> {
    if (this.#challenges !== undefined) return this.#settle('pairing');
    const attempt = this.#attempt;
    this.#permission = await this.#options.permission.read();
    if (attempt !== this.#attempt || this.#state !== 'connecting') return;
    if (this.#permission === 'prompt') this.#settle('permission');
    else void this.#lost(0);
  }

  async #absentOrPermission(): Promise<LinkState> {
    this.#permission = await this.#options.permission.read();
    return this.#permission === 'granted' || this.#permission === 'unknown' ? 'absent' : 'permission';
  }

  async #giveUpWaiting(): Promise<void> {
    const state = await this.#absentOrPermission();
    if (this.#state === 'connecting') this.#answerWaiting(state);
  }

  /** The player answered the browser, or changed their mind in its settings: no reload is needed. */
  async #permissionChanged(): Promise<void> {
    const state = await this.#absentOrPermission();
    if (this.#closed || this.#state !== 'permission') return;
    if (state === 'permission') this.#options.onState(this.#state, this.#payments);
    else if (this.#socket === undefined) void this.#connect();
  }

  #retryLater(): void {
    if (this.#closed || this.#callOffRetry !== undefined) return;
    const most = Math.min(BACK_OFF_MOST_MS, BACK_OFF_FIRST_MS * 2 ** this.#failures++);
    // Up to a quarter less, so that several tabs do not knock in step.
    const delayMs = most * (1 - this.#options.random(1)[0]! / 1024);
    this.#callOffRetry = this.#options.clock.after(delayMs, () => {
      this.#callOffRetry = undefined;
      void this.#connect();
    });
  }

  #drop(): void {
    this.#callOffRetry?.();
    this.#callOffHandshake?.();
    this.#callOffRetry = this.#callOffHandshake = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    this.#challenges = undefined;
    socket?.close();
  }

  // ---------------------------------------------------------------- hand-shake

  #receive(bytes: Uint8Array): void {
    try {
      const frame = this.#verifier!.decodeFrame(bytes);
      this.#options.onPassed('wallet→game', frame, frame.kind === 'paired' ? new Uint8Array() : bytes);
      if (frame.kind === 'hello') this.#greeted(frame);
      else if (frame.kind === 'paired') this.#keepSecret(frame.secret);
      else if (frame.kind === 'welcome') this.#welcomed(frame);
      else if (this.#state === 'ready') this.#hear(frame);
      else throw new Error(`${frame.kind}: too early`);
    } catch (error) {
      this.#options.onProblem(error);
      void this.#lost(0);
    }
  }

  #greeted({ state, challenge }: Extract<Frame, { kind: 'hello' }>): void {
    if (state === 'pairing') {
      this.#callOffHandshake?.();
      this.#challenges = undefined;
      return this.#settle('pairing');
    }
    const game = this.#options.random(32);
    this.#challenges = { game, wallet: challenge };
    const proof = this.#proof('game') ?? new Uint8Array();
    this.#send('prove', { challenge: game, proof, locale: this.#options.locale });
  }

  #welcomed({ proof, locale, payments }: Extract<Frame, { kind: 'welcome' }>): void {
    const expected = this.#proof('wallet');
    if (expected === undefined || !sameSecret(expected, proof))
      throw new Error('welcome: whoever listens on this port is not the wallet that was paired');
    this.#callOffHandshake?.();
    this.#failures = 0;
    this.#payments = payments;
    this.#locale = locale;
    this.#settle('ready');
  }

  #hear(frame: Frame): void {
    if (frame.kind === 'payments') {
      this.#payments = frame.state;
      this.#options.onState(this.#state, this.#payments);
    } else this.#options.onFrame(frame);
  }

  #proof(side: 'game' | 'wallet'): Uint8Array | undefined {
    if (this.#secret === undefined || this.#challenges === undefined) return undefined;
    const { game, wallet } = this.#challenges;
    const place = this.#verifier!.placeOf(this.#options.origin);
    return this.#verifier!.linkProof(this.#secret, side, game, wallet, place);
  }

  #send<K extends FrameKind>(kind: K, fields: FrameFields<K>): void {
    const bytes = this.#verifier!.encodeFrame(kind, fields);
    this.#socket?.send(bytes);
    this.#options.onPassed('game→wallet', { kind, ...fields } as Frame, bytes);
  }

  // ---------------------------------------------------------------- state and secret

  #settle(state: LinkState): void {
    this.#enter(state);
    this.#answerWaiting(state);
  }

  #answerWaiting(state: LinkState): void {
    for (const resolve of this.#waiting) resolve(state);
    this.#waiting.clear();
  }

  #enter(state: LinkState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState(state, this.#payments);
  }

  get #secretName(): string {
    return String(this.#options.port ?? 'default');
  }

  async #readSecret(): Promise<Uint8Array | undefined> {
    const kept = await this.#options.store.get('pairing', this.#secretName);
    // Storage is the player's to edit: what is no secret is none, and the game is paired again.
    return kept instanceof Uint8Array && kept.length === SECRET_BYTES ? kept : undefined;
  }

  /** A store that takes nothing costs only the next start a new pairing. */
  #keepSecret(secret: Uint8Array): void {
    this.#secret = secret;
    this.#options.store
      .put('pairing', this.#secretName, secret)
      .catch((error: unknown) => this.#options.onProblem(error));
  }

  async #forgetSecret(): Promise<void> {
    this.#secret = undefined;
    await this.#options.store
      .delete('pairing', this.#secretName)
      .catch((error: unknown) => this.#options.onProblem(error));
  }
}

/** Equality whose time does not tell where the first difference is. */
function sameSecret(a: Uint8Array, b: Uint8Array): boolean {
  let different = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) different |= a[i]! ^ (b[i] ?? 0);
  return different === 0;
}
