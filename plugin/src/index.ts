/**
 * `@coinslot/plugin`: the Phaser plugin. `docs/reference/plugin.md` has every method, event and option.
 *
 *     plugins: { global: [{ key: 'Coinslot', plugin: CoinslotPlugin, mapping: 'coinslot', start: true,
 *       data: { priceList, placements, roots } }] }
 */
export { CoinslotPlugin, type CoinslotOptions, type GatedScene } from './phaser/plugin.ts';
export type { Listener } from './core/emitter.ts';
export type {
  BreakpointResult,
  CoinslotEvent,
  CoinslotEvents,
  Entitlement,
  EntitlementChange,
  LinkState,
  MessageCheck,
  OpenedContent,
  PassedMessage,
  PlacementsRefresh,
  ReachedBoundary,
  RestoreResult,
  ResultReason,
  TimingEvent,
} from './core/types.ts';
export type { Facts, PlacementsFile, SkipReason, TimingDecision, TimingState } from './timing/index.ts';
export type { OverlayModule, OverlayPort, Switches, ThemeChoice, ThemeName, ThemeTokens } from '@coinslot/overlay';
