/** The timeline in words: every boundary and what comes of it, for those who do not see the lanes, and for copying. */
import type { Outcome, ReplayedBoundary } from '@coinslot/plugin/timing';
import { scrolling, table } from './dom.ts';
import { PIN_WORDS } from './glyphs.ts';
import { pinKindOf, type LaneScene } from './lanes.ts';
import { clock } from './times.ts';

export function offersTable({ edited, before }: LaneScene): HTMLElement[] {
  const outcome = (one: Outcome | null | undefined): string =>
    one === null || one === undefined
      ? '-'
      : one.show === undefined
        ? one.skip
        : `${one.show.campaign}: ${one.show.offer}`;
  const inDisk = (one: ReplayedBoundary): ReplayedBoundary | undefined =>
    before?.boundaries.find((other) => other.t === one.t && other.placement === one.placement);
  const head = ['time', 'placement', 'as recorded', ...(before === undefined ? [] : ['on disk']), 'edited'];
  const rows = edited.boundaries.map((one) => [
    clock(one.t),
    one.placement,
    outcome(one.recorded),
    ...(before === undefined ? [] : [outcome(inDisk(one)?.replayed)]),
    outcome(one.replayed),
  ]);
  const offers = edited.offers.map((one) => [
    clock(one.shownT ?? one.t),
    one.campaign ?? 'the player asked',
    one.offer,
    PIN_WORDS[pinKindOf(one)],
    { recorded: 'recorded', moved: 'as at another moment', assumed: 'assumed' }[one.from],
  ]);
  return [
    scrolling('Boundaries', table('Boundaries', head, rows)),
    scrolling(
      'Offers',
      table('Offers with the edited file', ['time', 'campaign', 'offer', 'outcome', 'answer from'], offers),
    ),
  ];
}
