/** Power cuts: ../shared/bench/store has a shim that logs what each write replaces, and a script that takes unsynced ones back. */

import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const STORE_TOOLS = fileURLToPath(new URL('../../../../shared/bench/store/', import.meta.url));
const SHIM = join(tmpdir(), `flametide-powerloss-${process.pid}.so`);

/** Compiles the shim. @returns {string | undefined} why there are no power cuts */
export function preparePowerCuts() {
  if (process.platform !== 'linux') return 'the shim works on Linux only';
  if (!existsSync(join(STORE_TOOLS, 'powerloss.c'))) return '../shared/bench/store is missing';
  const { status, error, stderr } = spawnSync(
    'gcc',
    ['-shared', '-fPIC', '-O2', '-w', '-o', SHIM, join(STORE_TOOLS, 'powerloss.c'), '-ldl'],
    { encoding: 'utf8' },
  );
  return status === 0 ? undefined : `gcc does not compile the shim: ${error?.message ?? stderr}`;
}

/** What a server needs whose power is to be cut. @param {string} folder absolute @returns {NodeJS.ProcessEnv} */
export function powerCutEnv(folder) {
  rmSync(logOf(folder), { force: true });
  return { LD_PRELOAD: SHIM, PL_DIR: folder, PL_LOG: logOf(folder) };
}

/**
 * Takes back what was written and not synced when the process was killed.
 * @param {string} folder @param {'all' | 'random'} how all of it, or each write by the toss of a coin @param {number} seed
 * @returns {number} writes that were taken back
 */
export function cutPower(folder, how, seed) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(STORE_TOOLS, 'powerloss-undo.mjs'), logOf(folder), how, `${seed}`],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  if (status !== 0) throw new Error(`The writes could not be taken back: ${stderr}`);
  rmSync(logOf(folder), { force: true });
  return JSON.parse(stdout).undone;
}

export function removeShim() {
  rmSync(SHIM, { force: true });
}

/** @param {string} folder */
function logOf(folder) {
  return `${folder}.powerloss`;
}
