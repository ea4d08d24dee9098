/** Coming in and going out: the one-time link, the operator's token, the language. */
import { ProtocolError } from '@coinslot/protocol';
import { seeOther, WebRefusal, type WebAnswer } from '../http/web.ts';
import type { Subject } from '../sign-in/types.ts';
import { endedCookie, languageCookie, sessionCookie, sessionSecret } from './cookies.ts';
import { grouped, hexOf } from './format.ts';
import { HOMES, show } from './frame.ts';
import { html, type Html } from './html.ts';
import { readForm, type Page, type Route } from './page.ts';
import { facts, note } from './pieces.ts';
import { isLanguage } from './words/languages.ts';

export const signInRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/',
    open: ({ session }) => seeOther(session === undefined ? '/sign-in' : HOMES[session.subject.role]),
  },
  { method: 'GET', path: '/sign-in', open: showSignIn },
  { method: 'POST', path: '/sign-in', open: redeem },
  { method: 'GET', path: '/operator/sign-in', open: (page) => showOperatorSignIn(page) },
  { method: 'POST', path: '/operator/sign-in', open: openOperator },
  { method: 'POST', path: '/sign-out', open: signOut },
  { method: 'POST', path: '/language', open: setLanguage },
];

/** With a key: whose account it opens, and a button. Without: how to come by one. */
async function showSignIn(page: Page): Promise<WebAnswer> {
  const { words, request, parts } = page;
  const key = request.query.get('key');
  if (key === null) return howToSignIn(page, 200);
  const subject = await parts.signIns.peek(key);
  if (subject === undefined)
    return howToSignIn(page, 410, note('bad', words.signIn.linkOver, words.signIn.linkOverHint));
  return show(page, {
    title: words.signIn.openTitle,
    lead: words.signIn.openLead,
    narrow: true,
    body: html`<section class="card">
      ${facts([whose(page, subject)])}
      <form method="post" action="/sign-in">
        <input type="hidden" name="key" value="${key}" />
        <button type="submit" class="primary">${words.signIn.open}</button>
      </form>
      <p class="hint">${words.signIn.notYou}</p>
    </section>`,
  });
}

function whose({ words }: Page, subject: Subject): readonly [string, Html] {
  switch (subject.role) {
    case 'player':
      return [words.signIn.playerAccount, html`<span class="code">${grouped(hexOf(subject.userId))}</span>`];
    case 'publisher':
      return [words.signIn.publisherAccount, html`<span class="code">${subject.publisherId}</span>`];
    case 'operator':
      return [words.frame.roles.operator, html``];
  }
}

/** Also what everybody gets who comes to a page without a session. */
export function howToSignIn(page: Page, status: number, told?: Html): WebAnswer {
  const { words, parts, request } = page;
  const { signIn } = words;
  return show(page, {
    title: signIn.title,
    lead: signIn.lead,
    status,
    narrow: true,
    note: told,
    body: html`<section class="card" aria-labelledby="player-title">
        <h2 id="player-title">${signIn.playerTitle}</h2>
        <p>${signIn.playerHow}</p>
        <p class="hint">${signIn.playerTerminal} <span class="code">coinslot-wallet account</span></p>
      </section>
      <section class="card" aria-labelledby="publisher-title">
        <h2 id="publisher-title">${signIn.publisherTitle}</h2>
        <p>${signIn.publisherHow}</p>
        <p><span class="code">coinslot sign-in --server ${request.origin}</span></p>
      </section>
      ${parts.signIns.hasOperator && html`<p class="hint"><a href="/operator/sign-in">${signIn.operatorLink}</a></p>`}`,
  });
}

async function redeem({ request, parts, ...page }: Page): Promise<WebAnswer> {
  const form = await request.readForm();
  const opened = await parts.signIns.redeem(form.get('key') ?? '');
  if (opened === undefined) {
    const { signIn } = page.words;
    return howToSignIn({ request, parts, ...page }, 410, note('bad', signIn.linkOver, signIn.linkOverHint));
  }
  await endOwn(request, parts);
  return seeOther(HOMES[opened.session.subject.role], [sessionCookie(request, opened.secret)]);
}

function showOperatorSignIn(page: Page, told?: Html): WebAnswer {
  const { words, parts } = page;
  if (!parts.signIns.hasOperator) throw new WebRefusal(404, 'not-found');
  return show(page, {
    title: words.signIn.operatorTitle,
    lead: words.signIn.operatorLead,
    narrow: true,
    note: told,
    ...(told !== undefined && { status: 403 }),
    body: html`<section class="card">
      <form method="post" action="/operator/sign-in">
        <div class="field">
          <label for="operator-token">${words.signIn.operatorToken}</label>
          <input id="operator-token" name="secret" type="password" autocomplete="current-password" required />
        </div>
        <button type="submit" class="primary">${words.signIn.operatorOpen}</button>
      </form>
    </section>`,
  });
}

async function openOperator(page: Page): Promise<WebAnswer> {
  const { request, parts, words } = page;
  const form = await request.readForm();
  try {
    parts.throttle.knock('/operator/sign-in', 'sign-in', request.address);
  } catch (error) {
    if (error instanceof ProtocolError) throw new WebRefusal(429, 'too-often');
    throw error;
  }
  const opened = await parts.signIns.openOperator(form.get('secret') ?? '');
  if (opened === undefined) return showOperatorSignIn(page, note('bad', words.signIn.operatorWrong));
  parts.log.info({ address: request.address }, 'the operator signed in');
  await endOwn(request, parts);
  return seeOther(HOMES.operator, [sessionCookie(request, opened.secret)]);
}

/** Whoever comes in by another link leaves the session that this browser had. */
async function endOwn(request: Page['request'], parts: Page['parts']): Promise<void> {
  const secret = sessionSecret(request);
  if (secret !== undefined) await parts.signIns.sessions.end(secret);
}

async function signOut(page: Page): Promise<WebAnswer> {
  const { request, parts, session } = page;
  if (session !== undefined) {
    await readForm(page);
    await endOwn(request, parts);
  }
  return seeOther('/sign-in', [endedCookie(request)]);
}

async function setLanguage({ request }: Page): Promise<WebAnswer> {
  const form = await request.readForm();
  const language = form.get('language') ?? '';
  const back = form.get('back') ?? '';
  // A path of ours and nothing else: neither another site nor `//site`.
  const isPath = /^\/[A-Za-z0-9/_.-]*$/.test(back) && !back.startsWith('//');
  return seeOther(isPath ? back : '/', isLanguage(language) ? [languageCookie(request, language)] : []);
}
