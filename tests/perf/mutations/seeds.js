/** What the mutations begin with: small files of the repository and, where it is there, of the corpus beside it. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { bombed, mutated, Random } from './mutate.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDERS = ['tests/fixtures', '../shared/corpus', '../shared/contract/recordings/agents/files'];
const MAX_SEED_BYTES = 16 << 10;
/** Of a bomb, unpacked; more than any limit would only be refused for its size. */
const MAX_BOMB_BYTES = 60 << 20;
/** One case in so many is a bomb: each costs as much as a thousand others. */
const BOMB_EVERY = 2000;

/** @typedef {'pprof' | 'collapsed' | 'gzip'} Decoder */
export const DECODERS = /** @type {const} */ (['pprof', 'collapsed', 'gzip']);

/** @returns {Record<Decoder, Uint8Array[]>} pprof and stacks unpacked, and both packed */
export function fileSeeds() {
  /** @type {Record<Decoder, Uint8Array[]>} */
  const seeds = { pprof: [], collapsed: [], gzip: [] };
  for (const folder of FOLDERS.map((name) => join(ROOT, name)).filter((path) => existsSync(path))) {
    for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
      const path = join(folder, name);
      const isPprof = /\.(pb\.gz|pprof|prof)$/.test(name);
      const isText = name.endsWith('.txt') && /collapsed|raw/.test(name);
      if (!(isPprof || isText) || statSync(path).size > MAX_SEED_BYTES) continue;
      const bytes = unpacked(readFileSync(path));
      if (bytes === undefined || bytes.length === 0 || bytes.length > MAX_SEED_BYTES) continue;
      seeds[isPprof ? 'pprof' : 'collapsed'].push(Uint8Array.from(bytes));
      seeds.gzip.push(new Uint8Array(gzipSync(bytes)));
    }
  }
  return seeds;
}

/** @param {Uint8Array} bytes @returns {Uint8Array | undefined} */
function unpacked(bytes) {
  try {
    return bytes[0] === 0x1f ? new Uint8Array(gunzipSync(bytes, { maxOutputLength: MAX_SEED_BYTES })) : bytes;
  } catch {
    return undefined;
  }
}

/** Whether a case is a file that is large once it is unpacked. @param {number} number */
export function isBomb(number) {
  return number % BOMB_EVERY === BOMB_EVERY - 1;
}

/**
 * The mutated file of a case.
 * @param {Record<Decoder, Uint8Array[]>} seeds @param {Decoder} decoder @param {number} seed @param {number} number
 * @returns {Uint8Array}
 */
export function mutatedFile(seeds, decoder, seed, number) {
  const random = new Random(seed, number);
  const bytes = random.pick(seeds[decoder]);
  if (isBomb(number)) return bomb(seeds, decoder, random);
  if (decoder !== 'gzip')
    return mutated(bytes, random.pick(seeds[decoder]), random, decoder === 'pprof' ? 'protobuf' : 'text');
  const damaged = mutated(bytes, random.pick(seeds.gzip), random, 'bytes');
  // Damage within a layer that is whole.
  return random.next() < 0.3 ? new Uint8Array(gzipSync(damaged)) : damaged;
}

/** @param {Record<Decoder, Uint8Array[]>} seeds @param {Decoder} decoder @param {Random} random */
function bomb(seeds, decoder, random) {
  const size = Math.round(2 ** (20 + random.next() * Math.log2(MAX_BOMB_BYTES / (1 << 20))));
  const bytes = bombed(random.pick(seeds[decoder === 'collapsed' ? 'collapsed' : 'pprof']), random, size);
  return decoder === 'gzip' ? new Uint8Array(gzipSync(bytes)) : bytes;
}
