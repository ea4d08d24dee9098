import type { Strings } from '../strings.ts';
import { byId } from './elements.ts';

/** What the page gives the game. */
export interface Page {
  /** Where the canvas goes. */
  stage: HTMLElement;
  /** Says a sentence to screen readers. */
  announce: (sentence: string) => void;
}

/** Sound switch behind the page's button and the M key. */
export interface SoundSwitch {
  muted: boolean;
  /** Switches, and tells how it is now. */
  toggleMute(): boolean;
}

/** Puts the page's words in the player's language and wires its buttons; `sandbox` shows the TEST badge. */
export function dressPage(text: Strings, sandbox: boolean, sound: SoundSwitch): Page {
  document.documentElement.lang = text.lang;
  const words = PAGE_WORDS[text.lang];
  for (const [id, sentence] of Object.entries(words)) byId(id).textContent = sentence;
  byId('test-badge').hidden = !sandbox;
  const mute = byId('mute');
  const show = (muted: boolean): void => {
    mute.setAttribute('aria-pressed', String(muted));
    mute.querySelector('span')!.textContent = muted ? text.unmute : text.mute;
  };
  const toggle = (): void => show(sound.toggleMute());
  show(sound.muted);
  mute.addEventListener('click', toggle);
  window.addEventListener('keydown', (event) => {
    if (event.code === 'KeyM' && !event.repeat && !event.ctrlKey && !event.metaKey) toggle();
  });
  // A button pressed with the mouse gives the keyboard back to the game; one reached by the keyboard keeps it.
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button && event.detail > 0) button.blur();
  });
  const live = byId('live');
  return {
    stage: byId('stage'),
    announce(sentence) {
      live.textContent = sentence;
    },
  };
}

const PAGE_WORDS: Readonly<Record<Strings['lang'], Readonly<Record<string, string>>>> = {
  en: {
    'how-fly': 'fly',
    'how-dash': 'dash',
    'how-pause': 'pause',
    'how-panel': 'live panel, for designers',
    'how-pointer': 'or follow the mouse, click to dash',
    'how-touch': 'Drag to fly, tap to dash',
    about: 'A demo of Coinslot: levels 1 and 2 are free; the others are opened from inside the game.',
  },
  fr: {
    'how-fly': 'voler',
    'how-dash': 'élan',
    'how-pause': 'pause',
    'how-panel': 'panneau, pour qui règle les offres',
    'how-pointer': 'ou suis la souris, clic pour l’élan',
    'how-touch': 'Glisse pour voler, touche pour l’élan',
    about: 'Une démonstration de Coinslot : les niveaux 1 et 2 sont gratuits ; les autres s’ouvrent depuis le jeu.',
  },
};
