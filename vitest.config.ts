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
          // Properties over many cases, on a machine that may have more to do.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'corpus',
          environment: 'node',
          include: ['tests/corpus/**/*.test.ts'],
          // Some profiles of the corpus are large, and CI has two cores.
          testTimeout: 180_000,
        },
      },
    ],
  },
});
