/**
 * Over random histories no sequence of presses spends above a limit that held at its time: the player's, the game's and the
 * law's. The wallet's own rules decide on the state that its journal gives; an auditor with books of its own checks every press.
 */
import { encodePaymentRequest, sealEnvelope } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Account } from '../../wallet/src/account/account.ts';
import { LimitsDesk } from '../../wallet/src/account/limits-desk.ts';
import { consentFor } from '../../wallet/src/consent/own-limits.ts';
import { spendingView } from '../../wallet/src/consent/spending-view.ts';
import { decodeRecord, encodeRecord, type JournalRecord } from '../../wallet/src/journal/records.ts';
import type { GameSpendingLimits, WalletSpendingLimits } from '../../wallet/src/journal/records.ts';
import { WalletState } from '../../wallet/src/journal/state.ts';
import { lowValueFigures } from '../../wallet/src/profile/presets.ts';
import type { Profile } from '../../wallet/src/profile/profile.ts';
import { bytes16Of, DAY_MS, makeOffer, makePublisher, makeTree, NOON_MS, seedOf } from '../lib/parties.ts';

const publisher = makePublisher(makeTree());
const presser = nativeSigner(seedOf('press key'));
const GAMES = ['game-one', 'game-two'] as const;
const RAISE_DELAY_MS = DAY_MS;
const LAW = lowValueFigures('eu', 'EUR')!;

/** As high as the law lets them be, so that every limit that is lowered is soon the one that counts. */
const WALLET: WalletSpendingLimits = {
  pressPaymentMaxMinor: LAW.paymentMaxMinor,
  pressDayMaxMinor: 100_000n,
  pressesPerPinMax: LAW.paymentsMax,
  pressSumPerPinMaxMinor: LAW.sumMaxMinor,
  paymentMaxMinor: 100_000n,
  sessionMaxMinor: 100_000n,
  dayMaxMinor: 100_000n,
  monthMaxMinor: 100_000n,
};
const GAME: GameSpendingLimits = { pressPaymentMaxMinor: 100_000n, dayMaxMinor: 100_000n, monthMaxMinor: 100_000n };

const quotes = GAMES.map((gameId) => makeOffer(publisher, { terms: { gameId } }));

/** One lasting wallet: a journal in memory, the state of its replay, and the desk that changes limits. */
class Bench {
  nowMs = NOON_MS;
  state = new WalletState();
  readonly journal: Uint8Array[] = [];
  #nonces = 0;

  constructor() {
    this.record({
      kind: 'wallet-limits',
      atMs: this.nowMs,
      effectiveAtMs: this.nowMs,
      limits: WALLET,
    });
    for (const gameId of GAMES) {
      const names = { origin: 'http://127.0.0.1:8375', publisherId: publisher.id, publisherName: 'Lumen Works' };
      const limits = GAME;
      const pairingId = bytes16Of(gameId);
      this.record({ kind: 'paired', atMs: this.nowMs, pairingId, ...names, gameId, gameName: gameId, limits });
    }
  }

  record(...records: JournalRecord[]): void {
    for (const one of records) {
      const bytes = encodeRecord(one);
      this.journal.push(bytes);
      this.state.apply(decodeRecord(bytes));
    }
  }

  restart(): void {
    this.state = new WalletState();
    for (const bytes of this.journal) this.state.apply(decodeRecord(bytes));
  }

  get limits(): LimitsDesk {
    const profile = {
      state: this.state,
      clock: () => this.nowMs,
      settings: { raiseDelayMs: RAISE_DELAY_MS, region: 'eu', currency: 'EUR' },
      vault: { provePin: () => Promise.resolve() },
      record: (...records: JournalRecord[]) => this.record(...records),
    };
    return new LimitsDesk(profile as unknown as Profile, { statement: undefined } as Account);
  }

  pairing(game: number) {
    const found = this.state.pairings.find(({ gameId }) => gameId === GAMES[game]);
    if (found === undefined) throw new Error('not paired');
    return found;
  }

  /** True when a press was enough and has paid. */
  press(game: number, amountMinor: bigint): boolean {
    const { nowMs, state } = this;
    const pairing = this.pairing(game);
    const view = spendingView({
      state,
      pairing,
      nowMs,
      sessionStartMs: NOON_MS,
      isUnlocked: true,
      lowValue: LAW,
      family: undefined,
      statement: undefined,
    });
    if (consentFor(amountMinor, view).kind !== 'press') return false;
    const nonce = bytes16Of(`press ${this.#nonces++}`);
    const { offer, quoteEnvelope, offerBytes } = quotes[game]!;
    const request = sealEnvelope(
      'payment-request',
      encodePaymentRequest({
        quote: quoteEnvelope,
        offerTimeMs: offer.offerTimeMs,
        nonce,
        userId: bytes16Of('user'),
        publisherId: publisher.id,
        chargeMinor: amountMinor,
        chargeCurrency: 'EUR',
        rateTableId: 0,
        shownDigest: seedOf('shown'),
        audience: seedOf('audience'),
        consentPlace: 'overlay',
        deadlineMs: nowMs + 60_000,
        sessionKey: offer.sessionKey,
        playerKey: seedOf('player'),
        proof: 'press',
      }),
      presser,
      [],
    );
    const { pairingId } = pairing;
    const asked = { pairingId, offer: offerBytes, shown: Uint8Array.of(1), request, test: true };
    this.record({ kind: 'intent', atMs: nowMs, nonce, ...asked });
    return true;
  }

  /** The oldest press that has no answer comes to nothing. */
  lapse(): number {
    const index = this.state.payments.findIndex(({ status }) => status === 'pending');
    const payment = this.state.payments[index];
    if (payment !== undefined)
      this.record({ kind: 'lapsed', atMs: this.nowMs, nonce: payment.nonce, code: 'CARD_ABSENT' });
    return index;
  }
}

type Figures = Readonly<Record<string, bigint | number>>;

/** Limits as the player was promised them: the lower of old and new at once, the new ones whole after the delay. */
class Promised<L extends Figures> {
  #held: L;
  #later: { fromMs: number; limits: L } | undefined;

  constructor(limits: L) {
    this.#held = limits;
  }

  at(nowMs: number): L {
    return this.#later !== undefined && nowMs >= this.#later.fromMs ? this.#later.limits : this.#held;
  }

  change(next: L, latestMs: number): void {
    const before = this.at(latestMs);
    const names = Object.keys(next);
    const lower = names.map((name) => [name, before[name]! < next[name]! ? before[name]! : next[name]!]);
    const rises = names.some((name) => next[name]! > before[name]!);
    this.#held = Object.fromEntries(lower) as L;
    this.#later = rises ? { fromMs: latestMs + RAISE_DELAY_MS, limits: next } : undefined;
  }
}

interface Press {
  readonly game: number;
  readonly amountMinor: bigint;
  readonly atMs: number;
  readonly pins: number;
  stands: boolean;
}

/** The auditor: its own list of presses, its own sums. */
class Auditor {
  readonly presses: Press[] = [];
  readonly wallet = new Promised<WalletSpendingLimits>(WALLET);
  readonly games = GAMES.map(() => new Promised<GameSpendingLimits>(GAME));
  pins = 0;
  latestMs = NOON_MS;

  check(nowMs: number): void {
    const last = this.presses[this.presses.length - 1]!;
    const sum = (counts: (one: Press) => boolean): bigint =>
      this.presses.reduce((total, one) => (one.stands && counts(one) ? total + one.amountMinor : total), 0n);
    const day = Math.floor(nowMs / DAY_MS) * DAY_MS;
    const month = Date.UTC(new Date(nowMs).getUTCFullYear(), new Date(nowMs).getUTCMonth(), 1);
    const here = (one: Press): boolean => one.game === last.game;
    const sincePin = (one: Press): boolean => one.pins === this.pins;
    const own = this.wallet.at(nowMs);
    const game = this.games[last.game]!.at(nowMs);
    const rows: [string, bigint | number, bigint | number][] = [
      ['a press', last.amountMinor, own.pressPaymentMaxMinor],
      ['a press in this game', last.amountMinor, game.pressPaymentMaxMinor],
      ['a press, by law', last.amountMinor, LAW.paymentMaxMinor],
      ['a payment', last.amountMinor, own.paymentMaxMinor],
      ['presses of the day', sum((one) => one.atMs >= day), own.pressDayMaxMinor],
      ['presses since the PIN', sum(sincePin), own.pressSumPerPinMaxMinor],
      ['presses since the PIN, by law', sum(sincePin), LAW.sumMaxMinor],
      ['number since the PIN', this.presses.filter((one) => one.stands && sincePin(one)).length, own.pressesPerPinMax],
      [
        'number since the PIN, by law',
        this.presses.filter((one) => one.stands && sincePin(one)).length,
        LAW.paymentsMax,
      ],
      ['the day', sum((one) => one.atMs >= day), own.dayMaxMinor],
      ['the month', sum((one) => one.atMs >= month), own.monthMaxMinor],
      ['the session', sum(here), own.sessionMaxMinor],
      ['the game’s day', sum((one) => here(one) && one.atMs >= day), game.dayMaxMinor],
      ['the game’s month', sum((one) => here(one) && one.atMs >= month), game.monthMaxMinor],
    ];
    for (const [what, spent, limit] of rows) expect(spent <= limit, `${what}: ${spent} of ${limit}`).toBe(true);
  }
}

const money = fc.constantFrom(1n, 20n, 99n, 100n, 101n, 499n, 500n, 1_000n, 2_999n, 3_000n, 3_001n);
const most = fc.constantFrom(0n, 50n, 100n, 500n, 1_000n, 3_000n, 10_000n, 100_000n);

type Step =
  | { readonly do: 'press'; readonly game: number; readonly amountMinor: bigint }
  | { readonly do: 'pin' }
  | { readonly do: 'restart' }
  | { readonly do: 'lapse' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'wallet'; readonly limits: Partial<WalletSpendingLimits> }
  | { readonly do: 'game'; readonly game: number; readonly limits: Partial<GameSpendingLimits> };

/** Mostly one field, now and then several. */
function oneOrMore<L extends object>(fields: { [K in keyof L]: fc.Arbitrary<L[K]> }): fc.Arbitrary<Partial<L>> {
  const single = (Object.keys(fields) as (keyof L & string)[]).map((name) =>
    fields[name].map((value) => ({ [name]: value }) as unknown as Partial<L>),
  );
  return fc.oneof(
    { weight: 3, arbitrary: fc.oneof(...single) },
    fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<L>>,
  );
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('press'), game: fc.nat(1), amountMinor: money }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('pin', 'restart', 'lapse') }) },
  {
    weight: 3,
    // Backwards as far as the wallet does not refuse for the clock alone.
    arbitrary: fc.record({
      do: fc.constant('wait'),
      ms: fc.constantFrom(-240_000, 0, 1_000, 3_600_000, DAY_MS / 2, DAY_MS, 20 * DAY_MS),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wallet'),
      limits: oneOrMore({
        pressPaymentMaxMinor: fc.constantFrom(0n, 50n, 100n, 500n, 3_000n),
        pressDayMaxMinor: most,
        pressesPerPinMax: fc.nat(5),
        pressSumPerPinMaxMinor: fc.constantFrom(0n, 500n, 10_000n),
        paymentMaxMinor: most,
        sessionMaxMinor: most,
        dayMaxMinor: most,
        monthMaxMinor: most,
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('game'),
      game: fc.nat(1),
      limits: oneOrMore({ pressPaymentMaxMinor: most, dayMaxMinor: most, monthMaxMinor: most }),
    }),
  },
);

it('no sequence of presses spends above any limit that held at its time', async () => {
  let paid = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (history) => {
      const bench = new Bench();
      const auditor = new Auditor();
      for (const one of history) {
        const { nowMs } = bench;
        auditor.latestMs = Math.max(auditor.latestMs, bench.state.lastMs, nowMs);
        if (one.do === 'press') {
          const { game, amountMinor } = one;
          if (!bench.press(game, amountMinor)) continue;
          paid += 1;
          auditor.presses.push({ game, amountMinor, atMs: nowMs, pins: auditor.pins, stands: true });
          auditor.check(nowMs);
        } else if (one.do === 'pin') {
          bench.record({ kind: 'pin-used', atMs: nowMs });
          auditor.pins += 1;
        } else if (one.do === 'restart') bench.restart();
        else if (one.do === 'lapse') {
          const lapsed = auditor.presses[bench.lapse()];
          if (lapsed !== undefined) lapsed.stands = false;
        } else if (one.do === 'wait') bench.nowMs = Math.max(bench.nowMs + one.ms, bench.state.lastMs - 240_000);
        else if (one.do === 'wallet') {
          const next = { ...bench.state.walletLimits!.at(auditor.latestMs), ...one.limits };
          await bench.limits.changeWalletLimits(next, 'PIN');
          auditor.wallet.change(next, auditor.latestMs);
        } else {
          const pairing = bench.pairing(one.game);
          const next = { ...pairing.limits.at(auditor.latestMs), ...one.limits };
          await bench.limits.changeGameLimits(pairing, next, 'PIN');
          auditor.games[one.game]!.change(next, auditor.latestMs);
        }
      }
    }),
    { numRuns: Number(process.env['COINSLOT_HISTORIES'] ?? 120) },
  );
  // Histories in which nothing is paid would show nothing.
  expect(paid).toBeGreaterThan(100);
});
