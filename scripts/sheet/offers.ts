/** The offers of a studio's folder as players will see them, before anything is signed: in the wallet's words and the overlay's pixels. */
import { existsSync, readFileSync } from 'node:fs';
import { readCertificate } from '@coinslot/protocol';
import { readOffers, readPemCertificates, studioFiles, type OffersFile } from '@coinslot/publisher';
import { composeShown } from '../../wallet/src/consent/shown.ts';
import { isLanguage, type Language } from '../../wallet/src/words/languages.ts';
import type { SheetRow } from './draw.ts';

const SALT_BYTES = 16;
/** A date with long words in most languages. */
const OFFERED_AT_MS = Date.UTC(2026, 8, 23, 18, 4);

export interface StudioOffers {
  readonly file: OffersFile;
  /** Who sells, as players are told. */
  readonly payee: string;
}

/** Reads a folder's `offers.yaml` and certificate. Throws FaultsError for what `coinslot check` would refuse. */
export function readStudioOffers(folder: string): StudioOffers {
  const { offers, chain } = studioFiles(folder);
  const file = readOffers(offers, readFileSync(offers, 'utf8'));
  const [leaf] = existsSync(chain) ? readPemCertificates(chain, readFileSync(chain, 'utf8')) : [];
  return { file, payee: leaf === undefined ? file.publisherId : readCertificate(leaf).subject.commonName };
}

/**
 * Two rows of each offer, before and after the first press. Texts are those of the language where the file has them, and otherwise of
 * its default, as a game sends them; without a certificate the seller goes by the publisher's id.
 */
export function offerRows({ file, payee }: StudioOffers, locale: string): readonly SheetRow[] {
  const language: Language = isLanguage(locale) ? locale : 'en';
  return file.offers.flatMap((offer): SheetRow[] => {
    const texts =
      offer.texts.find((one) => one.locale.split('-')[0] === locale) ??
      offer.texts.find((one) => one.locale === file.defaultLocale) ??
      offer.texts[0]!;
    const { shown } = composeShown({
      offer: {
        offer: { offerTimeMs: OFFERED_AT_MS },
        quote: offer.price,
        terms: { offerId: offer.id, grant: offer.grant, refund: offer.refund },
        texts: { ...texts, gameName: file.gameNames.get(texts.locale) ?? '' },
        publisher: { subject: { commonName: payee }, sandbox: false },
      },
      charge: { money: offer.price, table: undefined },
      salt: new Uint8Array(SALT_BYTES),
      language,
      timeZone: 'UTC',
      ...{ consent: 'press', sufficiency: 'enough' },
    });
    const state = { kind: 'review', shown } as const;
    const name = texts.locale.split('-')[0] === locale ? offer.id : `${offer.id}, texts in ${texts.locale}`;
    return [
      { name, state, step: 'review', closesSoon: true },
      { name: `${name}, second step`, state, step: 'confirm', closesSoon: false },
    ];
  });
}
