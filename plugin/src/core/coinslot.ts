/**
 * The plugin without Phaser: timing, link, purchase and entitlements behind the calls a game makes. Phaser's part adds the
 * gate and the stage; a script can drive this very class.
 */
import type { Frame } from '@coinslot/protocol/link';
import {
  compileTiming,
  placementsFor,
  type Boundary,
  type Decide,
  type Answer,
  type Facts,
  type Happening,
  type PlacementsFile,
  type TimingDecision,
  type TimingState,
  type WalletStanding,
} from '../timing/index.ts';
import type * as Aftercare from '../aftercare.ts';
import type { Verifier } from '../verifier.ts';
import { Desk } from './desk.ts';
import { Emitter } from './emitter.ts';
import { Entitlements } from './entitlements.ts';
import { codeOf, errorText } from './errors.ts';
import { Flights } from './flights.ts';
import type { Restoration } from './healing.ts';
import { bytesOf } from './hex.ts';
import { WalletLink } from './link.ts';
import { RELEASE, tablesOf, type KeptRelease } from './kept-release.ts';
import { lateLoader, NotLoadedError, type Late } from './loading.ts';
import { Play } from './play.ts';
import { Player } from './player.ts';
import type { ConsentDialog, ConsentStage, CorePorts, LoopbackPermissionPort } from './ports.ts';
import type { PurchaseOrder } from './purchase.ts';
import type { RunningOut } from './running-out.ts';
import type {
  BreakpointResult,
  CoinslotEvents,
  CoreOptions,
  Entitlement,
  LinkState,
  PlacementsRefresh,
  RestoreResult,
  OpenedContent,
  TimingNews,
} from './types.ts';

/** Code is fetched this long before the first offer may come, and not in the first moments of play. */
const NEAR_MS = 60_000;
const SETTLED_MS = 2_000;
/** A payment left undecided is asked for again, at first after this time. */
const HEAL_FIRST_MS = 5_000;
const HEAL_MOST_MS = 300_000;

/** Loaded once and kept by the host. Rejects with NotLoadedError. */
const aftercare = (): Promise<typeof Aftercare> =>
  import('../aftercare.ts').catch((cause: unknown) => {
    throw new NotLoadedError(cause);
  });

export class Coinslot {
  readonly events: Emitter<CoinslotEvents>;
  /** Resolves when what was bought before has been verified; `can` answers from then on. */
  readonly ready: Promise<void>;
  readonly #options: CoreOptions;
  readonly #ports: CorePorts;
  #file: PlacementsFile;
  #decide: Decide;
  readonly #late: () => Promise<Late>;
  readonly #entitlements: Entitlements;
  readonly #flights: Flights;
  readonly #link: WalletLink;
  readonly #desk: Desk;
  readonly #player: Player;
  readonly #play: Play;
  #busy = false;
  #loaded = false;
  /** The wallet has something for this game that was not fetched yet. */
  #isOwed = false;
  #restoration: Promise<Restoration> | undefined;
  #callOffHealing: (() => void) | undefined;
  #callOffPrefetch: (() => void) | undefined;
  #callOffEnds: (() => void) | undefined;
  readonly #endings: RunningOut = {
    onConsumed: (decisionId, consumed) => this.#tellConsumed(decisionId, consumed),
    onEnded: (entitlement) => {
      this.#desk.changed({ kind: 'ended', entitlement });
      this.#play.reach({ kind: 'grant-ended', target: entitlement.target });
    },
    onProblem: (error) => this.#problem('play', error),
  };

  /** Throws RangeError for a placements file that `coinslot check` would refuse. Files are verified when first needed. */
  constructor(options: CoreOptions, ports: CorePorts, events = new Emitter<CoinslotEvents>()) {
    this.events = events;
    this.#options = options;
    this.#ports = ports;
    const { placements, priceList, roots, crls, sandbox = false, wallet, locale = 'en' } = options;
    this.#file = placements;
    this.#decide = compileTiming(placements);
    const { clock, store, random, openSocket, origin } = ports;
    this.#late = lateLoader({ priceList, roots, crls, sandbox, game: placements.game }, store);
    const onProblem = (where: string) => (error: unknown) => this.#problem(where, error);
    this.#flights = new Flights(store);
    this.#entitlements = new Entitlements({
      clock,
      store,
      covers: () => this.#file.covers,
      onProblem: onProblem('entitlements'),
    });
    this.#link = new WalletLink({
      port: wallet?.port,
      ...{ origin, locale, clock, random, store, openSocket },
      permission: ports.loopbackPermission ?? NO_PERMISSION,
      verifier: () => this.#verifier(),
      onFrame: (frame) => void this.#heard(frame).catch(onProblem('link')),
      onState: (state) => this.#linkEntered(state),
      onPassed: (direction, frame, bytes) => this.#passed(direction, frame, bytes),
      onProblem: onProblem('link'),
    });
    this.#desk = new Desk({
      ports: { ...ports, stage: this.#pausingStage(ports.stage) },
      ...{ locale, events },
      entitlements: this.#entitlements,
      flights: this.#flights,
      link: this.#link,
      verifier: () => this.#verifier(),
    });
    const live = {
      playing: () => this.#play.playing,
      overlayOpen: () => this.#busy,
      wallet: () => this.#walletStanding(),
      owned: () => this.#entitlements.targets(),
      untoldMs: (nowMs: number) => this.#play.untoldMs(nowMs),
    };
    this.#player = new Player(ports, live, onProblem('storage'));
    this.#play = new Play({
      ...{ clock, entitlements: this.#entitlements, player: this.#player },
      file: () => this.#file,
      onBoundary: (happening) => void this.happened(happening)?.(),
      onCounting: (on, atMs) => this.#tell({ kind: 'play', on }, atMs),
      ...this.#endings,
    });
    events.every = options.onEvent;
    this.ready = this.#start().catch(onProblem('start'));
  }

  // ---------------------------------------------------------------- what a game calls

  /** A moment at which the game may be interrupted. Resolves with one outcome, `skipped` when no offer is due. */
  async breakpoint(name: string, facts: Facts = {}): Promise<BreakpointResult> {
    await this.ready;
    const boundary: Boundary = { placement: name, facts };
    return this.#follow(boundary, this.#put(boundary));
  }

  /**
   * What `breakpoint` would do and why; shows, sends and counts nothing. `assume` takes the place of what is so of the player:
   * `{ sessions: 3, wallet: 'absent' }`.
   */
  async preview(name: string, facts: Facts = {}, assume: Partial<TimingState> = {}): Promise<TimingDecision> {
    await this.ready;
    return this.#decide({ ...this.timingState(), ...assume }, { placement: name, facts }, this.#ports.clock.nowMs());
  }

  /** The player as `decide` would see them now. */
  timingState(): TimingState {
    return this.#player.state(this.#ports.clock.nowMs());
  }

  /**
   * Other rules from now on: level, player's state and what was bought stay, and an offer that is open is not touched. Throws
   * RangeError, and changes nothing, for a file that `coinslot check` would refuse or that is another game's.
   */
  usePlacements(file: PlacementsFile): void {
    if (file.game !== this.#file.game) throw new RangeError(`placements: of ${file.game}`);
    this.#decide = compileTiming(file);
    this.#file = file;
    this.#tell({ kind: 'placements', file });
    this.#play.reschedule();
    if (this.#play.playing) this.#prefetchWhenNear();
  }

  /**
   * Fetches the rules that were released last from `placementsUrl`, and takes them when they are newer and hold. Done by itself after
   * the start. Never rejects; what is refused is a `problem` too. `again`: also asks whether those in force still hold; default true.
   */
  refreshPlacements(again = true): Promise<PlacementsRefresh> {
    return import('../release.ts').then(
      ({ refreshRelease }) => refreshRelease(this, this.#options, this.#ports, this.#late, again),
      (error: unknown) => ({ status: 'unreached', detail: errorText(error) }),
    );
  }

  /** Asks for a target at once: ignores pacing, never consent. `granted` without a dialog when it is open already. */
  async require(target: string): Promise<BreakpointResult> {
    await this.ready;
    const owned = this.#entitlements.for(target);
    if (owned !== undefined)
      return { status: 'granted', reason: 'already-entitled', charged: 'no', entitlement: owned };
    return this.#guarded(null, async () => {
      const { offerFor, verifier } = await this.#late();
      const offerId = offerFor(verifier.sellable, target, this.#file.covers);
      if (offerId === undefined) return { status: 'failed', reason: 'no-offer', charged: 'no' };
      return { offerId, target, boundary: target };
    });
  }

  /** Whether a target is open now: from verified decisions only, and `false` before `ready`. */
  can(target: string): boolean {
    return this.#entitlements.can(target);
  }

  /**
   * Uses a target once: resolves with whether it is open, when that has been written. Of uses that were bought one is taken,
   * unless something else opens the target. Rejects with NotLoadedError (`reason` `offline`) where its code could not be fetched: nothing
   * was taken then, and an answer would be a guess.
   */
  async use(target: string): Promise<boolean> {
    await this.ready;
    return this.can(target) && (await aftercare()).useOnce(this.#desk, target, this.#endings);
  }

  /** Has the wallet hand over everything that was bought in this game. */
  async restore(): Promise<RestoreResult> {
    await this.ready;
    try {
      return await (await aftercare()).restoreNow(this.#desk, () => this.#restore(true));
    } catch (error) {
      this.#problem('restore', error);
      const reason = error instanceof NotLoadedError ? error.reason : 'broken';
      return { status: 'failed', entitlements: [], refused: [], reason, detail: errorText(error) };
    }
  }

  /**
   * The bytes of a sealed file, in the clear: of a target that a verified decision opens, under the key that came with that
   * decision, and exactly what the publisher signed. Never rejects.
   */
  async openSealed(target: string, url: string): Promise<OpenedContent> {
    await this.ready;
    return import('../sealed.ts').then(
      ({ openSealedContent }) => openSealedContent(this.#desk, () => this.#restore(true), target, url),
      (error: unknown) => ({ status: 'refused', reason: 'not-fetched', detail: errorText(error) }),
    );
  }

  /** Play begins: time counts, minutes are used up. `target`: what is being played, so that only its minutes are. */
  gameplayStart(target?: string): void {
    this.#play.start(target);
    this.#prefetchWhenNear();
  }

  /** Play ends or stands still; boundaries that waited for this pass now. */
  gameplayStop(): void {
    this.#callOffPrefetch?.();
    this.#play.stop();
  }

  /** A level begins or ends: brackets play, and is a boundary. */
  async level(event: 'start' | 'end', level: number, facts: Facts = {}): Promise<BreakpointResult> {
    await this.ready;
    if (event === 'end') this.gameplayStop();
    const pass = this.happened({ kind: 'level', event, level }, { level, ...facts });
    const result = (await pass?.()) ?? notDue;
    if (event === 'start') this.gameplayStart();
    return result;
  }

  /**
   * The player has just lost: a life, a match, a run. The wallet holds offers of this game back for a while when its player has
   * said so; without a wallet nothing happens.
   */
  lost(): void {
    this.#link.send('happened', { what: 'loss' });
    this.#tell({ kind: 'lost' });
  }

  /** Ms of play left for a target: `Infinity` when it is open without minutes, 0 when it is closed. */
  remainingMs(target: string): number {
    return this.#play.remainingMs(target);
  }

  /** Everything bought, what has run out included. */
  owned(): readonly Entitlement[] {
    return this.#entitlements.list();
  }

  get walletState(): LinkState {
    return this.#link.state;
  }

  /**
   * Connects an installed game (a program of its own, a desktop shell, a page opened as a file) by the code that the player has
   * read off the wallet's page. Resolves with where that led within three seconds: `pairing` while the player answers there,
   * `ready`, or `needs-code` again when the code is wrong, used up or too old, or no wallet runs. Never rejects.
   */
  async connectByCode(code: string): Promise<LinkState> {
    await this.ready;
    return this.#link.pairByCode(code);
  }

  /** A boundary nears: loads what it needs. Done by itself during play; asks the player nothing. */
  prepare(): void {
    this.#ports.stage.prefetch?.();
    this.#verifier().catch((error: unknown) => this.#problem('prepare', error));
  }

  /** Play stands still, with the page hidden for instance, until the returned function is called. */
  suspend(): () => void {
    return this.#play.suspend();
  }

  /** Ends it: the link is closed, an open dialog is the stage's to end. */
  close(): void {
    this.#play.stop();
    this.#callOffHealing?.();
    this.#callOffPrefetch?.();
    this.#callOffEnds?.();
    this.#loaded = false;
    this.#link.close();
  }

  // ---------------------------------------------------------------- what the gate asks

  /**
   * Puts something that happened to the timing rules. `undefined`: nothing is due, decided on the spot; otherwise a
   * function that makes the offer. `outOfPlay`: play ends by this very happening, as when its scene is left.
   */
  happened(happening: Happening, facts: Facts = {}, outOfPlay = false): (() => Promise<BreakpointResult>) | undefined {
    if (!this.#loaded) return undefined;
    const playing = this.#play.playing && !outOfPlay;
    // Play time is told of by `play`.
    if (happening.kind !== 'play-time') this.#tell({ kind: 'passed', on: happening, facts, playing });
    for (const { name } of placementsFor(this.#file, happening)) {
      const boundary: Boundary = { placement: name, facts };
      const decision = this.#put(boundary, outOfPlay);
      if (decision.show) return () => this.#follow(boundary, decision);
    }
    return undefined;
  }

  // ---------------------------------------------------------------- offers

  #put(boundary: Boundary, outOfPlay = false): TimingDecision {
    const atMs = this.#ports.clock.nowMs();
    const now = this.#player.state(atMs);
    const state = { ...now, playing: now.playing && !outOfPlay };
    const decision = this.#decide(state, boundary, atMs);
    this.events.emit('boundary', { ...boundary, facts: boundary.facts ?? {}, decision, state, atMs });
    return decision;
  }

  async #follow(boundary: Boundary, decision: TimingDecision): Promise<BreakpointResult> {
    const explain = decision.explain();
    if (!decision.show) return { status: 'skipped', reason: decision.reason, charged: 'no', explain };
    const { campaign, offer, delayMs, afterDecline } = decision;
    // Taken now: the rules may be others when the delay is over.
    const order = {
      offerId: offer,
      target: this.#file.offers[offer]?.target ?? '',
      boundary: boundary.placement,
      since: this.#play.starts,
    };
    const result = await this.#guarded(campaign, async () => {
      if (delayMs > 0) await new Promise<void>((resolve) => this.#ports.clock.after(delayMs, resolve));
      return order;
    });
    return { ...result, explain, ...(result.status === 'declined' && { afterDecline }) };
  }

  /** One offer at a time, one outcome whatever breaks. `campaign`: whose doing it is; null when the player asked. */
  async #guarded(campaign: string | null, order: () => Promise<Order | BreakpointResult>): Promise<BreakpointResult> {
    if (this.#busy) return { status: 'skipped', reason: 'overlay-busy', charged: 'no' };
    this.#busy = true;
    let offer: string | undefined;
    let result: BreakpointResult = { status: 'failed', reason: 'broken', charged: 'unknown' };
    try {
      const made = await order();
      if ('status' in made) return (result = made);
      offer = made.offerId;
      const whole: PurchaseOrder = {
        ...made,
        play: this.#play,
        onShown: () => this.#shown(made.offerId, campaign),
        restore: async (again) => void (await this.#restore(again)),
      };
      return (result = await new (await this.#late()).Purchase(this.#desk, whole).run());
    } catch (error) {
      if (error instanceof NotLoadedError) return (result = { status: 'skipped', reason: error.reason, charged: 'no' });
      this.#problem('offer', error);
      const code = codeOf(error);
      return { ...result, ...(code && { code }), detail: errorText(error) };
    } finally {
      this.#busy = false;
      if (offer !== undefined) this.#answered(offer, campaign, answerOf(result));
      this.#lookAhead();
      this.#healLater(HEAL_FIRST_MS);
      if (this.#isOwed) void this.#fetchEntitled().catch((error: unknown) => this.#problem('restore', error));
    }
  }

  #shown(offer: string, campaign: string | null): void {
    const atMs = this.#ports.clock.nowMs();
    this.#player.shown(campaign ?? undefined, atMs);
    this.#tell({ kind: 'shown', offer, campaign }, atMs);
  }

  #answered(offer: string, campaign: string | null, outcome: Answer): void {
    const atMs = this.#ports.clock.nowMs();
    this.#player.answered(outcome, atMs);
    this.#tell({ kind: 'answered', offer, campaign, outcome }, atMs);
  }

  // ---------------------------------------------------------------- start and healing

  async #start(): Promise<void> {
    await this.#player.load();
    const [kept, flights, paired] = await Promise.all([
      this.#entitlements.hasKept(),
      this.#flights.list(),
      this.#link.isPaired(),
    ]);
    if (kept) await this.#entitlements.load(await this.#verifier());
    this.#loaded = true;
    this.#lookAhead();
    // Paired before: connecting asks the player nothing, and finds what was paid or lost.
    if (paired || flights.length > 0) void this.#link.reach();
    await this.#useKept();
  }

  /** The rules released last, as they were verified for this build; any others wait until they are verified again. */
  async #useKept(): Promise<void> {
    if (this.#options.placementsUrl === undefined) return;
    const { clock, store } = this.#ports;
    clock.after(SETTLED_MS, () => void (this.#loaded && this.refreshPlacements(false)));
    const kept = (await store.get(RELEASE, RELEASE)) as KeptRelease | undefined;
    if (kept?.of === tablesOf(this.#options)) this.usePlacements(kept.file);
  }

  /** Once per session, or now. */
  #restore(again: boolean): Promise<Restoration> {
    if (again || this.#restoration === undefined) {
      const running = aftercare().then(({ restoreAll }) => restoreAll(this.#desk));
      this.#restoration = running;
      const forget = (): void => {
        if (this.#restoration === running) this.#restoration = undefined;
      };
      running.then(({ complete }) => complete || forget(), forget);
    }
    return this.#restoration;
  }

  async #heal(): Promise<void> {
    for (const [decisionId, consumedMs] of this.#entitlements.consumed()) this.#tellConsumed(decisionId, consumedMs);
    // A purchase under way asks for its own.
    if (this.#busy) return;
    const { landFlight } = await aftercare();
    for (const flight of await this.#flights.list()) {
      // One that cannot be verified must not keep the others from landing.
      await landFlight(this.#desk, flight).catch((error: unknown) => this.#problem('healing', error));
    }
    await this.#restore(false);
    this.#lookAhead();
  }

  /** Asks again for what was left undecided, ever more seldom. */
  #healLater(delayMs: number): void {
    this.#callOffHealing?.();
    this.#callOffHealing = this.#ports.clock.after(delayMs, () => void this.#healAgain(delayMs));
  }

  async #healAgain(delayMs: number): Promise<void> {
    try {
      if ((await this.#flights.list()).length === 0) return;
      if (this.#link.state === 'ready') await this.#heal();
      this.#healLater(Math.min(delayMs * 2, HEAL_MOST_MS));
    } catch (error) {
      this.#problem('healing', error);
    }
  }

  // ---------------------------------------------------------------- the link

  async #heard(frame: Frame): Promise<void> {
    if (frame.kind === 'crls') return this.#learnRevoked(frame.lists);
    if (frame.kind === 'content-key') return this.#desk.takeContentKey(frame);
    if (frame.kind === 'entitled') return this.#fetchEntitled();
    if (frame.kind === 'refund') return (await aftercare()).takeRefund(this.#desk, frame.notice);
    this.#desk.answered(frame);
  }

  /** Something was paid for behind the game's back. An offer that is under way is left alone, and fetched for after it. */
  async #fetchEntitled(): Promise<void> {
    this.#isOwed = this.#busy;
    if (this.#busy) return;
    await this.#restore(true);
    this.#lookAhead();
  }

  async #learnRevoked(offered: readonly Uint8Array[]): Promise<void> {
    const { verifier, learnRevoked } = await this.#late();
    const isNews = await learnRevoked(verifier, this.#ports.store, offered);
    // Who signed the rules in force may be on them.
    if (isNews && this.#options.placementsUrl !== undefined) await this.refreshPlacements();
  }

  #linkEntered(state: LinkState): void {
    this.events.emit('wallet', state);
    if (state === 'ready') this.#heal().catch((error: unknown) => this.#problem('healing', error));
  }

  #passed(direction: 'game→wallet' | 'wallet→game', frame: Frame, bytes: Uint8Array): void {
    // Messages that are verified are told of with their checks, once they have been made.
    const isChecked = frame.kind === 'show' || frame.kind === 'decision' || frame.kind === 'refund';
    if (isChecked || frame.kind === 'restored') return;
    const inner = frame.kind === 'offer' ? frame.offer : bytes;
    const atMs = this.#ports.clock.nowMs();
    this.events.emit('message', { direction, name: frame.kind, bytes: inner, checks: [], atMs });
  }

  /** `consumed`: ms of play, or uses. */
  #tellConsumed(decisionId: string, consumed: number): void {
    this.#link.send('consumed', { decisionId: bytesOf(decisionId), consumed: BigInt(Math.floor(consumed)) });
  }

  /** What is held may have changed: minutes end by play, the rest whether or not anybody plays then. */
  #lookAhead(): void {
    this.#play.reschedule();
    if (this.#entitlements.targets().length > 0)
      aftercare().then(({ watchEnds }) => {
        this.#callOffEnds?.();
        if (this.#loaded) this.#callOffEnds = watchEnds(this.#desk, this.#endings);
      }, this.#endings.onProblem);
  }

  #walletStanding(): WalletStanding {
    const { state, payments } = this.#link;
    if (state === 'ready') return payments === 'on' ? 'ready' : 'payments-off';
    if (state === 'refused') return 'payments-off';
    // An absent wallet may have been started since: it is looked for again before an offer is given up.
    return state === 'permission' ? 'permission' : 'unknown';
  }

  // ---------------------------------------------------------------- the rest

  async #verifier(): Promise<Verifier> {
    return (await this.#late()).verifier;
  }

  #pausingStage(stage: ConsentStage): ConsentStage {
    return {
      open: async (): Promise<ConsentDialog> => {
        const resume = this.#play.suspend();
        try {
          const dialog = await stage.open();
          const close = (): void => {
            dialog.close();
            resume();
          };
          return { show: (state) => dialog.show(state), onIntent: (listener) => dialog.onIntent(listener), close };
        } catch (error) {
          resume();
          throw error;
        }
      },
    };
  }

  #prefetchWhenNear(): void {
    const { campaigns } = this.#file;
    if (campaigns.length === 0) return;
    const graceMs = Math.min(...campaigns.map((one) => one.firstOfferAfterPlayMs));
    const delayMs = Math.max(SETTLED_MS, graceMs - this.timingState().playedMs - NEAR_MS);
    this.#callOffPrefetch?.();
    this.#callOffPrefetch = this.#ports.clock.after(delayMs, () => this.prepare());
  }

  #tell(told: TimingNews, atMs = this.#ports.clock.nowMs()): void {
    this.events.emit('timing', { ...told, atMs });
  }

  #problem(where: string, error: unknown): void {
    this.events.emit('problem', { where, error });
  }
}

/** What an offer needs to be told of, apart from what the core does itself. */
type Order = Omit<PurchaseOrder, 'onShown' | 'restore' | 'play'>;

/** What became of an offer, for pacing and for recordings. */
function answerOf({ status, reason }: BreakpointResult): Answer {
  if (reason === 'paid') return 'accepted';
  if (status === 'declined') return reason === 'declined' ? 'declined' : 'left';
  return status === 'skipped' || status === 'granted' ? 'held-back' : 'failed';
}

const notDue: BreakpointResult = { status: 'skipped', reason: 'no-placement', charged: 'no', explain: [] };

const NO_PERMISSION: LoopbackPermissionPort = { read: () => Promise.resolve('unknown'), onChange: () => undefined };
