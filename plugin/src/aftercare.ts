/**
 * The chunk of what comes after a purchase: what the game has lost is fetched again, and what was bought runs out. Loaded by `import()`
 * once the wallet is there or something is held. What it shares with the late chunk it takes by way of that one, so that bundlers
 * leave both whole.
 */
export { landFlight, restoreAll } from './core/healing.ts';
export { restoreNow, takeRefund, useOnce, watchEnds } from './core/running-out.ts';
