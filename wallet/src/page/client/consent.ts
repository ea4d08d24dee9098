/** Automatic approval, peace from offers, and a child's wallet. */
import { CONSENT_WORDS } from '../../words/consent-words.ts';
import type { PageWords } from '../../words/page-words.ts';
import type { AskedView, FairnessView, FamilyView, GameView, NoView, PageView } from '../view.ts';
import { h } from './dom.ts';
import { actionButton, amountField, field, form, pinField, selectField } from './fields.ts';
import { icon } from './icons.ts';

/** Of one game, under its limits. */
export function allowanceFold(game: GameView, view: PageView, words: PageWords): HTMLElement {
  const { allow } = CONSENT_WORDS[view.language];
  const id = `allow-${game.id}`;
  const standing = view.consent.allowances.filter((one) => one.game === game.id);
  return h(
    'details',
    { class: 'fold', id },
    h('summary', {}, allow.title, standing.length > 0 && h('span', { class: 'count' }, String(standing.length))),
    h('p', { class: 'hint' }, allow.hint),
    standing.length > 0 &&
      h(
        'ul',
        { class: 'rows' },
        ...standing.map((one) =>
          h(
            'li',
            {},
            h('span', {}, allow.stands(allow.kinds[one.grant], one.left, one.endsAt)),
            actionButton(words, allow.end, 'end-allowance', { id: one.id }),
          ),
        ),
      ),
    form(
      {
        words,
        class: 'stack',
        busyText: words.working,
        submit: ({ grant, budget, perPayment, days, pin }) => [
          'allow',
          { game: game.id, grant, budget, perPayment, days: Number(days), pin },
        ],
      },
      selectField(`${id}-grant`, allow.kind, Object.entries(allow.kinds), 'level'),
      h(
        'div',
        { class: 'limit-grid' },
        amountField(`${id}-budget`, allow.budget, '', view.currency),
        amountField(`${id}-perPayment`, allow.perPayment, '', view.currency),
        numberField(`${id}-days`, allow.days, 30),
      ),
      pinField(`${id}-pin`, strongPin(view, words)),
      h('button', { type: 'submit' }, allow.make),
    ),
  );
}

/** What takes the PIN takes the guardian's in a child's wallet. */
export function strongPin(view: PageView, words: PageWords): string {
  return view.consent.isChild ? CONSENT_WORDS[view.language].child.pin : words.pin.label;
}

function numberField(id: string, label: string, value: number): HTMLElement {
  return field(id, label, { value, class: 'number', inputmode: 'numeric', required: true, maxlength: 6 });
}

export function fairnessCard(view: PageView, words: PageWords): HTMLElement {
  const { fair } = CONSENT_WORDS[view.language];
  const { fairness, fairnessWaiting } = view.consent;
  const seconds = (name: keyof FairnessView, label: string): HTMLElement =>
    numberField(`fair-${name}`, `${label} (${fair.seconds})`, fairness[name]);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'fair-title' },
    h('h2', { id: 'fair-title' }, fair.title),
    h('p', { class: 'hint' }, fair.hint),
    fairnessWaiting && h('p', { class: 'warning' }, words.limits.waiting(fairnessWaiting.from)),
    form(
      {
        words,
        class: 'stack',
        doneText: words.limits.saved,
        submit: ({ minBetweenSeconds, afterDeclineSeconds, afterLossSeconds, pin }) => [
          'fairness',
          { minBetweenSeconds, afterDeclineSeconds, afterLossSeconds, pin },
        ],
      },
      h(
        'div',
        { class: 'limit-grid' },
        seconds('minBetweenSeconds', fair.between),
        seconds('afterDeclineSeconds', fair.afterNo),
        seconds('afterLossSeconds', fair.afterLoss),
      ),
      field('fair-pin', view.consent.isChild ? CONSENT_WORDS[view.language].child.pin : fair.looser, {
        type: 'password',
        class: 'pin',
        maxlength: 64,
        autocomplete: 'current-password',
      }),
      h('button', { type: 'submit' }, words.settings.save),
    ),
  );
}

export function familyCard(family: FamilyView, view: PageView, words: PageWords): HTMLElement {
  const { child } = CONSENT_WORDS[view.language];
  const modes = Object.entries(child.modes);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'family-title' },
    h('h2', { id: 'family-title' }, child.title),
    h('p', { class: 'hint' }, child.hint),
    h('p', {}, child.spent(family.spentDay, family.spentMonth)),
    form(
      {
        words,
        class: 'stack',
        doneText: words.limits.saved,
        submit: ({ mode, day, month, pin }) => ['family', { mode, day, month, pin }],
      },
      selectField('family-mode', child.mode, modes, family.mode),
      h(
        'div',
        { class: 'limit-grid two' },
        amountField('family-day', child.day, family.day, view.currency),
        amountField('family-month', child.month, family.month, view.currency),
      ),
      pinField('family-pin', child.pin),
      h('button', { type: 'submit' }, words.settings.save),
    ),
    view.consent.noes.length > 0 && noList(view.consent.noes, view, words),
  );
}

function noList(noes: readonly NoView[], view: PageView, words: PageWords): HTMLElement {
  const { child } = CONSENT_WORDS[view.language];
  return h(
    'details',
    { class: 'fold', id: 'noes' },
    h('summary', {}, child.noes, h('span', { class: 'count' }, String(noes.length))),
    ...noes.map(({ id, title, gameName, time }) =>
      form(
        { words, class: 'inline-form', submit: ({ pin }) => ['take-back', { id, pin }] },
        h('p', { class: 'wide' }, h('strong', {}, title), h('span', { class: 'hint' }, ` ${gameName} · ${time}`)),
        pinField(`no-${id}-pin`, child.pin),
        h('button', { type: 'submit' }, child.takeBack),
      ),
    ),
  );
}

/** What a child would like: the guardian looks and answers, now or later. */
export function askedCard(asked: AskedView, view: PageView, words: PageWords): HTMLElement {
  const { child } = CONSENT_WORDS[view.language];
  const { id, title, gameName, payee, price, time, until } = asked;
  return h(
    'section',
    { class: 'card attention', 'aria-labelledby': `asked-${id}` },
    h('div', { class: 'card-head' }, icon('wait'), h('h2', { id: `asked-${id}` }, child.asks(gameName))),
    h(
      'dl',
      { class: 'facts' },
      h('dt', {}, words.payment.what),
      h('dd', { class: 'payee' }, title),
      h('dt', {}, words.payment.to),
      h('dd', {}, payee),
      h('dt', {}, words.payment.price),
      h('dd', {}, price),
      h('dt', {}, words.payment.date),
      h('dd', {}, time),
    ),
    h('p', { class: 'hint' }, child.until(until)),
    h(
      'div',
      { class: 'buttons' },
      actionButton(words, child.look, 'open-asked', { id }, { class: 'primary' }),
      actionButton(words, child.withdraw, 'withdraw-asked', { id }, { class: 'quiet' }),
    ),
    noFold(`asked-${id}-no`, 'decline-asked', id, view, words),
  );
}

/** A no that holds until it is taken back, with the guardian's PIN. */
export function noFold(prefix: string, action: string, id: string, view: PageView, words: PageWords): HTMLElement {
  const { child } = CONSENT_WORDS[view.language];
  return h(
    'details',
    { class: 'fold', id: prefix },
    h('summary', {}, child.no),
    form(
      { words, class: 'stack', submit: ({ pin }) => [action, { id, pin }] },
      h('p', { class: 'hint' }, child.noHint),
      h(
        'div',
        { class: 'inline-form' },
        pinField(`${prefix}-pin`, child.pin),
        h('button', { type: 'submit', class: 'danger' }, child.no),
      ),
    ),
  );
}
