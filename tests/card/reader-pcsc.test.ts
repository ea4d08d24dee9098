/** The client of pcscd against a daemon that this test plays: versions, refusals, answers that break off, lie or never come. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pcscReaders, ReaderError, type ReaderErrorKind, type ReaderPort, type ReaderState } from '@coinslot/card';
import { SELECT, TEST_ATR } from '../lib/test-card.ts';

const READER = 'Some Reader 00 00';
const LE = endianness() === 'LE';
const word = (value: number) => {
  const bytes = Buffer.alloc(4);
  if (LE) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
};
const words = (...values: number[]) => Buffer.concat(values.map(word));
const wordAt = (bytes: Buffer, at: number) => (LE ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
const padded = (bytes: Uint8Array, length: number) => Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);

/** Sixteen readers of 184 bytes: name 128, counter, state, sharing, ATR 33 filled up to 36, its length, protocol. */
interface StateFields {
  readonly state?: number;
  readonly sharing?: number;
  readonly atr?: Uint8Array;
  readonly atrLength?: number;
}
function readerStates({ state = 0x34, sharing = 0, atr = TEST_ATR, atrLength = atr.length }: StateFields = {}): Buffer {
  const reader = [padded(Buffer.from(READER), 128), words(1, state, sharing), padded(atr, 36), words(atrLength, 2)];
  return padded(Buffer.concat(reader), 16 * 184);
}

type Reply = Buffer | 'hang up' | 'silence';
interface Script {
  /** Versions it takes, as minor numbers of 4. */
  readonly minors?: readonly number[];
  /** The version it names itself. */
  readonly own?: readonly [number, number];
  /** What it answers to a transmit; the first 32 bytes are the structure. */
  readonly transmit?: (header: Buffer) => Reply;
  readonly connectCode?: number | 'silence';
  readonly states?: () => Buffer;
  /** At a wait, before its answer. */
  readonly onWait?: (socket: Socket) => void;
}

/** As pcscd answers, but for what the script says. */
class PlayedDaemon {
  readonly path: string;
  readonly versions: string[] = [];
  waitCount = 0;
  connectionCount = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #script: Script;
  #onWait = () => {};

  constructor(path: string, script: Script) {
    this.path = path;
    this.#script = script;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async listen(): Promise<this> {
    this.#server.listen(this.path);
    await once(this.#server, 'listening');
    return this;
  }

  /** When it has been asked to tell of changes so many times. */
  async waits(count: number): Promise<void> {
    while (this.waitCount < count) await new Promise<void>((resolve) => (this.#onWait = resolve));
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** When no client is connected any more. */
  async deserted(): Promise<void> {
    for (const socket of this.#sockets) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.connectionCount += 1;
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 8 && rest.length >= lengthOf(rest)) {
        const end = lengthOf(rest);
        const reply = this.#answer(wordAt(rest, 4), rest.subarray(8, end), socket);
        rest = rest.subarray(end);
        if (reply === 'hang up') socket.destroy();
        else if (reply !== 'silence') for (const piece of pieces(reply)) socket.write(piece);
      }
    });
  }

  #answer(command: number, body: Buffer, socket: Socket): Reply {
    const { minors = [4], own = [4, 4], connectCode = 0, states = readerStates, transmit, onWait } = this.#script;
    switch (command) {
      case 0x11: {
        this.versions.push(`${wordAt(body, 0)}:${wordAt(body, 4)}`);
        return words(...own, minors.includes(wordAt(body, 4)) ? 0 : 0x8010001e);
      }
      case 0x12:
        return states();
      case 0x13:
        this.waitCount += 1;
        this.#onWait();
        onWait?.(socket);
        return states();
      case 0x01:
        return words(2, 0x77, 0);
      case 0x04:
        return connectCode === 'silence'
          ? connectCode
          : Buffer.concat([body.subarray(0, 140), words(0x88, 2, connectCode)]);
      case 0x09:
        return transmit?.(body.subarray(0, 32)) ?? 'silence';
      default:
        return padded(body.subarray(0, body.length - 4), body.length);
    }
  }
}

/** With the APDU that follows a transmit, which its header does not count. */
function lengthOf(bytes: Buffer): number {
  const length = 8 + wordAt(bytes, 0);
  return wordAt(bytes, 4) === 0x09 && bytes.length >= 24 ? length + wordAt(bytes, 8 + 12) : length;
}

/** In uneven pieces, as a stream may bring them. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let start = 0, size = 1; start < bytes.length; start += size, size = (size * 3 + 1) % 700 || 1)
    yield bytes.subarray(start, start + size);
}

const answered = (header: Buffer, code: number, answer: Uint8Array, length = answer.length) =>
  Buffer.concat([header.subarray(0, 24), words(length, code), answer]);

describe('a client of pcscd', () => {
  let folder: string;
  let daemon: PlayedDaemon;
  let port: ReaderPort;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coinslot-pcsc-'));
  });
  afterEach(async () => {
    await port.close();
    await daemon.close();
    await rm(folder, { recursive: true });
  });

  async function play(script: Script): Promise<ReaderPort> {
    daemon = await new PlayedDaemon(join(folder, 'comm'), script).listen();
    const limits = { connectMs: 300, exclusiveMs: 100, closeMs: 100 };
    return (port = pcscReaders({ socketPath: daemon.path, limits, pause: { firstMs: 5, lastMs: 40 } }));
  }

  async function errorOf(work: Promise<unknown>): Promise<ReaderError> {
    const error: unknown = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof ReaderError) return error;
    throw new Error(`no ReaderError: ${String(error)}`);
  }
  const kindOf = async (work: Promise<unknown>) => (await errorOf(work)).kind;

  it.each([
    ['4:4', { minors: [4], own: [4, 4] }, ['4:4']],
    ['4:5', { minors: [5], own: [4, 5] }, ['4:4', '4:5']],
    ['4:6, which takes older clients', { minors: [4, 5, 6], own: [4, 6] }, ['4:4']],
  ] as const)('speaks with version %s', async (_, script, versions) => {
    await play(script);
    expect(await port.readers()).toEqual([{ name: READER, present: true, atr: TEST_ATR }]);
    expect(daemon.versions).toEqual(versions);
  });

  it.each([
    ['older', { minors: [], own: [4, 3] }],
    ['newer', { minors: [], own: [5, 0] }],
    ['one that refuses the version it names', { minors: [], own: [4, 4] }],
  ] as const)('does not speak with another version: %s', async (_, script) => {
    await play(script);
    expect(await kindOf(port.readers())).toBe('no-service');
  });

  it('says what to do where no daemon listens', async () => {
    await play({});
    await daemon.close();
    const error = await errorOf(port.readers());
    expect(error.kind).toBe('no-service');
    expect(error.message).toContain('apt-get install pcscd');
    expect(await kindOf(port.connect(READER))).toBe('no-service');
  });

  it.each([
    ['a card', {}, { present: true, atr: TEST_ATR }],
    ['none', { state: 0x02, atr: new Uint8Array(0) }, { present: false }],
    ['a card without power', { state: 0x0c, atr: new Uint8Array(0) }, { present: true }],
    ['a reader still being looked at', { state: 0, atrLength: 34 }, { present: false }],
    ['an ATR longer than its field', { atrLength: 0xffffffff }, { present: true }],
  ])('reads a reader with %s', async (_, states, expected) => {
    await play({ states: () => readerStates(states) });
    expect(await port.readers()).toEqual([{ name: READER, ...expected }]);
  });

  it.each<[number, ReaderErrorKind]>([
    [0x8010000c, 'no-card'],
    [0x80100009, 'no-reader'],
    [0x80100017, 'no-reader'],
    [0x8010000b, 'sharing'],
    [0x8010000f, 'proto'],
    [0x80100066, 'comm'],
    [0x80100067, 'comm'],
    [0x8010006a, 'no-service'],
    [0x8010dead, 'comm'],
  ])('takes code %i of a connection for %s', async (connectCode, kind) => {
    await play({ connectCode });
    const error = await errorOf(port.connect(READER));
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(`0x${connectCode.toString(16)}`);
  });

  it.each<[string, (header: Buffer) => Reply, ReaderErrorKind]>([
    ['success without bytes', (header) => answered(header, 0, new Uint8Array(0)), 'comm'],
    ['success with one byte', (header) => answered(header, 0, Uint8Array.of(0x90)), 'comm'],
    ['an answer of 4 GiB', (header) => answered(header, 0, new Uint8Array(4), 0xffffffff), 'comm'],
    ['a longer answer than it sends', (header) => answered(header, 0, Uint8Array.of(0x90, 0), 9), 'timeout'],
    ['half a structure and the end', () => 'hang up', 'comm'],
    ['silence', () => 'silence', 'timeout'],
    ['removed', (header) => answered(header, 0x80100069, new Uint8Array(0)), 'removed'],
    ['reset', (header) => answered(header, 0x80100068, new Uint8Array(0)), 'reset'],
    ['not transacted', (header) => answered(header, 0x80100016, new Uint8Array(0)), 'comm'],
    ['reader unplugged', (header) => answered(header, 0x80100017, new Uint8Array(0)), 'removed'],
    ['no card', (header) => answered(header, 0x8010000c, new Uint8Array(0)), 'removed'],
    ['service stopped', (header) => answered(header, 0x8010001e, new Uint8Array(0)), 'comm'],
    ['held by another', (header) => answered(header, 0x8010000b, new Uint8Array(0)), 'sharing'],
  ])('takes %s after a command for what it is', async (_, transmit, kind) => {
    await play({ transmit });
    const connection = await port.connect(READER);
    expect(await kindOf(connection.transmit(SELECT, 100))).toBe(kind);
    await connection.close('reset');
  });

  it('takes no late answer for that of the next command', async () => {
    let transmitCount = 0;
    await play({
      transmit: () => {
        transmitCount += 1;
        return 'silence';
      },
    });
    const connection = await port.connect(READER);
    expect(await kindOf(connection.transmit(SELECT, 30))).toBe('timeout');
    expect(await kindOf(connection.transmit(SELECT, 30))).toBe('timeout');
    expect(transmitCount).toBe(1);
    // The daemon sees its client go, and takes back what it held.
    await daemon.deserted();
  });

  it.each([
    ['another program holds the card', 1, 'sharing'],
    ['another program has it for itself', 0xffffffff, 'sharing'],
    ['the reader hangs', 0, 'timeout'],
  ] as const)('says why no connection comes about: %s', async (_, sharing, kind) => {
    await play({ connectCode: 'silence', states: () => readerStates({ sharing }) });
    expect(await kindOf(port.connect(READER))).toBe(kind);
  });

  /** What a watch of the port is told, by a number per telling. */
  function told(of: (readers: readonly ReaderState[]) => number) {
    const numbers: number[] = [];
    let onTold = () => {};
    port.watch((readers) => {
      numbers.push(of(readers));
      onTold();
    });
    return async (count: number) => {
      while (numbers.length < count) await new Promise<void>((resolve) => (onTold = resolve));
      return numbers;
    };
  }

  it('parks one socket to watch, and asks again only when it is told of a change', async () => {
    let parked: Socket | undefined;
    let present = true;
    await play({
      states: () => readerStates(present ? {} : { state: 0x02, atr: new Uint8Array(0) }),
      onWait: (socket) => (parked = socket),
    });
    const tell = () => parked?.write(words(0, 0));
    const presence = told((readers) => Number(readers[0]?.present));
    await presence(1);
    tell(); // another program has come or gone: nothing that this list says
    await daemon.waits(2);
    present = false;
    tell();
    expect(await presence(2)).toEqual([1, 0]);
    expect([daemon.waitCount, daemon.connectionCount]).toEqual([3, 1]);
  });

  it('tells once that a daemon is away, and finds it again without haste', async () => {
    await play({});
    const counts = told((readers) => readers.length);
    await counts(1);
    const { path } = daemon;
    await daemon.close();
    await counts(2);
    daemon = await new PlayedDaemon(path, {}).listen();
    expect(await counts(3)).toEqual([1, 0, 1]);
    expect(daemon.connectionCount).toBe(1);
  });

  it('begins with the short pause again each time the daemon was there', async () => {
    await play({});
    await port.close();
    port = pcscReaders({ socketPath: daemon.path, pause: { firstMs: 2, lastMs: 60_000 } });
    const counts = told((readers) => readers.length);
    for (let round = 1; round <= 15; round += 1) {
      await counts(2 * round - 1);
      daemon.hangUp();
      await counts(2 * round);
    }
  });
});
