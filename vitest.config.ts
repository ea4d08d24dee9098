import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['coinslot-source'] },
  ssr: { resolve: { conditions: ['coinslot-source'] } },
  test: {
    include: ['tests/**/*.test.ts'],
    // Browser and server tests start real processes; a slow machine must not turn them red.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    // Twice the two cores it is made for: much of it waits for disks, browsers and kills.
    maxWorkers: 4,
  },
});
