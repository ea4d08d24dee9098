/** What the sliders set, between a compiled file and numbers a person drags. */
import type { Campaign, Caps, PlacementsFile } from '../timing/index.ts';

/** A cap of this many stands for none. */
export const NO_CAP = 11;

export interface Tweak {
  readonly label: string;
  readonly max: number;
  readonly step: number;
  /** The number as it is read aloud and shown. */
  readonly text: (value: number) => string;
  readonly get: (campaign: Campaign) => number;
  readonly set: (campaign: Campaign, value: number) => Campaign;
}

type Duration = 'delayMs' | 'cooldownMs' | 'firstOfferAfterPlayMs' | 'quietAfterDeclineMs';

const duration = (label: string, field: Duration, unitMs: number, unit: string, max: number, step: number): Tweak => ({
  ...{ label, max, step },
  text: (value) => `${Number(value.toFixed(1))} ${unit}`,
  get: (campaign) => campaign[field] / unitMs,
  set: (campaign, value) => ({ ...campaign, [field]: Math.round(value * unitMs) }),
});

const cap = (label: string, span: keyof Caps): Tweak => ({
  ...{ label, max: NO_CAP, step: 1 },
  text: (value) => (value >= NO_CAP ? 'no cap' : String(value)),
  get: ({ caps }) => Math.min(caps[span] ?? NO_CAP, NO_CAP),
  set: (campaign, value) => ({ ...campaign, caps: { ...campaign.caps, [span]: value >= NO_CAP ? null : value } }),
});

const [SECOND_MS, MINUTE_MS] = [1_000, 60_000];

export const TWEAKS: readonly Tweak[] = [
  duration('delay', 'delayMs', SECOND_MS, 's', 10, 0.1),
  duration('cooldown', 'cooldownMs', MINUTE_MS, 'min', 60, 0.5),
  duration('quiet after a no', 'quietAfterDeclineMs', MINUTE_MS, 'min', 120, 1),
  duration('first offer after', 'firstOfferAfterPlayMs', MINUTE_MS, 'min', 60, 0.5),
  cap('per session', 'session'),
  cap('per day', 'day'),
  cap('for ever', 'lifetime'),
];

/** The file with one value of one campaign changed. */
export const tweaked = (file: PlacementsFile, id: string, tweak: Tweak, value: number): PlacementsFile => ({
  ...file,
  campaigns: file.campaigns.map((campaign) => (campaign.id === id ? tweak.set(campaign, value) : campaign)),
});
