/** What names stand for in a game's sources: constants that are written out, here or in another of its files. */
import { dirname, join, normalize } from 'node:path';
import { childrenOf, nameOf, partOf, partsOf, type Node } from './nodes.ts';
import type { Source } from './sources.ts';

/** A name's meaning: the expression of a constant, what another file exports, or something that only running would tell. */
type Binding =
  | { readonly kind: 'constant'; readonly value: Node }
  | { readonly kind: 'import'; readonly from: string; readonly name: string }
  | { readonly kind: 'unknown' };

/** An expression where it stands, so that the names in it mean what they mean there. */
export interface Placed {
  readonly node: Node;
  readonly scope: Scope;
}

const UNKNOWN: Binding = { kind: 'unknown' };
/** Constants that lead to constants, and files that pass on what others export. */
const STEPS_MAX = 16;

export class Scope {
  readonly #names = new Map<string, Binding>();
  readonly #parent: Scope | undefined;
  readonly #modules: Modules;
  readonly #path: string;

  constructor(modules: Modules, path: string, parent?: Scope) {
    this.#modules = modules;
    this.#path = path;
    this.#parent = parent;
  }

  /** The scope of a function, block or loop, with the names that it brings. */
  within(node: Node): Scope {
    const scope = new Scope(this.#modules, this.#path, this);
    for (const param of [...partsOf(node, 'params'), ...[partOf(node, 'param'), partOf(node, 'left')]])
      if (param !== undefined) scope.#hide(param);
    const init = partOf(node, 'init');
    scope.declare([...partsOf(node, 'body'), ...(init === undefined ? [] : [init])]);
    return scope;
  }

  /** Takes the names that statements declare. */
  declare(statements: readonly Node[]): void {
    for (const statement of statements) {
      if (statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration') {
        const declaration = partOf(statement, 'declaration');
        if (declaration !== undefined) this.declare([declaration]);
      } else if (statement.type === 'ImportDeclaration') this.#import(statement);
      else if (statement.type === 'VariableDeclaration') this.#variables(statement);
      else if (/^(Function|Class|TSEnum)/.test(statement.type)) this.#set(nameOf(partOf(statement, 'id')), UNKNOWN);
    }
  }

  /** The expression that a name stands for; undefined when only running would tell. */
  find(name: string, steps = 0): Placed | undefined {
    const binding = this.#names.get(name);
    if (binding === undefined) return this.#parent?.find(name, steps);
    if (binding.kind === 'constant') return { node: binding.value, scope: this };
    if (binding.kind === 'unknown' || steps > STEPS_MAX) return undefined;
    return this.#modules.exported(this.#path, binding.from, binding.name, steps + 1);
  }

  #import(statement: Node): void {
    const from = nameOf(partOf(statement, 'source')) ?? '';
    for (const specifier of partsOf(statement, 'specifiers')) {
      const isNamed = specifier.type === 'ImportSpecifier';
      const name = isNamed ? nameOf(partOf(specifier, 'imported')) : 'default';
      const binding: Binding = name === undefined ? UNKNOWN : { kind: 'import', from, name };
      this.#set(nameOf(partOf(specifier, 'local')), isNamed ? binding : UNKNOWN);
    }
  }

  #variables(statement: Node): void {
    for (const one of partsOf(statement, 'declarations')) {
      const id = partOf(one, 'id');
      const value = partOf(one, 'init');
      const isConstant = statement['kind'] === 'const' && id?.type === 'Identifier' && value !== undefined;
      if (isConstant) this.#set(nameOf(id), { kind: 'constant', value });
      else if (id !== undefined) this.#hide(id);
    }
  }

  #set(name: string | undefined, binding: Binding): void {
    if (name !== undefined) this.#names.set(name, binding);
  }

  /** Every name in a pattern hides what it meant outside. */
  #hide(pattern: Node): void {
    if (pattern.type === 'Identifier') this.#set(nameOf(pattern), UNKNOWN);
    for (const child of childrenOf(pattern)) this.#hide(child);
  }
}

/** All files, each with its outermost scope. */
export class Modules {
  readonly #files = new Map<string, { readonly scope: Scope; readonly program: Node }>();

  constructor(sources: readonly Source[]) {
    for (const { path, program } of sources) {
      const scope = new Scope(this, path);
      scope.declare(partsOf(program, 'body'));
      this.#files.set(normalize(path), { scope, program });
    }
  }

  scopeOf(path: string): Scope {
    return this.#files.get(normalize(path))!.scope;
  }

  /** What `name` imported in `path` stands for, where it is a constant of one of these files. */
  exported(path: string, from: string, name: string, steps: number): Placed | undefined {
    if (!from.startsWith('.') || steps > STEPS_MAX) return undefined;
    const base = normalize(join(dirname(path), from));
    const ways = [base, base.replace(/\.([mc]?)js(x?)$/, '.$1ts$2'), ...AFTER.map((end) => base + end)];
    const found = ways.find((way) => this.#files.has(way));
    const file = found === undefined ? undefined : this.#files.get(found);
    if (file === undefined || found === undefined) return undefined;
    for (const statement of partsOf(file.program, 'body')) {
      if (statement.type !== 'ExportNamedDeclaration') continue;
      for (const specifier of partsOf(statement, 'specifiers')) {
        if (nameOf(partOf(specifier, 'exported')) !== name) continue;
        const local = nameOf(partOf(specifier, 'local')) ?? name;
        const again = nameOf(partOf(statement, 'source'));
        return again === undefined ? file.scope.find(local, steps) : this.exported(found, again, local, steps + 1);
      }
    }
    return file.scope.find(name, steps);
  }
}

const AFTER = ['.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs', '/index.ts', '/index.js'];
