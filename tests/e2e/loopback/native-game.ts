/**
 * A game that is a program of its own: the plugin's core in a process of Node, with a socket that sends no Origin, as desktop
 * shells do. Reads its content and then the code from standard input, a line each; says on standard output where it is.
 */
import { createInterface } from 'node:readline/promises';
import {
  Coinslot,
  memoryStore,
  systemClock,
  systemRandom,
  webSockets,
  type WebSocketClass,
} from '@coinslot/plugin/core';
import { WebSocket } from 'ws';
import type { RoomContent } from './page.ts';

const say = (word: string): void => void process.stdout.write(`${word}\n`);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const nextLine = async (): Promise<string> => String((await lines.next()).value);

const content = JSON.parse(await nextLine()) as RoomContent;
const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const startedAt = performance.now();
const coinslot = new Coinslot(
  {
    priceList: bytes(content.priceList),
    roots: bytes(content.roots),
    placements: content.placements,
    sandbox: true,
    wallet: { port: content.walletPort },
  },
  {
    clock: { ...systemClock, nowMs: () => content.nowMs + Math.floor(performance.now() - startedAt) },
    random: systemRandom,
    store: memoryStore(),
    openSocket: webSockets(WebSocket as unknown as WebSocketClass),
    origin: '',
    stage: {
      open() {
        let intend: (intent: 'accept' | 'close') => void = () => undefined;
        return Promise.resolve({
          show(state) {
            say(state.kind === 'unreachable' ? state.reason : state.kind);
            if (state.kind === 'review') queueMicrotask(() => intend('accept'));
            if (state.kind === 'granted') queueMicrotask(() => intend('close'));
          },
          onIntent: (listener) => (intend = listener),
          close: () => undefined,
        });
      },
    },
  },
);
coinslot.events.on('problem', ({ error }) => say(String(error)));

const result = coinslot.require('level-3');
say(`by a wrong code: ${await coinslot.connectByCode('0000-0000')}`);
say(`by the code: ${await coinslot.connectByCode(await nextLine())}`);
say(`outcome: ${(await result).status}`);
coinslot.close();
void lines.return?.();
process.stdin.destroy();
