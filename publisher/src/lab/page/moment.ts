/** The moment under the playhead: the player as the rules see them, and why each campaign would or would not ask. */
import {
  addPlay,
  compileTiming,
  type ExplainedCampaign,
  type Facts,
  type PlacementsFile,
  type Replay,
  type ReplayedBoundary,
  type Scalar,
  type SkipReason,
  type TimingState,
} from '@coinslot/plugin/timing';
import { fill, h, table } from './dom.ts';
import { playStretches } from './model.ts';
import { REASON_WORDS } from './reason-words.ts';
import type { Session } from './sessions.ts';
import type { Store } from './store.ts';
import { clock, spokenDuration } from './times.ts';

/** A boundary this near is the moment itself. */
const NEAR_MS = 1_000;

export class Moment {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #body = h('div', { class: 'stack' });
  readonly #title = h('h2', { id: 'moment-title' }, 'At the playhead');
  /** The placement that is asked about where no boundary is. */
  #asked: string | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.element = h('section', { class: 'card moment', 'aria-labelledby': 'moment-title' }, this.#title, this.#body);
    store.onChange((changes) => {
      if (changes.has('playhead') || changes.has('rules') || changes.has('sessions')) this.#draw();
    });
  }

  #draw(): void {
    const { session, edited: file, playheadMs } = this.#store;
    if (session === undefined || file === undefined) return fill(this.#body);
    const replayed = this.#store.replayOf(session, file);
    const last = replayed.boundaries.filter((one) => one.t <= playheadMs + 1).at(-1);
    const here = last !== undefined && playheadMs - last.t < NEAR_MS && last.decision !== null ? last : undefined;
    const state = here?.state ?? stateAt(session, replayed, playheadMs);
    const nowMs = session.recording.header.startMs + playheadMs;
    this.#title.textContent = `At ${clock(playheadMs)}${here === undefined ? '' : `: ${here.placement}`}`;
    const told = here === undefined ? this.#supposed(file, state, last, nowMs) : this.#met(here);
    const had = document.activeElement?.id === 'moment-placement';
    fill(this.#body, stateFacts(state, nowMs), ...told);
    if (had) document.getElementById('moment-placement')?.focus();
  }

  #met({ decision, recorded }: ReplayedBoundary): HTMLElement[] {
    const then =
      recorded === null ? 'no boundary in the recording' : (recorded.skip ?? `${recorded.show.campaign} asked`);
    const now =
      decision === null
        ? ''
        : decision.show
          ? `${decision.campaign} asks: ${decision.offer}`
          : noOffer(decision.reason);
    return [
      h('p', { class: 'verdict' }, h('strong', {}, now), h('span', { class: 'hint' }, ` recorded: ${then}`)),
      ...explained(decision?.explain() ?? []),
    ];
  }

  /** Between boundaries: what each placement would do if it came now, with the facts that it had last. */
  #supposed(
    file: PlacementsFile,
    state: TimingState,
    last: ReplayedBoundary | undefined,
    nowMs: number,
  ): HTMLElement[] {
    const names = file.placements.map((one) => one.name);
    const placement = names.find((one) => one === this.#asked) ?? last?.placement ?? names[0];
    if (placement === undefined) return [];
    const facts: Facts = last?.facts ?? {};
    const decision = compileTiming(file)({ ...state, playing: false }, { placement, facts }, nowMs);
    const choice = h(
      'select',
      {
        id: 'moment-placement',
        onchange: (event: Event) => {
          this.#asked = (event.currentTarget as HTMLSelectElement).value;
          this.#store.changed('playhead');
        },
      },
      ...names.map((name) => h('option', { value: name, selected: name === placement }, name)),
    );
    const now = decision.show ? `${decision.campaign} would ask: ${decision.offer}` : noOffer(decision.reason);
    const given = Object.entries(facts).map(([name, value]) => `${name} ${String(value)}`);
    return [
      h('div', { class: 'field row' }, h('label', { for: 'moment-placement' }, 'If this came now'), choice),
      h(
        'p',
        { class: 'verdict' },
        h('strong', {}, now),
        given.length > 0 && h('span', { class: 'hint' }, ` with ${given.join(', ')}`),
      ),
      ...explained(decision.explain()),
    ];
  }
}

/** Carried on from the boundary before: play that has passed, and offers shown and answered since. */
function stateAt(session: Session, { boundaries, offers, endMs }: Replay, t: number): TimingState {
  const { header } = session.recording;
  const last = boundaries.filter((one) => one.t <= t).at(-1);
  const fromMs = last?.t ?? 0;
  const stretches = playStretches(session.recording, endMs);
  const played = stretches.reduce(
    (sum, one) => sum + Math.max(0, Math.min(one.toMs, t) - Math.max(one.fromMs, fromMs)),
    0,
  );
  const state = addPlay(last?.state ?? header.state, played);
  const since = (at: number | null): boolean => at !== null && at >= fromMs && at <= t;
  const shownT = offers.filter((one) => since(one.shownT)).at(-1)?.shownT ?? null;
  const isNo = (outcome: string | null): boolean => outcome === 'declined' || outcome === 'left';
  const nos = offers.filter((one) => since(one.answeredT) && isNo(one.outcome));
  const byTiming = offers.filter((one) => one.campaign !== null && since(one.shownT));
  const add = (counts: TimingState['shown'], more: number): TimingState['shown'] => ({
    ...{ session: counts.session + more, day: counts.day + more, lifetime: counts.lifetime + more },
  });
  const ids = [...new Set(byTiming.map((one) => one.campaign!))];
  const none = { session: 0, day: 0, lifetime: 0 };
  return {
    ...state,
    playing: stretches.some((one) => one.fromMs <= t && t < one.toMs),
    overlayOpen: offers.some((one) => one.shownT !== null && one.shownT <= t && (one.answeredT ?? endMs) > t),
    lastShownAtMs: shownT === null ? state.lastShownAtMs : header.startMs + shownT,
    lastDeclinedAtMs: nos.length === 0 ? state.lastDeclinedAtMs : header.startMs + nos.at(-1)!.answeredT!,
    declined: state.declined + nos.length,
    sessionDeclined: state.sessionDeclined + nos.length,
    shown: add(state.shown, byTiming.length),
    campaigns: {
      ...state.campaigns,
      ...Object.fromEntries(
        ids.map((id) => [id, add(state.campaigns[id] ?? none, byTiming.filter((one) => one.campaign === id).length)]),
      ),
    },
  };
}

function stateFacts(state: TimingState, nowMs: number): HTMLElement {
  const ago = (at: number | null): string => (at === null ? 'never' : `${spokenDuration(Math.max(0, nowMs - at))} ago`);
  const { session, day, lifetime } = state.shown;
  const facts: readonly (readonly [string, string])[] = [
    ['now', state.overlayOpen ? 'a dialog is open' : state.playing ? 'playing' : 'resting'],
    ['played', `${spokenDuration(state.sessionPlayedMs)} of ${spokenDuration(state.playedMs)} in all`],
    ['offers shown', `${session} this session, ${day} today, ${lifetime} in all`],
    ['last offer', ago(state.lastShownAtMs)],
    ['last no', ago(state.lastDeclinedAtMs)],
    ['owns', state.owned.length === 0 ? 'nothing' : state.owned.join(', ')],
    ['wallet', state.wallet],
  ];
  return h(
    'dl',
    { class: 'facts' },
    ...facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );
}

const noOffer = (reason: SkipReason): string => `No offer: ${REASON_WORDS[reason]} (${reason})`;

const metText = (value: Scalar): string =>
  typeof value === 'number' ? String(Math.round(value * 100) / 100) : value === null ? 'none' : String(value);

function explained(campaigns: readonly ExplainedCampaign[]): HTMLElement[] {
  return campaigns.map(({ campaign, passed, checks }) => {
    const failed = checks.filter((one) => !one.passed);
    const rows = checks.map((check) => [
      check.reason,
      h('span', { class: check.passed ? 'pass' : 'fail' }, check.passed ? '✓ passes' : '✗ holds back'),
      Object.entries(check.met)
        .map(([name, value]) => `${name} ${metText(value)}`)
        .join(', '),
    ]);
    const why = passed ? 'asks' : `does not ask: ${failed.map((one) => REASON_WORDS[one.reason]).join('; ')}`;
    return h(
      'details',
      { class: `why ${passed ? 'passed' : ''}` },
      h('summary', {}, h('strong', {}, campaign), ` ${why}`),
      h(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Checks of ${campaign}` },
        table(`Checks of ${campaign}`, ['check', 'result', 'met'], rows),
      ),
    );
  });
}
