/**
 * What every driver of the reader port keeps, run on each: in process; TypeScript client, pcscd, vpcd and card program; and the
 * compiled package on the same daemon where it loads. Where pcscd cannot be had its part is left out with the reason printed; in CI
 * on Linux it must run.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReaderError, smartcardReaders, withCard, type CardConnection, type Icc } from '@coinslot/card';
import { CardRig } from '../card/applet-parties.ts';
import { whyNoPcscd } from '../lib/pcscd.ts';
import { pcscRig, seen, smartcardRig, virtualRig, type ReaderRig } from '../lib/reader-rigs.ts';
import { COUNT, echo, NOT_SELECTED, OK, SELECT, TestCard, TEST_ATR, WAIT } from '../lib/test-card.ts';

interface Driver {
  readonly name: string;
  readonly open: () => Promise<ReaderRig>;
  /** Whether several clients may be connected to one card at a time. */
  readonly isShared: boolean;
  /** Whether it depends on a service that can be away. */
  readonly hasService: boolean;
}

const drivers: Driver[] = [{ name: 'in process', open: virtualRig, isShared: true, hasService: false }];
const absence = whyNoPcscd();
if (absence === undefined) {
  drivers.push({ name: 'pcscd', open: pcscRig, isShared: true, hasService: true });
  if (await hasSmartcard()) drivers.push({ name: 'smartcard', open: smartcardRig, isShared: false, hasService: true });
} else if (process.env['CI'] !== undefined && process.platform === 'linux') {
  throw new Error(`in CI the readers of pcscd must be tested: ${absence}`);
} else console.warn(`readers of pcscd are not tested here: ${absence}`);

/** The one that the environment names (a build in another folder), or the one installed. */
async function hasSmartcard(): Promise<boolean> {
  try {
    await import(process.env['COINSLOT_SMARTCARD'] ?? 'smartcard');
    return true;
  } catch {
    await smartcardReaders()
      .readers()
      .catch((error: unknown) =>
        console.warn(`readers of smartcard are not tested here: ${(error as ReaderError).message}`),
      );
    return false;
  }
}

const ANSWER_MS = 5000;
/** A card taken away in the middle: what exactly is seen depends on the moment, that the outcome is unknown does not. */
const OUTCOME_UNKNOWN = ['removed', 'reset', 'comm', 'timeout'];

async function kindOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ReaderError) return error.kind;
    throw error;
  }
  return 'no error';
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff);
const send = (connection: CardConnection, command: Uint8Array) => connection.transmit(command, ANSWER_MS);
const counted = (count: number) => Uint8Array.of(0, 0, count >> 8, count & 0xff, ...OK);

describe.each(drivers)('reader port: $name', ({ open, isShared, hasService }) => {
  let rig: ReaderRig;
  let card: TestCard;
  beforeEach(async () => {
    rig = await open();
    card = new TestCard();
  });
  afterEach(async () => {
    card.wake();
    await rig.close();
  });

  it('lists readers, cards and their answers to reset', async () => {
    const port = rig.client();
    const empty = rig.names.map((name) => ({ name, present: false }));
    expect(await port.readers()).toEqual(empty);
    await rig.insert(1, card);
    expect(await port.readers()).toEqual([empty[0], { name: rig.names[1], present: true, atr: TEST_ATR }]);
  });

  it('carries a command and its answer', async () => {
    await rig.insert(0, card);
    const connection = await rig.client().connect(rig.names[0]);
    expect(connection.atr).toEqual(TEST_ATR);
    expect(await send(connection, SELECT)).toEqual(OK);
    expect(await send(connection, COUNT)).toEqual(counted(1));
    expect(await send(connection, echo(bytes(255)))).toEqual(Uint8Array.of(...bytes(255), ...OK));
    expect(await send(connection, Uint8Array.of(0, 0, 0, 0))).toEqual(Uint8Array.of(0x6d, 0));
  });

  it('carries extended commands', async () => {
    await rig.insert(0, card);
    const connection = await rig.client().connect(rig.names[0]);
    for (const length of [256, 4096, 65_000]) {
      const answer = await send(connection, echo(bytes(length)));
      expect(Buffer.compare(answer, Buffer.concat([bytes(length), OK]))).toBe(0);
    }
  });

  it('refuses what is no command', async () => {
    await rig.insert(0, card);
    const connection = await rig.client().connect(rig.names[0]);
    expect(await kindOf(send(connection, Uint8Array.of(0, 0xa4, 4)))).toBe('proto');
    expect(await send(connection, SELECT)).toEqual(OK);
  });

  it.each([
    ['before', 1],
    ['after', 2],
  ] as const)('says that the outcome is unknown when the card is torn %s its work', async (when, count) => {
    await rig.insert(0, card);
    const port = rig.client();
    const connection = await port.connect(rig.names[0]);
    await send(connection, SELECT);
    await send(connection, COUNT);
    rig.tear(0, when);
    expect(OUTCOME_UNKNOWN).toContain(await kindOf(send(connection, COUNT)));
    expect(card.count).toBe(count);
    await connection.close('reset');
    await rig.remove(0);
    await rig.insert(0, card);
    const again = await port.connect(rig.names[0]);
    expect(await send(again, COUNT)).toEqual(NOT_SELECTED);
    await send(again, SELECT);
    expect(await send(again, COUNT)).toEqual(counted(count + 1));
  });

  it('notices a card that is pulled out, and one that is put in again', async () => {
    await rig.insert(0, card);
    const port = rig.client();
    const connection = await port.connect(rig.names[0]);
    await send(connection, SELECT);
    await rig.remove(0);
    expect(OUTCOME_UNKNOWN).toContain(await kindOf(send(connection, COUNT)));
    expect(await kindOf(port.connect(rig.names[0]))).toBe('no-card');
    await rig.insert(0, card);
    expect(OUTCOME_UNKNOWN).toContain(await kindOf(send(connection, COUNT)));
    await connection.close('reset');
    expect(card.count).toBe(0);
    const again = await port.connect(rig.names[0]);
    expect(await send(again, COUNT)).toEqual(NOT_SELECTED);
  });

  it('tells a watcher of the start and of each change', async () => {
    const port = rig.client();
    const told: string[] = [];
    const stop = port.watch((readers) => told.push(readers.map((one) => (one.present ? 'card' : 'empty')).join(' ')));
    await seen(port, () => true);
    await rig.insert(1, card);
    await rig.remove(1);
    await rig.insert(0, card);
    await seen(port, (readers) => readers[0]?.present === true);
    stop();
    await rig.remove(0);
    expect(told).toEqual(['empty empty', 'empty card', 'empty empty', 'card empty']);
  });

  it('forgets what was selected when the last connection ends, even without a reset', async () => {
    await rig.insert(0, card);
    const port = rig.client();
    const first = await port.connect(rig.names[0]);
    await send(first, SELECT);
    await first.close('reset');
    await first.close('reset');
    expect(OUTCOME_UNKNOWN).toContain(await kindOf(send(first, COUNT)));
    const second = await port.connect(rig.names[0]);
    expect(await send(second, COUNT)).toEqual(NOT_SELECTED);
  });

  it('gives up a silent card in time, and leaves the other reader alone', async () => {
    const other = new TestCard();
    await rig.insert(0, card);
    await rig.insert(1, other);
    const port = rig.client();
    const [silent, lively] = [await port.connect(rig.names[0]), await port.connect(rig.names[1])];
    await send(lively, SELECT);
    const startMs = performance.now();
    const outcome = silent.exclusive(() => silent.transmit(WAIT, 300));
    expect(await send(lively, COUNT)).toEqual(counted(1));
    expect(await kindOf(outcome)).toBe('timeout');
    expect(performance.now() - startMs).toBeLessThan(5000);
    expect(OUTCOME_UNKNOWN).toContain(await kindOf(send(silent, COUNT)));
    await silent.close('reset');
    card.wake();
    expect(await send(lively, COUNT)).toEqual(counted(2));
    const again = await eventually(() => port.connect(rig.names[0]));
    expect(await send(again, SELECT)).toEqual(OK);
  });

  it('ends a command when a silent card is pulled out', async () => {
    await rig.insert(0, card);
    const connection = await rig.client().connect(rig.names[0]);
    const outcome = kindOf(connection.transmit(WAIT, 20_000));
    await card.waiting();
    rig.pull(0);
    expect(OUTCOME_UNKNOWN).toContain(await outcome);
  });

  it('knows readers by their names only', async () => {
    const port = rig.client();
    for (const name of ['Virtual PCD 00 07', '', 'x'.repeat(300), 'nul\0'])
      expect(await kindOf(port.connect(name))).toBe('no-reader');
    expect(await kindOf(port.connect(rig.names[1]))).toBe('no-card');
  });

  it('speaks with two cards at once', async () => {
    const cards = [card, new TestCard()] as const;
    await rig.insert(0, cards[0]);
    await rig.insert(1, cards[1]);
    const port = rig.client();
    const connections = await Promise.all(rig.names.map((name) => port.connect(name)));
    await Promise.all(connections.map((one) => send(one, SELECT)));
    for (let round = 0; round < 5; round += 1) await Promise.all(connections.map((one) => send(one, COUNT)));
    expect(cards.map((one) => one.count)).toEqual([5, 5]);
  });

  it('puts commands sent at once in a row', async () => {
    await rig.insert(0, card);
    const connection = await rig.client().connect(rig.names[0]);
    const answers = await Promise.all([SELECT, COUNT, COUNT, echo(bytes(300))].map((one) => send(connection, one)));
    expect(answers.map((one) => one.length)).toEqual([2, 6, 6, 302]);
    expect(card.count).toBe(2);
  });

  it('lets one wallet at a time have the card', async () => {
    await rig.insert(0, card);
    const [first, second] = [rig.client(), rig.client()];
    const mine = await first.connect(rig.names[0]);
    await mine.exclusive(async () => {
      await send(mine, SELECT);
      expect(await kindOf(counting(second))).toBe('sharing');
      // Nested: it is held already.
      await mine.exclusive(() => send(mine, COUNT));
      expect(await kindOf(counting(second))).toBe('sharing');
      expect(await send(mine, COUNT)).toEqual(counted(2));
    });
    await mine.close('reset');
    expect(await counting(second)).toEqual(counted(3));

    async function counting(port: ReturnType<ReaderRig['client']>): Promise<Uint8Array> {
      const theirs = await port.connect(rig.names[0]);
      try {
        return await theirs.exclusive(async () => {
          await send(theirs, SELECT);
          return send(theirs, COUNT);
        });
      } finally {
        await theirs.close('reset');
      }
    }
  });

  it('lets the card go when the work throws', async () => {
    await rig.insert(0, card);
    const mine = await rig.client().connect(rig.names[0]);
    const failure = new Error('of the work itself');
    await expect(mine.exclusive(() => Promise.reject(failure))).rejects.toBe(failure);
    await mine.close('leave');
    const theirs = await rig.client().connect(rig.names[0]);
    expect(await theirs.exclusive(() => send(theirs, SELECT))).toEqual(OK);
  });

  where(isShared)('holds off a client that is connected already, and lets it go on afterwards', async () => {
    await rig.insert(0, card);
    const [mine, theirs] = [await rig.client().connect(rig.names[0]), await rig.client().connect(rig.names[0])];
    await mine.exclusive(async () => {
      await send(mine, SELECT);
      expect(await kindOf(send(theirs, COUNT))).toBe('sharing');
      expect(await kindOf(theirs.exclusive(() => send(theirs, COUNT)))).toBe('sharing');
    });
    expect(await send(theirs, COUNT)).toEqual(counted(1));
    const patient = await rig.client(30_000).connect(rig.names[0]);
    const order: string[] = [];
    let waiting: Promise<unknown> | undefined;
    await mine.exclusive(async () => {
      waiting = patient.exclusive(async () => {
        order.push('patient');
        await send(patient, COUNT);
      });
      const endMs = performance.now() + 150;
      while (performance.now() < endMs) await send(mine, COUNT);
      order.push('mine');
    });
    await waiting;
    expect(order).toEqual(['mine', 'patient']);
  });

  where(isShared)('says when another client has reset the card', async () => {
    await rig.insert(0, card);
    const port = rig.client();
    const [mine, theirs] = [await port.connect(rig.names[0]), await rig.client().connect(rig.names[0])];
    await send(mine, SELECT);
    await theirs.close('reset');
    expect(await kindOf(send(mine, COUNT))).toBe('reset');
    expect(await kindOf(mine.exclusive(() => send(mine, COUNT)))).toBe('reset');
    await mine.close('leave');
    const again = await port.connect(rig.names[0]);
    expect(await send(again, COUNT)).toEqual(NOT_SELECTED);
    expect(card.count).toBe(0);
  });

  it.each(['before', 'after'] as const)('pays once when the card is pulled %s the debit', async (when) => {
    const purse = await CardRig.loaded(500n);
    const request = purse.request('torn');
    purse.slot.remove();
    const debit = 0x54;
    let isTorn = false;
    const torn: Icc = {
      powerOn: () => purse.icc.powerOn(),
      powerOff: () => purse.icc.powerOff(),
      async transmit(command) {
        if (isTorn || command[1] !== debit) return purse.icc.transmit(command);
        isTorn = true;
        if (when === 'before') rig.pull(0);
        const answer = when === 'after' ? await purse.icc.transmit(command) : OK;
        rig.pull(0);
        return answer;
      },
    };
    await rig.insert(0, torn);
    const port = rig.client();
    const pay = () => withCard(port, rig.names[0], (terminal) => terminal.pay(request));
    await expect(pay()).rejects.toMatchObject({ code: 'CARD_TORN', charged: 'unknown' });
    await rig.remove(0);
    await rig.insert(0, torn);
    const { decision, envelope } = await pay();
    expect(decision).toMatchObject({ outcome: 'approved', chargedMinor: 20n });
    expect((await pay()).envelope).toEqual(envelope);
    const { standing, purses } = await withCard(port, rig.names[0], (terminal) => terminal.info());
    expect([standing.counter, purses[0]?.balanceMinor]).toEqual([1, 480n]);
  });

  it('ends its watches and connections when it is closed', async () => {
    await rig.insert(0, card);
    const port = rig.client();
    let calls = 0;
    port.watch(() => (calls += 1));
    await seen(port, () => true);
    const connection = await port.connect(rig.names[0]);
    await send(connection, SELECT);
    await port.close();
    const before = calls;
    expect(OUTCOME_UNKNOWN).toContain(await kindOf(send(connection, COUNT)));
    await rig.remove(0);
    await seen(rig.client(), (readers) => readers[0]?.present === false);
    expect(calls).toBe(before);
  });

  where(hasService)('goes on when the service was stopped and started again', async () => {
    const service = rig.service!;
    await rig.insert(0, card);
    const port = rig.client();
    const told: number[] = [];
    const stop = port.watch((readers) => told.push(readers.length));
    const connection = await port.connect(rig.names[0]);
    await send(connection, SELECT);
    await service.stop();
    expect(OUTCOME_UNKNOWN).toContain(await kindOf(send(connection, COUNT)));
    await connection.close('reset');
    expect(await kindOf(port.readers())).toBe('no-service');
    expect(await kindOf(port.connect(rig.names[0]))).toBe('no-service');
    await seen(port, (readers) => readers.length === 0);
    await service.start();
    await seen(port, (readers) => readers[0]?.present === true);
    const again = await port.connect(rig.names[0]);
    await send(again, SELECT);
    expect(await send(again, COUNT)).toEqual(counted(1));
    stop();
    expect(told).toContain(0);
  });
});

/** A test of a driver that the case applies to. */
const where = (applies: boolean) => (name: string, run: () => Promise<void>) => {
  if (applies) it(name, run);
};

/** A card that has just answered at last may still be held by the client that gave it up. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 10; ; left -= 1)
    try {
      return await work();
    } catch (error) {
      if (left === 0) throw error;
    }
}
