/** The words of `placements.yaml`, from which the JSON Schema for editors is generated. */
import { z } from 'zod';
import { identifier } from '../offers/schema.ts';
import { DURATION } from './duration.ts';
import { PRESETS } from './pacing.ts';

const duration = z
  .string('expected a duration such as 4m or 90s')
  .regex(DURATION, 'expected a duration such as 4m or 90s');
const date = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/,
    "expected a date such as 2027-01-31 or '2027-01-31T18:00:00Z'",
  );

const share = z
  .string('expected a share such as 10%')
  .regex(/^(100|\d{1,2}(\.\d{1,4})?)%$/, 'expected a share such as 10%');

const selector = z
  .union([
    z.literal('breakpoint'),
    z.strictObject({
      scene: z
        .string()
        .min(1)
        .meta({ description: 'Key of a Phaser scene.', examples: ['Menu'] }),
      event: z.enum(['start', 'created', 'end', 'sleep', 'wake', 'transition']).default('start').meta({
        description: 'start, wake and transition: the scene gone to; end and sleep: the scene left.',
      }),
    }),
    z.strictObject({
      level: z.enum(['start', 'end']).meta({ description: 'Whether a level begins or has ended.' }),
      number: z
        .int()
        .min(0)
        .optional()
        .meta({ description: 'Only this level; any level if left out.', examples: [3] }),
    }),
    z.strictObject({
      every: duration.meta({ description: 'So much play, counted only while playing.', examples: ['10m'] }),
    }),
    z.strictObject({
      grantEnded: identifier.meta({ description: 'Target whose minutes or uses ran out.', examples: ['play'] }),
    }),
  ])
  .meta({
    description:
      'What the placement stands for: breakpoint (the game says so by name), scene, level, every, grantEnded.',
    examples: ['breakpoint', { level: 'end' }],
  });

const placement = z.strictObject({
  on: selector,
  duringPlay: z
    .boolean()
    .default(false)
    .meta({ description: 'True: may interrupt active play. Offers never do otherwise.' }),
  note: z.string().optional().meta({ description: 'For people; not compiled.' }),
});

const cap = z.union([z.int().min(1), z.literal('none')], 'expected a number from 1, or none');
const capsOf = (whose: string) =>
  z
    .strictObject({
      session: cap.optional().meta({ description: 'A session.', examples: [2] }),
      day: cap.optional().meta({ description: "A day of the player's calendar.", examples: [4] }),
      lifetime: cap.optional().meta({ description: 'Ever.', examples: [40, 'none'] }),
    })
    .meta({ description: `Most offers ${whose}; none: no cap. What is left out comes from the pacing.` });

const variant = z.strictObject({
  id: identifier.optional().meta({ description: "Name of the variant; the offer's id if left out." }),
  offer: identifier.meta({ description: 'Offer of offers.yaml.' }),
  weight: z.int().min(1).max(1_000_000).default(1).meta({ description: 'Share, relative to the other variants.' }),
});

const preset = z.enum(PRESETS);

const campaign = z.strictObject({
  id: identifier.meta({
    description: 'Name of the campaign; players are assigned to variants by it, so keep it.',
    examples: ['more-time'],
  }),
  placements: z
    .array(identifier)
    .min(1)
    .meta({ description: 'Where it may ask.', examples: [['level-end']] }),
  offer: identifier
    .optional()
    .meta({ description: 'Offer of offers.yaml; or give variants.', examples: ['thirty-minutes'] }),
  variants: z
    .array(variant)
    .min(1)
    .max(32)
    .optional()
    .meta({ description: 'Offers of which a player always gets the same one.' }),
  when: z
    .union([z.string(), z.boolean(), z.record(z.string(), z.unknown())], 'expected a condition such as: level >= 3')
    .default(true)
    .meta({
      description: 'Condition over facts, as text or as JsonLogic. True: always.',
      examples: ['level >= 3 and session.offers < 2', { '>=': [{ var: 'level' }, 3] }],
    }),
  delay: duration
    .default('0s')
    .meta({ description: 'Waited after the boundary before the offer opens.', examples: ['1s'] }),
  pacing: preset.optional().meta({ description: 'Preset of this campaign; that of the file if left out.' }),
  firstOfferAfter: duration
    .optional()
    .meta({ description: "Least play before a player's first offer.", examples: ['5m'] }),
  cooldown: duration.optional().meta({ description: 'Since any offer was shown.', examples: ['4m'] }),
  quietAfterDecline: duration.optional().meta({ description: 'Since any offer was declined.', examples: ['15m'] }),
  caps: capsOf('of this campaign').optional(),
  afterDecline: z.enum(['continue', 'retry-point', 'menu', 'demo']).default('continue').meta({
    description: 'What the game is told to do after a decline.',
  }),
  priority: z
    .int()
    .min(-1000)
    .max(1000)
    .default(0)
    .meta({ description: 'Higher first; equal ones in the order of the file.' }),
  holdout: share
    .default('0%')
    .meta({ description: 'Share of players who are never asked by this campaign.', examples: ['10%'] }),
  note: z.string().optional().meta({ description: 'For people; not compiled.' }),
  start: date.optional().meta({ description: 'First day (UTC) or moment.', examples: ['2026-12-01'] }),
  end: date.optional().meta({ description: 'Last day (UTC, included) or moment.', examples: ['2026-12-31'] }),
});

/** What a campaign may say. */
export const campaignWords: readonly string[] = Object.keys(campaign.shape);

/** Of the players, by nearest rank. */
export const PERCENTILES = [50, 90, 95, 99] as const;

const count = z.number('expected a number such as 4').min(0).max(1_000_000);
const money = z
  .string("expected an amount and its currency, such as '1.50 EUR'")
  .regex(/^\d{1,12}(\.\d{1,8})? [A-Z]{3}$/, "expected an amount and its currency, such as '1.50 EUR'");

const bounds = <Value extends z.ZodType>(value: Value, examples: readonly unknown[]) =>
  z.strictObject({
    min: value.optional().meta({ description: 'At least this; itself allowed.', examples: [examples[0]] }),
    max: value.optional().meta({ description: 'At most this; itself allowed.', examples: [examples.at(-1)] }),
  });
const percentiles = <Value extends z.ZodType>(value: Value, example: unknown) => {
  const of = (percentile: number) =>
    bounds(value, [example])
      .optional()
      .meta({ description: `What ${percentile} % of them stay at or below.` });
  return z.strictObject({ p50: of(50), p90: of(90), p95: of(95), p99: of(99) });
};

const expectations = z.strictObject({
  offersPerHour: percentiles(count, 4)
    .optional()
    .meta({ description: 'Offers shown by timing in an hour of play.', examples: [{ p95: { max: 4 } }] }),
  offersPerSession: percentiles(count, 3)
    .optional()
    .meta({ description: 'Offers shown by timing in a session.', examples: [{ p95: { max: 3 } }] }),
  firstOfferAfterMinutes: z
    .strictObject({
      min: count.meta({ description: 'Least play, in minutes, of any player before the first offer.', examples: [5] }),
    })
    .optional()
    .meta({ description: "Minutes of play before a player's first offer.", examples: [{ min: 5 }] }),
  spendPerDay: percentiles(money, '1.50 EUR')
    .optional()
    .meta({
      description: 'What a player spends on a day on which they play, per currency.',
      examples: [{ p90: { max: '1.50 EUR' } }],
    }),
  shareNeverAsked: bounds(share, ['5%', '40%'])
    .optional()
    .meta({ description: 'Share of players whom timing never asks.', examples: [{ min: '5%', max: '40%' }] }),
});

/** Everything that `placements.yaml` may say. */
export const placementsSchema = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'For editors; not read.' }),
    game: identifier.meta({ description: 'Game id, as in offers.yaml.', examples: ['demo-game'] }),
    pacing: preset.default('balanced').meta({ description: 'Preset for every campaign that does not say otherwise.' }),
    facts: z
      .record(
        z
          .string()
          .regex(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$/, 'expected a name such as level or boss.kind'),
        z.enum(['number', 'text', 'boolean']),
      )
      .default({})
      .meta({
        description: 'Facts that the game passes with its boundaries, and their kinds.',
        examples: [{ level: 'number' }],
      }),
    covers: z
      .record(identifier, z.array(identifier).min(1))
      .default({})
      .meta({ description: 'Targets that open others.', examples: [{ play: ['level-4', 'level-5'] }] }),
    overall: z
      .strictObject({ caps: capsOf('over all campaigns').optional() })
      .optional()
      .meta({ description: 'For all campaigns together.', examples: [{ caps: { session: 3 } }] }),
    placements: z.record(identifier, placement).meta({ description: 'Named boundaries of the game.' }),
    campaigns: z.array(campaign).max(1000).meta({ description: 'When which offer appears.' }),
    expect: expectations.optional().meta({
      description: 'Guard-rails, checked by `coinslot placements simulate` over many players; not compiled.',
      examples: [{ offersPerHour: { p95: { max: 4 } }, firstOfferAfterMinutes: { min: 5 } }],
    }),
  })
  .meta({
    title: 'Coinslot placements',
    description: 'When offers appear. Compiled to placements.json by `coinslot placements compile`.',
  });

/** `placements.yaml` as written, defaults filled in. */
export type PlacementsYaml = z.output<typeof placementsSchema>;
export type CampaignYaml = PlacementsYaml['campaigns'][number];
export type PlacementYaml = PlacementsYaml['placements'][string];
export type ExpectYaml = NonNullable<PlacementsYaml['expect']>;
export type CapsYaml = NonNullable<CampaignYaml['caps']>;
