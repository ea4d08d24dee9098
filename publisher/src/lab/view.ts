/** What the lab's server tells its page: plain JSON. Types only, since the page must not load what the server is made of. */
import type { PlacementsFile } from '@coinslot/plugin/timing';
import type { Fault } from '../text/faults.ts';

/** An offer as `offers.yaml` describes it; nothing is signed yet. */
export interface OfferView {
  readonly id: string;
  /** Whole minor units, as text: JSON has no bigint. */
  readonly amountMinor: string;
  readonly currency: string;
  /** Kind of the grant and its quantity or date, whichever it has. */
  readonly grant: { readonly kind: string; readonly quantity?: number; readonly untilMs?: number };
  readonly refund: { readonly days: number; readonly contact: string };
  /** By language, in the order of the file's languages. */
  readonly texts: readonly {
    readonly locale: string;
    readonly gameName: string;
    readonly title: string;
    readonly description: string;
  }[];
}

/** A file in `recordings/`. */
export interface RecordingEntry {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** The answer of `GET /api/lab` and of whatever changes something. */
export interface LabView {
  /** Rises with every change: an answer with a lower one is old. */
  readonly revision: number;
  /** `placements.yaml` as edited here. */
  readonly text: string;
  /** Name of the file, as the designer named it. */
  readonly name: string;
  /** The compiled text; of the last text without faults while there are any. `null` when there never was one. */
  readonly file: PlacementsFile | null;
  /** The same of the file on disk. */
  readonly disk: PlacementsFile | null;
  /** What is wrong in the text, in `offers.yaml`, or with reading them. */
  readonly faults: readonly Fault[];
  /** The text is what is on disk. */
  readonly saved: boolean;
  /** The file on disk was changed by somebody else after the edits here began; saving would lose that change. */
  readonly changedOnDisk: boolean;
  readonly canUndo: boolean;
  /** What the file says, in sentences. */
  readonly summary: readonly string[];
  readonly offers: readonly OfferView[];
  /** Publisher id of `offers.yaml`. */
  readonly publisher: string;
  readonly recordings: readonly RecordingEntry[];
  /** Games that follow. */
  readonly followers: number;
}

/** Percentiles in words, over players, sessions or days. */
export interface SimulatedFigure {
  readonly name: string;
  readonly p10: string;
  readonly p50: string;
  readonly p90: string;
  readonly most: string;
}

/** The answer of `POST /api/simulate`. */
export interface SimulationView {
  readonly players: number;
  readonly days: number;
  readonly seed: string;
  /** Of the players, 0 ... 1. */
  readonly shareNeverAsked: number;
  readonly figures: readonly SimulatedFigure[];
  /** Players by offers an hour of play. */
  readonly perHour: { readonly labels: readonly string[]; readonly counts: readonly number[] };
  readonly personas: readonly {
    readonly name: string;
    readonly players: number;
    /** The median. */
    readonly offersPerHour: string;
    readonly firstOffer: string;
    readonly shareNeverAsked: number;
    readonly spend: string;
  }[];
  /** Every guard-rail of the file. */
  readonly guardRails: readonly { readonly line: number; readonly holds: boolean; readonly text: string }[];
}
