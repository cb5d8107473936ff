/**
 * Mutated files of one decoder, opened in a worker thread of this process, which does nothing else: its peak memory is the
 * decoder's. Prints one line of JSON. Started by run.js: node --expose-gc files.js ROLE DECODER FROM UNTIL SEED, after
 * `buildDecoders`. ROLE is `door` (of the server) or `page`.
 */

import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { noteFailure } from './failures.js';
import { fileSeeds, mutatedFile } from './seeds.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BUILT = fileURLToPath(new URL('../../../node_modules/.cache/bench/mutations/', import.meta.url));
/** Of one case, of the processor: other programs may run beside it. A decoder that hangs does so for ever. */
const HANG_CPU_MS = 30_000;
/** Of one case that waits for something, and uses no processor. */
const HANG_MS = 600_000;
const LOOK_MS = 500;
/** Threads that may end before the rest is left out: what ends one may end each. */
const MAX_ENDS = 20;
/** As for the worker of a server with the usual 512 MB of heap. */
const HEAP_MB = 512;

/** @typedef {Record<string, number>} Outcomes how many cases ended so */

/** Compiles the worker, so that what is measured holds no compiler. */
export async function buildDecoders() {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      outDir: BUILT,
      minify: false,
      rolldownOptions: {
        input: 'tests/perf/mutations/decode-worker.ts',
        output: { entryFileNames: 'decode-worker.js' },
      },
    },
  });
}

const [, script, role, decoder, from, until, seed] = process.argv;
if (script === fileURLToPath(import.meta.url)) await run(decoder);

/** @param {import('./seeds.js').Decoder} name */
async function run(name) {
  const seeds = fileSeeds(name);
  /** @type {import('./failures.js').Failures} */
  const failures = {};
  /** @type {Outcomes} */
  const outcomes = {};
  let besideMiB = 0;
  let ends = 0;
  for (let next = Number(from); next < Number(until) && ends < MAX_ENDS;) {
    const { ended, why } = await work(name, seeds, next, (report) => {
      if ('outcomes' in report) {
        for (const [outcome, count] of Object.entries(report.outcomes))
          outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
      } else if ('besideMiB' in report) besideMiB = Math.max(besideMiB, report.besideMiB);
      else {
        noteFailure(failures, report.kind, report.number, report.message, () =>
          mutatedFile(seeds, name, Number(seed), report.number),
        );
      }
    });
    if (why === undefined) break;
    ends++;
    noteFailure(failures, why, ended, '', () => mutatedFile(seeds, name, Number(seed), ended));
    next = ended + 1;
  }
  const peakMiB = process.resourceUsage().maxRSS >> 10;
  process.stdout.write(`${JSON.stringify({ peakMiB, besideMiB, outcomes, failures })}\n`);
}

/**
 * @param {import('./seeds.js').Decoder} name @param {import('./seeds.js').Seeds} seeds @param {number} first
 * @param {(report: import('./decode-worker.ts').DecodeReport) => void} take
 * @returns {Promise<{ ended: number, why: string | undefined }>} the case at which the thread ended before its time, and why
 */
function work(name, seeds, first, take) {
  const progress = new SharedArrayBuffer(4);
  const current = new Int32Array(progress);
  const data = {
    role,
    decoder: name,
    seeds,
    seed: Number(seed),
    from: first,
    until: Number(until),
    progress,
  };
  const worker = new Worker(pathToFileURL(`${BUILT}decode-worker.js`), {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  worker.on('message', take);
  let at = -1;
  let since = performance.now();
  let sinceCpu = process.cpuUsage();
  /** @type {string | undefined} */
  let why;
  const watch = setInterval(() => {
    const now = Atomics.load(current, 0);
    const { user, system } = process.cpuUsage(sinceCpu);
    if (now !== at) [at, since, sinceCpu] = [now, performance.now(), process.cpuUsage()];
    else if (user + system > HANG_CPU_MS * 1000 || performance.now() - since > HANG_MS) {
      why = 'hang';
      void worker.terminate();
    }
  }, LOOK_MS);
  worker.on('error', (error) => {
    why ??= `thread ends: ${error.message.slice(0, 120)}`;
  });
  return new Promise((resolve) => {
    worker.on('exit', () => {
      clearInterval(watch);
      resolve({ ended: Atomics.load(current, 0), why });
    });
  });
}
