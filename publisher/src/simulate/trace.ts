/** One simulated player's sessions as recordings, line for line as a game writes them. */
import { fileHash, writeLine, type RecordedEvent } from '@coinslot/plugin/timing';
import { Life, type Ground, type Witness } from './life.ts';

/** What one event of a player's life was, for who looks for a moment in it. */
export interface Moment {
  readonly event: RecordedEvent;
  /** Of that player's play over all sessions. */
  readonly playedMs: number;
  readonly sessionPlayedMs: number;
  /** Counts from 1. */
  readonly session: number;
  readonly nowMs: number;
}

export interface TracedPlayer {
  readonly persona: string;
  /** JSON Lines, one text for each session. */
  readonly recordings: readonly string[];
  readonly moments: readonly Moment[];
}

/** Lives one player through again: the same life as in any run with the same setup. */
export function traceLife(ground: Ground, index: number): TracedPlayer {
  const tracing = new Tracing(ground);
  const life = new Life(ground, index, tracing);
  life.run();
  return { persona: life.persona.name, recordings: tracing.recordings, moments: tracing.moments };
}

class Tracing implements Witness {
  readonly recordings: string[] = [];
  readonly moments: Moment[] = [];
  readonly #game: string;
  readonly #file: string;
  #lines = '';

  constructor({ setup }: Ground) {
    this.#game = setup.file.game;
    this.#file = fileHash(setup.file);
  }

  sessionBegins(life: Life): void {
    const { state, nowMs } = life;
    const header = { v: 1, kind: 'session', game: this.#game, startMs: nowMs, file: this.#file, state } as const;
    this.#lines = writeLine(header);
  }

  event(event: RecordedEvent, { state, nowMs, sessionStartMs }: Life): void {
    const { playedMs, sessionPlayedMs, sessions } = state;
    this.#lines += writeLine({ t: nowMs - sessionStartMs, ...event });
    this.moments.push({ event, playedMs, sessionPlayedMs, session: sessions, nowMs });
  }

  sessionEnds(): void {
    this.recordings.push(this.#lines);
  }
}
