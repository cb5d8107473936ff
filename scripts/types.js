/** Type-checks each group of rooms under its own tsconfig: that is what keeps the DOM out of the pure rooms. */

import { spawnSync } from 'node:child_process';

const PROJECTS = [
  'tsconfig.json',
  'src/tsconfig.json',
  'src/app/tsconfig.json',
  'src/server/tsconfig.json',
  'src/cli/tsconfig.json',
  'tests/tsconfig.json',
];

const failed = PROJECTS.filter((project) => {
  const { status } = spawnSync('node_modules/.bin/tsc', ['-p', project], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return status !== 0;
});
if (failed.length > 0) {
  console.error(`Types do not hold under ${failed.join(', ')}.`);
  process.exitCode = 1;
}
