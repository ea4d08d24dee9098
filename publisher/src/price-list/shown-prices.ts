/** The table of prices as players will read them, for eyes to check before anything is shipped. */
import { formatMoney, plainAmount } from '@coinslot/protocol';
import type { OffersFile } from '../offers/read.ts';

/** Lines of a table: one row per offer, one column per language; conversion to a player's own currency comes on top. */
export function shownPrices({ offers, gameNames }: OffersFile): string[] {
  const locales = [...gameNames.keys()];
  const rows = [
    ['offer', 'price', ...locales],
    ...offers.map(({ id, price }) => [
      id,
      `${plainAmount(price)} ${price.currency}`,
      ...locales.map((locale) => formatMoney(price, locale).replaceAll(/\s/gu, ' ')),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
