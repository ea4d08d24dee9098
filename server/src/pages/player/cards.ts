/** The player's cards as this server last heard of them. */
import type { WebAnswer } from '../../http/web.ts';
import { floatAccount } from '../../cards/accounts.ts';
import type { Card } from '../../cards/types.ts';
import type { Player } from '../../players/types.ts';
import { shortHex } from '../format.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import type { Page } from '../page.ts';
import { card as panel, empty, facts, state, type Fact } from '../pieces.ts';

export async function showCards(page: Page, player: Player): Promise<WebAnswer> {
  const { words, parts } = page;
  const cards = await parts.store.pages.listCardsOf(player.userId);
  const shown = await Promise.all(cards.map((one) => cardPanel(page, one)));
  return show(page, {
    title: words.cards.title,
    lead: words.cards.lead,
    body:
      cards.length === 0
        ? panel('none', words.cards.none, empty(words.cards.noneHint))
        : html`<div class="columns">${shown}</div>`,
  });
}

export async function cardPanel(page: Page, card: Card): Promise<Html> {
  const { words, parts, money, time, date } = page;
  const w = words.cards;
  const purses = (await parts.store.cards.findParameters(card.cardId))?.parameters.purses ?? [];
  const rows = await Promise.all(
    purses.map(async ({ purse, plan, currency, ceilingMinor }): Promise<Fact> => {
      const ceiling = html`<span class="hint"> ${w.ceiling(money(ceilingMinor, currency))}</span>`;
      if (plan === 'postpaid') return [w.purse(purse), html`${w.postpaidPurse}${ceiling}`];
      const account = await parts.store.cards.findAccount(floatAccount(card.cardId, currency));
      return [w.purse(purse), html`<strong>${money(account?.balanceMinor ?? 0n, currency)}</strong>${ceiling}`];
    }),
  );
  const id = `card-${shortHex(card.cardId)}`;
  return panel(
    id,
    w.name(shortHex(card.cardId)),
    html`${facts([
        ...rows,
        [
          w.assurance,
          html`${w.assurances[card.assurance]}<span class="hint"> – ${w.assuranceHints[card.assurance]}</span>`,
        ],
        [w.seen, card.seenAtMs === undefined ? w.never : time(card.seenAtMs)],
        [w.records, card.counter],
        [w.issued, date(card.issuedAtMs)],
        [w.ends, date(card.notAfterMs)],
        card.blockedAtMs !== undefined && [
          w.blockedSince,
          html`${time(card.blockedAtMs)}<span class="hint"> – ${card.blockedReason}</span>`,
        ],
        card.settledAtMs !== undefined && [w.settled, date(card.settledAtMs)],
      ])}
      <p class="hint">${w.seenHint}</p>`,
    standing(page, card),
  );
}

export function standing({ words, nowMs }: Page, { blockedAtMs, notAfterMs }: Card): Html {
  if (blockedAtMs !== undefined) return state('bad', words.cards.blocked);
  if (notAfterMs < nowMs) return state('warn', words.cards.ended);
  return state('good', words.cards.good);
}
