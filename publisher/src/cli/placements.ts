/** `coinslot placements ...`: everything a designer does with a file. Each command registers itself in a file of its own. */
import type { Command } from 'commander';
import { registerBoundaries } from './placements-boundaries.ts';
import { registerCompile } from './placements-compile.ts';
import { registerDesign } from './placements-design.ts';
import { registerExperiments } from './placements-experiments.ts';
import { registerExplain } from './placements-explain.ts';
import { registerRelease } from './placements-release.ts';
import { registerReplay } from './placements-replay.ts';
import { registerSimulate } from './placements-simulate.ts';

/** Adds the group and all its commands. */
export function registerPlacements(program: Command): void {
  const placements = program.command('placements').description('when offers appear: check, ask why, try, measure');
  registerCompile(placements);
  registerDesign(placements);
  registerExplain(placements);
  registerExperiments(placements);
  registerRelease(placements);
  registerSimulate(placements);
  registerReplay(placements);
  registerBoundaries(placements);
}
