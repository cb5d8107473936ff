import { defineConfig } from '@playwright/test';
import { testBrowser } from './tests/support/browser.js';

/** By process, so that two runs on one machine do not meet. The workers, which read this file again, get it from the first. */
const PORT = (process.env.FLAMETIDE_TEST_PORT ??= String(20_000 + (process.pid % 10_000)));

export default defineConfig({
  // `corpus` opens the files of real tools in ../shared through the page; it is no part of `npm test`.
  projects: [
    { name: 'e2e', testDir: 'tests/e2e' },
    { name: 'corpus', testDir: 'tests/corpus', timeout: 1_800_000 },
  ],
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  forbidOnly: true,
  retries: 0,
  workers: 2,
  fullyParallel: true,
  reporter: [['list']],
  // These guard against hangs only: no test measures time, and a busy machine may be ten times slower.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    // Only where it is tested: what it answers cannot be watched or held back.
    serviceWorkers: 'block',
    // A trace of every test costs a fifth of the run: `--trace retain-on-failure` records the failing one again.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: testBrowser(),
  },
  webServer: {
    command: `node dist/server/main.js --port ${PORT} --data node_modules/.cache/e2e-data --no-self-profile --max-profile-age 2d`,
    url: `http://127.0.0.1:${PORT}/ready`,
    reuseExistingServer: false,
    timeout: 300_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 3000 },
  },
});
