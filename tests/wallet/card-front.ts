/** Stands before the real payment server: goes away and comes back, and loses answers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Market } from './world.ts';

export class CardFront {
  /** Requests so far, as `METHOD /path`. */
  readonly asked: string[] = [];
  /** The next answer of this path is lost on the way, once what it says is done. */
  loseAnswerOf: string | undefined;
  readonly #serverUrl: string;
  #server: Server | undefined;
  #port = 0;

  constructor(serverUrl: string) {
    this.#serverUrl = serverUrl;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async goUp(): Promise<void> {
    const server = createServer((request, response) => {
      this.#handOn(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    const address = server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server = server;
  }

  /** Nobody listens any more. */
  async goDown(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  async #handOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const { method = 'GET', url = '/' } = request;
    const { pathname } = new URL(url, 'http://front');
    this.asked.push(`${method} ${pathname}`);
    const answer = await fetch(new URL(url, this.#serverUrl), {
      method,
      headers: { 'content-type': request.headers['content-type'] ?? '', accept: 'application/msgpack' },
      ...(method === 'POST' && { body: Buffer.concat(parts) }),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (this.loseAnswerOf === pathname) {
      this.loseAnswerOf = undefined;
      return void response.destroy();
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(body);
  }
}

/** A front that is up; gone when the test ends. */
export async function startFront({ serverUrl }: Pick<Market, 'serverUrl'>): Promise<CardFront> {
  const front = new CardFront(serverUrl);
  await front.goUp();
  onTestFinished(() => front.goDown());
  return front;
}
