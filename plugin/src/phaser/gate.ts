/**
 * The gate: scene calls that have to wait are parked and the game is held, so that the scene gone to is not created, its
 * data is kept and the scene below stays in view. Afterwards the call is made as it was, or everything goes on as it was.
 *
 * Wrapped are the methods of this game's own objects (each `scene.scene`, and `game.scene`), never a prototype: two games
 * on a page do not meet. `pluginManager.addToScene` is where every scene passes, whatever its own list of plugins says.
 */
import type { Game, Plugins, Scenes } from 'phaser';
import type { GameHold } from './hold.ts';
import {
  keyOf,
  leaves,
  MANAGER_METHODS,
  PLUGIN_METHODS,
  targetOfPlugin,
  type SceneCall,
  type SceneMethod,
} from './scene-calls.ts';

/** What becomes of a parked call: made, dropped, or another scene started in its place. */
export type Verdict = 'go' | 'stay' | { readonly instead: string };

export interface GateRules {
  /** Scenes of the plugin itself, which never wait: a parked call is settled by the dialog that they show. */
  isOwn(key: string): boolean;
  /** `undefined`: the call is made on the spot. */
  judge(call: SceneCall): (() => Promise<Verdict>) | undefined;
  /** A scene has been created and runs. */
  created(key: string): void;
  onProblem(error: unknown): void;
}

type Method = (...args: unknown[]) => unknown;
type Wrapped = Record<string, Method>;
type Undo = () => void;

interface ParkedCall {
  readonly call: SceneCall;
  readonly make: () => unknown;
}

export class SceneGate {
  readonly #game: Game;
  readonly #hold: GameHold;
  readonly #rules: GateRules;
  /** What undoes the wraps of the game, and of each scene. */
  readonly #undo: Undo[] = [];
  readonly #attached = new Map<Scenes.Systems, readonly Undo[]>();
  /** Targets of calls that were let through and are still in Phaser's queue. */
  readonly #admitted = new Set<string>();
  readonly #parked: ParkedCall[] = [];
  #isAttached = true;

  constructor(game: Game, plugins: Plugins.PluginManager, hold: GameHold, rules: GateRules) {
    this.#game = game;
    this.#hold = hold;
    this.#rules = rules;
    const toScene = (original: Method, args: unknown[]): void => {
      original(...args);
      this.#attach(args[0] as Scenes.Systems);
    };
    this.#undo.push(this.#wrap(plugins as unknown as Wrapped, 'addToScene', toScene));
    for (const scene of game.scene.scenes) this.#attach(scene.sys);
    const manager = game.scene as unknown as Wrapped;
    for (const method of MANAGER_METHODS)
      this.#undo.push(this.#wrap(manager, method, (original, args) => this.#managerCalled(method, args, original)));
  }

  /** Undoes every wrap. What is parked stays unmade. */
  detach(): void {
    this.#isAttached = false;
    this.#parked.length = 0;
    for (const undo of this.#undo.splice(0)) undo();
    for (const undos of this.#attached.values()) for (const undo of undos) undo();
    this.#attached.clear();
  }

  #attach(sys: Scenes.Systems): void {
    if (this.#attached.has(sys) || this.#rules.isOwn(sys.settings.key)) return;
    const plugin = sys.scenePlugin as unknown as Wrapped;
    const undos = PLUGIN_METHODS.map((method) =>
      this.#wrap(plugin, method, (original, args) => this.#pluginCalled(sys, method, args, original)),
    );
    // Kept apart: Phaser takes it off the scene's systems when the scene is destroyed.
    const { events } = sys;
    const created = (): void => {
      this.#hold.began(sys);
      this.#rules.created(sys.settings.key);
    };
    const destroyed = (): void => void this.#attached.delete(sys);
    events.on('create', created).once('destroy', destroyed);
    this.#attached.set(sys, [...undos, () => void events.off('create', created).off('destroy', destroyed)]);
  }

  // ---------------------------------------------------------------- calls

  #pluginCalled(sys: Scenes.Systems, method: SceneMethod, args: unknown[], original: Method): unknown {
    const to = targetOfPlugin(method, args, sys.settings.key);
    if (to === undefined) return original(...args);
    const sleeps = method === 'transition' && (args[0] as { sleep?: boolean }).sleep === true;
    const make = (): unknown => {
      this.#admitted.add(to);
      const made = original(...args);
      // A transition starts its scene within the call; the others are in Phaser's queue now.
      if (method === 'transition') this.#admitted.delete(to);
      return made;
    };
    const parked = this.#pass({ method, to, from: sys, wakes: this.#isAsleep(to), sleeps }, make);
    return parked.made ? parked.result : method === 'transition' ? true : sys.scenePlugin;
  }

  #managerCalled(method: (typeof MANAGER_METHODS)[number], args: unknown[], original: Method): unknown {
    const to = keyOf(method === 'switch' ? args[1] : args[0]);
    if (to === undefined) return original(...args);
    const make = (): unknown => {
      // `switch` and `run` call `start` of the same manager.
      this.#admitted.add(to);
      try {
        return original(...args);
      } finally {
        this.#admitted.delete(to);
      }
    };
    if (this.#admitted.delete(to)) return method === 'switch' || method === 'run' ? make() : original(...args);
    const call: SceneCall = { method, to, from: undefined, wakes: this.#isAsleep(to), sleeps: false };
    const parked = this.#pass(call, make);
    return parked.made ? parked.result : this.#game.scene;
  }

  #isAsleep(key: string): boolean {
    return this.#game.scene.isSleeping(key) === true;
  }

  // ---------------------------------------------------------------- parking

  #pass(call: SceneCall, make: () => unknown): { readonly made: boolean; readonly result?: unknown } {
    if (this.#rules.isOwn(call.to)) return { made: true, result: make() };
    if (this.#parked.length > 0) {
      this.#queue({ call, make });
      return { made: false };
    }
    const judged = this.#rules.judge(call);
    if (judged === undefined) return { made: true, result: make() };
    this.#parked.push({ call, make });
    void this.#settleAll(judged);
    return { made: false };
  }

  /** Another call while one is parked: the same one again keeps its newer data, any other waits its turn. */
  #queue(next: ParkedCall): void {
    const same = this.#parked.findIndex(({ call }) => call.to === next.call.to && call.method === next.call.method);
    if (same < 0) this.#parked.push(next);
    else this.#parked[same] = next;
  }

  async #settleAll(firstJudged: () => Promise<Verdict>): Promise<void> {
    let judged: (() => Promise<Verdict>) | undefined = firstJudged;
    for (;;) {
      const verdict: Verdict = judged === undefined ? 'go' : await this.#held(judged);
      const parked = this.#parked.shift();
      if (parked === undefined || !this.#isAttached) return;
      this.#settle(parked, verdict);
      const next = this.#parked[0];
      if (next === undefined) return;
      judged = this.#rules.judge(next.call);
    }
  }

  /** Whatever happens while judging, the game is given back before the call is made. */
  async #held(judged: () => Promise<Verdict>): Promise<Verdict> {
    const release = this.#hold.acquire();
    try {
      return await judged();
    } catch (error) {
      this.#rules.onProblem(error);
      return 'stay';
    } finally {
      release();
    }
  }

  #settle({ call, make }: ParkedCall, verdict: Verdict): void {
    // The scene that asked was shut down meanwhile: nobody is there any more to be taken on.
    if (call.from !== undefined && !isAlive(call.from)) return;
    if (verdict === 'go') make();
    else if (verdict !== 'stay') this.#goInstead(call, verdict.instead);
  }

  #goInstead(call: SceneCall, instead: string): void {
    if (call.from !== undefined && leaves(call)) {
      if (call.from.settings.key !== instead) call.from.scenePlugin.start(instead);
    } else if (this.#game.scene.getScenes(true).length === 0) this.#game.scene.start(instead);
  }

  // ---------------------------------------------------------------- wrapping

  #wrap(owner: Wrapped, name: string, wrapper: (original: Method, args: unknown[]) => unknown): Undo {
    const before = owner[name]!;
    const wasOwn = Object.hasOwn(owner, name);
    const original: Method = (...args) => before.apply(owner, args);
    const wrapped: Method = (...args) => (this.#isAttached ? wrapper(original, args) : original(...args));
    owner[name] = wrapped;
    return () => {
      // Somebody else has wrapped ours since: it stays in their chain and passes everything on.
      if (owner[name] !== wrapped) return;
      if (wasOwn) owner[name] = before;
      else delete owner[name];
    };
  }
}

const isAlive = (sys: Scenes.Systems): boolean => sys.isActive() || sys.isPaused() || sys.isSleeping();
