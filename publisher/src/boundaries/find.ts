/** Finds where a game's code reaches boundaries, asks for targets, brackets play and changes scenes. */
import { childrenOf, memberName, nameOf, partOf, partsOf, unwrapped, type Node } from './nodes.ts';
import { Modules, type Scope } from './scopes.ts';
import type { Source } from './sources.ts';
import { keyOf, numberOf, propertiesOf, textsOf } from './values.ts';

/**
 * `breakpoint`: names a placement. `level`: `start` or `end`. `require` and `gate`: ask for a target. `play`: brackets play, with a
 * target or none. `scene`: goes to a scene, or defines one.
 */
export type CodeKind = 'breakpoint' | 'level' | 'require' | 'gate' | 'play' | 'scene';

export interface CodeBoundary {
  readonly kind: CodeKind;
  /** As it is called: `breakpoint`, `level`, `gameplayStart`, `scene.start`, `scene class`, `scenes` */
  readonly call: string;
  /** Placement, event, target or scene's key; several where the code chooses among them; undefined when it cannot be read. */
  readonly names: readonly string[] | undefined;
  /** Level's number, where it is written out. */
  readonly level?: number | undefined;
  /** Facts that are passed; undefined when they cannot be read. */
  readonly facts: readonly string[] | undefined;
  /** What stands in the code where the name should be. */
  readonly written: string;
  readonly file: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

const SCENE_CALLS = ['start', 'launch', 'run', 'switch', 'wake', 'sleep', 'stop', 'transition'];

/** Everything found, file by file from top to bottom. */
export function findBoundaries(sources: readonly Source[]): readonly CodeBoundary[] {
  const modules = new Modules(sources);
  return sources.flatMap((source) => {
    const finder = new Finder(source);
    finder.visit(source.program, modules.scopeOf(source.path));
    return finder.found.sort((a, b) => a.line - b.line || a.column - b.column);
  });
}

class Finder {
  readonly found: CodeBoundary[] = [];
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  visit(node: Node, scope: Scope): void {
    if (node.type === 'CallExpression' || node.type === 'OptionalCallExpression') this.#call(node, scope);
    if (node.type === 'ObjectExpression') this.#options(node, scope);
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') this.#scene(node, scope);
    const inner = /Function|^ObjectMethod|^Class(Private)?Method|^BlockStatement|^For|^CatchClause/.test(node.type)
      ? scope.within(node)
      : scope;
    for (const child of childrenOf(node)) this.visit(child, inner);
  }

  #call(node: Node, scope: Scope): void {
    const callee = unwrapped(partOf(node, 'callee'));
    const method = memberName(callee);
    const receiver = unwrapped(partOf(callee, 'object'));
    const [first, second, third] = partsOf(node, 'arguments');
    if (method === undefined) return;
    if (method === 'breakpoint') {
      this.#add(node, 'breakpoint', method, first, scope, { facts: factsOf(second, scope) });
    } else if (method === 'level' && isLevelCall(first, receiver, scope)) {
      const extra = factsOf(third, scope);
      const facts = extra && ['level', ...extra];
      this.#add(node, 'level', method, first, scope, { facts, level: numberOf(second, scope) });
    } else if (method === 'require' && first !== undefined && nameOf(receiver) !== 'module') {
      this.#add(node, 'require', method, first, scope);
    } else if (method === 'gameplayStart' || method === 'gameplayStop') {
      this.#add(node, 'play', method, first, scope);
    } else if (SCENE_CALLS.includes(method) && isScenePlugin(receiver) && first !== undefined) {
      const target = method === 'transition' ? propertiesOf(first, scope)?.get('target') : undefined;
      this.#add(node, 'scene', `scene.${method}`, target?.node ?? first, target?.scope ?? scope);
    }
  }

  /** `scenes: { Level4: { requires: 'level-4' } }` among the plugin's options, or wherever something requires. */
  #options(node: Node, scope: Scope): void {
    const properties = partsOf(node, 'properties');
    const scenes = properties.find((one) => one.type === 'ObjectProperty' && keyOf(one) === 'scenes');
    if (scenes === undefined) return;
    const value = partOf(scenes, 'value');
    const gated = propertiesOf(value, scope);
    if (gated === undefined) {
      const isOurs = properties.some((one) => ['priceList', 'roots'].includes(keyOf(one) ?? ''));
      if (isOurs) this.#add(scenes, 'gate', 'scenes', value, scope);
      return;
    }
    for (const placed of gated.values()) {
      const requires = propertiesOf(placed.node, placed.scope)?.get('requires');
      if (requires !== undefined) this.#add(scenes, 'gate', 'scenes', requires.node, requires.scope);
    }
  }

  /** `class Menu extends Phaser.Scene { constructor() { super('Menu') } }`: the scene has this key. */
  #scene(node: Node, scope: Scope): void {
    const parent = partOf(node, 'superClass');
    if (!/Scene$/.test(memberName(parent) ?? nameOf(parent) ?? '')) return;
    const methods = partsOf(partOf(node, 'body'), 'body');
    const made = methods.find((one) => one['kind'] === 'constructor');
    const calls = partsOf(partOf(made, 'body'), 'body').map((one) => partOf(one, 'expression'));
    const call = calls.find((one) => partOf(one, 'callee')?.type === 'Super');
    const [first] = partsOf(call, 'arguments');
    if (made === undefined || call === undefined || first === undefined) return;
    const within = scope.within(made);
    const key = propertiesOf(first, within)?.get('key');
    this.#add(call, 'scene', 'scene class', key?.node ?? first, key?.scope ?? within);
  }

  #add(
    node: Node,
    kind: CodeKind,
    call: string,
    name: Node | undefined,
    scope: Scope,
    more: Partial<Pick<CodeBoundary, 'facts' | 'level'>> = {},
  ): void {
    const { path, text } = this.#source;
    const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
    // A bracket of play without a target names nothing, and there is nothing to be read.
    const names = name === undefined && kind === 'play' ? [] : textsOf(name, scope);
    const written = name === undefined ? '' : text.slice(name.start ?? 0, name.end ?? 0);
    this.found.push({
      ...{ kind, call, names, facts: [] },
      ...more,
      ...{ written: shorten(written), file: path, line, column: column + 1 },
    });
  }
}

const shorten = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 60);

const isScenePlugin = (receiver: Node | undefined): boolean => (memberName(receiver) ?? nameOf(receiver)) === 'scene';

/** Other things have levels too: ours begins or ends, or is asked of what is called by our name. */
function isLevelCall(first: Node | undefined, receiver: Node | undefined, scope: Scope): boolean {
  const events = textsOf(first, scope);
  if (events !== undefined) return events.every((event) => event === 'start' || event === 'end');
  return /coinslot/i.test(memberName(receiver) ?? nameOf(receiver) ?? '');
}

/** Names of the facts in `{ level: 3, ...more }`; none when nothing is passed. */
function factsOf(node: Node | undefined, scope: Scope): readonly string[] | undefined {
  if (node === undefined) return [];
  const properties = propertiesOf(node, scope);
  return properties && [...properties.keys()];
}
