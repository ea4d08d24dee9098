/**
 * One simulated player from the first session to the last. The game's own engine decides, the payer's guard has its say, then
 * the persona answers. Everything is drawn from the seed and the player's index: nobody else's life changes it.
 */
import {
  addPlay,
  compileTiming,
  fairnessVerdict,
  newTimingState,
  placementsFor,
  recordAccepted,
  recordDeclined,
  recordShown,
  startSession,
  type Decide,
  type FairnessReason,
  type Facts,
  type Happening,
  type PassedHappening,
  type Placement,
  type RecordedEvent,
  type Show,
  type TimingState,
  type Variant,
} from '@coinslot/plugin/timing';
import { Dice, logarithm } from './dice.ts';
import type { Moment } from './game-model.ts';
import type { Persona, Spread } from './persona.ts';
import { Purse } from './purse.ts';
import type { Setup, SimulatedOffer } from './setup.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** People play between these hours of their day. */
const FIRST_HOUR = 8;
const HOURS = 15;
/** Bounds of one session, whatever is drawn. */
const SESSION_MS_MAX = 12 * 3_600_000;
const ATTEMPTS_MAX = 500;
const LEVEL_MS_MAX = 2 * 3_600_000;
/** Of an attempt that fails, at least this share is played. */
const FAILS_AFTER = 0.1;

/** What follows a player's life; the life is as it stands at that event. */
export interface Witness {
  sessionBegins?(life: Life): void;
  event(event: RecordedEvent, life: Life): void;
  sessionEnds?(life: Life): void;
}

/** A setup with what can be worked out once for all its players. */
export interface Ground {
  readonly setup: Setup;
  readonly decide: Decide;
  readonly offers: ReadonlyMap<string, SimulatedOffer>;
  readonly byMoment: ReadonlyMap<Moment, readonly Placement[]>;
  readonly everies: readonly { readonly placement: Placement; readonly everyMs: number }[];
  /** By campaign. */
  readonly variants: ReadonlyMap<string, readonly Variant[]>;
  readonly shares: number;
  /** By persona. */
  readonly draws: readonly Draws[];
}

/** What a persona's lengths are drawn by: medians in ms, spreads as logarithms. */
type Draws = Readonly<
  Record<'session' | 'level' | 'pause' | 'answer', { readonly medianMs: number; readonly lnSpread: number }>
>;

/** Throws RangeError for a placements file that `check` would refuse. */
export function groundOf(setup: Setup): Ground {
  const { file, game, offers, personas } = setup;
  const byMoment = new Map<Moment, Placement[]>();
  for (const placement of file.placements) {
    const moment = game.moments[placement.name];
    if (moment !== undefined) byMoment.set(moment, [...(byMoment.get(moment) ?? []), placement]);
  }
  return {
    setup,
    decide: compileTiming(file),
    offers: new Map(offers.map((one) => [one.id, one])),
    byMoment,
    everies: file.placements.flatMap((placement) =>
      placement.on.kind === 'play-time' ? [{ placement, everyMs: placement.on.everyMs }] : [],
    ),
    variants: new Map(file.campaigns.map((one) => [one.id, one.variants])),
    shares: personas.reduce((sum, one) => sum + one.share, 0),
    draws: personas.map((one) => ({
      session: drawOf(one.sessionMinutes, MINUTE_MS),
      level: drawOf(one.levelMinutes, MINUTE_MS),
      pause: drawOf(one.pauseSeconds, SECOND_MS),
      answer: drawOf(one.answerSeconds, SECOND_MS),
    })),
  };
}

const drawOf = ({ median, spread }: Spread, unitMs: number): Draws['session'] => ({
  medianMs: median * unitMs,
  lnSpread: logarithm(spread),
});

/** A boundary line without its outcome. */
type BoundaryWords = Pick<
  Extract<RecordedEvent, { kind: 'boundary' }>,
  'kind' | 'placement' | 'facts' | 'playing' | 'busy'
>;

export class Life {
  readonly index: number;
  readonly personaIndex: number;
  readonly persona: Persona;
  state: TimingState;
  /** As the engine saw the player at the last boundary. */
  seen: TimingState;
  nowMs: number;
  sessionStartMs: number;
  /** Why the payer's guard held the last offer back. */
  heldBy: FairnessReason | undefined;
  readonly #ground: Ground;
  readonly #witness: Witness;
  readonly #dice: Dice;
  readonly #draws: Draws;
  readonly #purse: Purse;
  readonly #wallet: 'ready' | 'payments-off' | 'absent';
  #lastLossAtMs: number | null = null;
  #finished = 0;
  #refusals = 0;
  /** Decided to be shown, and under way until it is answered. */
  #due: Show | undefined;
  /** What waits for the end of play. */
  #waiting: (() => void)[] = [];

  constructor(ground: Ground, index: number, witness: Witness) {
    const { setup } = ground;
    this.index = index;
    this.#ground = ground;
    this.#witness = witness;
    this.#dice = new Dice(setup.seed, index);
    this.personaIndex = this.#drawPersona();
    this.persona = setup.personas[this.personaIndex]!;
    this.#draws = ground.draws[this.personaIndex]!;
    this.#purse = new Purse(setup.file.covers);
    const drawn = this.#dice.unit() - this.persona.walletReady;
    this.#wallet = drawn < 0 ? 'ready' : drawn < this.persona.paymentsOff ? 'payments-off' : 'absent';
    this.nowMs = this.sessionStartMs = setup.fromMs;
    this.state = this.seen = newTimingState(this.#drawSeed(), 0, setup.fromMs);
  }

  run(): void {
    const { setup } = this.#ground;
    for (let day = 0; day < setup.days; day++) {
      if (day > 0 && this.#dice.chance(1 / this.persona.daysUntilLeaving)) return;
      const drawn = this.#dice.poisson(this.persona.sessionsPerDay);
      const sessions = day === 0 ? Math.max(1, drawn) : drawn;
      for (let i = 0; i < sessions; i++) {
        const hour = FIRST_HOUR + (HOURS * (i + this.#dice.unit())) / sessions;
        this.#session(setup.fromMs + day * DAY_MS + Math.floor(hour * 60) * MINUTE_MS);
      }
    }
  }

  // ---------------------------------------------------------------- a session

  #session(wantedMs: number): void {
    // Whole minutes, as recordings begin.
    const soonestMs = (Math.floor(this.nowMs / MINUTE_MS) + 1) * MINUTE_MS;
    this.nowMs = this.sessionStartMs = Math.max(wantedMs, soonestMs);
    if (this.state.sessions === 0) this.state = { ...this.state, firstSessionAtMs: this.nowMs };
    this.state = { ...startSession(this.state), owned: this.#purse.targets(this.nowMs) };
    const endMs = this.nowMs + Math.min(SESSION_MS_MAX, this.#draw('session'));
    this.#witness.sessionBegins?.(this);
    this.state = { ...this.state, wallet: this.#wallet };
    this.#tell({ kind: 'wallet', standing: this.#wallet });
    this.#moment('session-start', {});
    let failures = 0;
    let mayAsk = true;
    for (let attempt = 0; attempt < ATTEMPTS_MAX && this.nowMs < endMs && failures < this.persona.patience; attempt++) {
      if (attempt > 0) this.nowMs += this.#draw('pause');
      const level = this.#chooseLevel(mayAsk);
      mayAsk &&= level === this.#nextLevel;
      failures = this.#attempt(level) ? 0 : failures + 1;
    }
    this.#tell({ kind: 'end' });
    this.#witness.sessionEnds?.(this);
  }

  get #nextLevel(): number {
    return this.#finished + 1;
  }

  /** The next level; when it is locked the player may ask for it, or plays an earlier one again. */
  #chooseLevel(mayAsk: boolean): number {
    const { game } = this.#ground.setup;
    const next = this.#nextLevel;
    if (next <= game.levels) {
      if (this.#isOpen(next)) return next;
      if (mayAsk && this.#dice.chance(this.persona.asks)) this.#askFor(game.locked[next]!);
      if (this.#isOpen(next)) return next;
    }
    const open: number[] = [];
    for (let level = 1; level <= Math.min(next, game.levels); level++) if (this.#isOpen(level)) open.push(level);
    return open[this.#dice.below(open.length)] ?? 1;
  }

  #isOpen(level: number): boolean {
    const target = this.#ground.setup.game.locked[level];
    return target === undefined || this.#purse.opens(target, this.nowMs);
  }

  /** One go at a level; whether it was finished. */
  #attempt(level: number): boolean {
    const { persona } = this;
    const facts = { level, ...persona.facts };
    const target = this.#ground.setup.game.locked[level];
    // What is open until a date or for days may have ended.
    if (this.#purse.hasDated) this.#refreshOwned();
    this.#pass({ kind: 'level', event: 'start', level }, facts, false);
    this.#moment('level-start', facts);
    this.#follow();
    this.#useUp(target);
    const fails = this.#dice.chance(persona.failureRate);
    const wholeMs = Math.min(LEVEL_MS_MAX, this.#draw('level'));
    const share = fails ? FAILS_AFTER + (1 - FAILS_AFTER) * this.#dice.unit() : 1;
    this.#play(Math.max(1_000, Math.round(wholeMs * share)), target);
    if (fails) {
      this.#lastLossAtMs = this.nowMs;
      this.#tell({ kind: 'lost' });
      this.#moment('failure', facts);
    } else {
      this.#finished = Math.max(this.#finished, level);
      this.#pass({ kind: 'level', event: 'end', level }, facts, false);
      this.#moment('level-end', facts);
    }
    this.#follow();
    return !fails;
  }

  // ---------------------------------------------------------------- play

  /** Play of so many ms: minutes run down, and what may interrupt play does. What may not comes at its end. */
  #play(ms: number, target: string | undefined): void {
    this.#tell({ kind: 'play', on: true });
    for (let leftMs = ms; leftMs > 0;) {
      const stepMs = Math.min(leftMs, this.#purse.burningMs(target, this.nowMs), this.#nextInterruptionMs());
      leftMs -= stepMs;
      const beforeMs = this.state.sessionPlayedMs;
      this.state = addPlay(this.state, stepMs);
      this.nowMs += stepMs;
      const ended = this.#purse.play(target, stepMs, this.nowMs);
      if (ended !== undefined) this.#ended(ended);
      this.#passPlayTime(beforeMs, this.state.sessionPlayedMs);
      if (this.#due === undefined) continue;
      this.#tell({ kind: 'play', on: false });
      this.#follow();
      if (leftMs > 0) this.#tell({ kind: 'play', on: true });
    }
    this.#tell({ kind: 'play', on: false });
    for (const put of this.#waiting.splice(0)) put();
  }

  #nextInterruptionMs(): number {
    const playedMs = this.state.sessionPlayedMs;
    let leastMs = Infinity;
    for (const { placement, everyMs } of this.#ground.everies)
      if (placement.duringPlay) leastMs = Math.min(leastMs, everyMs - (playedMs % everyMs));
    return leastMs;
  }

  #passPlayTime(fromMs: number, toMs: number): void {
    const { persona } = this;
    for (const { placement, everyMs } of this.#ground.everies) {
      const times = Math.floor(toMs / everyMs) - Math.floor(fromMs / everyMs);
      for (let i = 0; i < times; i++) {
        if (placement.duringPlay) this.#put(placement.name, persona.facts, true);
        else this.#waiting.push(() => this.#put(placement.name, persona.facts, false));
      }
    }
  }

  #ended(target: string): void {
    this.#refreshOwned();
    const on: PassedHappening = { kind: 'grant-ended', target };
    const placements = placementsFor(this.#ground.setup.file, on);
    if (placements.some((one) => one.duringPlay)) this.#pass(on, this.persona.facts, true);
    else this.#waiting.push(() => this.#pass(on, this.persona.facts, false));
  }

  #useUp(target: string | undefined): void {
    const ended = target === undefined ? undefined : this.#purse.use(target, this.nowMs);
    if (ended !== undefined) this.#ended(ended);
  }

  #refreshOwned(): void {
    const owned = this.#purse.targets(this.nowMs);
    if (owned.length === this.state.owned.length && owned.every((one) => this.state.owned.includes(one))) return;
    this.state = { ...this.state, owned };
    this.#tell({ kind: 'owned', targets: owned });
  }

  // ---------------------------------------------------------------- boundaries and offers

  #pass(on: PassedHappening, facts: Facts, playing: boolean): void {
    this.#tell({ kind: 'passed', on, facts, playing });
    for (const { name } of placementsFor(this.#ground.setup.file, on satisfies Happening))
      if (this.#put(name, facts, playing)) return;
  }

  /** Placements of which the model says that they come now. */
  #moment(moment: Moment, facts: Facts): void {
    for (const { name, on } of this.#ground.byMoment.get(moment) ?? []) {
      if (on.kind === 'scene')
        this.#tell({
          ...{ kind: 'passed', on: { kind: 'scene', event: on.event, scene: on.scene } },
          ...{ facts, playing: false },
        });
      this.#put(name, { ...this.persona.facts, ...facts }, false);
    }
    this.#follow();
  }

  #put(placement: string, facts: Facts, playing: boolean): boolean {
    const busy = this.#due !== undefined;
    // Between sessions' events the state is at rest: not playing, no dialog.
    this.seen = playing || busy ? { ...this.state, playing, overlayOpen: busy } : this.state;
    const decision = this.#ground.decide(this.seen, { placement, facts }, this.nowMs);
    const line: BoundaryWords = busy
      ? { kind: 'boundary', placement, facts, playing, busy }
      : { kind: 'boundary', placement, facts, playing };
    if (!decision.show) {
      this.#tell({ ...line, skip: decision.reason });
      return false;
    }
    const { campaign, offer, variant } = decision;
    this.#tell({ ...line, show: { campaign, offer, variant } });
    this.#due = decision;
    return true;
  }

  /** The offer that is due, if one is: the delay, the payer's guard, the dialog, the answer. */
  #follow(): void {
    const due = this.#due;
    if (due === undefined) return;
    const { offer, campaign } = due;
    this.nowMs += due.delayMs;
    const { lastShownAtMs, lastDeclinedAtMs } = this.state;
    const facts = { lastShownAtMs, lastDeclinedAtMs, lastLossAtMs: this.#lastLossAtMs };
    const verdict = fairnessVerdict(this.#ground.setup.guard, facts, this.nowMs);
    this.heldBy = verdict.ok ? undefined : verdict.reason;
    if (verdict.ok) {
      let chance = this.persona.buys;
      for (let i = 0; i < this.#refusals; i++) chance *= this.persona.secondAsk;
      this.#dialog(offer, campaign, chance);
    } else this.#tell({ kind: 'answered', offer, campaign, outcome: 'held-back', afterMs: null });
    this.#due = undefined;
  }

  /** The player wants it: never held back, and no part of the pacing but for the cooldown that it starts. */
  #askFor(target: string): void {
    const { setup, offers } = this.#ground;
    const all = [...offers.values()];
    const offer =
      all.find((one) => one.target === target) ?? all.find((one) => setup.file.covers[one.target]?.includes(target));
    if (offer !== undefined && this.#wallet === 'ready') this.#dialog(offer.id, null, this.persona.buysWhenAsking);
  }

  #dialog(offer: string, campaign: string | null, chance: number): void {
    this.state = recordShown(this.state, campaign ?? undefined, this.nowMs);
    this.#tell({ kind: 'shown', offer, campaign });
    const afterMs = this.#draw('answer');
    this.nowMs += afterMs;
    const isYes = this.#dice.chance(chance);
    if (isYes) {
      this.#purse.buy(this.#ground.offers.get(offer)!, this.nowMs);
      this.state = recordAccepted(this.state);
    } else this.state = recordDeclined(this.state, this.nowMs);
    this.#refusals = isYes ? 0 : this.#refusals + 1;
    this.#tell({ kind: 'answered', offer, campaign, outcome: isYes ? 'accepted' : 'declined', afterMs });
    if (isYes) this.#refreshOwned();
  }

  #tell(event: RecordedEvent): void {
    this.#witness.event(event, this);
  }

  // ---------------------------------------------------------------- chance

  #drawPersona(): number {
    const { setup, shares } = this.#ground;
    let rest = this.#dice.unit() * shares;
    const found = setup.personas.findIndex((one) => (rest -= one.share) < 0);
    return found < 0 ? setup.personas.length - 1 : found;
  }

  /** Sticky assignments are drawn from it by the engine. */
  #drawSeed(): string {
    return [this.#dice.whole32(), this.#dice.whole32()].map((one) => one.toString(16).padStart(8, '0')).join('');
  }

  /** Whole ms. */
  #draw(what: keyof Draws): number {
    const { medianMs, lnSpread } = this.#draws[what];
    return Math.round(this.#dice.logNormal(medianMs, lnSpread));
  }
}
