/** What the mutations begin with: small files of the repository and, where it is there, of the corpus beside it. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { bombed, mutated, Random } from './mutate.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDERS = ['tests/fixtures', '../shared/corpus', '../shared/contract/recordings/agents/files'];
const MAX_SEED_BYTES = 16 << 10;
/** @type {Record<string, string>} */
const NAMES = { pprof: 'x.pprof', collapsed: 'x.collapsed.txt' };
/** Of a bomb, unpacked; more than any limit would only be refused for its size. */
const MAX_BOMB_BYTES = 60 << 20;
/** One case in this many is a bomb: each costs as much as a thousand others. */
const BOMB_EVERY = 2000;

/** `gzip`, or the id of a format: its files are those of tests/fixtures/ID, and the corpus' of that format. */
/** @typedef {string} Decoder */
/** What the server takes too. */
export const DECODERS = ['pprof', 'collapsed', 'gzip'];

/** @typedef {{ name: string, files: Uint8Array[] }} Seeds `name` is what a file of the kind is called */

/** @param {Decoder} decoder @returns {Seeds} unpacked; for `gzip` those of pprof and collapsed stacks, packed */
export function fileSeeds(decoder) {
  if (decoder === 'gzip') {
    const files = ['pprof', 'collapsed'].flatMap((id) => fileSeeds(id).files);
    return { name: 'x.pb.gz', files: files.map((bytes) => new Uint8Array(gzipSync(bytes))) };
  }
  const paths = FOLDERS.map((name) => join(ROOT, name))
    .filter((path) => existsSync(path))
    .flatMap((folder) => filesOf(folder, decoder));
  /** @type {Uint8Array[]} */
  const files = [];
  for (const path of paths) {
    if (statSync(path).size > MAX_SEED_BYTES) continue;
    const bytes = unpacked(readFileSync(path));
    if (bytes !== undefined && bytes.length > 0 && bytes.length <= MAX_SEED_BYTES) files.push(Uint8Array.from(bytes));
  }
  if (files.length === 0) throw new Error(`No file of the format ${decoder} is at most ${MAX_SEED_BYTES} bytes long.`);
  return { name: NAMES[decoder] ?? basename(paths[0]).replace(/\.gz$/, ''), files };
}

/** @param {string} folder @param {string} id */
function filesOf(folder, id) {
  const manifest = join(folder, 'MANIFEST.json');
  const listed = existsSync(manifest)
    ? JSON.parse(readFileSync(manifest, 'utf8')).files.filter(
        (/** @type {{ format: string }} */ { format }) => format === id,
      )
    : [];
  const own = join(folder, id);
  const beside = existsSync(own)
    ? readdirSync(own, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.tree.txt'))
        .map(({ parentPath, name }) => join(parentPath, name))
    : [];
  const sent = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => isSent(path, id));
  const paths = [...listed.map((/** @type {{ path: string }} */ { path }) => join(folder, path)), ...beside, ...sent];
  return [...new Set(paths)].map(String).sort((a, b) => (a < b ? -1 : 1));
}

/** What agents sent has no manifest. @param {string} path @param {string} id */
function isSent(path, id) {
  if (id === 'pprof') return /\.(pb\.gz|pprof|prof)$/.test(path) && /recordings/.test(path);
  return id === 'collapsed' && path.endsWith('.txt') && /recordings.*(collapsed|raw)/.test(path);
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
 * @param {Seeds} seeds @param {Decoder} decoder @param {number} seed @param {number} number
 * @returns {Uint8Array}
 */
export function mutatedFile({ files }, decoder, seed, number) {
  const random = new Random(seed, number);
  const bytes = random.pick(files);
  if (isBomb(number)) return bomb(files, decoder, random);
  if (decoder !== 'gzip') return mutated(bytes, random.pick(files), random, kindOf(bytes, decoder));
  const damaged = mutated(bytes, random.pick(files), random, 'bytes');
  // Damage within a layer that is whole.
  return random.next() < 0.3 ? new Uint8Array(gzipSync(damaged)) : damaged;
}

/** @param {Uint8Array} bytes @param {Decoder} decoder @returns {'bytes' | 'text' | 'json' | 'protobuf'} */
function kindOf(bytes, decoder) {
  if (decoder === 'pprof' || decoder === 'otlp') return 'protobuf';
  const start = bytes.subarray(0, 64);
  if (start[0] === 0x7b || start[0] === 0x5b) return 'json';
  return start.some((byte) => byte < 9) ? 'bytes' : 'text';
}

/** @param {Uint8Array[]} files @param {Decoder} decoder @param {Random} random */
function bomb(files, decoder, random) {
  const size = Math.round(2 ** (20 + random.next() * Math.log2(MAX_BOMB_BYTES / (1 << 20))));
  const file = random.pick(files);
  const bytes = bombed(decoder === 'gzip' ? (unpacked(file) ?? file) : file, random, size);
  return decoder === 'gzip' ? new Uint8Array(gzipSync(bytes)) : bytes;
}
