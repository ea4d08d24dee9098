/** The folder that a town lives in: made by this version of the messages, or refused with the remedy. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rises whenever signed messages kept in a town change their form before the protocol's first release. */
const FORM = '3';

/** Makes the folder when it is not there. Throws an Error that says what to do when another version made it. */
export function requireHome(home: string): void {
  const stamp = join(home, 'form');
  const isNew = !existsSync(home) || readdirSync(home).length === 0;
  if (isNew) {
    mkdirSync(home, { recursive: true });
    writeFileSync(stamp, FORM);
  } else if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== FORM) {
    throw new Error(
      `${home} was made by another version of Coinslot, whose messages have another form.\n` +
        'Only test money is in it: delete the folder, then start again.',
    );
  }
}
