/** Offers to show, as a wallet would compute them. Used by tests in Node and by the page in the browser. */
import { formatMoney, type Shown } from '@coinslot/protocol';
import type { OverlayState } from '@coinslot/overlay';
import type { Language } from '../../../overlay/src/words/index.ts';

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

const DE: Shown = {
  ...EN,
  locale: 'de',
  title: 'Level 3: Der Laternengürtel',
  description: 'Dreißig neue Räume über den Wolken, mit beweglichen Plattformen und einem Nachtwind.',
  grant: 'Level 3, für immer',
  total: { amountMinor: 20n, currency: 'EUR', text: '0,20\u00a0EUR' },
  date: '22. November 2025 um 15:04',
  refund: 'Erstattung auf Wunsch innerhalb von 14 Tagen: help@lumen.example',
};

const ES: Shown = {
  ...EN,
  locale: 'es',
  title: 'Nivel 3: El Cinturón de los Faroles',
  description: 'Treinta salas nuevas sobre las nubes, con plataformas móviles y un viento nocturno.',
  grant: 'Nivel 3, para siempre',
  total: { amountMinor: 20n, currency: 'EUR', text: '0,20\u00a0EUR' },
  date: '22 de noviembre de 2025 a las 15:04',
  refund: 'Reembolso a petición en un plazo de 14 días: help@lumen.example',
};

const JA: Shown = {
  ...EN,
  locale: 'ja',
  title: 'レベル 3：灯の帯',
  description: '雲の上に広がる三十の新しい部屋。動く床と夜の風が待っています。',
  grant: 'レベル 3、期限なしで遊べます',
  total: { amountMinor: 20n, currency: 'EUR', text: 'EUR\u00a00.20' },
  date: '2025年11月22日 15:04',
  refund: '14 日以内は理由なしで返金できます。連絡先：help@lumen.example',
};

/** As `Intl` writes it: a right-to-left mark before the amount. */
const AR: Shown = {
  ...EN,
  locale: 'ar',
  direction: 'rtl',
  title: 'المستوى 3: حزام الفوانيس',
  description: 'ثلاثون غرفة جديدة فوق الغيوم، بمنصات متحركة وريح ليلية.',
  grant: 'المستوى 3، لك دائمًا',
  total: { amountMinor: 20n, currency: 'EUR', text: '\u200f0.20\u00a0EUR' },
  date: '22 نوفمبر 2025 في 3:04 م',
  refund: 'استرداد عند الطلب خلال 14 يومًا: help@lumen.example',
};

const SHOWN: Readonly<Record<Language, Shown>> = { en: EN, fr: FR, de: DE, es: ES, ja: JA, ar: AR };
export const EVERY_LANGUAGE = Object.keys(SHOWN) as Language[];

/** The level offer in a language, with changes. */
export const shownIn = (language: Language, changes: ShownChanges = {}): Shown => ({ ...SHOWN[language], ...changes });

/** The bonus that is sold in another currency. */
export const converted: ShownChanges = {
  title: 'The Northern Scene',
  grant: 'A bonus scene, for ever',
  total: { amountMinor: 93n, currency: 'EUR', text: 'EUR\u00a00.93' },
  original: { amountMinor: 100n, currency: 'USD', text: 'USD\u00a01.00' },
  rateTableId: 7,
  rate: '1 EUR = 1.0837 USD',
};

/** The same level, sold in another currency, its amounts as the wallet writes them in a language. */
function convertedIn(language: Language): ShownChanges {
  const money = (amountMinor: bigint, currency: string): Shown['total'] => ({
    amountMinor,
    currency,
    text: formatMoney({ amountMinor, currency }, language),
  });
  const { rateTableId, rate } = converted;
  return { total: money(93n, 'EUR'), original: money(100n, 'USD'), rateTableId, rate } as ShownChanges;
}

/** What a hostile publisher might put into texts. */
export const hostile: ShownChanges = {
  payee: '\u202eskroW nemuL',
  title: `<b onclick="alert(1)">FREE</b> ${'W'.repeat(120)}`,
  description: `a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301 \u2066EUR 0.00\u2069 ${'x'.repeat(1_500)}\n\n\u200b\u200b pay`,
  refund: 'no\u0000ne '.repeat(200),
};

/** One state of each kind, by a name for its picture. */
export function statesIn(language: Language): Record<string, OverlayState> {
  const shown = shownIn(language);
  return {
    loading: { kind: 'loading' },
    review: { kind: 'review', shown },
    converted: { kind: 'review', shown: shownIn(language, convertedIn(language)) },
    'not-enough': { kind: 'review', shown: shownIn(language, { sufficiency: 'not-enough' }) },
    hostile: { kind: 'review', shown: shownIn(language, hostile) },
    elsewhere: { kind: 'elsewhere', shown: shownIn(language, { consent: 'pin' }) },
    'elsewhere-password': { kind: 'elsewhere', shown: shownIn(language, { consent: 'password' }) },
    paying: { kind: 'paying', shown },
    pending: { kind: 'pending', shown },
    granted: { kind: 'granted', shown },
    refused: { kind: 'refused', code: 'INSUFFICIENT', charged: 'no', text: '', shown },
    'refused-unknown': { kind: 'refused', code: 'CARD_TORN', charged: 'unknown', text: '', shown },
    'card-absent': { kind: 'refused', code: 'CARD_ABSENT', charged: 'no', text: '', shown },
    offline: { kind: 'refused', code: 'BUSY', charged: 'no', text: '', shown },
    'wallet-absent': { kind: 'unreachable', reason: 'wallet-absent' },
    'wallet-permission': { kind: 'unreachable', reason: 'wallet-permission' },
    'wallet-ask': { kind: 'unreachable', reason: 'wallet-ask' },
    'wallet-unfit': { kind: 'unreachable', reason: 'wallet-unfit' },
    'not-paired': { kind: 'unreachable', reason: 'not-paired' },
    'needs-code': { kind: 'unreachable', reason: 'needs-code' },
  };
}
