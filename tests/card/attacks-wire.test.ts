/** What an attacker on the wire, or a wire that breaks, once made the terminal say of a payment. Rows are named by their threat case. */
import { describe, expect, it } from 'vitest';
import { CardTerminal, ReaderError, type CardConnection, type CardFacts } from '@coinslot/card';
import type { Charged, CodeName } from '@coinslot/protocol';
import { COMMANDS, type CommandName } from '../../card/src/applet/commands.ts';
import { DAY_MS, NOON_MS } from '../lib/parties.ts';
import { CardRig, freely, PIN } from './applet-parties.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const isCommand = (apdu: Uint8Array, name: CommandName): boolean =>
  apdu[0] === COMMANDS[name].cla && apdu[1] === COMMANDS[name].ins;

/** Answers in the card's stead, or changes what it said. */
type Bend = (apdu: Uint8Array, answer: () => Promise<Uint8Array>) => Promise<Uint8Array> | Uint8Array;

const asItIs: Bend = (_, answer) => answer();

/** The answer to one command bent; the others pass. */
const only =
  (name: CommandName, bend: (answer: () => Promise<Uint8Array>) => Promise<Uint8Array> | Uint8Array): Bend =>
  (apdu, answer) =>
    isCommand(apdu, name) ? bend(answer) : answer();

/** A card that is known already, on a wire of its own. */
class Wire {
  readonly rig: CardRig;
  readonly sent: Uint8Array[] = [];
  readonly #remembered = new Map<string, CardFacts>();

  private constructor(rig: CardRig) {
    this.rig = rig;
  }

  static async to(rig: CardRig): Promise<Wire> {
    const wire = new Wire(rig);
    await wire.over(asItIs, (terminal) => terminal.info());
    return wire;
  }

  async over<T>(bend: Bend, work: (terminal: CardTerminal) => Promise<T>): Promise<T> {
    await this.rig.icc.powerOn();
    const connection: CardConnection = {
      atr: new Uint8Array(),
      transmit: async (apdu) => {
        this.sent.push(apdu);
        return bend(apdu, () => this.rig.icc.transmit(apdu));
      },
      exclusive: (inner) => inner(),
      close: () => Promise.resolve(),
    };
    return work(new CardTerminal(connection, { remembered: this.#remembered }));
  }

  pay(bend: Bend, nonce: string, options: Parameters<CardRig['request']>[1] = {}): Promise<string> {
    return toldOf(this.over(bend, (terminal) => terminal.pay(this.rig.request(nonce, options))));
  }
}

/** What was told: `approved`, `refused`, or the code and whether it was charged. */
async function toldOf(attempt: Promise<{ decision: { outcome: string } } | undefined>): Promise<string> {
  try {
    return (await attempt)?.decision.outcome ?? 'nothing recorded';
  } catch (error) {
    const { code, charged } = error as { code: CodeName; charged: Charged };
    return `${code} ${charged}`;
  }
}

const balanceOf = async (rig: CardRig): Promise<bigint> =>
  (await rig.use((terminal) => terminal.info())).purses[0]!.balanceMinor;

describe('P12, P15: a debit answer cut', () => {
  it.each([1, 2] as const)('after any byte, alg %d: unknown, and the same payment when asked again', async (alg) => {
    const wire = await Wire.to(await CardRig.loaded(5_000n, { alg, parameters: freely }));
    for (let length = 0; length < 194; length += 1) {
      const nonce = `cut ${length % 40}`;
      const cut = only('DEBIT_FOR_PURCHASE', async (answer) => (await answer()).slice(0, length));
      expect(`${length} ${await wire.pay(cut, nonce, { amountMinor: 1n })}`).toBe(`${length} CARD_TORN unknown`);
      expect(await wire.pay(asItIs, nonce, { amountMinor: 1n })).toBe('approved');
    }
    expect(await balanceOf(wire.rig)).toBe(4_960n);
  });

  it.each([0x6985, 0x6a88, 0x9405, 0x9401, 0x6982, 0x6c10, 0x6c00, 0x6110, 0x6100])(
    'so that it ends like status word %i: unknown',
    async (statusWord) => {
      const wire = await Wire.to(await CardRig.loaded(500n));
      const cut = only('DEBIT_FOR_PURCHASE', async (answer) =>
        Uint8Array.from([...(await answer()).slice(0, 60), statusWord >> 8, statusWord & 0xff]),
      );
      expect(await wire.pay(cut, 'one')).toBe('CARD_TORN unknown');
      expect(wire.sent.filter((apdu) => isCommand(apdu, 'DEBIT_FOR_PURCHASE'))).toHaveLength(1);
      expect(await wire.pay(asItIs, 'one')).toBe('approved');
      expect(await balanceOf(wire.rig)).toBe(480n);
    },
  );

  it.each(['0000', '63c2', '6300', '6581', '6983', '6a82', '6a83', '6c10', '9000', '9409', 'ffff'])(
    'to %s, no refusal of a debit: unknown, and never sent twice',
    async (statusWord) => {
      const wire = await Wire.to(await CardRig.loaded(500n));
      const cut = only('DEBIT_FOR_PURCHASE', async (answer) => (await answer(), hex(statusWord)));
      expect(await wire.pay(cut, 'one')).toBe('CARD_TORN unknown');
      expect(wire.sent.filter((apdu) => isCommand(apdu, 'DEBIT_FOR_PURCHASE'))).toHaveLength(1);
    },
  );

  it.each<[string, () => Uint8Array]>([
    [
      'another program has the card',
      () => {
        throw new ReaderError('sharing', 'in use');
      },
    ],
    [
      'the card is gone',
      () => {
        throw new ReaderError('no-card', 'gone');
      },
    ],
    ['nothing waits any more', () => hex('6985')],
    ['nothing is there', () => hex('6a88')],
  ])('at 61xx, and then %s: unknown', async (_, rest) => {
    const wire = await Wire.to(await CardRig.loaded(500n));
    const meddle: Bend = async (apdu, answer) => {
      if (isCommand(apdu, 'GET_RESPONSE')) return rest();
      if (!isCommand(apdu, 'DEBIT_FOR_PURCHASE')) return answer();
      await answer();
      return hex('616f');
    };
    expect(await wire.pay(meddle, 'one')).toBe('CARD_TORN unknown');
    expect(await wire.pay(asItIs, 'one')).toBe('approved');
  });

  it('and the reader lost as it lets the card go: still unknown', async () => {
    const rig = await CardRig.loaded(500n);
    await rig.icc.powerOn();
    const terminal = new CardTerminal({
      atr: new Uint8Array(),
      transmit: async (apdu) => {
        const answer = await rig.icc.transmit(apdu);
        return isCommand(apdu, 'DEBIT_FOR_PURCHASE') ? answer.slice(0, 9) : answer;
      },
      exclusive: async (work) => {
        await work().catch(() => undefined);
        throw new ReaderError('no-reader', 'pulled');
      },
      close: () => Promise.resolve(),
    });
    expect(await toldOf(terminal.pay(rig.request('one')))).toBe('CARD_TORN unknown');
  });
});

describe('P12: a signed refusal whose proof is torn', () => {
  it.each<[string, Bend]>([
    ['no answer', only('GET_TRANSACTION_PROOF', () => new Uint8Array())],
    ['cut', only('GET_TRANSACTION_PROOF', async (answer) => (await answer()).slice(0, 70))],
    ['nothing of that nonce', only('GET_TRANSACTION_PROOF', () => hex('6a88'))],
  ])('%s: it is recorded, so unknown until it is read', async (_, bend) => {
    const wire = await Wire.to(await CardRig.loaded(30n, { parameters: freely }));
    expect(await wire.pay(bend, 'dear', { amountMinor: 31n })).toBe('CARD_TORN unknown');
    expect(await wire.pay(asItIs, 'dear', { amountMinor: 31n })).toBe('refused');
  });
});

describe('P13: the last decision asked for', () => {
  it('cut so that it ends like "no such nonce": CARD_STATE, never "nothing recorded"', async () => {
    const wire = await Wire.to(await CardRig.loaded(500n));
    await wire.pay(asItIs, 'one');
    const body = wire.rig.request('one');
    const proof = (bend: Bend): Promise<string> => toldOf(wire.over(bend, (terminal) => terminal.proof(body)));
    const cut = only('GET_TRANSACTION_PROOF', async (answer) =>
      Uint8Array.from([...(await answer()).slice(0, 50), 0x6a, 0x88]),
    );
    expect(await proof(cut)).toBe('CARD_STATE no');
    expect(await proof(only('GET_RESPONSE', () => hex('6a88')))).toBe('CARD_STATE no');
    expect(await proof(asItIs)).toBe('approved');
    expect(await toldOf(wire.over(asItIs, (terminal) => terminal.proof(wire.rig.request('two'))))).toBe(
      'nothing recorded',
    );
  });
});

describe('P3, P16: refused as too old', () => {
  const paidAndCleared = async (): Promise<Wire> => {
    const wire = await Wire.to(await CardRig.loaded(500n));
    await wire.pay(asItIs, 'one');
    await wire.rig.recharge();
    return wire;
  };

  it('paid, and its record gone up: CLOCK_SKEW, and whether it was charged is not known here', async () => {
    const wire = await paidAndCleared();
    expect(await wire.pay(asItIs, 'one')).toBe('CLOCK_SKEW unknown');
    expect(await wire.pay(asItIs, 'never asked for', { atMs: NOON_MS - 1 })).toBe('CLOCK_SKEW unknown');
    expect(await balanceOf(wire.rig)).toBe(480n);
  });

  it.each<[string, Bend]>([
    ['torn', only('GET_DATA', () => new Uint8Array())],
    ['cut', only('GET_DATA', async (answer) => (await answer()).slice(0, 40))],
  ])('and what the card says of its time is %s: not known either', async (_, bend) => {
    expect(await (await paidAndCleared()).pay(bend, 'one')).toBe('CLOCK_SKEW unknown');
  });

  it('from before the time that the card knows, and after its last clearing: not charged', async () => {
    const wire = await paidAndCleared();
    await wire.rig.recharge({ timeMs: NOON_MS + DAY_MS });
    expect(await wire.pay(asItIs, 'late', { atMs: NOON_MS + 60_000 })).toBe('CLOCK_SKEW no');
  });
});

describe('P11, P15: a full card that is slow', () => {
  /** Reads a full card on a wire that takes so long for each command, and may ask for another record than it was told to. */
  async function records(commandMs: number, numberOf: (number: number) => number = (number) => number) {
    const rig = await CardRig.loaded(500n, { parameters: freely });
    await rig.use(async (terminal) => {
      for (let i = 0; i < 64; i += 1) await terminal.pay(rig.request(`${i}`, { amountMinor: 1n }));
    });
    await rig.icc.powerOn();
    let nowMs = 0;
    let sent = 0;
    const connection: CardConnection = {
      atr: new Uint8Array(),
      transmit: (apdu) => {
        nowMs += commandMs;
        if (!isCommand(apdu, 'READ_RECORD')) return rig.icc.transmit(apdu);
        sent += 1;
        return rig.icc.transmit(apdu.with(2, numberOf(apdu[2]!)));
      },
      exclusive: (work) => work(),
      close: () => Promise.resolve(),
    };
    const told = await new CardTerminal(connection, { now: () => nowMs }).records().then(
      (entries) => `${entries.length} records`,
      ({ code, charged }: { code: string; charged: string }) => `${code} ${charged}`,
    );
    return { told, sent };
  }

  it('gives all its records, and is not asked for one more', async () => {
    expect(await records(120)).toMatchObject({ told: '64 records', sent: 64 });
    expect(await records(1_900)).toMatchObject({ told: '64 records', sent: 64 });
  });

  it('that gives the same record for ever is cut at as many as a card has', async () => {
    expect(await records(10, () => 1)).toMatchObject({ told: 'RECORD_GAP no', sent: 64 });
  });
});

describe('P14: 6Cxx', () => {
  it('does not make the terminal try a PIN twice', async () => {
    const wire = await Wire.to(await CardRig.loaded(500n));
    const again = only('VERIFY', async (answer) => (await answer(), hex('6c10')));
    await expect(wire.over(again, (terminal) => terminal.verifyPin('0000'))).rejects.toMatchObject({
      code: 'CARD_STATE',
    });
    expect((await wire.rig.use((terminal) => terminal.info())).standing.pinTries).toBe(2);
    expect(await wire.rig.use((terminal) => terminal.verifyPin(PIN))).toEqual({ verified: true, triesLeft: 3 });
  });
});
