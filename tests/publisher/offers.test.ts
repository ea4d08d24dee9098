/** What `offers.yaml` may not say: each fault at its line and column, with the near name. */
import { readOffers } from '@coinslot/publisher';
import { FaultsError } from '@coinslot/publisher';
import { describe, expect, test } from 'vitest';
import { demoFile } from './lib/studio.ts';

const DEMO = demoFile('offers.yaml');

function faultsOf(text: string): string[] {
  try {
    readOffers('offers.yaml', text);
    return [];
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return error.faults.map(({ line, column, code, message, hint }) =>
      [`${line}:${column}`, code, message, hint].filter((part) => part !== undefined).join(' | '),
    );
  }
}

/** The demo's file with the one place where `from` stands replaced. */
function edited(from: string, to: string): string {
  expect(DEMO.split(from), from).toHaveLength(2);
  return DEMO.replace(from, () => to);
}

test('the demo game has no fault', () => {
  expect(faultsOf(DEMO)).toEqual([]);
  const { publisherId, gameId, origins, offers, defaultLocale } = readOffers('offers.yaml', DEMO);
  expect({ publisherId, gameId, origins, defaultLocale }).toEqual({
    publisherId: 'lumen-works',
    gameId: 'demo-game',
    origins: ['http://127.0.0.1:8375', 'http://localhost:8375'],
    defaultLocale: 'en',
  });
  expect(offers.map(({ id, price, grant }) => [id, price, grant])).toEqual([
    ['level-3', { amountMinor: 20n, currency: 'EUR' }, { kind: 'level', target: 'level-3', quantity: 0, untilMs: 0 }],
    [
      'thirty-minutes',
      { amountMinor: 50n, currency: 'EUR' },
      { kind: 'minutes', target: 'play', quantity: 30, untilMs: 0 },
    ],
    ['bonus', { amountMinor: 100n, currency: 'USD' }, { kind: 'forever', target: 'bonus', quantity: 0, untilMs: 0 }],
  ]);
});

describe('one fault each', () => {
  const CONTROL = String.fromCodePoint(7);
  const OVERRIDE = String.fromCodePoint(0x202e);
  test.each([
    [
      'unknown word',
      edited('publisher: lumen', 'publishr: lumen'),
      '3:1 | publishr: unknown word | did you mean "publisher"?',
    ],
    [
      'unknown word, nothing near',
      edited('  contact:', '  zzzzzzz: 1\n  contact:'),
      '20:3 | refund.zzzzzzz: unknown word | known words: days, contact',
    ],
    ['missing word', edited('    price: 0.20 EUR\n', ''), '25:5 | offers[0].price: is missing'],
    [
      'grant of two kinds',
      edited('{ level: level-3 }', '{ level: level-3, scene: x }'),
      '26:30 | offers[0].grant.scene: unknown word | known words: level, scene, minutes, target, uses, days, until, forever',
    ],
    [
      'cards of no such kind',
      edited('cards: software', 'cards: plastic'),
      '22:8 | cards: expected one of none, chip, software',
    ],
    [
      'misspelt grant',
      edited('{ forever: bonus }', '{ for-ever: bonus }'),
      '56:14 | offers[2].grant.for-ever: unknown word | did you mean "forever"?',
    ],
    [
      'minutes in words',
      edited('minutes: 30', 'minutes: thirty'),
      '41:23 | offers[1].grant.minutes: expected a number, found text',
    ],
    ['no minutes', edited('minutes: 30', 'minutes: 0'), '41:23 | offers[1].grant.minutes: expected at least 1'],
    [
      'number for a price',
      edited('price: 0.20 EUR', 'price: 0.20'),
      '27:12 | offers[0].price: expected text, found a number',
    ],
    [
      'price without currency',
      edited('price: 0.20 EUR', "price: '0.20'"),
      "27:12 | offers[0].price: expected an amount and its currency, such as '0.20 EUR'",
    ],
    [
      'too many decimals',
      edited('0.20 EUR', '0.205 EUR'),
      '27:12 | OFFER_PRICE | offers[0].price: "0.205" is not an amount of EUR with at most 2 decimals',
    ],
    [
      'unknown currency',
      edited('1.00 USD', '1.00 UDS'),
      '57:12 | OFFER_CURRENCY | offers[2].price: "UDS" is not a circulating ISO 4217 currency | did you mean "USD"?',
    ],
    ['gold', edited('1.00 USD', '1.00 XAU'), /^57:12 \| OFFER_CURRENCY/],
    [
      'free by accident',
      edited('0.20 EUR', '0.00 EUR'),
      '27:12 | OFFER_PRICE | offers[0].price: free must be true for a price of 0, and only then',
    ],
    [
      'free at a price',
      edited('price: 0.20 EUR', 'price: 0.20 EUR\n    free: true'),
      '28:11 | OFFER_PRICE | offers[0].free: free must be true for a price of 0, and only then',
    ],
    ['id twice', edited('- id: bonus', '- id: level-3'), '55:9 | offers[2].id: "level-3" stands twice'],
    ['id with a space', edited('- id: bonus', '- id: the bonus'), /^55:9 \| offers\[2\]\.id: expected a name/],
    [
      'key twice',
      edited('  id: demo-game', '  id: demo-game\n  id: other'),
      /^7:3 \| not readable as YAML: Map keys must be unique/,
    ],
    ['not YAML', edited('offers:\n', 'offers: [\n'), /not readable as YAML/],
    [
      'language missing',
      DEMO.slice(0, DEMO.lastIndexOf('      fr:')),
      '58:5 | offers[2].texts.fr: is missing | game.name has fr, so every offer needs texts in it',
    ],
    [
      'language of no name',
      edited('    fr: Wick\n', '').replaceAll('      fr:', '      de:'),
      /^33:7 \| offers\[0\]\.texts\.de: game\.name has no de/,
    ],
    [
      'default language of no name',
      edited('defaultLocale: en', 'defaultLocale: de'),
      '10:18 | game.defaultLocale: game.name has no de',
    ],
    [
      'locale in capitals',
      edited('    en: Wick', '    EN: Wick'),
      /^8:5 \| game\.name\.EN: expected a language such as/,
    ],
    [
      'control character',
      edited('title: The Rain Garden', `title: "The Rain${CONTROL}Garden"`),
      '30:16 | OFFER_TEXT | offers[0].texts.en.title: has the invisible or control character U+0007',
    ],
    [
      'override of direction',
      edited('title: The Rain Garden', `title: The Rain${OVERRIDE}Garden`),
      '30:16 | OFFER_TEXT | offers[0].texts.en.title: has the invisible or control character U+202E',
    ],
    [
      'title too long',
      edited('title: The Rain Garden', `title: ${'é'.repeat(101)}`),
      '30:16 | OFFER_TEXT | offers[0].texts.en.title: has 202 bytes, at most 200 are allowed',
    ],
    [
      'title of blanks',
      edited('title: The Rain Garden', `title: '   '`),
      '30:16 | OFFER_TEXT | offers[0].texts.en.title: is empty',
    ],
    [
      'origin with a path',
      edited('http://localhost:8375', 'http://localhost:8375/game'),
      '13:7 | game.origins[1]: expected a web origin such as https://play.example.com | did you mean "http://localhost:8375"?',
    ],
    [
      'origin in capitals',
      edited('http://localhost:8375', 'http://LOCALHOST:8375'),
      '13:7 | game.origins[1]: not as browsers send it | did you mean "http://localhost:8375"?',
    ],
    [
      'origin with the usual port',
      edited('http://localhost:8375', 'https://play.example.com:443'),
      /did you mean "https:\/\/play\.example\.com"\?/,
    ],
    [
      'origin of files',
      edited('http://localhost:8375', "'null'"),
      /^13:7 \| game\.origins\[1\]: null is the origin of every local file/,
    ],
    ['no end', edited('days: 365', 'from: 2026-01-01'), '16:3 | validity: give either until or days'],
    ['31 April', edited('days: 365', 'until: 2027-04-31'), '16:10 | validity.until: there is no such date'],
    [
      'end before beginning',
      edited('days: 365', 'from: 2027-02-01\n  until: 2027-01-01'),
      '17:10 | validity.until: ends before it begins',
    ],
    [
      'too long',
      edited('days: 365', 'from: 2027-02-01\n  until: 2037-01-01'),
      '17:10 | OFFER_EXPIRED | validity.until: longer than 800 days',
    ],
    [
      'no refund terms',
      edited('refund:\n  days: 14\n  contact: refunds@lumen-works.example\n', ''),
      /offers\[0\]\.refund: is missing \| give it here, or once/,
    ],
    [
      'prototype',
      edited('  id: demo-game', '  id: demo-game\n  __proto__: { a: 1 }'),
      /^7:3 \| game\.__proto__: unknown word/,
    ],
  ] as [string, string, string | RegExp][])('%s', (_, text, expected) => {
    const faults = faultsOf(text);
    if (typeof expected === 'string') expect(faults).toEqual([expected]);
    else expect(faults[0]).toMatch(expected);
  });
});

test('all faults come at once, in the order of the file where they are of one kind', () => {
  const text = DEMO.replace('0.20 EUR', '0.205 EUR').replace('0.50 EUR', '0.505 EUR').replace('1.00 USD', '1.00 UDS');
  expect(faultsOf(text).map((fault) => fault.split(' ')[0])).toEqual(['27:12', '42:12', '57:12']);
});

test('JSON is accepted', () => {
  const offer = {
    id: 'a',
    grant: { uses: 3, target: 'try' },
    price: '100 JPY',
    texts: { ja: { title: 'x', description: 'y' } },
  };
  const refund = { days: 0, contact: 'x@example.com' };
  const game = { id: 'g', name: { ja: 'G' }, origins: ['https://g.example'] };
  const file = readOffers('offers.json', JSON.stringify({ publisher: 'p', game, refund, offers: [offer] }));
  expect(file.offers[0]?.price).toEqual({ amountMinor: 100n, currency: 'JPY' });
  expect(file.validity).toEqual({ days: 365, fromMs: undefined, untilMs: undefined });
});

test('a file that explodes by aliases is refused', () => {
  const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`);
  expect(faultsOf(`a0: &a0 [x, x]\n${levels.join('\n')}\n`)[0]).toMatch(/^1:1 \| not readable as YAML/);
});
