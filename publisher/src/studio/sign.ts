/** `coinslot sign`: the folder's files in, the price list out, whole or not at all. */
import { readOffers } from '../offers/read.ts';
import { readPriceList } from '../price-list/check.ts';
import { signPriceList, type SignedPriceList } from '../price-list/sign.ts';
import { contentReader } from './check.ts';
import { readPemCertificates, readRoots, withoutRoot } from './certificates.ts';
import { createOrReadContentKey, writeSealed } from './content-keys.ts';
import { readBytes, readBytesIfThere, readText, replaceFile } from './files.ts';
import { readKey, signerOf } from './keys.ts';
import type { StudioFiles } from './layout.ts';

/** Signs the folder's offers and puts the price list in place. Throws FaultsError, the old list untouched. */
export function signStudio(
  files: StudioFiles,
  nowMs: number,
  randomBytes: (length: number) => Uint8Array,
): SignedPriceList {
  const offers = readOffers(files.offers, readText(files.offers, 'coinslot init writes a first one'));
  const fromAuthority = 'your authority gives it to you for your certificate request';
  const roots = readRoots(files.roots, readBytes(files.roots, fromAuthority));
  const chain = withoutRoot(readPemCertificates(files.chain, readText(files.chain, fromAuthority)), roots);
  const previous = readBytesIfThere(files.priceList);
  const signed = signPriceList({
    offers,
    previous: previous && readPriceList(files.priceList, previous),
    trust: { chain, roots },
    chainFile: files.chain,
    signer: signerOf(readKey(files.key)),
    nowMs,
    randomBytes,
    readContent: contentReader(files.offers),
    contentKeyOf: (offerId) => createOrReadContentKey(files.contentKeys, offerId, randomBytes),
  });
  // Before the list: one that is there names content that is there.
  writeSealed(files, signed);
  replaceFile(files.priceList, signed.bytes);
  return signed;
}
