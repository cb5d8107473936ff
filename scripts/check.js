/**
 * `npm test`: every check in turn, a table, and `N passed, N failed` as the last line. With `corpus` instead: the tests
 * that read the profiles of real tools in ../shared. Counts come from the reporters' JSON; a step that fails without
 * a failed test counts as one. Steps go on after a failure, save that what needs a build is skipped without one.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ name: string, run: string[], mend: string, count?: (report: any) => Counts, needs?: string }} Step
 */

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const REPORTS = 'node_modules/.cache/reports';
const suite = process.argv[2] ?? 'check';

/** @type {Step[]} */
const CHECK = [
  { name: 'types', run: ['node', 'scripts/types.js'], mend: 'npm run types' },
  { name: 'lint', run: ['oxlint', '--deny-warnings'], mend: 'npm run lint:fix' },
  { name: 'format', run: ['oxfmt', '--check'], mend: 'npm run format' },
  { name: 'unused', run: ['knip', '--no-progress'], mend: 'npm run unused, then delete what it names' },
  vitest('unit', '!corpus', 'npm run test:unit'),
  { name: 'build', run: ['node', 'scripts/build.js'], mend: 'npm run build' },
  {
    name: 'size',
    run: ['node', 'scripts/size.js'],
    mend: 'npm run size, then load lazily what a first visit does not need',
    needs: 'build',
  },
  { ...playwright('e2e', 'npm run test:e2e'), needs: 'build' },
];
/** @type {Step[]} */
const CORPUS = [
  vitest('corpus', 'corpus', 'npx vitest run --project corpus'),
  { name: 'build', run: ['node', 'scripts/build.js', '--if-stale'], mend: 'npm run build' },
  { ...playwright('page', 'npx playwright test --project corpus', 'corpus'), needs: 'build' },
];

/** @type {Counts} */
const all = { passed: 0, failed: 0, skipped: 0 };
/** @type {Set<string>} */
const broken = new Set();
/** @type {string[]} */
const table = [];

mkdirSync(REPORTS, { recursive: true });
if (suite === 'corpus' && !existsSync('../shared/corpus')) {
  console.error('The corpus is missing: it is expected in ../shared/corpus, beside this repository.');
  all.failed++;
} else {
  for (const step of suite === 'corpus' ? CORPUS : CHECK) take(step);
  if (all.passed + all.failed === 0) {
    console.error('No test ran.');
    all.failed++;
  }
}
writeFileSync(`${REPORTS}/total-${suite}.json`, JSON.stringify(all));
console.log(`\n${table.join('\n')}\n`);
if (all.skipped > 0) console.log(`${all.skipped} skipped`);
console.log(`${all.passed} passed, ${all.failed} failed`);
process.exitCode = all.failed > 0 ? 1 : 0;

/** Runs a step, shows its words when it failed, adds a row to the table. @param {Step} step */
function take({ name, run: [command = '', ...args], mend, count, needs }) {
  if (needs !== undefined && broken.has(needs)) {
    table.push(row(name, 0, `skipped, as ${needs} failed`));
    return;
  }
  const report = `${REPORTS}/${name}.json`;
  rmSync(report, { force: true });
  const began = performance.now();
  const { status, error, stdout, stderr } = spawnSync(
    command === 'node' ? process.execPath : `node_modules/.bin/${command}`,
    args,
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
      env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    },
  );
  const seconds = (performance.now() - began) / 1000;
  const counts =
    count !== undefined && existsSync(report) ? count(JSON.parse(readFileSync(report, 'utf8'))) : undefined;
  const failed = Math.max(counts?.failed ?? 0, status === 0 ? 0 : 1);
  all.passed += counts?.passed ?? 0;
  all.failed += failed;
  all.skipped += counts?.skipped ?? 0;
  const ok = failed === 0;
  if (!ok) broken.add(name);
  if (!ok || name === 'size')
    process.stdout.write(`${stdout ?? ''}${stderr ?? ''}${error === undefined ? '' : `${error.message}\n`}`);
  const outcome = counts === undefined ? (ok ? 'ok' : 'failed') : `${counts.passed} passed, ${failed} failed`;
  console.log(row(name, seconds, outcome));
  table.push(row(name, seconds, outcome) + (ok ? '' : `   mend: ${mend}`));
}

/** @param {string} name @param {number} seconds @param {string} outcome */
function row(name, seconds, outcome) {
  return `${name.padEnd(8)}${seconds.toFixed(1).padStart(7)} s   ${outcome}`;
}

/** A project of Playwright as a step. @param {string} name @param {string} mend @param {string} [project] @returns {Step} */
function playwright(name, mend, project = name) {
  return {
    name,
    run: ['playwright', 'test', '--project', project, '--reporter=line,json'],
    mend,
    count: ({ stats, errors }) => ({
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky + errors.length,
      skipped: stats.skipped,
    }),
  };
}

/** A project of vitest as a step. @param {string} name @param {string} project @param {string} mend @returns {Step} */
function vitest(name, project, mend) {
  return {
    name,
    run: [
      'vitest',
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${REPORTS}/${name}.json`,
    ],
    mend,
    count: ({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) => ({
      passed: numPassedTests,
      // A file that cannot be loaded has no tests to fail.
      failed:
        numFailedTests +
        testResults.filter((/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0)
          .length,
      skipped: numPendingTests + numTodoTests,
    }),
  };
}
