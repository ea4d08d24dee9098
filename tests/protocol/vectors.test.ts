/** The vector files: each gets the verdict it names, and all are what the script makes. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CODES } from '@coinslot/protocol';
import { refusalOf } from './refusals.ts';
import { AREAS, generateVectors, vectorFiles, vectorText } from './vectors/generate.ts';
import { putToDoor, type Vector } from './vectors/vector.ts';

const read = (path: string): string => readFileSync(new URL(`./vectors/${path}`, import.meta.url), 'utf8');
const files = vectorFiles();

it('are what the script makes, no file more and none less', () => {
  const made = generateVectors();
  expect(files).toEqual([...made.keys()].sort());
  const changed = files.filter((path) => read(path) !== vectorText(made.get(path)!));
  expect(changed).toEqual([]);
});

describe.each(AREAS)('%s', (area) => {
  const vectors = files.filter((path) => path.startsWith(`${area}/`)).map((path) => JSON.parse(read(path)) as Vector);

  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    expect(refusalOf(() => putToDoor(vector))).toBe(vector.expect);
    expect(['accepted', ...Object.keys(CODES)]).toContain(vector.expect);
  });

  it('has one to accept and one to refuse', () => {
    const verdicts = new Set(vectors.map((vector) => vector.expect === 'accepted'));
    expect(verdicts.size).toBe(2);
  });
});
