/** A release of placements as bytes: what the studio signs, and what it reads again from its own folder. */
import {
  decodePlacements,
  encodePlacements,
  openEnvelope,
  PLACEMENTS_BYTES_MAX,
  ProtocolError,
  readEnvelope,
  sealEnvelope,
  type Placements,
  type Signer,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { compileTiming, type PlacementsFile } from '@coinslot/plugin/timing';
import { FILE_START, FaultsError } from '../text/faults.ts';

/** One release that was opened. */
export interface Release extends Placements {
  /** What is in force by it. */
  readonly placements: PlacementsFile;
  /** The envelope: what the game's host serves. */
  readonly bytes: Uint8Array;
}

export interface ReleaseInput {
  readonly publisherId: string;
  readonly number: number;
  readonly timeMs: number;
  readonly placements: PlacementsFile;
  readonly signer: Signer;
  /** DER, the publisher's own first, without root. */
  readonly chain: readonly Uint8Array[];
}

/** `placements.json` without its white space: a release is one message. */
export const fileBytes = (placements: PlacementsFile): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(placements));

/** Envelope `placements`. Throws TOO_LARGE for a file that is more than one message can hold. */
export function makeRelease({ signer, chain, placements, ...named }: ReleaseInput): Uint8Array {
  const file = fileBytes(placements);
  if (file.length > PLACEMENTS_BYTES_MAX)
    throw new ProtocolError('TOO_LARGE', `${file.length} bytes when compiled, at most ${PLACEMENTS_BYTES_MAX}`);
  const body = encodePlacements({ ...named, gameId: placements.game, file });
  return sealEnvelope('placements', body, signer, chain);
}

/**
 * Opens a release, as of `atMs` or else of its own time: a certificate that has run out since does not unsay it. Throws
 * FaultsError that names the file.
 */
export function readRelease(
  file: string,
  bytes: Uint8Array,
  trust: { readonly roots: readonly Uint8Array[]; readonly publisherId: string; readonly atMs?: number },
): Release {
  const { roots, publisherId } = trust;
  try {
    const atMs = trust.atMs ?? decodePlacements(readEnvelope(bytes).body).timeMs;
    const { body, leaf } = openEnvelope(bytes, {
      type: 'placements',
      role: 'publisher',
      ...{ roots, atMs, verify: nativeVerifySignature },
    });
    const release = decodePlacements(body);
    if (release.publisherId !== publisherId || leaf.subject.id !== publisherId)
      throw new ProtocolError('OFFER_ORIGIN', `a release of "${release.publisherId}"`);
    const placements = JSON.parse(new TextDecoder().decode(release.file)) as PlacementsFile;
    compileTiming(placements);
    return { ...release, placements, bytes };
  } catch (error) {
    throw faultOf(file, error);
  }
}

function faultOf(file: string, error: unknown): unknown {
  // SyntaxError: no JSON; RangeError and TypeError: nothing that the timing engine can run.
  if (error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError)
    return new FaultsError([{ file, ...FILE_START, message: `holds no placements: ${error.message}` }]);
  if (!(error instanceof ProtocolError)) return error;
  const hint = error.code === 'CHAIN_EXPIRED' ? 'ask your authority for a new certificate' : undefined;
  return new FaultsError([{ file, ...FILE_START, message: error.message, code: error.code, hint }]);
}
