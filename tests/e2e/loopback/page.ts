/**
 * A game without Phaser for the browser: the plugin's core on the plugin's own browser ports, and a stage whose player does
 * what the test says. Bundled into one classic script, so that it also runs from a file.
 */
import {
  Coinslot,
  systemClock,
  type BreakpointResult,
  type ConsentDialog,
  type PlayerIntent,
} from '@coinslot/plugin/core';
import type { OverlayState } from '@coinslot/overlay';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { browserPorts } from '../../../plugin/src/phaser/browser-ports.ts';

export interface RoomContent {
  readonly priceList: string;
  readonly roots: string;
  readonly placements: PlacementsFile;
  readonly walletPort: number;
  /** The wallet's time when the page was made. */
  readonly nowMs: number;
}

export interface Room {
  readonly coinslot: Coinslot;
  readonly states: OverlayState[];
  readonly problems: string[];
  /** ms from the call to the first state other than loading. */
  firstWordMs: number | undefined;
  result: BreakpointResult | undefined;
  /** Begins and does not wait. */
  begin(target: string): void;
  atBoundary(name: string): void;
  intend(intent: PlayerIntent): void;
}

declare global {
  interface Window {
    roomContent: RoomContent;
    room: Room;
  }
}

const content = window.roomContent;
const bytes = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const states: OverlayState[] = [];
let intend: (intent: PlayerIntent) => void = () => undefined;
let begunAt = 0;

const dialog: ConsentDialog = {
  show(state) {
    states.push(state);
    if (state.kind !== 'loading') room.firstWordMs ??= performance.now() - begunAt;
  },
  onIntent: (listener) => (intend = listener),
  close: () => undefined,
};

const coinslot = new Coinslot(
  {
    priceList: bytes(content.priceList),
    roots: bytes(content.roots),
    placements: content.placements,
    sandbox: true,
    wallet: { port: content.walletPort },
  },
  {
    ...browserPorts(content.placements.game),
    clock: { ...systemClock, nowMs: () => content.nowMs + Math.floor(performance.now()) },
    stage: { open: () => Promise.resolve(dialog) },
  },
);

const room: Room = {
  coinslot,
  states,
  problems: [],
  firstWordMs: undefined,
  result: undefined,
  begin(target) {
    begunAt = performance.now();
    room.firstWordMs = room.result = undefined;
    void coinslot.require(target).then((result) => (room.result = result));
  },
  atBoundary(name) {
    room.result = undefined;
    void coinslot.breakpoint(name).then((result) => (room.result = result));
  },
  intend: (intent) => intend(intent),
};
coinslot.events.on('problem', ({ error }) => void room.problems.push(String(error)));
window.room = room;
