/** A running game follows a lab: files come over Server-Sent Events and take effect at once, without losing the level. */
import type { PlacementsFile } from '../timing/index.ts';
import { shapedPlacements } from '../timing/shape.ts';
import type { DesignerGame } from './game.ts';

/** A stream of the lab, as the browser's `EventSource` is one. */
export interface LabStream {
  addEventListener(name: 'placements' | 'open' | 'error', listener: (event: { readonly data?: unknown }) => void): void;
  close(): void;
  /** 2: it does not come back by itself. */
  readonly readyState: number;
}

export type LabNews =
  | { readonly kind: 'connected' }
  /** It is tried again until `stop`. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'taken'; readonly file: PlacementsFile }
  /** The last good file stays. */
  | { readonly kind: 'refused'; readonly why: string };

export interface FollowOptions {
  readonly onNews?: (news: LabNews) => void;
  readonly open?: (url: string) => LabStream;
  readonly after?: (delayMs: number, run: () => void) => () => void;
}

export interface Following {
  /** Address of the lab, without a path. */
  readonly lab: string;
  /** The latest news. */
  readonly last: LabNews | undefined;
  on(listener: (news: LabNews) => void): () => void;
  stop(): void;
}

const followed = new WeakMap<DesignerGame, Following>();
const watchers = new WeakMap<DesignerGame, Set<(lab: Following) => void>>();

/** Calls with the lab that a game follows: now, if it does, and whenever it begins to follow one. */
export function watchLab(game: DesignerGame, listener: (lab: Following) => void): () => void {
  const listeners = watchers.get(game) ?? new Set();
  watchers.set(game, listeners.add(listener));
  const lab = followed.get(game);
  if (lab !== undefined) listener(lab);
  return () => void listeners.delete(listener);
}

/** A browser gives a stream up for good when the lab answers with anything but a stream; then it is opened again after this time. */
const AGAIN_MS = 1_000;

/** Takes files from a lab, `http://127.0.0.1:8376`, until stopped. Throws TypeError for what is no address. */
export function followLab(game: DesignerGame, url: string, options: FollowOptions = {}): Following {
  const lab = new URL(url).origin;
  const { open = (address: string): LabStream => new EventSource(address), after = afterTimeout } = options;
  const listeners = new Set<(news: LabNews) => void>(options.onNews ? [options.onNews] : []);
  let last: LabNews | undefined;
  let stream: LabStream | undefined;
  let callOff: (() => void) | undefined;
  let isStopped = false;
  const tell = (news: LabNews): void => {
    last = news;
    for (const listener of listeners) listener(news);
  };
  const take = async (text: unknown): Promise<void> => {
    await game.ready;
    if (isStopped) return;
    try {
      const file = shapedPlacements(JSON.parse(String(text)));
      game.usePlacements(file);
      tell({ kind: 'taken', file });
    } catch (error) {
      tell({ kind: 'refused', why: error instanceof Error ? error.message : String(error) });
    }
  };
  const connect = (): void => {
    const opened = open(`${lab}/live`);
    stream = opened;
    opened.addEventListener('open', () => tell({ kind: 'connected' }));
    opened.addEventListener('placements', ({ data }) => void take(data));
    opened.addEventListener('error', () => {
      if (isStopped) return;
      if (last?.kind !== 'lost') tell({ kind: 'lost' });
      if (opened.readyState !== 2) return;
      callOff?.();
      callOff = after(AGAIN_MS, connect);
    });
  };
  connect();
  const following: Following = {
    lab,
    get last() {
      return last;
    },
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      isStopped = true;
      callOff?.();
      stream?.close();
      if (followed.get(game) === following) followed.delete(game);
    },
  };
  followed.set(game, following);
  for (const listener of watchers.get(game) ?? []) listener(following);
  return following;
}

function afterTimeout(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
