/** The page's program: follows the wallet's view and draws it. Routes are fragments, so that a reload stays where it was. */
import { directionOf, isLanguage, LANGUAGES, type Language } from '../../words/languages.ts';
import { pageWords, type PageWords } from '../../words/page-words.ts';
import type { PageView } from '../view.ts';
import { act, follow, takeKey } from './api.ts';
import { h, Slot } from './dom.ts';
import { accountView, setUpView } from './first-run.ts';
import { gamesView } from './games.ts';
import { cardsView } from './cards.ts';
import { historyView } from './history.ts';
import { homeView } from './home.ts';
import { icon, mark, type IconName } from './icons.ts';
import { askedCard } from './consent.ts';
import { onPhrase, phraseCard, phraseLength } from './phrase.ts';
import { waitsFor, watchWindow } from './press-guard.ts';
import { lockCard, noticeRow, pairingCard, passwordNotice, paymentCard } from './requests.ts';
import { settingsView } from './settings.ts';

const ROUTES = {
  home: homeView,
  cards: cardsView,
  games: gamesView,
  history: historyView,
  settings: settingsView,
} as const;
type Route = keyof typeof ROUTES;

const slots = {
  header: new Slot(h('header', { class: 'top' })),
  nav: new Slot(h('nav', { class: 'tabs' })),
  phrase: new Slot(h('div')),
  lock: new Slot(h('div')),
  asked: new Slot(h('div', { 'aria-live': 'polite' })),
  payment: new Slot(h('div', { 'aria-live': 'polite' })),
  pairings: new Slot(h('div', { 'aria-live': 'polite' })),
  notices: new Slot(h('div', { 'aria-live': 'polite' })),
  content: new Slot(h('div', { class: 'content' })),
};

let view: PageView | undefined;
/** Chosen on the first run, before there are settings. */
let firstLanguage: Language = LANGUAGES.find((one) => navigator.language.startsWith(one)) ?? 'en';

function route(): Route {
  const name = location.hash.slice(1);
  return Object.hasOwn(ROUTES, name) ? (name as Route) : 'home';
}

function draw(): void {
  if (view === undefined) return;
  const shown = view;
  const language = shown.stage === 'setup' ? firstLanguage : shown.language;
  const words = pageWords(language);
  dress(shown, language);
  const waits = shown.payment !== undefined || shown.pairings.length > 0 || shown.consent.asked.length > 0;
  document.title = `${waits ? '● ' : ''}${words.wallet}${shown.test ? ` (${words.testMark})` : ''}`;
  drawFrame(shown, words, language);
  if (shown.stage === 'setup') {
    const choose = (chosen: Language): void => {
      firstLanguage = chosen;
      draw();
    };
    return slots.content.show(['setup', language], () => setUpView(shown, language, choose));
  }
  if (shown.stage === 'account') {
    return slots.content.show(['account', language, shown.isLocked], () => accountView(shown, words));
  }
  drawRoute(shown, words, language);
}

/** Header, sections and what waits for an answer: each renewed only when its own part of the view has changed. */
function dress({ look }: PageView, language: Language): void {
  const { documentElement: root } = document;
  root.lang = language;
  root.dir = directionOf(language);
  root.dataset['text'] = String(look.textPercent);
  root.dataset['contrast'] = look.contrast;
}

function drawFrame(shown: PageView, words: PageWords, language: Language): void {
  const isReady = shown.stage === 'ready';
  const at = route();
  const isLocked = shown.isLocked && shown.stage !== 'setup';
  const { asked } = shown.consent;
  // Whatever comes or goes here moves the buttons below it.
  waitsFor([
    phraseLength(),
    isLocked,
    shown.payment?.id,
    asked.map(({ id }) => id),
    shown.pairings.map(({ id }) => id),
  ]);
  slots.header.show([language, shown.isLocked, shown.stage, shown.test], () => header(shown, words));
  slots.nav.element.hidden = !isReady;
  slots.nav.element.setAttribute('aria-label', words.nav.label);
  slots.nav.show([language, at], () => (Object.keys(ROUTES) as Route[]).map((one) => tab(one, one === at, words)));
  slots.lock.show([language, isLocked, shown.pinRetryAt, shown.waitingForUnlock], () =>
    isLocked ? [lockCard(shown, words)] : [],
  );
  slots.payment.show([language, shown.payment], () =>
    shown.payment ? [paymentCard(shown.payment, shown, words)] : [],
  );
  slots.asked.show([language, asked, shown.payment?.id], () => asked.map((one) => askedCard(one, shown, words)));
  slots.phrase.show([language, phraseLength(), shown.keys.phraseWordsAsked], () => phraseCard(shown, words));
  slots.pairings.show([language, shown.pairings], () => shown.pairings.map((one) => pairingCard(one, shown, words)));
  // In the settings it is said where it is answered.
  const pending = isReady && at !== 'settings' ? shown.keys.passwordPending : undefined;
  slots.notices.show([language, shown.notices, pending], () =>
    shown.notices.length === 0 && pending === undefined
      ? []
      : [
          h(
            'ul',
            { class: 'notices' },
            pending && passwordNotice(pending, language),
            ...shown.notices.map((one) => noticeRow(one, shown, words)),
          ),
        ],
  );
}

function drawRoute(shown: PageView, words: PageWords, language: Language): void {
  const at = route();
  const { account, spending, isPaused, isLocked, receipts, games, blocked, limits } = shown;
  const { limitsWaiting, isServerBehind, lockAfterMinutes } = shown;
  const parts = {
    home: [account, spending, isPaused, isLocked, receipts, shown.keys, shown.consent.isChild],
    cards: [shown.cards, isLocked, shown.keys.isPasswordSet],
    games: [games, blocked, shown.linkCode, shown.consent],
    history: [receipts, shown.olderFrom],
    settings: [account, limits, limitsWaiting, isServerBehind, lockAfterMinutes, shown.keys, shown.consent, shown.look],
  };
  slots.content.show([at, language, parts[at]], () => ROUTES[at](shown, words));
}

function header(shown: PageView, words: PageWords): (Node | false)[] {
  return [
    h(
      'div',
      { class: 'brand' },
      mark(),
      h('span', { class: 'brand-name' }, words.wallet),
      shown.test && h('span', { class: 'test', title: words.testHint }, words.testMark),
    ),
    shown.stage === 'ready' && lockPill(shown, words),
  ];
}

function lockPill(shown: PageView, words: PageWords): HTMLElement {
  if (shown.isLocked) return h('span', { class: 'pill' }, icon('locked'), words.lock.locked);
  return h(
    'button',
    {
      type: 'button',
      class: 'pill open',
      id: 'lock-now',
      title: words.lock.lockNow,
      onclick: () => void act('lock').catch(() => undefined),
    },
    icon('unlocked'),
    words.lock.unlocked,
  );
}

function tab(name: Route & IconName, isHere: boolean, words: PageWords): HTMLElement {
  return h(
    'a',
    { href: `#${name}`, id: `tab-${name}`, 'aria-current': isHere && 'page' },
    icon(name),
    h('span', {}, words.nav[name]),
  );
}

function drawGone(): void {
  const language = isLanguage(document.documentElement.lang) ? document.documentElement.lang : firstLanguage;
  const { gone } = pageWords(language);
  const card = h(
    'section',
    { class: 'card first-run' },
    mark(),
    h('h1', {}, gone.title),
    h('p', { class: 'lead' }, gone.text),
  );
  document.getElementById('app')?.replaceChildren(h('main', { class: 'main' }, card));
}

takeKey();
watchWindow();
document
  .getElementById('app')
  ?.append(
    h('div', { class: 'frame' }, slots.header.element, slots.nav.element),
    h(
      'main',
      { class: 'main' },
      slots.phrase.element,
      slots.lock.element,
      slots.payment.element,
      slots.asked.element,
      slots.pairings.element,
      slots.notices.element,
      slots.content.element,
    ),
  );
onPhrase(draw);
addEventListener('hashchange', () => {
  draw();
  scrollTo(0, 0);
});
void follow((next) => {
  view = next;
  draw();
}, drawGone);
