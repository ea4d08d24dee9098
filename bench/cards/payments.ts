/** One payment after the other at a card, and the same through a real pcscd with vpcd. */
import {
  CardTerminal,
  createApplet,
  fileStore,
  pcscReaders,
  virtualCard,
  type CardConnection,
  type CardFacts,
  type CardStore,
} from '@coinslot/card';
import { CardRig, freely } from '../../tests/card/applet-parties.ts';
import { startPcscd, whyNoPcscd } from '../../tests/lib/pcscd.ts';

export const WARM_UP = 8;
/** A card keeps 64 records until it is uploaded. */
export const MEASURED = 48;
const LOADED_MINOR = 5_000n;

export async function loadedRig(store: CardStore): Promise<CardRig> {
  return CardRig.loaded(LOADED_MINOR, {
    store,
    alg: 2,
    parameters: (id) => freely(id, { debitsPerRateTableMax: 1_000 }),
  });
}

export async function timed(rig: CardRig, pay: (request: Uint8Array) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let number = 0; number < WARM_UP + MEASURED; number++) {
    const request = rig.request(`${number}`, { amountMinor: 1n });
    const from = performance.now();
    await pay(request);
    if (number >= WARM_UP) times.push(performance.now() - from);
  }
  return times;
}

export interface Measured {
  readonly payments: readonly number[];
  readonly apdus: readonly number[];
}

/** `undefined` where there is no pcscd with vpcd. @param path Of the card's file, which must not be there yet. */
export async function throughPcscd(path: string, quickAck: boolean): Promise<Measured | undefined> {
  if (whyNoPcscd() !== undefined) return undefined;
  const rig = await loadedRig(fileStore(path));
  rig.slot.remove();
  const daemon = await startPcscd({ quickAck });
  const readers = pcscReaders({ socketPath: daemon.socketPath });
  const card = virtualCard({ icc: createApplet({ store: fileStore(path) }), dial: () => daemon.dial(0) });
  try {
    const name = daemon.readerNames[0];
    await new Promise<void>((resolve) => {
      const stop = readers.watch((states) => {
        if (!states.some((one) => one.name === name && one.present)) return;
        queueMicrotask(() => stop());
        resolve();
      });
      card.insert();
    });
    const apdus: number[] = [];
    const remembered = new Map<string, CardFacts>();
    const paid = await timed(rig, async (request) => {
      const connection = await readers.connect(name);
      try {
        await new CardTerminal(timing(connection, apdus), { remembered }).pay(request);
      } finally {
        await connection.close('reset');
      }
    });
    return { payments: paid, apdus };
  } finally {
    card.remove();
    await readers.close();
    await daemon.close();
  }
}

const timing = (connection: CardConnection, times: number[]): CardConnection => ({
  atr: connection.atr,
  async transmit(apdu, timeoutMs) {
    const from = performance.now();
    const answer = await connection.transmit(apdu, timeoutMs);
    times.push(performance.now() - from);
    return answer;
  },
  exclusive: (work) => connection.exclusive(work),
  close: (disposition) => connection.close(disposition),
});
