import { defineConfig } from 'vitest/config';

/**
 * Two projects. `node` is what `npm test` runs. `corpus` reads the profiles of real tools in ../shared, beside the
 * repository; it is no part of `npm test`, and fails where they are missing.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: ['tests/e2e/**', 'tests/perf/**', 'tests/corpus/**'],
          // These guard against hangs only: no test measures time, and a busy machine may be ten times slower.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'corpus',
          environment: 'node',
          include: ['tests/corpus/**/*.test.ts'],
          // Some profiles of the corpus are large, and CI has two cores.
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
