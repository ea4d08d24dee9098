/** What the live panel works out before anything is drawn: journeys in time, sliders and their patch. */
import { describe, expect, it } from 'vitest';
import { newTimingState, patchText, recordShown, startSession, type TimingState } from '@coinslot/plugin/timing';
import { assumedState, hereAndNow } from '../../plugin/src/designer/travel.ts';
import { NO_CAP, TWEAKS, tweaked } from '../../plugin/src/designer/tweaks.ts';
import { NOON_MS } from '../lib/parties.ts';
import { PLACEMENTS } from './lib/content.ts';

const DAY_MS = 86_400_000;
const STATE: TimingState = {
  ...recordShown(startSession(newTimingState('seed', 0, NOON_MS)), 'after-level', NOON_MS),
  ...{ playing: true, owned: ['level-3'], wallet: 'ready' },
};
const journey = hereAndNow(STATE, NOON_MS);

describe('time travel', () => {
  it('changes nothing while it is off, but that play rests at a boundary', () => {
    expect(assumedState(STATE, { ...journey, day: 9 }, NOON_MS)).toEqual({ ...STATE, playing: false });
  });

  it('to day 3 is a new session with the past two days further back', () => {
    const then = assumedState(STATE, { ...journey, isOn: true, day: 3 }, NOON_MS);
    expect(then).toMatchObject({
      ...{ sessions: STATE.sessions + 1, owned: ['level-3'], wallet: 'ready', day: STATE.day - 2 },
      ...{ firstSessionAtMs: NOON_MS - 2 * DAY_MS, lastShownAtMs: NOON_MS - 2 * DAY_MS },
      shown: { session: 0, lifetime: 1 },
    });
  });

  it('with two declines and no wallet says so to the rules', () => {
    const wish = { ...journey, isOn: true, declines: 2, minutesSinceDecline: 5, wallet: 'absent' } as const;
    expect(assumedState(STATE, wish, NOON_MS)).toMatchObject({
      ...{ sessionDeclined: 2, declined: 2, lastDeclinedAtMs: NOON_MS - 5 * 60_000, wallet: 'absent' },
      shown: STATE.shown,
    });
  });
});

describe('every slider', () => {
  it.each(TWEAKS.map((tweak) => [tweak.label, tweak] as const))('%s sets what it reads, and says so', (_, tweak) => {
    const value = tweak.max === NO_CAP ? 4 : tweak.step * 3;
    const file = tweaked(PLACEMENTS, 'after-level', tweak, value);
    expect(tweak.get(file.campaigns[0]!)).toBeCloseTo(value);
    expect(patchText(PLACEMENTS, file)).toContain('- id: after-level');
    expect(patchText(PLACEMENTS, PLACEMENTS)).toBe('');
  });

  it('of a cap has none at its end', () => {
    const session = TWEAKS.find(({ label }) => label === 'per session')!;
    const capped = tweaked(PLACEMENTS, 'after-level', session, 2);
    expect(tweaked(capped, 'after-level', session, NO_CAP)).toEqual(PLACEMENTS);
    expect([session.text(NO_CAP), session.text(2)]).toEqual(['no cap', '2']);
  });
});
