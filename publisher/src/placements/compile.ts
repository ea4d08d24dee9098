/** Compiles `placements.yaml` to the checked JSON that the engine reads: every default, preset and name resolved. */
import type { BoundarySelector, Campaign, Caps, Placement, PlacementsFile, Variant } from '@coinslot/plugin/timing';
import { z } from 'zod';
import { beginningOf, endOf } from '../offers/dates.ts';
import type { OffersFile } from '../offers/read.ts';
import { FaultsError, requireNoFaults, type Fault } from '../text/faults.ts';
import { didYouMean } from '../text/near-name.ts';
import { schemaFaults, type SchemaNode } from '../text/schema-faults.ts';
import { readYaml, type Path, type YamlSource } from '../text/yaml-source.ts';
import { compileCondition, type FactKinds } from './condition.ts';
import { durationMs } from './duration.ts';
import { compileExpectations, type Expectations } from './expect.ts';
import { PACING } from './pacing.ts';
import {
  placementsSchema,
  type CampaignYaml,
  type CapsYaml,
  type PlacementsYaml,
  type PlacementYaml,
} from './schema.ts';

const shape = z.toJSONSchema(placementsSchema, { target: 'draft-7', io: 'input' }) as SchemaNode;
/** A play-time boundary more often than this is a mistake in the unit. */
const EVERY_MS_MIN = 10_000;

interface Compiling {
  readonly source: YamlSource;
  readonly written: PlacementsYaml;
  readonly offers: OffersFile;
  readonly facts: FactKinds;
  readonly faults: Fault[];
}

/** Reads the file and checks its words, which needs no offers. Throws FaultsError. */
export function readPlacements(file: string, text: string): { source: YamlSource; written: PlacementsYaml } {
  const source = readYaml(file, text);
  const parsed = placementsSchema.safeParse(source.value);
  if (parsed.success) return { source, written: parsed.data };
  throw new FaultsError(schemaFaults(source, parsed.error.issues, shape));
}

/** All that a file says: what the game loads, and what must hold of it. */
export interface CompiledDesign {
  readonly placements: PlacementsFile;
  readonly expectations: Expectations;
}

/** The compiled file alone. Throws FaultsError with every fault of the file. */
export const compilePlacements = (file: string, text: string, offers: OffersFile): PlacementsFile =>
  compileDesign(file, text, offers).placements;

/** The compiled file and its guard-rails. Throws FaultsError with every fault of the file. */
export function compileDesign(file: string, text: string, offers: OffersFile): CompiledDesign {
  const { source, written } = readPlacements(file, text);
  const faults: Fault[] = [];
  const at: Compiling = { source, written, offers, facts: new Map(Object.entries(written.facts)), faults };
  const placements: PlacementsFile = {
    version: 1,
    game: written.game,
    offers: Object.fromEntries(offers.offers.map(({ id, grant }) => [id, { target: grant.target }])),
    covers: written.covers,
    placements: Object.entries(written.placements).map(([name, one]) => compilePlacement(at, name, one)),
    campaigns: written.campaigns.map((campaign, i) => compileCampaign(at, campaign, ['campaigns', i])),
    overall: { caps: capsOf(written.overall?.caps, PACING[written.pacing].overall) },
  };
  const expectations = compileExpectations(source, written.expect, offers, faults);
  checkNames(at);
  requireNoFaults(faults);
  return { placements, expectations };
}

/** The bytes of `placements.json`. */
export const formatPlacements = (compiled: PlacementsFile): string => `${JSON.stringify(compiled, null, 2)}\n`;

function checkNames({ source, written, offers, faults }: Compiling): void {
  if (written.game !== offers.gameId)
    faults.push(source.fault(['game'], `${offers.source.file} is of "${offers.gameId}"`));
  const targets = offers.offers.map(({ grant }) => grant.target);
  for (const target of Object.keys(written.covers)) {
    if (!targets.includes(target))
      faults.push(
        source.fault(['covers', target], 'no offer opens this', { hint: didYouMean(target, targets), part: 'key' }),
      );
  }
  const seen = new Set<string>();
  written.campaigns.forEach(({ id }, i) => {
    if (seen.has(id)) faults.push(source.fault(['campaigns', i, 'id'], `"${id}" stands twice`));
    seen.add(id);
  });
}

function compilePlacement(at: Compiling, name: string, written: PlacementYaml): Placement {
  return { name, on: compileSelector(at, written.on, ['placements', name, 'on']), duringPlay: written.duringPlay };
}

function compileSelector(at: Compiling, on: PlacementYaml['on'], path: Path): BoundarySelector {
  if (on === 'breakpoint') return { kind: 'breakpoint' };
  if ('scene' in on) return { kind: 'scene', event: on.event, scene: on.scene };
  if ('level' in on)
    return { kind: 'level', event: on.level, ...(on.number === undefined ? {} : { level: on.number }) };
  if ('every' in on) {
    const everyMs = durationMs(on.every);
    if (everyMs < EVERY_MS_MIN) at.faults.push(at.source.fault([...path, 'every'], 'expected at least 10s'));
    return { kind: 'play-time', everyMs };
  }
  const targets = at.offers.offers.map(({ grant }) => grant.target);
  if (!targets.includes(on.grantEnded))
    at.faults.push(
      at.source.fault([...path, 'grantEnded'], 'no offer opens this', { hint: didYouMean(on.grantEnded, targets) }),
    );
  return { kind: 'grant-ended', target: on.grantEnded };
}

function compileCampaign(at: Compiling, written: CampaignYaml, path: Path): Campaign {
  const { source, faults } = at;
  const pacing = PACING[written.pacing ?? at.written.pacing];
  const names = Object.keys(at.written.placements);
  written.placements.forEach((name, i) => {
    const place = [...path, 'placements', i];
    if (!names.includes(name))
      faults.push(source.fault(place, `no placement "${name}"`, { hint: didYouMean(name, names) }));
    if (written.placements.indexOf(name) !== i) faults.push(source.fault(place, `"${name}" stands twice`));
  });
  return {
    id: written.id,
    placements: written.placements,
    variants: compileVariants(at, written, path),
    when: compileCondition(source, written.when, [...path, 'when'], at.facts, faults),
    delayMs: durationMs(written.delay),
    firstOfferAfterPlayMs: durationMs(written.firstOfferAfter ?? pacing.firstOfferAfter),
    cooldownMs: durationMs(written.cooldown ?? pacing.cooldown),
    quietAfterDeclineMs: durationMs(written.quietAfterDecline ?? pacing.quietAfterDecline),
    caps: capsOf(written.caps, pacing.caps),
    afterDecline: written.afterDecline,
    priority: written.priority,
    holdout: Number(written.holdout.slice(0, -1)) / 100,
    ...compileSpan(at, written, path),
  };
}

function compileVariants(at: Compiling, { offer, variants }: CampaignYaml, path: Path): Variant[] {
  const { source, faults } = at;
  if ((offer === undefined) === (variants === undefined)) {
    faults.push(source.fault(path, 'give either offer or variants'));
    return [];
  }
  const known = at.offers.offers.map(({ id }) => id);
  const requireOffer = (id: string, place: Path): void => {
    if (!known.includes(id)) faults.push(source.fault(place, `no offer "${id}"`, { hint: didYouMean(id, known) }));
  };
  if (offer !== undefined) {
    requireOffer(offer, [...path, 'offer']);
    return [{ id: offer, offer, weight: 1 }];
  }
  const seen = new Set<string>();
  return (variants ?? []).map((variant, i) => {
    const id = variant.id ?? variant.offer;
    requireOffer(variant.offer, [...path, 'variants', i, 'offer']);
    if (seen.has(id)) faults.push(source.fault([...path, 'variants', i], `variant "${id}" stands twice`));
    seen.add(id);
    return { id, offer: variant.offer, weight: variant.weight };
  });
}

/** The engine's end is exclusive, the file's last day inclusive. */
function compileSpan(at: Compiling, { start, end }: CampaignYaml, path: Path): Pick<Campaign, 'startMs' | 'endMs'> {
  const read = (field: 'start' | 'end', atMs: number | undefined): number | null => {
    if (atMs === undefined) at.faults.push(at.source.fault([...path, field], 'there is no such date'));
    return atMs ?? null;
  };
  const startMs = start === undefined ? null : read('start', beginningOf(start));
  const lastMs = end === undefined ? null : read('end', endOf(end));
  const endMs = lastMs === null ? null : lastMs + 1;
  if (startMs !== null && endMs !== null && endMs <= startMs)
    at.faults.push(at.source.fault([...path, 'end'], 'ends before it begins'));
  return { startMs, endMs };
}

function capsOf(written: CapsYaml | undefined, preset: Caps): Caps {
  const cap = (span: keyof Caps): number | null => {
    const value = written?.[span];
    return value === 'none' ? null : (value ?? preset[span]);
  };
  return { session: cap('session'), day: cap('day'), lifetime: cap('lifetime') };
}
