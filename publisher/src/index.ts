/** `@coinslot/publisher` as a library: what the `coinslot` command does, with clock and randomness as arguments. */
export { FaultsError, formatFault, type Fault, type Position } from './text/faults.ts';
export { readOffers, type OfferEntry, type OffersFile, type OfferTexts, type Validity } from './offers/read.ts';
export { signPriceList, type OfferChange, type SignedPriceList, type SigningInput } from './price-list/sign.ts';
export { checkPriceList, readPriceList, type CheckedPriceList, type CheckInput } from './price-list/check.ts';
export type { ReadContent } from './price-list/describe.ts';
export type { Trust } from './price-list/verdict.ts';
export { shownPrices } from './price-list/shown-prices.ts';
export { compilePlacements, formatPlacements } from './placements/compile.ts';
export { PACING, PRESETS, type Pacing, type Preset } from './placements/pacing.ts';
export { formatSchemas } from './schema-files.ts';
export { readPemCertificates, readRoots, withoutRoot } from './studio/certificates.ts';
export { studioFiles, type StudioFiles } from './studio/layout.ts';
export { checkStudio, type StudioCheck } from './studio/check.ts';
export { initStudio, type InitialFile } from './studio/init.ts';
export { signStudio } from './studio/sign.ts';
export { readKey, signerOf } from './studio/keys.ts';
export { makeRefundOrder, readNotice, type OrderInput } from './refunds/order.ts';
export { refund, type RefundDone, type RefundInput } from './refunds/refund.ts';
