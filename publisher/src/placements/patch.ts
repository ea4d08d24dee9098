/** `coinslot placements patch`: applies a YAML patch to `placements.yaml`, which otherwise stays as its author wrote it. */
import { FaultsError, type Fault } from '../text/faults.ts';
import { didYouMean } from '../text/near-name.ts';
import { removeFromYaml, setInYaml, YamlEditError, type Plain } from '../text/yaml-edit.ts';
import { readYaml, type Path, type YamlSource } from '../text/yaml-source.ts';
import { campaignWords, placementsSchema } from './schema.ts';

/** What is put there whole rather than merged: one of several forms, of which the fields do not go together. */
const WHOLE = ['on', 'when'];
/** A campaign has one of these. */
const OTHER_FORM: Readonly<Record<string, string>> = { offer: 'variants', variants: 'offer' };

type Mapping = Readonly<Record<string, unknown>>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The text with the patch in it. Mappings are merged, lists and values replaced, `null` takes away (RFC 7396); campaigns are found by
 * their `id`, `remove: true` takes one out, an unknown one that is complete is added. Throws FaultsError for words and campaigns that
 * the patch cannot mean; what comes out still has to be compiled.
 *
 * @param file name of `placements.yaml`, for faults
 */
export function applyPatch(file: string, text: string, patch: string, patchFile = 'the patch'): string {
  const source = readYaml(patchFile, patch);
  const written = readYaml(file, text).value;
  const faults: Fault[] = [];
  const changes = changesOf(source, written, faults);
  if (faults.length > 0) throw new FaultsError(faults);
  // Later places first: what is taken out of a list moves those behind it.
  return changes.reduce((edited, change) => make(edited, change, source), text);
}

/** `value` undefined: taken out. */
interface Change {
  readonly path: Path;
  readonly value: Plain | undefined;
  /** Where the patch says so. */
  readonly from: Path;
}

function make(text: string, { path, value, from }: Change, source: YamlSource): string {
  try {
    return value === undefined ? removeFromYaml(text, path) : setInYaml(text, path, value);
  } catch (error) {
    if (!(error instanceof YamlEditError)) throw error;
    throw new FaultsError([source.fault(from, error.message)]);
  }
}

function changesOf(source: YamlSource, written: unknown, faults: Fault[]): readonly Change[] {
  const patch = source.value ?? {};
  if (!isMapping(patch)) {
    faults.push(source.fault([], 'expected a mapping such as: campaigns: [...]'));
    return [];
  }
  requireWords(source, [], patch, Object.keys(placementsSchema.shape), faults);
  const { campaigns, ...rest } = patch;
  const there = isMapping(written) ? written : {};
  return [...merged(rest, [], []), ...campaignChanges(source, campaigns, there['campaigns'], faults)];
}

/** A change for every value that the patch names; a mapping is gone into. */
function merged(patch: Mapping, path: Path, from: Path): readonly Change[] {
  return Object.entries(patch).flatMap(([name, value]): readonly Change[] => {
    const [to, at] = [
      [...path, name],
      [...from, name],
    ];
    if (value === null) return [{ path: to, value: undefined, from: at }];
    if (isMapping(value) && !WHOLE.includes(name)) return merged(value, to, at);
    return [{ path: to, value: value as Plain, from: at }];
  });
}

function campaignChanges(source: YamlSource, patch: unknown, written: unknown, faults: Fault[]): readonly Change[] {
  if (patch === undefined) return [];
  if (!Array.isArray(patch)) {
    faults.push(source.fault(['campaigns'], 'expected a list'));
    return [];
  }
  const there: readonly unknown[] = Array.isArray(written) ? written : [];
  const ids = there.map((one) => (isMapping(one) ? one['id'] : undefined));
  const removed: Change[] = [];
  let added = 0;
  const changes = (patch as readonly unknown[]).flatMap((campaign, i): readonly Change[] => {
    const from = ['campaigns', i];
    if (!isMapping(campaign) || typeof campaign['id'] !== 'string') {
      faults.push(source.fault(from, 'expected a campaign with its id'));
      return [];
    }
    requireWords(source, from, campaign, [...campaignWords, 'remove'], faults);
    const { id, remove, ...fields } = campaign;
    const at = ids.indexOf(id);
    if (at < 0 && isComplete(campaign)) {
      const value = Object.fromEntries(Object.entries(campaign).filter(([, one]) => one !== null)) as Plain;
      return [{ path: ['campaigns', ids.length + added++], value, from }];
    }
    if (at < 0) {
      const known = ids.filter((one) => typeof one === 'string');
      faults.push(
        source.fault([...from, 'id'], `no campaign "${String(id)}"`, { hint: didYouMean(String(id), known) }),
      );
      return [];
    }
    if (remove === true) {
      removed.push({ path: ['campaigns', at], value: undefined, from });
      return [];
    }
    return merged(withOneForm(fields), ['campaigns', at], from);
  });
  // Those behind a campaign that is taken out would be found one place further on.
  removed.sort((a, b) => Number(b.path[1]) - Number(a.path[1]));
  return [...changes, ...removed];
}

const isComplete = (campaign: Mapping): boolean =>
  Array.isArray(campaign['placements']) && (campaign['offer'] !== undefined || campaign['variants'] !== undefined);

/** Who sets an offer takes the variants away, and the other way round. */
function withOneForm(fields: Mapping): Mapping {
  const form = Object.keys(OTHER_FORM).find((name) => fields[name] !== undefined && fields[name] !== null);
  const other = form === undefined ? undefined : OTHER_FORM[form]!;
  return other === undefined || fields[other] !== undefined ? fields : { ...fields, [other]: null };
}

function requireWords(
  source: YamlSource,
  path: Path,
  mapping: Mapping,
  words: readonly string[],
  faults: Fault[],
): void {
  for (const name of Object.keys(mapping)) {
    if (words.includes(name)) continue;
    const hint = didYouMean(name, words) ?? `known words: ${words.join(', ')}`;
    faults.push(source.fault([...path, name], 'unknown word', { hint, part: 'key' }));
  }
}
