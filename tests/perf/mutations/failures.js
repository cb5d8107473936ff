/** What went wrong, by kind: how often, and the first case with its file. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Inputs of failures, one file for each kind. */
export const SCRATCH = join(tmpdir(), 'flametide-mutations');

/** @typedef {{ count: number, first: number, bytes: number, message: string, file: string }} Failure */
/** @typedef {Record<string, Failure>} Failures by kind */

/**
 * @param {Failures} failures @param {string} kind @param {number} number of the case
 * @param {string} message @param {() => Uint8Array} input makes the bytes again
 */
export function noteFailure(failures, kind, number, message, input) {
  const known = failures[kind];
  if (known === undefined) {
    const bytes = input();
    mkdirSync(SCRATCH, { recursive: true });
    const file = join(SCRATCH, `${kind.replace(/\W+/g, '-').slice(0, 60)}-${number}.bin`);
    writeFileSync(file, bytes);
    failures[kind] = { count: 1, first: number, bytes: bytes.length, message, file };
    return;
  }
  known.count++;
  // The smallest input of a kind says most.
  const bytes = known.count < 1000 ? input() : undefined;
  if (bytes === undefined || bytes.length >= known.bytes) return;
  writeFileSync(known.file, bytes);
  Object.assign(known, { first: number, bytes: bytes.length, message });
}
