/** Lines of a bill or of an open month, and the use of each game. */
import type { BillLine } from '../../bills/types.ts';
import { hexOf, shortHex } from '../format.ts';
import { html, type Html } from '../html.ts';
import type { Page } from '../page.ts';
import { table } from '../pieces.ts';
import type { SiteWords } from '../words/words.ts';
import { sellerNames, type SellerName } from './sellers.ts';

export const LINES_ON_PAGE = 100;

export async function billLines(
  page: Page,
  currency: string,
  lines: readonly BillLine[],
  labelledBy: string,
): Promise<Html> {
  const seller = await sellerNames(
    page,
    lines.map(({ publisherId }) => publisherId),
  );
  const { words, money } = page;
  const { bill } = words;
  const prices = lines.map((line) => priceOf(page, line, currency));
  const hasPrices = prices.some((price) => price !== '');
  return table(
    [
      { name: bill.what },
      { name: bill.date },
      ...(hasPrices ? [{ name: bill.price, figure: true }] : []),
      { name: bill.amount, figure: true },
    ],
    lines.map((line, i) => [
      what(page, line, seller),
      when(page, line),
      ...(hasPrices ? [prices[i]] : []),
      money(line.amountMinor, currency),
    ]),
    { labelledBy },
  );
}

function what({ words }: Page, line: BillLine, nameOf: SellerName): Html {
  const { bill } = words;
  const kind = kindText(words, line.kind);
  const seller = [line.gameId, line.publisherId && nameOf(line.publisherId)]
    .filter((one) => one !== undefined)
    .join(', ');
  const card = line.cardId && bill.byCard(shortHex(line.cardId));
  const sub = html`<span class="sub"
    >${[seller, card].filter((one) => one !== '' && one !== undefined).join(' · ')}</span
  >`;
  if (line.decisionId === undefined) return html`${kind}${sub}`;
  return html`<a href="/account/purchases/${hexOf(line.decisionId)}">${kind}</a>${sub}`;
}

/** A kind that there is no name for yet is called by its own. */
export function kindText({ transferKinds }: SiteWords, kind: string): string {
  return Object.hasOwn(transferKinds, kind) ? transferKinds[kind as keyof typeof transferKinds] : kind;
}

function when({ words, time }: Page, { bookedAtMs, spentAtMs }: BillLine): Html {
  return html`${time(spentAtMs ?? bookedAtMs)}${
    spentAtMs !== undefined && html`<span class="sub">${words.bill.booked(time(bookedAtMs))}</span>`
  }`;
}

/** The publisher's price, where it was in another currency. */
function priceOf({ money }: Page, { priceMinor, priceCurrency }: BillLine, currency: string): string {
  if (priceMinor === undefined || priceCurrency === undefined || priceCurrency === currency) return '';
  return money(priceMinor, priceCurrency);
}

/** A link to the lines after these, when there may be more. */
export function nextLines(lines: readonly BillLine[], path: string, words: SiteWords): Html | undefined {
  const last = lines[lines.length - 1];
  if (last === undefined || lines.length < LINES_ON_PAGE) return undefined;
  return html`<p class="pages">
    <a class="button" href="${path}&after=${last.transferId.toString()}">${words.frame.more}</a>
  </p>`;
}

export interface GameUse {
  readonly gameId: string;
  readonly publisherId: string;
  readonly count: number;
  readonly amountMinor: bigint;
}

/** Purchases less refunds, by game. */
export function usesOf(lines: readonly BillLine[]): readonly GameUse[] {
  const uses = new Map<string, { gameId: string; publisherId: string; count: number; amountMinor: bigint }>();
  for (const { gameId, publisherId, kind, amountMinor } of lines) {
    if (gameId === undefined || publisherId === undefined) continue;
    const name = `${publisherId} ${gameId}`;
    const use = uses.get(name) ?? { gameId, publisherId, count: 0, amountMinor: 0n };
    use.count += kind === 'refund' ? -1 : 1;
    use.amountMinor += amountMinor;
    uses.set(name, use);
  }
  return [...uses.values()].sort((a, b) => b.count - a.count);
}
