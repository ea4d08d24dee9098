/** Records a session as it is played. Nothing leaves the game but through `onLine`. */
import type { ReachedBoundary, TimingEvent } from '../core/types.ts';
import {
  fileHash,
  writeLine,
  type Facts,
  type PlacementsFile,
  type RecordedEvent,
  type RecordingHeader,
  type TimingState,
} from '../timing/index.ts';
import { factsRead, minuteOf, recordableState, standIn } from '../timing/stand-in.ts';
import type { DesignerGame } from './game.ts';

export interface RecordOptions {
  /** The rules that the game runs by now. */
  readonly file: PlacementsFile;
  /** The studio's own pseudonym of the player, for experiments; default: none. */
  readonly unit?: string;
  /** Gets each line, with its line break, as it is written. */
  readonly onLine?: (line: string) => void;
  /** Default: the machine's clock. */
  readonly nowMs?: () => number;
  /** Draws the stand-in; default: the machine's randomness. */
  readonly random?: (length: number) => Uint8Array;
}

export interface Recorder {
  /** Everything so far. */
  text(): string;
  /** Writes the end, once. */
  stop(): void;
}

/** Begins when what the player did before is known (`ready`). */
export async function startRecording(game: DesignerGame, options: RecordOptions): Promise<Recorder> {
  await game.ready;
  return new SessionRecorder(game, options);
}

class SessionRecorder implements Recorder {
  readonly #game: DesignerGame;
  readonly #options: RecordOptions;
  readonly #startedAtMs: number;
  readonly #rows: string[] = [];
  readonly #off: readonly (() => void)[];
  #isStopped = false;
  /** Facts that may be text. */
  #read: ReadonlySet<string>;
  /** As written last. */
  #known: Pick<TimingState, 'wallet' | 'owned'>;
  #t = 0;
  #counting: boolean;
  #countedMs = 0;
  #shownAtMs: number | null = null;
  readonly #playedBeforeMs: number;

  constructor(game: DesignerGame, options: RecordOptions) {
    this.#game = game;
    this.#options = options;
    const { file, unit, random = (length) => crypto.getRandomValues(new Uint8Array(length)) } = options;
    this.#startedAtMs = this.#nowMs();
    const now = game.timingState();
    const { seed, otherwise } = standIn(now.seed, file, random);
    this.#read = factsRead(file);
    this.#known = now;
    this.#counting = now.playing;
    this.#playedBeforeMs = now.sessionPlayedMs;
    const header: RecordingHeader = {
      ...{ v: 1, kind: 'session', game: file.game, startMs: minuteOf(this.#startedAtMs), file: fileHash(file) },
      state: recordableState(now, seed, file, this.#startedAtMs),
      ...(otherwise.length > 0 && { otherwise }),
      ...(unit !== undefined && { unit }),
    };
    this.#put(writeLine(header));
    const sync = (): void => this.#sync(game.timingState(), this.#nowMs());
    this.#off = [
      game.events.on('boundary', (reached) => this.#boundary(reached)),
      game.events.on('timing', (event) => this.#timing(event)),
      game.events.on('wallet', sync),
      game.events.on('entitlement', sync),
    ];
  }

  text(): string {
    return this.#rows.join('');
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const off of this.#off) off();
    this.#write(this.#nowMs(), { kind: 'end' });
  }

  #boundary({ placement, facts, decision, state, atMs }: ReachedBoundary): void {
    this.#sync(state, atMs);
    const { playing, overlayOpen } = state;
    const common = {
      kind: 'boundary' as const,
      ...{ placement, facts: this.#kept(facts), playing },
      ...(overlayOpen && { busy: true as const }),
    };
    if (!decision.show) return this.#write(atMs, { ...common, skip: decision.reason });
    const { campaign, offer, variant } = decision;
    this.#write(atMs, { ...common, show: { campaign, offer, variant } });
  }

  #timing(event: TimingEvent): void {
    const { atMs } = event;
    if (event.kind === 'play') this.#play(event.on, atMs);
    else if (event.kind === 'lost') this.#write(atMs, { kind: 'lost' });
    else if (event.kind === 'placements') {
      this.#read = factsRead(event.file);
      this.#write(atMs, { kind: 'reload', file: fileHash(event.file) });
    } else if (event.kind === 'passed') {
      const { on, facts, playing } = event;
      this.#write(atMs, { kind: 'passed', on, facts: this.#kept(facts), playing });
    } else if (event.kind === 'shown') {
      this.#shownAtMs = atMs;
      this.#write(atMs, { kind: 'shown', offer: event.offer, campaign: event.campaign });
    } else {
      const afterMs = this.#shownAtMs === null ? null : Math.max(0, atMs - this.#shownAtMs);
      this.#shownAtMs = null;
      const { offer, campaign, outcome } = event;
      this.#write(atMs, { kind: 'answered', offer, campaign, outcome, afterMs });
    }
  }

  #play(on: boolean, atMs: number): void {
    if (!on) this.#slept(this.#game.timingState(), atMs);
    if (on !== this.#counting) this.#write(atMs, { kind: 'play', on });
  }

  /** Writes what is other than it was: no event tells of every change, as of a date that has passed. */
  #sync(state: TimingState, atMs: number): void {
    this.#slept(state, atMs);
    const { wallet, owned } = state;
    if (wallet !== this.#known.wallet) this.#write(atMs, { kind: 'wallet', standing: wallet });
    if (owned.join('\n') !== this.#known.owned.join('\n')) this.#write(atMs, { kind: 'owned', targets: owned });
    this.#known = { wallet, owned };
  }

  /** Of a gap that the play clock did not count (the machine slept), the play lines must not tell as play either. */
  #slept({ sessionPlayedMs }: TimingState, atMs: number): void {
    const tooMuchMs = this.#playedUntil(this.#tOf(atMs)) - (sessionPlayedMs - this.#playedBeforeMs);
    if (!this.#counting || tooMuchMs <= 0) return;
    this.#write(atMs - tooMuchMs, { kind: 'play', on: false });
    this.#write(atMs, { kind: 'play', on: true });
  }

  #playedUntil(t: number): number {
    return this.#countedMs + (this.#counting ? t - this.#t : 0);
  }

  /** Text may be a name; a number that the game counts by is kept. */
  #kept(facts: Facts): Facts {
    const kept = Object.entries(facts).filter(([name, value]) => typeof value !== 'string' || this.#read.has(name));
    return Object.fromEntries(kept);
  }

  #write(atMs: number, event: RecordedEvent): void {
    const t = this.#tOf(atMs);
    this.#countedMs = this.#playedUntil(t);
    this.#t = t;
    if (event.kind === 'play') this.#counting = event.on;
    this.#put(writeLine({ t, ...event }));
  }

  /** Never falling, whatever the clock does. */
  #tOf(atMs: number): number {
    return Math.max(this.#t, Math.round(atMs - this.#startedAtMs));
  }

  #put(row: string): void {
    this.#rows.push(row);
    this.#options.onLine?.(row);
  }

  #nowMs(): number {
    return (this.#options.nowMs ?? Date.now)();
  }
}
