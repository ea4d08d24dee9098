/** The wire of a virtual card, and the card at the end of it, against a reader that this test plays. */
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtualCard, type VirtualCard, type VirtualCardState } from '@coinslot/card';
import { encodeFrame, FrameCutter } from '../../card/src/vpcd/frames.ts';
import { COUNT, echo, NOT_SELECTED, OK, SELECT, TestCard, TEST_ATR, WAIT } from '../lib/test-card.ts';

describe('frames', () => {
  it('are a length of two bytes, big-endian, and the bytes', () => {
    expect([...encodeFrame(Uint8Array.of(4))]).toEqual([0, 1, 4]);
    expect([...encodeFrame(new Uint8Array(0x1234)).subarray(0, 2)]).toEqual([0x12, 0x34]);
    expect(encodeFrame(new Uint8Array(0xffff))).toHaveLength(0x10001);
  });

  it.each([0, 0x10000])('cannot hold %i bytes', (length) => {
    expect(() => encodeFrame(new Uint8Array(length))).toThrow(RangeError);
  });

  it('are the same however the stream is cut', () => {
    const payload = fc.uint8Array({ minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 6 }), fc.array(fc.nat(500), { maxLength: 12 }), (payloads, cuts) => {
        const stream = Buffer.concat(payloads.map(encodeFrame));
        const places = [...new Set([0, ...cuts.filter((cut) => cut < stream.length), stream.length])];
        const ordered = places.sort((a, b) => a - b);
        const cutter = new FrameCutter();
        const found = ordered.slice(1).flatMap((end, index) => cutter.push(stream.subarray(ordered[index], end)));
        expect(found.map((one) => [...one])).toEqual(payloads.map((one) => [...one]));
      }),
    );
  });
});

const OFF = Uint8Array.of(0);
const ON = Uint8Array.of(1);
const RESET = Uint8Array.of(2);
const ATR = Uint8Array.of(4);

describe('a card in a virtual reader', () => {
  let reader: Server;
  let icc: TestCard;
  let card: VirtualCard;
  let states: VirtualCardState[];
  let failures: unknown[];
  const dialled: Socket[] = [];

  beforeEach(async () => {
    reader = createServer();
    reader.listen(0, '127.0.0.1');
    await once(reader, 'listening');
    const { port } = reader.address() as AddressInfo;
    icc = new TestCard();
    // Their own for each card: one that was removed still has to say that it is out.
    const [mine, failed]: [VirtualCardState[], unknown[]] = [[], []];
    [states, failures] = [mine, failed];
    card = virtualCard({
      icc,
      dial: () => connect({ host: '127.0.0.1', port }),
      onState: (state) => mine.push(state),
      onFailure: (cause) => failed.push(cause),
    });
  });
  afterEach(() => {
    icc.wake();
    card.remove();
    for (const socket of dialled.splice(0)) socket.destroy();
    reader.close();
  });

  /** The reader's end of the card's next connection. */
  async function inserted(): Promise<ReaderEnd> {
    const [socket] = (await once(reader, 'connection')) as [Socket];
    dialled.push(socket);
    return new ReaderEnd(socket);
  }

  it('answers to commands and to the question for its ATR, and to nothing else', async () => {
    card.insert();
    const end = await inserted();
    end.send(ON, ATR, SELECT, RESET, COUNT, Uint8Array.of(9), SELECT, COUNT, OFF, ATR);
    const counted = Uint8Array.of(0, 0, 0, 1, ...OK);
    expect(await end.receive(6)).toEqual([TEST_ATR, OK, NOT_SELECTED, OK, counted, TEST_ATR]);
  });

  it('wakes when it is asked for its ATR first', async () => {
    card.insert();
    const end = await inserted();
    end.send(ATR, SELECT);
    expect(await end.receive(2)).toEqual([TEST_ATR, OK]);
    expect(states).toEqual(['dialling', 'in']);
  });

  it('puts a command together that arrives in pieces', async () => {
    card.insert();
    const end = await inserted();
    const command = encodeFrame(echo(new Uint8Array(1000).fill(7)));
    end.sendRaw(Buffer.concat([encodeFrame(ON), command.subarray(0, 1)]));
    await end.flushed();
    end.sendRaw(command.subarray(1, 500));
    await end.flushed();
    end.sendRaw(command.subarray(500));
    expect((await end.receive(1))[0]).toHaveLength(1002);
  });

  it('says nothing more once it is out, and comes back only after a second', async () => {
    card.insert();
    const end = await inserted();
    end.send(ATR);
    await end.receive(1);
    end.sendRaw(Buffer.concat([WAIT, SELECT, COUNT].map(encodeFrame)));
    await icc.waiting();
    card.remove();
    await end.closed();
    icc.wake();
    const awayMs = performance.now();
    card.insert();
    const again = await inserted();
    expect(performance.now() - awayMs).toBeGreaterThan(900);
    again.send(ON, COUNT);
    expect(await again.receive(1)).toEqual([NOT_SELECTED]);
    expect(end.answers).toEqual([TEST_ATR]);
    // Neither what lay behind it was done, nor was the card called while it was still at work.
    expect(icc.count).toBe(0);
    expect(failures).toEqual([]);
    expect(states).toEqual(['dialling', 'in', 'out', 'dialling', 'in']);
  });

  it('goes back into a reader that was away', async () => {
    card.insert();
    const end = await inserted();
    end.send(ON);
    await end.flushed();
    end.hangUp();
    const again = await inserted();
    again.send(ON, SELECT);
    expect(await again.receive(1)).toEqual([OK]);
  });

  it('leaves the reader when it fails, and tells', async () => {
    const broken = new Error('the disk refused');
    icc.transmit = () => Promise.reject(broken);
    card.insert();
    const end = await inserted();
    end.send(ON, SELECT, COUNT);
    await end.closed();
    expect(failures).toEqual([broken]);
    expect(end.answers).toEqual([]);
  });
});

/** A reader's side of the wire. */
class ReaderEnd {
  readonly answers: Uint8Array[] = [];
  readonly #socket: Socket;
  #onAnswer: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    const cutter = new FrameCutter();
    socket.on('data', (chunk: Buffer) => {
      this.answers.push(...cutter.push(chunk).map((one) => Uint8Array.from(one)));
      this.#onAnswer();
    });
    socket.on('error', () => undefined);
  }

  send(...payloads: readonly Uint8Array[]): void {
    for (const payload of payloads) this.#socket.write(encodeFrame(payload));
  }

  sendRaw(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Until the kernel has taken what was sent. */
  async flushed(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.write(Buffer.alloc(0), () => resolve()));
  }

  async receive(count: number): Promise<Uint8Array[]> {
    while (this.answers.length < count) await new Promise<void>((resolve) => (this.#onAnswer = resolve));
    return this.answers;
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  async closed(): Promise<void> {
    if (!this.#socket.closed) await new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
  }
}
