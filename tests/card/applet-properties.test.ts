/**
 * Any sequence of payments, PINs, recharges, resets and torn commits, held against a model that knows nothing of the applet:
 * it adds up what the decisions and acknowledgements themselves say.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cardRecordHash, decodePaymentRequest, type UploadAcknowledgement } from '@coinslot/protocol';
import { memoryStore, type CardEntry, type CardInfo, type CardPayment } from '@coinslot/card';
import { DAY_MS, NOON_MS } from '../lib/parties.ts';
import { ALGS, CardRig, parametersFor, PIN, ratesOf, type PaymentOptions } from './applet-parties.ts';
import { tearingStore, type Tear, type TearingStore } from './applet-tearing.ts';

type Move =
  | {
      kind: 'pay';
      nonce: number;
      amount: number;
      currency: 'EUR' | 'USD' | 'JPY';
      pin: 'none' | 'right' | 'wrong';
      /** By a clock that is ten days ahead. */
      ahead: boolean;
      tear: Tear | 'no';
    }
  | { kind: 'pin'; right: boolean; tear: Tear | 'no'; nth: number }
  | { kind: 'unblock' }
  | { kind: 'recharge'; credit: number; upTo: 'all' | 'first'; deliver: 'once' | 'twice' | 'never'; tear: Tear | 'no' }
  | { kind: 'parameters'; ceiling: number }
  | { kind: 'rates' }
  | { kind: 'reset' };

const tear = fc.constantFrom<Tear | 'no'>('no', 'no', 'no', 'before', 'after');
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('pay' as const),
      nonce: fc.integer({ min: 0, max: 11 }),
      amount: fc.constantFrom(0, 1, 20, 99, 100, 101, 400, 999, 1_001),
      currency: fc.constantFrom('EUR', 'USD', 'JPY'),
      pin: fc.constantFrom('none', 'none', 'none', 'right', 'wrong'),
      ahead: fc.constantFrom(false, false, false, true),
      tear,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pin' as const),
      right: fc.boolean(),
      tear,
      nth: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'unblock' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('recharge' as const),
      credit: fc.constantFrom(0, 50, 700),
      upTo: fc.constantFrom('all', 'first'),
      deliver: fc.constantFrom('once', 'twice', 'never'),
      tear,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('parameters' as const), ceiling: fc.constantFrom(200, 1_000, 2_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'rates' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reset' as const }) },
);

const EMPTY_HEAD = new Uint8Array(32);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What must hold, told from outside the card. */
class Auditor {
  /** Credits that the card has taken, by acknowledgement number. */
  readonly #credited = new Map<number, bigint>();
  /** Every decision that ever came out, by nonce. */
  readonly decisions = new Map<string, CardPayment>();
  /** Records by counter, as first seen. */
  readonly #records = new Map<number, CardEntry>();
  #last: CardInfo | undefined;
  #guesses = 0;
  ceiling = 1_000n;

  credits(number: number, amount: bigint): void {
    this.#credited.set(number, amount);
  }

  guessed(right: boolean): void {
    this.#guesses = right ? 0 : this.#guesses + 1;
    expect(this.#guesses).toBeLessThanOrEqual(3); // P14: never a fourth answer
  }

  unblocked(): void {
    this.#guesses = 0;
  }

  decided(payment: CardPayment): void {
    const nonce = hex(payment.decision.nonce);
    const before = this.decisions.get(nonce);
    if (before !== undefined) expect(payment).toEqual(before); // I3, I4
    this.decisions.set(nonce, payment);
    if (payment.decision.outcome === 'approved' && payment.decision.settlement === 'recorded')
      expect(payment.unreportedMinor).toBeLessThanOrEqual(this.ceiling); // I11
  }

  knows(body: Uint8Array): boolean {
    return this.decisions.has(hex(decodePaymentRequest(body).nonce));
  }

  async inspect(rig: CardRig): Promise<void> {
    const info = await rig.use((terminal) => terminal.info());
    const entries = await rig.use((terminal) => terminal.records());
    this.#chain(info, entries);
    this.#conserves(info, entries);
    this.#onlyForward(info);
    this.#last = info;
  }

  /** I9, I10: counters without a gap, every hash a link, nothing ever rewritten, and every decision told is in it. */
  #chain({ standing }: CardInfo, entries: readonly CardEntry[]): void {
    for (const entry of entries) {
      const known = this.#records.get(entry.fields.counter);
      if (known !== undefined) expect(entry.record).toEqual(known.record);
      this.#records.set(entry.fields.counter, entry);
    }
    expect(standing.records).toBe(entries.length);
    expect(standing.clearedCounter + entries.length).toBe(standing.counter);
    expect([...this.#records.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: standing.counter }, (_, i) => i + 1),
    );
    let head: Uint8Array = EMPTY_HEAD;
    for (let counter = 1; counter <= standing.counter; counter++) {
      const { fields, record } = this.#records.get(counter)!;
      expect(fields.previous).toEqual(head);
      head = cardRecordHash(record);
    }
    expect(standing.head).toEqual(head);
    for (const { fields, record } of this.decisions.values())
      expect(this.#records.get(fields.counter)!.record).toEqual(record);
  }

  /** I2: what is on the card is what was loaded less what was spent; unreported is what no acknowledgement has cleared. */
  #conserves({ purses, standing }: CardInfo, entries: readonly CardEntry[]): void {
    const spent = (records: Iterable<CardEntry>, purse: string): bigint =>
      [...records]
        .filter(({ fields }) => fields.purse === purse)
        .reduce((sum, { fields }) => sum + fields.chargedMinor, 0n);
    const loaded = [...this.#credited].reduce(
      (sum, [number, amount]) => sum + (number <= standing.acknowledgement ? amount : 0n),
      0n,
    );
    const [eur, usd] = purses;
    expect(eur!.balanceMinor).toBe(loaded - spent(this.#records.values(), 'eur'));
    expect(usd!.balanceMinor).toBe(0n);
    for (const purse of purses) expect(purse.unreportedMinor).toBe(spent(entries, purse.purse));
    const approved = [...this.#records.values()]
      .filter(({ fields }) => fields.code === 'APPROVED')
      .map(({ fields }) => hex(fields.nonce));
    expect(new Set(approved).size).toBe(approved.length); // I3
  }

  /** I12. */
  #onlyForward({ standing: now }: CardInfo): void {
    const last = this.#last?.standing;
    if (last === undefined) return;
    for (const field of [
      'counter',
      'clearedCounter',
      'acknowledgement',
      'parametersNumber',
      'rateTableId',
      'timeMs',
      'clearedThroughMs',
    ] as const)
      expect(now[field]).toBeGreaterThanOrEqual(last[field]);
  }
}

class Play {
  readonly #rig: CardRig;
  readonly #store: TearingStore;
  readonly #auditor = new Auditor();
  #parameters = 1;
  #rates = 7;
  #atMs = NOON_MS;
  /** An acknowledgement that was made and not yet taken: the server gives the same for the same challenge. */
  #pending: { envelope: Uint8Array; number: number } | undefined;

  private constructor(rig: CardRig, store: TearingStore) {
    this.#rig = rig;
    this.#store = store;
  }

  static async begin(alg: 1 | 2): Promise<Play> {
    const store = tearingStore(memoryStore());
    const rig = await CardRig.loaded(1_500n, { alg, store });
    const play = new Play(rig, store);
    play.#auditor.credits(1, 1_500n);
    return play;
  }

  async run(moves: readonly Move[]): Promise<void> {
    for (const one of moves) {
      await this.#make(one);
      await this.#auditor.inspect(this.#rig);
    }
    for (const [, payment] of this.#auditor.decisions) expect(payment.decision.card!.counter).toBeGreaterThan(0);
  }

  async #make(one: Move): Promise<void> {
    switch (one.kind) {
      case 'pay':
        return this.#pay(one);
      case 'pin':
        return this.#pin(one);
      case 'unblock': {
        const { verified } = await this.#rig.use((terminal) => terminal.unblock('13572468', PIN));
        expect(verified).toBe(true);
        return this.#auditor.unblocked();
      }
      case 'recharge':
        return this.#recharge(one);
      case 'parameters':
        return this.#setCeiling(BigInt(one.ceiling));
      case 'rates':
        this.#rates += 1;
        return this.#rig.use((terminal) => terminal.putRates(this.#rig.ratesEnvelope(ratesOf({ id: this.#rates }))));
      case 'reset':
        return this.#rig.restart();
    }
  }

  async #pay({ nonce, amount, currency, pin, tear, ahead }: Extract<Move, { kind: 'pay' }>): Promise<void> {
    const atMs = ahead ? NOON_MS + 10 * DAY_MS : this.#atMs;
    const isYen = currency === 'JPY';
    const payment: PaymentOptions = {
      amountMinor: BigInt(amount),
      currency,
      atMs,
      request: isYen
        ? { chargeCurrency: 'EUR', chargeMinor: (BigInt(amount) * 100n + 159n) / 160n, rateTableId: this.#rates }
        : { chargeCurrency: currency },
    };
    // A nonce goes with one offer of one moment: after a clearing the wallet has others.
    const body = this.#rig.request(`${atMs} ${nonce}`, payment);
    const how = pin === 'none' ? {} : { pin: pin === 'right' ? PIN : '0000' };
    // One commit of three when the PIN is given: the try, the PIN, the debit.
    if (tear !== 'no') this.#store.tearAt(1 + (nonce % 3), tear);
    const told = await this.#rig.use((terminal) => terminal.pay(body, how)).catch((error: unknown) => error);
    await this.#healed();
    if (pin === 'right') this.#auditor.guessed(true); // whoever knows the PIN has all tries again, torn or not
    if (told instanceof Error) {
      const { code, charged, triesLeft } = told as Error & { code: string; charged: string; triesLeft?: number };
      if (triesLeft !== undefined) this.#auditor.guessed(false);
      if (charged === 'unknown') expect(['CARD_TORN', 'CLOCK_SKEW']).toContain(code);
      // Too old, and not charged: then no record of it may ever have been told.
      if (code === 'CLOCK_SKEW' && charged === 'no') expect(this.#auditor.knows(body)).toBe(false);
      const stored = await this.#rig.use((terminal) => terminal.proof(body)).catch(() => undefined);
      if (stored !== undefined) this.#auditor.decided(stored);
      return;
    }
    this.#auditor.decided(told as CardPayment);
  }

  async #pin({ right, tear, nth }: Extract<Move, { kind: 'pin' }>): Promise<void> {
    if (tear !== 'no') this.#store.tearAt(nth, tear);
    const told = await this.#rig.use((terminal) => terminal.verifyPin(right ? PIN : '0000')).catch(() => undefined);
    await this.#healed();
    // Torn, a wrong one is not answered; its try is gone all the same.
    if (right || told !== undefined) this.#auditor.guessed(right);
  }

  async #recharge({ credit, upTo, deliver, tear }: Extract<Move, { kind: 'recharge' }>): Promise<void> {
    if (this.#pending === undefined) {
      const entries = await this.#rig.use((terminal) => terminal.records());
      const { standing, purses, parameters } = await this.#rig.use((terminal) => terminal.info());
      const first = upTo === 'first' ? entries[0] : undefined;
      const room = parameters.value.purses[0]!.ceilingMinor - purses[0]!.balanceMinor;
      const amount = BigInt(credit) <= room ? BigInt(credit) : 0n;
      const changes: Partial<UploadAcknowledgement> = {
        credits: [{ purse: 'eur', amountMinor: amount }],
        timeMs: this.#atMs,
        ...(first && { counter: first.fields.counter, head: first.head }),
      };
      const number = standing.acknowledgement + 1;
      this.#pending = { envelope: await this.#rig.acknowledgement(changes), number };
      this.#auditor.credits(number, amount);
    }
    if (deliver === 'never') return;
    const { envelope, number } = this.#pending;
    if (tear !== 'no') this.#store.tearAt(1, tear);
    for (let times = deliver === 'twice' ? 2 : 1; times > 0; times--)
      await this.#rig.use((terminal) => terminal.credit(envelope)).catch(() => undefined);
    await this.#healed();
    const { standing } = await this.#rig.use((terminal) => terminal.info());
    if (standing.acknowledgement < number) return;
    this.#pending = undefined;
    this.#atMs = standing.clearedThroughMs >= this.#atMs ? standing.clearedThroughMs + 1 : this.#atMs;
  }

  async #setCeiling(ceilingMinor: bigint): Promise<void> {
    this.#parameters += 1;
    this.#auditor.ceiling = ceilingMinor;
    const parameters = parametersFor(this.#rig.cardId, { number: this.#parameters });
    const purses = parameters.purses.map((purse) => (purse.plan === 'postpaid' ? { ...purse, ceilingMinor } : purse));
    await this.#rig.use((terminal) => terminal.putParameters(this.#rig.parametersEnvelope({ ...parameters, purses })));
  }

  /** Whatever was torn is over: nothing is armed any more, and the card has read its store again. */
  async #healed(): Promise<void> {
    this.#store.tearAt(0, 'before');
    await this.#rig.restart();
  }
}

it.each(ALGS)('I2, I3, I4, I9 to I12 hold over any sequence, with %s', async (_, alg) => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 25 }), async (moves) => {
      await (await Play.begin(alg)).run(moves);
    }),
    { numRuns: 40 },
  );
});
