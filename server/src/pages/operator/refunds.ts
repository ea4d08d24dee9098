/** Refund requests of all publishers, and the operator's own way to end one: give back, or decline in words. */
import { ProtocolError } from '@coinslot/protocol';
import { seeOther, WebRefusal, type WebAnswer } from '../../http/web.ts';
import type { RefundRequest } from '../../refunds/types.ts';
import { bytesOf, grouped, hexOf } from '../format.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { attempt, formToken, notFound, readForm, type Page, type Params } from '../page.ts';
import { card, empty, note, state, table } from '../pieces.ts';
import { answerOf, declineForm, said, what } from '../publisher/refunds.ts';

const REQUESTS_MAX = 200;
const DECISION_ID_BYTES = 16;
const TONES = { open: 'warn', refunded: 'good', declined: 'plain' } as const;

export async function showRequests(page: Page): Promise<WebAnswer> {
  const { words, parts, time, request } = page;
  const requests = await parts.store.refunds.listRefundRequests({}, REQUESTS_MAX);
  const w = words.refunds;
  return show(page, {
    title: w.title,
    lead: w.operatorLead,
    note: request.query.has('done') ? note('good', w.endedDone) : undefined,
    body: card(
      'requests',
      w.title,
      requests.length === 0
        ? empty(w.noneOpen)
        : table(
            [{ name: w.decision }, { name: w.publisher }, { name: w.reason }, { name: w.asked }, { name: w.state }],
            requests.map((one) => [
              html`<a class="code" href="/operator/refunds/${hexOf(one.decisionId)}"
                >${grouped(hexOf(one.decisionId))}</a
              >`,
              one.publisherId,
              words.purchases.reasons[one.reason],
              time(one.askedAtMs),
              state(TONES[one.state], w.states[one.state]),
            ]),
            { labelledBy: 'requests-title' },
          ),
    ),
  });
}

export async function showRequest(page: Page, { decision = '' }: Params): Promise<WebAnswer> {
  return requestPage(page, await findRequest(page, decision));
}

async function findRequest({ parts }: Page, id: string): Promise<RefundRequest> {
  const decisionId = bytesOf(id, DECISION_ID_BYTES);
  const asked = decisionId && (await parts.store.refunds.findRefundRequest(decisionId));
  if (asked === undefined) throw notFound();
  return asked;
}

async function requestPage(page: Page, asked: RefundRequest, told?: Html): Promise<WebAnswer> {
  const w = page.words.refunds;
  const path = `/operator/refunds/${hexOf(asked.decisionId)}`;
  return show(page, {
    title: w.requestTitle,
    lead: html`${asked.publisherId}`,
    note: told,
    ...(told !== undefined && { status: 409 }),
    body: html`<div class="columns">
      ${card(
        'request',
        w.wish,
        html`${await what(page, asked)} ${said(page, asked)}
          ${
            asked.answer !== '' &&
            html`<h3>${w.answer}</h3>
              <blockquote>${asked.answer}</blockquote>`
          }
          <p><a href="/operator/accounts/player/${hexOf(asked.userId)}">${w.toPlayer}</a></p>`,
      )}
      ${asked.state === 'open' && html`<div class="column">${giveBack(page, path)} ${card('decline', w.declineTitle, declineForm(page, path))}</div>`}
    </div>`,
  });
}

function giveBack(page: Page, path: string): Html {
  const w = page.words.refunds;
  return card(
    'give-back',
    w.giveBack,
    html`<p>${w.giveBackHint}</p>
      <form method="post" action="${path}">
        ${formToken(page)}
        <label class="check"
          ><input type="checkbox" name="sure" value="yes" required /> <span>${w.giveBackSure}</span></label
        >
        <button type="submit" class="primary" name="act" value="refund">${w.giveBackNow}</button>
      </form>`,
  );
}

export async function endRequest(page: Page, { decision = '' }: Params): Promise<WebAnswer> {
  const asked = await findRequest(page, decision);
  const form = await readForm(page);
  const { actions } = page.parts;
  const act = form.get('act');
  if (act === 'refund' && form.get('sure') !== 'yes') throw new WebRefusal(400, 'wrong-form');
  if (act !== 'refund' && act !== 'decline') throw new WebRefusal(400, 'wrong-form');
  const answer = act === 'decline' ? answerOf(form) : '';
  const ended = await attempt(() =>
    act === 'refund' ? actions.refund(asked.decisionId, answer) : actions.declineRefund(asked.decisionId, answer),
  );
  if (!(ended instanceof ProtocolError)) return seeOther('/operator/refunds?done=ended');
  return requestPage(
    page,
    await findRequest(page, decision),
    note('bad', page.words.refunds.endFailed, page.words.codes(ended.code)),
  );
}
