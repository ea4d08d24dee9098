/** A closing in a process of its own, to be killed: `<sqlite|postgres> <path or url> <seed> <time>`. Says `closing` as it begins and `closed` at the end. */
import { Dice } from './dice.ts';
import { openMonthServer } from './month-server.ts';
import { makeWorld, MONTH } from './world.ts';

const [kind = '', place = '', seed = '', time = ''] = process.argv.slice(2);
const dice = new Dice(seed);
const server = await openMonthServer({
  world: makeWorld(dice, 0),
  kind,
  place,
  clock: () => Number(time),
  random: dice.bytes,
});
process.stdout.write('closing\n');
await server.service.periods.close(MONTH.period);
process.stdout.write('closed\n');
await server.close();
