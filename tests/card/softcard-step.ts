/** One step on a dispersed store, for a sweep to kill: `folder step`. Says what a card would have told the world by then. */
import { writeSync } from 'node:fs';
import { numberOf, stateOf, storeIn } from './softcard-parts.ts';

const [folder = '', step = ''] = process.argv.slice(2);
const store = storeIn(folder);
const say = (words: string) => writeSync(1, `${words}\n`);

if (step === 'create') {
  await store.create();
  say('created');
} else if (step === 'destroy') {
  await store.destroy();
  say('destroyed');
} else {
  const number = numberOf(await store.load());
  say(`loaded ${number}`);
  if (step === 'commit') {
    await store.commit(stateOf(number + 1));
    say(`committed ${number + 1}`);
  }
}
