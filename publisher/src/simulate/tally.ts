/** What is counted of some players. Plain values, so that it can come from another thread; added up in the players' order. */
import {
  compileTiming,
  SKIP_REASONS,
  variantFor,
  type Campaign,
  type Decide,
  type FairnessReason,
  type RecordedEvent,
  type SkipReason,
  type TimingDecision,
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
  readonly skips: Map<string, Map<Reason, number>>;
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

type Reason = SkipReason | 'another-first';

/** A campaign at a placement. */
interface Alone {
  readonly campaign: Campaign;
  /** The engine with this campaign alone: among several, what it chose does not say why the others were not. */
  readonly decide: Decide;
  readonly skips: Map<Reason, number>;
}

class Counting implements Witness {
  readonly #tally: Tally;
  readonly #ground: Ground;
  readonly #currencies: readonly string[];
  readonly #alone: ReadonlyMap<string, readonly Alone[]>;
  /** By campaign, of the player's variant. */
  readonly #steps = new Map<string, FunnelStep>();
  #player!: PlayerFigures;
  #sessionOffers = 0;
  #day = -1;
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
    this.#alone = new Map(file.placements.map(({ name }) => [name, this.#aloneAt(name)]));
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
    this.#steps.clear();
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
    const { placement, show, skip } = event;
    this.#tally.decisions++;
    add(this.#tally.boundaries, placement, 1);
    const alone = this.#alone.get(placement) ?? [];
    let furthest = -1;
    alone.forEach(({ campaign, decide, skips }, i) => {
      const isChosen = show?.campaign === campaign.id;
      // The engine names the reason of the campaign that came furthest: when none before did, it is the last one's.
      const isLeft = skip !== undefined && i === alone.length - 1 && furthest < ORDER[skip];
      const asks = !isChosen && !isLeft;
      const reason = asks ? reasonOf(decide(life.seen, event, life.nowMs)) : skip;
      if (reason !== undefined) furthest = Math.max(furthest, ORDER[reason]);
      const step = this.#stepOf(campaign, life);
      step.reached++;
      if (reason === undefined || !NOT_ELIGIBLE.includes(reason)) step.eligible++;
      if (isChosen) step.due++;
      else add(skips, reason ?? 'another-first', 1);
    });
  }

  #aloneAt(placement: string): readonly Alone[] {
    const { file } = this.#ground.setup;
    return file.campaigns
      .filter((one) => one.placements.includes(placement))
      .map((campaign) => {
        const skips = new Map<Reason, number>();
        this.#tally.skips.set(keyOf(placement, campaign.id), skips);
        return { campaign, decide: compileTiming({ ...file, campaigns: [campaign] }), skips };
      });
  }

  /** Of the variant that is this player's, by what the engine draws from the seed. */
  #stepOf({ id, variants }: Campaign, { state }: Life): FunnelStep {
    let step = this.#steps.get(id);
    if (step === undefined) {
      step = this.#tally.funnel.get(keyOf(id, variantFor(state.seed, id, variants).id))!;
      this.#steps.set(id, step);
    }
    return step;
  }

  #shown({ campaign }: Extract<RecordedEvent, { kind: 'shown' }>, life: Life): void {
    if (campaign === null) return void this.#tally.asked++;
    this.#player.offers++;
    this.#player.firstOfferMs ??= life.state.playedMs;
    this.#sessionOffers++;
    this.#tally.days[this.#day]!.offers++;
    this.#steps.get(campaign)!.shown++;
  }

  #answered({ offer, campaign, outcome }: Extract<RecordedEvent, { kind: 'answered' }>, life: Life): void {
    const step = campaign === null ? undefined : this.#steps.get(campaign);
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

/** Of the engine's checks. */
const ORDER = Object.fromEntries(SKIP_REASONS.map((reason, i) => [reason, i])) as Record<SkipReason, number>;

const reasonOf = (decision: TimingDecision): SkipReason | undefined => (decision.show ? undefined : decision.reason);

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
export const REASONS: readonly Reason[] = [...SKIP_REASONS, 'another-first'];

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
