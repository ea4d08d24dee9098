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
  /** Sends message 1 as it is and resolves with the wallet's first answer: `show` or `refusal`. */
  offer(offer: Uint8Array): Promise<Frame>;
  close(): void;
}

/** Connects and pairs. The wallet must accept this origin and header beforehand. */
export async function openRawGame(port: number, origin: string, pairingHeader: Uint8Array): Promise<RawGame> {
  const header = LINK_HEADER_PREFIX + Buffer.from(pairingHeader).toString('base64url');
  const socket = new WebSocket(`ws://127.0.0.1:${port}${LINK_PATH}`, [LINK_SUBPROTOCOL, header], { origin });
  const frames = listen(socket);
  let hello = await frames.next('hello');
  if (hello.state === 'paired') {
    // The wallet knows this origin, and this game has no secret to show: it asks to be connected again.
    socket.send(
      encodeFrame('prove', { challenge: new Uint8Array(randomBytes(32)), proof: new Uint8Array(0), locale: 'en' }),
    );
  }
  const { secret } = await frames.next('paired');
  hello = await frames.next('hello');
  const challenge = new Uint8Array(randomBytes(32));
  socket.send(
    encodeFrame('prove', {
      challenge,
      proof: linkProof(secret, 'game', challenge, hello.challenge, origin),
      locale: 'en',
    }),
  );
  await frames.next('welcome');
  let seq = 0;
  return {
    async offer(offer) {
      seq += 1;
      socket.send(encodeFrame('offer', { seq, offer }));
      const answer = await frames.any('show', 'refusal');
      if (answer.kind === 'show') socket.send(encodeFrame('cancel', { seq }));
      return answer;
    },
    close: () => socket.close(),
  };
}

interface Frames {
  next<K extends FrameKind>(kind: K): Promise<Extract<Frame, { kind: K }>>;
  any(...kinds: FrameKind[]): Promise<Frame>;
}

function listen(socket: WebSocket): Frames {
  const heard: Frame[] = [];
  let wake: () => void = () => undefined;
  let ended: Error | undefined;
  const end = (why: string): void => {
    ended ??= new Error(`link: ${why}`);
    wake();
  };
  socket.on('message', (bytes: Buffer) => {
    heard.push(decodeFrame(new Uint8Array(bytes)));
    wake();
  });
  socket.on('close', (code: number) => end(`closed with ${code}`));
  socket.on('error', (error: Error) => end(error.message));
  const any = async (...kinds: FrameKind[]): Promise<Frame> => {
    for (;;) {
      const index = heard.findIndex((frame) => kinds.includes(frame.kind));
      if (index >= 0) return heard.splice(index, 1)[0] as Frame;
      if (ended !== undefined) throw ended;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { any, next: async (kind) => (await any(kind)) as Extract<Frame, { kind: typeof kind }> };
}
