import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take half a minute or more, so that none of them is alone at the end, with one core idle beside it. */
const LONG =
  /\/(e2e|card)\/|(kill|crash|sweep|look|gate|stage|matrix|means|disk|cli|build|password|postgres)[^/]*\.test/;

const ALONE = 'tests/**/*.alone.test.ts';

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = await super.sort(files);
    const isLong = (file: TestSpecification): boolean => LONG.test(file.moduleId);
    return [...order.filter(isLong), ...order.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  resolve: { conditions: ['coinslot-source'] },
  ssr: { resolve: { conditions: ['coinslot-source'] } },
  test: {
    // Browser and server tests start real processes; a slow machine must not turn them red.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    // Twice the two cores it is made for: much of it waits for disks, browsers and kills.
    maxWorkers: 4,
    sequence: { sequencer: LongFirst },
    projects: [
      {
        extends: true,
        // A worker takes files one after the other without loading everything anew: a quarter of the time otherwise goes into that.
        test: { name: 'shared', include: ['tests/**/*.test.ts'], exclude: [ALONE], isolate: false },
      },
      // Files that put another module in the place of one: without effect where a file before them has loaded it.
      { extends: true, test: { name: 'alone', include: [ALONE], isolate: true } },
    ],
  },
});
