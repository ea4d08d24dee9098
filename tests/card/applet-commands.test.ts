/** Every command and every status word that it can answer with. */
import { beforeEach, describe, expect, it } from 'vitest';
import { cardRecordHash, decodeCardRecord, readEnvelope, sealEnvelope } from '@coinslot/protocol';
import { encodeCommand } from '../../card/src/applet/apdu.ts';
import { AID, DATA_OBJECTS, type CommandName } from '../../card/src/applet/commands.ts';
import { debit, decided, purchaseReady, purchaseStart, purseLine, standing } from '../../card/src/applet/exchanges.ts';
import { algorithmTemplate } from '../../card/src/applet/issuing.ts';
import { purchaseOf } from '../../card/src/terminal/payment.ts';
import { pinBlock, unblockBlock } from '../../card/src/terminal/pin-block.ts';
import { bytes16Of, NOON_MS } from '../lib/parties.ts';
import {
  CardRig,
  makeCardIssuer,
  parametersFor,
  PIN,
  ratesOf,
  UNBLOCK_CODE,
  word,
  type PaymentOptions,
} from './applet-parties.ts';

let rig: CardRig;

type Sent = { p1?: number; p2?: number; data?: Uint8Array };
const swOf = async (name: CommandName, sent: Sent = {}): Promise<string> =>
  word((await rig.send(name, sent)).statusWord);
const raw = async (hex: string): Promise<string> =>
  Buffer.from(await rig.icc.transmit(Buffer.from(hex, 'hex'))).toString('hex');
const two = (a: Uint8Array, b: Uint8Array): Uint8Array => Uint8Array.from([...a, ...b]);

/** INITIALIZE and DEBIT for a payment; `bend` changes the debit's bytes. */
async function debitOf(
  nonce: string,
  options: PaymentOptions & { purse?: number } = {},
  bend: (data: Uint8Array) => Uint8Array = (data) => data,
) {
  const purchase = purchaseOf(rig.request(nonce, options), options.purse ?? 0);
  await rig.send('INITIALIZE_FOR_PURCHASE', { data: purchaseStart.encode(purchase.start) });
  return rig.send('DEBIT_FOR_PURCHASE', { data: bend(debit.encode(purchase.debit)) });
}
const debitSw = async (...args: Parameters<typeof debitOf>): Promise<string> =>
  word((await debitOf(...args)).statusWord);

describe('a blank card', () => {
  beforeEach(async () => {
    rig = await CardRig.blank();
    await rig.powerOnAndSelect();
  });

  it.each<[CommandName, Sent, string]>([
    ['GENERATE_KEY_PAIR', { data: algorithmTemplate(3) }, '6a80'],
    ['GENERATE_KEY_PAIR', { data: algorithmTemplate(1) }, '9000'],
    ['GET_CHALLENGE', {}, '9000'],
    ['PROVE_POSSESSION', { data: new Uint8Array(16) }, '6985'],
    ['PERSONALISE', { data: new Uint8Array(8) }, '6985'],
    ['VERIFY', {}, '6985'],
    ['GET_DATA', { p1: 1, p2: 1 }, '6985'],
    ['GET_BALANCE', {}, '6985'],
    ['INTERNAL_AUTHENTICATE', { data: new Uint8Array(16) }, '6985'],
    ['INITIALIZE_FOR_LOAD', {}, '6985'],
    ['APPEND_RECORD', {}, '6982'],
  ])('%s %o: %s', async (name, sent, expected) => {
    expect(await swOf(name, sent)).toBe(expected);
  });

  it('keeps the key that it has made, and makes none of another algorithm', async () => {
    const first = await rig.send('GENERATE_KEY_PAIR', { data: algorithmTemplate(2) });
    expect(first.data.length).toBe(91);
    expect(await rig.send('GENERATE_KEY_PAIR', { data: algorithmTemplate(2) })).toEqual(first);
    expect(await swOf('GENERATE_KEY_PAIR', { data: algorithmTemplate(1) })).toBe('6985');
    expect((await rig.send('PROVE_POSSESSION', { data: bytes16Of('challenge') })).data.length).toBe(64);
    expect(await swOf('PROVE_POSSESSION', { data: new Uint8Array(15) })).toBe('6700');
  });
});

describe('a personalised card', () => {
  beforeEach(async () => {
    rig = await CardRig.loaded(5_000n);
    await rig.powerOnAndSelect();
  });

  it.each<[string, string, string]>([
    ['no header', '00a404', '6700'],
    ['Lc without its data', '00a4040005f043', '6700'],
    ['bytes after Le', '008400001000', '6700'],
    ['extended Lc without its data', '00a40400000005f0', '6700'],
    ['another class', '40a40400', '6e00'],
    ['secure messaging', '04a40400', '6e00'],
    ['a logical channel', '01a40400', '6881'],
    ['another instruction', '00010000', '6d00'],
    ['UPDATE BINARY', '00d60000', '6d00'],
    ['an instruction of the other class', '80a40400', '6d00'],
    ['VERIFY of another reference', '00200001', '6a86'],
    ['GET RESPONSE when nothing waits', '00c0000000', '6985'],
    ['a part of a command that is not chained', '1084000001aa', '6884'],
    ['SELECT of the master file', '00a40000023f00', '6a86'],
    ['SELECT of another application', '00a4040007a0000000031010', '6a82'],
    ['SELECT of the next occurrence', '00a4040209f0434f494e534c4f54', '6a86'],
    ['PERSONALISE once more', '80da000001aa', '6985'],
    ['GENERATE KEY PAIR once more', '0047800005ac0380010100', '6985'],
    ['PROVE POSSESSION', `8088000010${'00'.repeat(16)}00`, '6985'],
    ['APPEND RECORD', '00e2000001aa', '6982'],
    ['GET DATA of no object', '00ca012000', '6a88'],
    ['GET DATA of no certificate', '00ca011300', '6a88'],
    ['GET BALANCE of no purse', '805c000200', '6a88'],
    ['READ RECORD of an empty file', '00b2010c00', '6a83'],
    ['READ RECORD zero', '00b2000c00', '6a83'],
    ['READ RECORD of another file', '00b2011400', '6a86'],
    ['GET TRANSACTION PROOF before any debit', '805a000000', '6a88'],
    ['GET TRANSACTION PROOF of half a nonce', '805a000001aa00', '6700'],
    ['INTERNAL AUTHENTICATE of a short challenge', '008800000faabbccddeeff00112233445566778899', '6700'],
    ['INITIALIZE FOR LOAD with data', '8050010001aa00', '6700'],
    ['INITIALIZE FOR PURCHASE of a wrong length', '8050000001aa00', '6a80'],
    ['DEBIT without INITIALIZE', '8054000001aa00', '6985'],
    ['VERIFY of a short PIN', '0020008004313233ff', '6700'],
    ['VERIFY of letters', '002000800841424344ffffffff', '6a80'],
    ['VERIFY of three digits', '0020008008313233ffffffffff', '6a80'],
    ['VERIFY with a hole', '002000800831323334ff35ffff', '6a80'],
    ['VERIFY of a wrong PIN', '002000800839393939ffffffff', '63c2'],
    ['VERIFY without data', '00200080', '63c3'],
    ['PUT PARAMETERS that are none', '80da010001aa', '6a80'],
    ['CREDIT FOR LOAD of what is none', '8052000001aa', '6a80'],
  ])('%s: %s gives %s', async (_, command, expected) => {
    expect(await raw(command)).toBe(expected);
  });

  it('does nothing before SELECT, and forgets it with its power', async () => {
    await rig.icc.powerOn();
    expect(await swOf('GET_CHALLENGE')).toBe('6985');
    await rig.send('SELECT', { data: AID });
    expect(await swOf('GET_CHALLENGE')).toBe('9000');
    await rig.icc.powerOff();
    expect(await swOf('GET_CHALLENGE')).toBe('6581');
  });

  it('is deselected by a SELECT that fails', async () => {
    expect(await raw('00a4040007a0000000031010')).toBe('6a82');
    expect(await swOf('GET_CHALLENGE')).toBe('6985');
  });

  it('answers SELECT with nothing when nothing is wanted', async () => {
    expect(await raw(`00a4040c0a${Buffer.from(AID).toString('hex')}`)).toBe('9000');
  });

  it('gives long answers in parts, and forgets them at another command', async () => {
    const whole = (await rig.send('GET_DATA', { p1: 1, p2: DATA_OBJECTS.PARAMETERS & 0xff })).data;
    const short = await raw('00ca010401');
    expect(short).toBe(
      `${Buffer.from(whole.slice(0, 1)).toString('hex')}61${word(whole.length - 1 > 255 ? 0 : whole.length - 1).slice(2)}`,
    );
    const extended = await raw('00ca0104000000');
    expect(extended).toBe(`${Buffer.from(whole).toString('hex')}9000`);
    await raw('00ca010401');
    expect((await raw('00c0000002')).slice(0, 4)).toBe(Buffer.from(whole.slice(1, 3)).toString('hex'));
    await swOf('GET_CHALLENGE');
    expect(await raw('00c0000002')).toBe('6985');
  });

  it('takes chained commands, and refuses another in the midst', async () => {
    const envelope = Buffer.from(await rig.acknowledgement());
    await rig.powerOnAndSelect();
    const part = (at: number, cla: number) =>
      rig.icc.transmit(encodeCommand({ cla, ins: 0x52, p1: 0, p2: 0, data: envelope.subarray(at, at + 200), le: 0 }));
    expect(Buffer.from(await part(0, 0x90)).toString('hex')).toBe('9000');
    expect(await raw('0084000000')).toBe('6883');
    expect(Buffer.from(await part(0, 0x90)).toString('hex')).toBe('9000');
    for (let at = 200; at < envelope.length; at += 200) {
      const isLast = at + 200 >= envelope.length;
      const answer = Buffer.from(await part(at, isLast ? 0x80 : 0x90)).toString('hex');
      expect(answer.slice(-4)).toBe(isLast ? '610d' : '9000');
    }
  });

  it('takes an extended command as well as a chained one', async () => {
    const envelope = await rig.acknowledgement();
    await rig.powerOnAndSelect();
    const { length } = envelope;
    const command = Uint8Array.from([0x80, 0x52, 0, 0, 0, length >> 8, length & 0xff, ...envelope, 0, 0]);
    expect(Buffer.from(await rig.icc.transmit(command)).toString('hex')).toMatch(/^0{7}2.{18}9000$/);
  });

  it('bounds a chained command', async () => {
    const part = encodeCommand({ cla: 0x90, ins: 0x52, p1: 0, p2: 0, data: new Uint8Array(255), le: 0 });
    let last = '';
    for (let i = 0; i < 97; i++) last = Buffer.from(await rig.icc.transmit(part)).toString('hex');
    expect(last).toBe('6700');
  });

  it('GET DATA: standing, purses, certificates, parameters, rates, EMV tags', async () => {
    const object = async (tag: number): Promise<Uint8Array> =>
      (await rig.send('GET_DATA', { p1: tag >> 8, p2: tag & 0xff })).data;
    const parts = { counter: 0, clearedCounter: 0, acknowledgement: 1, pinTries: 3, unblockTries: 5, recordsMax: 64 };
    expect(standing.decode(await object(DATA_OBJECTS.STANDING))).toMatchObject({
      ...parts,
      cardId: rig.cardId,
      timeMs: NOON_MS,
    });
    const purses = await object(DATA_OBJECTS.PURSES);
    expect(purses.length).toBe(2 * purseLine.length);
    expect(purseLine.decode(purses.subarray(0, purseLine.length))).toMatchObject({
      purse: 'eur',
      plan: 1,
      balanceMinor: 5_000n,
    });
    expect((await rig.send('GET_BALANCE', { p2: 1 })).data).toEqual(purses.slice(purseLine.length));
    expect(Buffer.from(await object(DATA_OBJECTS.PIN_TRY_COUNTER)).toString('hex')).toBe('9f170103');
    expect(Buffer.from(await object(DATA_OBJECTS.LOG_FORMAT)).toString('hex')).toBe('9f4f0400c00200');
  });

  it('PIN: verified, changed, locked, unblocked', async () => {
    const data = pinBlock(PIN);
    expect(await swOf('VERIFY', { data })).toBe('9000');
    expect(await swOf('VERIFY')).toBe('9000');
    await rig.powerOnAndSelect();
    expect(await swOf('VERIFY')).toBe('63c3');
    expect(await swOf('CHANGE_REFERENCE_DATA', { data: two(pinBlock('0000'), pinBlock('1111')) })).toBe('63c2');
    expect(await swOf('CHANGE_REFERENCE_DATA', { data: two(data, pinBlock('1111')) })).toBe('9000');
    expect(await swOf('VERIFY', { data })).toBe('63c2');
    expect(await swOf('VERIFY', { data: pinBlock('1111') })).toBe('9000');
    for (const left of ['63c2', '63c1', '63c0', '6983']) expect(await swOf('VERIFY', { data })).toBe(left);
    expect(await swOf('VERIFY', { data: pinBlock('1111') })).toBe('6983');
    expect(await swOf('CHANGE_REFERENCE_DATA', { data: two(pinBlock('1111'), data) })).toBe('6983');
    expect(await swOf('RESET_RETRY_COUNTER', { data: two(unblockBlock('00000000'), data) })).toBe('63c4');
    expect(await swOf('RESET_RETRY_COUNTER', { data: two(pinBlock('1234'), data) })).toBe('6a80');
    expect(await swOf('RESET_RETRY_COUNTER', { data: two(unblockBlock(UNBLOCK_CODE), data) })).toBe('9000');
    expect(await swOf('VERIFY', { data })).toBe('9000');
  });

  it('unblock code: five tries and then never', async () => {
    const data = two(unblockBlock('00000000'), pinBlock(PIN));
    for (const left of ['63c4', '63c3', '63c2', '63c1', '63c0', '6983'])
      expect(await swOf('RESET_RETRY_COUNTER', { data })).toBe(left);
    expect(await swOf('RESET_RETRY_COUNTER', { data: two(unblockBlock(UNBLOCK_CODE), pinBlock(PIN)) })).toBe('6983');
    expect(await swOf('VERIFY', { data: pinBlock(PIN) })).toBe('9000');
  });

  it('a debit: INITIALIZE tells the state before, the answer the state after', async () => {
    const purchase = purchaseOf(rig.request('one'), 0);
    const { data: ready } = await rig.send('INITIALIZE_FOR_PURCHASE', { data: purchaseStart.encode(purchase.start) });
    expect(purchaseReady.decode(ready)).toMatchObject({ plan: 1, currency: 'EUR', purse: 'eur', counter: 0 });
    const { data, statusWord } = await rig.send('DEBIT_FOR_PURCHASE', { data: debit.encode(purchase.debit) });
    expect(word(statusWord)).toBe('9000');
    const answer = decided.decode(data);
    expect(answer).toMatchObject({ code: 0, counter: 1, unreportedMinor: 20n, pinVerified: false });
    const { data: read } = await rig.send('READ_RECORD', { p1: 1 });
    expect(read.slice(0, decided.length)).toEqual(data);
    expect(answer.head).toEqual(cardRecordHash(read.slice(decided.length)));
    expect((await rig.send('GET_TRANSACTION_PROOF')).data).toEqual(read);
    expect((await rig.send('GET_TRANSACTION_PROOF', { data: bytes16Of('one') })).data).toEqual(read);
    expect(await swOf('GET_TRANSACTION_PROOF', { data: bytes16Of('two') })).toBe('6a88');
    expect(await swOf('READ_RECORD', { p1: 2 })).toBe('6a83');
    expect(await swOf('APPEND_RECORD', { data: read })).toBe('6982');
  });

  it('a second debit needs an INITIALIZE and, above the caps, a PIN of its own', async () => {
    await rig.send('VERIFY', { data: pinBlock(PIN) });
    expect(await debitSw('one', { amountMinor: 200n })).toBe('9000');
    const { data } = await rig.send('READ_RECORD', { p1: 1 });
    expect(decodeCardRecord(data.slice(decided.length)).pinVerified).toBe(true);
    expect(await swOf('DEBIT_FOR_PURCHASE', { data: debit.encode(purchaseOf(rig.request('two'), 0).debit) })).toBe(
      '6985',
    );
    expect(await debitSw('two', { amountMinor: 200n })).toBe('6982');
    expect(await swOf('VERIFY')).toBe('63c3');
  });

  it('the newest record is number 1', async () => {
    await debitOf('one');
    const { data: first } = await rig.send('READ_RECORD', { p1: 1 });
    await debitOf('two');
    expect((await rig.send('READ_RECORD', { p1: 2 })).data).toEqual(first);
  });

  it.each<[string, string, () => Promise<string>]>([
    ['approved', '9000', () => debitSw('n')],
    ['a free one', '9000', () => debitSw('n', { amountMinor: 0n })],
    [
      'INITIALIZE of no purse',
      '6a88',
      () => swOf('INITIALIZE_FOR_PURCHASE', { data: purchaseStart.encode(purchaseOf(rig.request('n'), 2).start) }),
    ],
    ['one byte short', '6a80', () => debitSw('n', {}, (data) => data.slice(1))],
    ['a game id with bytes behind its end', '6a80', () => debitSw('n', {}, (data) => data.with(data.length - 1, 1))],
    ['a currency in small letters', '6a80', () => debitSw('n', {}, (data) => data.with(72, 0x65))],
    ['charged more than the price', '6a80', () => debitSw('n', { request: { chargeMinor: 21n } })],
    ['charged less than the price', '6a80', () => debitSw('n', { request: { chargeMinor: 19n } })],
    ['a rate table where none is needed', '6a80', () => debitSw('n', { request: { rateTableId: 7 } })],
    [
      'charged in another currency than the purse has',
      '6a80',
      () => debitSw('n', { request: { chargeCurrency: 'USD' } }),
    ],
    [
      'a price of 2^53',
      '6a80',
      () =>
        debitSw('n', {}, (data) => Uint8Array.from([...data.slice(0, 64), 0, 32, 0, 0, 0, 0, 0, 0, ...data.slice(72)])),
    ],
    [
      'an unknown currency',
      '6a80',
      () => debitSw('n', { currency: 'XTS', request: { chargeCurrency: 'EUR', rateTableId: 7 } }),
    ],
    ['above what needs no PIN', '6982', () => debitSw('n', { amountMinor: 101n })],
    ['from before the time of the card', '9405', () => debitSw('n', { atMs: NOON_MS - 6 * 60_000 })],
    [
      'more than there is',
      '9401',
      async () => (await swOf('VERIFY', { data: pinBlock(PIN) }), debitSw('n', { amountMinor: 5_001n })),
    ],
    [
      'more than the ceiling',
      '9402',
      async () => (
        await swOf('VERIFY', { data: pinBlock(PIN) }),
        debitSw('n', { amountMinor: 1_001n, currency: 'USD', purse: 1 })
      ),
    ],
    [
      'under another rate table',
      '9403',
      () =>
        debitSw('n', {
          currency: 'JPY',
          amountMinor: 160n,
          request: { chargeCurrency: 'EUR', chargeMinor: 100n, rateTableId: 6 },
        }),
    ],
    [
      'a currency that the table does not have',
      '9403',
      () => debitSw('n', { currency: 'GBP', request: { chargeCurrency: 'EUR', rateTableId: 7 } }),
    ],
    [
      'converted by the table',
      '9000',
      () =>
        debitSw('n', {
          currency: 'JPY',
          amountMinor: 160n,
          request: { chargeCurrency: 'EUR', chargeMinor: 100n, rateTableId: 7 },
        }),
    ],
    [
      'converted and rounded down',
      '6a80',
      () =>
        debitSw('n', {
          currency: 'JPY',
          amountMinor: 161n,
          request: { chargeCurrency: 'EUR', chargeMinor: 100n, rateTableId: 7 },
        }),
    ],
    [
      'converted and rounded up',
      '6982',
      () =>
        debitSw('n', {
          currency: 'JPY',
          amountMinor: 161n,
          request: { chargeCurrency: 'EUR', chargeMinor: 101n, rateTableId: 7 },
        }),
    ],
    ['after the end of the parameters', '9407', () => debitSw('n', { atMs: NOON_MS + 61 * 86_400_000 })],
  ])('a debit, %s: %s', async (_, expected, attempt) => {
    expect(await attempt()).toBe(expected);
  });

  it.each<[string, string, () => Promise<Uint8Array>]>([
    ['the next', '9000', () => rig.acknowledgement()],
    ['of another issuer', '6982', () => rig.acknowledgement({}, makeCardIssuer(1, 'stranger'))],
    ['for another card', '6982', () => rig.acknowledgement({ cardId: bytes16Of('other') })],
    ['of another challenge', '6985', () => rig.acknowledgement({ challenge: bytes16Of('other') })],
    ['with a number left out', '6985', () => rig.acknowledgement({ number: 3 })],
    ['with the number of the last', '6985', () => rig.acknowledgement({ number: 1 })],
    ['of a record that there is not', '6a88', () => rig.acknowledgement({ counter: 1 })],
    ['of another head', '6a88', () => rig.acknowledgement({ head: new Uint8Array(32).fill(1) })],
    ['crediting no purse', '6a88', () => rig.acknowledgement({ credits: [{ purse: 'gbp', amountMinor: 1n }] })],
    ['crediting a postpaid purse', '6a88', () => rig.acknowledgement({ credits: [{ purse: 'usd', amountMinor: 1n }] })],
    [
      'crediting above the ceiling',
      '9402',
      () => rig.acknowledgement({ credits: [{ purse: 'eur', amountMinor: 1n }] }),
    ],
    ['another object of the issuer', '6a80', () => Promise.resolve(rig.ratesEnvelope(ratesOf({ id: 9 })))],
    [
      'with a signature of other bytes',
      '6982',
      async () => {
        const { body, signature } = readEnvelope(await rig.acknowledgement());
        const other = signature.with(0, signature[0]! ^ 1);
        return sealEnvelope('upload-acknowledgement', body, { sign: () => other }, []);
      },
    ],
  ])('an acknowledgement, %s: %s', async (_, expected, make) => {
    const data = await make();
    await rig.powerOnAndSelect();
    expect(await swOf('CREDIT_FOR_LOAD', { data })).toBe(expected);
  });

  it.each<[string, string, CommandName, () => Uint8Array]>([
    [
      'newer parameters',
      '9000',
      'PUT_PARAMETERS',
      () => rig.parametersEnvelope(parametersFor(rig.cardId, { number: 2 })),
    ],
    ['the same parameters', '9000', 'PUT_PARAMETERS', () => rig.parametersEnvelope(parametersFor(rig.cardId))],
    [
      'other parameters of the same number',
      '6985',
      'PUT_PARAMETERS',
      () => rig.parametersEnvelope(parametersFor(rig.cardId, { noPinCountMax: 9 })),
    ],
    [
      'older parameters',
      '6985',
      'PUT_PARAMETERS',
      () => rig.parametersEnvelope(parametersFor(rig.cardId, { number: 0 })),
    ],
    [
      "another card's parameters",
      '6982',
      'PUT_PARAMETERS',
      () => rig.parametersEnvelope(parametersFor(bytes16Of('other'), { number: 2 })),
    ],
    [
      "another issuer's parameters",
      '6982',
      'PUT_PARAMETERS',
      () => rig.parametersEnvelope(parametersFor(rig.cardId, { number: 2 }), makeCardIssuer(1, 'stranger')),
    ],
    [
      'parameters without a purse of the card',
      '6985',
      'PUT_PARAMETERS',
      () => rig.parametersEnvelope(withPurses((purses) => purses.slice(0, 1))),
    ],
    [
      'parameters that turn a plan',
      '6985',
      'PUT_PARAMETERS',
      () => rig.parametersEnvelope(withPurses((purses) => purses.map((one) => ({ ...one, plan: 'postpaid' })))),
    ],
    [
      'parameters with one more purse',
      '9000',
      'PUT_PARAMETERS',
      () =>
        rig.parametersEnvelope(withPurses((purses) => [...purses, { ...purses[0]!, purse: 'jpy', currency: 'JPY' }])),
    ],
    ['a newer table', '9000', 'PUT_RATES', () => rig.ratesEnvelope(ratesOf({ id: 8 }))],
    ['the same table', '9000', 'PUT_RATES', () => rig.ratesEnvelope(ratesOf())],
    ['an older table', '6985', 'PUT_RATES', () => rig.ratesEnvelope(ratesOf({ id: 6 }))],
    [
      "another issuer's table",
      '6982',
      'PUT_RATES',
      () => rig.ratesEnvelope(ratesOf({ id: 8 }), makeCardIssuer(1, 'stranger')),
    ],
  ])('%s: %s', async (_, expected, name, make) => {
    expect(await swOf(name, { data: make() })).toBe(expected);
  });

  const withPurses = (
    change: (purses: ReturnType<typeof parametersFor>['purses']) => ReturnType<typeof parametersFor>['purses'],
  ) => {
    const parameters = parametersFor(rig.cardId, { number: 2 });
    return { ...parameters, purses: change(parameters.purses) };
  };
});
