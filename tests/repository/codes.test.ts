import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CODES, type CodeName } from '@coinslot/protocol';
import { expect, it } from 'vitest';

/** In the closed list for parts that are not built yet: cards, revocation lists, closed months, the fairness guard. */
const RESERVED: readonly CodeName[] = [
  ...(Object.keys(CODES) as CodeName[]).filter((code) => code.startsWith('CARD_') || code.startsWith('RECORD_')),
  'CHAIN_REVOKED',
  'CHAIN_STALE',
  'PERIOD_CLOSED',
  'FAIRNESS',
];
/** A stranger hears the same bare 403 whatever was wrong: these two are only in the wallet's log. */
const ONLY_LOGGED: readonly CodeName[] = ['ORIGIN_REFUSED', 'HOST_REFUSED'];

const TESTS = resolve(import.meta.dirname, '..');

function testTexts(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const path = join(folder, one.name);
    if (one.isDirectory()) return testTexts(path);
    return one.name.endsWith('.test.ts') && path !== import.meta.filename ? [readFileSync(path, 'utf8')] : [];
  });
}

it('every code that can occur is named by a test', () => {
  const texts = testTexts(TESTS);
  const codes = (Object.keys(CODES) as CodeName[]).filter((code) => ![...RESERVED, ...ONLY_LOGGED].includes(code));
  const untested = codes.filter((code) => !texts.some((text) => new RegExp(`['"\`]${code}['"\` ]`).test(text)));
  expect(codes.length).toBeGreaterThan(30);
  expect(untested).toEqual([]);
});
