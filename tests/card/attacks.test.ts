/** What an attacker tried on applet, terminal and software card, and what held. Rows are named by their threat case. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CardTerminal,
  createApplet,
  ReaderError,
  type CardConnection,
  type CardTerminalError,
  type Icc,
} from '@coinslot/card';
import {
  CODES,
  encodeCardParameters,
  encodeRateTable,
  sealEnvelope,
  type CardParameters,
  type CodeName,
} from '@coinslot/protocol';
import { decodeResponse, encodeCommand } from '../../card/src/applet/apdu.ts';
import { AID, COMMANDS, type CommandName, type Header } from '../../card/src/applet/commands.ts';
import { debit, purchaseStart, type Debit } from '../../card/src/applet/exchanges.ts';
import { encodeIssuerObjects } from '../../card/src/applet/issuing.ts';
import { purchaseOf } from '../../card/src/terminal/payment.ts';
import { pinBlock, unblockBlock } from '../../card/src/terminal/pin-block.ts';
import { drawFrom, mutate } from '../../scripts/fuzz/mutate.ts';
import { DAY_MS, NOON_MS } from '../lib/parties.ts';
import {
  ALGS,
  CardRig,
  freely,
  parametersFor,
  PIN,
  ratesOf,
  UNBLOCK_CODE,
  word,
  type PaymentOptions,
} from './applet-parties.ts';
import { copyOf, tearingStore, type Tear } from './applet-tearing.ts';
import { temporaryFolder } from './softcard-folder.ts';
import { outcomeOf as storeOutcomeOf, stateOf, storeIn, usedStore } from './softcard-parts.ts';

const short = (name: CommandName, data: Uint8Array = new Uint8Array(), p1 = 0, p2 = 0): Uint8Array => {
  const header: Header = COMMANDS[name];
  return encodeCommand({ ...header, p1: header.p1 ?? p1, p2: header.p2 ?? p2, data, le: 256 });
};
const statusOf = async (icc: Icc, command: Uint8Array): Promise<string> =>
  word(decodeResponse(await icc.transmit(command)).statusWord);
const stateOfCard = async (rig: CardRig): Promise<string> => Buffer.from((await rig.store.load())!).toString('base64');
const balanceOf = (rig: CardRig): Promise<bigint> =>
  rig.use(async (terminal) => (await terminal.info()).purses[0]!.balanceMinor);

/** The two commands of a debit, as a program of its own would send them. */
function debitCommands(rig: CardRig, nonce: string, options: PaymentOptions = {}, changes: Partial<Debit> = {}) {
  const { start, debit: fields } = purchaseOf(rig.request(nonce, options), 0);
  return [
    short('INITIALIZE_FOR_PURCHASE', purchaseStart.encode(start)),
    short('DEBIT_FOR_PURCHASE', debit.encode({ ...fields, ...changes })),
  ] as const;
}

async function codeOf(attempt: Promise<unknown>): Promise<CodeName | 'done'> {
  try {
    await attempt;
    return 'done';
  } catch (error) {
    expect(Object.keys(CODES)).toContain((error as { code: string }).code);
    return (error as { code: CodeName }).code;
  }
}

describe('P10, G12, G13: caps and amounts', () => {
  it.each<[string, Partial<Debit>, string]>([
    ['2^53', { amountMinor: 1n << 53n, chargedMinor: 1n << 53n }, '6a80'],
    ['2^63', { amountMinor: 1n << 63n, chargedMinor: 1n << 63n }, '6a80'],
    ['2^64-1', { amountMinor: (1n << 64n) - 1n, chargedMinor: (1n << 64n) - 1n }, '6a80'],
    ['a charge below the price', { chargedMinor: 19n }, '6a80'],
    ['a charge of nothing', { chargedMinor: 0n }, '6a80'],
    ['a charge of 2^64-1 for a price of 20', { chargedMinor: (1n << 64n) - 1n }, '6a80'],
    ['a price in a retired currency', { currency: 'BGN', chargedCurrency: 'BGN' }, '6a80'],
    ['a price of gold', { currency: 'XAU', rateTableId: 7 }, '6a80'],
    ['a charge in a currency of another purse', { currency: 'USD', chargedCurrency: 'USD' }, '6a80'],
    ['a table where none is needed', { rateTableId: 7 }, '6a80'],
    ['converted to less than what it comes to', { currency: 'USD', rateTableId: 7, chargedMinor: 18n }, '6a80'],
    ['converted by a table of tomorrow', { currency: 'USD', rateTableId: 8, chargedMinor: 0n }, '9403'],
    ['a currency that no table has', { currency: 'KWD', rateTableId: 7, chargedMinor: 0n }, '9403'],
    ['after the year 9999', { offerTimeMs: 253_402_300_800_000 }, '6a80'],
    ['the last moment of all numbers', { offerTimeMs: Number.MAX_SAFE_INTEGER }, '6a80'],
  ])('%s: refused, nothing charged', async (_, changes, expected) => {
    const rig = await CardRig.loaded(500n);
    await rig.powerOnAndSelect();
    const [begin, take] = debitCommands(rig, 'one', {}, changes);
    expect(await statusOf(rig.icc, begin)).toBe('9000');
    expect(await statusOf(rig.icc, take)).toBe(expected);
    expect(await balanceOf(rig)).toBe(500n);
  });

  it('payments without PIN are counted over all purses, those of nothing too', async () => {
    const rig = await CardRig.loaded(500n);
    const inUsd = { currency: 'USD', request: { chargeCurrency: 'USD' } };
    for (const nonce of ['1', '2', '3']) await rig.pay(nonce, { amountMinor: 0n });
    for (const nonce of ['4', '5']) await rig.pay(nonce, { amountMinor: 1n, ...inUsd });
    expect(await codeOf(rig.pay('6', { amountMinor: 0n }))).toBe('CONSENT_REQUIRED');
    expect(await codeOf(rig.pay('7', { amountMinor: 1n, ...inUsd }))).toBe('CONSENT_REQUIRED');
  });

  it('a converted price counts for the caps of the purse in what it charges', async () => {
    const rig = await CardRig.loaded(5_000n);
    const yen = (amountMinor: bigint, chargeMinor: bigint): PaymentOptions => ({
      currency: 'JPY',
      amountMinor,
      request: { chargeCurrency: 'EUR', chargeMinor, rateTableId: 7 },
    });
    expect(await codeOf(rig.pay('dear', yen(161n, 101n)))).toBe('CONSENT_REQUIRED');
    expect(await codeOf(rig.pay('cheaper', yen(161n, 100n)))).toBe('BAD_ENCODING');
    expect((await rig.pay('one yen', yen(1n, 1n))).fields.chargedMinor).toBe(1n); // rounded up, never free (G14)
  });
});

describe('P3, P4: parameters and tables', () => {
  const wide = (rig: CardRig, changes: Partial<CardParameters> = {}) =>
    rig.parametersEnvelope(freely(rig.cardId, { number: 2, ...changes }));

  it.each<[string, string, (rig: CardRig) => Uint8Array]>([
    ['of the number that it has', '6985', (rig) => wide(rig, { number: 1 })],
    ['of number 0', '6985', (rig) => wide(rig, { number: 0 })],
    ['of another card', '6982', (rig) => wide(rig, { cardId: new Uint8Array(16).fill(9) })],
    [
      'with purses changed for each other',
      '6985',
      (rig) => wide(rig, { purses: [...parametersFor(rig.cardId).purses].reverse() }),
    ],
    ['without its second purse', '6985', (rig) => wide(rig, { purses: parametersFor(rig.cardId).purses.slice(0, 1) })],
    [
      'that make a postpaid purse prepaid',
      '6985',
      (rig) => wide(rig, { purses: parametersFor(rig.cardId).purses.map((one) => ({ ...one, plan: 'prepaid' })) }),
    ],
    ['that are a rate table', '6a80', (rig) => rig.ratesEnvelope(ratesOf({ id: 9 }))],
  ])('parameters %s: %s, N', async (_, expected, make) => {
    const rig = await CardRig.loaded(500n);
    await rig.powerOnAndSelect();
    const before = await stateOfCard(rig);
    expect(word((await rig.send('PUT_PARAMETERS', { data: make(rig) })).statusWord)).toBe(expected);
    expect(await stateOfCard(rig)).toBe(before);
  });

  it('S4: a table of before cannot come back once a newer one was there', async () => {
    const rig = await CardRig.loaded(500n);
    const cheap = rig.ratesEnvelope(ratesOf({ id: 8, rates: [{ currency: 'USD', rateE8: 10_000_000_000n }] }));
    await rig.use((terminal) => terminal.putRates(rig.ratesEnvelope(ratesOf({ id: 9 }))));
    expect(await codeOf(rig.use((terminal) => terminal.putRates(cheap)))).toBe('CARD_STATE');
  });

  it('K11: a body signed as one object is not taken for another', async () => {
    const rig = await CardRig.loaded(500n);
    const { signer, chain } = rig.issuer;
    const parameters = encodeCardParameters(freely(rig.cardId, { number: 2 }));
    const rates = encodeRateTable(ratesOf({ id: 9 }));
    const relabelled = (body: Uint8Array, signedAs: 'card-parameters' | 'rate-table', sentAs: typeof signedAs) => {
      let signature = new Uint8Array();
      sealEnvelope(signedAs, body, { sign: (bytes) => (signature = Uint8Array.from(signer.sign(bytes))) }, chain);
      return sealEnvelope(sentAs, body, { sign: () => signature }, chain);
    };
    await rig.powerOnAndSelect();
    const answers = [
      await rig.send('PUT_PARAMETERS', { data: relabelled(parameters, 'rate-table', 'card-parameters') }),
      await rig.send('PUT_RATES', { data: relabelled(rates, 'card-parameters', 'rate-table') }),
    ];
    expect(answers.map(({ statusWord }) => word(statusWord))).toEqual(['6982', '6982']);
  });
});

describe('P16: acknowledgements', () => {
  it.each<[string, CodeName, Parameters<CardRig['acknowledgement']>[0]]>([
    ['that credits the postpaid purse', 'RECORD_GAP', { credits: [{ purse: 'usd', amountMinor: 100n }] }],
    ['that credits a purse of another card', 'RECORD_GAP', { credits: [{ purse: 'gbp', amountMinor: 100n }] }],
    ['over the ceiling of the purse', 'CEILING', { credits: [{ purse: 'eur', amountMinor: 4_900n }] }],
    ['over all numbers', 'CEILING', { credits: [{ purse: 'eur', amountMinor: 9_007_199_254_740_991n }] }],
    ['for a counter that is not there yet', 'RECORD_GAP', { counter: 2 }],
    ['for a counter far away', 'RECORD_GAP', { counter: 0xffff_ffff }],
    ['for counter 0', 'RECORD_GAP', { counter: 0 }],
    ['with the head of another chain', 'RECORD_GAP', { head: new Uint8Array(32).fill(7) }],
    ['for another challenge', 'CARD_STATE', { challenge: new Uint8Array(16).fill(7) }],
    ['one number ahead', 'CARD_STATE', { number: 3 }],
    ['of the number before', 'CARD_STATE', { number: 1 }],
  ])('%s: %s, N', async (_, expected, changes) => {
    const rig = await CardRig.loaded(500n);
    await rig.pay('one');
    const envelope = await rig.acknowledgement(changes);
    const before = await stateOfCard(rig);
    expect(await codeOf(rig.use((terminal) => terminal.credit(envelope)))).toBe(expected);
    expect(await stateOfCard(rig)).toBe(before);
  });

  it('two for one challenge: the second is refused', async () => {
    const rig = await CardRig.loaded(500n);
    const credits = [{ purse: 'eur', amountMinor: 100n }];
    const [one, two] = [
      await rig.acknowledgement({ credits }),
      await rig.acknowledgement({ credits, timeMs: NOON_MS + 1 }),
    ];
    await rig.use((terminal) => terminal.credit(one));
    expect(await codeOf(rig.use((terminal) => terminal.credit(two)))).toBe('CARD_STATE');
    expect(await balanceOf(rig)).toBe(600n);
  });

  it('a nonce whose record is gone is not taken again, at its own time or before', async () => {
    const rig = await CardRig.loaded(500n);
    await rig.pay('one');
    await rig.recharge();
    await rig.powerOnAndSelect();
    for (const offerTimeMs of [NOON_MS, NOON_MS - 1, NOON_MS - 60_000]) {
      const [begin, take] = debitCommands(rig, 'one', {}, { offerTimeMs });
      await rig.icc.transmit(begin);
      expect(await statusOf(rig.icc, take)).toBe('9405');
    }
    expect(await balanceOf(rig)).toBe(480n);
  });
});

describe('P14: guessing by other commands than VERIFY', () => {
  const wrong = pinBlock('0000');
  const guesses: readonly (readonly [string, CommandName, Uint8Array, number])[] = [
    ['VERIFY', 'VERIFY', wrong, 3],
    ['CHANGE REFERENCE DATA', 'CHANGE_REFERENCE_DATA', Uint8Array.from([...wrong, ...pinBlock('9999')]), 3],
    ['RESET RETRY COUNTER', 'RESET_RETRY_COUNTER', Uint8Array.from([...unblockBlock('00000000'), ...wrong]), 5],
  ];
  const torn = guesses.flatMap(([title, ...guess]) =>
    (['before', 'after'] as const).map((tear) => [title, tear, ...guess] as const),
  );

  it.each(torn)(
    '%s, cut at its commit of the try is written: never more answers than tries',
    async (_, tear: Tear, name, data, tries) => {
      const origin = await CardRig.issued();
      const store = tearingStore(await copyOf(origin.store));
      const card = createApplet({ store });
      let answered = 0;
      for (let attempt = 0; attempt < 12; attempt += 1) {
        if (attempt % 2 === 0) store.tearAt(1, tear);
        await card.powerOn();
        await card.transmit(short('SELECT', AID));
        const status = await statusOf(card, short(name, data));
        if (status.startsWith('63c')) answered += 1;
        else expect(['6500', '6581', '6983']).toContain(status); // its store torn, or no tries left
      }
      expect(answered).toBeLessThanOrEqual(tries);
      expect(await statusOf(card, short(name, data))).toBe('6983');
    },
  );

  it('a PIN that is no PIN costs no try and tells nothing', async () => {
    const rig = await CardRig.issued();
    await rig.powerOnAndSelect();
    for (const block of [
      '3132333435363738',
      '31323334ffffff00',
      'ffffffffffffffff',
      '313233ffffffffff',
      '3132333a35ffffff',
    ]) {
      const status = await statusOf(rig.icc, short('VERIFY', Uint8Array.from(Buffer.from(block, 'hex'))));
      expect(status).toBe(block === '3132333435363738' ? '63c2' : '6a80');
    }
    expect(await statusOf(rig.icc, short('VERIFY'))).toBe('63c2');
  });

  it('tries of the PIN are not given back by a change that fails, nor those of the code by a PIN', async () => {
    const rig = await CardRig.issued();
    await rig.powerOnAndSelect();
    const change = Uint8Array.from([...wrong, ...pinBlock(PIN)]);
    expect(await statusOf(rig.icc, short('CHANGE_REFERENCE_DATA', change))).toBe('63c2');
    const unblock = Uint8Array.from([...unblockBlock('00000000'), ...pinBlock(PIN)]);
    expect(await statusOf(rig.icc, short('RESET_RETRY_COUNTER', unblock))).toBe('63c4');
    expect(await statusOf(rig.icc, short('VERIFY', pinBlock(PIN)))).toBe('9000');
    expect(await statusOf(rig.icc, short('RESET_RETRY_COUNTER', unblock))).toBe('63c3');
    const right = Uint8Array.from([...unblockBlock(UNBLOCK_CODE), ...pinBlock('1111')]);
    expect(await statusOf(rig.icc, short('RESET_RETRY_COUNTER', right))).toBe('9000');
  });
});

describe('P15: between two programs', () => {
  it('a debit does not go on from what was begun before another SELECT, a reset or a debit', async () => {
    const rig = await CardRig.loaded(500n);
    const [begin, take] = debitCommands(rig, 'one');
    await rig.powerOnAndSelect();
    await rig.icc.transmit(begin);
    await rig.icc.transmit(short('SELECT', AID));
    expect(await statusOf(rig.icc, take)).toBe('6985');
    await rig.icc.transmit(begin);
    await rig.powerOnAndSelect();
    expect(await statusOf(rig.icc, take)).toBe('6985');
    await rig.icc.transmit(begin);
    expect(await statusOf(rig.icc, take)).toBe('9000');
    expect(await statusOf(rig.icc, take)).toBe('6985');
    expect(await balanceOf(rig)).toBe(480n);
  });

  it('a PIN verified before another SELECT pays for nothing', async () => {
    const rig = await CardRig.loaded(500n);
    const [begin, take] = debitCommands(rig, 'dear', { amountMinor: 200n });
    await rig.powerOnAndSelect();
    expect(await statusOf(rig.icc, short('VERIFY', pinBlock(PIN)))).toBe('9000');
    await rig.icc.transmit(short('SELECT', AID));
    await rig.icc.transmit(begin);
    expect(await statusOf(rig.icc, take)).toBe('6982');
  });

  it('many payments at once over one terminal do not mix', async () => {
    const rig = await CardRig.loaded(1_000n, { parameters: (id) => freely(id) });
    const paid = await rig.use((terminal) =>
      Promise.all(
        ['1', '2', '3', '4'].map((nonce) => terminal.pay(rig.request(nonce, { amountMinor: BigInt(nonce) }))),
      ),
    );
    expect(paid.map(({ fields }) => fields.chargedMinor)).toEqual([1n, 2n, 3n, 4n]);
    expect(await balanceOf(rig)).toBe(990n);
  });
});

type Bend = (apdu: Uint8Array, answer: () => Promise<Uint8Array>) => Promise<Uint8Array>;

/** Pays over a wire that somebody has a hand on. */
async function payBent(rig: CardRig, nonce: string, bend: Bend): Promise<string> {
  const inner = await rig.rack.client().connect('reader');
  const connection: CardConnection = {
    atr: inner.atr,
    transmit: (apdu, timeoutMs) => bend(apdu, () => inner.transmit(apdu, timeoutMs)),
    exclusive: (work) => inner.exclusive(work),
    close: (disposition) => inner.close(disposition),
  };
  try {
    const { decision } = await new CardTerminal(connection).pay(rig.request(nonce, { amountMinor: 1n }));
    return `${decision.outcome} ${decision.chargedMinor}`;
  } catch (error) {
    return `${(error as CardTerminalError).code} ${(error as CardTerminalError).charged}`;
  } finally {
    await inner.close('reset');
  }
}
const isDebit = (apdu: Uint8Array): boolean => apdu[0] === 0x80 && apdu[1] === 0x54;

describe('P15: a wire that lies', () => {
  it('any byte of a debit answer turned, its status word left: unknown or the same payment, whole when asked again', async () => {
    const rig = await CardRig.loaded(5_000n, { parameters: (id) => freely(id) });
    const length = 192;
    for (let at = 0; at < length; at += 1) {
      const nonce = `byte ${at % 40}`;
      const told = await payBent(rig, nonce, async (apdu, answer) => {
        const whole = Uint8Array.from(await answer());
        if (isDebit(apdu)) whole[at] = whole[at]! ^ 0x01;
        return whole;
      });
      // Another counter only makes the terminal read the record, which tells the same payment.
      expect(['CARD_TORN unknown', 'approved 1']).toContain(told);
      expect(await payBent(rig, nonce, (_, answer) => answer())).toBe('approved 1');
    }
    expect(await balanceOf(rig)).toBe(4_960n);
  });

  it('any byte of the answer to INITIALIZE turned: unknown or approved, never another payment', async () => {
    const rig = await CardRig.loaded(5_000n, { parameters: (id) => freely(id) });
    for (let at = 0; at < 105; at += 1) {
      const nonce = `byte ${at % 40}`;
      const told = await payBent(rig, nonce, async (apdu, answer) => {
        const whole = Uint8Array.from(await answer());
        if (apdu[0] === 0x80 && apdu[1] === 0x50) whole[at] = whole[at]! ^ 0x01;
        return whole;
      });
      expect(['approved 1', 'CARD_TORN unknown', 'CARD_STATE no']).toContain(told);
    }
  });

  it.each<[string, Bend]>([
    ['"more" without end, a byte at a time', () => Promise.resolve(Uint8Array.of(0x00, 0x61, 0x01))],
    ['"more" without a byte', () => Promise.resolve(Uint8Array.of(0x61, 0x10))],
    ['another length without end', () => Promise.resolve(Uint8Array.of(0x6c, 0x10))],
    ['one byte', () => Promise.resolve(Uint8Array.of(0x90))],
    ['nothing', () => Promise.resolve(new Uint8Array())],
    ['64 KiB', () => Promise.resolve(new Uint8Array(65_538).fill(0x90))],
    ['success and nothing else', () => Promise.resolve(Uint8Array.of(0x90, 0x00))],
    ['silence', () => Promise.reject(new ReaderError('timeout', 'no answer'))],
  ])('%s: CARD_STATE or CARD_TORN, N', async (_, bend) => {
    const rig = await CardRig.loaded(500n);
    const startedMs = performance.now();
    expect(['CARD_STATE no', 'CARD_TORN no']).toContain(await payBent(rig, 'one', bend));
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(await balanceOf(rig)).toBe(500n);
  });
});

describe('T15: mutated commands', () => {
  /** Every command of a card's life, as the terminal sends them. */
  async function commandsOf(rig: CardRig): Promise<Uint8Array[]> {
    const sent: Uint8Array[] = [];
    const inner = await rig.rack.client().connect('reader');
    const connection: CardConnection = {
      atr: inner.atr,
      transmit(apdu, timeoutMs) {
        sent.push(Uint8Array.from(apdu));
        return inner.transmit(apdu, timeoutMs);
      },
      exclusive: (work) => inner.exclusive(work),
      close: (disposition) => inner.close(disposition),
    };
    const terminal = new CardTerminal(connection);
    await terminal.info();
    await terminal.pay(rig.request('a'));
    await terminal.pay(rig.request('b', { amountMinor: 200n }), { pin: PIN });
    await terminal.records();
    await terminal.challenge();
    await terminal.putRates(rig.ratesEnvelope(ratesOf({ id: 8 })));
    await terminal.putParameters(rig.parametersEnvelope(parametersFor(rig.cardId, { number: 2 })));
    await terminal.changePin(PIN, '1357');
    await terminal.unblock(UNBLOCK_CODE, PIN);
    await inner.close('reset');
    return sent;
  }

  it.each(ALGS)('%s: no mutant is a fault of the card, and none adds value', async (_, alg) => {
    const rig = await CardRig.loaded(500n, { alg });
    const start = await copyOf(rig.store);
    const commands = await commandsOf(rig);
    const draw = drawFrom(alg);
    const statusWords = new Set<string>();
    for (let life = 0; life < 40; life += 1) {
      const store = await copyOf(start);
      const card = createApplet({ store });
      await card.powerOn();
      for (const command of commands) {
        if (draw(3) === 0) statusWords.add(await statusOf(card, mutate(command, draw)));
        await card.transmit(command);
      }
      await rig.restart(store);
      expect(await balanceOf(rig)).toBeLessThanOrEqual(500n);
    }
    expect(statusWords.size).toBeGreaterThan(8);
    for (const fault of ['6f00', '6500', '6581', '9408']) expect(statusWords).not.toContain(fault);
  });

  it.each(ALGS)('%s: objects of a personalisation, and keys that are no points', async (_, alg) => {
    const rig = await CardRig.blank({ alg });
    rig.spki = await rig.use((terminal) => terminal.generateKey(alg));
    const keyed = await copyOf(rig.store);
    const { cardId, userId, issuerKey, chain, parameters, rates } = rig.cardIssue();
    const objects = {
      pin: pinBlock(PIN),
      unblockCode: unblockBlock(UNBLOCK_CODE),
      cardId,
      userId,
      issuerKey,
      chain,
      parameters,
      rates,
    };
    const personalise = async (data: Uint8Array): Promise<string> => {
      const card = createApplet({ store: await copyOf(keyed) });
      await card.powerOn();
      await card.transmit(short('SELECT', AID));
      const { cla, ins } = COMMANDS.PERSONALISE;
      return statusOf(card, Uint8Array.from([cla, ins, 0, 0, 0, data.length >> 8, data.length & 0xff, ...data]));
    };
    const whole = encodeIssuerObjects(objects);
    expect(await personalise(whole)).toBe('9000');
    const draw = drawFrom(alg);
    for (let i = 0; i < 150; i += 1)
      expect(['9000', '6982', '6a80', '6700']).toContain(await personalise(mutate(whole, draw).slice(0, 20_000)));
    const p256 = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
    const ed25519 = Buffer.from('302a300506032b6570032100', 'hex');
    const noPoints = [
      [...p256, ...Buffer.alloc(64)],
      [...p256, ...Buffer.alloc(64, 0xff)],
      [...p256.subarray(0, -1), 0x02, ...Buffer.alloc(64, 1)],
      [...ed25519, ...Buffer.alloc(32)],
      [...ed25519, ...Buffer.alloc(32, 0xff)],
    ];
    for (const key of noPoints)
      expect(await personalise(encodeIssuerObjects({ ...objects, issuerKey: Uint8Array.from(key) }))).toBe('6982');
  });
});

describe('P1: personalised by a stranger', () => {
  it('a card of ours does not change its issuer', async () => {
    const [mine, theirs] = [await CardRig.loaded(500n), await CardRig.issued({ name: 'theirs' })];
    await mine.powerOnAndSelect();
    const issue = theirs.cardIssue();
    const data = encodeIssuerObjects({ ...issue, pin: pinBlock('0000'), unblockCode: unblockBlock('00000000') });
    expect(word((await mine.send('PERSONALISE', { data })).statusWord)).toBe('6985');
    for (const name of ['GENERATE_KEY_PAIR', 'PROVE_POSSESSION'] as const)
      expect(word((await mine.send(name, { data: new Uint8Array(16) })).statusWord)).toBe('6985');
  });
});

describe('P5, P7: the software card', () => {
  it('the profile of before put back, what lies outside left alone: CARD_FORK', async () => {
    const [root, older] = [temporaryFolder(), temporaryFolder()];
    const store = await usedStore(root, 1);
    cpSync(root, older, { recursive: true });
    await store.commit(stateOf(2));
    await store.commit(stateOf(3));
    rmSync(join(root, 'profile'), { recursive: true });
    cpSync(join(older, 'profile'), join(root, 'profile'), { recursive: true });
    expect(await storeOutcomeOf(() => storeIn(root).load())).toBe('CARD_FORK');
  });

  it('a card destroyed and made again: fragments of the first are none of the second', async () => {
    const [root, first] = [temporaryFolder(), temporaryFolder()];
    const store = await usedStore(root, 3);
    cpSync(root, first, { recursive: true });
    await store.destroy();
    await store.create();
    for (const number of [1, 2, 3]) await store.commit(stateOf(number + 100));
    cpSync(join(first, 'profile/cards/a'), join(root, 'profile/cards/a'), { recursive: true });
    expect(await storeOutcomeOf(() => storeIn(root).load())).toBe(103);
    cpSync(join(first, 'profile'), join(root, 'profile'), { recursive: true });
    expect(await storeOutcomeOf(() => storeIn(root).load())).toBe('CARD_FORK');
  });

  it('a second store on the same places cannot commit once the first has', async () => {
    const root = temporaryFolder();
    const one = await usedStore(root, 1);
    const two = storeIn(root);
    await two.load();
    await one.commit(stateOf(2));
    expect(await storeOutcomeOf(() => two.commit(stateOf(22)))).toBe('CARD_FORK');
    expect(await storeOutcomeOf(() => storeIn(root).load())).toBe(2);
  });
});

it('P3: a card lives by the later of two times, whatever comes in which order', async () => {
  const rig = await CardRig.loaded(500n);
  await rig.recharge({ timeMs: NOON_MS + 10 * DAY_MS });
  await rig.recharge({ timeMs: NOON_MS });
  expect(await codeOf(rig.pay('before', { atMs: NOON_MS + DAY_MS }))).toBe('CLOCK_SKEW');
  expect(await codeOf(rig.pay('after', { atMs: NOON_MS + 10 * DAY_MS }))).toBe('done');
});
