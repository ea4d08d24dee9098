/** From something that happened in a game to the placements that stand for it. */
import type { Placement, PlacementsFile, SceneEvent } from './types.ts';

/** What can be a boundary, apart from a `breakpoint`, which names its placement itself. */
export type Happening =
  | { readonly kind: 'scene'; readonly event: SceneEvent; readonly scene: string }
  | { readonly kind: 'level'; readonly event: 'start' | 'end'; readonly level: number }
  /** Play over all of this session, before and now: an `everyMs` may lie between. */
  | { readonly kind: 'play-time'; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: 'grant-ended'; readonly target: string };

/** Placements for what happened, in file order. */
export function placementsFor(file: PlacementsFile, happening: Happening): readonly Placement[] {
  return file.placements.filter((placement) => stands(placement, happening));
}

function stands({ on }: Placement, happening: Happening): boolean {
  if (on.kind !== happening.kind) return false;
  if (on.kind === 'scene' && happening.kind === 'scene')
    return on.event === happening.event && on.scene === happening.scene;
  if (on.kind === 'level' && happening.kind === 'level')
    return on.event === happening.event && (on.level === undefined || on.level === happening.level);
  if (on.kind === 'play-time' && happening.kind === 'play-time')
    return Math.floor(happening.toMs / on.everyMs) > Math.floor(happening.fromMs / on.everyMs);
  return on.kind === 'grant-ended' && happening.kind === 'grant-ended' && on.target === happening.target;
}
