/** Two readers and clients of them, for each driver of the reader port: what the contract suite is run on. */
import {
  pcscReaders,
  virtualCard,
  virtualRack,
  type Icc,
  type ReaderPort,
  type ReaderState,
  type VirtualCard,
} from '@coinslot/card';
import { startPcscd, type PcscDaemon } from './pcscd.ts';
import { remoteReaders } from './reader-child.ts';

const IMPATIENT_MS = 300;

export interface ReaderRig {
  readonly names: readonly [string, string];
  /** A program of its own, which waits so long for another's transaction (not the compiled package, which waits for none). */
  client(exclusiveMs?: number): ReaderPort;
  /** Resolves when a client sees the card. */
  insert(reader: 0 | 1, card: Icc): Promise<void>;
  /** Resolves when a client sees that it has gone. */
  remove(reader: 0 | 1): Promise<void>;
  /** At once, with no wait for anybody to see it. */
  pull(reader: 0 | 1): void;
  /** At the next command: before the card gets it, or after the card has done it and before its answer is read. */
  tear(reader: 0 | 1, when: 'before' | 'after'): void;
  readonly service?: { stop(): Promise<void>; start(): Promise<void> };
  close(): Promise<void>;
}

/** Waits until a client's list of readers is as asked for. */
export async function seen(port: ReaderPort, isSo: (readers: readonly ReaderState[]) => boolean): Promise<void> {
  let stop: (() => void) | undefined;
  await new Promise<void>((resolve) => {
    stop = port.watch((readers) => {
      if (isSo(readers)) resolve();
    });
  });
  stop?.();
}

const isPresent = (name: string, present: boolean) => (readers: readonly ReaderState[]) =>
  readers.some((one) => one.name === name && one.present === present);

export function virtualRig(): Promise<ReaderRig> {
  const rack = virtualRack();
  const slots = [rack.add('Slot A'), rack.add('Slot B')] as const;
  const clients: ReaderPort[] = [];
  return Promise.resolve({
    names: [slots[0].name, slots[1].name],
    client(exclusiveMs = IMPATIENT_MS) {
      const client = rack.client({ exclusiveMs });
      clients.push(client);
      return client;
    },
    insert: (reader, card) => slots[reader].insert(card),
    remove: (reader) => Promise.resolve(slots[reader].remove()),
    pull: (reader) => slots[reader].remove(),
    tear: (reader, when) => slots[reader].tear(when),
    close: async () => {
      await Promise.all(clients.map((one) => one.close()));
    },
  });
}

/** Card program, vpcd, pcscd, its socket, the TypeScript client. */
export function pcscRig(): Promise<ReaderRig> {
  const pause = { firstMs: 50, lastMs: 400 };
  return daemonRig(({ socketPath }, exclusiveMs) => {
    const limits = { connectMs: 1500, exclusiveMs, closeMs: 1000 };
    return pcscReaders({ socketPath, limits, pause });
  });
}

/** The same with the compiled package, each client in a process of its own. */
export function smartcardRig(): Promise<ReaderRig> {
  return daemonRig((daemon) => remoteReaders({ PCSCLITE_CSOCK_NAME: daemon.socketPath }));
}

async function daemonRig(open: (daemon: PcscDaemon, exclusiveMs: number) => ReaderPort): Promise<ReaderRig> {
  const daemon = await startPcscd();
  const slots = [new VpcdSlot(daemon, 0), new VpcdSlot(daemon, 1)] as const;
  const clients: ReaderPort[] = [];
  const client = (exclusiveMs = IMPATIENT_MS) => {
    const opened = open(daemon, exclusiveMs);
    clients.push(opened);
    return opened;
  };
  const observer = client();
  const until = (reader: 0 | 1, present: boolean) => seen(observer, isPresent(daemon.readerNames[reader], present));
  return {
    names: daemon.readerNames,
    client,
    async insert(reader, card) {
      slots[reader].insert(card);
      await until(reader, true);
    },
    async remove(reader) {
      slots[reader].remove();
      await until(reader, false);
    },
    pull: (reader) => slots[reader].remove(),
    tear: (reader, when) => slots[reader].tear(when),
    service: daemon,
    async close() {
      for (const slot of slots) slot.remove();
      await Promise.all(clients.map((one) => one.close()));
      await daemon.close();
    },
  };
}

/** A card program per card, kept when the card is out: it knows how long a card must stay away. */
class VpcdSlot {
  readonly #daemon: PcscDaemon;
  readonly #reader: 0 | 1;
  readonly #cards = new Map<Icc, VirtualCard>();
  #inside: VirtualCard | undefined;
  #tear: 'before' | 'after' | undefined;

  constructor(daemon: PcscDaemon, reader: 0 | 1) {
    this.#daemon = daemon;
    this.#reader = reader;
  }

  insert(icc: Icc): void {
    const dial = () => this.#daemon.dial(this.#reader);
    this.#inside = this.#cards.get(icc) ?? virtualCard({ icc: this.#tearable(icc), dial });
    this.#cards.set(icc, this.#inside);
    this.#inside.insert();
  }

  remove(): void {
    this.#inside?.remove();
    this.#inside = undefined;
    this.#tear = undefined;
  }

  tear(when: 'before' | 'after'): void {
    this.#tear = when;
  }

  #tearable(icc: Icc): Icc {
    return {
      powerOn: () => icc.powerOn(),
      powerOff: () => icc.powerOff(),
      transmit: async (command) => {
        const torn = this.#tear;
        this.#tear = undefined;
        if (torn === 'before') this.remove();
        const answer = torn === 'before' ? Uint8Array.of(0x6f, 0x00) : await icc.transmit(command);
        if (torn === 'after') this.remove();
        return answer;
      },
    };
  }
}
