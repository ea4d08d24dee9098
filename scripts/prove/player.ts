/**
 * A player without a screen: the plugin's own core on a real WebSocket, and a stage that answers every dialog. A forger
 * can stand between plugin and wallet, to see what the plugin makes of what it is handed.
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
  type PassedMessage,
  type WebSocketClass,
} from '@coinslot/plugin/core';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import type { Shown } from '@coinslot/protocol';
import { decodeFrame, encodeFrame } from '@coinslot/protocol/link';
import { WebSocket } from 'ws';

export interface HeadlessPlayer {
  readonly coinslot: Coinslot;
  /** Frames of the link, as the plugin saw them. */
  readonly passed: readonly PassedMessage[];
  /** Message 3 of every decision the wallet sent, before any alteration. */
  readonly decisions: readonly Uint8Array[];
  lastShown(): Shown | undefined;
}

export interface PlayerOptions {
  gameFolder: string;
  walletPort: number;
  origin: string;
  /** Takes the wallet's place: the offer never reaches it, and this answer comes back as message 3. */
  forge?: (offer: Uint8Array) => Uint8Array;
  answer?: 'accept' | 'decline';
  /** Where sealed files come from. */
  fetchBytes?: (url: string) => Promise<Uint8Array>;
}

export function sitDown(options: PlayerOptions): HeadlessPlayer {
  const { gameFolder, walletPort, origin, forge, answer = 'accept', fetchBytes } = options;
  const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(gameFolder, name)));
  const passed: PassedMessage[] = [];
  const decisions: Uint8Array[] = [];
  let shown: Shown | undefined;
  const stage = answeringStage(answer, (one) => (shown = one));
  const coinslot = new Coinslot(
    {
      priceList: file('price-list.coinslot'),
      roots: file('roots.coinslot'),
      crls: file('crls.coinslot'),
      placements: JSON.parse(Buffer.from(file('placements.json')).toString('utf8')) as PlacementsFile,
      sandbox: true,
      wallet: { port: walletPort },
      locale: 'en',
    },
    {
      clock: systemClock,
      random: systemRandom,
      store: memoryStore(),
      openSocket: tapped(webSockets(socketsOf(origin)), (decision) => decisions.push(decision), forge),
      stage,
      origin,
      ...(fetchBytes && { fetchBytes }),
    },
  );
  coinslot.events.on('message', (message) => passed.push(message));
  return { coinslot, passed, decisions, lastShown: () => shown };
}

/** Answers as soon as there is something to answer, as a player who has read it. */
function answeringStage(answer: 'accept' | 'decline', onShown: (shown: Shown) => void): ConsentStage {
  return {
    open: () => {
      let tell: ((intent: 'accept' | 'decline' | 'close' | 'leave') => void) | undefined;
      return Promise.resolve({
        show(state) {
          if (state.kind !== 'review') {
            if (state.kind === 'granted' || state.kind === 'refused' || state.kind === 'unreachable')
              queueMicrotask(() => tell?.('close'));
            return;
          }
          onShown(state.shown);
          queueMicrotask(() => tell?.(answer));
        },
        onIntent: (listener) => (tell = listener),
        close: () => (tell = undefined),
      });
    },
  };
}

/** Node's WebSocket of the ws package, sending an Origin as a browser would. */
export function socketsOf(origin: string): WebSocketClass {
  return class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { origin });
    }
  } as unknown as WebSocketClass;
}

/** Hears every message 3; with a forger, offers go no further than here. */
function tapped(
  open: OpenSocket,
  onDecision: (decision: Uint8Array) => void,
  forge: PlayerOptions['forge'],
): OpenSocket {
  return (url, subprotocols, events) => {
    const socket = open(url, subprotocols, {
      closed: (code) => events.closed(code),
      message(bytes) {
        const frame = decodeFrame(bytes);
        if (frame.kind === 'decision') onDecision(frame.decision);
        events.message(bytes);
      },
    });
    const send = (bytes: Uint8Array): void => {
      const frame = decodeFrame(bytes);
      if (forge === undefined || frame.kind !== 'offer') return socket.send(bytes);
      const forged = encodeFrame('decision', { seq: frame.seq, decision: forge(frame.offer) });
      queueMicrotask(() => events.message(forged));
    };
    return { send, close: () => socket.close() };
  };
}
