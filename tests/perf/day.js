/** The day of ten services (`../shared/bench/server/gen-day.mjs`) in the embedded server, made and loaded once. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startServer } from './server/lib.js';

const SHARED = fileURLToPath(new URL('../../../shared/bench/server/', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/bench-day/', import.meta.url));

export const HOUR = 3_600_000;
export const SERVICES = 10;

/** @returns the running server and when the day ends, ms since the epoch */
export async function startWithDay() {
  mkdirSync(CACHE, { recursive: true });
  const made = `${CACHE}day.json`;
  if (!existsSync(made)) {
    const { stdout, status } = spawnSync(process.execPath, [`${SHARED}gen-day.mjs`, `${CACHE}day.bin`], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error('The day could not be made: is ../shared beside this repository?');
    writeFileSync(made, stdout);
  }
  /** @type {{ end: number }} */
  const { end } = JSON.parse(readFileSync(made, 'utf8'));
  const isLoaded = existsSync(`${CACHE}data`);
  const { child, url } = await startServer(['--data', `${CACHE}data`, '--max-profile-age', '0', '--no-self-profile']);
  if (!isLoaded) {
    spawnSync(process.execPath, [`${SHARED}load.mjs`, `${CACHE}day.bin`, '--url', url, '--clients', '8'], {
      stdio: 'inherit',
    });
    // Hours are packed to blocks every half minute.
    await new Promise((resolve) => setTimeout(resolve, 90_000));
  }
  return { child, url, end };
}
