/**
 * The compiled timing file, `placements.json`, and the words of the engine. `placements.yaml` is what designers write;
 * the publisher's `check` command fills in every default and preset, turns durations into milliseconds and writes this
 * shape, so that the game reads it without a YAML parser and without defaults of its own.
 */

/** What a fact or a rule can be. */
export type Scalar = number | string | boolean | null;

/** Facts that a game passes with a boundary: `breakpoint('boss-door', { level: 3 })`. */
export type Facts = Readonly<Record<string, Scalar>>;

/**
 * A condition: JsonLogic with an allow-list of operators (`RULE_OPERATORS`), at most `RULE_DEPTH_MAX` deep.
 * `{ and: [{ '>=': [{ var: 'level' }, 3] }, { '<': [{ var: 'session.offers' }, 2] }] }`
 */
export type Rule = Scalar | readonly Rule[] | { readonly [operator: string]: Rule };

/** The moment a placement stands for. */
export type BoundarySelector =
  /** The game says so: `breakpoint(<the placement's name>)`. */
  | { readonly kind: 'breakpoint' }
  /** Phaser scene lifecycle. `start`, `wake` and `transition` name the scene gone to, `end` and `sleep` the scene left. */
  | { readonly kind: 'scene'; readonly event: SceneEvent; readonly scene: string }
  /** `coinslot.level('start' | 'end', n)`; without `level`, any level. */
  | { readonly kind: 'level'; readonly event: 'start' | 'end'; readonly level?: number }
  /** Every so much play, counted only while playing; taken at the next end of play unless `duringPlay`. */
  | { readonly kind: 'play-time'; readonly everyMs: number }
  /** The minutes or uses bought for a target have run out. */
  | { readonly kind: 'grant-ended'; readonly target: string };

export type SceneEvent = 'start' | 'created' | 'end' | 'sleep' | 'wake' | 'transition';

/** A named boundary. The name travels in message 1 and so is an identifier: 1 ... 64 of a-z A-Z 0-9 . _ - */
export interface Placement {
  readonly name: string;
  readonly on: BoundarySelector;
  /** The file said in so many words that this one may interrupt active play. */
  readonly duringPlay: boolean;
}

/** Most offers shown in a span; `null` = no cap, which a file must ask for. */
export interface Caps {
  readonly session: number | null;
  /** A day of the player's own calendar. */
  readonly day: number | null;
  readonly lifetime: number | null;
}

export interface Variant {
  readonly id: string;
  /** Offer id of `offers.yaml`. */
  readonly offer: string;
  /** Whole number >= 1, relative to the other variants. */
  readonly weight: number;
}

/** What the game is asked to do after a decline; the plugin only passes it on with the result. */
export type AfterDecline = 'continue' | 'retry-point' | 'menu' | 'demo';

/** An ordered rule that ties placements to an offer under conditions and pacing. */
export interface Campaign {
  readonly id: string;
  /** Names of placements, at least one. */
  readonly placements: readonly string[];
  /** At least one. */
  readonly variants: readonly Variant[];
  /** `true` = always. */
  readonly when: Rule;
  /** Waited after the boundary before the offer opens. */
  readonly delayMs: number;
  /** Least play, over all sessions, before a player's first offer by timing. */
  readonly firstOfferAfterPlayMs: number;
  /** Since any offer was last shown, whichever campaign's. */
  readonly cooldownMs: number;
  /** Since any offer was last declined. */
  readonly quietAfterDeclineMs: number;
  /** Of this campaign's own offers. */
  readonly caps: Caps;
  readonly afterDecline: AfterDecline;
  /** Higher first; equal ones in file order. */
  readonly priority: number;
  /** Share of players never asked by this campaign, 0 ... 1. */
  readonly holdout: number;
  readonly startMs: number | null;
  readonly endMs: number | null;
}

export interface PlacementsFile {
  readonly version: 1;
  /** Game id, as in the price list. */
  readonly game: string;
  /** What each offer of `offers.yaml` opens, copied at compilation, so that the engine knows what is owned. */
  readonly offers: Readonly<Record<string, { readonly target: string }>>;
  /** A target that opens others: `play: ['level-4', 'level-5']`. */
  readonly covers: Readonly<Record<string, readonly string[]>>;
  readonly placements: readonly Placement[];
  readonly campaigns: readonly Campaign[];
  /** Over all campaigns together; on by default. */
  readonly overall: { readonly caps: Caps };
}

/** Why no offer is shown now. The order is the order of the checks: the last one that a campaign reached is named. */
export const SKIP_REASONS = [
  'no-placement',
  'not-at-boundary',
  'overlay-busy',
  'no-rule-match',
  'already-entitled',
  'holdout',
  'first-session-grace',
  'recently-declined',
  'cooldown',
  'session-cap',
  'day-cap',
  'lifetime-cap',
  'payments-off',
  'wallet-permission',
  'wallet-absent',
  'offline',
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

/** What is known of the wallet; `unknown` (not asked yet) holds nothing back. */
export const WALLET_STANDINGS = ['unknown', 'ready', 'payments-off', 'permission', 'absent', 'offline'] as const;

export type WalletStanding = (typeof WALLET_STANDINGS)[number];

/** A boundary that has been reached. */
export interface Boundary {
  readonly placement: string;
  readonly facts?: Facts;
}

export interface ShownCounts {
  readonly session: number;
  /** Belongs to `TimingState.day`; 0 on another day. */
  readonly day: number;
  readonly lifetime: number;
}

/** All that `decide` knows of a player. Plain JSON; never changed in place. Times in ms since 1970. */
export interface TimingState {
  /** Random, once per player and game: makes assignments sticky. */
  readonly seed: string;
  /** Added to UTC to get the player's calendar day. */
  readonly dayOffsetMs: number;
  readonly playing: boolean;
  readonly overlayOpen: boolean;
  readonly wallet: WalletStanding;
  /** Targets that are open now, those covered included. */
  readonly owned: readonly string[];
  /** Sessions begun, this one included. */
  readonly sessions: number;
  readonly firstSessionAtMs: number;
  /** Play over all sessions, and in this one. */
  readonly playedMs: number;
  readonly sessionPlayedMs: number;
  /** Offers shown by timing, over all campaigns and per campaign. What a player asked for is not counted. */
  readonly shown: ShownCounts;
  readonly campaigns: Readonly<Record<string, ShownCounts>>;
  /** The day that the `day` counts belong to: whole days since 1970 in the player's calendar. */
  readonly day: number;
  readonly accepted: number;
  readonly declined: number;
  readonly sessionDeclined: number;
  /** Any dialog, asked for or not. */
  readonly lastShownAtMs: number | null;
  readonly lastDeclinedAtMs: number | null;
}

/** One check of one campaign, with the values it met: `{ 'minutes since': 2, 'at least': 4 }`. */
export interface ExplainedCheck {
  readonly reason: SkipReason;
  readonly passed: boolean;
  readonly met: Facts;
}

export interface ExplainedCampaign {
  readonly campaign: string;
  readonly passed: boolean;
  readonly checks: readonly ExplainedCheck[];
}

export interface Show {
  readonly show: true;
  readonly campaign: string;
  readonly offer: string;
  readonly variant: string;
  readonly delayMs: number;
  readonly afterDecline: AfterDecline;
  /** Every campaign of the placement; computed when asked for. */
  explain(): readonly ExplainedCampaign[];
}

export interface Skip {
  readonly show: false;
  readonly reason: SkipReason;
  explain(): readonly ExplainedCampaign[];
}

export type TimingDecision = Show | Skip;
