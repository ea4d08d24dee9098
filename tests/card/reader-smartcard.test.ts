/**
 * The driver over the compiled package `smartcard`, against a package that this test plays: what the real one does is in the
 * contract suite, where it loads.
 */
import { describe, expect, it } from 'vitest';
import { ReaderError, smartcardReaders, type SmartcardPackage } from '@coinslot/card';
import { seen } from '../lib/reader-rigs.ts';
import { OK, SELECT, TEST_ATR } from '../lib/test-card.ts';

interface Played {
  readonly package: SmartcardPackage;
  readonly calls: string[];
  /** What the service says instead of working. */
  failure: string | undefined;
  /** What the card does with a command. */
  transmit: () => Promise<Uint8Array>;
  emit(type: string): void;
  present: boolean;
}

function play(): Played {
  const calls: string[] = [];
  const callbacks = new Set<(event: { type: string }) => void>();
  const failing = () => {
    if (played.failure !== undefined) throw new Error(played.failure);
  };
  const card = {
    atr: TEST_ATR,
    transmit: () => played.transmit(),
    reconnect: (share: number, protocol: number, initialization: number) => {
      calls.push(`reconnect ${share} ${protocol} ${initialization}`);
      return Promise.resolve(2);
    },
    disconnect: (disposition: number) => void calls.push(`disconnect ${disposition}`),
  };
  const connect = (share: number, protocol: number) => {
    calls.push(`connect ${share} ${protocol}`);
    return played.failure === undefined ? Promise.resolve(card) : Promise.reject(new Error(played.failure));
  };
  class Context {
    constructor() {
      if (played.failure === 'PC/SC service not running') failing();
    }
    listReaders() {
      const state = played.present ? 0x20 : 0x10;
      return [{ name: 'Reader', state, atr: played.present ? TEST_ATR : null, connect }];
    }
    close() {
      calls.push('close');
    }
  }
  class ReaderMonitor {
    #callback: ((event: { type: string }) => void) | undefined;
    start(callback: (event: { type: string }) => void) {
      callbacks.add((this.#callback = callback));
    }
    stop() {
      if (this.#callback) callbacks.delete(this.#callback);
    }
  }
  const numbers = { SCARD_SHARE_EXCLUSIVE: 1, SCARD_PROTOCOL_T0: 1, SCARD_PROTOCOL_T1: 2, SCARD_STATE_PRESENT: 0x20 };
  const played: Played = {
    package: { Context, ReaderMonitor, ...numbers, SCARD_LEAVE_CARD: 0, SCARD_RESET_CARD: 1 },
    calls,
    failure: undefined,
    transmit: () => Promise.resolve(OK),
    emit: (type) => [...callbacks].forEach((callback) => callback({ type })),
    present: true,
  };
  return played;
}

const open = (played: Played) => smartcardReaders({ load: () => Promise.resolve(played.package) });

async function kindOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  return error instanceof ReaderError ? error.kind : 'no error';
}

describe('readers by smartcard', () => {
  it('say how to build the package where it does not load', async () => {
    const port = smartcardReaders({ load: () => Promise.reject(new Error('not built')) });
    const error: unknown = await port.readers().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ReaderError);
    expect((error as ReaderError).kind).toBe('no-service');
    expect((error as ReaderError).message).toContain('npm rebuild smartcard');
    expect(await kindOf(port.connect('Reader'))).toBe('no-service');
    const stop = port.watch(() => undefined);
    await seen(port, (readers) => readers.length === 0);
    stop();
    await port.close();
  });

  it('keep a card for themselves, and reset it without a call that holds up the program', async () => {
    const played = play();
    const connection = await open(played).connect('Reader');
    expect(connection.atr).toEqual(TEST_ATR);
    expect(await connection.exclusive(() => connection.transmit(SELECT, 100))).toEqual(OK);
    await connection.close('reset');
    await connection.close('reset');
    expect(played.calls).toEqual(['connect 1 3', 'reconnect 1 3 1', 'disconnect 0', 'close']);
  });

  it('leave a card as it is when told so', async () => {
    const played = play();
    const connection = await open(played).connect('Reader');
    await connection.close('leave');
    expect(played.calls).toEqual(['connect 1 3', 'disconnect 0', 'close']);
  });

  it.each([
    ['Sharing violation', 'sharing'],
    ['No smart card present', 'no-card'],
    ['Unknown reader', 'no-reader'],
    ['PC/SC service stopped', 'no-service'],
    ['Protocol mismatch', 'proto'],
    ['Something of another version', 'comm'],
  ])('take the text %s of a connection for %s', async (text, kind) => {
    const played = play();
    played.failure = text;
    expect(await kindOf(open(played).connect('Reader'))).toBe(kind);
    expect(played.calls.at(-1)).toBe('close');
  });

  it.each([
    ['Card was removed', 'removed'],
    ['Card was reset', 'reset'],
    ['Reader unavailable', 'removed'],
    ['No smart card present', 'removed'],
    ['PC/SC service stopped', 'comm'],
    ['Transaction failed', 'comm'],
  ])('take the text %s after a command for %s', async (text, kind) => {
    const played = play();
    const connection = await open(played).connect('Reader');
    played.transmit = () => Promise.reject(new Error(text));
    expect(await kindOf(connection.transmit(SELECT, 100))).toBe(kind);
  });

  it('abandon a silent card, and let it go when it answers at last', async () => {
    const played = play();
    const connection = await open(played).connect('Reader');
    let answer: ((bytes: Uint8Array) => void) | undefined;
    const answered = new Promise<Uint8Array>((resolve) => (answer = resolve));
    played.transmit = () => answered;
    expect(await kindOf(connection.transmit(SELECT, 20))).toBe('timeout');
    expect(await kindOf(connection.transmit(SELECT, 20))).toBe('comm');
    await connection.close('reset');
    expect(played.calls).toEqual(['connect 1 3']);
    answer?.(OK);
    await answered;
    await new Promise((resolve) => setImmediate(resolve));
    expect(played.calls).toEqual(['connect 1 3', 'reconnect 1 3 1', 'disconnect 0', 'close']);
  });

  it('know no other reader, and no card where there is none', async () => {
    const played = play();
    played.present = false;
    expect(await kindOf(open(played).connect('Other'))).toBe('no-reader');
    expect(await kindOf(open(played).connect('Reader'))).toBe('no-card');
  });

  it('watch by the package, and begin again when the service has gone', async () => {
    const played = play();
    const port = open(played);
    const told: string[] = [];
    port.watch((readers) => told.push(readers.map((one) => String(one.present)).join() || 'none'));
    await seen(port, (readers) => readers[0]?.present === true);
    played.present = false;
    played.emit('card-removed');
    played.emit('card-removed');
    played.failure = 'PC/SC service not running';
    played.emit('error');
    played.failure = undefined;
    await seen(port, (readers) => readers.length === 1);
    await port.close();
    expect(told.slice(0, 3)).toEqual(['true', 'false', 'none']);
  });
});
