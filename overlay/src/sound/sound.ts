/** The few things the overlay asks of a sound player; howler is behind it when it is there, silence when not. */
import type * as Howler from 'howler';
import type { Moment } from '../dialog/dialog.ts';
import { toneWav } from './tones.ts';

export interface SoundPort {
  /** Fetches what is needed; never rejects. */
  load(): Promise<void>;
  play(moment: Moment): void;
  /** Everything that sounds, at once. */
  stop(): void;
  destroy(): void;
}

export const SILENCE: SoundPort = {
  load: () => Promise.resolve(),
  play: () => undefined,
  stop: () => undefined,
  destroy: () => undefined,
};

export interface SoundOptions {
  /** Whether the player has silenced the game: asked before every sound. */
  readonly muted: () => boolean;
  /** Nothing moves: what only goes with a movement is silent too, and the coin rings at once. */
  readonly still: boolean;
}

/** They say nothing that does not stand on the screen. */
const WITH_MOVEMENT: ReadonlySet<Moment> = new Set<Moment>(['open', 'move']);

/** Plays by howler, an optional peer: where it cannot be loaded every call is silent. */
export function createHowlerSound({ muted, still }: SoundOptions): SoundPort {
  let make: ((moment: Moment) => Howler.Howl) | null = null;
  let destroyed = false;
  const sounds = new Map<Moment, Howler.Howl>();
  return {
    async load() {
      const howler = await import('howler').then(namesOf, () => null);
      if (howler === null || destroyed) return;
      // Howler would suspend the audio of the whole page after 30 s without a sound of its own, the game's with it.
      howler.Howler.autoSuspend = false;
      make = (moment) => new howler.Howl({ src: [wavUrl(toneWav(moment, still))], format: ['wav'] });
    },
    play(moment) {
      if (make === null || muted() || (still && WITH_MOVEMENT.has(moment))) return;
      const sound = sounds.get(moment) ?? make(moment);
      sounds.set(moment, sound);
      sound.play();
    },
    stop() {
      for (const sound of sounds.values()) sound.stop();
    },
    destroy() {
      destroyed = true;
      make = null;
      for (const sound of sounds.values()) sound.unload();
      sounds.clear();
    },
  };
}

type HowlerNames = typeof Howler;

/** Howler is CommonJS: some bundlers give its names to `import()`, some only as the default export. */
const namesOf = (loaded: HowlerNames | { readonly default: HowlerNames }): HowlerNames =>
  'Howl' in loaded ? loaded : loaded.default;

function wavUrl(wav: Uint8Array): string {
  let binary = '';
  for (const byte of wav) binary += String.fromCharCode(byte);
  return `data:audio/wav;base64,${btoa(binary)}`;
}
