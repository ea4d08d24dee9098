/** The plugin as Phaser sees it: installs gate and stage in one game, and passes the game's calls to the core. */
import { Plugins } from 'phaser';
import type { OverlayModule, Switches, ThemeChoice } from '@coinslot/overlay';
import { Coinslot } from '../core/coinslot.ts';
import { Emitter } from '../core/emitter.ts';
import type {
  BreakpointResult,
  CoinslotEvents,
  CoreOptions,
  Entitlement,
  LinkState,
  OpenedContent,
  PlacementsRefresh,
  RestoreResult,
} from '../core/types.ts';
import type { Facts, PlacementsFile, TimingDecision, TimingState } from '../timing/index.ts';
import { browserPorts } from './browser-ports.ts';
import { SceneGate, type GateRules, type Verdict } from './gate.ts';
import { GameHold } from './hold.ts';
import { happeningsOf, leaves, type SceneCall } from './scene-calls.ts';
import { isStage, OverlayStage } from './stage.ts';

/** A scene that opens only with an entitlement. */
export interface GatedScene {
  /** Target, as in `require` and `can`. */
  readonly requires: string;
  /** Started in its place when the player declines; default: the game stays where it is. */
  readonly else?: string;
}

/** The `data` of the plugin's entry in the game's configuration. */
export interface CoinslotOptions extends CoreOptions {
  /** Default: `@coinslot/overlay`, loaded when the first offer nears. */
  readonly overlay?: () => Promise<OverlayModule>;
  readonly scenes?: Readonly<Record<string, GatedScene>>;
  /** A look by its name (`lantern`, `arcade`, `paper`), or tokens over one. */
  readonly theme?: ThemeChoice;
  /** `more`: high contrast, whatever the theme; default: where the player's system asks for it. */
  readonly contrast?: 'more';
  /** Larger type, for a screen across the room. */
  readonly tv?: boolean;
  /** Keys of two switches: next and select. */
  readonly switches?: Switches;
  /** 1 ... 2; default 1. */
  readonly textScale?: number;
  /** Sounds of the overlay; default true. */
  readonly sound?: boolean;
  /** Mutes sound that is not Phaser's while an offer is open. */
  readonly mute?: (muted: boolean) => void;
}

interface Running {
  readonly core: Coinslot;
  end(gameIsGone: boolean): void;
}

/** Global plugin for Phaser 4 and Phaser 3.80 or newer. Every method is that of `Coinslot`; see there. */
export class CoinslotPlugin extends Plugins.BasePlugin {
  readonly events = new Emitter<CoinslotEvents>();
  #options: CoinslotOptions | undefined;
  #running: Running | undefined;

  override init(data?: CoinslotOptions | null): void {
    if (data === null || data === undefined)
      throw new TypeError('Coinslot: `data` with priceList, placements and roots is missing');
    this.#options = data;
  }

  override start(): void {
    this.#running ??= this.#run(this.#options!);
  }

  override stop(): void {
    this.#end(false);
  }

  /** Phaser calls this when the game is destroyed, after its scenes. */
  override destroy(): void {
    this.#end(true);
    super.destroy();
  }

  /** @see Coinslot.ready */
  get ready(): Promise<void> {
    return this.#core.ready;
  }

  breakpoint(name: string, facts?: Facts): Promise<BreakpointResult> {
    return this.#core.breakpoint(name, facts);
  }

  preview(name: string, facts?: Facts, assume?: Partial<TimingState>): Promise<TimingDecision> {
    return this.#core.preview(name, facts, assume);
  }

  timingState(): TimingState {
    return this.#core.timingState();
  }

  usePlacements(file: PlacementsFile): void {
    this.#core.usePlacements(file);
  }

  /** @see Coinslot.refreshPlacements */
  refreshPlacements(): Promise<PlacementsRefresh> {
    return this.#core.refreshPlacements();
  }

  require(target: string): Promise<BreakpointResult> {
    return this.#core.require(target);
  }

  use(target: string): Promise<boolean> {
    return this.#core.use(target);
  }

  can(target: string): boolean {
    return this.#core.can(target);
  }

  /** @see Coinslot.openSealed */
  openSealed(target: string, url: string): Promise<OpenedContent> {
    return this.#core.openSealed(target, url);
  }

  restore(): Promise<RestoreResult> {
    return this.#core.restore();
  }

  gameplayStart(target?: string): void {
    this.#core.gameplayStart(target);
  }

  gameplayStop(): void {
    this.#core.gameplayStop();
  }

  level(event: 'start' | 'end', level: number, facts?: Facts): Promise<BreakpointResult> {
    return this.#core.level(event, level, facts);
  }

  lost(): void {
    this.#core.lost();
  }

  remainingMs(target: string): number {
    return this.#core.remainingMs(target);
  }

  owned(): readonly Entitlement[] {
    return this.#core.owned();
  }

  get walletState(): LinkState {
    return this.#core.walletState;
  }

  /** @see Coinslot.connectByCode */
  connectByCode(code: string): Promise<LinkState> {
    return this.#core.connectByCode(code);
  }

  prepare(): void {
    this.#core.prepare();
  }

  get #core(): Coinslot {
    if (this.#running === undefined) throw new Error('Coinslot: the plugin is stopped');
    return this.#running.core;
  }

  #end(gameIsGone: boolean): void {
    this.#running?.end(gameIsGone);
    this.#running = undefined;
  }

  #run(options: CoinslotOptions): Running {
    const { game, events } = this;
    const hold = new GameHold(game, { isOwn: isStage, mute: options.mute });
    const stage = new OverlayStage(game, hold, {
      load: options.overlay ?? (() => import('@coinslot/overlay')),
      overlay: {
        locale: options.locale ?? 'en',
        textScale: options.textScale ?? 1,
        ...(options.theme && { theme: options.theme }),
        ...(options.contrast && { contrast: options.contrast }),
        ...(options.tv !== undefined && { tv: options.tv }),
        ...(options.switches && { switches: options.switches }),
        ...(options.sound !== undefined && { sound: options.sound }),
        openWallet: () => void window.open(`http://127.0.0.1:${options.wallet?.port ?? 8373}/`, 'coinslot-wallet'),
      },
    });
    const core = new Coinslot(options, { ...browserPorts(options.placements.game), stage }, events);
    const gate = new SceneGate(game, this.pluginManager, hold, rulesOf(options, core, events));
    const stopWatching = this.#suspendWhileHidden(core);
    const end = (gameIsGone: boolean): void => {
      stopWatching();
      gate.detach();
      stage.destroy(gameIsGone);
      hold.destroy(gameIsGone);
      core.close();
    };
    return { core, end };
  }

  /** Phaser's loop stands still while the page is hidden, and so does play. */
  #suspendWhileHidden(core: Coinslot): () => void {
    let resume: (() => void) | undefined;
    const hidden = (): void => void (resume ??= core.suspend());
    const visible = (): void => {
      resume?.();
      resume = undefined;
    };
    const { events } = this.game;
    events.on('hidden', hidden).on('visible', visible);
    return () => void events.off('hidden', hidden).off('visible', visible);
  }
}

/** Gated scenes first; a scene that is open may still be a boundary at which timing makes an offer. */
function rulesOf(options: CoinslotOptions, core: Coinslot, events: Emitter<CoinslotEvents>): GateRules {
  const atBoundary = (call: SceneCall): (() => Promise<Verdict>) | undefined => {
    for (const happening of happeningsOf(call)) {
      const offer = core.happened(happening, {}, leaves(call));
      if (offer !== undefined) return () => offer().then(() => 'go');
    }
    return undefined;
  };
  return {
    isOwn: isStage,
    judge(call) {
      const gated = options.scenes?.[call.to];
      if (gated === undefined || core.can(gated.requires)) return atBoundary(call);
      const refused: Verdict = gated.else === undefined ? 'stay' : { instead: gated.else };
      return async () => ((await core.require(gated.requires)).status === 'granted' ? 'go' : refused);
    },
    created(key) {
      if (!isStage(key)) void core.happened({ kind: 'scene', event: 'created', scene: key })?.();
    },
    onProblem: (error) => events.emit('problem', { where: 'gate', error }),
  };
}
