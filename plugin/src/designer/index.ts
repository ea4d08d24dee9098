/**
 * `@coinslot/plugin/designer`: tools for development builds, loaded by `import()` and in no other build. A recorder, a live panel,
 * and a game that follows the timing lab.
 */
export { followLab, type Following, type FollowOptions, type LabNews, type LabStream } from './follow.ts';
export type { DesignerGame } from './game.ts';
export { openLivePanel, type LivePanel, type PanelOptions } from './panel.ts';
export { startRecording, type Recorder, type RecordOptions } from './recorder.ts';
