/** The JSON Schema files (draft-07) with which editors complete and underline the YAML files. */
import { z } from 'zod';
import { offersSchema } from './offers/schema.ts';
import { placementsSchema } from './placements/schema.ts';
import { personasSchema } from './simulate/personas-schema.ts';

/** File names and their text, ready to write. */
export function formatSchemas(): ReadonlyMap<string, string> {
  const format = (schema: z.ZodType): string =>
    `${JSON.stringify(z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }), null, 2)}\n`;
  return new Map([
    ['offers.schema.json', format(offersSchema)],
    ['placements.schema.json', format(placementsSchema)],
    ['personas.schema.json', format(personasSchema)],
  ]);
}
