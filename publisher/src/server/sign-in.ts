/** `coinslot sign-in`: a signed wish to see the publisher's pages, and the one-time link that the server answers with. */
import { encodeSignIn, ProtocolError, readCertificate, sealEnvelope } from '@coinslot/protocol';
import { audienceOf } from '../refunds/order.ts';
import { readPemCertificates, readRoots, withoutRoot } from '../studio/certificates.ts';
import { readBytes, readText } from '../studio/files.ts';
import { readKey, signerOf } from '../studio/keys.ts';
import type { StudioFiles } from '../studio/layout.ts';
import { asFaults, askServer, type Hints, type ServerDoor } from './ask.ts';

export interface SignedMessageInput extends ServerDoor {
  readonly files: Pick<StudioFiles, 'key' | 'chain' | 'roots'>;
  readonly nowMs: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** The studio's certificates and who they are of. */
export function readStudioChain(files: SignedMessageInput['files']): {
  readonly roots: readonly Uint8Array[];
  readonly chain: readonly Uint8Array[];
  readonly publisherId: string;
} {
  const roots = readRoots(files.roots, readBytes(files.roots, 'your authority gives it to you'));
  const chain = withoutRoot(readPemCertificates(files.chain, readText(files.chain)), roots);
  const [leaf] = chain;
  return { roots, chain, publisherId: leaf === undefined ? '' : (readCertificate(leaf).subject.id ?? '') };
}

const NONCE_BYTES = 16;
const HINTS: Hints = {
  byCode: {
    BAD_KEY: 'this publisher has no account at this server: its operator opens one',
    CLOCK_SKEW: "set this machine's clock",
  },
  unanswered: 'is the server running, and is this its address?',
};

/** A link that works once, within a minute. Throws FaultsError for files and for whatever the server answers, with its code. */
export async function signIn(input: SignedMessageInput): Promise<string> {
  const { files, serverUrl, nowMs, randomBytes } = input;
  const { roots, chain, publisherId } = readStudioChain(files);
  const signer = signerOf(readKey(files.key));
  return asFaults(serverUrl, HINTS, async () => {
    const audience = audienceOf(await askServer(input, 'GET', '/v1/rates'), { roots, nowMs });
    const nonce = randomBytes(NONCE_BYTES);
    const body = encodeSignIn({ role: 'publisher', subjectId: publisherId, timeMs: nowMs, nonce, audience });
    const answer = await askServer(input, 'POST', '/v1/sign-in', sealEnvelope('sign-in', body, signer, chain));
    return linkIn(answer, serverUrl);
  });
}

/** The answer is unsigned: only an address of that very server is taken, or one that TLS vouches for. */
function linkIn(answer: Uint8Array, serverUrl: string): string {
  const { url } = JSON.parse(Buffer.from(answer).toString('utf8')) as { url?: unknown };
  const link = new URL(String(url), serverUrl);
  if (link.origin !== new URL(serverUrl).origin && link.protocol !== 'https:')
    throw new ProtocolError('ORIGIN_REFUSED', `the link leads elsewhere: ${link.origin}`);
  return link.href;
}
