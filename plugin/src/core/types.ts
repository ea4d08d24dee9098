/** The words of the plugin's public interface. */
import type { Charged, CodeName, GrantKind } from '@coinslot/protocol';
import type {
  AfterDecline,
  Answer,
  ExplainedCampaign,
  Facts,
  PassedHappening,
  PlacementsFile,
  SkipReason,
  TimingDecision,
  TimingState,
} from '../timing/index.ts';

/** What the player has, known from a verified decision only. */
export interface Entitlement {
  /** 32 hex digits; the same in the wallet's receipt. */
  readonly decisionId: string;
  readonly offerId: string;
  readonly target: string;
  readonly kind: GrantKind;
  readonly grantedAtMs: number;
  /** Minutes of play left, ms; only for `minutes`. */
  readonly remainingMs?: number;
  /** Uses left; only for `uses`. */
  readonly remainingUses?: number;
  /** Only for `until` and `period`. */
  readonly endsAtMs?: number;
  readonly open: boolean;
}

/** Why a call ended as it did. The skip reasons are those of the timing engine. */
export type ResultReason =
  | SkipReason
  /** The wallet's page asks the player to connect this game, or the game has to be connected by a code first. */
  | 'not-paired'
  /** Granted: by a payment now, or handed over again by the wallet. */
  | 'paid'
  | 'restored'
  /** Declined by the player; or the page was hidden, the context lost, the game shut down before an answer. */
  | 'declined'
  | 'interrupted'
  /** Undecided; asked again by itself, an `entitlement` event follows when it is granted. */
  | 'undecided'
  /** The player's own rules let this game ask again only later; `detail` says when, in the player's language. */
  | 'held-back'
  /** Refused by the wallet or the payment server, with a code. */
  | 'refused'
  /** Nothing in the price list opens this target. */
  | 'no-offer'
  /** What came back cannot be trusted, or something broke; with a code where there is one. */
  | 'not-verified'
  | 'broken';

/** One outcome always comes; no promise of the plugin rejects because of a payment. */
export interface BreakpointResult {
  readonly status: 'granted' | 'declined' | 'skipped' | 'pending' | 'failed';
  readonly reason: ResultReason;
  readonly code?: CodeName;
  readonly charged: Charged;
  readonly entitlement?: Entitlement;
  /** Every campaign with its checks, for `breakpoint` and `preview`. */
  readonly explain?: readonly ExplainedCampaign[];
  /** What the campaign asks the game to do after a decline. */
  readonly afterDecline?: AfterDecline;
  /** For the developer's log, in English. */
  readonly detail?: string;
}

/** Sealed content in the clear, in memory and nowhere else; or why not. */
export type OpenedContent =
  | { readonly status: 'opened'; readonly bytes: Uint8Array }
  | {
      readonly status: 'refused';
      /**
       * `not-entitled`: no verified decision opens the target. `not-sealed`: what opens it is about nothing sealed. `no-key`: the
       * wallet has handed over no key, as when it is not running (KEY_ABSENT). `not-fetched`: the file, or the code that opens
       * it, could not be loaded. `not-verified`: file or key are not what the publisher signed, with the code. `insecure-page`:
       * the browser decrypts only on pages from https or from this machine.
       */
      readonly reason:
        'not-entitled' | 'not-sealed' | 'no-key' | 'not-fetched' | 'not-verified' | 'insecure-page' | 'broken';
      readonly code?: CodeName;
      /** For the developer's log, in English. */
      readonly detail?: string;
    };

/**
 * How asking for newer rules went. `taken`: in force now. `current`: those in force are the latest. `none`: no `placementsUrl`, or the
 * host has no release. `unreached`: no answer. `refused`: what came was not taken, and nothing changed; a `problem` event says the same.
 */
export type PlacementsRefresh =
  | { readonly status: 'taken' | 'current'; readonly number: number }
  | { readonly status: 'none' }
  | { readonly status: 'unreached'; readonly detail: string }
  | { readonly status: 'refused'; readonly code?: CodeName; readonly detail: string };

export interface RestoreResult {
  readonly status: 'restored' | 'failed';
  readonly entitlements: readonly Entitlement[];
  /** Messages of the wallet that were refused, with their codes. */
  readonly refused: readonly CodeName[];
  readonly reason?: 'wallet-absent' | 'wallet-permission' | 'not-paired' | 'offline' | 'broken';
  readonly detail?: string;
}

/**
 * `off`: not tried yet. `pairing`: the player is asked on the wallet's page. `refused`: the player said no there. `permission`:
 * the browser asks first, or was told no. `needs-code`: an installed game that is not connected yet; see `connectByCode`.
 */
export type LinkState = 'off' | 'connecting' | 'pairing' | 'ready' | 'absent' | 'permission' | 'refused' | 'needs-code';

export interface MessageCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly code?: CodeName;
}

/** A frame of the link as it passed. */
export interface PassedMessage {
  readonly direction: 'game→wallet' | 'wallet→game';
  /** Kind of the frame: `offer`, `show`, `decision` ...; `declined` for the signed no inside a `refusal`. */
  readonly name: string;
  /** The signed or encoded message inside where there is one, else the whole frame. Empty for `paired`, which holds a secret. */
  readonly bytes: Uint8Array;
  readonly checks: readonly MessageCheck[];
  readonly atMs: number;
}

export interface EntitlementChange {
  readonly kind: 'granted' | 'restored' | 'ended' | 'refunded';
  readonly entitlement: Entitlement;
}

export interface ReachedBoundary {
  readonly placement: string;
  readonly facts: Facts;
  readonly decision: TimingDecision;
  /** What it was decided on. */
  readonly state: TimingState;
  readonly atMs: number;
}

/** What passes that timing counts or waits for, boundaries apart: for recorders and live tools. */
export type TimingEvent = { readonly atMs: number } & TimingNews;

export type TimingNews =
  | { readonly kind: 'play'; readonly on: boolean }
  | { readonly kind: 'passed'; readonly on: PassedHappening; readonly facts: Facts; readonly playing: boolean }
  /** `campaign` is null when the player asked for it. */
  | { readonly kind: 'shown'; readonly offer: string; readonly campaign: string | null }
  | {
      readonly kind: 'answered';
      readonly offer: string;
      readonly campaign: string | null;
      readonly outcome: Answer;
    }
  | { readonly kind: 'lost' }
  /** Other rules since now. */
  | { readonly kind: 'placements'; readonly file: PlacementsFile };

export interface CoinslotEvents {
  /** Every frame of the link, after it was checked. */
  message: PassedMessage;
  /** What the player has has changed. */
  entitlement: EntitlementChange;
  /** State of the link with the wallet. */
  wallet: LinkState;
  /** A boundary was put to the timing rules. */
  boundary: ReachedBoundary;
  /** Play, offers and losses, as timing sees them. */
  timing: TimingEvent;
  /** Something broke behind the game's back; never because a player declined. */
  problem: { readonly where: string; readonly error: unknown };
}

/** One of the events with its name, as `onEvent` receives them. */
export type CoinslotEvent = {
  [K in keyof CoinslotEvents]: { readonly name: K; readonly value: CoinslotEvents[K] };
}[keyof CoinslotEvents];

export interface CoreOptions {
  /** `price-list.coinslot`. */
  readonly priceList: Uint8Array;
  /** `placements.json`. */
  readonly placements: PlacementsFile;
  /**
   * Where the game's own host serves `placements.coinslot`: rules that the publisher has released since this build. Asked for once the
   * game has settled; the last good ones are kept for starts without a network.
   */
  readonly placementsUrl?: string;
  /** `roots.coinslot`, or the certificates (DER) one by one. */
  readonly roots: Uint8Array | readonly Uint8Array[];
  /** `crls.coinslot`: revocation lists as of the build. Newer ones come from the wallet. */
  readonly crls?: Uint8Array;
  /** Throwaway keys: must be `true` for sandbox roots and absent for live ones. Default false. */
  readonly sandbox?: boolean;
  readonly wallet?: { readonly port?: number };
  /** BCP 47; default `en`. */
  readonly locale?: string;
  readonly onEvent?: (event: CoinslotEvent) => void;
}
