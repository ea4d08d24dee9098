/** Server-Sent Events: responses that stay open and are all told the same. */
import type { ServerResponse } from 'node:http';
import { LAB_LIMITS } from './limits.ts';

export class Streams {
  readonly #open = new Set<ServerResponse>();
  readonly #onCount: () => void;

  /** `onCount` is called when a stream has come or gone. */
  constructor(onCount: () => void = () => undefined) {
    this.#onCount = onCount;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Keeps a response open and sends the first event at once, unless its value is null. The oldest goes when there are too many. */
  add(response: ServerResponse, headers: Readonly<Record<string, string>>, event: string, value: unknown): void {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
    this.#open.add(response);
    response.on('close', () => {
      if (this.#open.delete(response)) this.#onCount();
    });
    response.on('error', () => response.destroy());
    if (this.#open.size > LAB_LIMITS.streamsMax) {
      const [oldest] = this.#open;
      oldest?.destroy();
    }
    if (value === null) response.flushHeaders();
    else response.write(eventText(event, value));
    this.#onCount();
  }

  send(event: string, value: unknown): void {
    const text = eventText(event, value);
    for (const response of this.#open) response.write(text);
  }

  close(): void {
    for (const response of this.#open) response.destroy();
    this.#open.clear();
  }
}

/** JSON has no raw line feeds, so one data line holds it. */
const eventText = (event: string, value: unknown): string => `event: ${event}\ndata: ${JSON.stringify(value)}\n\n`;
