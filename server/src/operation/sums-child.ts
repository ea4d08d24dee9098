/** Adds up what a month did in a process of its own, over a connection of its own; see `month-sums.ts`. A program. */
import type { PeriodSums } from '../periods/store.ts';
import { sumPeriod } from '../periods/sum-period.ts';
import { answerParent } from './child.ts';
import type { SumsQuestion } from './month-sums.ts';
import { openReads } from './snapshot.ts';

let pages: Promise<Iterator<PeriodSums>> | undefined;

async function begin({ place, period }: SumsQuestion): Promise<Iterator<PeriodSums>> {
  const { store, close } = await openReads(place);
  try {
    return (await sumPeriod(store, period)).pages();
  } finally {
    await close();
  }
}

/** Asked again it gives the next page; none at the end. */
answerParent(async (question: SumsQuestion): Promise<PeriodSums | undefined> => {
  const page = (await (pages ??= begin(question))).next();
  return page.done === true ? undefined : page.value;
});
