/**
 * The lab over HTTP, on 127.0.0.1 alone: the page and its API for the designer, `/live` and `/recordings` for games on this
 * machine. Whatever is not foreseen gets the same bare 403, and tells nothing.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultsError, formatFault } from '../text/faults.ts';
import type { LabAssets } from './assets.ts';
import type { LabDesk } from './desk.ts';
import { gameOrigin, isFromOwnPage, LabPasses, onlyHeader, ownHost } from './doors.ts';
import { LAB_LIMITS } from './limits.ts';

const API = '/api/';

/** No inline script or style and nothing from elsewhere. The overlay's fonts are data, its pictures are blobs. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self' data: blob:; " +
    "font-src 'self' data:; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
};

export interface LabServerOptions {
  readonly desk: LabDesk;
  readonly assets: LabAssets;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** A lab that answers. */
export interface LabServer {
  readonly port: number;
  /** An address that works once. */
  pageUrl(): string;
  close(): Promise<void>;
}

/** Rejects with the system's error when the port is taken. */
export async function startLabServer(options: LabServerOptions): Promise<LabServer> {
  const { desk, assets, clock, randomBytes } = options;
  const server = createServer();
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  const passes = new LabPasses(port, clock, randomBytes);
  const rooms: Rooms = { desk, assets, passes, port };
  server.on('request', (request, response) => {
    response.sendDate = false;
    route(rooms, request, response).catch((thrown: unknown) => {
      if (thrown instanceof Refusal) sendText(response, thrown.status, thrown.message);
      else if (thrown instanceof FaultsError)
        sendText(response, 409, thrown.faults.map((fault) => formatFault(fault)).join('\n'));
      else sendText(response, 500, 'the lab could not do that');
    });
  });
  return {
    port,
    pageUrl: () => `http://127.0.0.1:${port}/?open=${passes.mint()}`,
    async close() {
      desk.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

interface Rooms {
  readonly desk: LabDesk;
  readonly assets: LabAssets;
  readonly passes: LabPasses;
  readonly port: number;
}

/** An answer that is no success; the message is for the designer. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message = '') {
    super(message);
    this.status = status;
  }
}

const STRANGER = 403;

async function route(rooms: Rooms, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const host = ownHost(request, rooms.port);
  if (host === undefined || !/^\/(?!\/)/.test(request.url ?? '')) throw new Refusal(STRANGER);
  const url = new URL(request.url ?? '/', `http://${host}`);
  if (url.pathname === '/live') return live(rooms, request, response);
  if (url.pathname === '/recordings') return takeRecording(rooms, request, response);
  if (!isFromOwnPage(request, host) && !isOpening(request, url)) throw new Refusal(STRANGER);
  if (!url.pathname.startsWith(API)) return page(rooms, request, response, url);
  if (!rooms.passes.admits(request)) throw new Refusal(STRANGER);
  return request.method === 'GET'
    ? answerApi(rooms, response, url.pathname.slice(API.length))
    : changeApi(rooms, request, response, url.pathname.slice(API.length));
}

/** The address may be followed from a mail or a chat: then it is another site's page that navigates. */
const isOpening = (request: IncomingMessage, url: URL): boolean =>
  request.method === 'GET' && url.pathname === '/' && onlyHeader(request, 'sec-fetch-mode') === 'navigate';

function page({ assets, passes }: Rooms, request: IncomingMessage, response: ServerResponse, url: URL): void {
  if (request.method !== 'GET') throw new Refusal(STRANGER);
  const cookie = url.pathname === '/' ? passes.redeem(url.searchParams.get('open') ?? '') : undefined;
  if (cookie !== undefined) {
    // The token goes out of the address before anything else is loaded.
    response.writeHead(303, { ...SECURITY_HEADERS, 'set-cookie': cookie, location: '/' }).end();
    return;
  }
  if (!passes.admits(request)) throw new Refusal(STRANGER);
  const file = assets.get(url.pathname);
  if (file === undefined) throw new Refusal(404);
  send(response, 200, file.contentType, file.body);
}

function answerApi({ desk }: Rooms, response: ServerResponse, name: string): void {
  if (name === 'lab') return sendJson(response, desk.view());
  if (name === 'stream') return desk.followView(response, SECURITY_HEADERS);
  if (name === 'patch') return sendText(response, 200, desk.patch());
  const recording = /^recordings\/([^/]+)$/.exec(name)?.[1];
  const text = recording === undefined ? undefined : desk.recording(decodeURIComponent(recording));
  if (text === undefined) throw new Refusal(404);
  send(response, 200, 'text/plain; charset=utf-8', text);
}

async function changeApi(
  { desk }: Rooms,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
): Promise<void> {
  if (request.method !== 'POST') throw new Refusal(STRANGER);
  const fields = jsonObject(await readText(request, LAB_LIMITS.editBytesMax));
  if (name === 'edit') desk.edit(fields);
  else if (name === 'save') desk.save(fields['over'] === true);
  else if (name === 'undo') desk.undo();
  else if (name === 'revert') desk.revert();
  else if (name === 'simulate') return sendJson(response, await desk.simulate(fields));
  else throw new Refusal(404);
  sendJson(response, desk.view());
}

// ---------------------------------------------------------------- the doors of games

function live({ desk }: Rooms, request: IncomingMessage, response: ServerResponse): void {
  const origin = gameOrigin(request);
  if (request.method !== 'GET' || (origin === undefined && isOfAnotherSite(request))) throw new Refusal(STRANGER);
  desk.followPlacements(response, { ...SECURITY_HEADERS, ...allowing(origin) });
}

/** Programs on this machine that are no page send no origin, and no word about a site either. */
function isOfAnotherSite(request: IncomingMessage): boolean {
  const site = onlyHeader(request, 'sec-fetch-site');
  return onlyHeader(request, 'origin') !== undefined || (site !== undefined && site !== 'same-origin');
}

async function takeRecording({ desk }: Rooms, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const origin = gameOrigin(request);
  if (origin === undefined) throw new Refusal(STRANGER);
  const headers = { ...SECURITY_HEADERS, ...allowing(origin) };
  if (request.method === 'OPTIONS') {
    const allowed = { 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'content-type' };
    response.writeHead(204, { ...headers, ...allowed }).end();
    return;
  }
  if (request.method !== 'POST') throw new Refusal(STRANGER);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const name = desk.keepRecording(await readText(request, LAB_LIMITS.recordingBytesMax));
  sendJson(response, { name }, 201);
}

const allowing = (origin: string | undefined): Record<string, string> =>
  origin === undefined ? {} : { 'access-control-allow-origin': origin, vary: 'origin' };

// ---------------------------------------------------------------- bodies

function readText(request: IncomingMessage, bytesMax: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on('data', (part: Buffer) => {
      length += part.length;
      if (length <= bytesMax) return void parts.push(part);
      parts.length = 0;
      reject(new Refusal(413, `larger than ${bytesMax} bytes`));
    });
    request.once('end', () => {
      try {
        resolve(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)));
      } catch {
        reject(new Refusal(400, 'not UTF-8 text'));
      }
    });
    request.once('error', () => reject(new Refusal(400, 'cut off')));
  });
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, 'not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal(400, 'not a JSON object');
  return value as Readonly<Record<string, unknown>>;
}

function send(response: ServerResponse, status: number, contentType: string, body: string | Uint8Array): void {
  if (response.headersSent) return void response.destroy();
  const length = { 'content-type': contentType, 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...SECURITY_HEADERS, ...length }).end(body);
}

const sendText = (response: ServerResponse, status: number, text: string): void =>
  send(response, status, 'text/plain; charset=utf-8', text);

const sendJson = (response: ServerResponse, value: unknown, status = 200): void =>
  send(response, status, 'application/json', JSON.stringify(value));
