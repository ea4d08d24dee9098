/** `coinslot placements explain`: why an offer would appear, or not, for a player in a state that somebody asks about. */
import {
  compileTiming,
  ENGINE_FACT_NAMES,
  factsOf,
  newTimingState,
  ruleText,
  startSession,
  type ExplainedCampaign,
  type ExplainedCheck,
  type Facts,
  type PlacementsFile,
  type Rule,
  type Scalar,
  type TimingDecision,
  type TimingState,
  type WalletStanding,
} from '@coinslot/plugin/timing';
import { durationWords } from './summary.ts';

const DAY_MS = 86_400_000;

/** A player as a person asks about them; what is left out is as for somebody new. Durations in ms. */
export interface AskedState {
  /** Their how-manyth day, from 1. */
  readonly day?: number | undefined;
  readonly sessions?: number | undefined;
  /** Over all sessions; in this one as much, unless said. */
  readonly playedMs?: number | undefined;
  readonly sessionPlayedMs?: number | undefined;
  /** Offers shown by timing, today and in this session; of each campaign `shownOf`. */
  readonly shown?: number | undefined;
  readonly shownOf?: Readonly<Record<string, number>> | undefined;
  readonly shownAgoMs?: number | undefined;
  /** In this session. Without `declinedAgoMs` they are too long ago for any quiet time. */
  readonly declines?: number | undefined;
  readonly declinedAgoMs?: number | undefined;
  readonly purchases?: number | undefined;
  readonly owned?: readonly string[] | undefined;
  readonly wallet?: WalletStanding | undefined;
  readonly playing?: boolean | undefined;
  readonly dialogOpen?: boolean | undefined;
  /** What holdout and variants are drawn by. */
  readonly seed?: string | undefined;
}

export interface Explanation {
  readonly placement: string;
  readonly facts: Facts;
  readonly outcome: Outcome;
  /** Every campaign of the placement, in the order in which the engine tries them. */
  readonly campaigns: readonly AnsweredCampaign[];
  /** Facts that a condition reads and that were not given: they count as nothing. */
  readonly missing: readonly string[];
}

type Outcome =
  | Pick<Extract<TimingDecision, { show: true }>, 'show' | 'campaign' | 'offer' | 'variant' | 'delayMs'>
  | Pick<Extract<TimingDecision, { show: false }>, 'show' | 'reason'>;

/** With its condition as text. */
export type AnsweredCampaign = ExplainedCampaign & { readonly when: string };

/** The state that the engine is asked with. */
export function stateOf(asked: AskedState, nowMs: number): TimingState {
  const firstMs = nowMs - ((asked.day ?? 1) - 1) * DAY_MS;
  const fresh = {
    ...startSession(newTimingState(asked.seed ?? 'somebody', 0, firstMs)),
    day: Math.floor(nowMs / DAY_MS),
  };
  const playedMs = asked.playedMs ?? asked.sessionPlayedMs ?? 0;
  const shownOf = asked.shownOf ?? {};
  const ofAll = Object.values(shownOf).reduce((sum, count) => sum + count, 0);
  const shown = asked.shown ?? Math.max(ofAll, asked.shownAgoMs === undefined ? 0 : 1);
  const declined = asked.declines ?? (asked.declinedAgoMs === undefined ? 0 : 1);
  const alike = (count: number) => ({ session: count, day: count, lifetime: count });
  return {
    ...fresh,
    playing: asked.playing ?? false,
    overlayOpen: asked.dialogOpen ?? false,
    wallet: asked.wallet ?? 'unknown',
    owned: asked.owned ?? [],
    sessions: asked.sessions ?? 1,
    playedMs,
    sessionPlayedMs: asked.sessionPlayedMs ?? playedMs,
    shown: alike(shown),
    campaigns: Object.fromEntries(Object.entries(shownOf).map(([id, count]) => [id, alike(count)])),
    accepted: asked.purchases ?? 0,
    declined,
    sessionDeclined: declined,
    lastShownAtMs: asked.shownAgoMs === undefined ? null : nowMs - asked.shownAgoMs,
    lastDeclinedAtMs: asked.declinedAgoMs === undefined ? null : nowMs - asked.declinedAgoMs,
  };
}

/** Asks the engine. `placement` has to be one of the file. */
export function explainPlacement(
  file: PlacementsFile,
  placement: string,
  facts: Facts,
  state: TimingState,
  nowMs: number,
): Explanation {
  const decision = compileTiming(file)(state, { placement, facts }, nowMs);
  const whenOf = (id: string): Rule => file.campaigns.find((one) => one.id === id)!.when;
  const campaigns = decision.explain().map((one) => ({ ...one, when: ruleText(whenOf(one.campaign)) }));
  const read = campaigns.flatMap(({ campaign }) => factsOf(whenOf(campaign)));
  const known = Object.keys(facts);
  const outcome: Outcome = decision.show ? { show: true, ...pick(decision) } : { show: false, reason: decision.reason };
  const missing = [...new Set(read)].filter((name) => !known.includes(name) && isOfGame(name));
  return { placement, facts, outcome, campaigns, missing };
}

const pick = ({ campaign, offer, variant, delayMs }: Extract<TimingDecision, { show: true }>) => ({
  campaign,
  offer,
  variant,
  delayMs,
});

/** The engine's own facts come from the state. */
const isOfGame = (name: string): boolean => !ENGINE_FACT_NAMES.includes(name);

/** The explanation as a table for the terminal. */
export function explanationLines({ placement, facts, outcome, campaigns, missing }: Explanation): readonly string[] {
  const given = Object.entries(facts).map(([name, value]) => `${name} ${valueWords(name, value)}`);
  const asked = [placement, ...given].join(', ');
  return [
    `${asked}: ${outcomeWords(outcome)}`,
    ...missing.map((name) => `  ${name} is read by a condition and was not given: it counts as nothing`),
    ...campaigns.flatMap((one) => ['', ...campaignLines(one, outcome)]),
  ];
}

function outcomeWords(outcome: Outcome): string {
  if (!outcome.show) return `no offer (${outcome.reason})`;
  const { campaign, offer, variant, delayMs } = outcome;
  const name = variant === offer ? '' : `, variant ${variant}`;
  return `${offer} is offered by ${campaign}${name}${delayMs === 0 ? '' : ` after ${durationWords(delayMs)}`}`;
}

function campaignLines({ campaign, passed, checks, when }: AnsweredCampaign, outcome: Outcome): readonly string[] {
  const failed = checks.filter((check) => !check.passed).map(({ reason }) => reason);
  const isShown = outcome.show && outcome.campaign === campaign;
  const verdict = isShown
    ? 'asks'
    : passed
      ? 'could ask, but another goes first'
      : `does not ask: ${failed.join(', ')}`;
  const width = Math.max(...checks.map(({ reason }) => reason.length));
  return [
    `${campaign} ${verdict}`,
    ...(when === 'true' ? [] : [`  when ${when}`]),
    ...checks.map((check) =>
      `  ${check.passed ? '✓' : '✗'} ${check.reason.padEnd(width)}  ${metWords(check)}`.trimEnd(),
    ),
  ];
}

const metWords = ({ met }: ExplainedCheck): string =>
  Object.entries(met)
    .map(([name, value]) => `${name}: ${valueWords(name, value)}`)
    .join(', ');

function valueWords(name: string, value: Scalar): string {
  if (value === null) return name === 'minutes since' ? 'never' : 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
}
