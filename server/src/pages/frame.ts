/** What stands round every page: TEST where nothing is worth anything, the mark, the way about, the language, the way out. */
import type { WebAnswer } from '../http/web.ts';
import { html, type Html } from './html.ts';
import { formToken, type Page } from './page.ts';
import { LANGUAGES } from './words/languages.ts';

export interface Content {
  readonly title: string;
  readonly body: Html;
  /** Under the title. */
  readonly lead?: string | Html | undefined;
  /** Beside the title: links, such as downloads. */
  readonly aside?: Html | undefined;
  readonly status?: number;
  /** One column of reading width. */
  readonly narrow?: boolean;
  /** What was just done or refused. */
  readonly note?: Html | undefined;
}

export const HTML_TYPE = 'text/html; charset=utf-8';

export function show(page: Page, content: Content): WebAnswer {
  return { status: content.status ?? 200, contentType: HTML_TYPE, body: document(page, content).text };
}

function document(page: Page, { title, body, lead, aside, narrow, note }: Content): Html {
  const { words, language, parts } = page;
  const isTest = parts.environment === 'sandbox';
  const server = parts.identity.leaf.subject.commonName;
  const base = parts.assetBase;
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${isTest && `${words.frame.test} – `}${title} – ${server}</title>
        <link rel="icon" href="${base}icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="${base}site.css" />
      </head>
      <body>
        <a class="skip" href="#main">${words.frame.skip}</a>
        <header>
          ${isTest && testStripe(page)}
          <div class="frame">${brand(page, server)} ${navigation(page)} ${leave(page)}</div>
        </header>
        <main id="main" class="${narrow === true ? 'main narrow' : 'main'}" tabindex="-1">
          <div class="page-head">
            <div>
              <h1>${title}</h1>
              ${lead !== undefined && html`<p class="lead">${lead}</p>`}
            </div>
            ${aside}
          </div>
          ${note} ${body}
        </main>
        ${foot(page)}
      </body>
    </html>`;
}

const testStripe = ({ words }: Page): Html =>
  html`<p class="test"><strong>${words.frame.test}</strong> <span>${words.frame.testMeans}</span></p>`;

/** The mark of the wallet: a coin over its slot. */
const mark = (base: string): Html => html`<img class="mark" src="${base}icon.svg" alt="" width="36" height="36" />`;

function brand({ words, session, parts }: Page, server: string): Html {
  const home = session === undefined ? '/sign-in' : HOMES[session.subject.role];
  const role = session === undefined ? words.frame.signedOut : words.frame.roles[session.subject.role];
  return html`<a class="brand" href="${home}">
    ${mark(parts.assetBase)}
    <span class="brand-names"><span>${server}</span><span class="hint">${role}</span></span>
  </a>`;
}

export const HOMES = { player: '/account', publisher: '/publisher', operator: '/operator' } as const;

type TabsOf = (words: Page['words']['tabs']) => readonly (readonly [path: string, name: string])[];

const TABS: Readonly<Record<keyof typeof HOMES, TabsOf>> = {
  player: ({ account, bills, purchases, cards }) => [
    ['/account', account],
    ['/account/bills', bills],
    ['/account/purchases', purchases],
    ['/account/cards', cards],
  ],
  publisher: ({ sales, payouts, refunds, bankDetails, priceList }) => [
    ['/publisher', sales],
    ['/publisher/payouts', payouts],
    ['/publisher/refunds', refunds],
    ['/publisher/bank-details', bankDetails],
    ['/publisher/price-list', priceList],
  ],
  operator: ({ console, accounts, periods, bank, refunds }) => [
    ['/operator', console],
    ['/operator/accounts', accounts],
    ['/operator/periods', periods],
    ['/operator/bank', bank],
    ['/operator/refunds', refunds],
  ],
};

function navigation({ words, session, request }: Page): Html | undefined {
  if (session === undefined) return undefined;
  const { role } = session.subject;
  const tabs = TABS[role](words.tabs).map(([path, name]) => {
    const isHere = path === HOMES[role] ? request.path === path : request.path.startsWith(path);
    return html`<a href="${path}" ${isHere && html`aria-current="page"`}>${name}</a>`;
  });
  return html`<nav class="tabs" aria-label="${words.frame.navigation}">${tabs}</nav>`;
}

function leave(page: Page): Html | undefined {
  if (page.session === undefined) return undefined;
  return html`<form class="leave" method="post" action="/sign-out">
    ${formToken(page)}<button type="submit" class="quiet">${page.words.frame.signOut}</button>
  </form>`;
}

function foot({ words, language, request }: Page): Html {
  const choices = LANGUAGES.map(
    (one) =>
      html`<button
        type="submit"
        class="quiet small"
        name="language"
        value="${one}"
        lang="${one}"
        ${one === language && html`aria-current="true"`}
      >
        ${words.languageNames[one]}
      </button>`,
  );
  const back = request.method === 'GET' ? request.path : '/';
  return html`<footer class="foot">
    <p>${words.frame.utc}</p>
    <form class="languages" method="post" action="/language" aria-label="${words.frame.language}">
      <input type="hidden" name="back" value="${back}" />${choices}
    </form>
  </footer>`;
}
