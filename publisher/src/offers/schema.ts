/**
 * The words of `offers.yaml`. The JSON Schema that editors use is generated from this, so every field says here what it is
 * for. Only shapes are checked here; what takes reckoning (money, dates, texts, the certificate) is checked in `read.ts`
 * and when the list is signed.
 */
import { LIMITS, MINIMUM_AGE_MAX } from '@coinslot/protocol';
import { z } from 'zod';

const QUOTE_DAYS_MAX = LIMITS.quoteLifeMsMax / 86_400_000;
const NUMBER_MAX = 0xffff_ffff;
/** Deciders that hold the content keys of one price list. */
const ESCROW_MAX = 16;

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Narrower than other names, because it stands in a certificate. */
export const PUBLISHER_ID = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const LOCALE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

/** A name of any kind. What every object has by itself (`constructor`, `toString`) would be found in tables where it is not. */
export const identifier = z
  .string()
  .regex(IDENTIFIER, 'expected a name of a-z A-Z 0-9 . _ - with at most 64 characters')
  .refine((name) => !(name in Object.prototype), 'is a word of the language; take another name');
const locale = z.string().regex(LOCALE, 'expected a language such as en, fr or pt-BR');
const date = z.string().regex(DATE, "expected a date such as 2027-01-31, or a time such as '2027-01-31T18:00:00Z'");

const target = identifier.meta({
  description: 'What opens: the name that the game asks for in require(target) and can(target).',
  examples: ['level-3'],
});
const amountOf = (what: string, example: number): z.ZodNumber =>
  z
    .int()
    .min(1)
    .max(NUMBER_MAX)
    .meta({ description: what, examples: [example] });

const grant = z
  .union([
    z.strictObject({ level: target }),
    z.strictObject({ scene: target }),
    z.strictObject({ minutes: amountOf('Minutes of play, counted while playing.', 30), target }),
    z.strictObject({ uses: amountOf('How many times.', 5), target }),
    z.strictObject({ days: amountOf('Days from the payment.', 7), target }),
    z.strictObject({
      until: date.meta({ description: 'The last day, or a moment.', examples: ['2027-01-31'] }),
      target,
    }),
    z.strictObject({ forever: target }),
  ])
  .meta({
    description: 'What the payment gives: one of level, scene, minutes, uses, days, until, forever.',
    examples: [{ level: 'level-3' }, { minutes: 30, target: 'play' }],
  });

const texts = z.strictObject({
  title: z
    .string()
    .min(1)
    .meta({ description: `At most ${LIMITS.titleBytesMax} bytes.`, examples: ['Level 3'] }),
  description: z
    .string()
    .min(1)
    .meta({
      description: `What is bought, in plain words, at most ${LIMITS.textBytesMax} bytes. The price is added by the player's wallet.`,
    }),
});

const refund = z
  .strictObject({
    days: z
      .int()
      .min(0)
      .max(3_650)
      .meta({
        description: 'Days in which the money comes back on request; 0: none once used.',
        examples: [14],
      }),
    contact: z
      .string()
      .min(3)
      .meta({
        description: 'Where to ask: an e-mail or web address.',
        examples: ['support@example.com'],
      }),
  })
  .meta({ description: 'On what terms the money comes back.' });

const cards = z.enum(['none', 'chip', 'software']);

const sealedFile = z.strictObject({
  file: z
    .string()
    .min(1)
    .meta({
      description: 'The file in the clear, relative to this one. It is not shipped.',
      examples: ['secret/bonus.json'],
    }),
  to: z
    .string()
    .min(1)
    .meta({
      description: 'Where the encrypted file goes, relative to this one. It is shipped.',
      examples: ['sealed/bonus.bin'],
    }),
});

const offer = z.strictObject({
  id: identifier.meta({
    description: 'Name of the offer, for ever: never give it to something else.',
    examples: ['level-3'],
  }),
  grant,
  price: z
    .string()
    .regex(/^\d+(\.\d+)? [A-Z]{3}$/, "expected an amount and its currency, such as '0.20 EUR'")
    .meta({
      description: 'Amount and ISO 4217 currency, with a point, taxes included.',
      examples: ['0.20 EUR', '100 JPY'],
    }),
  free: z.boolean().default(false).meta({ description: 'Must be true for a price of 0, and only then.' }),
  ageRating: z.int().min(0).max(MINIMUM_AGE_MAX).default(0).meta({ description: 'Lowest age in years; 0: everybody.' }),
  territories: z
    .array(z.string().regex(/^[A-Z]{2}$/, 'expected an ISO 3166 country code such as FR'))
    .max(LIMITS.territoriesMax)
    .default([])
    .meta({ description: 'Countries it is sold in, ISO 3166 alpha-2; empty: everywhere.', examples: [['FR', 'DE']] }),
  cards: cards
    .optional()
    .meta({ description: 'For this offer alone, in place of what stands for all.', examples: ['none'] }),
  texts: z.record(locale, texts).meta({ description: 'Title and description in every language of game.name.' }),
  refund: refund.optional(),
  content: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        'File that opens, relative to this one; its SHA-256 is signed with the terms, so that it cannot be swapped.',
      examples: ['../levels/3.bin'],
    }),
  seals: z.array(sealedFile).min(1).max(LIMITS.sealedFilesMax).optional().meta({
    description:
      'Files that nobody opens without paying: encrypted when the list is signed, their key in escrow at those under escrow. In place of content.',
  }),
});

const game = z
  .strictObject({
    id: identifier.meta({ description: 'Name of the game, for ever.', examples: ['demo-game'] }),
    name: z.record(locale, z.string().min(1)).meta({
      description: 'The name as players see it, by language. These are the languages every offer has texts in.',
      examples: [{ en: 'Demo Game', fr: 'Jeu de démonstration' }],
    }),
    defaultLocale: locale
      .optional()
      .meta({ description: 'Used when the player has another language; the first of name if left out.' }),
    origins: z
      .array(z.string())
      .min(1)
      .max(LIMITS.originsMax)
      .meta({
        description:
          'Web origins that the game is served from, exactly as browsers send them: no path, no slash at the end. native://game for an installed game, which has none.',
        examples: [['https://play.example.com']],
      }),
  })
  .meta({ description: 'The game, as players and browsers know it.' });

const validity = z.strictObject({
  from: date
    .optional()
    .meta({ description: 'First day or moment; the moment of signing if left out.', examples: ['2026-06-01'] }),
  until: date
    .optional()
    .meta({ description: 'Last day (included) or moment. Give this or days.', examples: ['2027-05-31'] }),
  days: z
    .int()
    .min(1)
    .max(QUOTE_DAYS_MAX)
    .optional()
    .meta({
      description: 'How long a signed price lasts. Signing again renews it once less than half is left.',
      examples: [365],
    }),
});

/** Everything that `offers.yaml` may say. */
export const offersSchema = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'For editors; not read.' }),
    publisher: z
      .string()
      .regex(PUBLISHER_ID, 'expected the id in your certificate: a-z 0-9 . - with at most 64 characters')
      .meta({ description: 'Your id, as in your certificate.', examples: ['lumen-works'] }),
    game,
    validity: validity.prefault({ days: 365 }).meta({ description: 'When the prices hold.' }),
    refund: refund.optional(),
    cards: cards.default('chip').meta({
      description:
        'Which cards may decide a payment, also with no network: none, chip (cards with a chip only), software (the cards on a player’s disk too, whose owner can copy them).',
      examples: ['chip'],
    }),
    escrow: z
      .array(z.string().min(1))
      .max(ESCROW_MAX)
      .default([])
      .meta({
        description:
          'Who may decide about offers that seal something: the encryption keys of payment servers and card issuers, as `coinslot encryption-key` fetches them.',
        examples: [['payment-server.encryption-key']],
      }),
    offers: z.array(offer).min(1).max(512).meta({ description: 'What is sold.' }),
  })
  .meta({
    title: 'Coinslot offers',
    description: 'What a game sells. Signed into price-list.coinslot by `coinslot sign`.',
  });

/** `offers.yaml` as written, defaults filled in. */
export type OffersYaml = z.output<typeof offersSchema>;
export type OfferYaml = OffersYaml['offers'][number];
export type GrantYaml = OfferYaml['grant'];
export type RefundYaml = NonNullable<OfferYaml['refund']>;
