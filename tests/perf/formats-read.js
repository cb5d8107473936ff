/**
 * Reads one file in a process of its own, and prints what that took as JSON: node formats-read.js ours|speedscope FILE.
 * `ours` is the built formats-ours.ts, down to the tree that is drawn; speedscope's importers, which make their tree too,
 * are taken out of the page that its package ships.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const [, , who, path] = process.argv;
const read = who === 'ours' ? await ours() : speedscope();
const bytes = readFileSync(path);
const held = process.memoryUsage().rss;
const began = performance.now();
const cpu = process.cpuUsage();
const total = await read(basename(path), new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(
  JSON.stringify({
    cpuMs: (user + system) / 1000,
    wallMs: performance.now() - began,
    peakMiB: (process.resourceUsage().maxRSS * 1024 - held) / 2 ** 20,
    total,
  }),
);

/** @typedef {(name: string, bytes: Uint8Array) => Promise<number>} Read gives the sum of the first values */

/** @returns {Promise<Read>} */
async function ours() {
  const built = join(ROOT, 'node_modules/.cache/bench/formats/formats-ours.js');
  return (await import(pathToFileURL(built).href)).read;
}

/** @returns {Read} */
function speedscope() {
  const folder = join(ROOT, 'node_modules/speedscope/dist/release');
  const script = readdirSync(folder).find((name) => /^speedscope-.*\.js$/.test(name)) ?? '';
  const page = readFileSync(join(folder, script), 'utf8');
  const importers = /Promise\.resolve\(\)\.then\(\(\)=>\((\w+)\(\),(\w+)\)\)/.exec(page);
  const start = page.lastIndexOf('console.log(`speedscope v');
  if (!importers || start < 0)
    throw new Error('This version of speedscope is built otherwise: its importers are not found.');
  // All but what draws the page.
  const code = `${page.slice(0, start)}globalThis.speedscopeImporters=(${importers[1]}(),${importers[2]});})();`;
  const anything = () => ({ getContext: () => ({}), style: {}, setAttribute() {}, append() {}, appendChild() {} });
  Object.assign(globalThis, {
    window: globalThis,
    self: globalThis,
    addEventListener() {},
    document: {
      createElement: anything,
      head: anything(),
      body: anything(),
      addEventListener() {},
      querySelector: () => null,
    },
    location: { hash: '', protocol: 'http:', href: 'http://localhost/' },
    matchMedia: () => ({ matches: false, addListener() {}, addEventListener() {} }),
    localStorage: { getItem: () => null, setItem() {} },
  });
  // It tells what it does.
  console.log = () => undefined;
  console.warn = () => undefined;
  runInThisContext(code);
  const { importProfilesFromArrayBuffer } =
    /** @type {{ speedscopeImporters: { importProfilesFromArrayBuffer: (name: string, bytes: ArrayBuffer) => Promise<{ profiles: { getTotalWeight(): number }[] } | null> } }} */ (
      /** @type {unknown} */ (globalThis)
    ).speedscopeImporters;
  return async (name, own) => {
    const group = await importProfilesFromArrayBuffer(name, own.slice().buffer);
    if (!group) throw new Error(`speedscope does not read ${name}.`);
    return group.profiles.reduce((sum, profile) => sum + profile.getTotalWeight(), 0);
  };
}
