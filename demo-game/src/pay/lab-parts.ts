/** A recording that is handed over in parts, since a page that goes away may say no more than 64 KiB. */
import { startRecording, type DesignerGame, type Recorder } from '@coinslot/plugin/designer';
import type { PlacementsFile } from '@coinslot/plugin/timing';

/** A part ends at this length; what is written until play rests still fits. ASCII but for the names a game uses. */
const PART_CHARS = 48_000;

export interface Parts {
  /** Other rules are in force: parts begin with them from now on. */
  follow(file: PlacementsFile): void;
  /** Ends the last part and hands it over. */
  end(): void;
}

export interface PartsOptions {
  /** The rules that the game runs by now. */
  readonly file: PlacementsFile;
  /** A part shorter than this says nothing about timing, and is not handed over. */
  readonly worthMs: number;
  readonly nowMs: () => number;
  /** Gets each part, JSON lines. `isLast`: the page goes away. */
  readonly handOver: (text: string, isLast: boolean) => void;
}

/** Records until `end`. No part ends while an offer is open or play is under way, so that none begins in the middle of either. */
export async function recordParts(game: DesignerGame, options: PartsOptions): Promise<Parts> {
  const { worthMs, nowMs, handOver } = options;
  let { file } = options;
  let length = 0;
  let beganMs = 0;
  let isEnding = false;
  const next = (): Promise<Recorder> => {
    [length, beganMs, isEnding] = [0, nowMs(), false];
    return startRecording(game, { file, nowMs, onLine });
  };
  const finish = (isLast: boolean): void => {
    recorder.stop();
    if (nowMs() - beganMs >= worthMs) handOver(recorder.text(), isLast);
  };
  const onLine = (line: string): void => {
    length += line.length;
    if (isEnding || length < PART_CHARS) return;
    isEnding = true;
    // A task of its own: what happens now is written whole before the part ends, and nothing happens until the next one has begun.
    setTimeout(() => {
      const { playing, overlayOpen } = game.timingState();
      if (isOver) return;
      if (playing || overlayOpen) {
        isEnding = false;
        return;
      }
      finish(false);
      void next().then((begun) => (recorder = begun));
    }, 0);
  };
  let isOver = false;
  let recorder = await next();
  return {
    follow: (taken) => (file = taken),
    end: () => {
      isOver = true;
      finish(true);
    },
  };
}
