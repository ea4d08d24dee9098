/** `@coinslot/publisher` as a library: what the `coinslot` command does, with clock and randomness as arguments. */
export { FaultsError, formatFault, type Fault, type Position } from './text/faults.ts';
export { readOffers, type OfferEntry, type OffersFile, type OfferTexts, type Validity } from './offers/read.ts';
export { signPriceList, type OfferChange, type SignedPriceList, type SigningInput } from './price-list/sign.ts';
export { checkPriceList, readPriceList, type CheckedPriceList, type CheckInput } from './price-list/check.ts';
export type { ContentSources, Decider, Escrow, ReadContent, SealedFile } from './price-list/sealed.ts';
export type { Trust } from './price-list/verdict.ts';
export { shownPrices } from './price-list/shown-prices.ts';
export {
  compileDesign,
  compilePlacements,
  formatPlacements,
  type CompiledDesign,
  readPlacements,
} from './placements/compile.ts';
export type { Expectation, Expectations, ExpectedMetric, Percentile } from './placements/expect.ts';
export {
  explainPlacement,
  explanationLines,
  stateOf,
  type AskedState,
  type Explanation,
} from './placements/explain.ts';
export { applyPatch } from './placements/patch.ts';
export { railWords, summarize } from './placements/summary.ts';
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
export { sendBankDetails, type BankDetailsInput } from './server/bank-details.ts';
export { fetchEncryptionKey, handOverEscrows, type EscrowInput } from './server/escrow.ts';
export { signIn, type SignedMessageInput } from './server/sign-in.ts';
export { listReleases, type ListedRelease } from './release/list.ts';
export { publishPlacements, rollBackPlacements, type Published, type RolledBack } from './release/publish.ts';
export { PRESET_PERSONAS, type Persona, type Spread } from './simulate/persona.ts';
export { PRESET_GUARD } from './simulate/setup.ts';
export { readPersonas, type PersonasFile } from './simulate/personas-file.ts';
export { reportHtml } from './simulate/report-html.ts';
export { simulate, tracePlayer, type SimulationInput, type SimulationResult } from './simulate/simulate.ts';
export { compareBoundaries, type Comparison, type Mismatch, type PlacementReach } from './boundaries/compare.ts';
export { findBoundaries, type CodeBoundary, type CodeKind } from './boundaries/find.ts';
export { readSources, type Source, type Sources } from './boundaries/sources.ts';
export { LAB_PORT, openLab, type LabOptions } from './lab/lab.ts';
export type { LabServer } from './lab/lab-server.ts';
export { estimate, estimateLines, type Estimate, type EstimateInput } from './experiments/estimate.ts';
export {
  experimentResults,
  type Comparison as ExperimentComparison,
  type ExperimentResults,
  type GroupResult,
} from './experiments/results.ts';
export { comparisonWords, resultLines, resultsCsv } from './experiments/report.ts';
export { newcombeInterval, normalQuantile, sampleSize, wilsonInterval } from './experiments/statistics.ts';
export { tally, type NamedRecording, type Tally, type UnitKind, type UnitOutcome } from './experiments/tally.ts';
