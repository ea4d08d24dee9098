/** The rows of the timeline: play, boundaries, and one lane for each campaign with its bands and pins. */
import type { Campaign, PlacementsFile, Replay, ReplayedOffer } from '@coinslot/plugin/timing';
import { h, place, type Child } from './dom.ts';
import { PIN_WORDS, pinPicture, tickPicture, TICK_WORDS, type PinKind, type TickKind } from './glyphs.ts';
import { bandsOf, FIELD_NAMES, playStretches, type Band } from './model.ts';
import type { Session } from './sessions.ts';
import { axisStep, clock, spokenDuration } from './times.ts';

/** The part of a session that is seen. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface LaneScene {
  readonly session: Session;
  readonly file: PlacementsFile;
  readonly edited: Replay;
  /** Under the file on disk; absent when nothing was edited. */
  readonly before: Replay | undefined;
  readonly window: Window;
}

/** A moment's place in the window, per cent. */
export const percentOf = (t: number, { fromMs, toMs }: Window): number => ((t - fromMs) / (toMs - fromMs)) * 100;

const isSeen = (fromMs: number, toMs: number, window: Window): boolean =>
  toMs >= window.fromMs && fromMs <= window.toMs;

function spanAt(element: HTMLElement, fromMs: number, toMs: number, window: Window): HTMLElement {
  const left = Math.max(0, percentOf(fromMs, window));
  const right = Math.min(100, percentOf(toMs, window));
  place(element, { left: `${left}%`, width: `${Math.max(0, right - left)}%` });
  return element;
}

const pointAt = (element: HTMLElement, t: number, window: Window): HTMLElement => {
  place(element, { left: `${percentOf(t, window)}%` });
  return element;
};

const row = (name: string, kind: string, label: readonly Child[], ...inside: readonly Child[]): HTMLElement[] => [
  h('div', { class: `lane-label ${kind}` }, ...label),
  h('div', { class: `track ${kind}`, 'data-lane': name }, ...inside),
];

/** Marks of the time axis, about one every 90 CSS pixels. */
export function axisMarks(window: Window, widthPx: number): HTMLElement[] {
  const spanMs = window.toMs - window.fromMs;
  const step = axisStep(spanMs, Math.max(2, widthPx / 90));
  // One at the very end would have no room for its text.
  const lastMs = window.toMs - spanMs / 20;
  const marks: HTMLElement[] = [];
  for (let t = Math.ceil(window.fromMs / step) * step; t <= lastMs; t += step)
    marks.push(pointAt(h('span', { class: 'axis-mark' }, clock(t)), t, window));
  return marks;
}

export function playLane({ session, edited, window }: LaneScene): HTMLElement[] {
  const stretches = playStretches(session.recording, edited.endMs).filter((one) =>
    isSeen(one.fromMs, one.toMs, window),
  );
  const parts = stretches.map((one) => spanAt(h('span', { class: 'played' }), one.fromMs, one.toMs, window));
  return row('play', 'play', ['Play'], ...parts);
}

/** One tick for each moment and placement; ringed where these rules show an offer. */
export function boundaryLane({ file, edited, window }: LaneScene): HTMLElement[] {
  const kinds = new Map(file.placements.map((one) => [one.name, one.on.kind]));
  const ticks = edited.boundaries
    .filter((one) => isSeen(one.t, one.t, window))
    .map((one) => {
      const kind: TickKind = kinds.get(one.placement) ?? 'breakpoint';
      const shows = one.replayed?.show;
      const why = shows ? `${shows.campaign} asks` : (one.replayed?.skip ?? 'no boundary to these rules');
      const title = `${clock(one.t)} ${one.placement} (${TICK_WORDS[kind]}): ${why}`;
      const state = `${shows ? ' asks' : ''}${one.replayed === null ? ' gone' : ''}`;
      return pointAt(h('span', { class: `tick${state}`, title, 'data-t': one.t }, tickPicture(kind)), one.t, window);
    });
  return row('boundaries', 'boundaries', ['Boundaries'], ...ticks);
}

export function campaignLane(scene: LaneScene, campaign: Campaign): HTMLElement[] {
  const { session, file, edited, before, window } = scene;
  const bands = bandsOf(session.recording, edited, file, campaign);
  const seen = bands.filter((one) => isSeen(one.fromMs, one.toMs, window));
  const kinds = rowsOf(bands);
  const label = [
    h('strong', {}, campaign.id),
    h('span', { class: 'hint' }, campaign.variants.map((one) => one.offer).join(', ')),
  ];
  const rowOf = (band: Band): number => kinds.findIndex((one) => one.includes(band.kind));
  const [name, track] = row(
    campaign.id,
    before === undefined ? 'campaign' : 'campaign two',
    label,
    ...seen.flatMap((band) => bandParts(band, rowOf(band), campaign, window)),
    before !== undefined && h('span', { class: 'row-name before' }, 'on disk'),
    before !== undefined && h('span', { class: 'row-name after' }, 'edited'),
    ...(before === undefined ? [] : pins(before, campaign, window, 'before')),
    ...pins(edited, campaign, window, 'after'),
  );
  place(track!, { '--rows': String(Math.max(1, kinds.length)) });
  return [name!, track!];
}

const SHARED: Band['kind'][][] = [['first-offer', 'cooldown']];
const APART: Band['kind'][][] = [['first-offer'], ['cooldown']];

/** Kinds by row, so that no band hides another. The first two share one, unless the player bought of their own accord before the first offer. */
function rowsOf(bands: readonly Band[]): readonly (readonly Band['kind'][])[] {
  const of = (kind: Band['kind']): readonly Band[] => bands.filter((one) => one.kind === kind);
  const isShared = of('first-offer').every((first) =>
    of('cooldown').every(({ fromMs, toMs }) => toMs <= first.fromMs || fromMs >= first.toMs),
  );
  const rows: Band['kind'][][] = [...(isShared ? SHARED : APART), ['quiet'], ['cap']];
  return rows.filter((kinds) => kinds.some((kind) => of(kind).length > 0));
}

function bandParts(band: Band, level: number, campaign: Campaign, window: Window): HTMLElement[] {
  const { edge } = band;
  const length = edge === null ? '' : ` ${spokenDuration(edge.valueMs)}`;
  const beyond = band.toMs > window.toMs && edge !== null ? ` until ${clock(band.toMs)}` : '';
  const name = h('span', { class: 'band-name' }, `${band.label}${length}${beyond}`);
  const title = `${campaign.id}: ${band.label}${length}, ${clock(band.fromMs)} to ${clock(band.toMs)}`;
  const part = spanAt(
    h('span', { class: `band ${band.kind} level-${level}`, title }, name),
    band.fromMs,
    band.toMs,
    window,
  );
  if (edge === null || band.toMs > window.toMs || band.toMs < window.fromMs) return [part];
  return [part, edgeHandle(band, level, campaign, window)];
}

/** The end of a band that can be dragged, or moved with the arrow keys. */
function edgeHandle(band: Band, level: number, campaign: Campaign, window: Window): HTMLElement {
  const edge = band.edge!;
  const handle = h('span', {
    class: `edge ${band.kind} level-${level}`,
    role: 'slider',
    tabindex: 0,
    'aria-label': `${FIELD_NAMES[edge.field]} of ${campaign.id}, from ${clock(band.fromMs)}`,
    'aria-valuemin': 0,
    'aria-valuemax': 86_400,
    'aria-valuenow': Math.round(edge.valueMs / 1_000),
    'aria-valuetext': spokenDuration(edge.valueMs),
    'data-campaign': campaign.id,
    'data-field': edge.field,
    'data-from': Math.round(band.fromMs),
    'data-edge': `${campaign.id}/${edge.field}/${Math.round(band.fromMs)}`,
  });
  return pointAt(handle, band.toMs, window);
}

export const pinKindOf = ({ shownT, outcome }: ReplayedOffer): PinKind =>
  outcome ?? (shownT === null ? 'unseen' : 'shown');

function pins({ offers }: Replay, campaign: Campaign, window: Window, which: 'before' | 'after'): HTMLElement[] {
  return offers
    .filter((one) => one.campaign === campaign.id && isSeen(one.shownT ?? one.t, one.shownT ?? one.t, window))
    .map((one) => {
      const kind = pinKindOf(one);
      const at = one.shownT ?? one.t;
      const isAssumed = one.from !== 'recorded';
      const origin = { recorded: '', moved: ', answer as at another moment', assumed: ', assumed' }[one.from];
      const title = `${clock(at)} ${one.offer}: ${PIN_WORDS[kind]}${origin}`;
      const pin = h(
        'span',
        { class: `pin ${which}`, title, 'data-t': at, 'data-outcome': kind },
        pinPicture(kind, isAssumed),
      );
      return pointAt(pin, at, window);
    });
}
