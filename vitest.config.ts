import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/**
 * Three projects. `npm test` runs `node` and `app`. `corpus` reads the profiles of real tools in ../shared, beside the
 * repository; it is no part of `npm test`, and fails where they are missing.
 */
export default defineConfig({
  test: {
    // By itself vitest leaves one core free: half of a machine of two.
    maxWorkers: '100%',
    projects: [
      unit('node', {
        include: ['tests/**/*.test.{ts,tsx}'],
        exclude: ['tests/app/**', 'tests/e2e/**', 'tests/perf/**', 'tests/corpus/**'],
        // Files that share modules take half the CPU time: outside the page, modules have no state.
        isolate: false,
      }),
      unit('app', { include: ['tests/app/**/*.test.{ts,tsx}'] }),
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

function unit(name: string, files: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      environment: 'node',
      // These guard against hangs only: no test measures time, and a busy machine may be ten times slower.
      testTimeout: 300_000,
      hookTimeout: 300_000,
      ...files,
    },
  };
}
