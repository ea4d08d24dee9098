/** The five things the overlay asks of a sound player; howler is behind it when it is there, silence when not. */
import type * as Howler from 'howler';
import type { Moment } from '../dialog/dialog.ts';
import { toneWav } from './tones.ts';

export interface SoundPort {
  /** Fetches what is needed; never rejects. */
  load(): Promise<void>;
  play(moment: Moment): void;
  /** Everything that sounds, at once. */
  stop(): void;
  /** 0 ... 1. */
  volume(level: number): void;
  destroy(): void;
}

export const SILENCE: SoundPort = {
  load: () => Promise.resolve(),
  play: () => undefined,
  stop: () => undefined,
  volume: () => undefined,
  destroy: () => undefined,
};

const LEVEL = 0.5;

/** Plays by howler, an optional peer: where it cannot be loaded every call is silent. */
export function createHowlerSound(): SoundPort {
  let make: ((moment: Moment) => Howler.Howl) | null = null;
  let level = LEVEL;
  let destroyed = false;
  const sounds = new Map<Moment, Howler.Howl>();
  return {
    async load() {
      const howler = await import('howler').then(namesOf, () => null);
      if (howler === null || destroyed) return;
      // Howler would suspend the audio of the whole page after 30 s without a sound of its own, the game's with it.
      howler.Howler.autoSuspend = false;
      make = (moment) => new howler.Howl({ src: [wavUrl(moment)], format: ['wav'], volume: level });
    },
    play(moment) {
      if (make === null) return;
      const sound = sounds.get(moment) ?? make(moment);
      sounds.set(moment, sound);
      sound.play();
    },
    stop() {
      for (const sound of sounds.values()) sound.stop();
    },
    volume(newLevel) {
      level = newLevel;
      for (const sound of sounds.values()) sound.volume(level);
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

function wavUrl(moment: Moment): string {
  let binary = '';
  for (const byte of toneWav(moment)) binary += String.fromCharCode(byte);
  return `data:audio/wav;base64,${btoa(binary)}`;
}
