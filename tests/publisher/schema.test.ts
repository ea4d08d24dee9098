/** The JSON Schema files for editors: committed as generated, and of one mind with the command. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatSchemas } from '@coinslot/publisher';
import Ajv from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { demoFile, REPOSITORY } from './lib/studio.ts';

interface Field {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly additionalProperties?: Field | boolean;
  readonly items?: Field;
  readonly anyOf?: readonly Field[];
}

test.each([...formatSchemas()])('%s is committed as `coinslot schema publisher/schema` writes it', (name, text) => {
  const committed = readFileSync(join(REPOSITORY, 'publisher', 'schema', name), 'utf8');
  expect(JSON.parse(committed)).toEqual(JSON.parse(text));
});

describe.each([
  ['offers', 'publisher:', 'publishr:'],
  ['placements', 'pacing: balanced', 'pacing: balancd'],
])('%s', (kind, right, wrong) => {
  const schema = JSON.parse(formatSchemas().get(`${kind}.schema.json`) ?? '') as Field & { $schema: string };
  const validate = new Ajv().compile(schema);

  test('takes the demo game and refuses a misspelt word', () => {
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    const demo = demoFile(`${kind}.yaml`);
    expect(validate(parse(demo)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate(parse(demo.replace(right, wrong)))).toBe(false);
  });

  test('describes every word, all the way down', () => {
    expect(wordsWithoutDescription(schema, kind)).toEqual([]);
  });
});

function wordsWithoutDescription(field: Field, path: string): string[] {
  const below = Object.entries(field.properties ?? {}).flatMap(([word, one]) => {
    const rest = wordsWithoutDescription(one, `${path}.${word}`);
    return one.description?.endsWith('.') === true ? rest : [`${path}.${word}`, ...rest];
  });
  const unnamed = [field.items, field.additionalProperties, ...(field.anyOf ?? [])];
  return [
    ...below,
    ...unnamed.flatMap((one) => (typeof one === 'object' ? wordsWithoutDescription(one, `${path}[]`) : [])),
  ];
}
