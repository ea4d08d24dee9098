/** Boundaries by elapsed play (`every: 10m`), made from when a recorded session was played. */
import { offersOf } from './flights.ts';
import type { RecordedLine } from './recording.ts';
import type { Placement } from './types.ts';

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

function stretchesOf(lines: readonly RecordedLine[], playedMs: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let fromMs: number | undefined;
  let beforeMs = playedMs;
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
  if (lines.length > 0) end(lines.at(-1)!.t, lines.length - 1);
  return stretches;
}

/** Lines at which play stood still for an offer that came during play. */
function pausesOf(lines: readonly RecordedLine[]): ReadonlySet<number> {
  const pauses = new Set<number>();
  for (const { boundary, answered } of offersOf(lines)) {
    const line = boundary === null ? undefined : lines[boundary];
    if (boundary === null || line?.kind !== 'boundary' || !line.playing) continue;
    for (let i = boundary; i < (answered?.line ?? lines.length); i++) if (lines[i]!.kind === 'play') pauses.add(i);
  }
  return pauses;
}

/**
 * Where a play-time placement would have had its boundaries: to the millisecond when it may interrupt play, else at the next
 * end of play, once for every time that came due. `playedMs`: of the session, before the recording began.
 */
export function madeByPlay(
  placement: Placement,
  lines: readonly RecordedLine[],
  playedMs: number,
): readonly MadeBoundary[] {
  const { on, duringPlay } = placement;
  if (on.kind !== 'play-time') return [];
  const made: MadeBoundary[] = [];
  let waiting = 0;
  for (const { fromMs, toMs, beforeMs, endLine, isPause } of stretchesOf(lines, playedMs)) {
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
