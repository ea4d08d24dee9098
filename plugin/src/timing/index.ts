/**
 * `@coinslot/plugin/timing`: when an offer may appear. Pure: runs in the game, the wallet, the simulator and CI, and
 * imports nothing.
 */
export * from './types.ts';
export { compileTiming, type Decide } from './decide.ts';
export { isHeldOut, variantFor } from './assignment.ts';
export { placementsFor, type Happening } from './boundaries.ts';
export {
  addPlay,
  newTimingState,
  recordAccepted,
  recordDeclined,
  recordShown,
  startSession,
  isTimingState,
} from './state.ts';
export {
  fairnessVerdict,
  type FairnessFacts,
  type FairnessReason,
  type FairnessRules,
  type FairnessVerdict,
} from './fairness.ts';
export { ENGINE_FACT_NAMES } from './facts.ts';
export { offersPerHour } from './hourly.ts';
export { compileRule, factsOf, RULE_DEPTH_MAX, RULE_NODES_MAX, RULE_OPERATORS } from './rule.ts';
export {
  ANSWERS,
  fileHash,
  readRecording,
  RecordingError,
  writeLine,
  type Answer,
  type PassedHappening,
  type RecordedEvent,
  type RecordedLine,
  type Recording,
  type RecordingHeader,
  type ShownCampaign,
} from './recording.ts';
export {
  replay,
  type Outcome,
  type Replay,
  type ReplayedBoundary,
  type ReplayedOffer,
  type ReplayOptions,
} from './replay.ts';
export { patchText } from './patch.ts';
export { capText, durationText, ruleText, selectorText, shareText } from './words.ts';
