/**
 * The pages in front of the doors, on one port: by path, each for one role. Whoever is not signed in is told how to; whoever asks
 * for what is another's gets the same 404 as for what is not there.
 */
import { ProtocolError } from '@coinslot/protocol';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import { addressOf } from '../http/address.ts';
import type { Listener } from '../http/listener.ts';
import { STATUS } from '../http/status.ts';
import { originOf, requireOwnOrigin, webRequestOf, WebRefusal, writeWebAnswer, type WebAnswer } from '../http/web.ts';
import { StoreError } from '../store/port.ts';
import type { SubjectRole } from '../sign-in/types.ts';
import { loadAssets } from './assets.ts';
import { chosenLanguage, sessionSecret } from './cookies.ts';
import { HTML_TYPE, show } from './frame.ts';
import { html } from './html.ts';
import { operatorRoutes } from './operator/routes.ts';
import { makePage, type Page, type Params, type Route } from './page.ts';
import type { SiteParts } from './parts.ts';
import { playerRoutes } from './player/routes.ts';
import { publisherRoutes } from './publisher/routes.ts';
import { howToSignIn, signInRoutes } from './sign-in-pages.ts';
import { languageOf } from './words/languages.ts';
import { siteWords } from './words/words.ts';

export interface SiteOptions extends Omit<SiteParts, 'assetBase'> {
  /** What browsers have in their address bar, where it is not this machine's own name: `https://pay.example`. */
  readonly publicUrl: URL | undefined;
  /** Peers whose `X-Forwarded-For` is believed. */
  readonly proxies: BlockList;
  /** Everything that is not a page. */
  readonly doors: Listener;
}

const OWN_PATH = /^\/($|(sign-in|sign-out|language|site|account|publisher|operator)(\/|$))/;
/** Which role a path is for; others are for everybody. */
const ROLE_PATHS: readonly (readonly [RegExp, SubjectRole])[] = [
  [/^\/account(\/|$)/, 'player'],
  [/^\/publisher(\/|$)/, 'publisher'],
  [/^\/operator(\/|$)(?!sign-in$)/, 'operator'],
];
const SEGMENT = /^[A-Za-z0-9._~-]{1,128}$/;
const FOR_EVER = 'public, max-age=31536000, immutable';

export function createSite(options: SiteOptions): Listener {
  const { doors, publicUrl, log } = options;
  const assets = loadAssets();
  const parts: SiteParts = { ...options, assetBase: assets.base };
  const routes = [...signInRoutes, ...playerRoutes, ...publisherRoutes, ...operatorRoutes];

  async function answer(request: IncomingMessage, path: string): Promise<WebAnswer> {
    const asset = assets.byPath.get(path);
    if (asset !== undefined) return { status: 200, ...asset, headers: { 'cache-control': FOR_EVER } };
    let origin: string;
    try {
      origin = originOf(request, publicUrl);
      if (request.method !== 'GET') requireOwnOrigin(request, origin);
    } catch (error) {
      return bareRefusal(error, request);
    }
    const web = webRequestOf(request, origin, addressOf(request, options.proxies));
    const secret = sessionSecret(web);
    const session = secret === undefined ? undefined : await parts.signIns.sessions.find(secret);
    const page = makePage(web, session, chosenLanguage(web) ?? languageOf(web.acceptLanguage), parts);
    try {
      return await open(routes, page, request.method ?? '');
    } catch (error) {
      return refusalPage(page, error);
    }
  }

  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (!OWN_PATH.test(path)) return doors(request, response);
    answer(request, path)
      .then((one) => write(request, response, one))
      .catch((error: unknown) => {
        log.error({ err: error }, 'a page could not be written');
        request.socket.destroy();
      });
  };
}

function write(request: IncomingMessage, response: ServerResponse, answer: WebAnswer): void {
  if (response.destroyed || !request.socket.writable) return; // the peer has gone
  writeWebAnswer(request, response, answer);
}

function open(routes: readonly Route[], page: Page, method: string): Promise<WebAnswer> | WebAnswer {
  const { path } = page.request;
  const role = ROLE_PATHS.find(([pattern]) => pattern.test(path))?.[1];
  if (role !== undefined && page.session?.subject.role !== role) throw new WebRefusal(401, 'signed-out');
  const here = routes.flatMap((route) => {
    const params = match(route.path, path);
    return params === undefined ? [] : [{ route, params }];
  });
  const found = here.find(({ route }) => route.method === method);
  if (found !== undefined) return found.route.open(page, found.params);
  throw here.length === 0 ? new WebRefusal(404, 'not-found') : new WebRefusal(405, 'wrong-method');
}

function match(pattern: string, path: string): Params | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, name] of wanted.entries()) {
    const segment = given[i] ?? '';
    if (!name.startsWith(':')) {
      if (name !== segment) return undefined;
    } else {
      if (!SEGMENT.test(segment)) return undefined;
      params[name.slice(1)] = segment;
    }
  }
  return params;
}

/** Before it is known who asks and in which language: a few words in the browser's own. */
function bareRefusal(error: unknown, { headers }: IncomingMessage): WebAnswer {
  if (!(error instanceof WebRefusal)) throw error;
  const { refusals } = siteWords(languageOf(headers['accept-language'] ?? ''));
  const body = html`<!doctype html><meta charset="utf-8" /><title>Coinslot</title>
    <p>${refusals[error.why]}</p>`;
  return { status: error.status, contentType: HTML_TYPE, body: body.text };
}

function refusalPage(page: Page, error: unknown): WebAnswer {
  const { status, why } = refusalOf(error);
  if (why === 'signed-out') return howToSignIn(page, status);
  if (why === 'failed') page.parts.log.error({ err: error }, 'unexpected, on a page');
  return show(page, {
    title: page.words.refusalTitles[why],
    lead: page.words.refusals[why],
    narrow: true,
    status,
    body: html`<p><a href="/">${page.words.frame.home}</a></p>`,
  });
}

function refusalOf(error: unknown): Pick<WebRefusal, 'status' | 'why'> {
  if (error instanceof WebRefusal) return error;
  if (error instanceof ProtocolError && STATUS[error.code] === 503) return { status: 503, why: 'busy' };
  if (error instanceof StoreError && error.kind === 'busy') return { status: 503, why: 'busy' };
  return { status: 500, why: 'failed' };
}
