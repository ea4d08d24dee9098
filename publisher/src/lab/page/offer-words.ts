/**
 * The wallet's own sentences about what an offer opens and how it is refunded, so that a preview reads as players will read it.
 * The wallet cannot be imported here: these are its words again, and a test holds them to the wallet's.
 */

/** A text for each form that a language tells apart; `#` stands for the number. */
type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

interface OfferWords {
  readonly level: string;
  readonly scene: string;
  readonly forever: string;
  readonly minutes: Forms;
  readonly uses: Forms;
  readonly period: Forms;
  /** `{}` stands for the date. */
  readonly until: string;
  /** `{}` stands for the contact. */
  readonly refund: Forms;
  readonly noRefund: string;
}

export const PREVIEW_LANGUAGES = ['en', 'fr', 'de', 'es', 'ja', 'ar'] as const;
export type PreviewLanguage = (typeof PREVIEW_LANGUAGES)[number];

const WORDS: Readonly<Record<PreviewLanguage, OfferWords>> = {
  en: {
    level: 'One level, yours to keep',
    scene: 'One scene, yours to keep',
    forever: 'Yours to keep, without a time limit',
    minutes: {
      one: '# minute of play, counted only while you play',
      other: '# minutes of play, counted only while you play',
    },
    uses: { one: '# use', other: '# uses' },
    period: { one: '# day from the payment', other: '# days from the payment' },
    until: 'Until {}',
    refund: { one: 'Refund on request within # day: {}', other: 'Refund on request within # days: {}' },
    noRefund: 'No refund once used. Questions: {}',
  },
  fr: {
    level: 'Un niveau, à vous pour toujours',
    scene: 'Une scène, à vous pour toujours',
    forever: 'À vous pour toujours, sans limite de durée',
    minutes: {
      one: '# minute de jeu, comptées seulement quand vous jouez',
      other: '# minutes de jeu, comptées seulement quand vous jouez',
    },
    uses: { one: '# utilisation', other: '# utilisations' },
    period: { one: '# jour à partir du paiement', other: '# jours à partir du paiement' },
    until: 'Jusqu’au {}',
    refund: {
      one: 'Remboursement sur demande pendant # jour : {}',
      other: 'Remboursement sur demande pendant # jours : {}',
    },
    noRefund: 'Pas de remboursement après utilisation. Questions : {}',
  },
  de: {
    level: 'Ein Level, dauerhaft für Sie',
    scene: 'Eine Szene, dauerhaft für Sie',
    forever: 'Dauerhaft für Sie, ohne zeitliche Grenze',
    minutes: {
      one: '# Spielminute, gezählt nur, während Sie spielen',
      other: '# Spielminuten, gezählt nur, während Sie spielen',
    },
    uses: { one: '# Nutzung', other: '# Nutzungen' },
    period: { one: '# Tag ab der Zahlung', other: '# Tage ab der Zahlung' },
    until: 'Bis {}',
    refund: {
      one: 'Erstattung auf Wunsch innerhalb von # Tag: {}',
      other: 'Erstattung auf Wunsch innerhalb von # Tagen: {}',
    },
    noRefund: 'Keine Erstattung nach der Nutzung. Fragen: {}',
  },
  es: {
    level: 'Un nivel, tuyo para siempre',
    scene: 'Una escena, tuya para siempre',
    forever: 'Tuyo para siempre, sin límite de tiempo',
    minutes: {
      one: '# minuto de juego, contados solo mientras juegas',
      other: '# minutos de juego, contados solo mientras juegas',
    },
    uses: { one: '# uso', other: '# usos' },
    period: { one: '# día desde el pago', other: '# días desde el pago' },
    until: 'Hasta el {}',
    refund: { one: 'Reembolso si lo pides en # día: {}', other: 'Reembolso si lo pides en # días: {}' },
    noRefund: 'Sin reembolso una vez usado. Preguntas: {}',
  },
  ja: {
    level: 'レベル1つ（買い切り）',
    scene: 'シーン1つ（買い切り）',
    forever: '買い切り（期限なし）',
    minutes: { other: 'プレイ時間 # 分（遊んでいる間だけ数えます）' },
    uses: { other: '# 回分' },
    period: { other: '支払いから # 日間' },
    until: '{} まで',
    refund: { other: '# 日以内に申し出があれば返金します：{}' },
    noRefund: '使用後の返金はありません。お問い合わせ：{}',
  },
  ar: {
    level: 'مستوى واحد يبقى لك',
    scene: 'مشهد واحد يبقى لك',
    forever: 'يبقى لك دائمًا، دون حد زمني',
    minutes: {
      zero: '# دقيقة، لا تُحسب إلا أثناء اللعب',
      one: 'دقيقة لعب واحدة، لا تُحسب إلا أثناء اللعب',
      two: 'دقيقتا لعب، لا تُحسب إلا أثناء اللعب',
      few: '# دقائق لعب، لا تُحسب إلا أثناء اللعب',
      many: '# دقيقة لعب، لا تُحسب إلا أثناء اللعب',
      other: '# دقيقة لعب، لا تُحسب إلا أثناء اللعب',
    },
    uses: {
      zero: '# استخدام',
      one: 'استخدام واحد',
      two: 'استخدامان',
      few: '# استخدامات',
      many: '# استخدامًا',
      other: '# استخدام',
    },
    period: {
      zero: '# يوم ابتداءً من الدفع',
      one: 'يوم واحد ابتداءً من الدفع',
      two: 'يومان ابتداءً من الدفع',
      few: '# أيام ابتداءً من الدفع',
      many: '# يومًا ابتداءً من الدفع',
      other: '# يوم ابتداءً من الدفع',
    },
    until: 'حتى {}',
    refund: {
      zero: 'يُسترد المال عند الطلب خلال # يوم: {}',
      one: 'يُسترد المال عند الطلب خلال يوم واحد: {}',
      two: 'يُسترد المال عند الطلب خلال يومين: {}',
      few: 'يُسترد المال عند الطلب خلال # أيام: {}',
      many: 'يُسترد المال عند الطلب خلال # يومًا: {}',
      other: 'يُسترد المال عند الطلب خلال # يوم: {}',
    },
    noRefund: 'لا يُسترد المال بعد الاستخدام. للأسئلة: {}',
  },
};

/** The language that the wallet would speak for a locale; English for one that it does not. */
export function previewLanguage(locale: string): PreviewLanguage {
  const language = locale.toLowerCase().split('-')[0] ?? '';
  return PREVIEW_LANGUAGES.find((one) => one === language) ?? 'en';
}

function counted(language: PreviewLanguage, forms: Forms, count: number): string {
  const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
  return form.replace('#', new Intl.NumberFormat(language, { numberingSystem: 'latn' }).format(count));
}

/** A grant of `offers.yaml` in the wallet's words. `dateText` writes the date of an `until`. */
export function grantText(
  language: PreviewLanguage,
  grant: { readonly kind: string; readonly quantity?: number; readonly untilMs?: number },
  dateText: (atMs: number) => string,
): string {
  const words = WORDS[language];
  const { kind, quantity = 0, untilMs = 0 } = grant;
  if (kind === 'level' || kind === 'scene' || kind === 'forever') return words[kind];
  if (kind === 'minutes' || kind === 'uses' || kind === 'period') return counted(language, words[kind], quantity);
  return words.until.replace('{}', dateText(untilMs));
}

export function refundText(language: PreviewLanguage, days: number, contact: string): string {
  const words = WORDS[language];
  return (days > 0 ? counted(language, words.refund, days) : words.noRefund).replace('{}', () => contact);
}
