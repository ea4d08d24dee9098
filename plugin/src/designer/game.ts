/** What the designer's tools need of a running game: the plugin as Phaser keeps it, or the core without Phaser. */
import type { Listener } from '../core/emitter.ts';
import type { CoinslotEvents } from '../core/types.ts';
import type { Facts, PlacementsFile, TimingDecision, TimingState } from '../timing/index.ts';

export interface DesignerGame {
  readonly ready: Promise<void>;
  readonly events: {
    /** Returns its undoing. */
    on<K extends keyof CoinslotEvents>(name: K, listener: Listener<CoinslotEvents[K]>): () => void;
  };
  timingState(): TimingState;
  preview(name: string, facts?: Facts, assume?: Partial<TimingState>): Promise<TimingDecision>;
  usePlacements(file: PlacementsFile): void;
}
