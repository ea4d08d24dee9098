import type { GatedScene } from '@coinslot/plugin';
import type { LevelKey } from '../sim/types.ts';

/** What each paid level requires, in the words of offers.yaml and placements.yaml; levels not named here are free. */
export const TARGETS: Readonly<Partial<Record<LevelKey, string>>> = {
  Level3: 'level-3',
  Level4: 'level-4',
  Level5: 'level-5',
  Bonus: 'bonus',
};

/** Minutes are bought under this target, which covers levels 4 and 5. */
export const MINUTES_TARGET = 'play';

/** The gate's rules: a level that is not open is asked for, and declining leads back to the menu. */
export const GATED_SCENES: Readonly<Record<string, GatedScene>> = Object.fromEntries(
  Object.entries(TARGETS).map(([key, requires]) => [key, { requires, else: 'Menu' }]),
);
