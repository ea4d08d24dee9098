/** Boundaries by elapsed play (`every: 10m`), made from when a recorded session was played. */
import { offersOf } from './flights.ts';
import type { RecordedLine } from './recording.ts';
import type { Placement, TimingState } from './types.ts';

/** The player as the recording begins, perhaps in the middle of play. */
type Beginning = Pick<TimingState, 'playing' | 'sessionPlayedMs'>;

/** Play without a break, from one moment of the recording to another. */
interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** Play of the session before it. */
  readonly beforeMs: number;
  readonly endLine: number;
  /** It only stands still for a dialog: what waits for the end of play waits on. */
  readonly isPause: boolean;
}

/** A boundary that a placement would have; it comes right after a line. */
export interface MadeBoundary {
  readonly placement: Placement;
  readonly t: number;
  readonly playing: boolean;
  readonly afterLine: number;
}

function stretchesOf(lines: readonly RecordedLine[], begin: Beginning): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let fromMs = begin.playing ? 0 : undefined;
  let beforeMs = begin.sessionPlayedMs;
  const pauses = pausesOf(lines);
  const end = (toMs: number, endLine: number): void => {
    if (fromMs === undefined) return;
    stretches.push({ fromMs, toMs, beforeMs, endLine, isPause: pauses.has(endLine) });
    beforeMs += toMs - fromMs;
    fromMs = undefined;
  };
  lines.forEach((line, i) => {
    if (line.kind !== 'play') return;
    if (!line.on) end(line.t, i);
    else fromMs ??= line.t;
  });
  // Play that goes on as the recording ends has not come to its end.
  if (fromMs !== undefined && lines.length > 0)
    stretches.push({ fromMs, toMs: lines.at(-1)!.t, beforeMs, endLine: lines.length - 1, isPause: true });
  return stretches;
}

/** Lines at which play stood still for an offer that came during play, or that the player asked for then. */
function pausesOf(lines: readonly RecordedLine[]): ReadonlySet<number> {
  const pauses = new Set<number>();
  for (const { boundary, shown, answered } of offersOf(lines)) {
    const from = boundary === null ? askedFrom(lines, shown?.line) : boundary;
    const line = from === undefined ? undefined : lines[from];
    const isInPlay = boundary === null ? line !== undefined : line?.kind === 'boundary' && line.playing;
    if (from === undefined || !isInPlay) continue;
    for (let i = from; i < (answered?.line ?? lines.length); i++) if (lines[i]!.kind === 'play') pauses.add(i);
  }
  return pauses;
}

/** Where play stopped for a dialog that the player asked for: right before it was shown, with no boundary between. */
function askedFrom(lines: readonly RecordedLine[], shown: number | undefined): number | undefined {
  for (let i = (shown ?? 0) - 1; i >= 0; i--) {
    const { kind } = lines[i]!;
    if (kind === 'play') return i;
    if (kind === 'boundary' || kind === 'passed') return undefined;
  }
  return undefined;
}

/**
 * Where a play-time placement would have had its boundaries: to the millisecond when it may interrupt play, else at the next
 * end of play, once for every time that came due.
 */
export function madeByPlay(
  placement: Placement,
  lines: readonly RecordedLine[],
  begin: Beginning,
): readonly MadeBoundary[] {
  const { on, duringPlay } = placement;
  if (on.kind !== 'play-time') return [];
  const made: MadeBoundary[] = [];
  let waiting = 0;
  for (const { fromMs, toMs, beforeMs, endLine, isPause } of stretchesOf(lines, begin)) {
    const first = Math.floor(beforeMs / on.everyMs) + 1;
    const last = Math.floor((beforeMs + toMs - fromMs) / on.everyMs);
    for (let nth = first; nth <= last; nth++) {
      const t = fromMs + nth * on.everyMs - beforeMs;
      if (duringPlay) made.push({ placement, t, playing: true, afterLine: lastLineAt(lines, t) });
      else waiting++;
    }
    if (isPause) continue;
    for (; waiting > 0; waiting--) made.push({ placement, t: toMs, playing: false, afterLine: endLine });
  }
  return made;
}

const lastLineAt = (lines: readonly RecordedLine[], t: number): number => {
  const next = lines.findIndex((line) => line.t > t);
  return (next < 0 ? lines.length : next) - 1;
};
