/** What every page is made with: the request, who asks, the words of their language, and the server's parts. */
import { ProtocolError } from '@coinslot/protocol';
import { WebRefusal, type WebAnswer, type WebRequest } from '../http/web.ts';
import { nextPeriod, periodOf } from '../periods/calendar.ts';
import type { Session } from '../sign-in/sessions.ts';
import { dateText, moneyText, monthText, timeText } from './format.ts';
import { html, type Html } from './html.ts';
import type { SiteParts } from './parts.ts';
import type { Language } from './words/languages.ts';
import { siteWords, type SiteWords } from './words/words.ts';

export interface Page {
  readonly request: WebRequest;
  readonly session: Session | undefined;
  readonly language: Language;
  readonly words: SiteWords;
  readonly parts: SiteParts;
  readonly nowMs: number;
  /** Signed. */
  readonly money: (amountMinor: bigint, currency: string) => string;
  readonly date: (atMs: number) => string;
  /** With the time of day, UTC. */
  readonly time: (atMs: number) => string;
  readonly month: (period: number) => string;
}

/** What stands in a path where a route has `:name`. */
export type Params = Readonly<Record<string, string>>;

export interface Route {
  readonly method: 'GET' | 'POST';
  /** `/account/bills/:number`. */
  readonly path: string;
  open(page: Page, params: Params): Promise<WebAnswer> | WebAnswer;
}

export function makePage(
  request: WebRequest,
  session: Session | undefined,
  language: Language,
  parts: SiteParts,
): Page {
  return {
    request,
    session,
    language,
    words: siteWords(language),
    parts,
    nowMs: parts.clock(),
    money: (amountMinor, currency) => moneyText(amountMinor, currency, language),
    date: (atMs) => dateText(atMs, language),
    time: (atMs) => timeText(atMs, language),
    month: (period) => monthText(period, language),
  };
}

/** The field that every form of a session carries. */
export const formToken = ({ session }: Page): Html =>
  html`<input type="hidden" name="token" value="${session?.formToken ?? ''}" />`;

/** The fields of a form of this session. Throws WebRefusal 403 for one that this session's pages did not show. */
export async function readForm({ request, session }: Page): Promise<URLSearchParams> {
  const form = await request.readForm();
  requireToken(session, form.get('token'));
  return form;
}

/** The same for a form with a file in it. */
export async function readUpload({ request, session }: Page, field: string, bytesMax: number): Promise<Uint8Array> {
  const { fields, files } = await request.readUpload(bytesMax);
  requireToken(session, fields.get('token'));
  const file = files.get(field);
  if (file === undefined) throw new WebRefusal(400, 'wrong-form');
  if (file.bytes.length > bytesMax) throw new WebRefusal(413, 'too-large');
  return file.bytes;
}

function requireToken(session: Session | undefined, token: string | null | undefined): void {
  if (session === undefined || token !== session.formToken) throw new WebRefusal(403, 'wrong-form');
}

/** What came of an action, or the code with which it was refused; anything else is a mistake of ours and goes on up. */
export async function attempt<T>(act: () => Promise<T>): Promise<T | ProtocolError> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

/** The month that is booked into now: the one that runs, or the next where a sandbox closed it early. */
export async function openPeriod({ parts, nowMs }: Page): Promise<number> {
  const sealed = (await parts.store.periods.findNewestSealed())?.period ?? 0;
  return Math.max(periodOf(nowMs), sealed === 0 ? 0 : nextPeriod(sealed));
}

export const notFound = (): WebRefusal => new WebRefusal(404, 'not-found');
