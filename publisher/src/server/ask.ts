/** Asking the payment server: one bounded answer, no redirect followed, and its refusals in the form of every other fault. */
import { CODES, LIMITS, ProtocolError, type CodeName } from '@coinslot/protocol';
import { FILE_START, FaultsError } from '../text/faults.ts';

export interface ServerDoor {
  readonly serverUrl: string;
  readonly fetch: typeof fetch;
}

const MESSAGE_TYPE = 'application/msgpack';
const ANSWER_MS_MAX = 20_000;

/** The body of a 2xx answer. Throws the server's refusal as a ProtocolError, and what `fetch` throws. */
export async function askServer(
  { serverUrl, fetch }: ServerDoor,
  method: 'GET' | 'POST',
  path: string,
  body?: Uint8Array,
): Promise<Uint8Array> {
  const response = await fetch(new URL(path, serverUrl), {
    method,
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
    ...(body && { body: Uint8Array.from(body), headers: { 'content-type': MESSAGE_TYPE } }),
  });
  const answer = new Uint8Array(await response.arrayBuffer());
  if (response.ok && answer.length <= LIMITS.messageBytesMax) return answer;
  throw refusalOf(answer, response.status);
}

function refusalOf(answer: Uint8Array, status: number): Error {
  try {
    const { code, message } = JSON.parse(Buffer.from(answer).toString('utf8')) as { code?: string; message?: string };
    if (code !== undefined && Object.hasOwn(CODES, code))
      return new ProtocolError(code as CodeName, String(message).slice(0, LIMITS.titleBytesMax));
  } catch {
    // Not the server's own words: the status says all there is.
  }
  return new Error(`answered ${status}`);
}

export interface Hints {
  readonly byCode: Partial<Record<CodeName, string>>;
  /** Where the server said nothing. */
  readonly unanswered: string;
}

/** What went wrong at the server, in the form of everything else that goes wrong. */
export async function asFaults<T>(serverUrl: string, hints: Hints, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (fault instanceof FaultsError) throw fault;
    const code = fault instanceof ProtocolError ? fault.code : undefined;
    const message = fault instanceof Error ? fault.message : String(fault);
    const hint = code === undefined ? hints.unanswered : hints.byCode[code];
    throw new FaultsError([{ file: serverUrl, ...FILE_START, message, code, hint }]);
  }
}
