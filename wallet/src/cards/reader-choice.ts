/** Which driver reads the cards of this machine. */
import { access } from 'node:fs/promises';
import { pcscReaders, smartcardReaders, virtualReaders, type ReaderPort } from '@coinslot/card';

const PCSC_SOCKET = '/run/pcscd/pcscd.comm';

/**
 * pcscd where its socket is there; else the `smartcard` package where it loads; else readers in this process, with nothing
 * in them.
 */
export async function machineReaders(
  socketPath = process.env['PCSCLITE_CSOCK_NAME'] ?? PCSC_SOCKET,
): Promise<ReaderPort> {
  if (await isThere(socketPath)) return pcscReaders({ socketPath });
  const smartcard = smartcardReaders();
  try {
    await smartcard.readers();
    return smartcard;
  } catch {
    await smartcard.close();
    return virtualReaders();
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
