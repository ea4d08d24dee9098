/**
 * `coinslot encryption-key` and `coinslot escrow`: fetches the key to which content keys are sealed for a payment server or its
 * issuer of cards, and hands over the content keys that were sealed to them when the price list was signed, with the quotes that
 * they go with: a card releases a key for no other price.
 */
import {
  ALG,
  decodeContentEscrow,
  decodeEncryptionKey,
  decodeQuote,
  equalBytes,
  keyHash,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  withChain,
  type Alg,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRoots } from '../studio/certificates.ts';
import { readPriceList } from '../price-list/check.ts';
import { readBytes, readBytesIfThere, replaceFile } from '../studio/files.ts';
import type { StudioFiles } from '../studio/layout.ts';
import { asFaults, askServer, type Hints, type ServerDoor } from './ask.ts';

export interface EscrowInput extends ServerDoor {
  readonly files: Pick<StudioFiles, 'roots' | 'escrows' | 'priceList'>;
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

/** Fetches, verifies and writes the encryption key of a server or, by algorithm, of its issuer of cards. Throws FaultsError. */
export async function fetchEncryptionKey(
  input: EscrowInput,
  file: string,
  cards?: Alg,
): Promise<{ readonly id: string }> {
  return asFaults(input.serverUrl, HINTS, async () => {
    const { envelope, id } = await askForKey(input, cards);
    replaceFile(file, envelope);
    return { id };
  });
}

/**
 * Hands over every escrow of the folder that is for this server or its card issuers, and the quotes of what is sealed; how many
 * escrows. Throws FaultsError.
 */
export async function handOverEscrows(input: EscrowInput): Promise<number> {
  return asFaults(input.serverUrl, HINTS, async () => {
    const deciders = await decidersAt(input);
    const envelopes = escrowsIn(input.files.escrows).filter((envelope) => {
      const { decider } = decodeContentEscrow(readEnvelope(envelope).body);
      return deciders.some((one) => equalBytes(one, decider));
    });
    for (const envelope of envelopes) await askServer(input, 'POST', '/v1/escrows', envelope);
    const quotes = envelopes.length === 0 ? [] : sealedQuotesIn(input.files.priceList);
    for (const quote of quotes) await askServer(input, 'POST', '/v1/escrows/quotes', quote);
    return envelopes.length;
  });
}

/** Key hashes of the server and of its card issuers, as far as it has any that take content keys. */
async function decidersAt(input: EscrowInput): Promise<readonly Uint8Array[]> {
  const { decider } = await askForKey(input);
  const issuers = await Promise.all(
    Object.values(ALG).map(async (alg) => {
      try {
        return [(await askForKey(input, alg)).decider];
      } catch (error) {
        if (error instanceof ProtocolError && error.code === 'KEY_ABSENT') return [];
        throw error;
      }
    }),
  );
  return [decider, ...issuers.flat()];
}

/** The signed quotes of everything that is sold sealed, with their chain. */
function sealedQuotesIn(file: string): readonly Uint8Array[] {
  const bytes = readBytesIfThere(file);
  if (bytes === undefined) return [];
  const { offers, chain } = readPriceList(file, bytes);
  return offers
    .filter(({ quote }) => decodeQuote(readEnvelope(quote).body).contentKeyId !== undefined)
    .map(({ quote }) => withChain(quote, chain));
}

async function askForKey(
  input: EscrowInput,
  cards?: Alg,
): Promise<{ readonly envelope: Uint8Array; readonly decider: Uint8Array; readonly id: string }> {
  const roots = readRoots(input.files.roots, readBytes(input.files.roots, 'your authority gives it to you'));
  const envelope = await askServer(input, 'GET', `/v1/encryption-key${cards === undefined ? '' : `?alg=${cards}`}`);
  const { body, leaf } = openEnvelope(envelope, {
    type: 'encryption-key',
    role: cards === undefined ? 'payment-server' : 'card-issuer',
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
