/** A game on the wallet's link, as the plugin is one: Node's socket with a browser's headers. */
import {
  decodeShown,
  encodePairingHeader,
  sealEnvelope,
  shownDigest,
  type PairingHeader,
  type Shown,
} from '@coinslot/protocol';
import {
  decodeFrame,
  encodeFrame,
  LINK_HEADER_PREFIX,
  LINK_PASS_PREFIX,
  LINK_PATH,
  LINK_SUBPROTOCOL,
  linkDoorKey,
  linkProof,
  NATIVE_ORIGIN,
  type Frame,
  type FrameFields,
  type FrameKind,
} from '@coinslot/protocol/link';
import { WebSocket } from 'ws';
import { DAY_MS, NOON_MS, seedOf, type Holder } from '../lib/parties.ts';

export const ORIGIN = 'http://127.0.0.1:8375';

type FrameOf<K extends FrameKind> = Extract<Frame, { kind: K }>;

/** Envelope of a pairing header that lists the demo game's origin. */
export function makePairingHeader(publisher: Holder, fields: Partial<PairingHeader> = {}): Uint8Array {
  const header: PairingHeader = {
    publisherId: publisher.id,
    gameId: 'demo-game',
    gameName: 'Demo Game',
    origins: [ORIGIN, 'http://localhost:8375'],
    notBeforeMs: NOON_MS - DAY_MS,
    notAfterMs: NOON_MS + 30 * DAY_MS,
    ...fields,
  };
  return sealEnvelope('pairing-header', encodePairingHeader(header), publisher.signer, publisher.chain);
}

export const headerSubprotocol = (envelope: Uint8Array): string =>
  LINK_HEADER_PREFIX + Buffer.from(envelope).toString('base64url');

export interface GameOptions {
  port: number;
  header: Uint8Array;
  /** What the head says; `undefined` written out sends none. */
  origin?: string | undefined;
  /** A code or a door key, for a game that is no web page. */
  pass?: string;
}

/** What a native game that was paired shows at the door. */
export const doorPass = (secret: Uint8Array): string => Buffer.from(linkDoorKey(secret)).toString('base64url');

/** Waits for frames in the order in which they come; what nobody waits for is kept. */
export class GameClient {
  readonly #socket: WebSocket;
  readonly #origin: string;
  readonly #frames: Frame[] = [];
  readonly #waiting: { kinds: readonly (FrameKind | 'close')[]; resolve: (value: Frame | number) => void }[] = [];
  #closed: number | undefined;
  #seq = 0;
  secret: Uint8Array | undefined;

  private constructor(socket: WebSocket, origin: string) {
    this.#socket = socket;
    this.#origin = origin;
    socket.on('message', (bytes: Buffer) => this.#arrived(decodeFrame(new Uint8Array(bytes))));
    socket.on('close', (code) => {
      this.#closed = code;
      for (const one of this.#waiting.splice(0)) if (one.kinds.includes('close')) one.resolve(code);
    });
    socket.on('error', () => undefined);
  }

  /** Connects; rejects with the HTTP status when the wallet refuses. */
  static connect(options: GameOptions): Promise<GameClient> {
    const { port, header, pass } = options;
    const origin = 'origin' in options ? options.origin : ORIGIN;
    const url = `ws://127.0.0.1:${port}${LINK_PATH}`;
    const subprotocols = [LINK_SUBPROTOCOL, headerSubprotocol(header)];
    if (pass !== undefined) subprotocols.push(LINK_PASS_PREFIX + pass);
    const socket = new WebSocket(url, subprotocols, {
      ...(origin !== undefined && { origin }),
      perMessageDeflate: false,
    });
    const game = new GameClient(socket, pass === undefined ? (origin ?? '') : NATIVE_ORIGIN);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(game));
      socket.once('error', reject);
    });
  }

  nextSeq(): number {
    return ++this.#seq;
  }

  /** The next frame of a kind; others before it are left where they are. */
  next<K extends FrameKind>(kind: K): Promise<FrameOf<K>> {
    return this.nextOf(kind);
  }

  /** The next frame of any of these kinds. */
  nextOf<K extends FrameKind>(...kinds: readonly K[]): Promise<FrameOf<K>> {
    const isWanted = ({ kind }: Frame): boolean => (kinds as readonly FrameKind[]).includes(kind);
    const at = this.#frames.findIndex(isWanted);
    if (at >= 0) return Promise.resolve(this.#frames.splice(at, 1)[0] as FrameOf<K>);
    return new Promise((resolve) => this.#waiting.push({ kinds, resolve: (frame) => resolve(frame as FrameOf<K>) }));
  }

  /** Close code. */
  closed(): Promise<number> {
    if (this.#closed !== undefined) return Promise.resolve(this.#closed);
    return new Promise((resolve) =>
      this.#waiting.push({ kinds: ['close'], resolve: (code) => resolve(code as number) }),
    );
  }

  /** Frames that arrived and nobody has asked for. */
  get unread(): readonly Frame[] {
    return this.#frames;
  }

  send<K extends FrameKind>(kind: K, fields: FrameFields<K>): void {
    this.#socket.send(encodeFrame(kind, fields));
  }

  sendRaw(bytes: Uint8Array | string): void {
    this.#socket.send(bytes);
  }

  close(): void {
    this.#socket.close();
  }

  /** Drops the connection without a word. */
  kill(): void {
    this.#socket.terminate();
  }

  /** Answers a `hello{paired}`, then checks the wallet's own proof. */
  async prove(hello: FrameOf<'hello'>, secret: Uint8Array, locale = 'en'): Promise<FrameOf<'welcome'>> {
    const challenge = seedOf('game challenge');
    const proof = linkProof(secret, 'game', challenge, hello.challenge, this.#origin);
    this.send('prove', { challenge, proof, locale });
    const welcome = await this.next('welcome');
    const expected = linkProof(secret, 'wallet', challenge, hello.challenge, this.#origin);
    if (!Buffer.from(expected).equals(Buffer.from(welcome.proof)))
      throw new Error('the wallet did not prove the secret');
    return welcome;
  }

  /** First contact of a game that the wallet accepts: perhaps a wait, then secret, challenge, welcome. */
  async pair(): Promise<FrameOf<'welcome'>> {
    this.secret = (await this.next('paired')).secret;
    let hello = await this.next('hello');
    if (hello.state === 'pairing') hello = await this.next('hello');
    return this.prove(hello, this.secret);
  }

  /** Sends message 1 and waits for what is to be shown. */
  async offer(offer: Uint8Array): Promise<{ seq: number; shown: Shown; digest: Uint8Array }> {
    const seq = this.nextSeq();
    this.send('offer', { seq, offer });
    const { shown } = await this.next('show');
    return { seq, shown: decodeShown(shown), digest: shownDigest(shown) };
  }

  /** Sends message 1 and waits for the refusal. */
  async refused(offer: Uint8Array): Promise<FrameOf<'refusal'>> {
    this.send('offer', { seq: this.nextSeq(), offer });
    return this.next('refusal');
  }

  /** Offers, accepts with a press, and waits for message 3. */
  async pay(offer: Uint8Array): Promise<FrameOf<'decision'>> {
    const { seq, digest } = await this.offer(offer);
    this.send('answer', { seq, answer: 'accept', shownDigest: digest });
    return this.next('decision');
  }

  #arrived(frame: Frame): void {
    const at = this.#waiting.findIndex(({ kinds }) => kinds.includes(frame.kind));
    if (at < 0) this.#frames.push(frame);
    else this.#waiting.splice(at, 1)[0]?.resolve(frame);
  }
}
