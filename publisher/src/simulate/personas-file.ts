/** Reads `personas.yaml`: presets, changed where the file says so. */
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { z } from 'zod';
import { FaultsError, requireNoFaults, type Fault } from '../text/faults.ts';
import { didYouMean } from '../text/near-name.ts';
import { schemaFaults, type SchemaNode } from '../text/schema-faults.ts';
import { readYaml, type YamlSource } from '../text/yaml-source.ts';
import type { GameWords } from './game-model.ts';
import { PRESET_PERSONAS, type Persona, type Spread } from './persona.ts';
import { personasSchema, type PersonaYaml } from './personas-schema.ts';

export interface PersonasFile {
  readonly personas: readonly Persona[];
  readonly game: GameWords;
}

const shape = z.toJSONSchema(personasSchema, { target: 'draft-7', io: 'input' }) as SchemaNode;

/** Throws FaultsError with every fault; `placements`: what the file's `moments` must name. */
export function readPersonas(file: string, text: string, placements: PlacementsFile): PersonasFile {
  const source = readYaml(file, text);
  const parsed = personasSchema.safeParse(source.value ?? {});
  if (!parsed.success) throw new FaultsError(schemaFaults(source, parsed.error.issues, shape));
  const { game = {}, personas } = parsed.data;
  const faults: Fault[] = [];
  const names = placements.placements.map((one) => one.name);
  for (const name of Object.keys(game.moments ?? {})) {
    if (!names.includes(name))
      faults.push(
        source.fault(['game', 'moments', name], 'no such placement', { hint: didYouMean(name, names), part: 'key' }),
      );
  }
  const made = Object.entries(personas ?? {}).map(([name, written]) => personaOf(source, name, written, faults));
  if (personas !== undefined && made.length === 0) faults.push(source.fault(['personas'], 'nobody plays'));
  requireNoFaults(faults);
  return { personas: personas === undefined ? PRESET_PERSONAS : made, game: wordsOf(game) };
}

function personaOf(source: YamlSource, name: string, written: PersonaYaml, faults: Fault[]): Persona {
  const path = ['personas', name];
  const presets = PRESET_PERSONAS.map((one) => one.name);
  const { like = name, facts, sessionMinutes, levelMinutes, pauseSeconds, answerSeconds, ...rest } = written;
  const preset = PRESET_PERSONAS.find((one) => one.name === like);
  if (preset === undefined) {
    const place = written.like === undefined ? path : [...path, 'like'];
    const hint = didYouMean(like, presets) ?? `say like: and one of ${presets.join(', ')}`;
    faults.push(source.fault(place, `no preset "${like}"`, { hint }));
  }
  const base = preset ?? PRESET_PERSONAS[0]!;
  const persona: Persona = {
    ...base,
    ...plain(rest),
    name,
    sessionMinutes: spreadOf(base.sessionMinutes, sessionMinutes),
    levelMinutes: spreadOf(base.levelMinutes, levelMinutes),
    pauseSeconds: spreadOf(base.pauseSeconds, pauseSeconds),
    answerSeconds: spreadOf(base.answerSeconds, answerSeconds),
    facts: { ...base.facts, ...facts },
  };
  if (persona.walletReady + persona.paymentsOff > 1)
    faults.push(source.fault(path, 'walletReady and paymentsOff are more than 100% together'));
  return persona;
}

const spreadOf = (base: Spread, written: PersonaYaml['sessionMinutes']): Spread => ({
  median: written?.median ?? base.median,
  spread: written?.spread ?? base.spread,
});

/** Shares as numbers, what was left out as not there at all. */
function plain(written: Readonly<Record<string, string | number | undefined>>): Partial<Persona> {
  const entries = Object.entries(written).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [[name, typeof value === 'string' ? Number(value.slice(0, -1)) / 100 : value] as const];
  });
  return Object.fromEntries(entries);
}

const wordsOf = ({ levels, locked, moments }: z.output<typeof personasSchema>['game'] & object): GameWords => ({
  ...(levels !== undefined && { levels }),
  ...(locked !== undefined && { locked }),
  ...(moments !== undefined && { moments }),
});
