/** The files a game ships: a signed price list, pinned roots and placements, made by real keys that are worth nothing. */
import {
  encodePairingHeader,
  encodePriceList,
  encodeRoots,
  encodeTerms,
  encodeTexts,
  sealEnvelope,
  textsDigest,
  withChainByHash,
  type Grant,
  type PricedOffer,
} from '@coinslot/protocol';
import { contentKeyIdOf } from '@coinslot/protocol/sealing';
import type { Campaign, PlacementsFile } from '@coinslot/plugin/timing';
import {
  bytes16Of,
  DAY_MS,
  makeOffer,
  makePublisher,
  makeServerHolder,
  makeTree,
  NOON_MS,
  type Holder,
  type Tree,
} from '../../lib/parties.ts';

export const GAME = 'demo-game';

export interface Content {
  readonly tree: Tree;
  readonly publisher: Holder;
  readonly server: Holder;
  readonly priceList: Uint8Array;
  readonly roots: Uint8Array;
  /** What the bonus is sealed under, where it is. */
  readonly contentKey: Uint8Array | undefined;
}

interface Sold {
  readonly offerId: string;
  readonly grant: Grant;
  readonly amountMinor: bigint;
  readonly currency: string;
}

const grant = (kind: Grant['kind'], target: string, quantity = 0): Grant => ({ kind, target, quantity, untilMs: 0 });

export const SOLD: readonly Sold[] = [
  { offerId: 'level-3', grant: grant('level', 'level-3'), amountMinor: 20n, currency: 'EUR' },
  { offerId: 'level-5', grant: grant('level', 'level-5'), amountMinor: 30n, currency: 'EUR' },
  { offerId: 'thirty-minutes', grant: grant('minutes', 'play', 30), amountMinor: 50n, currency: 'EUR' },
  { offerId: 'two-lamps', grant: grant('uses', 'lamp', 2), amountMinor: 20n, currency: 'EUR' },
  { offerId: 'a-week', grant: grant('period', 'season', 7), amountMinor: 70n, currency: 'EUR' },
  {
    offerId: 'until-spring',
    grant: { ...grant('until', 'winter'), untilMs: NOON_MS + 20 * DAY_MS },
    amountMinor: 70n,
    currency: 'EUR',
  },
  { offerId: 'bonus', grant: grant('forever', 'bonus'), amountMinor: 100n, currency: 'USD' },
];

export interface ContentOptions {
  atMs?: number;
  origin?: string;
  /** Every place of the game, in place of `origin`. */
  origins?: readonly string[];
  /** Another name is another authority. */
  tree?: string;
  /** Seals the bonus: its content key, and the digest of its sealed files. */
  seals?: { contentKey: Uint8Array; contentDigest: Uint8Array };
  /** Parties that are there already. */
  of?: { tree: Tree; publisher: Holder };
}

export function makeContent(options: ContentOptions = {}): Content {
  const { atMs = NOON_MS, origin = 'http://127.0.0.1:8375' } = options;
  const tree = options.of?.tree ?? makeTree({ atMs, ...(options.tree && { name: options.tree }) });
  const publisher = options.of?.publisher ?? makePublisher(tree);
  const header = {
    publisherId: publisher.id,
    gameId: GAME,
    gameName: 'Demo Game',
    origins: options.origins ?? [origin],
    notBeforeMs: atMs - DAY_MS,
    notAfterMs: atMs + 30 * DAY_MS,
  };
  const priceList = encodePriceList({
    publisherId: publisher.id,
    gameId: GAME,
    defaultLocale: 'en',
    chain: publisher.chain,
    pairingHeader: sealEnvelope('pairing-header', encodePairingHeader(header), publisher.signer, publisher.chain),
    offers: SOLD.map((sold) => priced(publisher, sold, atMs, sold.offerId === 'bonus' ? options.seals : undefined)),
  });
  return {
    tree,
    publisher,
    server: makeServerHolder(tree),
    priceList,
    roots: encodeRoots(tree.roots),
    contentKey: options.seals?.contentKey,
  };
}

function priced(
  publisher: Holder,
  { offerId, grant, amountMinor, currency }: Sold,
  atMs: number,
  seals: ContentOptions['seals'],
): PricedOffer {
  const texts = ['en', 'fr'].map((locale) => {
    const title = locale === 'en' ? `The offer ${offerId}` : `L’offre ${offerId}`;
    return { locale, texts: encodeTexts({ locale, gameName: 'Demo Game', title, description: '' }) };
  });
  const digests = texts.map((one) => ({ locale: one.locale, digest: textsDigest(one.texts) }));
  const made = makeOffer(publisher, {
    atMs,
    terms: { salt: bytes16Of(offerId), offerId, grant, texts: digests, contentDigest: seals?.contentDigest },
    quote: { amountMinor, currency, contentKeyId: seals && contentKeyIdOf(seals.contentKey) },
  });
  return { offerId, retired: false, quote: withChainByHash(made.quoteEnvelope), terms: encodeTerms(made.terms), texts };
}

export const CAMPAIGN: Campaign = {
  id: 'after-level',
  placements: ['level-end'],
  variants: [{ id: 'only', offer: 'level-3', weight: 1 }],
  when: true,
  delayMs: 0,
  firstOfferAfterPlayMs: 0,
  cooldownMs: 0,
  quietAfterDeclineMs: 0,
  caps: { session: null, day: null, lifetime: null },
  afterDecline: 'continue',
  priority: 0,
  holdout: 0,
  startMs: null,
  endMs: null,
};

export const PLACEMENTS: PlacementsFile = {
  version: 1,
  game: GAME,
  offers: Object.fromEntries(SOLD.map(({ offerId, grant }) => [offerId, { target: grant.target }])),
  covers: { play: ['level-4', 'level-5'] },
  placements: [{ name: 'level-end', on: { kind: 'breakpoint' }, duringPlay: false }],
  campaigns: [CAMPAIGN],
  overall: { caps: { session: null, day: null, lifetime: null } },
};

/** The file with one campaign, changed. */
export const placementsWith = (campaign: Partial<Campaign>, file: Partial<PlacementsFile> = {}): PlacementsFile => ({
  ...PLACEMENTS,
  campaigns: [{ ...CAMPAIGN, ...campaign }],
  ...file,
});
