/** Games and their limits; those that are blocked. */
import type { PageWords } from '../../words/page-words.ts';
import type { BlockedView, GameView, PageView } from '../view.ts';
import { allowanceFold, fairnessCard } from './consent.ts';
import { h } from './dom.ts';
import { actionButton, field, form, pinField } from './fields.ts';
import { icon } from './icons.ts';
import { installedCard, placeOf } from './installed.ts';
import { gameLimitFields } from './requests.ts';

export function gamesView(view: PageView, words: PageWords): HTMLElement[] {
  const { games, blocked } = view;
  return [
    h('h1', {}, words.games.title),
    h(
      'div',
      { class: 'game-grid' },
      ...(games.length === 0
        ? [h('section', { class: 'card' }, h('p', { class: 'empty' }, words.games.empty))]
        : games.map((one) => gameCard(one, view, words))),
      installedCard(view, words),
      fairnessCard(view, words),
    ),
    ...(blocked.length === 0 ? [] : [blockedCard(blocked, view, words)]),
  ];
}

function gameCard(game: GameView, view: PageView, words: PageWords): HTMLElement {
  const { games } = words;
  const { id } = game;
  return h(
    'section',
    { class: 'card game', 'aria-labelledby': `game-${id}` },
    h(
      'div',
      { class: 'card-head' },
      h('h2', { id: `game-${id}` }, game.label),
      h(
        'span',
        { class: game.isConnected ? 'presence on' : 'presence' },
        game.isConnected ? games.connected : games.away,
      ),
    ),
    h('p', { class: 'hint' }, game.publisherName, ' · ', placeOf(game, view)),
    h('p', {}, games.spent(game.spentDay, game.spentMonth)),
    game.pressOff && pressOffBox(id, words),
    limitsFold(game, view, words),
    allowanceFold(game, view, words),
    renameFold(game, words),
    h(
      'details',
      { class: 'fold', id: `game-${id}-disconnect` },
      h('summary', {}, games.disconnect),
      h('p', {}, games.disconnectHint),
      actionButton(words, games.disconnectNow, 'revoke', { game: id }, { class: 'danger' }),
    ),
  );
}

function pressOffBox(id: string, words: PageWords): HTMLElement {
  return h(
    'div',
    { class: 'warning-box' },
    h('p', { class: 'warning' }, icon('alert'), words.games.pressOff),
    form(
      { words, class: 'inline-form', submit: ({ pin }) => ['press-on', { game: id, pin }] },
      pinField(`press-on-${id}-pin`, words.pin.label),
      h('button', { type: 'submit' }, words.games.pressOn),
    ),
  );
}

function limitsFold(game: GameView, view: PageView, words: PageWords): HTMLElement {
  const { id } = game;
  return h(
    'details',
    { class: 'fold', id: `game-${id}-limits` },
    h('summary', {}, words.games.limits),
    form(
      {
        words,
        class: 'stack',
        doneText: words.limits.saved,
        submit: (typed) => ['game-limits', { ...typed, game: id }],
      },
      gameLimitFields(`game-${id}`, game.limits, view.currency, words),
      field(`game-${id}-pin`, words.limits.pin, {
        type: 'password',
        class: 'pin',
        maxlength: 64,
        autocomplete: 'current-password',
      }),
      h('p', { class: 'hint' }, words.limits.hint(view.raiseDelayHours)),
      game.waiting && h('p', { class: 'hint' }, words.limits.waiting(game.waiting.from)),
      h('button', { type: 'submit' }, words.limits.save),
    ),
  );
}

function renameFold({ id, label }: GameView, words: PageWords): HTMLElement {
  return h(
    'details',
    { class: 'fold', id: `game-${id}-rename` },
    h('summary', {}, words.games.rename),
    form(
      { words, class: 'inline-form', submit: (typed) => ['rename', { game: id, label: typed['label'] }] },
      field(`game-${id}-label`, words.games.name, { value: label, maxlength: 60, required: true }),
      h('button', { type: 'submit' }, words.games.save),
    ),
  );
}

function blockedCard(blocked: readonly BlockedView[], view: PageView, words: PageWords): HTMLElement {
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'blocked-title' },
    h('h2', { id: 'blocked-title' }, words.games.blocked),
    h(
      'ul',
      { class: 'rows' },
      ...blocked.map((one) =>
        h(
          'li',
          {},
          h('span', {}, one.gameName, ' ', h('span', { class: 'hint' }, placeOf(one, view))),
          actionButton(words, words.games.unblock, 'unblock', { id: one.id }),
        ),
      ),
    ),
  );
}
