/**
 * The late chunk: what is needed only once a boundary nears, or once there is something bought to verify. Loaded by
 * `import()` in `core/loading.ts`; importing it anywhere else would put all of it into every game's entry.
 */
export { acceptDecision } from './core/accept.ts';
export { checksOf } from './core/checks.ts';
export { keptCrls, learnRevoked } from './core/kept-crls.ts';
export { offerFor, Purchase } from './core/purchase.ts';
export { unreached } from './core/unreached.ts';
export { createVerifier } from './verifier.ts';
/**
 * What the chunks of sealed content and of releases need of the protocol, by way of here: bundlers then leave this chunk whole, instead of cutting
 * it into what the two share and what they do not, which costs 0.8 kB gzip.
 */
export {
  decodeOffer,
  decodePlacements,
  decodeQuote,
  decodeTerms,
  equalBytes,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  withChain,
} from '@coinslot/protocol';
