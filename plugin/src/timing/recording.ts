/**
 * A recorded session: JSON Lines that a game writes while it is played, for the lab, the simulator and experiments. What each
 * field means, and what is left out of it for the player's sake, is in `docs/reference/recording.md`.
 */
import type { Happening } from './boundaries.ts';
import { isTimingState } from './state.ts';
import { SKIP_REASONS, type Facts, type PlacementsFile, type SkipReason, type TimingState } from './types.ts';
import { WALLET_STANDINGS, type WalletStanding } from './types.ts';

/** The first line. */
export interface RecordingHeader {
  readonly v: 1;
  readonly kind: 'session';
  /** Game id, as in the placements file. */
  readonly game: string;
  /** When the recording began, ms since 1970, rounded down to the minute. Times in `state` are moved by the same amount. */
  readonly startMs: number;
  /** `fileHash` of the placements file: it names, it does not prove. */
  readonly file: string;
  /** At the beginning. Its seed is a stand-in that is assigned as the player is, drawn anew for each recording. */
  readonly state: TimingState;
  /** Campaigns in which no stand-in was found that is assigned as the player is; absent when there are none. */
  readonly otherwise?: readonly string[];
  /** The studio's own pseudonym of the player, where it gave one. */
  readonly unit?: string;
}

/**
 * What became of an offer. `left`: the dialog was left by a way that is no answer; for pacing it counts as a decline.
 * `held-back`: the player was not asked after all, because of the wallet, its rules, or because it is theirs already.
 */
export const ANSWERS = ['accepted', 'declined', 'left', 'failed', 'held-back'] as const;
export type Answer = (typeof ANSWERS)[number];

/** What a placement can stand for, apart from play time, which the `play` lines tell, and breakpoints, which name one. */
export type PassedHappening = Exclude<Happening, { kind: 'play-time' }>;

export interface ShownCampaign {
  readonly campaign: string;
  readonly offer: string;
  readonly variant: string;
}

/** What a boundary line has apart from its outcome. */
interface BoundaryFields {
  readonly kind: 'boundary';
  readonly placement: string;
  readonly facts: Facts;
  /** As the rules saw it: play may end by this very boundary. */
  readonly playing: boolean;
  /** Another offer was under way, from its boundary (or the player's wish) until it was answered. */
  readonly busy?: true;
}

/** What a line tells, without its time. */
export type RecordedEvent =
  /** Play begins or ceases to count: brackets, an open dialog, a hidden page, a machine that slept. */
  | { readonly kind: 'play'; readonly on: boolean }
  /** Something that may be a boundary passed, whether or not a placement stands for it; its boundaries follow at once. */
  | { readonly kind: 'passed'; readonly on: PassedHappening; readonly facts: Facts; readonly playing: boolean }
  | (BoundaryFields & { readonly show: ShownCampaign; readonly skip?: never })
  | (BoundaryFields & { readonly skip: SkipReason; readonly show?: never })
  /** `campaign` is null when the player asked for it. */
  | { readonly kind: 'shown'; readonly offer: string; readonly campaign: string | null }
  | {
      readonly kind: 'answered';
      readonly offer: string;
      readonly campaign: string | null;
      readonly outcome: Answer;
      /** Since it was shown; null when it was not. */
      readonly afterMs: number | null;
    }
  | { readonly kind: 'wallet'; readonly standing: WalletStanding }
  | { readonly kind: 'owned'; readonly targets: readonly string[] }
  /** The game said that the player lost something. */
  | { readonly kind: 'lost' }
  /** Other rules since here. */
  | { readonly kind: 'reload'; readonly file: string }
  | { readonly kind: 'end' };

/** `t`: whole ms since the recording began, never falling. */
export type RecordedLine = { readonly t: number } & RecordedEvent;

export interface Recording {
  readonly header: RecordingHeader;
  readonly lines: readonly RecordedLine[];
  /** The last line was cut off, as by a crash, and is left out. */
  readonly isCut: boolean;
}

/** Text that is no recording; `line` counts from 1. */
export class RecordingError extends RangeError {
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = 'RecordingError';
    this.line = line;
  }
}

/** One line of the file, with its line break. */
export const writeLine = (line: RecordingHeader | RecordedLine): string => `${JSON.stringify(line)}\n`;

/** Names a compiled file: FNV-1a (32 bit) over the UTF-16 code units of its JSON, as 8 hex digits. */
export function fileHash(file: PlacementsFile): string {
  const text = JSON.stringify(file);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Reads a recording. Throws RecordingError with the number of the line that is not as it must be. */
export function readRecording(text: string): Recording {
  const rows = text.split('\n');
  const unended = rows.pop()!;
  const isCut = unended !== '' && !isJson(unended);
  if (unended !== '' && !isCut) rows.push(unended);
  if (rows.length === 0) throw new RecordingError(1, 'there is no whole line');
  const [header, ...lines] = rows.map((row, i) => parse(row, i + 1));
  if (!isHeader(header)) throw new RecordingError(1, 'not the first line of a recording of version 1');
  let t = 0;
  lines.forEach((line, i) => {
    const fault = faultOf(line, t);
    if (fault !== undefined) throw new RecordingError(i + 2, fault);
    t = (line as RecordedLine).t;
  });
  return { header, lines: lines as readonly RecordedLine[], isCut };
}

// ---------------------------------------------------------------- the shape of a line

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function parse(row: string, line: number): unknown {
  try {
    return JSON.parse(row);
  } catch {
    throw new RecordingError(line, 'not JSON');
  }
}

type Fields = Readonly<Record<string, unknown>>;
type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const isFlag: Test = (value) => typeof value === 'boolean';
const isTime: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isScalar: Test = (value) => value === null || isFlag(value) || isText(value) || Number.isFinite(value);
const isFacts: Test = (value) => isFields(value) && Object.values(value).every(isScalar);
const isTexts: Test = (value) => Array.isArray(value) && value.every(isText);
const isTextOrNull: Test = (value) => value === null || isText(value);
const isOf =
  (values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value);
const isAbsentOr =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);

const isShow: Test = (value) =>
  isFields(value) && isText(value['campaign']) && isText(value['offer']) && isText(value['variant']);

const isHappening: Test = (value) => {
  if (!isFields(value)) return false;
  if (value['kind'] === 'scene') return isText(value['event']) && isText(value['scene']);
  if (value['kind'] === 'level') return isText(value['event']) && Number.isFinite(value['level']);
  return value['kind'] === 'grant-ended' && isText(value['target']);
};

/** What each kind of line must have. */
const KINDS: Readonly<Record<RecordedEvent['kind'], Readonly<Record<string, Test>>>> = {
  play: { on: isFlag },
  passed: { on: isHappening, facts: isFacts, playing: isFlag },
  boundary: {
    ...{ placement: isText, facts: isFacts, playing: isFlag, busy: isAbsentOr(isOf([true])) },
    ...{ show: isAbsentOr(isShow), skip: isAbsentOr(isOf(SKIP_REASONS)) },
  },
  shown: { offer: isText, campaign: isTextOrNull },
  answered: {
    ...{ offer: isText, campaign: isTextOrNull, outcome: isOf(ANSWERS) },
    afterMs: (value) => value === null || isTime(value),
  },
  wallet: { standing: isOf(WALLET_STANDINGS) },
  owned: { targets: isTexts },
  lost: {},
  reload: { file: isText },
  end: {},
};

/** What is wrong with a line, in words; `undefined`: nothing. */
function faultOf(line: unknown, leastMs: number): string | undefined {
  if (!isFields(line)) return 'not an object';
  const { t, kind } = line;
  if (!isTime(t)) return 't: not whole ms';
  if ((t as number) < leastMs) return `t: ${String(t)} is before the line above, ${leastMs}`;
  if (!isText(kind) || !Object.hasOwn(KINDS, kind as string)) return `kind: ${JSON.stringify(kind)} is not known`;
  const tests = Object.entries(KINDS[kind as RecordedEvent['kind']]);
  const broken = tests.find(([name, test]) => !test(line[name]));
  if (broken !== undefined) return `${broken[0]}: not as a ${String(kind)} line has it`;
  if (kind === 'boundary' && (line['show'] === undefined) === (line['skip'] === undefined))
    return 'a boundary has either show or skip';
  return undefined;
}

function isHeader(line: unknown): line is RecordingHeader {
  if (!isFields(line) || line['v'] !== 1 || line['kind'] !== 'session') return false;
  const { game, startMs, file, state, otherwise, unit } = line;
  return (
    [game, file].every(isText) &&
    isTime(startMs) &&
    [isAbsentOr(isTexts)(otherwise), isAbsentOr(isText)(unit)].every(Boolean) &&
    isTimingState(state) &&
    [state.playing, state.overlayOpen].every(isFlag) &&
    Number.isSafeInteger(state.dayOffsetMs) &&
    isOf(WALLET_STANDINGS)(state.wallet) &&
    isTexts(state.owned)
  );
}
