/**
 * What differs between two compiled files, as a YAML patch in the words of `placements.yaml`. It names only what changed, can be
 * pasted over the campaign by hand, and is applied by `coinslot placements patch`. `null` takes a field away.
 */
import type { Campaign, Caps, Placement, PlacementsFile } from './types.ts';
import {
  capText,
  durationText,
  endText,
  listText,
  selectorText,
  shareText,
  startText,
  variantsText,
  whenText,
  yamlText,
} from './words.ts';

/** Fields in the order in which they are written; `undefined` is not written at all. */
type Fields = Readonly<Record<string, string | undefined>>;

/**
 * The patch that makes `after` of `before`, or '' when they say the same. The order of campaigns, and what comes from
 * `offers.yaml`, are not in it.
 */
export function patchText(before: PlacementsFile, after: PlacementsFile): string {
  return [
    ...section('covers', coverLines(before, after)),
    ...section('overall', capsLine(before.overall.caps, after.overall.caps)),
    ...section('placements', placementLines(before, after)),
    ...section('campaigns', campaignLines(before, after)),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

const section = (name: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`${name}:`, ...lines.map((line) => `  ${line}`)];

function coverLines(before: PlacementsFile, after: PlacementsFile): readonly string[] {
  const lists = ({ covers }: PlacementsFile): Fields =>
    Object.fromEntries(Object.entries(covers).map(([target, opened]) => [yamlText(target), listText(opened)]));
  return changed(lists(before), lists(after));
}

function capsLine(before: Caps, after: Caps): readonly string[] {
  const spans = (Object.keys(after) as (keyof Caps)[]).filter((span) => before[span] !== after[span]);
  if (spans.length === 0) return [];
  return [`caps: { ${spans.map((span) => `${span}: ${capText(after[span])}`).join(', ')} }`];
}

function placementLines(before: PlacementsFile, after: PlacementsFile): readonly string[] {
  const fields = (one: Placement | undefined): Fields =>
    one === undefined ? {} : { on: selectorText(one.on), duringPlay: String(one.duringPlay) };
  const find = (file: PlacementsFile, name: string): Placement | undefined =>
    file.placements.find((one) => one.name === name);
  const gone = before.placements.filter(({ name }) => find(after, name) === undefined);
  return [
    ...after.placements.flatMap((one) => {
      const lines = changed(fields(find(before, one.name)), fields(one));
      return lines.length === 0 ? [] : [`${yamlText(one.name)}: { ${lines.join(', ')} }`];
    }),
    ...gone.map(({ name }) => `${yamlText(name)}: null`),
  ];
}

function campaignLines(before: PlacementsFile, after: PlacementsFile): readonly string[] {
  const gone = before.campaigns.filter(({ id }) => after.campaigns.every((one) => one.id !== id));
  return [
    ...after.campaigns.flatMap((campaign) => {
      const was = before.campaigns.find(({ id }) => id === campaign.id);
      const lines = [
        ...changed(was === undefined ? {} : fieldsOf(was), fieldsOf(campaign)),
        ...(was === undefined ? wholeCaps(campaign.caps) : capsLine(was.caps, campaign.caps)),
      ];
      return lines.length === 0 ? [] : item(campaign.id, lines);
    }),
    ...gone.flatMap(({ id }) => item(id, ['remove: true'])),
  ];
}

const item = (id: string, lines: readonly string[]): readonly string[] => [
  `- id: ${yamlText(id)}`,
  ...lines.map((line) => `  ${line}`),
];

const wholeCaps = ({ session, day, lifetime }: Caps): readonly string[] => [
  `caps: { session: ${capText(session)}, day: ${capText(day)}, lifetime: ${capText(lifetime)} }`,
];

function fieldsOf(campaign: Campaign): Fields {
  const [form, variants] = variantsText(campaign.variants);
  const { startMs, endMs } = campaign;
  return {
    placements: listText(campaign.placements),
    offer: form === 'offer' ? variants : undefined,
    variants: form === 'variants' ? variants : undefined,
    when: whenText(campaign.when),
    delay: durationText(campaign.delayMs),
    firstOfferAfter: durationText(campaign.firstOfferAfterPlayMs),
    cooldown: durationText(campaign.cooldownMs),
    quietAfterDecline: durationText(campaign.quietAfterDeclineMs),
    afterDecline: campaign.afterDecline,
    priority: String(campaign.priority),
    holdout: shareText(campaign.holdout),
    start: startMs === null ? undefined : startText(startMs),
    end: endMs === null ? undefined : endText(endMs),
  };
}

/** `name: text` of every field that is other, and `name: null` of every one that is gone. */
function changed(before: Fields, after: Fields): readonly string[] {
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return names.filter((name) => before[name] !== after[name]).map((name) => `${name}: ${after[name] ?? 'null'}`);
}
