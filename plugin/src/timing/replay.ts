/**
 * A recorded session under other rules: what these rules would do at each of its boundaries, and what follows of it. Pure, by
 * the engine and the state functions of the game itself. With the file that a session was recorded with it gives exactly
 * the recorded outcomes.
 *
 * What it cannot know, and takes so: a dialog that the recording does not have takes none of its time; what is bought by an
 * assumed yes stays open to the end; the player plays on as recorded, whatever is offered.
 */
import { placementsFor } from './boundaries.ts';
import { compileTiming, type Decide } from './decide.ts';
import { offersOf, type RecordedOffer } from './flights.ts';
import { madeByPlay, type MadeBoundary } from './played-time.ts';
import { fileHash, type Answer, type RecordedLine, type Recording, type ShownCampaign } from './recording.ts';
import { addPlay, recordAccepted, recordDeclined, recordShown } from './state.ts';
import type { Facts, PlacementsFile, SkipReason, TimingDecision, TimingState } from './types.ts';

export interface ReplayOptions {
  /** The answer to an offer that the recording has nothing like; default `declined`. */
  readonly assume?: 'accepted' | 'declined';
}

export type Outcome =
  { readonly show: ShownCampaign; readonly skip?: never } | { readonly skip: SkipReason; readonly show?: never };

export interface ReplayedBoundary {
  /** Ms since the recording began. */
  readonly t: number;
  readonly placement: string;
  readonly facts: Facts;
  readonly playing: boolean;
  /** What came of it in the recording; `null`: it was no boundary then. */
  readonly recorded: Outcome | null;
  /** What these rules do; `null`: to them it is no boundary. */
  readonly replayed: Outcome | null;
  /** With `explain`; `null` with `replayed`. */
  readonly decision: TimingDecision | null;
  /** The player as the rules saw them. */
  readonly state: TimingState;
}

export interface ReplayedOffer extends ShownBy {
  readonly offer: string;
  /** Of the boundary, ms since the recording began; of the dialog when the player asked. */
  readonly t: number;
  /** `null`: it was never shown. */
  readonly shownT: number | null;
  readonly answeredT: number | null;
  /** `null`: the recording ends before. */
  readonly outcome: Answer | null;
  /** Where the answer is from: this very offer, the same offer at another moment of the recording, or `assume`. */
  readonly from: 'recorded' | 'moved' | 'assumed';
}

/** Both `null` when the player asked for it. */
interface ShownBy {
  readonly campaign: string | null;
  readonly variant: string | null;
}

export interface Replay {
  readonly boundaries: readonly ReplayedBoundary[];
  /** In the order in which they began. */
  readonly offers: readonly ReplayedOffer[];
  /** The whole session was recorded with this very file. */
  readonly isSame: boolean;
  /** Placements of the file that the recording never came to: nothing says when they would have had a boundary. */
  readonly unknown: readonly string[];
  readonly endMs: number;
  /** Play in the recording. */
  readonly playedMs: number;
}

/** Two boundaries by play time no further apart than this are the same one: timers are late, a machine sleeps. */
const SAME_BOUNDARY_MS = 1_000;

/** Runs a recording through a file. Throws RangeError for a file that `check` would refuse. */
export function replay(recording: Recording, file: PlacementsFile, options: ReplayOptions = {}): Replay {
  return new Walk(recording, file, options.assume ?? 'declined').run();
}

/** An offer of the replay that is under way. */
interface Flight {
  readonly index: number;
  readonly recorded: RecordedOffer | undefined;
  readonly delayMs: number;
  /** At the moments of the recording too. */
  isAsRecorded: boolean;
}

/** Something that the replay itself has coming; after `line` of the recording when it falls on the same moment. */
interface Coming {
  readonly t: number;
  readonly line: number;
  run(): void;
}

class Walk {
  readonly #lines: readonly RecordedLine[];
  readonly #file: PlacementsFile;
  readonly #decide: Decide;
  readonly #assume: 'accepted' | 'declined';
  readonly #startMs: number;
  readonly #isSame: boolean;
  readonly #byBoundary: ReadonlyMap<number, RecordedOffer>;
  readonly #askedFor: ReadonlyMap<number, RecordedOffer>;
  readonly #recordedOffers: readonly RecordedOffer[];
  readonly #made: ReadonlyMap<number, readonly MadeBoundary[]>;
  /** Recorded boundaries of play-time placements that come at other moments now. */
  readonly #moved: ReadonlySet<number>;
  readonly #boundaries: ReplayedBoundary[] = [];
  readonly #offers: ReplayedOffer[] = [];
  readonly #answersUsed = new Set<RecordedOffer>();
  #coming: Coming[] = [];
  #state: TimingState;
  #t = 0;
  #playOn: boolean;
  #flight: Flight | undefined;
  /** The offer of the recording that is under way there, whether or not these rules show it. */
  #recordedFlight: RecordedOffer | undefined;
  /** As recorded; bought by an assumed answer; bought in the recording, but not here. */
  #owned: readonly string[];
  readonly #gained = new Set<string>();
  readonly #missed = new Set<string>();
  /** Lines that were taken with a line before them. */
  readonly #taken = new Set<number>();

  constructor({ header, lines }: Recording, file: PlacementsFile, assume: 'accepted' | 'declined') {
    this.#lines = lines;
    this.#file = file;
    this.#decide = compileTiming(file);
    this.#assume = assume;
    this.#startMs = header.startMs;
    this.#state = header.state;
    this.#owned = header.state.owned;
    this.#playOn = header.state.playing;
    const hash = fileHash(file);
    this.#isSame = header.file === hash && lines.every((line) => line.kind !== 'reload' || line.file === hash);
    this.#recordedOffers = offersOf(lines);
    this.#byBoundary = new Map(
      this.#recordedOffers.flatMap((one) => (one.boundary === null ? [] : [[one.boundary, one] as const])),
    );
    this.#askedFor = new Map(
      this.#recordedOffers.flatMap((one) =>
        one.boundary === null ? [[(one.shown ?? one.answered)!.line, one] as const] : [],
      ),
    );
    const { made, moved } = this.#isSame ? NOTHING_MADE : this.#makeByPlay(header.state);
    this.#made = made;
    this.#moved = moved;
  }

  run(): Replay {
    const playedBeforeMs = this.#state.playedMs;
    this.#lines.forEach((line, i) => this.#step(line, i));
    this.#runComing(this.#t, Infinity);
    const named = new Set([
      ...this.#boundaries.map((one) => one.placement),
      ...this.#file.placements.filter((one) => one.on.kind === 'play-time').map((one) => one.name),
    ]);
    return {
      boundaries: this.#boundaries,
      offers: this.#offers,
      isSame: this.#isSame,
      unknown: this.#file.placements.map((one) => one.name).filter((name) => !named.has(name)),
      endMs: this.#t,
      playedMs: this.#state.playedMs - playedBeforeMs,
    };
  }

  // ---------------------------------------------------------------- the lines

  #step(line: RecordedLine, i: number): void {
    this.#runComing(line.t, i);
    this.#passTo(line.t);
    if (line.kind === 'play') this.#playOn = line.on;
    else if (line.kind === 'wallet') this.#state = { ...this.#state, wallet: line.standing };
    else if (line.kind === 'owned') this.#owned = line.targets;
    else if (line.kind === 'passed') this.#passed(line, i);
    else if (line.kind === 'boundary') this.#bounded(line, i);
    else if (line.kind === 'shown' || line.kind === 'answered') this.#asked(line, i);
    for (const made of this.#made.get(i) ?? []) {
      this.#runComing(made.t, i);
      this.#passTo(made.t);
      this.#put({ placement: made.placement.name, facts: {}, playing: made.playing }, undefined);
    }
  }

  #runComing(t: number, line: number): void {
    for (;;) {
      const due = this.#coming.find((one) => one.t < t || (one.t === t && one.line <= line));
      if (due === undefined) return;
      this.#coming = this.#coming.filter((one) => one !== due);
      this.#passTo(due.t);
      due.run();
    }
  }

  #later(coming: Coming): void {
    this.#coming = [...this.#coming, coming].sort((a, b) => a.t - b.t || a.line - b.line);
  }

  #passTo(t: number): void {
    if (this.#playOn && t > this.#t) this.#state = addPlay(this.#state, t - this.#t);
    this.#t = Math.max(this.#t, t);
  }

  /** Something that may be a boundary: the file says to what placements, the first that shows ends it. */
  #passed({ on, facts, playing }: Extract<RecordedLine, { kind: 'passed' }>, i: number): void {
    if (this.#isSame) return; // Its boundaries follow, exactly as they were put.
    const followers = this.#followersOf(i);
    let isShown = false;
    for (const { name } of placementsFor(this.#file, on)) {
      if (isShown) break;
      const found = followers.find((one) => this.#boundaryAt(one).placement === name);
      if (found !== undefined) this.#taken.add(found);
      isShown = this.#put({ placement: name, facts, playing }, found);
    }
    // What else followed in the recording is no boundary of these rules, or was not asked any more.
    for (const one of followers) if (!this.#taken.has(one)) this.#gone(one);
  }

  /** Lines of the boundaries that a happening was in the recording. */
  #followersOf(i: number): readonly number[] {
    const found: number[] = [];
    for (let next = i + 1; ; next++) {
      const line = this.#lines[next];
      if (line?.kind !== 'boundary' || this.#isByName(line.placement) || this.#moved.has(next)) return found;
      found.push(next);
      if (line.show !== undefined) return found;
    }
  }

  #isByName(placement: string): boolean {
    const kind = this.#file.placements.find((one) => one.name === placement)?.on.kind;
    return kind === 'breakpoint' || kind === 'play-time';
  }

  #bounded(line: BoundaryLine, i: number): void {
    if (this.#taken.has(i)) return;
    if (this.#moved.has(i)) return this.#gone(i);
    this.#put(line, i);
  }

  /** The player's own wish is theirs under any rules. */
  #asked(line: Extract<RecordedLine, { kind: 'shown' | 'answered' }>, i: number): void {
    if (this.#recordedFlight?.answered?.line === i) this.#recordedFlight = undefined;
    const asked = this.#askedFor.get(i);
    if (asked === undefined) return;
    this.#recordedFlight = asked.answered?.line === i ? undefined : asked;
    const index = this.#offers.push({
      ...{ campaign: null, variant: null, offer: line.offer, t: line.t },
      ...{ shownT: null, answeredT: null, outcome: null, from: 'recorded' },
    });
    this.#take({ index: index - 1, recorded: asked, delayMs: 0, isAsRecorded: true }, undefined);
    this.#runComing(line.t, i);
  }

  // ---------------------------------------------------------------- boundaries

  #put(boundary: { placement: string; facts: Facts; playing: boolean }, recordedLine: number | undefined): boolean {
    const line = recordedLine === undefined ? undefined : this.#boundaryAt(recordedLine);
    const state = {
      ...this.#state,
      playing: boundary.playing,
      overlayOpen: this.#isBusy(line),
      owned: this.#ownedNow(),
    };
    const decision = this.#decide(state, boundary, this.#nowMs);
    this.#boundaries.push({
      ...{ t: this.#t, placement: boundary.placement, facts: boundary.facts, playing: boundary.playing },
      recorded: line === undefined ? null : outcomeOf(line),
      replayed: decision.show
        ? { show: { campaign: decision.campaign, offer: decision.offer, variant: decision.variant } }
        : { skip: decision.reason },
      ...{ decision, state },
    });
    const recorded = recordedLine === undefined ? undefined : this.#byBoundary.get(recordedLine);
    if (recorded !== undefined) this.#recordedFlight = recorded;
    const isMatched = decision.show && recorded?.offer === decision.offer;
    if (!isMatched && recorded !== undefined) this.#miss(recorded);
    if (decision.show) this.#take(this.#begin(decision, isMatched ? recorded : undefined), recorded);
    return decision.show;
  }

  /** A boundary of the recording that these rules do not have. */
  #gone(i: number): void {
    const line = this.#boundaryAt(i);
    this.#taken.add(i);
    this.#boundaries.push({
      ...{ t: line.t, placement: line.placement, facts: line.facts, playing: line.playing },
      ...{ recorded: outcomeOf(line), replayed: null, decision: null },
      state: { ...this.#state, playing: line.playing, overlayOpen: this.#isBusy(line), owned: this.#ownedNow() },
    });
    const recorded = this.#byBoundary.get(i);
    if (recorded === undefined) return;
    this.#recordedFlight = recorded;
    this.#miss(recorded);
  }

  /** Whether a dialog is under way: one of the replay's, or one that the player asked for. */
  #isBusy(line: BoundaryLine | undefined): boolean {
    const isMarked = line?.busy === true;
    if (this.#isSame && line !== undefined) return isMarked;
    // One whose answer was never written down is over when the recording says so.
    if (this.#flight !== undefined) return isMarked || line === undefined || !this.#flight.isAsRecorded;
    // Between the player's wish and its dialog there is no line but this mark.
    return isMarked && this.#recordedFlight === undefined;
  }

  #ownedNow(): readonly string[] {
    if (this.#gained.size === 0 && this.#missed.size === 0) return this.#owned;
    return [...new Set([...this.#owned.filter((target) => !this.#missed.has(target)), ...this.#gained])];
  }

  // ---------------------------------------------------------------- offers

  #begin(decision: Extract<TimingDecision, { show: true }>, recorded: RecordedOffer | undefined): Flight {
    const index = this.#offers.push({
      ...{ campaign: decision.campaign, variant: decision.variant, offer: decision.offer, t: this.#t },
      ...{ shownT: null, answeredT: null, outcome: null, from: recorded === undefined ? 'assumed' : 'recorded' },
    });
    return { index: index - 1, recorded, delayMs: decision.delayMs, isAsRecorded: recorded !== undefined };
  }

  /** Lays out what comes of an offer. `instead`: what the recording had at the same boundary. */
  #take(flight: Flight, instead: RecordedOffer | undefined): void {
    this.#flight = flight;
    const { recorded, delayMs } = flight;
    const dueMs = this.#t + delayMs;
    if (recorded === undefined) {
      const { offer } = this.#offers[flight.index]!;
      const like = this.#answerLike(offer, instead);
      const outcome = like?.answered?.outcome ?? this.#assume;
      this.#amend(flight, { from: like === undefined ? 'assumed' : 'moved' });
      this.#later({ t: dueMs, line: -1, run: () => this.#showNow(flight) });
      return this.#later({ t: dueMs, line: -1, run: () => this.#answerNow(flight, outcome) });
    }
    this.#answersUsed.add(recorded);
    const { shown, answered } = recorded;
    // A longer delay moves the dialog; a shorter one does not say how soon the wallet would have answered.
    const laterMs = this.#isSame || shown === null ? 0 : Math.max(0, dueMs - shown.t);
    flight.isAsRecorded = laterMs === 0;
    const at = ({ t, line }: { t: number; line: number }): { t: number; line: number } =>
      laterMs === 0 ? { t, line } : { t: t + laterMs, line: -1 };
    if (shown !== null) this.#later({ ...at(shown), run: () => this.#showNow(flight) });
    if (answered !== null) this.#later({ ...at(answered), run: () => this.#answerNow(flight, answered.outcome) });
  }

  #showNow(flight: Flight): void {
    const { campaign } = this.#offers[flight.index]!;
    this.#amend(flight, { shownT: this.#t });
    this.#state = recordShown(this.#state, campaign ?? undefined, this.#nowMs);
  }

  #answerNow(flight: Flight, outcome: Answer): void {
    this.#amend(flight, { answeredT: this.#t, outcome });
    if (this.#flight === flight) this.#flight = undefined;
    // Leaving a dialog by a way that is no answer counts as a decline, as in the game.
    if (outcome === 'declined' || outcome === 'left') this.#state = recordDeclined(this.#state, this.#nowMs);
    if (outcome !== 'accepted') return;
    this.#state = recordAccepted(this.#state);
    const { offer } = this.#offers[flight.index]!;
    for (const target of this.#targetsOf(offer)) {
      this.#missed.delete(target);
      if (flight.recorded === undefined) this.#gained.add(target);
    }
  }

  /** The recorded answer to the same offer at another boundary: the last one before, else the next one. */
  #answerLike(offer: string, instead: RecordedOffer | undefined): RecordedOffer | undefined {
    const free = this.#recordedOffers.filter(
      (one) =>
        one.offer === offer &&
        one.show !== null &&
        one !== instead &&
        isPlayersAnswer(one.answered?.outcome) &&
        !this.#answersUsed.has(one),
    );
    const before = free.filter((one) => this.#lines[one.boundary!]!.t <= this.#t);
    const found = before.at(-1) ?? free[0];
    if (found !== undefined) this.#answersUsed.add(found);
    return found;
  }

  /** These rules do not show what the recording did: what was bought by it is not. */
  #miss({ offer, answered }: RecordedOffer): void {
    if (answered?.outcome !== 'accepted') return;
    for (const target of this.#targetsOf(offer)) if (!this.#owned.includes(target)) this.#missed.add(target);
  }

  #targetsOf(offer: string): readonly string[] {
    const target = this.#file.offers[offer]?.target;
    return target === undefined ? [] : [target, ...(this.#file.covers[target] ?? [])];
  }

  #amend(flight: Flight, change: Partial<ReplayedOffer>): void {
    this.#offers[flight.index] = { ...this.#offers[flight.index]!, ...change };
  }

  // ---------------------------------------------------------------- boundaries by play time

  /** For placements whose recorded boundaries are not where these rules have them. */
  #makeByPlay(begin: TimingState): typeof NOTHING_MADE {
    const made = new Map<number, MadeBoundary[]>();
    const moved = new Set<number>();
    for (const placement of this.#file.placements) {
      const wanted = madeByPlay(placement, this.#lines, begin);
      const left = [...this.#lines.keys()].filter((i) => {
        const line = this.#lines[i]!;
        return placement.on.kind === 'play-time' && line.kind === 'boundary' && line.placement === placement.name;
      });
      for (const one of wanted) {
        const same = left.findIndex((i) => Math.abs(this.#lines[i]!.t - one.t) <= SAME_BOUNDARY_MS);
        if (same >= 0) left.splice(same, 1);
        else
          made.set(
            one.afterLine,
            [...(made.get(one.afterLine) ?? []), one].sort((a, b) => a.t - b.t),
          );
      }
      for (const i of left) moved.add(i);
    }
    return { made, moved };
  }

  #boundaryAt(i: number): BoundaryLine {
    return this.#lines[i] as BoundaryLine;
  }

  get #nowMs(): number {
    return this.#startMs + this.#t;
  }
}

type BoundaryLine = Extract<RecordedLine, { kind: 'boundary' }>;

const NOTHING_MADE: { made: ReadonlyMap<number, readonly MadeBoundary[]>; moved: ReadonlySet<number> } = {
  made: new Map(),
  moved: new Set(),
};

const isPlayersAnswer = (outcome: Answer | undefined): boolean =>
  outcome === 'accepted' || outcome === 'declined' || outcome === 'left';

const outcomeOf = (line: BoundaryLine): Outcome =>
  line.show === undefined ? { skip: line.skip } : { show: line.show };
