/**
 * A card for the virtual reader of vsmartcard (vpcd): it dials the reader's port and is then a card in a reader of pcscd, for
 * every PC/SC program of the machine. The card itself is an `Icc` given to it.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Icc } from '../ports.ts';
import { BackOff } from '../reader/listing.ts';
import { CONTROL, encodeFrame, FrameCutter } from './frames.ts';

/** vpcd's first reader on this machine (0x8C7B); its second one has the port after. */
export const VPCD_PORT = 35963;
/** vpcd looks for its card every 0.4 s; one that stays away for less may be taken for one that never left. */
const AWAY_MS = 1000;

export type VirtualCardState = 'out' | 'dialling' | 'in';

export interface VirtualCardOptions {
  readonly icc: Icc;
  /** A socket to the reader, connected or connecting. Default: 127.0.0.1, port VPCD_PORT. */
  readonly dial?: () => Socket | Promise<Socket>;
  readonly onState?: (state: VirtualCardState) => void;
  /** The card failed to work (its store, say): it falls silent and leaves the reader. */
  readonly onFailure?: (cause: unknown) => void;
}

export interface VirtualCard {
  readonly state: VirtualCardState;
  /** Into the reader, and back into it whenever pcscd was away. */
  insert(): void;
  /** Out of the reader, in the middle of whatever it does. What it is doing it may still finish, but nobody hears of it. */
  remove(): void;
}

export function virtualCard(options: VirtualCardOptions): VirtualCard {
  const dial = options.dial ?? (() => connect({ host: '127.0.0.1', port: VPCD_PORT }));
  let state: VirtualCardState = 'out';
  let stop: AbortController | undefined;
  let session = Promise.resolve();
  const onState = (next: VirtualCardState) => {
    if (next === state) return;
    state = next;
    options.onState?.(next);
  };
  return {
    get state() {
      return state;
    },
    insert() {
      if (stop) return;
      const signal = (stop = new AbortController()).signal;
      session = session.then(() => stayInReader(signal, dial, options, onState));
    },
    remove() {
      stop?.abort();
      stop = undefined;
    },
  };
}

async function stayInReader(
  signal: AbortSignal,
  dial: NonNullable<VirtualCardOptions['dial']>,
  { icc, onFailure }: VirtualCardOptions,
  onState: (state: VirtualCardState) => void,
): Promise<void> {
  const backOff = new BackOff(AWAY_MS, 8 * AWAY_MS);
  while (!signal.aborted) {
    onState('dialling');
    try {
      const socket = await dial();
      await serve(signal, socket, icc, () => {
        backOff.reset();
        onState('in');
      });
    } catch (cause) {
      onFailure?.(cause);
    }
    if (!signal.aborted) await delay(backOff.nextMs(), undefined, { signal }).catch(() => undefined);
  }
  onState('out');
  await icc.powerOff().catch((cause: unknown) => onFailure?.(cause));
  await delay(AWAY_MS);
}

/** Is the card until the reader hangs up, the card is pulled or it fails; throws what the card threw. */
async function serve(signal: AbortSignal, socket: Socket, icc: Icc, onPower: () => void): Promise<void> {
  const pull = () => socket.destroy();
  signal.addEventListener('abort', pull);
  if (signal.aborted) pull();
  // The close that follows says enough: nobody there, or the reader has gone.
  socket.on('error', () => undefined);
  socket.setNoDelay(true);
  const card = new PoweredCard(icc);
  const cutter = new FrameCutter();
  let last = Promise.resolve();
  let failure: { cause: unknown } | undefined;
  socket.on('data', (chunk: Buffer) => {
    for (const payload of cutter.push(chunk))
      last = last.then(async () => {
        if (socket.destroyed) return;
        const answer = await card.take(payload);
        onPower();
        if (answer && !socket.destroyed) socket.write(encodeFrame(answer));
      });
    last = last.catch((cause: unknown) => {
      failure = { cause };
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  signal.removeEventListener('abort', pull);
  // A card takes one call at a time, so the next one waits for what this one was doing.
  await last;
  if (failure) throw failure.cause;
}

/** Off, on and reset alike put a card back to its start; the ATR is asked for again and again, also of a card without power. */
class PoweredCard {
  readonly #icc: Icc;
  #atr: Uint8Array | undefined;

  constructor(icc: Icc) {
    this.#icc = icc;
  }

  async take(payload: Buffer): Promise<Uint8Array | undefined> {
    if (payload.length !== 1) return this.#icc.transmit(Uint8Array.from(payload));
    switch (payload[0]) {
      case CONTROL.off:
        await this.#icc.powerOff();
        return undefined;
      case CONTROL.on:
      case CONTROL.reset:
        this.#atr = await this.#icc.powerOn();
        return undefined;
      case CONTROL.atr:
        return (this.#atr ??= await this.#icc.powerOn());
      default:
        return undefined;
    }
  }
}
