/** What the page can ask for about keys and people. */
import { WalletError } from '../errors.ts';
import { isLanguage } from '../words/languages.ts';
import type { PasswordLeave } from '../account/password-desk.ts';
import { pinOf, textOf, type Action, type Fields } from './fields.ts';

export const KEYS_ACTIONS: Readonly<Record<string, Action>> = {
  'show-phrase': async ({ phrase }, fields) => ({ words: await phrase.show(textOf(fields, 'pin')) }),
  'phrase-words': ({ phrase }, fields) => phrase.answer(textOf(fields, 'first'), textOf(fields, 'second')),
  /** First run, for somebody who has a wallet already. */
  restore: async (parts, fields) => {
    const { language } = fields;
    if (!isLanguage(language)) throw new WalletError('BAD_REQUEST', 'language: none of the wallet’s');
    await parts.restore({ phrase: textOf(fields, 'phrase'), newPin: textOf(fields, 'pin'), language });
  },
  'reset-pin': ({ profile }, fields) => profile.vault.resetPin(textOf(fields, 'phrase'), textOf(fields, 'next')),
  'change-guardian-pin': ({ profile }, fields) =>
    profile.vault.changeGuardianPin(textOf(fields, 'pin'), textOf(fields, 'next')),
  'reset-child-pin': ({ profile }, fields) => profile.vault.resetOwnPin(textOf(fields, 'pin'), textOf(fields, 'next')),
  /** The first password, or another one: with the PIN and the one before it, or with the phrase. */
  'set-password': ({ passwords }, fields) => passwords.set(textOf(fields, 'password'), leaveOf(fields)),
  'end-password': ({ passwords }, fields) => passwords.takeAway(leaveOf(fields)),
  /** Another one waits: the one that stands stays. */
  'keep-password': ({ passwords }, fields) => passwords.keep(leaveOf(fields)),
  'appoint-guardian': async ({ profile, passwords }, fields) => {
    const pin = textOf(fields, 'pin');
    await profile.vault.provePin(pin);
    // The child knows it: it would stand for the guardian. What this wallet has heard of it may be old.
    if (await passwords.isSetByServer()) throw new WalletError('BAD_REQUEST', 'a password is set: take it away first');
    await profile.vault.appointGuardian(pin, textOf(fields, 'guardianPin'));
  },
  'dismiss-guardian': ({ profile }, fields) =>
    profile.vault.dismissGuardian(textOf(fields, 'pin'), textOf(fields, 'next')),
  /** Answered before it is done: this wallet closes, and the page finds the other one at the same address. */
  'switch-profile': ({ household }, fields) => {
    if (household === undefined) throw new WalletError('BAD_REQUEST', 'this wallet was started alone');
    household.requestSwitch(textOf(fields, 'name'));
  },
};

function leaveOf(fields: Fields): PasswordLeave {
  return { pin: pinOf(fields), current: pinOf(fields, 'current'), phrase: pinOf(fields, 'phrase') };
}
