/**
 * A game that plays foul: it holds the pairing header that every visitor of the game's page can read, pairs, and then puts any
 * bytes at all before the wallet.
 */
import { randomBytes } from 'node:crypto';
import {
  decodeFrame,
  encodeFrame,
  LINK_HEADER_PREFIX,
  LINK_PATH,
  LINK_SUBPROTOCOL,
  linkProof,
  type Frame,
  type FrameKind,
} from '@coinslot/protocol/link';
import { WebSocket } from 'ws';

export interface RawGame {
  /** Has the wallet hand over the secret and proves it. The wallet must accept this origin and header beforehand. */
  pair(): Promise<void>;
  /** Sends message 1 as it is and resolves with the wallet's first answer: `show` or `refusal`. */
  offer(offer: Uint8Array): Promise<Frame>;
  /** Sends any bytes; what the wallet said to them (a code, a kind of frame, `nothing`), or the close code. */
  probe(bytes: Uint8Array): Promise<string | number>;
  close(): void;
}

/** No number that a game comes to, nor one that a mutant is likely to hold. */
const PROBE_SEQ = 0xffff_fff1;

/** Connects and pairs. */
export async function openRawGame(port: number, origin: string, pairingHeader: Uint8Array): Promise<RawGame> {
  const game = await connectGame(port, origin, pairingHeader);
  await game.pair();
  return game;
}

/** Connects, and proves nothing yet. */
export async function connectGame(port: number, origin: string, pairingHeader: Uint8Array): Promise<RawGame> {
  const header = LINK_HEADER_PREFIX + Buffer.from(pairingHeader).toString('base64url');
  const socket = new WebSocket(`ws://127.0.0.1:${port}${LINK_PATH}`, [LINK_SUBPROTOCOL, header], { origin });
  const frames = listen(socket);
  let hello = await frames.next('hello');
  let seq = 0;
  return {
    async pair() {
      if (hello.state === 'paired') {
        // The wallet knows this origin, and this game has no secret to show: it asks to be connected again.
        socket.send(encodeFrame('prove', { challenge: bytes32(), proof: new Uint8Array(0), locale: 'en' }));
      }
      const { secret } = await frames.next('paired');
      hello = await frames.next('hello');
      const challenge = bytes32();
      const proof = linkProof(secret, 'game', challenge, hello.challenge, origin);
      socket.send(encodeFrame('prove', { challenge, proof, locale: 'en' }));
      await frames.next('welcome');
    },
    async offer(offer) {
      seq += 1;
      socket.send(encodeFrame('offer', { seq, offer }));
      const answer = await frames.any('show', 'refusal');
      if (answer.kind === 'show') socket.send(encodeFrame('cancel', { seq }));
      return answer;
    },
    async probe(bytes) {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
      // Answered in order: when this one is, the bytes before it have been dealt with.
      if (socket.readyState === WebSocket.OPEN)
        socket.send(encodeFrame('status', { seq: PROBE_SEQ, nonce: bytes32().subarray(16) }));
      let answer = 'nothing';
      for (;;) {
        const frame = await frames.nextOrClose();
        if (typeof frame === 'number') return frame;
        if (frame.kind === 'refusal' && frame.seq === PROBE_SEQ) return answer;
        answer = frame.kind === 'refusal' ? frame.code : frame.kind;
        if (frame.kind === 'show') socket.send(encodeFrame('cancel', { seq: frame.seq }));
      }
    },
    close: () => socket.close(),
  };
}

const bytes32 = (): Uint8Array => new Uint8Array(randomBytes(32));

interface Frames {
  next<K extends FrameKind>(kind: K): Promise<Extract<Frame, { kind: K }>>;
  any(...kinds: FrameKind[]): Promise<Frame>;
  /** The next frame, or the close code when there is none any more. */
  nextOrClose(): Promise<Frame | number>;
}

function listen(socket: WebSocket): Frames {
  const heard: Frame[] = [];
  let wake: () => void = () => undefined;
  let ended: { error: Error; code: number } | undefined;
  const end = (why: string, code: number): void => {
    ended ??= { error: new Error(`link: ${why}`), code };
    wake();
  };
  socket.on('message', (bytes: Buffer) => {
    heard.push(decodeFrame(new Uint8Array(bytes)));
    wake();
  });
  socket.on('close', (code: number) => end(`closed with ${code}`, code));
  socket.on('error', (error: Error) => end(error.message, 0));
  const any = async (...kinds: FrameKind[]): Promise<Frame> => {
    for (;;) {
      const index = heard.findIndex((frame) => kinds.includes(frame.kind));
      if (index >= 0) return heard.splice(index, 1)[0] as Frame;
      if (ended !== undefined) throw ended.error;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const nextOrClose = async (): Promise<Frame | number> => {
    while (heard.length === 0 && ended === undefined) await new Promise<void>((resolve) => (wake = resolve));
    return heard.shift() ?? ended?.code ?? 0;
  };
  return { any, nextOrClose, next: async (kind) => (await any(kind)) as Extract<Frame, { kind: typeof kind }> };
}
