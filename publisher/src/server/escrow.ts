/**
 * `coinslot encryption-key` and `coinslot escrow`: fetches the key to which content keys are sealed for a payment server, and
 * hands it the content keys that were sealed to it when the price list was signed.
 */
import {
  decodeContentEscrow,
  decodeEncryptionKey,
  equalBytes,
  keyHash,
  openEnvelope,
  ProtocolError,
  readEnvelope,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRoots } from '../studio/certificates.ts';
import { readBytes, replaceFile } from '../studio/files.ts';
import type { StudioFiles } from '../studio/layout.ts';
import { asFaults, askServer, type Hints, type ServerDoor } from './ask.ts';

export interface EscrowInput extends ServerDoor {
  readonly files: Pick<StudioFiles, 'roots' | 'escrows'>;
  readonly nowMs: number;
}

const HINTS: Hints = {
  byCode: {
    BAD_KEY: 'fetch its key again (coinslot encryption-key), then sign again',
    OFFER_ORIGIN: 'this publisher has no account at this server: its operator opens one',
    KEY_ABSENT: 'this server takes no content keys: its operator has to give it an encryption key',
  },
  unanswered: 'run it again: the same escrow counts once',
};

/** Fetches, verifies and writes a server's encryption key. Throws FaultsError. */
export async function fetchEncryptionKey(input: EscrowInput, file: string): Promise<{ readonly id: string }> {
  return asFaults(input.serverUrl, HINTS, async () => {
    const { envelope, id } = await askForKey(input);
    replaceFile(file, envelope);
    return { id };
  });
}

/** Hands over every escrow of the folder that is for this server; how many. Throws FaultsError. */
export async function handOverEscrows(input: EscrowInput): Promise<number> {
  return asFaults(input.serverUrl, HINTS, async () => {
    const { decider } = await askForKey(input);
    const envelopes = escrowsIn(input.files.escrows).filter((envelope) =>
      equalBytes(decodeContentEscrow(readEnvelope(envelope).body).decider, decider),
    );
    for (const envelope of envelopes) await askServer(input, 'POST', '/v1/escrows', envelope);
    return envelopes.length;
  });
}

async function askForKey(
  input: EscrowInput,
): Promise<{ readonly envelope: Uint8Array; readonly decider: Uint8Array; readonly id: string }> {
  const roots = readRoots(input.files.roots, readBytes(input.files.roots, 'your authority gives it to you'));
  const envelope = await askServer(input, 'GET', '/v1/encryption-key');
  const { body, leaf } = openEnvelope(envelope, {
    type: 'encryption-key',
    role: 'payment-server',
    roots,
    atMs: input.nowMs,
    verify: nativeVerifySignature,
  });
  const { decider } = decodeEncryptionKey(body);
  if (!equalBytes(decider, keyHash(leaf.spki)))
    throw new ProtocolError('BAD_KEY', 'EncryptionKey.decider: not who signed it');
  return { envelope, decider, id: leaf.subject.id ?? '' };
}

function escrowsIn(folder: string): readonly Uint8Array[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => name.endsWith('.escrow'))
    .sort()
    .map((name) => readBytes(join(folder, name)));
}
