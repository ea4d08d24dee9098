/** What players ask back. Giving it back takes the publisher's signature, so the page says the command; a no takes words. */
import { ProtocolError } from '@coinslot/protocol';
import { seeOther, WebRefusal, type WebAnswer } from '../../http/web.ts';
import type { Publisher } from '../../publishers/types.ts';
import type { RefundRequest } from '../../refunds/types.ts';
import { bytesOf, hexOf } from '../format.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { attempt, formToken, notFound, readForm, type Page, type Params } from '../page.ts';
import { card, empty, facts, note, state } from '../pieces.ts';
import { quoteOf } from '../player/purchases.ts';

const REQUESTS_MAX = 100;
const DECISION_ID_BYTES = 16;
const ANSWER_LENGTH_MAX = 500;

export async function showRefunds(page: Page, { publisherId }: Publisher): Promise<WebAnswer> {
  const { words, parts, request } = page;
  const requests = await parts.store.refunds.listRefundRequests({ publisherId }, REQUESTS_MAX);
  const w = words.refunds;
  const [open, ended] = [
    requests.filter((one) => one.state === 'open'),
    requests.filter((one) => one.state !== 'open'),
  ];
  return show(page, {
    title: w.title,
    lead: w.lead,
    note: request.query.get('done') === 'declined' ? note('good', w.declinedDone) : undefined,
    body: html`${card(
      'open',
      w.open(open.length),
      open.length === 0
        ? empty(w.noneOpen)
        : html`<ul class="entries">
            ${await Promise.all(open.map((one) => openRequest(page, one)))}
          </ul>`,
    )}
    ${
      ended.length > 0 &&
      card(
        'ended',
        w.ended,
        html`<ul class="entries">
          ${await Promise.all(ended.map((one) => endedRequest(page, one)))}
        </ul>`,
      )
    }`,
  });
}

async function openRequest(page: Page, asked: RefundRequest): Promise<Html> {
  const { words, request } = page;
  const w = words.refunds;
  const id = hexOf(asked.decisionId);
  return html`<li>
    ${await what(page, asked)} ${said(page, asked)}
    <p class="hint">${w.refundHow}</p>
    <p><code class="reference">coinslot refund ${id} --reason ${asked.reason} --server ${request.origin}</code></p>
    <p class="buttons"><a class="button small" href="/publisher/refunds/${id}">${w.decline}</a></p>
  </li>`;
}

async function endedRequest(page: Page, asked: RefundRequest): Promise<Html> {
  const w = page.words.refunds;
  return html`<li>
    ${await what(page, asked)} ${said(page, asked)}
    ${
      asked.answer !== '' &&
      html`<h3>${w.yourAnswer}</h3>
        <blockquote>${asked.answer}</blockquote>`
    }
  </li>`;
}

const TONES = { open: 'warn', refunded: 'good', declined: 'plain' } as const;

/** The sale, without who bought it. */
export async function what({ words, parts, money, time }: Page, asked: RefundRequest): Promise<Html> {
  const w = words.refunds;
  const sale = await parts.store.refunds.findDecisionById(asked.decisionId);
  return facts([
    [w.state, state(TONES[asked.state], w.states[asked.state])],
    sale !== undefined && [w.game, quoteOf(sale).gameId],
    sale !== undefined && [w.price, money(sale.priceMinor, sale.priceCurrency)],
    sale !== undefined && [w.bought, time(sale.atMs)],
    [w.asked, time(asked.askedAtMs)],
    asked.endedAtMs !== undefined && [w.answered, time(asked.endedAtMs)],
    [w.reason, words.purchases.reasons[asked.reason]],
    [w.decision, html`<span class="code">${hexOf(asked.decisionId)}</span>`],
  ]);
}

export const said = ({ words }: Page, { text }: RefundRequest): Html | undefined =>
  text === ''
    ? undefined
    : html`<h3>${words.refunds.said}</h3>
        <blockquote>${text}</blockquote>`;

async function ownRequest({ parts }: Page, { publisherId }: Publisher, id: string): Promise<RefundRequest> {
  const decisionId = bytesOf(id, DECISION_ID_BYTES);
  const asked = decisionId && (await parts.store.refunds.findRefundRequest(decisionId));
  if (asked === undefined || asked.publisherId !== publisherId) throw notFound();
  return asked;
}

export async function showDecline(page: Page, publisher: Publisher, { decision = '' }: Params): Promise<WebAnswer> {
  return declinePage(page, await ownRequest(page, publisher, decision));
}

async function declinePage(page: Page, asked: RefundRequest, told?: Html): Promise<WebAnswer> {
  const w = page.words.refunds;
  return show(page, {
    title: w.declineTitle,
    narrow: true,
    note: told,
    ...(told !== undefined && { status: 409 }),
    body: card(
      'request',
      w.requestTitle,
      html`${await what(page, asked)} ${said(page, asked)}
        ${asked.state === 'open' && declineForm(page, `/publisher/refunds/${hexOf(asked.decisionId)}`)}
        <p><a href="/publisher/refunds">${w.back}</a></p>`,
    ),
  });
}

export function declineForm(page: Page, action: string): Html {
  const w = page.words.refunds;
  return html`<form method="post" action="${action}">
    ${formToken(page)}
    <div class="field">
      <label for="answer">${w.answer}</label>
      <textarea
        id="answer"
        name="answer"
        maxlength="${ANSWER_LENGTH_MAX}"
        required
        aria-describedby="answer-hint"
      ></textarea>
      <p class="hint" id="answer-hint">${w.answerHint(ANSWER_LENGTH_MAX)}</p>
    </div>
    <button type="submit" class="danger" name="act" value="decline">${w.declineNow}</button>
  </form>`;
}

export function answerOf(form: URLSearchParams): string {
  const answer = (form.get('answer') ?? '').replaceAll('\r\n', '\n').trim();
  if (answer === '' || answer.length > ANSWER_LENGTH_MAX) throw new WebRefusal(400, 'wrong-form');
  return answer;
}

export async function declineRefund(page: Page, publisher: Publisher, { decision = '' }: Params): Promise<WebAnswer> {
  const asked = await ownRequest(page, publisher, decision);
  const answer = answerOf(await readForm(page));
  const { publisherId } = publisher;
  const declined = await attempt(() => page.parts.actions.declineRefund(asked.decisionId, answer, publisherId));
  if (!(declined instanceof ProtocolError)) return seeOther('/publisher/refunds?done=declined');
  return declinePage(
    page,
    await ownRequest(page, publisher, decision),
    note('bad', page.words.refunds.declineFailed, page.words.codes(declined.code)),
  );
}
