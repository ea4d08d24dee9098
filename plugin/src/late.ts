/**
 * The late chunk: what is needed only once a boundary nears, or once there is something bought to verify. Loaded by
 * `import()` in `core/loading.ts`; importing it anywhere else would put all of it into every game's entry.
 */
export { landFlight, restoreAll } from './core/healing.ts';
export { Purchase } from './core/purchase.ts';
export { createVerifier } from './verifier.ts';
