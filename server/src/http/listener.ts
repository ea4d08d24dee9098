/** From node:http to the doors and back: method, path, token, body, and one answer whatever happens. */
import { ProtocolError } from '@coinslot/protocol';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import type { Log } from '../log.ts';
import { HttpError, refusal, writeAnswer, type Answer } from './answer.ts';
import { readBody } from './body.ts';
import { addressOf } from './address.ts';
import type { Door } from './doors.ts';
import type { Metrics } from './metrics.ts';
import type { Throttle } from './throttle.ts';

export interface ListenerOptions {
  readonly doors: readonly Door[];
  /** Without one the operator's doors are not there. */
  readonly operatorToken: string | undefined;
  readonly bodyBytesMax: number;
  readonly headersMax: number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly throttle: Throttle;
  /** Peers whose `X-Forwarded-For` is believed. */
  readonly proxies: BlockList;
  /** True while the server stops: connections are closed after their answer. */
  isStopping(): boolean;
}

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export function createListener(options: ListenerOptions): Listener {
  const { doors, operatorToken, log, metrics, throttle } = options;
  const byPath = groupByPath(doors);
  const tokenHash = operatorToken === undefined ? undefined : sha256(operatorToken);

  async function serve(request: IncomingMessage): Promise<Answer | 'cut'> {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const door = doorOf(byPath, path, request.method ?? '');
    if (request.rawHeaders.length / 2 > options.headersMax)
      throw new HttpError(431, 'TOO_LARGE', `headers: more than ${options.headersMax}`, { connection: 'close' });
    const address = addressOf(request, options.proxies);
    if (door.operator) requireOperator(request, address);
    if (door.limit !== undefined) throttle.knock(door.path, door.limit, address);
    const body =
      door.contentType === undefined
        ? new Uint8Array()
        : await readBody(request, door.contentType, door.bodyBytesMax ?? options.bodyBytesMax);
    const open = (): Promise<Answer | 'cut'> | Answer =>
      door.open({ body, query: new URLSearchParams(query), address });
    return door.userOf === undefined ? open() : openFor(door.path, door.userOf(body), open);
  }

  /** Compared by hash and in constant time, so that neither length nor beginning of the token can be felt for. */
  function requireOperator({ headers }: IncomingMessage, address: string): void {
    if (tokenHash === undefined) throw new HttpError(404, 'BAD_ENCODING', 'there is no such door');
    throttle.requireTokenLeft(address);
    const [scheme, token = ''] = (headers.authorization ?? '').split(' ', 2);
    if (scheme === 'Bearer' && timingSafeEqual(sha256(token), tokenHash)) return;
    throttle.countWrongToken(address);
    throw new HttpError(401, 'BAD_KEY', "authorization: not the operator's token", { 'www-authenticate': 'Bearer' });
  }

  /** What came of a message whose signature did not hold is thrown, and not counted against whom it names. */
  async function openFor(
    path: string,
    user: string,
    open: () => Promise<Answer | 'cut'> | Answer,
  ): Promise<Answer | 'cut'> {
    throttle.requireLeft(path, user);
    const answer = await open();
    throttle.count(user);
    return answer;
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
        const durationMs = Math.round((performance.now() - startedAt) * 100) / 100;
        metrics.answered(label, answer.status, durationMs);
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

/** What was thrown, as an answer. A mistake of ours is logged whole and told in no detail. */
function answerTo(error: unknown, log: Log): Answer {
  if (error instanceof ProtocolError) return refusal(error);
  log.error({ err: error }, 'unexpected');
  return refusal(new HttpError(500, 'STORAGE', 'something went wrong here'));
}
