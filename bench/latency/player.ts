/**
 * The game of the measurement, in a process of its own as a browser is: the plugin's core on a real WebSocket, and a player
 * who answers when told. Speaks with the measurement by messages of Node's child processes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Coinslot,
  memoryStore,
  systemClock,
  systemRandom,
  webSockets,
  type ConsentStage,
  type OpenSocket,
} from '@coinslot/plugin/core';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { socketsOf } from '../../scripts/prove/player.ts';
import { nowMs } from './moments.ts';

/** What the measurement asks for. `aheadMs`: how far the parties' clock is ahead of the machine's. */
export interface Errand {
  readonly target: string;
  readonly aheadMs: number;
}

/** When it happened, ms of the machine's monotonic clock. */
export interface Bought {
  readonly status: string;
  /** The second press, the `answer` frame on its way, message 3 at the socket, and the verdict on it. */
  readonly pressed: number;
  readonly sent: number;
  readonly arrived: number;
  readonly verified: number;
}

/** Nobody presses at the very moment a review appears; by then everything that came with it has settled. */
const READ_MS = 30;

const [gameFolder = '', walletPort = '', origin = ''] = process.argv.slice(2);
let aheadMs = 0;
const at = { pressed: 0, sent: 0, arrived: 0, verified: 0 };

const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(gameFolder, name)));
const coinslot = new Coinslot(
  {
    priceList: file('price-list.coinslot'),
    roots: file('roots.coinslot'),
    crls: file('crls.coinslot'),
    placements: JSON.parse(Buffer.from(file('placements.json')).toString('utf8')) as PlacementsFile,
    sandbox: true,
    wallet: { port: Number(walletPort) },
    locale: 'en',
  },
  {
    clock: { ...systemClock, nowMs: () => Date.now() + aheadMs },
    random: systemRandom,
    store: memoryStore(),
    openSocket: timed(webSockets(socketsOf(origin))),
    stage: stage(),
    origin,
  },
);
/** A frame is told of as soon as it was sent, and message 3 as soon as it was verified. */
let lastSent = 0;
let lastArrived = 0;
coinslot.events.on('message', ({ name, checks }) => {
  if (name === 'answer') at.sent = lastSent;
  if (name !== 'decision' || checks.some(({ ok }) => !ok)) return;
  at.verified = nowMs();
  at.arrived = lastArrived;
});
await coinslot.ready;

process.on('message', (errand: Errand) => {
  aheadMs = errand.aheadMs;
  void coinslot.require(errand.target).then(({ status, reason, code }) => {
    const bought: Bought = { ...at, status: status === 'granted' ? status : [status, reason, code].join(' ') };
    process.send?.(bought);
  });
});
process.on('disconnect', () => coinslot.close());
process.send?.('ready');

function timed(open: OpenSocket): OpenSocket {
  return (url, subprotocols, events) => {
    const socket = open(url, subprotocols, {
      closed: (code) => events.closed(code),
      message(bytes) {
        lastArrived = nowMs();
        events.message(bytes);
      },
    });
    const send = (bytes: Uint8Array): void => {
      lastSent = nowMs();
      socket.send(bytes);
    };
    return { send, close: () => socket.close() };
  };
}

/** Presses a while after the review has come; closes every other picture at once. */
function stage(): ConsentStage {
  return {
    open() {
      let tell: ((intent: 'accept' | 'close') => void) | undefined;
      return Promise.resolve({
        show({ kind }) {
          if (kind === 'review') setTimeout(press, READ_MS);
          else if (kind !== 'loading' && kind !== 'paying') queueMicrotask(() => tell?.('close'));
        },
        onIntent: (listener) => (tell = listener),
        close: () => (tell = undefined),
      });
      function press(): void {
        at.pressed = nowMs();
        tell?.('accept');
      }
    },
  };
}
