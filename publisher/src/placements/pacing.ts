/** The pacing presets: what a campaign waits for and how often it may ask when its file says nothing else. */
import type { Caps } from '@coinslot/plugin/timing';

export interface Pacing {
  /** Play before a player's first offer. */
  readonly firstOfferAfter: string;
  /** Between any two offers. */
  readonly cooldown: string;
  readonly quietAfterDecline: string;
  /** Of one campaign. No preset is without caps: that is for a file to ask for. */
  readonly caps: Caps;
  /** Over all campaigns together. */
  readonly overall: Caps;
}

export const PRESETS = ['gentle', 'balanced', 'sparse'] as const;
export type Preset = (typeof PRESETS)[number];

export const PACING: Readonly<Record<Preset, Pacing>> = {
  gentle: {
    firstOfferAfter: '10m',
    cooldown: '10m',
    quietAfterDecline: '30m',
    caps: { session: 1, day: 2, lifetime: 20 },
    overall: { session: 2, day: 3, lifetime: 60 },
  },
  balanced: {
    firstOfferAfter: '5m',
    cooldown: '4m',
    quietAfterDecline: '15m',
    caps: { session: 2, day: 4, lifetime: 40 },
    overall: { session: 3, day: 6, lifetime: 120 },
  },
  sparse: {
    firstOfferAfter: '15m',
    cooldown: '20m',
    quietAfterDecline: '1d',
    caps: { session: 1, day: 1, lifetime: 10 },
    overall: { session: 1, day: 2, lifetime: 30 },
  },
};
