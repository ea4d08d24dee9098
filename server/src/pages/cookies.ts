/** The two cookies: whose session it is, and which language. */
import type { WebRequest } from '../http/web.ts';
import { isLanguage, type Language } from './words/languages.ts';

const SESSION = 'coinslot-session';
const LANGUAGE = 'coinslot-language';
const LANGUAGE_LIFE_S = 365 * 86_400;

const isSecure = ({ origin }: WebRequest): boolean => origin.startsWith('https:');

/** `__Host-` binds a cookie to this very host and to TLS (RFC 6265bis, section 4.1.3.2); without TLS it cannot be had. */
const sessionName = (request: WebRequest): string => (isSecure(request) ? `__Host-${SESSION}` : SESSION);

const attributes = (request: WebRequest): string =>
  `; Path=/; HttpOnly; SameSite=Strict${isSecure(request) ? '; Secure' : ''}`;

export const sessionSecret = (request: WebRequest): string | undefined => request.cookie(sessionName(request));

export const sessionCookie = (request: WebRequest, secret: string): string =>
  `${sessionName(request)}=${secret}${attributes(request)}`;

export const endedCookie = (request: WebRequest): string => `${sessionName(request)}=${attributes(request)}; Max-Age=0`;

export function chosenLanguage(request: WebRequest): Language | undefined {
  const language = request.cookie(LANGUAGE);
  return isLanguage(language) ? language : undefined;
}

export const languageCookie = (request: WebRequest, language: Language): string =>
  `${LANGUAGE}=${language}${attributes(request)}; Max-Age=${LANGUAGE_LIFE_S}`;
