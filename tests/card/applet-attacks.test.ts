/** The cases of the threat model that a card meets by itself: a row is named by its case, and ends with the code it must get. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createApplet, fileStore, memoryStore, type CardPayment, type CardTerminal } from '@coinslot/card';
import { CODES, type CodeName } from '@coinslot/protocol';
import { DAY_MS, NOON_MS } from '../lib/parties.ts';
import { SLOT_BYTES } from '../../card/src/store/slot.ts';
import { CardRig, freely, PIN, ratesOf, seededRandom, type PaymentOptions } from './applet-parties.ts';
import { copyOf, tearingStore } from './applet-tearing.ts';

const folder = mkdtempSync(join(tmpdir(), 'coinslot-attacks-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = (): string => join(folder, `card-${files++}`);

/** The code with which an attempt ended: of the error, or of the decision. */
async function outcomeOf(attempt: Promise<unknown>): Promise<CodeName | 'APPROVED' | 'done'> {
  try {
    const value = await attempt;
    return typeof value === 'object' && value !== null && 'decision' in value
      ? (value as CardPayment).decision.code
      : 'done';
  } catch (error) {
    expect(Object.keys(CODES)).toContain((error as { code: string }).code);
    return (error as { code: CodeName }).code;
  }
}

const infoOf = (rig: CardRig) => rig.use((terminal) => terminal.info());
const balanceOf = async (rig: CardRig): Promise<bigint> => (await infoOf(rig)).purses[0]!.balanceMinor;
const inUsd = (amountMinor: bigint): PaymentOptions => ({
  currency: 'USD',
  amountMinor,
  request: { chargeCurrency: 'USD' },
});

describe('P3: a clock set back or forward', () => {
  it.each<[string, number, CodeName | 'APPROVED']>([
    ['an offer of now', 0, 'APPROVED'],
    ['within the skew that all allow', -5 * 60_000, 'APPROVED'],
    ['before the last signed time that the card knows', -5 * 60_000 - 1, 'CLOCK_SKEW'],
    ['a year back', -365 * DAY_MS, 'CLOCK_SKEW'],
    ['beyond the card’s period', 61 * DAY_MS, 'CHAIN_EXPIRED'],
  ])('%s: %d ms gives %s', async (_, offsetMs, code) => {
    const rig = await CardRig.loaded(500n);
    expect(await outcomeOf(rig.pay('one', { atMs: NOON_MS + offsetMs }))).toBe(code);
  });

  it('an old table or old parameters cannot turn its time back', async () => {
    const rig = await CardRig.loaded(500n);
    await rig.use((one) => one.putRates(rig.ratesEnvelope(ratesOf({ id: 8, notBeforeMs: NOON_MS - 30 * DAY_MS }))));
    expect((await infoOf(rig)).standing.timeMs).toBe(NOON_MS);
  });

  it('a table of next week, given today, stops no payment of today that needs none', async () => {
    const nextWeek = ratesOf({ id: 8, notBeforeMs: NOON_MS + 7 * DAY_MS, notAfterMs: NOON_MS + 14 * DAY_MS });
    const rigs = [await CardRig.loaded(500n), await CardRig.loaded(500n, { rates: nextWeek })];
    await rigs[0]!.use((one) => one.putRates(rigs[0]!.ratesEnvelope(nextWeek)));
    for (const rig of rigs) {
      expect((await infoOf(rig)).standing.timeMs).toBe(NOON_MS);
      expect(await outcomeOf(rig.pay('today'))).toBe('APPROVED');
      const request = { chargeCurrency: 'EUR', chargeMinor: 19n, rateTableId: 8 };
      expect(await outcomeOf(rig.pay('converted', { currency: 'USD', purse: 'eur', request }))).toBe('RATE_STALE');
      const later = { currency: 'USD', purse: 'eur', request, atMs: NOON_MS + 7 * DAY_MS };
      expect(await outcomeOf(rig.pay('next week', later))).toBe('APPROVED');
    }
  });
});

it('P4: the same nonce with other bytes is ID_CONFLICT, and the first stands', async () => {
  const rig = await CardRig.loaded(500n);
  const first = await rig.pay('one');
  for (const options of [
    { amountMinor: 21n },
    { atMs: NOON_MS + 1 },
    { request: { playerKey: new Uint8Array(32) } },
    { ...inUsd(20n) },
  ])
    expect(await outcomeOf(rig.pay('one', options))).toBe('ID_CONFLICT');
  expect(await outcomeOf(rig.pay('one', { purse: 'usd' }))).toBe('ID_CONFLICT');
  expect(await rig.pay('one')).toEqual(first);
  expect(await balanceOf(rig)).toBe(480n);
});

describe('P8: the card file edited', () => {
  it('at any place that is read: CARD_STATE, N', async () => {
    const path = newPath();
    const rig = await CardRig.loaded(500n, { store: fileStore(path) });
    await rig.pay('one');
    const whole = readFileSync(path);
    const newest = whole.readBigUInt64BE(8) > whole.readBigUInt64BE(SLOT_BYTES + 8) ? 0 : SLOT_BYTES;
    const length = 52 + whole.readUInt32BE(newest + 16);
    for (let at = 0; at < length; at += 97) {
      const edited = Buffer.from(whole);
      edited.writeUInt8(edited.readUInt8(newest + at) ^ 0x04, newest + at);
      writeFileSync(path, edited);
      await rig.restart(fileStore(path));
      expect(await outcomeOf(rig.pay('two'))).toBe('CARD_STATE');
      expect(await outcomeOf(rig.use((terminal) => terminal.select()))).toBe('CARD_STATE');
    }
    writeFileSync(path, whole);
    await rig.restart(fileStore(path));
    expect(await balanceOf(rig)).toBe(480n);
  });

  it('the file gone: CARD_STATE, never a new purse', async () => {
    const path = newPath();
    const rig = await CardRig.loaded(500n, { store: fileStore(path) });
    rmSync(path);
    await rig.restart(fileStore(path));
    expect(await outcomeOf(rig.use((terminal) => terminal.generateKey(1)))).toBe('CARD_STATE');
  });

  it('an older file put back under a running card: CARD_FORK', async () => {
    const path = newPath();
    const rig = await CardRig.loaded(500n, { store: fileStore(path) });
    const copy = readFileSync(path);
    await rig.use(async (terminal) => {
      await terminal.pay(rig.request('one'));
      writeFileSync(path, copy);
      expect(await outcomeOf(terminal.pay(rig.request('two')))).toBe('CARD_FORK');
      expect(await outcomeOf(terminal.pay(rig.request('two')))).toBe('CARD_FORK');
    });
  });
});

describe('P9: records cut, reordered, of another card', () => {
  it('bytes that are no state: CARD_STATE', async () => {
    const rig = await CardRig.loaded(500n);
    const state = (await rig.store.load())!;
    for (const bent of [state.slice(0, -1), Uint8Array.from([...state, 0]), new Uint8Array(), state.with(0, 0xc1)]) {
      const store = memoryStore();
      await store.commit(bent);
      await rig.restart(store);
      expect(await outcomeOf(rig.pay('one'))).toBe('CARD_STATE');
    }
  });

  it('an acknowledgement that skips a record, or names one of another card: RECORD_GAP, N', async () => {
    const rig = await CardRig.loaded(500n);
    const first = await rig.pay('one');
    await rig.pay('two');
    for (const changes of [
      { head: first.head },
      { counter: 1 },
      { counter: 3 },
      { counter: 0, head: new Uint8Array(32).fill(7) },
    ]) {
      const envelope = await rig.acknowledgement(changes);
      expect(await outcomeOf(rig.use((terminal) => terminal.credit(envelope)))).toBe('RECORD_GAP');
    }
    expect((await infoOf(rig)).standing).toMatchObject({ records: 2, clearedCounter: 0, acknowledgement: 1 });
  });
});

describe('P10: parallel debits at the ceiling', () => {
  it('50 of 30 under a ceiling of 1000: 33, and the rest CEILING', async () => {
    const rig = await CardRig.issued({ parameters: freely });
    const bodies = Array.from({ length: 50 }, (_, i) => rig.request(`parallel ${i}`, inUsd(30n)));
    const codes = await rig.use((terminal) => Promise.all(bodies.map((body) => outcomeOf(terminal.pay(body)))));
    expect(codes.filter((code) => code === 'APPROVED')).toHaveLength(33);
    expect(codes.filter((code) => code === 'CEILING')).toHaveLength(17);
    expect((await infoOf(rig)).purses[1]!.unreportedMinor).toBe(990n);
  });

  it('50 of 20 from 300 prepaid, by two wallets: 15, and the rest INSUFFICIENT', async () => {
    const rig = await CardRig.loaded(300n, { parameters: freely });
    const bodies = Array.from({ length: 50 }, (_, i) => rig.request(`parallel ${i}`));
    const pays = (own: readonly Uint8Array[]) =>
      rig.use((terminal) => Promise.all(own.map((body) => outcomeOf(terminal.pay(body)))));
    const [left, right] = await Promise.all([pays(bodies.slice(0, 25)), pays(bodies.slice(25))]);
    const codes = [...left, ...right];
    expect(codes.filter((code) => code === 'APPROVED')).toHaveLength(15);
    expect(codes.filter((code) => code === 'INSUFFICIENT')).toHaveLength(35);
    expect(await balanceOf(rig)).toBe(0n);
  });

  it('switched through currencies: the ceiling holds in the currency of the purse', async () => {
    const rig = await CardRig.issued({ parameters: freely });
    const request = { chargeCurrency: 'USD', rateTableId: 7 };
    const codes = [];
    for (let i = 0; i < 4; i++) {
      codes.push(
        await outcomeOf(
          rig.pay(`eur ${i}`, {
            currency: 'EUR',
            amountMinor: 200n,
            purse: 'usd',
            request: { ...request, chargeMinor: 220n },
          }),
        ),
      );
      codes.push(
        await outcomeOf(
          rig.pay(`jpy ${i}`, {
            currency: 'JPY',
            amountMinor: 100n,
            purse: 'usd',
            request: { ...request, chargeMinor: 69n },
          }),
        ),
      );
    }
    expect((await infoOf(rig)).purses[1]!.unreportedMinor).toBeLessThanOrEqual(1_000n);
    expect(codes).toEqual([
      'APPROVED',
      'APPROVED',
      'APPROVED',
      'APPROVED',
      'APPROVED',
      'APPROVED',
      'CEILING',
      'APPROVED',
    ]);
  });
});

describe('P11: never recharged', () => {
  it('64 records and then RECORD_FULL, N; free again after an upload', async () => {
    const rig = await CardRig.loaded(500n, { parameters: freely });
    await rig.use(async (terminal) => {
      for (let i = 0; i < 64; i++)
        expect(await outcomeOf(terminal.pay(rig.request(`${i}`, { amountMinor: 1n })))).toBe('APPROVED');
      expect(await outcomeOf(terminal.pay(rig.request('65', { amountMinor: 1n })))).toBe('RECORD_FULL');
      expect(await outcomeOf(terminal.pay(rig.request('0', { amountMinor: 1n })))).toBe('APPROVED');
    });
    expect((await infoOf(rig)).standing).toMatchObject({ counter: 64, records: 64 });
    await rig.recharge();
    expect(await outcomeOf(rig.pay('65', { amountMinor: 1n, atMs: NOON_MS + 1 }))).toBe('APPROVED');
  });

  it('after its period: CHAIN_EXPIRED, N', async () => {
    const rig = await CardRig.loaded(500n);
    expect(await outcomeOf(rig.pay('one', { atMs: NOON_MS + 60 * DAY_MS + 1 }))).toBe('CHAIN_EXPIRED');
    expect(await balanceOf(rig)).toBe(500n);
  });
});

describe('P12: the card pulled', () => {
  it.each(['before', 'after'] as const)('%s each APDU of a payment: old or new, healed, 1×', async (tear) => {
    const origin = await CardRig.loaded(500n);
    const start = await copyOf(origin.store);
    const body = origin.request('one', { amountMinor: 200n });
    const pay = (terminal: CardTerminal) => terminal.pay(body, { pin: PIN });
    const expected = await origin.use(pay);
    let pulls = 0;
    for (let nth = 1; ; nth++) {
      const store = await copyOf(start);
      await origin.restart(store);
      const port = countingReader(origin, nth, tear);
      const told = await outcomeOf(port.use(pay));
      if (!port.pulled()) break;
      pulls += 1;
      // Pulled as it is made to forget its PIN, it has paid.
      expect(['CARD_TORN', 'CARD_ABSENT', 'APPROVED']).toContain(told);
      await origin.restart(store);
      const { purses } = await infoOf(origin);
      expect(told === 'APPROVED' ? [300n] : [300n, 500n]).toContain(purses[0]!.balanceMinor);
      expect(await origin.use(pay)).toEqual(expected);
      expect(await balanceOf(origin)).toBe(300n);
    }
    expect(pulls).toBeGreaterThanOrEqual(4);
  });
});

/** A wallet whose card is pulled at the nth APDU. */
function countingReader(rig: CardRig, nth: number, tear: 'before' | 'after') {
  let sent = 0;
  const inner = rig.icc;
  const wrapped = {
    powerOn: () => inner.powerOn(),
    powerOff: () => inner.powerOff(),
    async transmit(command: Uint8Array) {
      sent += 1;
      if (sent === nth && tear === 'before') return new Uint8Array();
      const answer = await inner.transmit(command);
      return sent === nth ? answer.slice(0, 1) : answer;
    },
  };
  return {
    pulled: () => sent >= nth,
    async use<T>(work: (terminal: CardTerminal) => Promise<T>): Promise<T> {
      rig.slot.remove();
      await rig.slot.insert(wrapped);
      return rig.use(work);
    },
  };
}

it('P13: killed after the debit, before the decision is read: the last decision is there, 1×', async () => {
  const path = newPath();
  const rig = await CardRig.loaded(500n, { store: fileStore(path) });
  const body = rig.request('one');
  // The wallet dies at its nth answer; the one that matters is the debit's.
  let torn: unknown;
  for (let i = 0; i < 30 && !(torn instanceof Error && /DEBIT/.test(torn.message)); i++) {
    await rig.restart(fileStore(path));
    torn = await countingReader(rig, i + 1, 'after')
      .use((terminal) => terminal.pay(body))
      .catch((error: unknown) => error);
  }
  expect(torn).toMatchObject({ code: 'CARD_TORN', charged: 'unknown' });
  await rig.restart(fileStore(path));
  const found = await rig.use((terminal) => terminal.proof(body));
  expect(found?.decision.outcome).toBe('approved');
  expect(await rig.pay('one')).toEqual(found);
  expect(await balanceOf(rig)).toBe(480n);
});

describe('P14: guessing the PIN with the power cut', () => {
  it.each(['before', 'after'] as const)(
    'cut %s the try is written: at most three guesses are answered, then CARD_LOCKED',
    async (tear) => {
      const rig = await CardRig.issued();
      const store = tearingStore(rig.store);
      let answered = 0;
      let locked = false;
      for (let guess = 0; guess < 20 && !locked; guess++) {
        await rig.restart(store);
        // Every second guess is cut at its first commit, where the try is taken.
        store.tearAt(guess % 2 === 0 ? 1 : 99, tear);
        const told = await rig
          .use((terminal) => terminal.verifyPin('0000'))
          .catch((error: { code: string }) => error.code);
        if (typeof told === 'object') answered += 1;
        locked = told === 'CARD_LOCKED';
      }
      expect(answered).toBeLessThanOrEqual(3);
      expect(locked).toBe(true);
      await rig.restart(store);
      expect(await outcomeOf(rig.use((terminal) => terminal.verifyPin(PIN)))).toBe('CARD_LOCKED');
    },
  );

  it('cut between a right PIN and the return of its tries: a try is lost, not the card', async () => {
    const rig = await CardRig.issued();
    const store = tearingStore(rig.store);
    await rig.restart(store);
    store.tearAt(2, 'before');
    expect(await outcomeOf(rig.use((terminal) => terminal.verifyPin(PIN)))).toBe('STORAGE');
    await rig.restart(store);
    expect((await infoOf(rig)).standing.pinTries).toBe(2);
    await rig.use((terminal) => terminal.verifyPin(PIN));
    expect((await infoOf(rig)).standing.pinTries).toBe(3);
  });

  it('the PIN is not in the state, and two cards with one PIN do not look alike', async () => {
    const [one, two] = [await CardRig.issued({ name: 'one' }), await CardRig.issued({ name: 'two' })];
    const block = Buffer.from(`${PIN}\xff\xff\xff\xff`, 'latin1');
    for (const rig of [one, two]) expect(Buffer.from((await rig.store.load())!).includes(block)).toBe(false);
  });
});

describe('P16: recharge', () => {
  it('its answer lost and asked again: credited 1×', async () => {
    const rig = await CardRig.loaded(500n);
    await rig.pay('one');
    const envelope = await rig.acknowledgement({ credits: [{ purse: 'eur', amountMinor: 100n }] });
    const answers = [];
    for (let i = 0; i < 3; i++) {
      answers.push(await rig.use((terminal) => terminal.credit(envelope)));
      await rig.restart();
    }
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    expect(await balanceOf(rig)).toBe(580n);
  });

  it('again after a later payment: credited 1×, the later record stays', async () => {
    const rig = await CardRig.loaded(500n);
    const envelope = await rig.acknowledgement({ credits: [{ purse: 'eur', amountMinor: 100n }] });
    const later = await rig.pay('later');
    await rig.use((terminal) => terminal.credit(envelope));
    await rig.use((terminal) => terminal.credit(envelope));
    expect(await balanceOf(rig)).toBe(580n);
    expect(await rig.pay('later')).toEqual(later);
  });

  it('of another card: BAD_SIGNATURE, N', async () => {
    const [mine, other] = [await CardRig.loaded(500n, { name: 'mine' }), await CardRig.loaded(500n, { name: 'other' })];
    const envelope = await other.acknowledgement({ credits: [{ purse: 'eur', amountMinor: 100n }] });
    expect(await outcomeOf(mine.use((terminal) => terminal.credit(envelope)))).toBe('BAD_SIGNATURE');
    expect(await balanceOf(mine)).toBe(500n);
  });

  it('an older one kept and given again: CARD_STATE, N', async () => {
    const rig = await CardRig.loaded(500n);
    const kept = await rig.acknowledgement({ credits: [{ purse: 'eur', amountMinor: 100n }] });
    await rig.use((terminal) => terminal.credit(kept));
    await rig.recharge();
    expect(await outcomeOf(rig.use((terminal) => terminal.credit(kept)))).toBe('CARD_STATE');
    expect(await balanceOf(rig)).toBe(600n);
  });

  it('the challenge stays the same until an acknowledgement has named it', async () => {
    const rig = await CardRig.loaded(500n);
    const first = await rig.use((terminal) => terminal.challenge());
    await rig.restart();
    expect(await rig.use((terminal) => terminal.challenge())).toEqual(first);
    await rig.recharge();
    expect((await rig.use((terminal) => terminal.challenge())).challenge).not.toEqual(first.challenge);
  });

  it('a part of the records: the rest stays, and what it was spent from', async () => {
    const rig = await CardRig.issued({ parameters: freely });
    const first = await rig.pay('one', inUsd(600n));
    await rig.pay('two', inUsd(300n));
    await rig.recharge({ counter: 1, head: first.head });
    expect((await infoOf(rig)).purses[1]!.unreportedMinor).toBe(300n);
    expect(await outcomeOf(rig.pay('three', { ...inUsd(701n), atMs: NOON_MS + 1 }))).toBe('CEILING');
    expect(await outcomeOf(rig.pay('four', { ...inUsd(700n), atMs: NOON_MS + 1 }))).toBe('APPROVED');
  });

  it('a cleared payment asked again is not paid again', async () => {
    const rig = await CardRig.loaded(500n);
    await rig.pay('one');
    await rig.recharge();
    expect(await outcomeOf(rig.pay('one'))).toBe('CLOCK_SKEW');
    expect(await balanceOf(rig)).toBe(480n);
  });
});

describe('a blocked card', () => {
  it('pays no more, says so for ever, and still lets its records be read and uploaded', async () => {
    const rig = await CardRig.loaded(500n);
    const paid = await rig.pay('one');
    await rig.recharge({ blocked: true, counter: 0, head: new Uint8Array(32) });
    expect((await rig.use((terminal) => terminal.select())).lifeCycle).toBe('blocked');
    expect(await outcomeOf(rig.pay('two'))).toBe('CARD_BLOCKED');
    expect(await rig.pay('one')).toEqual(paid);
    expect(await rig.use((terminal) => terminal.records())).toHaveLength(1);
    await rig.recharge({ blocked: false });
    expect(await outcomeOf(rig.pay('two', { atMs: NOON_MS + 1 }))).toBe('CARD_BLOCKED');
  });
});

it('D1, D3: a disk that refuses once is STORAGE, N; works again without repair', async () => {
  const rig = await CardRig.loaded(500n);
  let isWell = false;
  const icc = createApplet({
    store: {
      load: () => (isWell ? rig.store.load() : Promise.reject(new Error('EIO'))),
      commit: (state) => rig.store.commit(state),
    },
    random: seededRandom('well'),
  });
  rig.slot.remove();
  await rig.slot.insert(icc);
  expect(await outcomeOf(rig.pay('one'))).toBe('STORAGE');
  isWell = true;
  expect(await outcomeOf(rig.pay('one'))).toBe('APPROVED');
});
