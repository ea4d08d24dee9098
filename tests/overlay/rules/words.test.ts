import { CODES, type CodeName } from '@coinslot/protocol';
import type { OverlayState } from '@coinslot/overlay';
import { describe, expect, it } from 'vitest';
import { announcementOf, viewOf, type View } from '../../../overlay/src/dialog/view.ts';
import { everyString } from '../../../overlay/src/font/characters.ts';
import { LANGUAGES, wordsFor, type Language } from '../../../overlay/src/words/index.ts';
import { EVERY_LANGUAGE, shownIn, statesIn } from '../lib/samples.ts';

/** Words that press, hurry, shame or flatter, by language. `$` stands for no letter after it. */
const LINT: Readonly<Record<Language, readonly RegExp[]>> = {
  en: [
    /\b(hurry|last chance|only today|don.t miss|miss out|limited|act now|unlock now|best|deal|sale|free|bonus|special)\b/i,
    /\b(lose|loser|coward|are you sure|really|regret|sad|sorry|please|just|unfortunately|recommended)\b/i,
  ],
  fr: [
    /\b(dépêchez|dernière chance|ne manquez|offre limitée|gratuit|meilleur|promo|dommage|vraiment|regret|désolé|hélas)/i,
    /\b(sûr|seulement aujourd|profitez|malheureusement|recommandé)/i,
  ],
  de: [
    /\b(beeil|letzte chance|nur heute|nicht verpassen|verpass|limitiert|begrenzt|gratis|kostenlos|umsonst|bonus|rabatt|beste)/i,
    /\b(leider|schade|wirklich|sicher, dass|bereuen|traurig|feigling|verlier|bitte|empfohlen|nur noch|profitieren)/i,
  ],
  es: [
    /(date prisa|\bcorre\b|última oportunidad|solo hoy|sólo hoy|no te pierdas|limitad|gratis|mejor|descuento|promoci|chollo)/i,
    /(lástima|de verdad|seguro que|arrepent|triste|cobarde|perder|lo siento|por favor|lamentable|recomendad|aprovecha)/i,
  ],
  ja: [
    /(急いで|今だけ|最後のチャンス|お見逃し|限定|お得|無料|特別|セール|割引|ボーナス|お急ぎ)/,
    /(残念|本当に|後悔|損|悲し|負け|申し訳|ぜひ|おすすめ|もったいない)/,
  ],
  ar: [
    /(أسرع|الفرصة الأخيرة|فرصة أخيرة|اليوم فقط|لا تفوت|محدود|مجان|أفضل|خصم خاص|تخفيض|مكافأة|سارع)/,
    /(للأسف|متأكد|(?<!\p{L})حقًا|ستندم|حزين|جبان|خاسر|تخسر|عذرًا|من فضلك|رجاءً|ينصح)/u,
  ],
};

describe('rule 4: no shaming, pressing or hurrying words', () => {
  it.each(EVERY_LANGUAGE)('in %s', (language) => {
    for (const [path, text] of everyString(LANGUAGES[language]))
      for (const pattern of [...LINT[language], /[!！]/]) expect(text, `${language}${path}`).not.toMatch(pattern);
  });

  it('the answer no and the answer yes are said about as shortly', () => {
    for (const { notNow, goOn } of Object.values(LANGUAGES))
      expect(Math.abs(notNow.length - goOn.length)).toBeLessThanOrEqual(6);
  });
});

describe('rule 17: every string translatable, plural-safe; en fr de es ja ar shipped', () => {
  it('are the six languages, each with every word', () => {
    expect(Object.keys(LANGUAGES).sort()).toEqual(['ar', 'de', 'en', 'es', 'fr', 'ja']);
    const paths = [...everyString(LANGUAGES.en).keys()].sort();
    for (const [language, words] of Object.entries(LANGUAGES)) {
      const strings = everyString(words);
      expect([...strings.keys()].sort(), language).toEqual(paths);
      for (const [path, text] of strings) expect(text.trim(), `${language}${path}`).not.toBe('');
    }
  });

  it('nothing was left in English, and no two languages were mixed up', () => {
    const shared = /^\.(locale|direction|code|total|test|stepShort|forGame|unreachable)/;
    for (const one of EVERY_LANGUAGE)
      for (const other of EVERY_LANGUAGE) {
        if (one >= other) continue;
        const others = everyString(LANGUAGES[other]);
        const same = [...everyString(LANGUAGES[one])].filter(([path, text]) => others.get(path) === text);
        expect(same.map(([path]) => path).filter((path) => !shared.test(path))).toEqual([]);
      }
  });

  it('each is written in its own script', () => {
    const scripts = {
      ja: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u,
      ar: /\p{Script=Arabic}/u,
    } as const;
    for (const [language, script] of Object.entries(scripts))
      for (const [path, text] of everyString(LANGUAGES[language as Language]))
        if (!/^\.(locale|direction|stepShort)/.test(path)) expect(text, `${language}${path}`).toMatch(script);
  });

  it('counts in every plural form that the language has', () => {
    const said = (language: Language): Map<Intl.LDMLPluralRule, string> => {
      const rules = new Intl.PluralRules(language);
      const found = new Map<Intl.LDMLPluralRule, string>();
      for (let count = 0; count <= 120; count += 1) {
        const words = wordsFor(language).closesSoon(count).replaceAll(String(count), '#');
        const form = rules.select(count);
        // Every number of one form is said the same way.
        expect(found.get(form) ?? words, `${language} ${count}`).toBe(words);
        found.set(form, words);
      }
      return found;
    };
    expect(new Set(said('en').values()).size).toBe(2);
    expect(new Set(said('ja').values()).size).toBe(1);
    expect([...said('ar').keys()].sort()).toEqual(['few', 'many', 'one', 'other', 'two', 'zero']);
    expect(wordsFor('ar').closesSoon(5)).toContain('5 ثوانٍ');
    expect(wordsFor('ar').closesSoon(20)).toContain('20 ثانية');
    expect(wordsFor('fr').closesSoon(0)).toContain('0 seconde,');
    expect(wordsFor('de').closesSoon(1)).toContain('1 Sekunde,');
    expect(wordsFor('es').closesSoon(2)).toContain('2 segundos ');
  });

  it('keeps the typography of French, Spanish and Japanese', () => {
    for (const [path, text] of everyString(LANGUAGES.fr)) {
      expect(text, path).not.toMatch(/ [?!;:»]|« |[a-zé][?!;]/);
      expect(text, path).not.toContain("'");
    }
    for (const [path, text] of everyString(LANGUAGES.es))
      expect(text.includes('?'), `${path}: ${text}`).toBe(text.includes('¿'));
    for (const [path, text] of everyString(LANGUAGES.ja)) expect(text, path).not.toMatch(/[\p{Script=Han}ぁ-ヿ][,.?]/u);
    for (const [path, text] of everyString(LANGUAGES.ar)) expect(text, path).not.toMatch(/\p{Script=Arabic}[,;?]/u);
  });

  it('are found for a region, and in English where a language is not shipped', () => {
    expect(wordsFor('fr-CA').locale).toBe('fr');
    expect(wordsFor('AR-eg').locale).toBe('ar');
    expect(wordsFor('eo').locale).toBe('en');
    expect(wordsFor('__proto__').locale).toBe('en');
    expect(wordsFor('constructor').locale).toBe('en');
  });

  it('reads from right to left in Arabic also where no offer is known yet', () => {
    expect(viewIn('ar', { kind: 'loading' }).direction).toBe('rtl');
    expect(viewIn('ja', { kind: 'loading' }).direction).toBe('ltr');
  });
});

const viewIn = (locale: string, state: OverlayState): View =>
  viewOf(state, { locale, walletOpens: false, step: 'review', closesInSeconds: null });

describe('a key that is absent: what happened and what to do, each once', () => {
  it.each(EVERY_LANGUAGE)('in %s', (language) => {
    const { codes, remedies } = LANGUAGES[language];
    const saidWith = (text: string): string[] => {
      const refused = { kind: 'refused', code: 'KEY_ABSENT', charged: 'no', shown: shownIn(language) } as const;
      return viewIn(language, { ...refused, text })
        .passages.filter(({ kind }) => kind === 'text')
        .map((passage) => passage.text);
    };
    expect(saidWith('')).toEqual([codes.KEY_ABSENT]);
    expect(saidWith('The card does not hold it.')).toEqual(['The card does not hold it.', remedies.KEY_ABSENT]);
  });
});

describe('rule 18: a message of its own for whatever is missing, with what is known about the charge', () => {
  it.each(EVERY_LANGUAGE)('in %s', (language) => {
    const { charged } = LANGUAGES[language];
    const shown = shownIn(language);
    const refused = (code: CodeName): OverlayState => ({
      kind: 'refused',
      code,
      charged: CODES[code].charged,
      text: '',
      shown,
    });
    const troubles: readonly [what: string, OverlayState, keyof typeof charged][] = [
      ['wallet absent', { kind: 'unreachable', reason: 'wallet-absent' }, 'no'],
      ['permission not asked yet', { kind: 'unreachable', reason: 'wallet-ask' }, 'no'],
      ['permission denied', { kind: 'unreachable', reason: 'wallet-permission' }, 'no'],
      ['page that cannot ask', { kind: 'unreachable', reason: 'wallet-unfit' }, 'no'],
      ['not connected', { kind: 'unreachable', reason: 'not-paired' }, 'no'],
      ['installed game without a code', { kind: 'unreachable', reason: 'needs-code' }, 'no'],
      ['card absent', refused('CARD_ABSENT'), 'no'],
      ['card pulled', refused('CARD_TORN'), 'unknown'],
      ['offline', refused('BUSY'), 'no'],
      ['slow', { kind: 'pending', shown }, 'unknown'],
      ['slow, and asked again', refused('PENDING'), 'unknown'],
    ];
    const messages = troubles.map(([what, state, known]) => {
      const view = viewIn(language, state);
      const said = [...view.passages.map(({ text }) => text), view.amount?.text ?? ''];
      expect(said, what).toContain(charged[known]);
      expect(announcementOf(view), what).toContain(charged[known]);
      // The first choice goes on with the game.
      expect(['close', 'leave'], what).toContain(view.choices[0]?.id);
      return view.passages.find(({ kind }) => kind === 'text')?.text;
    });
    expect(new Set(messages).size).toBe(troubles.length);
  });

  it('says something of its own for every code', () => {
    for (const words of Object.values(LANGUAGES)) {
      const texts = (Object.keys(CODES) as CodeName[]).map((code) => words.codes[code]);
      expect(new Set(texts).size).toBe(texts.length);
    }
  });
});

describe('what is announced', () => {
  it('names place and amount in every state', () => {
    for (const language of EVERY_LANGUAGE)
      for (const state of Object.values(statesIn(language))) {
        const view = viewIn(language, state);
        expect(announcementOf(view)).toContain(view.title);
        if (view.amount !== null) expect(announcementOf(view)).toContain(view.amount.text);
      }
  });

  it('is spoken in the language of the offer, not of the page', () => {
    expect(viewIn('en', { kind: 'granted', shown: shownIn('fr') }).words.locale).toBe('fr');
  });
});
