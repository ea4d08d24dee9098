/** Reads `offers.yaml` and checks everything that can be checked without key and certificate. Every fault is collected. */
import {
  CURRENCIES,
  LIMITS,
  parseMoney,
  ProtocolError,
  type CardsAccepted,
  type Money,
  type Terms,
} from '@coinslot/protocol';
import { NATIVE_ORIGIN } from '@coinslot/protocol/link';
import { posix } from 'node:path';
import { z } from 'zod';
import { FaultsError, requireNoFaults, type Fault } from '../text/faults.ts';
import { didYouMean } from '../text/near-name.ts';
import { schemaFaults, type SchemaNode } from '../text/schema-faults.ts';
import { readYaml, type Path, type YamlSource } from '../text/yaml-source.ts';
import { beginningOf, endOf } from './dates.ts';
import { offersSchema, type GrantYaml, type OffersYaml, type OfferYaml, type RefundYaml } from './schema.ts';
import { asSigned, flawOfDescription, flawOfTitle } from './words.ts';

/** When signed prices hold: a fixed end, or a number of days. */
export interface Validity {
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
  readonly days: number | undefined;
}

export interface OfferTexts {
  readonly locale: string;
  readonly title: string;
  readonly description: string;
}

/** One offer, every field meaningful. */
export interface OfferEntry {
  readonly id: string;
  /** Its place in the file, for faults. */
  readonly path: Path;
  readonly grant: Terms['grant'];
  readonly price: Money;
  readonly free: boolean;
  readonly ageRating: number;
  /** Sorted, each once; empty: everywhere. */
  readonly territories: readonly string[];
  /** The least assurance of a card that may decide. */
  readonly cards: CardsAccepted;
  /** By locale, sorted. */
  readonly texts: readonly OfferTexts[];
  readonly refund: RefundYaml;
  /** Path of the content file as written. */
  readonly content: string | undefined;
  /** What it seals: the file in the clear and where the encrypted one goes, paths as written. */
  readonly seals: readonly { readonly file: string; readonly to: string }[];
}

/** A checked `offers.yaml`. */
export interface OffersFile {
  readonly source: YamlSource;
  readonly publisherId: string;
  readonly gameId: string;
  readonly defaultLocale: string;
  /** The game's name by locale, sorted by locale. */
  readonly gameNames: ReadonlyMap<string, string>;
  readonly origins: readonly string[];
  readonly validity: Validity;
  /** Paths of deciders' encryption keys, as written. */
  readonly escrow: readonly string[];
  readonly offers: readonly OfferEntry[];
}

const shape = z.toJSONSchema(offersSchema, { target: 'draft-7', io: 'input' }) as SchemaNode;

/** Reads and checks. Throws FaultsError with every fault of the file. */
export function readOffers(file: string, text: string): OffersFile {
  const source = readYaml(file, text);
  const parsed = offersSchema.safeParse(source.value);
  if (!parsed.success) throw new FaultsError(schemaFaults(source, parsed.error.issues, shape));
  const faults: Fault[] = [];
  const offersFile = resolve(source, parsed.data, faults);
  requireNoFaults(faults);
  return offersFile;
}

function resolve(source: YamlSource, written: OffersYaml, faults: Fault[]): OffersFile {
  const locales = Object.keys(written.game.name).sort();
  const gameNames = new Map(locales.map((locale) => [locale, asSigned(written.game.name[locale] ?? '')]));
  checkGame(source, written, faults);
  checkContact(source, written.refund, ['refund', 'contact'], faults);
  checkSealedPaths(source, written.offers, faults);
  const seen = new Set<string>();
  const offers = written.offers.map((offer, i) => {
    if (seen.has(offer.id)) faults.push(source.fault(['offers', i, 'id'], `"${offer.id}" stands twice`));
    seen.add(offer.id);
    return resolveOffer(source, offer, ['offers', i], locales, written, faults);
  });
  return {
    source,
    publisherId: written.publisher,
    gameId: written.game.id,
    defaultLocale: written.game.defaultLocale ?? Object.keys(written.game.name)[0] ?? '',
    gameNames,
    origins: written.game.origins,
    validity: resolveValidity(source, written.validity, faults),
    escrow: written.escrow,
    offers,
  };
}

function checkGame(source: YamlSource, { game }: OffersYaml, faults: Fault[]): void {
  const locales = Object.keys(game.name);
  if (locales.length === 0) faults.push(source.fault(['game', 'name'], 'needs at least one language'));
  if (locales.length > LIMITS.localesMax)
    faults.push(source.fault(['game', 'name'], `has more than ${LIMITS.localesMax} languages`));
  for (const locale of locales) {
    const flaw = flawOfTitle(game.name[locale] ?? '');
    if (flaw !== undefined) faults.push(source.fault(['game', 'name', locale], flaw, { code: 'OFFER_TEXT' }));
  }
  if (game.defaultLocale !== undefined && !locales.includes(game.defaultLocale))
    faults.push(source.fault(['game', 'defaultLocale'], `game.name has no ${game.defaultLocale}`));
  game.origins.forEach((origin, i) => {
    const flaw = flawOfOrigin(origin);
    if (flaw !== undefined) faults.push(source.fault(['game', 'origins', i], flaw.message, { hint: flaw.hint }));
  });
}

/** Two files under one name, or one that takes the place of what it was made from, would be lost. */
function checkSealedPaths(source: YamlSource, offers: readonly OfferYaml[], faults: Fault[]): void {
  const all = offers.flatMap(({ seals = [] }, i) =>
    seals.map((one, k) => ({ ...one, path: ['offers', i, 'seals', k, 'to'] })),
  );
  const clear = new Set(all.map(({ file }) => posix.normalize(file)));
  const taken = new Set<string>();
  for (const { to, path } of all) {
    const name = posix.normalize(to);
    if (clear.has(name)) faults.push(source.fault(path, 'is a file in the clear'));
    else if (taken.has(name)) faults.push(source.fault(path, `"${to}" stands twice`));
    taken.add(name);
  }
}

function checkContact(source: YamlSource, refund: RefundYaml | undefined, path: Path, faults: Fault[]): void {
  const flaw = refund === undefined ? undefined : flawOfTitle(refund.contact);
  if (flaw !== undefined) faults.push(source.fault(path, flaw, { code: 'OFFER_TEXT' }));
}

function flawOfOrigin(origin: string): { message: string; hint?: string } | undefined {
  if (origin === 'null')
    return {
      message: 'null is the origin of every local file',
      hint: `serve the game from an address of its own, or list ${NATIVE_ORIGIN} if it is an installed one`,
    };
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/\s?#]+$/.test(origin) || Buffer.byteLength(origin) > LIMITS.titleBytesMax) {
    const start = /^[a-z][a-z0-9+.-]*:\/\/[^/\s?#]+/.exec(origin)?.[0];
    const message = 'expected a web origin such as https://play.example.com';
    return start === undefined ? { message } : { message, hint: `did you mean "${start}"?` };
  }
  if (!/^https?:/.test(origin) || !URL.canParse(origin)) return undefined;
  const sent = new URL(origin).origin;
  return sent === origin ? undefined : { message: 'not as browsers send it', hint: `did you mean "${sent}"?` };
}

function resolveValidity(source: YamlSource, written: OffersYaml['validity'], faults: Fault[]): Validity {
  const { from, until, days } = written;
  if ((until === undefined) === (days === undefined))
    faults.push(source.fault(['validity'], 'give either until or days'));
  const fromMs = from === undefined ? undefined : requireDate(source, ['validity', 'from'], beginningOf(from), faults);
  const untilMs = until === undefined ? undefined : requireDate(source, ['validity', 'until'], endOf(until), faults);
  if (fromMs !== undefined && untilMs !== undefined) {
    if (untilMs <= fromMs) faults.push(source.fault(['validity', 'until'], 'ends before it begins'));
    else if (untilMs - fromMs > LIMITS.quoteLifeMsMax)
      faults.push(source.fault(['validity', 'until'], 'longer than 800 days', { code: 'OFFER_EXPIRED' }));
  }
  return { fromMs, untilMs, days };
}

function resolveOffer(
  source: YamlSource,
  offer: OfferYaml,
  path: Path,
  locales: readonly string[],
  common: Pick<OffersYaml, 'refund' | 'cards'>,
  faults: Fault[],
): OfferEntry {
  const refund = offer.refund ?? common.refund;
  if (refund === undefined)
    faults.push(
      source.fault([...path, 'refund'], 'is missing', { hint: 'give it here, or once for all offers at the top' }),
    );
  checkContact(source, offer.refund, [...path, 'refund', 'contact'], faults);
  const price = resolvePrice(source, offer, path, faults);
  if (offer.seals !== undefined && offer.content !== undefined)
    faults.push(source.fault([...path, 'content'], 'give either content or seals'));
  return {
    id: offer.id,
    path,
    grant: resolveGrant(source, offer.grant, [...path, 'grant'], faults),
    price,
    free: offer.free,
    ageRating: offer.ageRating,
    territories: [...new Set(offer.territories)].sort(),
    cards: offer.cards ?? common.cards,
    texts: resolveTexts(source, offer, path, locales, faults),
    refund: { days: refund?.days ?? 0, contact: asSigned(refund?.contact ?? '') },
    content: offer.content,
    seals: offer.seals ?? [],
  };
}

function resolvePrice(source: YamlSource, offer: OfferYaml, path: Path, faults: Fault[]): Money {
  const [amount = '', currency = ''] = offer.price.split(' ');
  try {
    const price = parseMoney(amount, currency);
    if ((price.amountMinor === 0n) !== offer.free)
      faults.push(
        source.fault([...path, offer.free ? 'free' : 'price'], 'free must be true for a price of 0, and only then', {
          code: 'OFFER_PRICE',
        }),
      );
    return price;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const hint = error.code === 'OFFER_CURRENCY' ? didYouMean(currency, CURRENCIES) : undefined;
    const message = error.message.replace(/^[a-z]+: /, '');
    faults.push(source.fault([...path, 'price'], message, { code: error.code, hint }));
    return { amountMinor: 0n, currency };
  }
}

function resolveGrant(source: YamlSource, grant: GrantYaml, path: Path, faults: Fault[]): Terms['grant'] {
  const kept = { quantity: 0, untilMs: 0 };
  if ('level' in grant) return { ...kept, kind: 'level', target: grant.level };
  if ('scene' in grant) return { ...kept, kind: 'scene', target: grant.scene };
  if ('forever' in grant) return { ...kept, kind: 'forever', target: grant.forever };
  const { target } = grant;
  if ('minutes' in grant) return { ...kept, kind: 'minutes', target, quantity: grant.minutes };
  if ('uses' in grant) return { ...kept, kind: 'uses', target, quantity: grant.uses };
  if ('days' in grant) return { ...kept, kind: 'period', target, quantity: grant.days };
  const untilMs = requireDate(source, [...path, 'until'], endOf(grant.until), faults);
  return { ...kept, kind: 'until', target, untilMs };
}

function resolveTexts(
  source: YamlSource,
  offer: OfferYaml,
  path: Path,
  locales: readonly string[],
  faults: Fault[],
): OfferTexts[] {
  for (const locale of Object.keys(offer.texts)) {
    if (!locales.includes(locale))
      faults.push(source.fault([...path, 'texts', locale], `game.name has no ${locale}`, { part: 'key' }));
  }
  return locales.flatMap((locale) => {
    const texts = offer.texts[locale];
    const at = [...path, 'texts', locale];
    if (texts === undefined) {
      faults.push(
        source.fault(at, 'is missing', { hint: `game.name has ${locale}, so every offer needs texts in it` }),
      );
      return [];
    }
    for (const [field, flaw] of [
      ['title', flawOfTitle(texts.title)],
      ['description', flawOfDescription(texts.description)],
    ] as const) {
      if (flaw !== undefined) faults.push(source.fault([...at, field], flaw, { code: 'OFFER_TEXT' }));
    }
    return [{ locale, title: asSigned(texts.title), description: asSigned(texts.description) }];
  });
}

function requireDate(source: YamlSource, path: Path, atMs: number | undefined, faults: Fault[]): number {
  if (atMs === undefined) faults.push(source.fault(path, 'there is no such date'));
  else if (atMs < 0 || atMs > LIMITS.timeMsMax) faults.push(source.fault(path, 'out of range'));
  return atMs ?? 0;
}
