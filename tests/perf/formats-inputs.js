/** Made files of the formats that speedscope reads too: 3000 functions, stacks of 6 to 30 frames, the same every time. */
import { writeFileSync } from 'node:fs';

const FUNCTIONS = 3000;
const NAMES = Array.from({ length: FUNCTIONS }, (_, i) => `shop::module_${i % 211}::function_${i}(int, char const*)`);

/** @param {number} seed */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 4_294_967_296;
  };
}

/** Stacks of function numbers, root first. @returns {() => number[]} */
function stacks() {
  const random = randomOf(1);
  const callees = NAMES.map(() =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, () => Math.floor(random() * FUNCTIONS)),
  );
  return () => {
    const stack = [0];
    for (let left = 5 + Math.floor(random() * 25); left > 0; left--) {
      const own = callees[stack[stack.length - 1]];
      stack.push(own[Math.floor(random() * own.length)]);
    }
    return stack;
  };
}

/** @typedef {(bytes: number, stack: () => number[]) => string} Writer */

/** @param {number} bytes @param {() => string} part */
function parts(bytes, part) {
  const all = [];
  for (let size = 0; size < bytes;) {
    const text = part();
    size += text.length;
    all.push(text);
  }
  return all;
}

/** @type {Record<string, { file: string, write: Writer }>} */
export const inputs = {
  'perf script': {
    file: 'made.perf.txt',
    write: (bytes, stack) => {
      let at = 1000;
      return parts(bytes, () => {
        at += 0.0001;
        const own = stack().reverse();
        const frames = own.map(
          (i) =>
            `\t    7f${(0x1000000000 + i * 64).toString(16)} ${NAMES[i]}+0x${(i % 255).toString(16)} (/usr/lib/libshop${i % 9}.so)\n`,
        );
        return `shop 12345/${12_345 + (own.length % 8)} [00${own.length % 8}] ${at.toFixed(6)}:     250000 cycles:ppp: \n${frames.join('')}\n`;
      }).join('');
    },
  },
  'collapsed stacks': {
    file: 'made.collapsed.txt',
    write: (bytes, stack) =>
      parts(
        bytes,
        () =>
          `${stack()
            .map((i) => NAMES[i])
            .join(';')} 7\n`,
      ).join(''),
  },
  'Chrome trace, X': {
    file: 'made-x.trace.json',
    write: (bytes, stack) => {
      let ts = 0;
      const spans = parts(bytes, () => {
        const own = stack();
        const lasts = own.length * 20;
        const begin = ts;
        ts += lasts + 5;
        return own
          .map((i, depth) =>
            JSON.stringify({
              name: NAMES[i],
              cat: 'f',
              ph: 'X',
              ts: begin + depth,
              dur: lasts - 2 * depth,
              pid: 1,
              tid: 1 + (begin % 4),
            }),
          )
          .join(',\n');
      });
      return `{"traceEvents":[${spans.join(',\n')}]}`;
    },
  },
  'Chrome trace, B and E': {
    file: 'made-be.trace.json',
    write: (bytes, stack) => {
      let ts = 0;
      const event = (/** @type {number} */ i, /** @type {string} */ ph) =>
        JSON.stringify({ name: NAMES[i], cat: 'f', ph, ts: ts++, pid: 1, tid: 1 });
      const spans = parts(bytes, () => {
        const own = stack();
        return [...own.map((i) => event(i, 'B')), ...own.toReversed().map((i) => event(i, 'E'))].join(',\n');
      });
      return `[${spans.join(',\n')}]`;
    },
  },
  'V8 CPU profile': {
    file: 'made.cpuprofile',
    write: (bytes, stack) => {
      const root = { id: 1, callFrame: frameOf(-1), hitCount: 0, children: /** @type {number[]} */ ([]) };
      const nodes = [root];
      const known = new Map();
      const samples = [];
      for (let size = 0; size < bytes;) {
        let node = root;
        for (const i of stack()) {
          const key = `${node.id} ${i}`;
          let child = known.get(key);
          if (!child) {
            child = { id: nodes.length + 1, callFrame: frameOf(i), hitCount: 0, children: [] };
            known.set(key, child);
            nodes.push(child);
            node.children.push(child.id);
            size += 200;
          }
          node = child;
        }
        for (let i = 0; i < 40; i++, size += 11) samples.push(node.id);
      }
      const timeDeltas = samples.map((_, i) => 100 + (i % 100));
      return JSON.stringify({ nodes, startTime: 0, endTime: samples.length * 150, samples, timeDeltas });
    },
  },
  'V8 heap profile': {
    file: 'made.heapprofile',
    write: (bytes, stack) => {
      const head = { callFrame: frameOf(-1), selfSize: 0, id: 1, children: /** @type {unknown[]} */ ([]) };
      const known = new Map();
      for (let size = 0, id = 2; size < bytes;) {
        let node = head;
        let path = '';
        for (const i of stack()) {
          path += ` ${i}`;
          let child = known.get(path);
          if (!child) {
            child = { callFrame: frameOf(i), selfSize: 0, id: id++, children: [] };
            known.set(path, child);
            node.children.push(child);
            size += 190;
          }
          node = child;
        }
        node.selfSize += 512;
      }
      return JSON.stringify({ head });
    },
  },
  'speedscope, sampled': {
    file: 'made-sampled.speedscope.json',
    write: (bytes, stack) => {
      const samples = parts(bytes, () => `[${stack().join(',')}]`);
      return speedscope(
        `"type":"sampled","endValue":${samples.length * 7},"samples":[${samples.join(',')}],"weights":[${samples.map(() => 7).join(',')}]`,
      );
    },
  },
  'speedscope, evented': {
    file: 'made-evented.speedscope.json',
    write: (bytes, stack) => {
      let at = 0;
      const events = parts(bytes, () => {
        const own = stack();
        const opens = own.map((frame) => JSON.stringify({ type: 'O', frame, at: at++ }));
        return [...opens, ...own.toReversed().map((frame) => JSON.stringify({ type: 'C', frame, at: at++ }))].join(',');
      });
      return speedscope(`"type":"evented","endValue":${at},"events":[${events.join(',')}]`);
    },
  },
  callgrind: {
    file: 'made.callgrind.out',
    write: (bytes) => {
      const random = randomOf(2);
      let i = 0;
      const functions = parts(bytes, () => {
        const own = i++ % FUNCTIONS;
        const lines = Array.from(
          { length: 10 },
          (_, line) => `+${line} ${Math.floor(random() * 1000)} ${Math.floor(random() * 100)}\n`,
        );
        const called = Math.floor(random() * FUNCTIONS);
        return `fl=src/${own % 50}.c\nfn=${NAMES[own]}\n${lines.join('')}cfn=${NAMES[called]}\ncalls=3 ${called}\n* ${Math.floor(random() * 9000)} 7\n\n`;
      });
      return `# callgrind format\nversion: 1\ncreator: callgrind-3.19\nevents: Ir Dr\n\n${functions.join('')}`;
    },
  },
  stackprof: {
    file: 'made.stackprof.json',
    write: (bytes, stack) => {
      let count = 0;
      const raw = parts(bytes, () => {
        const own = stack();
        count += 3;
        return `${own.length},${own.map((i) => 100_000 + i).join(',')},3`;
      });
      const frames = Object.fromEntries(
        NAMES.map((name, i) => [
          100_000 + i,
          { name, file: `app/${i % 50}.rb`, line: i, total_samples: 1, samples: 1 },
        ]),
      );
      const facts = {
        version: 1.2,
        mode: 'wall',
        interval: 1000,
        samples: count,
        gc_samples: 0,
        missed_samples: 0,
        frames,
      };
      const deltas = Array.from({ length: count }, () => 1000);
      return `${JSON.stringify(facts).slice(0, -1)},"raw":[${raw.join(',')}],"raw_timestamp_deltas":[${deltas.join(',')}]}`;
    },
  },
};

/** @param {number} i -1 for the root */
function frameOf(i) {
  const isRoot = i < 0;
  return {
    functionName: isRoot ? '(root)' : NAMES[i],
    scriptId: '1',
    url: isRoot ? '' : `file:///app/src/${i % 50}.js`,
    lineNumber: i,
    columnNumber: 1,
  };
}

/** @param {string} profile */
function speedscope(profile) {
  const frames = NAMES.map((name, i) => ({ name, file: `src/${i % 50}.rs`, line: i }));
  return `{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":${JSON.stringify(frames)}},"profiles":[{"name":"main","unit":"microseconds","startValue":0,${profile}}]}`;
}

/** @param {string} name @param {number} bytes about @param {string} path */
export function writeInput(name, bytes, path) {
  writeFileSync(path, inputs[name].write(bytes, stacks()));
}
