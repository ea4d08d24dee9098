/** The program that a sweep kills: `folder store step`. Starts the card in the folder and does the step. */
import { writeSync } from 'node:fs';
import { act, inputOf, withCardIn, type StepName, type StoreKind } from './sweep-steps.ts';

const [folder = '', kind = '', step = ''] = process.argv.slice(2);
await withCardIn(kind as StoreKind, folder, (terminal) =>
  act(
    step as StepName,
    terminal,
    (name) => inputOf(folder, name),
    (word) => writeSync(1, `${word}\n`),
  ),
);
