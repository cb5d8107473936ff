/** Makes the profile of a demo's recipe. */
import type { Steps } from '#base/steps.ts';
import { tablesOfOne } from '#model/definitions.ts';
import { demoLimits, isDemoRecipe } from '#model/demo-recipe.ts';
import type { Profile } from '#model/profile.ts';
import { DecodeError } from '../format.ts';

export function* decodeDemo(bytes: Uint8Array): Steps<Profile> {
  const text = new TextDecoder().decode(bytes.subarray(0, 200));
  const nodes = Number(/^nodes (\d+)$/m.exec(text)?.[1]);
  const seed = Number(/^seed (\d+)$/m.exec(text)?.[1]);
  if (!isDemoRecipe(nodes, seed)) {
    throw new DecodeError(
      'malformed',
      `A demo has ${demoLimits.least} to ${demoLimits.most} nodes and a whole number as seed.`,
      {
        remedy: 'Open it with ?src=demo&nodes=20000&seed=7.',
      },
    );
  }
  return yield* makeDemo(nodes, seed);
}

const SERVICES = ['checkout', 'catalog', 'payments', 'search', 'sessions'];
const LAYERS = ['handler', 'store', 'codec', 'cache', 'rpc', 'index', 'auth', 'queue'];
const TYPES = ['Server', 'Router', 'Session', 'Encoder', 'Cursor', 'Pool', 'Planner', 'Writer'];
const VERBS = ['Serve', 'Lookup', 'Encode', 'Merge', 'Flush', 'Apply', 'Walk', 'Verify', 'Render', 'Commit'];
const RUNTIME = ['mallocgc', 'memmove', 'gcDrain', 'scanobject', 'mapaccess2', 'growslice', 'futex', 'netpoll'];
const MS = 1_000_000;

// Stacks grow from a small graph of who calls whom: a new sample follows a stack that is there and then leaves it,
// so that the tree has a trunk, a bushy middle and thin tails, as real ones do.
function* makeDemo(nodes: number, seed: number): Steps<Profile> {
  const random = randomFrom(seed);
  const count = Math.max(12, Math.round(55 * nodes ** 0.36));
  const names = ['main.main'];
  const seen = new Set(names);
  while (names.length < count) {
    const name =
      random() < 0.14
        ? `runtime.${pick(RUNTIME, random)}`
        : `github.com/demo/${pick(SERVICES, random)}/${pick(LAYERS, random)}.(*${pick(TYPES, random)}).${pick(VERBS, random)}`;
    const unique = seen.has(name) ? `${name}${names.length}` : name;
    seen.add(unique);
    names.push(unique);
  }
  const nodeFunc = new Int32Array(nodes);
  const nodeParent = new Int32Array(nodes);
  const nodeDepth = new Int32Array(nodes);
  nodeParent[0] = -1;
  const children: number[][] = [[]];
  const stacks: number[] = [];
  let used = 1;
  for (let tries = 0; used < nodes && tries < nodes * 40; tries++) {
    if (tries % 20_000 === 0) yield (used / nodes) * 0.8;
    let node = 0;
    const deepest = 12 + Math.floor(58 * random() ** 2);
    while (children[node].length > 0 && nodeDepth[node] < deepest && random() > (nodeDepth[node] < 6 ? 0.02 : 0.07)) {
      const kids = children[node];
      node = kids[Math.floor(kids.length * random() ** 2)];
    }
    for (let grow = 1 + Math.floor(random() * 9); grow > 0 && used < nodes && nodeDepth[node] < deepest; grow--) {
      const caller = nodeFunc[node];
      const func = (caller * 7 + 1 + Math.floor(random() ** 2 * 14)) % count;
      const there = children[node].find((kid) => nodeFunc[kid] === func);
      if (there !== undefined) {
        node = there;
        continue;
      }
      const made = used++;
      nodeFunc[made] = func;
      nodeParent[made] = node;
      nodeDepth[made] = nodeDepth[node] + 1;
      children[node].push(made);
      children.push([]);
      node = made;
    }
    stacks.push(node);
  }
  const stackStart = new Int32Array(stacks.length + 1);
  for (let i = 0; i < stacks.length; i++) stackStart[i + 1] = stackStart[i] + nodeDepth[stacks[i]] + 1;
  const stackFrames = new Int32Array(stackStart[stacks.length]);
  const samples = new Float64Array(stacks.length);
  const cpu = new Float64Array(stacks.length);
  for (let i = 0; i < stacks.length; i++) {
    if (i % 20_000 === 0) yield 0.8 + (i / stacks.length) * 0.2;
    let at = stackStart[i + 1];
    for (let node = stacks[i]; node >= 0; node = nodeParent[node]) stackFrames[--at] = nodeFunc[node];
    samples[i] = Math.min(900, Math.ceil((1 - random()) ** -0.8));
    cpu[i] = samples[i] * 10 * MS;
  }
  const line = Int32Array.from(names, (_, i) => 10 + ((i * 37) % 900));
  const files = names.map((name) =>
    name.startsWith('runtime.') ? 'runtime/proc.go' : `${name.split('.(')[0].replace('github.com/', '')}.go`,
  );
  const func = Int32Array.from(names, (_, i) => i);
  return {
    sampleTypes: [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
    defaultSampleType: 1,
    ...tablesOfOne({ names, files, line, mappings: names.map(() => 'demo') }, func, line),
    sampleCount: stacks.length,
    stackStart,
    stackFrames,
    values: [
      { values: samples, exact: undefined },
      { values: cpu, exact: undefined },
    ],
    labels: {
      start: new Int32Array(stacks.length + 1),
      key: new Int32Array(0),
      text: new Int32Array(0),
      number: new BigInt64Array(0),
      unit: new Int32Array(0),
      strings: [],
    },
    timeMs: undefined,
    durationMs: undefined,
    period: { type: { type: 'cpu', unit: 'nanoseconds' }, value: 10 * MS },
    cut: undefined,
    notes: ['Demo data: made up from a seed, not measured.'],
  };
}

function pick(list: readonly string[], random: () => number): string {
  return list[Math.floor(random() * list.length)];
}

/** Uniform in [0, 1), the same numbers for the same seed (a 32-bit mix of a counter). */
function randomFrom(seed: number): () => number {
  let counter = seed >>> 0;
  return () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    let h = counter;
    h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
  };
}
