/** Reading what a game asks of Phaser's scenes, the same for scene plugins and for the scene manager itself. */
import type { Scene, Scenes } from 'phaser';
import type { Happening } from '../timing/index.ts';

/** Methods of `scene.scene` and `game.scene` that bring a scene on. */
export const PLUGIN_METHODS = ['start', 'restart', 'launch', 'run', 'switch', 'transition', 'wake'] as const;
export const MANAGER_METHODS = ['start', 'run', 'switch', 'wake'] as const;

export type SceneMethod = (typeof PLUGIN_METHODS)[number];

/** One call, read but not yet made. */
export interface SceneCall {
  readonly method: SceneMethod;
  /** Key of the scene gone to. */
  readonly to: string;
  /** The scene that called; none for `game.scene`. */
  readonly from: Scenes.Systems | undefined;
  /** The scene gone to is asleep and would wake. */
  readonly wakes: boolean;
  /** A transition that puts the calling scene to sleep. */
  readonly sleeps: boolean;
}

/** Replaces the calling scene, so that staying means staying there. */
export const leaves = ({ method, from }: SceneCall): boolean =>
  from !== undefined && (method === 'start' || method === 'switch' || method === 'transition' || method === 'restart');

/** Key of the scene that a call of a scene plugin goes to; `undefined` when the call leads nowhere. */
export function targetOfPlugin(method: SceneMethod, args: readonly unknown[], own: string): string | undefined {
  if (method === 'restart') return own;
  if (method === 'transition') return keyOf((args[0] as { target?: unknown } | undefined)?.target);
  const key = args[0] === undefined && (method === 'start' || method === 'wake') ? own : keyOf(args[0]);
  // Phaser ignores a scene that launches, runs or switches to itself.
  return key === own && method !== 'start' && method !== 'wake' ? undefined : key;
}

/** A scene is named by its key or given itself. */
export function keyOf(scene: unknown): string | undefined {
  if (typeof scene === 'string') return scene;
  return (scene as Scene | null | undefined)?.sys?.settings.key;
}

/** The boundaries that a call passes, in order: the scene left, then the scene gone to. */
export function happeningsOf(call: SceneCall): readonly Happening[] {
  const { method, from, to, wakes, sleeps } = call;
  const passed: Happening[] = [];
  const pass = (event: Extract<Happening, { kind: 'scene' }>['event'], scene: string): void =>
    void passed.push({ kind: 'scene', event, scene });
  if (from !== undefined && leaves(call)) pass(method === 'switch' || sleeps ? 'sleep' : 'end', from.settings.key);
  if (method === 'transition') pass('transition', to);
  pass(wakes ? 'wake' : 'start', to);
  return passed;
}
