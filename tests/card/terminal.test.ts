/** The terminal before readers that fail and cards that lie: every ending has a code, and says whether money may have moved. */
import { describe, expect, it } from 'vitest';
import {
  CardTerminal,
  ReaderError,
  withCard,
  type CardConnection,
  type CardFacts,
  type ReaderErrorKind,
} from '@coinslot/card';
import type { Charged, CodeName } from '@coinslot/protocol';
import { SW } from '../../card/src/applet/status-words.ts';
import { COMMANDS, type CommandName } from '../../card/src/applet/commands.ts';
import { fromReader, fromStatus } from '../../card/src/terminal/errors.ts';
import { CardRig, parametersFor, PIN, ratesOf } from './applet-parties.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const isCommand = (apdu: Uint8Array, name: CommandName): boolean =>
  apdu[0] === COMMANDS[name].cla && apdu[1] === COMMANDS[name].ins;

/** A wire to a real card on which `meddle` may answer in the card's stead, or change what it said. */
function wire(
  rig: CardRig,
  meddle: (apdu: Uint8Array, pass: () => Promise<Uint8Array>) => Promise<Uint8Array>,
): CardConnection {
  return {
    atr: new Uint8Array(),
    transmit: (apdu) => meddle(apdu, () => rig.icc.transmit(apdu)),
    exclusive: (work) => work(),
    close: () => Promise.resolve(),
  };
}

async function endOf(attempt: Promise<unknown>): Promise<{ code: CodeName | 'done'; charged: Charged | undefined }> {
  try {
    await attempt;
    return { code: 'done', charged: undefined };
  } catch (error) {
    const { code, charged } = error as { code: CodeName; charged: Charged };
    return { code, charged };
  }
}

async function paying(meddle: Parameters<typeof wire>[1], options: { alg?: 1 | 2; limits?: object } = {}) {
  const rig = await CardRig.loaded(500n, options.alg === undefined ? {} : { alg: options.alg });
  await rig.icc.powerOn();
  const terminal = new CardTerminal(wire(rig, meddle), options.limits);
  return { rig, terminal, end: await endOf(terminal.pay(rig.request('one'))) };
}

/** Everything passes but the answer to one command. */
const instead =
  (name: CommandName, answer: (real: Uint8Array) => Uint8Array | Promise<Uint8Array>) =>
  async (apdu: Uint8Array, pass: () => Promise<Uint8Array>): Promise<Uint8Array> =>
    isCommand(apdu, name) ? answer(await pass()) : pass();

describe('P15: what a reader can meet', () => {
  it.each<[ReaderErrorKind, CodeName, CodeName]>([
    ['removed', 'CARD_ABSENT', 'CARD_TORN'],
    ['reset', 'BUSY', 'CARD_TORN'],
    ['comm', 'CARD_TORN', 'CARD_TORN'],
    ['timeout', 'CARD_STATE', 'CARD_TORN'],
    ['proto', 'CARD_STATE', 'CARD_TORN'],
    ['no-card', 'CARD_ABSENT', 'CARD_ABSENT'],
    ['no-reader', 'CARD_ABSENT', 'CARD_ABSENT'],
    ['no-service', 'CARD_ABSENT', 'CARD_ABSENT'],
    ['sharing', 'BUSY', 'BUSY'],
  ])('%s: %s before the debit was sent, %s after', async (kind, before, after) => {
    const fault = (): never => {
      throw new ReaderError(kind, 'as the test says');
    };
    expect((await paying(instead('INITIALIZE_FOR_PURCHASE', fault))).end).toEqual({ code: before, charged: 'no' });
    const { rig, end } = await paying(instead('DEBIT_FOR_PURCHASE', fault));
    expect(end).toEqual({ code: after, charged: after === 'CARD_TORN' ? 'unknown' : 'no' });
    const { purses } = await rig.use((terminal) => terminal.info());
    expect(purses[0]!.balanceMinor).toBe(480n);
  });

  it.each<[string, string, CodeName, Charged]>([
    ['nothing', '', 'CARD_TORN', 'unknown'],
    ['one byte', '90', 'CARD_TORN', 'unknown'],
    ['9000 and nothing else', '9000', 'CARD_TORN', 'unknown'],
    ['a cut answer', `${'00'.repeat(40)}9000`, 'CARD_TORN', 'unknown'],
    ['memory failure', '6581', 'CARD_TORN', 'unknown'],
    ['execution error', '6400', 'CARD_TORN', 'unknown'],
    ['no precise diagnosis', '6f00', 'CARD_TORN', 'unknown'],
    ['not of this class any more', '6e00', 'CARD_STATE', 'no'],
    ['conditions', '6985', 'CARD_STATE', 'no'],
    ['the PIN is needed', '6982', 'CONSENT_REQUIRED', 'no'],
    ['full', '6a84', 'RECORD_FULL', 'no'],
    ['blocked', '9406', 'CARD_BLOCKED', 'no'],
    ['another payment', '9404', 'ID_CONFLICT', 'no'],
    ['too old', '9405', 'CLOCK_SKEW', 'no'],
    ['a fork', '9408', 'CARD_FORK', 'no'],
    ['another length without end', '6c10', 'CARD_TORN', 'unknown'],
    ['more and none of it', '6110', 'CARD_TORN', 'unknown'],
  ])('a debit answered with %s (%s): %s, charged %s', async (_, answer, code, charged) => {
    const meddle = async (apdu: Uint8Array, pass: () => Promise<Uint8Array>): Promise<Uint8Array> => {
      if (isCommand(apdu, 'GET_RESPONSE')) return hex('6110');
      return isCommand(apdu, 'DEBIT_FOR_PURCHASE') ? hex(answer) : pass();
    };
    const rig = await CardRig.loaded(500n);
    const remembered = new Map<string, CardFacts>();
    await rig.use((terminal) => terminal.info(), { remembered }); // its own long answers are not what this is about
    await rig.icc.powerOn();
    const terminal = new CardTerminal(wire(rig, meddle), { remembered });
    expect(await endOf(terminal.pay(rig.request('one')))).toEqual({ code, charged });
  });

  it('an answer that goes on for ever is cut at a bound', async () => {
    let rounds = 0;
    const meddle = async (apdu: Uint8Array, pass: () => Promise<Uint8Array>): Promise<Uint8Array> => {
      if (isCommand(apdu, 'GET_RESPONSE')) rounds += 1;
      return isCommand(apdu, 'GET_DATA') || isCommand(apdu, 'GET_RESPONSE')
        ? Uint8Array.from([...new Uint8Array(100), 0x61, 0x10])
        : pass();
    };
    const { end } = await paying(meddle);
    expect(end).toEqual({ code: 'CARD_STATE', charged: 'no' });
    expect(rounds).toBeLessThan(200);
  });

  it('6Cxx once is followed, and the debit is the same one', async () => {
    let asked = 0;
    const meddle = async (apdu: Uint8Array, pass: () => Promise<Uint8Array>): Promise<Uint8Array> => {
      if (!isCommand(apdu, 'INITIALIZE_FOR_PURCHASE') || ++asked > 1) return pass();
      return hex('6c6a');
    };
    expect((await paying(meddle)).end.code).toBe('done');
    expect(asked).toBe(2);
  });

  it('a card that never comes to an end is given up within the time of all commands together', async () => {
    let nowMs = 0;
    const meddle = async (_: Uint8Array, pass: () => Promise<Uint8Array>): Promise<Uint8Array> => {
      nowMs += 1_900;
      return pass();
    };
    const { end } = await paying(meddle, { limits: { now: () => nowMs } });
    expect(end).toEqual({ code: 'CARD_STATE', charged: 'no' });
    expect(nowMs).toBeLessThan(8_000);
  });

  it('no command waits longer than is left', async () => {
    const waits: number[] = [];
    let nowMs = 0;
    const rig = await CardRig.loaded(500n);
    await rig.icc.powerOn();
    const connection = wire(rig, (_, pass) => pass());
    const terminal = new CardTerminal(
      {
        ...connection,
        transmit: (apdu, timeoutMs) => (waits.push(timeoutMs), (nowMs += 100), connection.transmit(apdu, timeoutMs)),
      },
      { apduMs: 300, totalMs: 500, now: () => nowMs },
    );
    expect((await endOf(terminal.info())).code).toBe('CARD_STATE');
    expect(waits).toEqual([300, 300, 300, 200, 100]);
  });
});

describe('a card that lies', () => {
  it.each<[string, CommandName, (real: Uint8Array) => Uint8Array]>([
    ['another head', 'DEBIT_FOR_PURCHASE', (real) => real.with(10, real[10]! ^ 1)],
    ['another unreported sum', 'DEBIT_FOR_PURCHASE', (real) => real.with(45, real[45]! ^ 1)],
    ['a PIN that was not verified', 'DEBIT_FOR_PURCHASE', (real) => real.with(46, 1)],
    ['another signature', 'DEBIT_FOR_PURCHASE', (real) => real.with(60, real[60]! ^ 1)],
    ['a code where it has approved', 'DEBIT_FOR_PURCHASE', (real) => real.with(1, 0x65)],
    ['another head before', 'INITIALIZE_FOR_PURCHASE', (real) => real.with(80, real[80]! ^ 1)],
  ])('with %s: the outcome is unknown', async (_, name, bend) => {
    for (const alg of [1, 2] as const) {
      const { end } = await paying(instead(name, bend), { alg });
      expect(end).toEqual({ code: 'CARD_TORN', charged: 'unknown' });
    }
  });

  it('with another counter: its stored answer tells the truth', async () => {
    const { rig, end } = await paying(instead('DEBIT_FOR_PURCHASE', (real) => real.with(5, real[5]! ^ 2)));
    expect(end.code).toBe('done');
    expect((await rig.use((terminal) => terminal.info())).purses[0]!.balanceMinor).toBe(480n);
  });

  it.each<[string, (real: Uint8Array) => Uint8Array]>([
    ['another name', (real) => real.with(5, 0)],
    ['another version', (real) => real.with(real.indexOf(0xc0) + 2, 9)],
    ['an FCI that is cut', (real) => real.with(1, real[1]! - 1)],
    ['no FCI', () => hex('9000')],
  ])('selected with %s: CARD_STATE', async (_, bend) => {
    expect((await paying(instead('SELECT', bend))).end).toEqual({ code: 'CARD_STATE', charged: 'no' });
  });

  it('another application, or none: CARD_ABSENT', async () => {
    expect((await paying(instead('SELECT', () => hex('6a82')))).end).toEqual({ code: 'CARD_ABSENT', charged: 'no' });
  });

  it('records that are not one chain: RECORD_GAP', async () => {
    const rig = await CardRig.loaded(500n);
    for (const nonce of ['one', 'two', 'three']) await rig.pay(nonce);
    await rig.icc.powerOn();
    const skip = async (apdu: Uint8Array, pass: () => Promise<Uint8Array>): Promise<Uint8Array> =>
      isCommand(apdu, 'READ_RECORD') && apdu[2]! >= 2 ? rig.icc.transmit(apdu.with(2, apdu[2]! + 1)) : pass();
    expect(await endOf(new CardTerminal(wire(rig, skip)).records())).toEqual({ code: 'RECORD_GAP', charged: 'no' });
  });

  it('a proof of another request: ID_CONFLICT', async () => {
    const rig = await CardRig.loaded(500n);
    await rig.pay('one');
    expect(await endOf(rig.use((terminal) => terminal.proof(rig.request('one', { amountMinor: 21n }))))).toMatchObject({
      code: 'ID_CONFLICT',
    });
  });

  it('a high s is made low: the envelope verifies everywhere', async () => {
    const rig = await CardRig.loaded(500n, { alg: 2 });
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const highs: boolean[] = [];
    await rig.icc.powerOn();
    const meddle = instead('DEBIT_FOR_PURCHASE', (real) => {
      const s = BigInt(`0x${Buffer.from(real.slice(160, 192)).toString('hex')}`);
      highs.push(s > order / 2n);
      const other = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex');
      return Uint8Array.from([...real.slice(0, 160), ...other, 0x90, 0x00]);
    });
    const signature = async (terminal: CardTerminal, nonce: string) =>
      (await terminal.pay(rig.request(nonce, { amountMinor: 1n }))).signature;
    const plain = await signature(new CardTerminal(wire(rig, (_, pass) => pass())), 'one');
    expect(await signature(new CardTerminal(wire(rig, meddle)), 'one')).toEqual(plain);
    expect(highs).toHaveLength(1);
  });
});

describe('a transaction', () => {
  it('is one exclusive stretch, and three commands after SELECT once the card is known', async () => {
    const rig = await CardRig.loaded(500n);
    const remembered = new Map<string, CardFacts>();
    const payment = async (nonce: string) => {
      const seen: string[] = [];
      await rig.icc.powerOn();
      const inner = wire(rig, (apdu, pass) => {
        seen.push(Buffer.from(apdu.slice(0, 4)).toString('hex'));
        expect(apdu.length).toBeLessThanOrEqual(4 + 1 + 255 + 1);
        return pass();
      });
      const exclusive = async <T>(work: () => Promise<T>): Promise<T> => {
        seen.push('begin');
        const value = await work();
        seen.push('end');
        return value;
      };
      await new CardTerminal({ ...inner, exclusive }, { remembered }).pay(rig.request(nonce), { pin: PIN });
      return seen;
    };
    await payment('one');
    expect(await payment('two')).toEqual([
      'begin',
      '00a40400',
      '00200080',
      '80500000',
      '80540000',
      '00a4040c', // what was verified is forgotten
      'end',
    ]);
  });

  it('what the card has said stands when the reader is lost as it ends', async () => {
    const rig = await CardRig.loaded(500n);
    await rig.icc.powerOn();
    const exclusive = async <T>(work: () => Promise<T>): Promise<T> => {
      await work();
      throw new ReaderError('no-service', 'gone');
    };
    const terminal = new CardTerminal({ ...wire(rig, (_, pass) => pass()), exclusive });
    expect((await terminal.pay(rig.request('one'))).decision.outcome).toBe('approved');
  });

  it('another client holds the card: BUSY', async () => {
    const rig = await CardRig.loaded(500n);
    const other = await rig.rack.client().connect('reader');
    const mine = rig.rack.client({ exclusiveMs: 5 });
    await other.exclusive(async () => {
      expect(await endOf(withCard(mine, 'reader', (terminal) => terminal.select()))).toEqual({
        code: 'BUSY',
        charged: 'no',
      });
    });
    await other.close('leave');
  });

  it('no card, no reader: CARD_ABSENT, and what to do', async () => {
    const rig = await CardRig.loaded(500n);
    await expect(withCard(rig.rack.client(), 'no such', (one) => one.select())).rejects.toMatchObject({
      code: 'CARD_ABSENT',
      hint: 'plug the reader in',
    });
    rig.slot.remove();
    await expect(rig.use((one) => one.select())).rejects.toMatchObject({
      code: 'CARD_ABSENT',
      hint: 'put the card in',
    });
  });

  it('leaves the card reset, whatever happened', async () => {
    const rig = await CardRig.loaded(5_000n);
    await rig.use((terminal) => terminal.verifyPin(PIN));
    const connection = await rig.rack.client().connect('reader');
    expect(await connection.transmit(hex('00200080'), 100)).toEqual(hex('6985'));
    await connection.close('leave');
  });

  it('parameters and rates are read back as they were given', async () => {
    const rig = await CardRig.loaded(500n);
    const next = { ...parametersFor(rig.cardId, { number: 5 }), noPinCountMax: 9 };
    await rig.use((terminal) => terminal.putParameters(rig.parametersEnvelope(next)));
    await rig.use((terminal) => terminal.putRates(rig.ratesEnvelope(ratesOf({ id: 9 }))));
    const { parameters, rates, standing } = await rig.use((terminal) => terminal.info());
    expect(parameters.value).toEqual(next);
    expect(rates.value).toEqual(ratesOf({ id: 9 }));
    expect(standing).toMatchObject({ parametersNumber: 5, rateTableId: 9 });
  });
});

describe('words', () => {
  it('every status word of the card has a code', () => {
    for (const statusWord of Object.values(SW))
      for (const name of Object.keys(COMMANDS) as CommandName[])
        expect(fromStatus(statusWord, name).code).toMatch(/^[A-Z_]+$/);
  });

  it('a torn recharge charges nothing and can be taken up again', () => {
    const error = fromReader(new ReaderError('comm', 'torn'), 'CREDIT_FOR_LOAD');
    expect(error).toMatchObject({ code: 'CARD_TORN', charged: 'no', retryable: true });
  });

  it.each([['123'], ['123456789'], ['12a4'], ['']])('a PIN %j is the caller’s mistake', async (pin) => {
    const rig = await CardRig.loaded(500n);
    await expect(async () => rig.use((terminal) => terminal.verifyPin(pin))).rejects.toThrow(TypeError);
    await expect(async () => rig.use((terminal) => terminal.unblock(pin, PIN))).rejects.toThrow(TypeError);
  });
});
