/**
 * Writes `inter-latin.ts` beside this file from the font files of @fontsource/inter: the latin subset in the two weights the
 * dialog uses, as base64, so that no bundler setting and no second request is needed. Imported by nothing; run after an
 * update of the font: `node --import tsx overlay/src/font/embed-font.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const weights = [400, 600];

const entries = weights.map((weight) => {
  const file = require.resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
  return `  ${weight}: '${readFileSync(file).toString('base64')}',`;
});

writeFileSync(
  new URL('./inter-latin.ts', import.meta.url),
  `/**
 * Inter, latin subset, woff2 in base64, by weight. Written by embed-font.ts.
 * Copyright 2016 The Inter Project Authors (https://github.com/rsms/inter), SIL Open Font License 1.1 (OFL.txt).
 */
export const INTER_LATIN: Readonly<Record<400 | 600, string>> = {
${entries.join('\n')}
};
`,
);
