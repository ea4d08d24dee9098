/** From node:http to the doors and back: method, path, token, body, and one answer whatever happens. */
import { ProtocolError } from '@coinslot/protocol';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import { HttpError, refusal, writeAnswer, type Answer } from './answer.ts';
import { readBody } from './body.ts';
import type { Door } from './doors.ts';
import type { Counters } from './metrics.ts';

export interface ListenerOptions {
  readonly doors: readonly Door[];
  /** Without one the operator's doors are not there. */
  readonly operatorToken: string | undefined;
  readonly bodyBytesMax: number;
  readonly headersMax: number;
  readonly log: Log;
  readonly counters: Counters;
  /** True while the server stops: connections are closed after their answer. */
  isStopping(): boolean;
}

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export function createListener(options: ListenerOptions): Listener {
  const { doors, operatorToken, log, counters } = options;
  const byPath = groupByPath(doors);
  const tokenHash = operatorToken === undefined ? undefined : sha256(operatorToken);

  async function serve(request: IncomingMessage): Promise<Answer | 'cut'> {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const door = doorOf(byPath, path, request.method ?? '');
    if (request.rawHeaders.length / 2 > options.headersMax)
      throw new HttpError(431, 'TOO_LARGE', `headers: more than ${options.headersMax}`, { connection: 'close' });
    if (door.operator) requireOperator(request, tokenHash);
    const body =
      door.contentType === undefined
        ? new Uint8Array()
        : await readBody(request, door.contentType, options.bodyBytesMax);
    const address = request.socket.remoteAddress ?? '';
    return door.open({ body, query: new URLSearchParams(query), address });
  }

  return (request, response) => {
    const startedAt = performance.now();
    serve(request)
      .catch((error: unknown) => answerTo(error, log))
      .then((answer) => {
        if (answer === 'cut') return void request.socket.destroy();
        if (response.destroyed || !request.socket.writable) return; // the peer has gone
        // An unread rest of the body would be taken for the next request; the connection ends with this answer.
        writeAnswer(response, answer, options.isStopping() || !request.complete);
        const door = (request.url ?? '').split('?', 1)[0] ?? '';
        const label = byPath.has(door) ? door : 'none';
        counters.add(`requests_total{door="${label}",status="${answer.status}"}`);
        const durationMs = Math.round((performance.now() - startedAt) * 100) / 100;
        log.info({ door: label, status: answer.status, code: answer.code, durationMs }, 'answered');
      })
      .catch((error: unknown) => {
        log.error({ err: error }, 'an answer could not be written');
        request.socket.destroy();
      });
  };
}

function groupByPath(doors: readonly Door[]): Map<string, Door[]> {
  const byPath = new Map<string, Door[]>();
  for (const door of doors) byPath.set(door.path, [...(byPath.get(door.path) ?? []), door]);
  return byPath;
}

function doorOf(byPath: ReadonlyMap<string, readonly Door[]>, path: string, method: string): Door {
  const doors = byPath.get(path);
  if (doors === undefined) throw new HttpError(404, 'BAD_ENCODING', 'there is no such door');
  const door = doors.find((one) => one.method === method);
  if (door !== undefined) return door;
  const allow = doors.map((one) => one.method).join(', ');
  throw new HttpError(405, 'BAD_ENCODING', `method: expected ${allow}`, { allow });
}

/** Compared by hash and in constant time, so that neither length nor beginning of the token can be felt for. */
function requireOperator({ headers }: IncomingMessage, tokenHash: Buffer | undefined): void {
  if (tokenHash === undefined) throw new HttpError(404, 'BAD_ENCODING', 'there is no such door');
  const [scheme, token = ''] = (headers.authorization ?? '').split(' ', 2);
  if (scheme !== 'Bearer' || !timingSafeEqual(sha256(token), tokenHash))
    throw new HttpError(401, 'BAD_KEY', "authorization: not the operator's token", { 'www-authenticate': 'Bearer' });
}

/** What was thrown, as an answer. A mistake of ours is logged whole and told in no detail. */
function answerTo(error: unknown, log: Log): Answer {
  if (error instanceof ProtocolError) return refusal(error);
  log.error({ err: error }, 'unexpected');
  return refusal(new HttpError(500, 'STORAGE', 'something went wrong here'));
}
