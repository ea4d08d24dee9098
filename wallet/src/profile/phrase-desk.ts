/**
 * The recovery phrase before the player: shown at creation and, later, with the PIN. It counts as written down once two of its
 * words, drawn by chance, were typed. What is kept of it meanwhile is these two words, in memory.
 */
import { WalletError } from '../errors.ts';
import { PHRASE_WORDS, wrongPhrase } from '../vault/phrase.ts';
import type { Profile } from './profile.ts';

interface Question {
  /** Counted from 1, in rising order. */
  readonly positions: readonly [number, number];
  readonly words: readonly [string, string];
}

export class PhraseDesk {
  readonly #profile: Profile;
  #question: Question | undefined;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** Which words are asked for, counted from 1; none while the phrase was not shown, or is written down already. */
  get asked(): readonly number[] {
    return this.#question?.positions ?? [];
  }

  /** The words again, with the PIN (the guardian's where there is one). Throws as `vault.phrase` does. */
  async show(pin: string): Promise<readonly string[]> {
    const words = await this.#profile.vault.phrase(pin);
    this.ask(words);
    return words;
  }

  /** The phrase has just been shown: from now on two of its words are asked for. */
  ask(words: readonly string[]): void {
    const [low, high] = this.#twoPositions();
    this.#question = { positions: [low, high], words: [words[low - 1] ?? '', words[high - 1] ?? ''] };
    this.#profile.announce();
  }

  /** The two words as typed. Throws PHRASE_WRONG, and GONE when the phrase was not shown since the wallet was started. */
  answer(first: string, second: string): void {
    const question = this.#question;
    if (question === undefined) throw new WalletError('GONE', 'the recovery phrase was not shown');
    const typed = [first, second].map((word) => word.trim().toLowerCase());
    if (typed.some((word, i) => word !== question.words[i]))
      throw wrongPhrase('recovery phrase: not the words asked for');
    this.#question = undefined;
    this.#profile.record({ kind: 'phrase-kept', atMs: this.#profile.clock() });
  }

  #twoPositions(): readonly [number, number] {
    const [one = 0, other = 0] = this.#profile.random(2);
    const first = one % PHRASE_WORDS;
    const second = (first + 1 + (other % (PHRASE_WORDS - 1))) % PHRASE_WORDS;
    return first < second ? [first + 1, second + 1] : [second + 1, first + 1];
  }
}
