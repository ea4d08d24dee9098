/** What is counted of some players. Plain values, so that it can come from another thread; added up in the players' order. */
import {
  compileTiming,
  SKIP_REASONS,
  variantFor,
  type Decide,
  type FairnessReason,
  type RecordedEvent,
  type SkipReason,
} from '@coinslot/plugin/timing';
import { Life, type Ground, type Witness } from './life.ts';

/** One player in figures. */
export interface PlayerFigures {
  /** Index into the personas. */
  readonly persona: number;
  sessions: number;
  /** On which the player played. */
  days: number;
  playedMs: number;
  /** Offers shown by timing. */
  offers: number;
  /** Play before the first of them; `null`: never asked. */
  firstOfferMs: number | null;
}

/** Of a campaign and variant. */
export interface FunnelStep {
  readonly campaign: string;
  readonly variant: string;
  readonly offer: string;
  /** Boundaries at one of its placements. */
  reached: number;
  /** Of those: its condition held, nothing of it was owned, the player is not held out. */
  eligible: number;
  /** Of those: pacing, caps and the wallet let it, and no campaign before it was chosen. */
  due: number;
  /** Of those: the payer's guard held it back. */
  heldBack: number;
  shown: number;
  accepted: number;
  declined: number;
}

/** How often something had a value, and the first player who had it. */
export type Counted = Map<number, { times: number; readonly player: number }>;

export interface Tally {
  readonly players: PlayerFigures[];
  decisions: number;
  asked: number;
  askedAccepted: number;
  accepted: number;
  declined: number;
  readonly funnel: Map<string, FunnelStep>;
  /** By placement and campaign: why it did not show. */
  readonly skips: Map<string, Map<SkipReason | 'another-first', number>>;
  readonly held: Map<FairnessReason, number>;
  /** Boundaries by placement. */
  readonly boundaries: Map<string, number>;
  /** Offers by timing in a session, over sessions. */
  readonly perSession: Counted;
  /** By currency, minor units, over days on which somebody played. */
  readonly perDay: Map<string, Counted>;
  /** By day since the first: players who played, offers shown by timing. */
  readonly days: { players: number; offers: number; accepted: number }[];
  /** Minor units by currency, then by persona. */
  readonly spend: Map<string, number[]>;
}

const DAY_MS = 86_400_000;
/** Reasons of the checks that say whom a campaign is for; those after them are pacing. */
const NOT_ELIGIBLE: readonly SkipReason[] = [
  'not-at-boundary',
  'overlay-busy',
  'no-rule-match',
  'already-entitled',
  'holdout',
];

export function emptyTally(days: number): Tally {
  return {
    players: [],
    ...{ decisions: 0, asked: 0, askedAccepted: 0, accepted: 0, declined: 0 },
    ...{ funnel: new Map(), skips: new Map(), held: new Map(), boundaries: new Map() },
    ...{ perSession: new Map(), perDay: new Map(), spend: new Map() },
    days: Array.from({ length: days }, () => ({ players: 0, offers: 0, accepted: 0 })),
  };
}

/** Lives so many players through, from an index on. */
export function tallyPlayers(ground: Ground, from: number, count: number): Tally {
  const tally = emptyTally(ground.setup.days);
  const witness = new Counting(ground, tally);
  for (let i = 0; i < count; i++) {
    const life = new Life(ground, from + i, witness);
    witness.begins(life);
    life.run();
    witness.ends(life);
  }
  return tally;
}

interface Alone {
  readonly id: string;
  readonly decide: Decide;
  /** Several share the placement: what the engine chose does not say why the others were not. */
  readonly isOneOfSeveral: boolean;
}

class Counting implements Witness {
  readonly #tally: Tally;
  readonly #ground: Ground;
  readonly #currencies: readonly string[];
  readonly #alone: ReadonlyMap<string, readonly Alone[]>;
  /** The player's variant by campaign. */
  readonly #assigned = new Map<string, string>();
  #player!: PlayerFigures;
  #sessionOffers = 0;
  #day = -1;
  #variant = '';
  /** Minor units by currency, today. */
  readonly #today = new Map<string, number>();

  constructor(ground: Ground, tally: Tally) {
    this.#ground = ground;
    this.#tally = tally;
    const { file, offers } = ground.setup;
    this.#currencies = [...new Set(offers.map((one) => one.currency))];
    for (const currency of this.#currencies) {
      tally.perDay.set(currency, new Map());
      tally.spend.set(
        currency,
        ground.setup.personas.map(() => 0),
      );
    }
    this.#alone = new Map(
      file.placements.map(({ name }) => {
        const campaigns = file.campaigns.filter((one) => one.placements.includes(name));
        const isOneOfSeveral = campaigns.length > 1;
        return [
          name,
          campaigns.map((one) => ({
            id: one.id,
            isOneOfSeveral,
            decide: compileTiming({ ...file, campaigns: [one] }),
          })),
        ];
      }),
    );
    for (const campaign of file.campaigns)
      for (const { id, offer } of campaign.variants) {
        const none = { reached: 0, eligible: 0, due: 0, heldBack: 0, shown: 0, accepted: 0, declined: 0 };
        tally.funnel.set(keyOf(campaign.id, id), { campaign: campaign.id, variant: id, offer, ...none });
      }
  }

  begins(life: Life): void {
    const none = { sessions: 0, days: 0, playedMs: 0, offers: 0, firstOfferMs: null };
    this.#player = { persona: life.personaIndex, ...none };
    this.#tally.players.push(this.#player);
    this.#assigned.clear();
    this.#day = -1;
  }

  ends(life: Life): void {
    this.#endDay(life);
    this.#player.sessions = life.state.sessions;
    this.#player.playedMs = life.state.playedMs;
  }

  sessionBegins(life: Life): void {
    this.#sessionOffers = 0;
    // A session that lasts past midnight belongs to the day on which it began.
    const day = Math.min(this.#ground.setup.days - 1, Math.floor((life.nowMs - this.#ground.setup.fromMs) / DAY_MS));
    if (day === this.#day) return;
    this.#endDay(life);
    this.#day = day;
    this.#player.days++;
    this.#tally.days[day]!.players++;
  }

  sessionEnds(life: Life): void {
    count(this.#tally.perSession, this.#sessionOffers, life.index);
  }

  event(event: RecordedEvent, life: Life): void {
    if (event.kind === 'boundary') this.#bounded(event, life);
    else if (event.kind === 'shown') this.#shown(event, life);
    else if (event.kind === 'answered') this.#answered(event, life);
  }

  #bounded(event: Extract<RecordedEvent, { kind: 'boundary' }>, life: Life): void {
    const { placement, facts, playing, show, skip } = event;
    this.#tally.decisions++;
    add(this.#tally.boundaries, placement, 1);
    if (show !== undefined) this.#variant = show.variant;
    const state = { ...life.state, playing, overlayOpen: event.busy === true };
    for (const { id, decide, isOneOfSeveral } of this.#alone.get(placement) ?? []) {
      const one = isOneOfSeveral ? decide(state, { placement, facts }, life.nowMs) : undefined;
      const reason = isOneOfSeveral ? (one!.show ? undefined : one!.reason) : skip;
      const step = this.#stepOf(id, life);
      if (step !== undefined) step.reached++;
      const isEligible = reason === undefined || !NOT_ELIGIBLE.includes(reason);
      if (step !== undefined && isEligible) step.eligible++;
      const isChosen = show?.campaign === id;
      if (isChosen && step !== undefined) step.due++;
      if (!isChosen) addIn(this.#tally.skips, keyOf(placement, id), reason ?? 'another-first');
    }
  }

  /** The variant that is this player's, of a campaign: by what the engine draws from the seed. */
  #stepOf(campaign: string, life: Life): FunnelStep | undefined {
    return this.#tally.funnel.get(keyOf(campaign, this.#variantOf(campaign, life)));
  }

  #variantOf(campaign: string, life: Life): string {
    const known = this.#assigned.get(campaign);
    if (known !== undefined) return known;
    const { id } = variantFor(life.state.seed, campaign, this.#ground.variants.get(campaign)!);
    this.#assigned.set(campaign, id);
    return id;
  }

  #shown({ campaign }: Extract<RecordedEvent, { kind: 'shown' }>, life: Life): void {
    if (campaign === null) return void this.#tally.asked++;
    this.#player.offers++;
    this.#player.firstOfferMs ??= life.state.playedMs;
    this.#sessionOffers++;
    this.#tally.days[this.#day]!.offers++;
    this.#tally.funnel.get(keyOf(campaign, this.#variant))!.shown++;
  }

  #answered({ offer, campaign, outcome }: Extract<RecordedEvent, { kind: 'answered' }>, life: Life): void {
    const step = campaign === null ? undefined : this.#tally.funnel.get(keyOf(campaign, this.#variant));
    if (outcome === 'held-back') {
      if (step !== undefined) step.heldBack++;
      if (life.heldBy !== undefined) add(this.#tally.held, life.heldBy, 1);
      return;
    }
    const isYes = outcome === 'accepted';
    if (step === undefined) {
      if (isYes) this.#tally.askedAccepted++;
    } else if (isYes) {
      step.accepted++;
      this.#tally.accepted++;
      this.#tally.days[this.#day]!.accepted++;
    } else {
      step.declined++;
      this.#tally.declined++;
    }
    if (!isYes) return;
    const { priceMinor, currency } = this.#ground.offers.get(offer)!;
    add(this.#today, currency, priceMinor);
    this.#tally.spend.get(currency)![life.personaIndex]! += priceMinor;
  }

  #endDay(life: Life): void {
    if (this.#day < 0) return;
    for (const currency of this.#currencies)
      count(this.#tally.perDay.get(currency)!, this.#today.get(currency) ?? 0, life.index);
    this.#today.clear();
  }
}

/** Adds the tally of the players that come next. */
export function addTally(sum: Tally, next: Tally): void {
  for (const one of next.players) sum.players.push(one);
  for (const name of ['decisions', 'asked', 'askedAccepted', 'accepted', 'declined'] as const) sum[name] += next[name];
  for (const [key, step] of next.funnel) {
    const known = sum.funnel.get(key);
    if (known === undefined) sum.funnel.set(key, step);
    else for (const name of STEPS) known[name] += step[name];
  }
  for (const [key, reasons] of next.skips) for (const [reason, times] of reasons) addIn(sum.skips, key, reason, times);
  for (const [reason, times] of next.held) add(sum.held, reason, times);
  for (const [name, times] of next.boundaries) add(sum.boundaries, name, times);
  addCounted(sum.perSession, next.perSession);
  for (const [currency, counted] of next.perDay) {
    const known = sum.perDay.get(currency);
    if (known === undefined) sum.perDay.set(currency, counted);
    else addCounted(known, counted);
  }
  next.days.forEach((day, i) => {
    for (const name of ['players', 'offers', 'accepted'] as const) sum.days[i]![name] += day[name];
  });
  for (const [currency, byPersona] of next.spend) {
    const known = sum.spend.get(currency);
    if (known === undefined) sum.spend.set(currency, byPersona);
    else byPersona.forEach((minor, i) => (known[i]! += minor));
  }
}

const STEPS = ['reached', 'eligible', 'due', 'heldBack', 'shown', 'accepted', 'declined'] as const;

/** Reasons in the order of the engine's checks. */
export const REASONS: readonly (SkipReason | 'another-first')[] = [...SKIP_REASONS, 'another-first'];

export const keyOf = (first: string, second: string): string => `${first} ${second}`;

function add<K>(sums: Map<K, number>, key: K, more: number): void {
  sums.set(key, (sums.get(key) ?? 0) + more);
}

function addIn<K, L>(sums: Map<K, Map<L, number>>, key: K, inner: L, more = 1): void {
  const known = sums.get(key) ?? new Map<L, number>();
  add(known, inner, more);
  sums.set(key, known);
}

function count(counted: Counted, value: number, player: number): void {
  const known = counted.get(value);
  if (known === undefined) counted.set(value, { times: 1, player });
  else known.times++;
}

function addCounted(sum: Counted, next: Counted): void {
  for (const [value, { times, player }] of next) {
    const known = sum.get(value);
    if (known === undefined) sum.set(value, { times, player });
    else known.times += times;
  }
}
