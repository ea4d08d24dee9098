/** Offers to show, as a wallet would compute them. Used by tests in Node and by the page in the browser. */
import type { Shown } from '@coinslot/protocol';
import type { OverlayState } from '@coinslot/overlay';

export interface ShownChanges extends Partial<Omit<Shown, 'total' | 'original' | 'salt'>> {
  total?: Shown['total'];
  original?: Shown['total'];
}

const EN: Shown = {
  salt: new Uint8Array(16),
  locale: 'en',
  direction: 'ltr',
  payee: 'Lumen Works',
  gameName: 'Glow Runner',
  title: 'Level 3: The Lantern Belt',
  description: 'Thirty new rooms above the clouds, with moving platforms and a night wind.',
  offerId: 'level-3',
  grant: 'Level 3, yours to keep',
  total: { amountMinor: 20n, currency: 'EUR', text: 'EUR\u00a00.20' },
  original: undefined,
  rateTableId: 0,
  rate: '',
  date: 'Saturday, 22 November 2025, 15:04',
  offerTimeMs: 1_763_823_840_000,
  refund: 'Within 14 days by mail to help@lumen.example, no reasons needed.',
  test: true,
  consent: 'press',
  sufficiency: 'enough',
};

const FR: Shown = {
  ...EN,
  locale: 'fr',
  title: 'Niveau 3 : La Ceinture des lanternes',
  description: 'Trente nouvelles salles au-dessus des nuages, avec des plates-formes mobiles et un vent de nuit.',
  grant: 'Niveau 3, à vous pour toujours',
  total: { amountMinor: 20n, currency: 'EUR', text: '0,20\u00a0EUR' },
  date: 'samedi 22 novembre 2025 à 15:04',
  refund: 'Sous 14 jours, par courriel à help@lumen.example, sans donner de raison.',
};

/** The level offer in English or French, with changes. */
export const shownIn = (language: 'en' | 'fr', changes: ShownChanges = {}): Shown => ({
  ...(language === 'fr' ? FR : EN),
  ...changes,
});

/** The bonus that is sold in another currency. */
export const converted: ShownChanges = {
  title: 'The Northern Scene',
  grant: 'A bonus scene, for ever',
  total: { amountMinor: 93n, currency: 'EUR', text: 'EUR\u00a00.93' },
  original: { amountMinor: 100n, currency: 'USD', text: 'USD\u00a01.00' },
  rateTableId: 7,
  rate: '1 EUR = 1.0837 USD',
};

/** What a hostile publisher might put into texts. */
export const hostile: ShownChanges = {
  payee: '\u202eskroW nemuL',
  title: `<b onclick="alert(1)">FREE</b> ${'W'.repeat(120)}`,
  description: `a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301 \u2066EUR 0.00\u2069 ${'x'.repeat(1_500)}\n\n\u200b\u200b pay`,
  refund: 'no\u0000ne '.repeat(200),
};

/** One state of each kind, by a name for its picture. */
export function statesIn(language: 'en' | 'fr'): Record<string, OverlayState> {
  const shown = shownIn(language);
  return {
    loading: { kind: 'loading' },
    review: { kind: 'review', shown },
    converted: { kind: 'review', shown: shownIn(language, converted) },
    'not-enough': { kind: 'review', shown: shownIn(language, { sufficiency: 'not-enough' }) },
    hostile: { kind: 'review', shown: shownIn(language, hostile) },
    elsewhere: { kind: 'elsewhere', shown },
    paying: { kind: 'paying', shown },
    pending: { kind: 'pending', shown },
    granted: { kind: 'granted', shown },
    refused: { kind: 'refused', code: 'INSUFFICIENT', charged: 'no', text: '', shown },
    'refused-unknown': { kind: 'refused', code: 'CARD_TORN', charged: 'unknown', text: '', shown },
    'wallet-absent': { kind: 'unreachable', reason: 'wallet-absent' },
    'wallet-permission': { kind: 'unreachable', reason: 'wallet-permission' },
    'not-paired': { kind: 'unreachable', reason: 'not-paired' },
  };
}
