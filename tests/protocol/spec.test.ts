/** The pages of `docs/` say what the code does: worked bytes, fields, link frames, codes. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CODES, LIMITS, MESSAGE_TYPES, type CodeName } from '@coinslot/protocol';
import { FRAMES } from './frames.ts';
import { SAMPLES } from './samples.ts';
import { blockNames, workedPages } from './worked-bytes.ts';

const page = (path: string): string => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');
const section = (text: string, heading: string): string => text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
const rows = (text: string): string[][] =>
  [...text.matchAll(/^\| (.*) \|$/gm)].map(([, row]) => row!.split(' | ').map((cell) => cell.trim()));

describe('worked bytes', () => {
  it.each(workedPages().map((one) => [one.page, one] as const))('%s', (_, { written, worked }) => {
    expect(written).toBe(worked);
  });

  it('are all in some page', () => {
    expect(
      workedPages()
        .flatMap(({ names }) => names)
        .sort(),
    ).toEqual([...blockNames()].sort());
  });
});

describe('messages.md', () => {
  const messages = page('spec/messages.md');
  it.each(SAMPLES.map((sample) => [sample.name, sample] as const))(
    'names the fields of %s in wire order',
    (name, { value }) => {
      const fields = rows(section(messages, name).split('\n**')[0]!).filter(([number]) => /^\d+$/.test(number!));
      expect(fields.map(([, field]) => field!.replaceAll('`', ''))).toEqual(Object.keys(value));
      expect(fields.map(([number]) => number)).toEqual(Object.keys(value).map((_, i) => `${i}`));
    },
  );
});

it('envelopes.md names every type with its number', () => {
  const listed = rows(section(page('spec/envelopes.md'), 'Types')).filter(([, name]) => name?.startsWith('`'));
  expect(Object.fromEntries(listed.map(([number, name]) => [name!.replaceAll('`', ''), Number(number)]))).toEqual(
    MESSAGE_TYPES,
  );
});

it('link.md names every frame with its fields', () => {
  const listed = rows(page('spec/link.md')).filter(([number]) => /^\d+$/.test(number!));
  const fields = listed.map(([, name, , cell]) => [
    name!.replaceAll('`', ''),
    cell!.split('; ').map((field) => /^\w+/.exec(field)![0]),
  ]);
  expect(Object.fromEntries(fields)).toEqual(
    Object.fromEntries(Object.entries(FRAMES).map(([kind, frame]) => [kind, Object.keys(frame)])),
  );
});

it('encoding.md states the bounds of limits.ts', () => {
  const text = page('spec/encoding.md');
  for (const bound of [LIMITS.messageBytesMax, LIMITS.termsBytesMax, LIMITS.valuesMax, LIMITS.crlBytesMax])
    expect(text).toContain(bound.toLocaleString('en'));
  expect(text).toContain(`| nesting of arrays | ${LIMITS.depthMax} |`);
  expect(text).toContain(`${LIMITS.timeMsMax}`);
});

it('certificates.md states the bounds of limits.ts', () => {
  const text = page('spec/certificates.md');
  const days = (ms: number): string => `${ms / 86_400_000}`;
  expect(text).toContain(`${LIMITS.crlBytesMax.toLocaleString('en')} bytes at most, TOO_LARGE`);
  expect(text).toContain(`more than ${days(LIMITS.crlGraceMsMax)} days after nextUpdate`);
  expect(text).toContain(`valid for ${days(LIMITS.chipLifeMsMax)} days at most`);
  expect(text).toContain(`software card for ${days(LIMITS.softwareCardLifeMsMax)}; longer`);
});

describe('codes.md', () => {
  const entries = page('reference/codes.md').split('\n### ').slice(1);
  const names = entries.map((entry) => entry.split('\n')[0]);

  it('has one entry for every code, in order of precedence', () => {
    expect(names).toEqual(Object.keys(CODES));
  });

  it.each(Object.keys(CODES) as CodeName[])('%s: number, charged, retryable, meaning and what to do', (name) => {
    const { number, charged, retryable } = CODES[name];
    const [heading, facts, meaning, remedy] = entries[names.indexOf(name)]!.split('\n\n');
    expect(heading).toBe(name);
    expect(facts).toBe(`${number} · charged: ${charged} · retryable: ${retryable ? 'yes' : 'no'}`);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(remedy?.trim()).toMatch(/^\*What to do\.\* [A-Z].*\.$/);
  });
});
