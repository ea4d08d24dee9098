/** The sources of a game, parsed: TypeScript and JavaScript below one folder. Nothing in them is run. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { parse, type ParserPlugin } from '@babel/parser';
import { FILE_START, FaultsError } from '../text/faults.ts';
import { isNode, type Node } from './nodes.ts';

export interface Source {
  /** As the person would name it. */
  readonly path: string;
  readonly text: string;
  readonly program: Node;
}

export interface Sources {
  readonly sources: readonly Source[];
  /** Files that are no code, or none that can be parsed, with why. */
  readonly unread: readonly { readonly path: string; readonly why: string }[];
}

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];
const SKIPPED = ['node_modules', 'dist', 'build'];
const FILES_MAX = 5_000;
const CHARACTERS_MAX = 1024 * 1024;

/** Reads every source below the folder, by name. Throws FaultsError for a folder that is not there, or has too many. */
export function readSources(folder: string): Sources {
  const paths = sourcePaths(folder);
  const fail = (message: string): never => {
    throw new FaultsError([{ file: folder, ...FILE_START, message }]);
  };
  if (paths === undefined) return fail('there is no such folder');
  if (paths.length > FILES_MAX) fail(`more than ${FILES_MAX} sources`);
  const sources: Source[] = [];
  const unread: { path: string; why: string }[] = [];
  for (const path of paths) {
    const text = readFileSync(path, 'utf8');
    try {
      if (text.length > CHARACTERS_MAX) throw new Error(`larger than ${CHARACTERS_MAX} characters`);
      sources.push({ path, text, program: parseSource(path, text) });
    } catch (error) {
      unread.push({ path, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return { sources, unread };
}

function parseSource(path: string, text: string): Node {
  const isTyped = /\.[mc]?tsx?$/.test(path);
  const hasMarkup = /x$/.test(path) || !isTyped;
  const plugins: ParserPlugin[] = ['decorators', ...(isTyped ? ['typescript' as const] : [])];
  // Not in plain TypeScript, where `<T>x` is a type assertion.
  if (hasMarkup) plugins.push('jsx');
  const parsed: unknown = parse(text, { sourceType: 'unambiguous', plugins, errorRecovery: true }).program;
  if (!isNode(parsed)) throw new Error('no program');
  return parsed;
}

function sourcePaths(folder: string): string[] | undefined {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const isSkipped = entry.name.startsWith('.') || SKIPPED.includes(entry.name);
      return isSkipped ? [] : (sourcePaths(path) ?? []);
    }
    const isSource = EXTENSIONS.includes(extname(entry.name)) && !/\.d\.[mc]?ts$/.test(entry.name);
    return isSource ? [path] : [];
  });
}
