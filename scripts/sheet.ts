/**
 * `npm run sheet -- [language ...]`: one PNG contact sheet per language in test-output/sheet/, drawn by the overlay itself in
 * Chromium: every state (a row) x three canvas sizes x three themes x text at 100 and 200 %. `--offers <studio folder>`: every offer of
 * its `offers.yaml` in place of the states, in test-output/sheet-offers/. Every picture's rectangles and ink are checked; each finding
 * is printed, and any makes the exit code 1. One sheet for all languages would be larger than a canvas may be.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FaultsError } from '@coinslot/publisher';
import { openStage } from '../tests/overlay/lib/browser.ts';
import { EVERY_LANGUAGE, statesIn } from '../tests/overlay/lib/samples.ts';
import { drawSheet, type SheetRow } from './sheet/draw.ts';
import { offerRows, readStudioOffers } from './sheet/offers.ts';

type SheetLanguage = (typeof EVERY_LANGUAGE)[number];

const { values, positionals: asked } = parseArgs({ options: { offers: { type: 'string' } }, allowPositionals: true });
const unknown = asked.filter((one) => !EVERY_LANGUAGE.some((language) => language === one));
if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: expected some of ${EVERY_LANGUAGE.join(' ')}`);
const languages = EVERY_LANGUAGE.filter((language) => asked.length === 0 || asked.includes(language));

try {
  const rowsIn = rowsOf(values.offers);
  process.exitCode = (await drawAll(rowsIn, values.offers === undefined ? 'sheet' : 'sheet-offers')) === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof FaultsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** What the sheet of a language shows. */
function rowsOf(studio: string | undefined): (language: SheetLanguage) => readonly SheetRow[] {
  if (studio === undefined) return stateRows;
  const offers = readStudioOffers(studio);
  return (language) => offerRows(offers, language);
}

/** Every state of the dialog, and the second step of an honest and of a hostile offer. */
function stateRows(language: SheetLanguage): readonly SheetRow[] {
  const states = statesIn(language);
  const rows = Object.entries(states).map(([name, state]) => ({
    ...{ name, state, step: 'review' as const },
    closesSoon: name === 'review',
  }));
  const confirm = { step: 'confirm', closesSoon: false } as const;
  return [
    ...rows,
    { ...confirm, name: 'confirm', state: states['review']! },
    { ...confirm, name: 'confirm-hostile', state: states['hostile']! },
  ];
}

/** Draws and writes a sheet per language; how many things are wrong. */
async function drawAll(rowsIn: (language: SheetLanguage) => readonly SheetRow[], folder: string): Promise<number> {
  const out = new URL(`../test-output/${folder}/`, import.meta.url);
  mkdirSync(out, { recursive: true });
  const { page, close, complaints } = await openStage();
  // tsx names inner functions by a helper that the page does not have.
  await page.evaluate('globalThis.__name = (one) => one');
  let wrong = 0;
  for (const language of languages) {
    const startedAt = performance.now();
    const { png, pictures, findings } = await drawSheet(page, language, rowsIn(language));
    const file = fileURLToPath(new URL(`${language}.png`, out));
    writeFileSync(file, png);
    wrong += findings.length;
    for (const one of findings) console.log(`FOUND ${language} ${one}`);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(`${language}: ${pictures} pictures, ${findings.length} findings, ${seconds} s: ${file}`);
  }
  for (const complaint of complaints) console.log(`FOUND in the console: ${complaint}`);
  await close();
  return wrong + complaints.length;
}
