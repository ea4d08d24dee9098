/**
 * Writes the font chunks beside this file as base64, so that no bundler setting and no second request is needed: Inter's latin
 * subset as @fontsource/inter has it; and the characters of `characters.ts` out of Noto Sans Arabic and Noto Sans JP, cut by
 * subset-font to the dialog's weights. Imported by tests only; run after an update of a font or of the words in those languages:
 * `node --conditions=coinslot-source --import tsx overlay/src/font/embed-font.ts`, then `npx prettier --write overlay/src/font`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import subsetFont from 'subset-font';
import { ARABIC_CHARACTERS, JAPANESE_CHARACTERS } from './characters.ts';
import type { FontPart } from './load.ts';

const require = createRequire(import.meta.url);
/** A variable font keeps what lies between. */
const WEIGHTS = { min: 400, max: 600 };

const fileOf = (path: string): Buffer => readFileSync(require.resolve(path));

/** The characters that a file is to give, as CSS `unicode-range` has it, and its subset. */
async function partOf(file: string, characters: string, features?: string[]): Promise<FontPart> {
  const bytes = await subsetFont(fileOf(file), characters, {
    targetFormat: 'woff2',
    variationAxes: { wght: WEIGHTS },
    noHinting: true,
    ...(features && { keepFeatures: features }),
  });
  return { range: rangeOf(characters), woff2: bytes.toString('base64') };
}

const hex = (code: number): string => code.toString(16).toUpperCase();

/** `U+3042-3044,U+3046`: neighbours joined. */
export function rangeOf(characters: string): string {
  const codes = Array.from(characters, (character) => character.codePointAt(0) ?? 0).sort((a, b) => a - b);
  const spans: [number, number][] = [];
  for (const code of codes) {
    const last = spans.at(-1);
    if (last !== undefined && last[1] === code - 1) last[1] = code;
    else spans.push([code, code]);
  }
  return spans.map(([from, to]) => (from === to ? `U+${hex(from)}` : `U+${hex(from)}-${hex(to)}`)).join(',');
}

export const arabicParts = async (): Promise<FontPart[]> => [
  await partOf(
    '@fontsource-variable/noto-sans-arabic/files/noto-sans-arabic-arabic-wght-normal.woff2',
    ARABIC_CHARACTERS,
  ),
];

/** Japanese comes in some hundred files, the common characters in the last of them; a part is cut from each that is needed. */
export async function japaneseParts(): Promise<FontPart[]> {
  const ranges = JSON.parse(fileOf('@fontsource-variable/noto-sans-jp/unicode.json').toString()) as Record<
    string,
    string
  >;
  const parts: FontPart[] = [];
  let missing = JAPANESE_CHARACTERS;
  for (const [name, range] of Object.entries(ranges)) {
    const has = within(range);
    const wanted = Array.from(missing).filter(has).join('');
    if (wanted === '') continue;
    missing = Array.from(missing)
      .filter((character) => !has(character))
      .join('');
    const file = `@fontsource-variable/noto-sans-jp/files/noto-sans-jp-${name.replaceAll(/[[\]]/g, '')}-wght-normal.woff2`;
    // Lines run from left to right, each character a square: nothing of its layout features is used.
    parts.push(await partOf(file, wanted, []));
  }
  if (missing !== '') throw new RangeError(`noto-sans-jp: has no ${missing}`);
  return parts;
}

/** Whether a character is within a CSS `unicode-range`. */
export function within(range: string): (character: string) => boolean {
  const spans = range.split(',').map((span) => {
    const [from = '', to = from] = span.trim().slice(2).split('-');
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const;
  });
  return (character) => {
    const code = character.codePointAt(0) ?? 0;
    return spans.some(([from, to]) => code >= from && code <= to);
  };
}

function write(name: string, about: string, constant: string): void {
  const header = `/**\n * ${about} Written by embed-font.ts.\n * SIL Open Font License 1.1 (OFL.txt).\n */\n`;
  writeFileSync(new URL(`./${name}.ts`, import.meta.url), `${header}${constant}\n`);
}

function writeInter(): void {
  const entries = [400, 600].map((weight) => {
    const file = fileOf(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
    return `  ${weight}: '${file.toString('base64')}',\n`;
  });
  write(
    'inter-latin',
    'Inter, latin subset, woff2 in base64, by weight. Copyright 2016 The Inter Project Authors (https://github.com/rsms/inter).',
    `export const INTER_LATIN: Readonly<Record<400 | 600, string>> = {\n${entries.join('')}};`,
  );
}

function writeParts(name: string, about: string, constant: string, parts: readonly FontPart[]): void {
  const entries = parts.map(({ range, woff2 }) => `  { range: '${range}', woff2: '${woff2}' },\n`).join('');
  write(
    name,
    `The characters of characters.ts in ${about}, woff2 in base64.`,
    `import type { FontPart } from './load.ts';\n\nexport const ${constant}: readonly FontPart[] = [\n${entries}];`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeInter();
  writeParts('arabic', 'Noto Sans Arabic (Copyright 2022 The Noto Project Authors)', 'ARABIC', await arabicParts());
  writeParts(
    'japanese',
    'Noto Sans JP (Copyright 2014-2021 Adobe, http://www.adobe.com)',
    'JAPANESE',
    await japaneseParts(),
  );
}
