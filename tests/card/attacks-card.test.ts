/** What an attacker once got out of a card, or did to one. Rows are named by their threat case. */
import { beforeEach, describe, expect, it } from 'vitest';
import { CardTerminal, type CardConnection } from '@coinslot/card';
import { decodeResponse, encodeCommand } from '../../card/src/applet/apdu.ts';
import { CHAIN_BIT, COMMANDS, type CommandName, type Header } from '../../card/src/applet/commands.ts';
import { debit, purchaseStart } from '../../card/src/applet/exchanges.ts';
import { purchaseOf } from '../../card/src/terminal/payment.ts';
import { pinBlock } from '../../card/src/terminal/pin-block.ts';
import { DAY_MS, NOON_MS } from '../lib/parties.ts';
import { CardRig, freely, PIN, word, type PaymentOptions } from './applet-parties.ts';

let rig: CardRig;
beforeEach(async () => {
  rig = await CardRig.loaded(500n);
  await rig.powerOnAndSelect();
});

const short = (name: CommandName, data: Uint8Array = new Uint8Array()): Uint8Array => {
  const header: Header = COMMANDS[name];
  return encodeCommand({ ...header, p1: header.p1 ?? 0, p2: header.p2 ?? 0, data, le: 256 });
};
const transmit = async (command: Uint8Array): Promise<string> => {
  const { data, statusWord } = decodeResponse(await rig.icc.transmit(command));
  return `${data.length > 0 ? `${data.length} bytes ` : ''}${word(statusWord)}`;
};

/** The two commands of a debit, as a program of its own would send them. */
function debitCommands(nonce: string, options: PaymentOptions = {}, purse = 0) {
  const { start, debit: fields } = purchaseOf(rig.request(nonce, options), purse);
  return [
    short('INITIALIZE_FOR_PURCHASE', purchaseStart.encode(start)),
    short('DEBIT_FOR_PURCHASE', debit.encode(fields)),
  ] as const;
}

const standingOf = async () => (await rig.use((terminal) => terminal.info())).standing;
const balanceOf = async (): Promise<bigint> => (await rig.use((terminal) => terminal.info())).purses[0]!.balanceMinor;

describe('P14, P15: a verified PIN', () => {
  const dear = { amountMinor: 200n };

  it.each<[string, string, () => readonly Uint8Array[]]>([
    ['a stored answer asked for again', '192 bytes 9000', () => debitCommands('one')],
    ['another payment under a nonce that is taken', '9404', () => debitCommands('one', { amountMinor: 21n })],
    ['a debit that nothing came before', '6985', () => debitCommands('two').slice(1)],
    [
      'a debit of zeros',
      '6a80',
      () => [debitCommands('two')[0], short('DEBIT_FOR_PURCHASE', new Uint8Array(debit.length))],
    ],
  ])('is gone after %s', async (_, expected, make) => {
    await rig.pay('one');
    await rig.powerOnAndSelect();
    expect(await transmit(short('VERIFY', pinBlock(PIN)))).toBe('9000');
    const answers = [];
    for (const command of make()) answers.push(await transmit(command));
    expect(answers.at(-1)).toBe(expected);
    expect(await transmit(short('VERIFY'))).toBe('63c3');
    const [begin, take] = debitCommands('dear', dear);
    await transmit(begin);
    expect(await transmit(take)).toBe('6982');
  });

  it.each<[string, (terminal: CardTerminal) => Promise<unknown>]>([
    ['verifyPin', (terminal) => terminal.verifyPin(PIN)],
    ['a payment', (terminal) => terminal.pay(rig.request('dear', dear), { pin: PIN })],
    ['a payment asked for again', (terminal) => terminal.pay(rig.request('one'), { pin: PIN })],
    ['a payment that is refused', (terminal) => terminal.pay(rig.request('dear', { amountMinor: 501n }), { pin: PIN })],
    ['a payment that is none', (terminal) => terminal.pay(rig.request('one', dear), { pin: PIN })],
  ])('by %s is gone for the next program, before the card is reset', async (_, work) => {
    await rig.pay('one');
    const connection = await rig.rack.client().connect('reader');
    await work(new CardTerminal(connection)).catch(() => undefined);
    expect(await transmit(short('VERIFY'))).toBe('63c3');
    await connection.close('leave');
  });

  it('is gone too when the answer to VERIFY was lost', async () => {
    const inner = await rig.rack.client().connect('reader');
    const connection: CardConnection = {
      atr: inner.atr,
      transmit: async (apdu, timeoutMs) => {
        const answer = await inner.transmit(apdu, timeoutMs);
        return apdu[1] === COMMANDS.VERIFY.ins && apdu.length > 5 ? new Uint8Array() : answer;
      },
      exclusive: (work) => inner.exclusive(work),
      close: (disposition) => inner.close(disposition),
    };
    await expect(new CardTerminal(connection).verifyPin(PIN)).rejects.toMatchObject({ code: 'CARD_TORN' });
    expect(await transmit(short('VERIFY'))).toBe('63c3');
    await inner.close('leave');
  });
});

describe('P15: what a failed command leaves open', () => {
  it('an INITIALIZE that fails does not leave the one before for the debit', async () => {
    const [begin, take] = debitCommands('one');
    const [elsewhere] = debitCommands('one', {}, 3);
    expect(await transmit(begin)).toBe('105 bytes 9000');
    expect(await transmit(elsewhere)).toBe('6a88');
    expect(await transmit(take)).toBe('6985');
    await transmit(begin);
    expect(await transmit(short('INITIALIZE_FOR_PURCHASE', new Uint8Array(3)))).toBe('6a80');
    expect(await transmit(take)).toBe('6985');
    expect(await balanceOf()).toBe(500n);
  });

  const { cla, ins } = COMMANDS.PUT_RATES;
  it.each<[string, Uint8Array, string]>([
    [
      'a part of a chain',
      encodeCommand({ cla: cla | CHAIN_BIT, ins, p1: 2, p2: 0, data: new Uint8Array(9), le: 0 }),
      '9000',
    ],
    ['a part that may not be one', Uint8Array.of(0x10, 0x84, 0, 0), '6884'],
    ['a logical channel', Uint8Array.of(0x01, 0x84, 0, 0), '6881'],
    ['another class', Uint8Array.of(0x0c, 0x84, 0, 0), '6e00'],
    ['bytes that are no command', Uint8Array.of(0x00, 0x84), '6700'],
    ['another instruction', Uint8Array.of(0x00, 0x01, 0, 0), '6d00'],
  ])('%s: GET RESPONSE gives nothing of the answer before it', async (_, between, expected) => {
    expect(await transmit(Uint8Array.of(0x00, 0xca, 0x01, 0x10, 0x08))).toMatch(/^8 bytes 61/);
    expect(await transmit(between)).toBe(expected);
    const statusWord = await transmit(short('GET_RESPONSE'));
    expect(['6985', '6883']).toContain(statusWord); // in the midst of a chain it is another command
    expect(await transmit(short('GET_RESPONSE'))).toBe('6985');
  });
});

describe('P15, P16: a payment of another player', () => {
  const stranger = { request: { userId: new Uint8Array(16).fill(7) } };

  it('is refused by INITIALIZE with 9409, leaves no trace, and the card uploads as before', async () => {
    await rig.powerOnAndSelect();
    const before = await rig.store.load();
    const [begin, take] = debitCommands('theirs', stranger);
    expect(await transmit(begin)).toBe('9409');
    expect(await transmit(take)).toBe('6985');
    await expect(rig.pay('theirs', stranger)).rejects.toMatchObject({
      code: 'CARD_STATE',
      charged: 'no',
      statusWord: 0x9409,
    });
    expect(await rig.store.load()).toEqual(before);
    await rig.pay('mine');
    await rig.recharge();
  });

  it('a card tells whose it is', async () => {
    const { userId } = await rig.use((terminal) => terminal.info());
    expect(userId).toEqual(rig.cardIssue().userId);
    await rig.powerOnAndSelect();
    expect(await transmit(Uint8Array.of(0x00, 0xca, 0x01, 0x06, 0x00))).toBe('16 bytes 9000');
  });
});

describe('P3, P16: an offer of a future time', () => {
  const farMs = NOON_MS + 30 * DAY_MS;
  const codeOf = (attempt: Promise<{ decision: { code: string } }>): Promise<string> =>
    attempt.then(
      ({ decision }) => decision.code,
      (error: { code: string; charged: string }) => `${error.code} ${error.charged}`,
    );

  it('after the card’s period leaves no trace, and the card goes on after an upload', async () => {
    const stateBefore = await rig.store.load();
    expect(await codeOf(rig.pay('far', { atMs: NOON_MS + 61 * DAY_MS }))).toBe('CHAIN_EXPIRED no');
    expect(await rig.store.load()).toEqual(stateBefore);
    await rig.recharge();
    expect(await codeOf(rig.pay('now'))).toBe('APPROVED');
  });

  it('paid once with the clock a month ahead, uploaded: the card pays on, and that nonce never again', async () => {
    await rig.pay('ahead', { atMs: farMs });
    await rig.recharge();
    expect((await standingOf()).clearedThroughMs).toBe(0);
    for (const minutes of [0, 60])
      expect(await codeOf(rig.pay(`${minutes}`, { atMs: NOON_MS + minutes * 60_000 }))).toBe('APPROVED');
    expect(await codeOf(rig.pay('ahead', { atMs: farMs }))).toBe('CLOCK_SKEW unknown');
    for (const atMs of [farMs, NOON_MS + 6 * 60_000, farMs + DAY_MS]) {
      const [begin, take] = debitCommands('ahead', { atMs });
      await rig.powerOnAndSelect();
      await transmit(begin);
      expect(await transmit(take)).toBe('9405');
    }
    expect(await balanceOf()).toBe(440n);
  });

  it('asked for after that, its proof is RECORD_GAP: it was, and what it was has gone up', async () => {
    await rig.pay('ahead', { atMs: farMs });
    await rig.recharge();
    const proof = (nonce: string) => rig.use((terminal) => terminal.proof(rig.request(nonce, { atMs: farMs })));
    await expect(proof('ahead')).rejects.toMatchObject({ code: 'RECORD_GAP', charged: 'unknown' });
    expect(await proof('another')).toBeUndefined();
  });

  it('a tombstone outlives resets and later uploads, and goes when the issuer’s time has come to it', async () => {
    await rig.pay('ahead', { atMs: farMs });
    await rig.recharge();
    await rig.restart();
    await rig.pay('later', { atMs: NOON_MS + DAY_MS });
    await rig.recharge({ timeMs: NOON_MS + 2 * DAY_MS });
    expect((await standingOf()).clearedThroughMs).toBe(NOON_MS + DAY_MS);
    expect(await codeOf(rig.pay('ahead', { atMs: farMs }))).toBe('CLOCK_SKEW unknown');
    await rig.recharge({ timeMs: farMs });
    expect((await standingOf()).clearedThroughMs).toBe(farMs);
    expect(await codeOf(rig.pay('ahead', { atMs: farMs }))).toBe('CLOCK_SKEW unknown');
    expect(await codeOf(rig.pay('after', { atMs: farMs + 1 }))).toBe('APPROVED');
    expect(await balanceOf()).toBe(440n);
  });

  it('64 of them, however they were uploaded: RECORD_FULL for one more, never for an offer of today', async () => {
    rig = await CardRig.loaded(500n, { parameters: freely });
    const ahead = (i: number) => rig.pay(`ahead ${i}`, { amountMinor: 1n, atMs: farMs + i });
    for (let i = 0; i < 40; i += 1) await ahead(i);
    await rig.recharge();
    for (let i = 40; i < 64; i += 1) await ahead(i);
    expect(await codeOf(ahead(64))).toBe('RECORD_FULL no');
    expect(await codeOf(rig.pay('today', { atMs: NOON_MS + 5 * 60_000 }))).toBe('APPROVED');
    await rig.recharge({ timeMs: NOON_MS + DAY_MS });
    expect(await codeOf(ahead(64))).toBe('RECORD_FULL no');
    for (const i of [0, 39, 40, 63]) expect(await codeOf(ahead(i))).toBe('CLOCK_SKEW unknown');
    expect(await codeOf(rig.pay('tomorrow', { atMs: NOON_MS + DAY_MS }))).toBe('APPROVED');
    await rig.recharge({ timeMs: farMs + DAY_MS });
    expect(await codeOf(ahead(2 * DAY_MS))).toBe('APPROVED');
  });
});
