/** The host's clock and randomness, the same in browsers and in Node. */
import type { Clock, RandomBytes } from './ports.ts';

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, 0x7fff_ffff));
    return () => clearTimeout(timer);
  },
};

export const systemRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));
