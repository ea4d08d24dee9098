/** What the player bought, newest first; one purchase, and asking for its money back. */
import { decodePaymentRequest, decodeQuote, ProtocolError, readEnvelope, type Quote } from '@coinslot/protocol';
import { seeOther, WebRefusal, type WebAnswer } from '../../http/web.ts';
import type { PlacedDecision } from '../../payments/types.ts';
import { hex, type Player } from '../../players/types.ts';
import type { Refund, RefundRequest } from '../../refunds/types.ts';
import { bytesOf, hexOf, shortHex } from '../format.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { attempt, formToken, notFound, readForm, type Page, type Params } from '../page.ts';
import { card, code, empty, facts, note, state, table } from '../pieces.ts';
import { queryPosition } from '../query.ts';
import { sellerNames } from './sellers.ts';

const ON_PAGE = 50;
const RECENT = 5;
const DECISION_ID_BYTES = 16;
const TEXT_LENGTH_MAX = 500;
const LAST = 10n ** 18n;
const REASONS = ['requested', 'defect', 'unauthorised'] as const;

type Ended = { readonly refund: Refund | undefined; readonly asked: RefundRequest | undefined };

export async function showPurchases(page: Page, player: Player): Promise<WebAnswer> {
  const { words, parts, request } = page;
  const before = queryPosition(request.query, 'before');
  const purchases = await parts.store.pages.listPurchases(player.userId, before === 0n ? LAST : before, ON_PAGE);
  const last = purchases[purchases.length - 1];
  const w = words.purchases;
  return show(page, {
    title: w.title,
    lead: w.lead,
    body: card(
      'purchases',
      w.title,
      purchases.length === 0
        ? empty(w.none)
        : html`${await purchaseTable(page, purchases, 'purchases-title')}${
            purchases.length === ON_PAGE &&
            last !== undefined &&
            html`<p class="pages">
              <a class="button" href="/account/purchases?before=${last.position.toString()}">${words.frame.older}</a>
            </p>`
          }`,
    ),
  });
}

/** The newest few, for the account's page. */
export async function recentPurchases(page: Page, player: Player): Promise<Html> {
  const { words, parts } = page;
  const purchases = await parts.store.pages.listPurchases(player.userId, LAST, RECENT);
  const w = words.purchases;
  return card(
    'recent',
    w.recent,
    purchases.length === 0 ? empty(w.none) : await purchaseTable(page, purchases, 'recent-title'),
    html`<a href="/account/purchases">${w.all}</a>`,
  );
}

async function purchaseTable(page: Page, purchases: readonly PlacedDecision[], labelledBy: string): Promise<Html> {
  const { words, money, time } = page;
  const w = words.purchases;
  const ended = await Promise.all(purchases.map((one) => endOf(page, one.decisionId)));
  const seller = await sellerNames(
    page,
    purchases.map(({ publisherId }) => publisherId),
  );
  return table(
    [{ name: w.game }, { name: w.date }, { name: w.state }, { name: w.charged, figure: true }],
    purchases.map((one, i) => [
      html`<a href="/account/purchases/${hexOf(one.decisionId)}">${quoteOf(one).gameId}</a>
        <span class="sub"
          >${seller(one.publisherId)}${one.cardId !== undefined && ` · ${words.bill.byCard(shortHex(one.cardId))}`}</span
        >`,
      time(one.atMs),
      standing(page, ended[i]),
      money(one.chargedMinor, one.chargedCurrency),
    ]),
    { labelledBy },
  );
}

async function endOf({ parts }: Page, decisionId: Uint8Array): Promise<Ended> {
  const [refund, asked] = await Promise.all([
    parts.store.refunds.findRefund(decisionId),
    parts.store.refunds.findRefundRequest(decisionId),
  ]);
  return { refund, asked };
}

function standing({ words }: Page, ended: Ended | undefined): Html {
  const w = words.purchases;
  if (ended?.refund !== undefined) return state('plain', w.refunded);
  if (ended?.asked?.state === 'open') return state('warn', w.asked);
  if (ended?.asked?.state === 'declined') return state('plain', w.declined);
  return state('good', w.paid);
}

/** The publisher's signed price stands in the request that was approved. */
export const quoteOf = ({ requestBytes }: Pick<PlacedDecision, 'requestBytes'>): Quote =>
  decodeQuote(readEnvelope(decodePaymentRequest(readEnvelope(requestBytes).body).quote).body);

async function ownPurchase({ parts }: Page, player: Player, id: string): Promise<PlacedDecision> {
  const decisionId = bytesOf(id, DECISION_ID_BYTES);
  const purchase = decisionId && (await parts.store.refunds.findDecisionById(decisionId));
  if (purchase === undefined || hex(purchase.userId) !== hex(player.userId) || purchase.code !== 'APPROVED')
    throw notFound();
  return purchase;
}

export async function showPurchase(page: Page, player: Player, { decision = '' }: Params): Promise<WebAnswer> {
  const purchase = await ownPurchase(page, player, decision);
  const done = page.request.query.get('done') === 'asked';
  return purchasePage(page, purchase, done ? note('good', page.words.purchases.askedDone) : undefined);
}

async function purchasePage(
  page: Page,
  purchase: PlacedDecision,
  told: Html | undefined,
  status = 200,
): Promise<WebAnswer> {
  const { words, money, time } = page;
  const w = words.purchases;
  const quote = quoteOf(purchase);
  const ended = await endOf(page, purchase.decisionId);
  const isConverted = purchase.priceCurrency !== purchase.chargedCurrency;
  return show(page, {
    title: w.one(quote.gameId),
    lead: html`${time(purchase.atMs)}`,
    status,
    note: told,
    body: html`<div class="columns">
      ${card(
        'purchase',
        w.what,
        html`${facts([
            [w.state, standing(page, ended)],
            [w.seller, (await sellerNames(page, [purchase.publisherId]))(purchase.publisherId)],
            [w.charged, money(purchase.chargedMinor, purchase.chargedCurrency)],
            isConverted && [w.price, money(purchase.priceMinor, purchase.priceCurrency)],
            isConverted && [w.rate, w.rateTable(purchase.rateTableId)],
            purchase.cardId !== undefined && [w.card, code(shortHex(purchase.cardId))],
            [w.offer, code(hexOf(purchase.offerHash))],
            [w.decision, code(hexOf(purchase.decisionId))],
          ])}
          <p class="hint">${w.namesHint}</p>`,
      )}
      ${refundCard(page, purchase, ended)}
    </div>`,
  });
}

function refundCard(page: Page, purchase: PlacedDecision, { refund, asked }: Ended): Html {
  const { words, money, time } = page;
  const w = words.purchases;
  if (refund !== undefined)
    return card(
      'refund',
      w.refundTitle,
      facts([
        [w.state, state('good', w.refunded)],
        [w.amount, money(refund.amountMinor, refund.currency)],
        [w.reason, w.reasons[refund.reason]],
        [w.date, time(refund.atMs)],
      ]),
    );
  if (asked !== undefined) return card('refund', w.refundTitle, requestFacts(page, asked));
  return card('refund', w.refundTitle, refundForm(page, purchase));
}

function requestFacts(page: Page, asked: RefundRequest): Html {
  const { words, time } = page;
  const w = words.purchases;
  return html`${facts([
    [w.state, asked.state === 'open' ? state('warn', w.asked) : state('plain', w.declined)],
    [w.askedOn, time(asked.askedAtMs)],
    [w.reason, w.reasons[asked.reason]],
    asked.endedAtMs !== undefined && [w.answeredOn, time(asked.endedAtMs)],
  ])}
  ${
    asked.text !== '' &&
    html`<h3>${w.yourWords}</h3>
      <blockquote>${asked.text}</blockquote>`
  }
  ${
    asked.answer !== '' &&
    html`<h3>${w.answer}</h3>
      <blockquote>${asked.answer}</blockquote>`
  }
  ${asked.state === 'open' && html`<p class="hint">${w.openHint}</p>`}`;
}

function refundForm(page: Page, { decisionId }: PlacedDecision): Html {
  const w = page.words.purchases;
  const reasons = REASONS.map((one) => html`<option value="${one}">${w.reasons[one]}</option>`);
  return html`<p>${w.refundHint}</p>
    <form method="post" action="/account/purchases/${hexOf(decisionId)}">
      ${formToken(page)}
      <div class="field">
        <label for="reason">${w.reason}</label>
        <select id="reason" name="reason">
          ${reasons}
        </select>
      </div>
      <div class="field">
        <label for="text">${w.words}</label>
        <textarea id="text" name="text" maxlength="${TEXT_LENGTH_MAX}" aria-describedby="text-hint"></textarea>
        <p class="hint" id="text-hint">${w.wordsHint(TEXT_LENGTH_MAX)}</p>
      </div>
      <button type="submit" class="primary">${w.ask}</button>
    </form>`;
}

export async function askForRefund(page: Page, player: Player, { decision = '' }: Params): Promise<WebAnswer> {
  const purchase = await ownPurchase(page, player, decision);
  const form = await readForm(page);
  const reason = REASONS.find((one) => one === form.get('reason'));
  const text = (form.get('text') ?? '').replaceAll('\r\n', '\n').trim();
  if (reason === undefined || text.length > TEXT_LENGTH_MAX) throw new WebRefusal(400, 'wrong-form');
  const { userId } = player;
  const asked = await attempt(() =>
    page.parts.actions.askForRefund({ userId, decisionId: purchase.decisionId, reason, text }),
  );
  if (!(asked instanceof ProtocolError)) return seeOther(`/account/purchases/${decision}?done=asked`);
  const { words } = page;
  return purchasePage(page, purchase, note('bad', words.purchases.askFailed, words.codes(asked.code)), 409);
}
