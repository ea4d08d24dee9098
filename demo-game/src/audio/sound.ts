import { Howl, Howler } from 'howler';
import { EFFECTS } from './effects.ts';
import type { EffectName } from './effects.ts';
import type { TuneName } from './music.ts';
import type { SoundAnswer, SoundRequest } from './worker.ts';

/** The game's ears: five doors, silent until the first gesture because browsers want it so. */
export interface Sound {
  /** Plays a short sound, `semitones` higher; what is not rendered yet is simply not heard. */
  effect(name: EffectName, semitones?: number): void;
  /** Fades over to a loop; the one that plays goes on when it is the same. */
  music(name: TuneName): void;
  /** Lowers the music while something else asks for attention. */
  duck(low: boolean): void;
  setMuted(muted: boolean): void;
  /** Silences the game, not the page, for as long as an offer is open. */
  hold(held: boolean): void;
  muted(): boolean;
}

const MUSIC_LEVEL = 0.5;
const FADE_MS = 700;

/** Opens the sound and starts rendering the short sounds in the background. */
export function openSound(muted: boolean): Sound {
  // Howler would suspend the context after 30 quiet seconds and then swallow the first sound after it.
  Howler.autoSuspend = false;
  Howler.mute(muted);
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const effects = new Map<EffectName, Howl>();
  const tunes = new Map<TuneName, Howl>();
  let wanted: TuneName | null = null;
  let playing: Howl | null = null;
  let isMuted = muted;
  let isHeld = false;
  let level = MUSIC_LEVEL;

  const ask = (request: SoundRequest): void => worker.postMessage(request);
  const startTune = (howl: Howl): void => {
    if (playing === howl) return;
    const before = playing;
    playing = howl;
    if (before) {
      before.fade(before.volume(), 0, FADE_MS);
      before.once('fade', () => before.stop());
    }
    howl.stop();
    howl.volume(0);
    howl.play();
    howl.fade(0, level, FADE_MS);
  };
  worker.addEventListener('message', (event: MessageEvent<SoundAnswer>) => {
    const answer = event.data;
    if (answer.kind === 'effect') {
      effects.set(answer.name, new Howl({ src: [answer.uri] }));
      return;
    }
    const howl = new Howl({ src: [answer.uri], loop: true, volume: 0 });
    tunes.set(answer.name, howl);
    if (wanted === answer.name) startTune(howl);
  });
  for (const name of EFFECTS) ask({ kind: 'effect', name });

  return {
    effect(name, semitones = 0) {
      const howl = effects.get(name);
      if (!howl || isMuted || isHeld) return;
      const id = howl.play();
      howl.rate(2 ** (semitones / 12), id);
    },
    music(name) {
      if (wanted === name) return;
      wanted = name;
      const howl = tunes.get(name);
      if (howl) startTune(howl);
      else ask({ kind: 'tune', name });
    },
    duck(low) {
      level = low ? MUSIC_LEVEL * 0.3 : MUSIC_LEVEL;
      playing?.fade(playing.volume(), level, 250);
    },
    setMuted(next) {
      isMuted = next;
      Howler.mute(next);
    },
    hold(held) {
      isHeld = held;
      playing?.fade(playing.volume(), held ? 0 : level, 250);
    },
    muted: () => isMuted,
  };
}
