/**
 * The recovery phrase: the master secret as 24 English words with a checksum (BIP 39, 256 bits of entropy). Only the words'
 * entropy is used, never the seed that BIP 39 stretches from them.
 */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { WalletError } from '../errors.ts';

export const PHRASE_WORDS = 24;

/** The 24 words of a master secret of 32 bytes. */
export function phraseOf(master: Uint8Array): readonly string[] {
  return Object.freeze(entropyToMnemonic(master, wordlist).split(' '));
}

/**
 * The 32 bytes of a phrase as a person types it: capitals, numbers before the words and any space between them do not matter.
 * Throws PHRASE_WRONG, saying whether it is the count, a word or the checksum, and never which words were typed.
 */
export function masterOf(typed: string): Uint8Array {
  const words =
    typed
      .normalize('NFKD')
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  if (words.length !== PHRASE_WORDS)
    throw wrongPhrase(`recovery phrase: ${words.length} words where ${PHRASE_WORDS} were expected`);
  const strange = words.findIndex((word) => !wordlist.includes(word));
  if (strange >= 0) throw wrongPhrase(`recovery phrase: word ${strange + 1} is not in the list`);
  try {
    return mnemonicToEntropy(words.join(' '), wordlist);
  } catch {
    throw wrongPhrase('recovery phrase: the words do not fit each other');
  }
}

export function wrongPhrase(message: string): WalletError {
  return new WalletError('PHRASE_WRONG', message, { hint: 'Check each word against the sheet, and their order.' });
}
