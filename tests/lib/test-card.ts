/** A small real card for tests of readers: what it counts lasts, what is selected is forgotten with its power. */
import type { Icc } from '@coinslot/card';

/** T=1, four historical bytes "TEST", check byte. */
export const TEST_ATR = withCheckByte([0x3b, 0x84, 0x01, ...Buffer.from('TEST')]);

export const SELECT = Uint8Array.of(0x00, 0xa4, 0x04, 0x00);
/** Counts by one and gives the count, once selected. */
export const COUNT = Uint8Array.of(0x80, 0x10, 0x00, 0x00, 0x04);
/** Answered when the test says so. */
export const WAIT = Uint8Array.of(0x80, 0x30, 0x00, 0x00);
export const OK = Uint8Array.of(0x90, 0x00);
export const NOT_SELECTED = Uint8Array.of(0x69, 0x85);

/** Gives its data back. Extended when the data is longer than 255 bytes. */
export function echo(bytes: Uint8Array): Uint8Array {
  const head = [0x80, 0x20, 0x00, 0x00];
  if (bytes.length <= 255) return Uint8Array.from([...head, bytes.length, ...bytes, 0]);
  return Uint8Array.from([...head, 0, bytes.length >> 8, bytes.length & 0xff, ...bytes, 0, 0]);
}

export class TestCard implements Icc {
  /** Lasts without power. */
  count = 0;
  #isSelected = false;
  #isBusy = false;
  #wake: (() => void) | undefined;
  #onWaiting = () => {};

  powerOn(): Promise<Uint8Array> {
    return this.#alone(() => {
      this.#isSelected = false;
      return TEST_ATR;
    });
  }

  powerOff(): Promise<void> {
    return this.#alone(() => {
      this.#isSelected = false;
    });
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    return this.#alone(() => this.#answer(command));
  }

  /** When the card has been told to wait. */
  async waiting(): Promise<void> {
    if (!this.#wake) await new Promise<void>((resolve) => (this.#onWaiting = resolve));
  }

  /** Lets a card that was told to wait answer. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  async #answer(command: Uint8Array): Promise<Uint8Array> {
    switch (command[1]) {
      case 0xa4:
        this.#isSelected = true;
        return OK;
      case 0x10:
        if (!this.#isSelected) return NOT_SELECTED;
        this.count += 1;
        return Uint8Array.of(0, 0, this.count >> 8, this.count & 0xff, 0x90, 0x00);
      case 0x20:
        return Uint8Array.from(Buffer.concat([dataOf(command), OK]));
      case 0x30:
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          this.#onWaiting();
        });
        return OK;
      default:
        return Uint8Array.of(0x6d, 0x00);
    }
  }

  /** A reader that speaks to a card twice at once is broken. */
  async #alone<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#isBusy) throw new Error('the card was called while it was working');
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }
}

function dataOf(command: Uint8Array): Uint8Array {
  const isExtended = command[4] === 0;
  const length = isExtended ? ((command[5] ?? 0) << 8) | (command[6] ?? 0) : (command[4] ?? 0);
  const start = isExtended ? 7 : 5;
  return command.subarray(start, start + length);
}

function withCheckByte(bytes: readonly number[]): Uint8Array {
  const check = bytes.slice(1).reduce((sum, byte) => sum ^ byte, 0);
  return Uint8Array.of(...bytes, check);
}
