/**
 * Which characters the Arabic and the Japanese font chunk have: all that the overlay says in that language, and what amounts,
 * dates, grants and ordinary names take. Anything else is drawn by the system's font. Imported by embed-font.ts and tests only.
 */
import { ar } from '../words/ar.ts';
import { ja } from '../words/ja.ts';
import type { Words } from '../words/words.ts';

/** Every string of a language, its functions called with numbers of every plural form. */
export function everyString(words: Words): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'string') found.set(path, value);
    else if (typeof value === 'function')
      for (const count of [0, 1, 2, 3, 11, 100])
        found.set(`${path}(${count})`, String((value as (...of: unknown[]) => unknown)(count, 2)));
    else for (const [key, inner] of Object.entries(value as object)) walk(inner, `${path}.${key}`);
  };
  walk(words, '');
  return found;
}

const between = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at));

const saidIn = (words: Words, script: RegExp): string[] =>
  [...everyString(words).values()].flatMap((text) => Array.from(text)).filter((character) => script.test(character));

const sorted = (characters: readonly string[]): string => [...new Set(characters)].sort().join('');

/** Letters and marks of Arabic, the letters that Persian and Urdu names add, three sets of digits' marks, punctuation. */
export const ARABIC_CHARACTERS = sorted([
  ...between(0x621, 0x655),
  ...'٠١٢٣٤٥٦٧٨٩٪٫٬ٰپچژکگھہیۀے۰۱۲۳۴۵۶۷۸۹،؛؟ـ',
  ...saidIn(ar, /[\u0600-\u06ff]/),
]);

/** Characters of dates, times, grants, refunds, the wallet's refusals and plain titles, beyond what the overlay itself says. */
const JAPANESE_EVERYDAY =
  '日月火水木金土曜年時分秒間回数使用遊永久有効期限一二三四五六七八九十百千万億円無料第面章話編新作品物語世界星空海山川森城王国戦闘士勇者魔法剣' +
  '夜朝光影花鳥風雪雨雲冬春夏秋東西南北中上下左右前後大小高低長短古今男女子人名店会社合同株式夢旅道駅車町村島竜龍神天地心力愛友情敵味方強弱早速' +
  '読案機関失供招口座達現在複製欠依成立持欄送刻生買聞負' +
  '追加場景曲音楽絵画本文字幕放題以内先請求理由不可要済未引換券札枚個点倍組購入利用返金連絡問申込受付可能終了開始制ご灯帯部屋床動夕足渡広待';

/** Kana but for the rarest, full-width punctuation, the characters that are said, and everyday ones. */
export const JAPANESE_CHARACTERS = sorted([
  ...between(0x3041, 0x3093),
  ...between(0x30a1, 0x30f4).filter((character) => !'ヮヰヱヲ'.includes(character)),
  ...'ヵヶ・ー',
  ...'\u3000、。・「」『』（）【】〈〉《》：；！？〜々〆〇％＋－＝／～',
  ...JAPANESE_EVERYDAY,
  ...saidIn(ja, /[\u3000-\u9fff\uff00-\uffef]/),
]);
