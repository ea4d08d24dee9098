/**
 * One step on a dispersed store, for a sweep to kill or a test to hold: `folder step`. Says what a card would have told the
 * world by then.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { numberOf, outcomeOf, stateOf, storeIn } from './softcard-parts.ts';

const [folder = '', step = ''] = process.argv.slice(2);
const store = storeIn(folder);
const say = (words: string) => writeSync(1, `${words}\n`);

async function load(): Promise<number> {
  const number = numberOf(await store.load());
  say(`loaded ${number}`);
  return number;
}

async function commit(): Promise<void> {
  const number = (await load()) + 1;
  await store.commit(stateOf(number));
  say(`committed ${number}`);
}

switch (step) {
  case 'create':
    await store.create();
    say('created');
    break;
  case 'destroy':
    await store.destroy();
    say('destroyed');
    break;
  case 'load':
    await load();
    break;
  case 'commit':
    await commit();
    break;
  case 'hold':
    await load();
    await once(process.stdin, 'data');
    break;
  case 'commit on a word': {
    say('ready');
    await once(process.stdin, 'data');
    const refusal = await outcomeOf(commit);
    if (typeof refusal === 'string') say(refusal);
    await once(process.stdin, 'end');
    break;
  }
}
