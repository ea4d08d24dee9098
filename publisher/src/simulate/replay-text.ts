/** A recording before and after an edit, for a terminal. */
import type { Outcome, Replay, ReplayedBoundary } from '@coinslot/plugin/timing';
import { unreachedText } from '../text/unreached.ts';
import { tableText } from './report-words.ts';

/** Whether the rules give anything else than what was recorded. */
export const isChanged = ({ recorded, replayed }: ReplayedBoundary): boolean => wordOf(recorded) !== wordOf(replayed);

/** Lines: every boundary, those that changed marked, and how many offers there were and would be. */
export function replayText({ boundaries, offers, unknown }: Replay): readonly string[] {
  const rows = boundaries.map((one) => [
    isChanged(one) ? '*' : '',
    clock(one.t),
    one.placement,
    factsOf(one),
    wordOf(one.recorded),
    wordOf(one.replayed),
  ]);
  const asked = offers.filter((one) => one.campaign === null).length;
  const before = boundaries.filter((one) => one.recorded?.show !== undefined).length;
  const count = (word: 'accepted' | 'declined'): number =>
    offers.filter((one) => one.campaign !== null && one.outcome === word).length;
  const assumed = offers.filter((one) => one.from === 'assumed' && one.outcome !== null).length;
  return [
    ...tableText(['', 'minute', 'placement', 'facts', 'before', 'after'], rows, Infinity),
    `offers before ${before}, after ${offers.length - asked}: accepted ${count('accepted')}, declined ${count('declined')}, ${assumed} of them by assumption`,
    ...(asked > 0 ? [`asked for by the player ${asked}`] : []),
    ...(unknown.length > 0 ? [unreachedText(unknown)] : []),
  ];
}

const wordOf = (outcome: Outcome | null): string => {
  if (outcome === null) return '-';
  if (outcome.skip !== undefined) return outcome.skip;
  const { campaign, offer, variant } = outcome.show;
  return `shows ${offer} (${campaign}${variant === offer ? '' : `, ${variant}`})`;
};

const factsOf = ({ facts }: ReplayedBoundary): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');

/** `12:05`, minutes and seconds since the recording began. */
const clock = (t: number): string =>
  `${Math.floor(t / 60_000)}:${String(Math.floor((t % 60_000) / 1_000)).padStart(2, '0')}`;
