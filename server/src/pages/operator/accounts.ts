/** Accounts: found by id, player's, publisher's or card's; and how one stands. */
import { seeOther, type WebAnswer } from '../../http/web.ts';
import { spendableMinor, type Player } from '../../players/types.ts';
import type { Publisher } from '../../publishers/types.ts';
import { bytesOf, grouped, hexOf, maskedIban } from '../format.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { notFound, type Page, type Params } from '../page.ts';
import { card, empty, facts, note, table } from '../pieces.ts';
import { standing } from '../player/account.ts';
import { cardPanel } from '../player/cards.ts';
import { payoutState } from '../publisher/payouts.ts';

const ON_PAGE = 50;
const ID_BYTES = 16;
const PUBLISHER_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export async function showAccounts(page: Page): Promise<WebAnswer> {
  const { words, parts, request } = page;
  const asked = (request.query.get('q') ?? '').trim();
  const found = asked === '' ? undefined : await findAccount(page, asked);
  if (found !== undefined) return seeOther(found);
  const after = bytesOf(request.query.get('after') ?? '', ID_BYTES) ?? new Uint8Array(ID_BYTES);
  const [players, publishers] = await Promise.all([
    parts.store.pages.listPlayers(after, ON_PAGE),
    parts.store.listPublishers(),
  ]);
  const w = words.accounts;
  return show(page, {
    title: w.title,
    note: asked === '' ? undefined : note('bad', w.notFound(asked)),
    ...(asked !== '' && { status: 404 }),
    body: html`${search(page, asked)}
    ${card('publishers', w.publishers, publishers.length === 0 ? empty(w.noPublishers) : publisherTable(page, publishers))}
    ${card('players', w.players, players.length === 0 ? empty(w.noPlayers) : playerTable(page, players))}`,
  });
}

function search({ words }: Page, asked: string): Html {
  const w = words.accounts;
  return html`<section class="card">
    <form class="inline" method="get" action="/operator/accounts" role="search">
      <div class="field">
        <label for="q">${w.search}</label>
        <input id="q" name="q" value="${asked}" autocomplete="off" spellcheck="false" aria-describedby="q-hint" />
      </div>
      <button type="submit" class="primary">${w.find}</button>
    </form>
    <p class="hint" id="q-hint">${w.searchHint}</p>
  </section>`;
}

/** Ids are copied with the spaces that pages show them with. */
async function findAccount({ parts }: Page, asked: string): Promise<string | undefined> {
  const text = asked.replaceAll(' ', '');
  const id = bytesOf(text.toLowerCase(), ID_BYTES);
  if (id !== undefined) {
    if ((await parts.store.findPlayer(id)) !== undefined) return `/operator/accounts/player/${hexOf(id)}`;
    const owner = (await parts.store.cards.findCard(id))?.userId;
    if (owner !== undefined) return `/operator/accounts/player/${hexOf(owner)}`;
  }
  if (!PUBLISHER_ID.test(text) || (await parts.store.findPublisher(text)) === undefined) return undefined;
  return `/operator/accounts/publisher/${text}`;
}

function playerTable(page: Page, players: readonly Player[]): Html {
  const { words, money, date } = page;
  const w = words.accounts;
  const last = players[players.length - 1];
  return html`${table(
    [
      { name: w.number },
      { name: w.plan },
      { name: w.since },
      { name: w.ceiling, figure: true },
      { name: w.stands, figure: true },
    ],
    players.map((one) => [
      html`<a class="code" href="/operator/accounts/player/${hexOf(one.userId)}">${grouped(hexOf(one.userId))}</a>`,
      words.plans[one.plan],
      date(one.enrolledAtMs),
      one.plan === 'postpaid' ? money(one.ceilingMinor, one.currency) : '',
      money(one.balanceMinor, one.currency),
    ]),
    { labelledBy: 'players-title' },
  )}
  ${
    last !== undefined &&
    players.length === ON_PAGE &&
    html`<p class="pages">
      <a class="button" href="/operator/accounts?after=${hexOf(last.userId)}">${words.frame.more}</a>
    </p>`
  }`;
}

function publisherTable({ words, date }: Page, publishers: readonly Publisher[]): Html {
  const w = words.accounts;
  return table(
    [{ name: w.name }, { name: w.id }, { name: w.payoutCurrency }, { name: w.since }],
    publishers.map((one) => [
      html`<a href="/operator/accounts/publisher/${one.publisherId}">${one.commonName}</a>`,
      html`<span class="code">${one.publisherId}</span>`,
      one.payoutCurrency,
      date(one.enrolledAtMs),
    ]),
    { labelledBy: 'publishers-title' },
  );
}

export async function showPlayer(page: Page, { id = '' }: Params): Promise<WebAnswer> {
  const { words, parts, money, date, month } = page;
  const userId = bytesOf(id, ID_BYTES);
  const player = userId && (await parts.store.findPlayer(userId));
  if (player === undefined) throw notFound();
  const [cards, bills, mandate] = await Promise.all([
    parts.store.pages.listCardsOf(player.userId),
    parts.store.periods.listBillsOfPlayer(player.userId),
    parts.store.periods.findMandate(player.userId),
  ]);
  const { currency } = player;
  const w = words.accounts;
  return show(page, {
    title: w.player,
    lead: html`<span class="code">${grouped(hexOf(player.userId))}</span>`,
    body: html`<div class="columns">
      ${card(
        'account',
        w.account,
        facts([
          [words.account.state, standing(page, player)],
          [w.plan, words.plans[player.plan]],
          [w.stands, money(player.balanceMinor, currency)],
          player.plan === 'postpaid' && [w.ceiling, money(player.ceilingMinor, currency)],
          [w.spendable, money(spendableMinor(player), currency)],
          [
            words.account.pressLimits,
            words.account.pressLimitsAre(
              money(player.pressPaymentMaxMinor, currency),
              money(player.pressDayMaxMinor, currency),
            ),
          ],
          [words.account.howPaid, words.ways[mandate?.way ?? 'transfer']],
          mandate !== undefined && mandate.iban !== '' && [words.account.iban, maskedIban(mandate.iban)],
          [w.since, date(player.enrolledAtMs)],
        ]),
      )}
      ${card(
        'bills',
        words.bill.listTitle,
        bills.length === 0
          ? empty(words.bill.none)
          : table(
              [
                { name: words.bill.month },
                { name: words.bill.closing, figure: true },
                { name: words.bill.due, figure: true },
              ],
              [...bills]
                .reverse()
                .map((one) => [
                  month(one.period),
                  money(one.closingMinor, one.currency),
                  money(one.dueMinor, one.currency),
                ]),
              { labelledBy: 'bills-title' },
            ),
      )}
      ${await Promise.all(cards.map((one) => cardPanel(page, one)))}
    </div>`,
  });
}

export async function showPublisher(page: Page, { id = '' }: Params): Promise<WebAnswer> {
  const { words, parts, money, date, month } = page;
  const publisher = await parts.store.findPublisher(id);
  if (publisher === undefined) throw notFound();
  const [payables, payouts, details] = await Promise.all([
    parts.store.pages.listPayables(id),
    parts.store.periods.listPayoutsOfPublisher(id),
    parts.store.periods.findBankDetails(id),
  ]);
  const w = words.accounts;
  return show(page, {
    title: publisher.commonName,
    lead: html`<span class="code">${id}</span>`,
    body: html`<div class="columns">
      ${card(
        'account',
        w.account,
        facts([
          ...payables.map(({ currency, balanceMinor }) => [w.owed(currency), money(balanceMinor, currency)] as const),
          [w.payoutCurrency, publisher.payoutCurrency],
          [w.fee, w.feeIs(publisher.feeBasisPoints)],
          [
            words.bankDetails.title,
            details === undefined
              ? words.bankDetails.none
              : html`${details.holder}, <span class="code">${maskedIban(details.iban)}</span>`,
          ],
          [w.since, date(publisher.enrolledAtMs)],
        ]),
      )}
      ${card(
        'payouts',
        words.payouts.title,
        payouts.length === 0
          ? empty(words.payouts.none)
          : table(
              [
                { name: words.payouts.month },
                { name: words.payouts.state },
                { name: words.payouts.amount, figure: true },
              ],
              [...payouts]
                .reverse()
                .map((one) => [month(one.period), payoutState(page, one), money(one.amountMinor, one.payoutCurrency)]),
              { labelledBy: 'payouts-title' },
            ),
      )}
    </div>`,
  });
}
