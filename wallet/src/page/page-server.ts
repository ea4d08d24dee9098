/**
 * The wallet's own page over HTTP. Without a session every request gets the bare 403 that strangers get. With one: GET for
 * the page, its files, the view and its stream; POST with JSON, the page's own Origin and the key for everything that
 * changes something.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProtocolError } from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import { refuseBarely, onlyHeader, requireHost } from '../link/doors.ts';
import type { WalletParts } from '../parts.ts';
import { CardStoreError, CardTerminalError } from '@coinslot/card';
import { cardTrouble, refusalText, triesLeftText } from '../words/payment-words.ts';
import { ACTIONS } from './actions.ts';
import { bundleName, bundleOf, BUNDLE_CONTENT_TYPE } from '../exports/bundle.ts';
import { historyFile, isHistoryFormat, type HistoryFile } from '../exports/history-file.ts';
import type { PageAssets } from './assets.ts';
import { readJson } from './body.ts';
import type { PageSessions } from './sessions.ts';
import { receiptsPage, viewOf } from './view-of.ts';
import { ViewStream } from './view-stream.ts';

export interface PageServerOptions {
  parts: WalletParts;
  sessions: PageSessions;
  assets: PageAssets;
  hosts: readonly string[];
}

const API = '/api/';

/** No inline script or style, nothing from elsewhere, no frame round it, no form that leaves it. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
};

export class PageServer {
  readonly #options: PageServerOptions;
  readonly #stream: ViewStream;

  constructor(options: PageServerOptions) {
    this.#options = options;
    this.#stream = new ViewStream(options.parts);
  }

  /** One request. Never throws. */
  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { log } = this.#options.parts;
    // Taken now: a request that is cut off in the middle of its body has none any more.
    const { socket } = request;
    response.sendDate = false;
    try {
      await this.#route(request, response);
    } catch (fault) {
      if (!(fault instanceof ProtocolError)) log.error({ fault: String(fault) }, 'page: could not answer');
      if (!socket.destroyed) refuseBarely(socket);
    }
  }

  close(): void {
    this.#stream.close();
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { hosts, sessions } = this.#options;
    const host = requireHost(request, hosts);
    const url = addressOf(request, host);
    if (url.pathname.startsWith(API)) return this.#api(request, response, url, host);
    if (request.method !== 'GET') return refuse(request);
    const opened = url.pathname === '/' ? sessions.redeem(url.searchParams.get('open') ?? '') : undefined;
    if (opened !== undefined) {
      response.setHeader('set-cookie', opened.setCookie);
      return this.#page(response, opened.key);
    }
    if (!sessions.hasCookie(request)) return refuse(request);
    this.#file(request, response, url.pathname);
  }

  #file(request: IncomingMessage, response: ServerResponse, path: string): void {
    const { assets } = this.#options;
    if (path === '/') return this.#page(response, '');
    const file = assets.files.get(path);
    if (file === undefined) return refuse(request);
    send(response, 200, file.contentType, file.body);
  }

  /** The key stands in a meta element, from where the page's program takes it; it is 43 characters of base64url. */
  #page(response: ServerResponse, key: string): void {
    // Somebody looks: what has changed at the payment server, refunds among it, is asked for.
    void this.#options.parts.account.refresh();
    send(response, 200, 'text/html; charset=utf-8', this.#options.assets.html.replace('{{page-key}}', key));
  }

  async #api(request: IncomingMessage, response: ServerResponse, url: URL, host: string): Promise<void> {
    const { sessions, parts } = this.#options;
    if (!sessions.isOwner(request)) return refuse(request);
    const name = url.pathname.slice(API.length);
    if (request.method === 'GET') {
      if (name === 'view') return sendJson(response, 200, viewOf(parts));
      if (name === 'stream') return this.#stream.add(response, SECURITY_HEADERS);
      if (name === 'receipts')
        return sendJson(response, 200, receiptsPage(parts, wholeNumber(url.searchParams.get('from'))));
      if (name === 'history') return this.#offer(response, () => this.#history(url.searchParams.get('format')));
      if (name === 'bundle') return this.#offer(response, () => this.#bundle(url.searchParams.get('payment') ?? ''));
      return refuse(request);
    }
    const isOwn = onlyHeader(request, 'origin') === `http://${host}`;
    const isJson = onlyHeader(request, 'content-type') === 'application/json';
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (request.method !== 'POST' || !isOwn || !isJson || action === undefined) return refuse(request);
    await this.#act(action, await readJson(request), response);
  }

  #history(format: string | null): Promise<HistoryFile> {
    const { profile, timeZone } = this.#options.parts;
    if (!isHistoryFormat(format)) throw new WalletError('BAD_REQUEST', 'format: not one of these');
    const { language } = profile.settings;
    return historyFile(profile.state.payments, format, { language, timeZone, nowMs: profile.clock() });
  }

  #bundle(nonceHex: string): HistoryFile {
    const { profile, trust } = this.#options.parts;
    const payment = profile.state.payment(nonceHex);
    if (payment === undefined) throw new WalletError('GONE', 'there is no such payment');
    const body = bundleOf(payment, { state: profile.state, crls: trust.crls, nowMs: profile.clock() });
    return { name: bundleName(payment), contentType: BUNDLE_CONTENT_TYPE, body };
  }

  /** A file to keep; why there is none is told as an action's fault is. */
  async #offer(response: ServerResponse, make: () => HistoryFile | Promise<HistoryFile>): Promise<void> {
    const { parts } = this.#options;
    parts.autoLock.used();
    try {
      const { name, contentType, body } = await make();
      response.setHeader('content-disposition', `attachment; filename="${name}"`);
      send(response, 200, contentType, body);
    } catch (fault) {
      const told = faultView(parts, fault);
      if (told === undefined) throw fault;
      sendJson(response, 409, { done: false, ...told });
    }
  }

  async #act(
    action: (typeof ACTIONS)[string],
    fields: Record<string, unknown>,
    response: ServerResponse,
  ): Promise<void> {
    const { parts } = this.#options;
    parts.autoLock.used();
    try {
      const told = await action(parts, fields);
      sendJson(response, 200, { done: true, ...(told ?? {}) });
    } catch (fault) {
      const told = faultView(parts, fault);
      if (told === undefined) throw fault;
      sendJson(response, 200, { done: false, ...told });
    }
  }
}

/** What the page is told of a fault: a code that it has words for, or the protocol's words. */
function faultView(parts: WalletParts, fault: unknown): object | undefined {
  const { language } = parts.profile.settings;
  if (fault instanceof WalletError) {
    const { code, message, triesLeft } = fault;
    return { code, detail: message, ...(triesLeft !== undefined && { text: triesLeftText(language, triesLeft) }) };
  }
  // What a card or its issuer said to something that is no payment.
  if (fault instanceof CardTerminalError || fault instanceof CardStoreError) {
    const code = fault instanceof ProtocolError ? fault.code : 'CARD_STATE';
    return { code, detail: fault.message, text: cardTrouble(language, code) };
  }
  if (fault instanceof ProtocolError) {
    return { code: fault.code, detail: fault.message, text: refusalText(language, fault.code, fault.charged) };
  }
  return undefined;
}

/** Throws BAD_ENCODING for a target that is no path, such as `//`. */
function addressOf(request: IncomingMessage, host: string): URL {
  try {
    return new URL(request.url ?? '/', `http://${host}`);
  } catch (cause) {
    throw new ProtocolError('BAD_ENCODING', 'request target: not a path', { cause });
  }
}

function wholeNumber(text: string | null): number {
  const number = Number(text ?? 0);
  return Number.isSafeInteger(number) && number >= 0 ? number : 0;
}

function send(response: ServerResponse, status: number, contentType: string, body: string | Uint8Array): void {
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json', JSON.stringify(value));
}

/** Byte for byte what a refused upgrade gets. */
function refuse(request: IncomingMessage): void {
  refuseBarely(request.socket);
}
