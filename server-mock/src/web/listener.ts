/** The sandbox's own pages in front of the server's doors, on one port. */
import type { Listener, Log } from '@coinslot/server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { refused, writeWebAnswer, type WebAnswer } from './answers.ts';
import { assetAnswer } from './assets.ts';
import { isOwnHost, isSameOrigin } from './same-origin.ts';

/** One page's door. `taken`: it answers by itself, now or later. */
export interface WebDoor {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  open(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<WebAnswer | 'taken'>;
}

export interface WebListenerOptions {
  readonly doors: readonly WebDoor[];
  readonly hosts: ReadonlySet<string>;
  /** Everything that is not a page. */
  readonly server: Listener;
  /** Runs before one of the server's doors is opened. */
  readonly beforeServer: (method: string, path: string) => Promise<void>;
  readonly log: Log;
}

const OWN_PATH = /^\/($|console(\/|$)|bank(\/|$))/;

export function createWebListener(options: WebListenerOptions): Listener {
  const { server, beforeServer, log } = options;
  return (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const method = request.method ?? '';
    const failed = (error: unknown): void => {
      log.error({ err: error }, 'unexpected, in the sandbox');
      if (!response.headersSent) writeWebAnswer(response, refused(500, 'something went wrong here; see the log'));
      else request.socket.destroy();
    };
    if (!OWN_PATH.test(path)) {
      beforeServer(method, path).then(() => server(request, response), failed);
      return;
    }
    answerOf(request, response, path, new URLSearchParams(query), options)
      .then((answer) => {
        if (answer !== 'taken') writeWebAnswer(response, closing(request, answer));
      })
      .catch(failed);
  };
}

async function answerOf(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
  { doors, hosts }: WebListenerOptions,
): Promise<WebAnswer | 'taken'> {
  if (!isOwnHost(request, hosts)) return refused(421, 'this sandbox does not go by that name');
  if (request.method === 'POST' && !isSameOrigin(request)) return refused(403, 'not from a page of this sandbox');
  const here = doors.filter((door) => door.path === path);
  const door = here.find(({ method }) => method === request.method);
  if (door !== undefined) return door.open(request, response, query);
  if (here.length > 0) return refused(405, `expected ${here.map(({ method }) => method).join(', ')}`);
  if (request.method !== 'GET') return refused(405, 'expected GET');
  return (await assetAnswer(path)) ?? refused(404, 'there is no such page');
}

/** An unread rest of a body would be taken for the next request. */
const closing = (request: IncomingMessage, answer: WebAnswer): WebAnswer =>
  request.complete ? answer : { ...answer, headers: { ...answer.headers, connection: 'close' } };
