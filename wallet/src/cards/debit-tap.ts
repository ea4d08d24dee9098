/**
 * Watches what goes to a card, to know for sure whether a debit was ever handed to the reader: an error from further up says
 * what went wrong, not how far the bytes had come.
 */
import type { CardConnection, ReaderPort } from '@coinslot/card';

/** CLA and INS of DEBIT FOR PURCHASE. */
const DEBIT = [0x80, 0x54] as const;

/** The port, calling `onDebit` before a debit leaves. */
export function tapDebits(port: ReaderPort, onDebit: () => void): ReaderPort {
  return {
    readers: () => port.readers(),
    watch: (listener) => port.watch(listener),
    connect: async (reader) => tapped(await port.connect(reader), onDebit),
    close: () => port.close(),
  };
}

function tapped(connection: CardConnection, onDebit: () => void): CardConnection {
  return {
    atr: connection.atr,
    transmit(apdu, timeoutMs) {
      if (apdu[0] === DEBIT[0] && apdu[1] === DEBIT[1]) onDebit();
      return connection.transmit(apdu, timeoutMs);
    },
    exclusive: (work) => connection.exclusive(work),
    close: (disposition) => connection.close(disposition),
  };
}
