/**
 * `npm run sheet -- [language ...]`: one PNG contact sheet per language in test-output/sheet/, drawn by the overlay itself in
 * Chromium: every state (a row) x three canvas sizes x three themes x text at 100 and 200 %. Every picture's rectangles and
 * ink are checked; each finding is printed, and any makes the exit code 1.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openStage } from '../tests/overlay/lib/browser.ts';
import { EVERY_LANGUAGE, statesIn } from '../tests/overlay/lib/samples.ts';

const THEMES = ['lantern', 'arcade', 'paper'] as const;
const TEXT_SIZES = [1, 2] as const;
/** Left edge of each size's block of six in a row, and how many of them stand side by side. */
const SIZES = [
  { width: 320, height: 180, x: 0, across: 3 },
  { width: 640, height: 360, x: 960, across: 3 },
  { width: 360, height: 640, x: 2_880, across: 6 },
] as const;
const ROW = { width: 5_040, height: 720, head: 26 } as const;
const ROWS = [...Object.keys(statesIn('en')), 'confirm', 'confirm-hostile'];

const out = new URL('../test-output/sheet/', import.meta.url);
mkdirSync(out, { recursive: true });
const asked = process.argv.slice(2);
const unknown = asked.filter((one) => !EVERY_LANGUAGE.some((language) => language === one));
if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: expected some of ${EVERY_LANGUAGE.join(' ')}`);
const languages = EVERY_LANGUAGE.filter((language) => asked.length === 0 || asked.includes(language));

const { page, close, complaints } = await openStage();
// tsx names inner functions by a helper that the page does not have.
await page.evaluate('globalThis.__name = (one) => one');
let findings = 0;
for (const language of languages) {
  const startedAt = performance.now();
  await page.evaluate(([row, rows]) => window.stage.sheet.begin(row.width, rows.length * (row.height + row.head)), [
    ROW,
    ROWS,
  ] as const);
  const found: string[] = [];
  let pictures = 0;
  for (const size of SIZES)
    for (const [textAt, textScale] of TEXT_SIZES.entries())
      for (const [themeAt, theme] of THEMES.entries()) {
        const at = textAt * THEMES.length + themeAt;
        const x = size.x + (at % size.across) * size.width;
        const y = ROW.head + Math.floor(at / size.across) * size.height;
        found.push(
          ...(await page.evaluate(
            async ([locale, { width, height }, text, look, rows, row, left, top]) => {
              const { stage } = window;
              await stage.open({ width, height, textScale: text, theme: look, locale, walletOpens: true });
              const all = stage.statesIn(locale);
              const wrong: string[] = [];
              for (const [line, name] of rows.entries()) {
                const isConfirm = name.startsWith('confirm');
                const state = all[isConfirm ? (name.split('-')[1] ?? 'review') : name];
                if (state === undefined) throw new Error(`sheet: no state ${name}`);
                stage.show(state);
                if (isConfirm) stage.goOn();
                else stage.run(50);
                const problems = stage.problems(isConfirm ? 'confirm' : 'review');
                if (name === 'review') problems.push(...stage.problems('review', 20));
                wrong.push(...problems.map((one) => `${name} ${width}x${height} ${look} ${text * 100} %: ${one}`));
                stage.sheet.place(left, line * (row.height + row.head) + top);
              }
              return wrong;
            },
            [language, size, textScale, theme, ROWS, ROW, x, y] as const,
          )),
        );
        pictures += ROWS.length;
      }
  const png = await page.evaluate(
    ([names, row, locale]) => {
      for (const [line, name] of names.entries())
        window.stage.sheet.write(`${locale}  ${name}`, 8, line * (row.height + row.head) + row.head - 7);
      return window.stage.sheet.png();
    },
    [ROWS, ROW, language] as const,
  );
  const file = fileURLToPath(new URL(`${language}.png`, out));
  writeFileSync(file, Buffer.from(png, 'base64'));
  // The three themes share their rectangles: one line for all of them is enough.
  const distinct = [...new Set(found.map((one) => one.replace(/ (?:lantern|arcade|paper) /, ' ')))];
  findings += distinct.length;
  for (const one of distinct) console.log(`FOUND ${language} ${one}`);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${language}: ${pictures} pictures, ${distinct.length} findings, ${seconds} s: ${file}`);
}
for (const complaint of complaints) console.log(`FOUND in the console: ${complaint}`);
await close();
process.exitCode = findings + complaints.length === 0 ? 0 : 1;
