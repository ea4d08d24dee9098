import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { INTER_LATIN } from '../../overlay/src/font/inter-latin.ts';

const require = createRequire(import.meta.url);

it.each([400, 600] as const)('the embedded font of weight %i is the one of @fontsource/inter', (weight) => {
  const file = require.resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
  expect(INTER_LATIN[weight]).toBe(readFileSync(file).toString('base64'));
});
