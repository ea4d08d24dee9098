/** What the page knows and what is being looked at. Whoever draws listens; changes of one moment are told once. */
import { replay, type PlacementsFile, type Recording, type Replay } from '@coinslot/plugin/timing';
import type { LabView } from '../view.ts';
import type { Session, SessionFlaw } from './sessions.ts';

/** What may have changed. `rules`: the file on disk, the edited one or a draft of it. */
export type Change = 'view' | 'rules' | 'sessions' | 'window' | 'playhead' | 'notice';

export class Store {
  view: LabView | undefined;
  /** Rules being tried by hand that the lab does not have yet. */
  draft: PlacementsFile | undefined;
  sessions: readonly Session[] = [];
  flaws: readonly SessionFlaw[] = [];
  selected: string | undefined;
  /** The part of the session that is seen. */
  window = { fromMs: 0, toMs: 60_000 };
  playheadMs = 0;
  /** The lab does not answer now. */
  isOffline = false;
  /** The next view is from a stream that has just been opened, and counts whatever its number. */
  isFresh = true;
  /** What went wrong last, for the designer. */
  notice = '';
  readonly #listeners: ((changes: ReadonlySet<Change>) => void)[] = [];
  #pending = new Set<Change>();
  readonly #replays = new WeakMap<PlacementsFile, WeakMap<Recording, Replay>>();

  onChange(listener: (changes: ReadonlySet<Change>) => void): void {
    this.#listeners.push(listener);
  }

  changed(...changes: readonly Change[]): void {
    if (this.#pending.size === 0) requestAnimationFrame(() => this.#tell());
    for (const one of changes) this.#pending.add(one);
  }

  /** The rules as edited, or as tried by hand. */
  get edited(): PlacementsFile | undefined {
    return this.draft ?? this.view?.file ?? undefined;
  }

  get disk(): PlacementsFile | undefined {
    return this.view?.disk ?? undefined;
  }

  /** Whether what is tried says anything else than the file on disk. */
  get hasEdits(): boolean {
    return JSON.stringify(this.edited) !== JSON.stringify(this.disk);
  }

  get session(): Session | undefined {
    return this.sessions.find((one) => one.id === this.selected) ?? this.sessions[0];
  }

  /** A session under rules; kept while both are. */
  replayOf({ recording }: Session, file: PlacementsFile): Replay {
    const kept = this.#replays.get(file) ?? new WeakMap<Recording, Replay>();
    this.#replays.set(file, kept);
    const made = kept.get(recording) ?? replay(recording, file);
    kept.set(recording, made);
    return made;
  }

  #tell(): void {
    const changes = this.#pending;
    this.#pending = new Set();
    for (const listener of this.#listeners) listener(changes);
  }
}
