/** Boundaries by elapsed play (`every: 10m`), made from when a recorded session was played. */
import type { RecordedLine } from './recording.ts';
import type { Placement } from './types.ts';

/** Play without a break, from one moment of the recording to another. */
interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** Play of the session before it. */
  readonly beforeMs: number;
  /** Line after which what waited for its end comes. */
  readonly endLine: number;
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
  const end = (toMs: number, endLine: number): void => {
    if (fromMs === undefined) return;
    stretches.push({ fromMs, toMs, beforeMs, endLine });
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
  for (const { fromMs, toMs, beforeMs, endLine } of stretchesOf(lines, playedMs)) {
    const first = Math.floor(beforeMs / on.everyMs) + 1;
    const last = Math.floor((beforeMs + toMs - fromMs) / on.everyMs);
    for (let nth = first; nth <= last; nth++) {
      const t = fromMs + nth * on.everyMs - beforeMs;
      const inPlay = { placement, t, playing: true, afterLine: lastLineAt(lines, t) };
      made.push(duringPlay ? inPlay : { placement, t: toMs, playing: false, afterLine: endLine });
    }
  }
  return made;
}

const lastLineAt = (lines: readonly RecordedLine[], t: number): number => {
  const next = lines.findIndex((line) => line.t > t);
  return (next < 0 ? lines.length : next) - 1;
};
