/** Sends the view to open pages whenever it changes (server-sent events). Changes of one moment are sent as one. */
import type { ServerResponse } from 'node:http';
import { WALLET_LIMITS } from '../limits.ts';
import type { WalletParts } from '../parts.ts';
import { viewOf } from './view-of.ts';

export class ViewStream {
  readonly #parts: WalletParts;
  readonly #pages = new Set<ServerResponse>();
  readonly #stopWatching: readonly (() => void)[];
  #isQueued = false;
  #last = '';

  constructor(parts: WalletParts) {
    this.#parts = parts;
    const { profile } = parts;
    this.#stopWatching = [profile.onChange(() => this.#queue()), profile.vault.onChange(() => this.#queue())];
  }

  /** Keeps a response open and sends the view now and after every change. The oldest page goes when there are too many. */
  add(response: ServerResponse, headers: Record<string, string>): void {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
    this.#pages.add(response);
    response.on('close', () => this.#pages.delete(response));
    response.on('error', () => this.#pages.delete(response));
    const [oldest] = this.#pages;
    if (this.#pages.size > WALLET_LIMITS.pageStreamsMax) oldest?.destroy();
    response.write(eventOf(JSON.stringify(viewOf(this.#parts))));
  }

  close(): void {
    for (const stop of this.#stopWatching) stop();
    for (const page of this.#pages) page.end();
    this.#pages.clear();
  }

  #queue(): void {
    if (this.#isQueued || this.#pages.size === 0) return;
    this.#isQueued = true;
    setImmediate(() => {
      this.#isQueued = false;
      this.#send();
    });
  }

  #send(): void {
    const view = JSON.stringify(viewOf(this.#parts));
    if (view === this.#last) return;
    this.#last = view;
    for (const page of this.#pages) page.write(eventOf(view));
  }
}

/** JSON has no raw line feeds, so one data line holds it. */
const eventOf = (json: string): string => `data: ${json}\n\n`;
