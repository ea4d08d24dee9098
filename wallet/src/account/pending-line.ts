/** What is said at the terminal of a password that waits. */
import { dateText } from '../consent/shown.ts';
import type { Profile } from '../profile/profile.ts';
import { PASSWORD_WORDS } from '../words/password-words.ts';
import type { PendingPassword } from './password-desk.ts';

/** One line: another password, or none, takes over, perhaps not by the player's own word. */
export function pendingLine(
  { holdsFromMs, isEnd }: PendingPassword,
  { settings: { language } }: Pick<Profile, 'settings'>,
  timeZone: string,
): string {
  const { pending, pendingEnd, notYou } = PASSWORD_WORDS[language];
  return `${(isEnd ? pendingEnd : pending)(dateText(holdsFromMs, language, timeZone))} ${notYou}`;
}
