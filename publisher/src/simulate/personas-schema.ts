/** The words of `personas.yaml`, from which the JSON Schema for editors is generated. */
import { z } from 'zod';
import { identifier } from '../offers/schema.ts';
import { MOMENTS } from './game-model.ts';

const share = z.string().regex(/^(100|\d{1,2}(\.\d{1,4})?)%$/, 'expected a share such as 10%');

const spread = (what: string, median: number) =>
  z
    .strictObject({
      median: z.number().min(0.001).max(10_000).optional().meta({ description: 'Half are below it.' }),
      spread: z
        .number()
        .min(1)
        .max(10)
        .optional()
        .meta({ description: 'Two in three lie within this factor of the median; 1: always the median.' }),
    })
    .optional()
    .meta({ description: `${what} Drawn log-normal.`, examples: [{ median, spread: 1.6 }] });

const chance = (what: string, example: string) => share.optional().meta({ description: what, examples: [example] });

const persona = z.strictObject({
  like: identifier.optional().meta({
    description: 'Preset that it begins from; the one of its own name if left out.',
    examples: ['explorer'],
  }),
  share: z
    .number()
    .positive()
    .max(1_000_000)
    .optional()
    .meta({ description: 'Of the players, relative to the others.', examples: [25] }),
  sessionsPerDay: z
    .number()
    .positive()
    .max(50)
    .optional()
    .meta({ description: 'On average (Poisson), and at least one on the first day.', examples: [1.5] }),
  sessionMinutes: spread('A session from beginning to end.', 14),
  levelMinutes: spread('Play of one attempt at a level that succeeds.', 3),
  pauseSeconds: spread('Between two attempts.', 8),
  answerSeconds: spread('Over an open offer.', 4),
  failureRate: chance('Of the attempts at a level.', '20%'),
  patience: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .meta({ description: 'So many failures in a row end the session.', examples: [5] }),
  daysUntilLeaving: z
    .number()
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description: 'On average; each day may be the last.', examples: [12] }),
  buys: chance('Chance of a yes to an offer that came unasked.', '6%'),
  secondAsk: chance('What each no since the last yes leaves of that chance.', '50%'),
  asks: chance('Chance of asking for a locked level that is the next, once in a session.', '40%'),
  buysWhenAsking: chance('Chance of a yes to what the player asked for.', '60%'),
  walletReady: chance('Have a wallet that lets this game ask.', '75%'),
  paymentsOff: chance('Have a wallet with payments off; the rest has none.', '5%'),
  facts: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
    .optional()
    .meta({ description: 'Passed with every boundary; `level` is passed by itself.', examples: [{ stars: 2 }] }),
});

const game = z.strictObject({
  levels: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .meta({ description: 'Played in order.', examples: [5] }),
  locked: z
    .record(z.string().regex(/^[1-9]\d{0,3}$/, 'expected the number of a level'), identifier)
    .optional()
    .meta({ description: 'Targets that open levels, by number.', examples: [{ '3': 'level-3' }] }),
  moments: z
    .record(identifier, z.enum(MOMENTS))
    .optional()
    .meta({
      description: 'When breakpoints and scenes of placements.yaml come.',
      examples: [{ 'boss-door': 'level-start' }],
    }),
});

/** Everything that `personas.yaml` may say. */
export const personasSchema = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'For editors; not read.' }),
    game: game.optional().meta({ description: 'What the simulator cannot know of the game. It guesses, and says so.' }),
    personas: z
      .record(identifier, persona)
      .optional()
      .meta({
        description: 'Who plays; the five presets if left out.',
        examples: [{ rusher: { share: 40 }, collector: { like: 'explorer', buys: '20%' } }],
      }),
  })
  .meta({ title: 'Coinslot personas', description: 'Who plays, for `coinslot placements simulate`.' });

export type PersonasYaml = z.output<typeof personasSchema>;
export type PersonaYaml = NonNullable<PersonasYaml['personas']>[string];
