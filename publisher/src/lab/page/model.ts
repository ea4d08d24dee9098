/** What the timeline draws, worked out of a recording and its replay. Times in ms since the recording began. */
import type { Campaign, PlacementsFile, Recording, Replay, ReplayedOffer, TimingState } from '@coinslot/plugin/timing';

/** A stretch in which a campaign is held back. */
export interface Band {
  readonly kind: 'first-offer' | 'cooldown' | 'quiet' | 'cap';
  readonly fromMs: number;
  /** May lie after the end of the session. */
  readonly toMs: number;
  readonly label: string;
  /** What the edge at `toMs` sets; `null` when it sets nothing, as that of a cap. */
  readonly edge: BandEdge | null;
}

/** The pacing that ends a band: dragging it to a moment sets `field` to `valueAt(moment)`. */
export interface BandEdge {
  readonly field: PacedField;
  readonly valueMs: number;
  valueAt(t: number): number;
}

export type PacedField = 'firstOfferAfterPlayMs' | 'cooldownMs' | 'quietAfterDeclineMs';

/** Keys of the YAML file. */
export const YAML_KEYS = {
  firstOfferAfterPlayMs: 'firstOfferAfter',
  cooldownMs: 'cooldown',
  quietAfterDeclineMs: 'quietAfterDecline',
} as const;

export const FIELD_NAMES: Readonly<Record<PacedField, string>> = {
  firstOfferAfterPlayMs: 'first offer after',
  cooldownMs: 'cooldown',
  quietAfterDeclineMs: 'quiet after a decline',
};

/** Stretches in which the player played. */
export interface PlayStretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export function playStretches({ lines }: Recording, endMs: number): readonly PlayStretch[] {
  const stretches: PlayStretch[] = [];
  let fromMs: number | undefined;
  for (const line of lines) {
    if (line.kind !== 'play') continue;
    if (line.on) fromMs ??= line.t;
    else if (fromMs !== undefined) {
      stretches.push({ fromMs, toMs: line.t });
      fromMs = undefined;
    }
  }
  if (fromMs !== undefined) stretches.push({ fromMs, toMs: endMs });
  return stretches;
}

/** Play until a moment, over all of the player's sessions; after the end of the recording as if play went on. */
export function playedAt(state: TimingState, stretches: readonly PlayStretch[], endMs: number, t: number): number {
  const within = stretches.reduce((sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(toMs, t) - fromMs), 0);
  return state.playedMs + within + Math.max(0, t - endMs);
}

/** The moment at which so much has been played: the inverse of `playedAt`. */
export function momentOfPlay(
  state: TimingState,
  stretches: readonly PlayStretch[],
  endMs: number,
  playedMs: number,
): number {
  let left = playedMs - state.playedMs;
  if (left <= 0) return 0;
  for (const { fromMs, toMs } of stretches) {
    if (left <= toMs - fromMs) return fromMs + left;
    left -= toMs - fromMs;
  }
  return endMs + left;
}

/** All bands of one campaign, longest reasons first. */
export function bandsOf(recording: Recording, replay: Replay, file: PlacementsFile, campaign: Campaign): Band[] {
  return [
    ...firstOfferBand(recording, replay, campaign),
    ...sinceBands(recording, replay, campaign, 'cooldown'),
    ...sinceBands(recording, replay, campaign, 'quiet'),
    ...capBands(recording, replay, file, campaign),
  ].filter((one) => one.toMs > one.fromMs);
}

function firstOfferBand(recording: Recording, { offers, endMs }: Replay, campaign: Campaign): Band[] {
  const { state } = recording.header;
  if (state.shown.lifetime > 0) return [];
  const stretches = playStretches(recording, endMs);
  const valueMs = campaign.firstOfferAfterPlayMs;
  const dueMs = momentOfPlay(state, stretches, endMs, valueMs);
  // Once any campaign has asked, the grace is over.
  const firstMs = offers.find((one) => one.campaign !== null && one.shownT !== null)?.shownT ?? Infinity;
  const edge: BandEdge = {
    field: 'firstOfferAfterPlayMs',
    valueMs,
    valueAt: (t) => playedAt(state, stretches, endMs, t),
  };
  const isOver = firstMs < dueMs;
  return [
    {
      kind: 'first-offer',
      fromMs: 0,
      toMs: Math.min(dueMs, firstMs),
      label: 'first offer',
      edge: isOver ? null : edge,
    },
  ];
}

/** From every offer, or every decline, until the span has passed or the next one begins it anew. */
function sinceBands({ header }: Recording, { offers }: Replay, campaign: Campaign, kind: 'cooldown' | 'quiet'): Band[] {
  const field = kind === 'cooldown' ? 'cooldownMs' : 'quietAfterDeclineMs';
  const lastMs = kind === 'cooldown' ? header.state.lastShownAtMs : header.state.lastDeclinedAtMs;
  const before = lastMs === null ? [] : [lastMs - header.startMs];
  // The first may be later than all others: by a clock that was set back since.
  const moments = [...before, ...offers.flatMap((one) => momentsOf(one, kind)).sort((a, b) => a - b)];
  const valueMs = campaign[field];
  return moments.flatMap((at, i): Band[] => {
    const dueMs = at + valueMs;
    const nextMs = moments[i + 1] ?? Infinity;
    if (dueMs <= 0 || valueMs === 0) return [];
    const fromMs = i < before.length ? 0 : at;
    const edge: BandEdge = { field, valueMs, valueAt: (t) => t - at };
    const label = kind === 'cooldown' ? 'cooldown' : 'quiet after a no';
    return [{ kind, fromMs, toMs: Math.min(dueMs, nextMs), label, edge: nextMs < dueMs ? null : edge }];
  });
}

function momentsOf({ shownT, answeredT, outcome }: ReplayedOffer, kind: 'cooldown' | 'quiet'): number[] {
  if (kind === 'cooldown') return shownT === null ? [] : [shownT];
  return answeredT !== null && (outcome === 'declined' || outcome === 'left') ? [answeredT] : [];
}

const DAY_MS = 86_400_000;
const SPANS = ['session', 'day', 'lifetime'] as const;

/** From the offer with which a cap was reached to the end of the session. */
function capBands({ header }: Recording, { offers, endMs }: Replay, file: PlacementsFile, campaign: Campaign): Band[] {
  const { state, startMs } = header;
  const isToday = Math.floor((startMs + state.dayOffsetMs) / DAY_MS) === state.day;
  const shown = offers.flatMap(({ campaign: id, shownT }) => (id === null || shownT === null ? [] : [{ id, shownT }]));
  const bands = SPANS.flatMap((span): Band[] => {
    const kept = (counts: TimingState['shown'] | undefined): number =>
      counts === undefined || (span === 'day' && !isToday) ? 0 : counts[span];
    const reached = (cap: number | null, had: number, at: readonly number[]): number =>
      cap === null ? Infinity : had >= cap ? 0 : (at[cap - had - 1] ?? Infinity);
    const own = shown.filter((one) => one.id === campaign.id).map((one) => one.shownT);
    const ownMs = reached(campaign.caps[span], kept(state.campaigns[campaign.id]), own);
    const allMs = reached(
      file.overall.caps[span],
      kept(state.shown),
      shown.map((one) => one.shownT),
    );
    const fromMs = Math.min(ownMs, allMs);
    if (fromMs === Infinity) return [];
    const cap = ownMs <= allMs ? campaign.caps[span] : file.overall.caps[span];
    const label = `${span} cap ${cap}${ownMs <= allMs ? '' : ' over all'}`;
    return [{ kind: 'cap', fromMs, toMs: endMs, label, edge: null }];
  });
  // The one that was reached first holds the rest of the session; those within it add nothing to see.
  return bands.sort((a, b) => a.fromMs - b.fromMs).slice(0, 1);
}

/** The file with one pacing of one campaign changed: what dragging an edge tries. */
export function withPacing(file: PlacementsFile, id: string, field: PacedField, valueMs: number): PlacementsFile {
  return {
    ...file,
    campaigns: file.campaigns.map((one) => (one.id === id ? { ...one, [field]: valueMs } : one)),
  };
}
