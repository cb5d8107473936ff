/** V8's profiles as ours: stacks, values, and no path of this machine. */

import type { HeapProfiler, Profiler } from 'node:inspector';
import { expect, it } from 'vitest';
import type { Profile } from '#model/profile.ts';
import type { IncomingProfile } from '#server/incoming.ts';
import { convertCpuProfile, convertHeapProfile, startSelfProfile } from '#server/self-profile.ts';

const PACKAGE = new URL('file:///home/someone/my%20apps/flametide/');
const MAIN = `${PACKAGE.href}dist/server/main.js`;

it('a CPU profile: the root and idle samples are left out, paths are relative', () => {
  const cpu: Profiler.Profile = {
    nodes: [
      node(1, '(root)', '', -1, 0, [2, 3, 4, 7]),
      node(2, '(idle)', '', -1, 900),
      node(3, '(program)', '', -1, 5),
      node(4, '', MAIN, 9, 0, [5, 6]),
      node(5, 'listOnTimeout', 'node:internal/timers', 522, 3),
      node(6, 'read', `${PACKAGE.href}node_modules/pino/a%20b.js`, 0, 1, [8]),
      node(7, '(garbage collector)', '', -1, 2),
      node(8, 'elsewhere', 'file:///home/someone/secret/tool.js', 4, 1, [9]),
      node(9, 'hoisted', 'file:///home/someone/node_modules/sirv/index.mjs', 4, 1),
    ],
    startTime: 0,
    endTime: 10_000_000,
  };
  const profile = convertCpuProfile(cpu, PACKAGE);
  expect(profile.sampleTypes).toEqual([
    { type: 'samples', unit: 'count' },
    { type: 'cpu', unit: 'nanoseconds' },
  ]);
  expect(profile.period).toEqual({ type: { type: 'cpu', unit: 'nanoseconds' }, value: 20_000_000 });
  const anonymous = '(anonymous) dist/server/main.js:10';
  const read = `${anonymous}; read node_modules/pino/a b.js:1`;
  const expected = {
    '(garbage collector) :0': 2,
    '(program) :0': 5,
    [`${anonymous}; listOnTimeout node:internal/timers:523`]: 3,
    [read]: 1,
    [`${read}; elsewhere tool.js:5`]: 1,
    [`${read}; elsewhere tool.js:5; hoisted node_modules/sirv/index.mjs:5`]: 1,
  };
  expect(stacks(profile, 0)).toEqual(expected);
  expect(stacks(profile, 1)).toEqual(
    Object.fromEntries(Object.entries(expected).map(([stack, count]) => [stack, count * 20_000_000])),
  );
});

it('a heap profile', () => {
  const at = (functionName: string, selfSize: number, children: HeapProfiler.SamplingHeapProfileNode[] = []) => ({
    callFrame: { functionName, scriptId: '1', url: MAIN, lineNumber: 1, columnNumber: 0 },
    selfSize,
    id: 0,
    children,
  });
  const head = at('(root)', 0, [at('serve', 1000.4, [at('read', 500_000)]), at('', 0, [at('close', 7)])]);
  const profile = convertHeapProfile({ head }, PACKAGE);
  expect(profile.period).toEqual({ type: { type: 'space', unit: 'bytes' }, value: 524_288 });
  expect(stacks(profile, 0)).toEqual({
    'serve dist/server/main.js:2': 1000,
    'serve dist/server/main.js:2; read dist/server/main.js:2': 500_000,
    '(anonymous) dist/server/main.js:2; close dist/server/main.js:2': 7,
  });
});

it('records this process, and goes on when the store fails', async () => {
  const warnings: string[] = [];
  const log = { info: () => {}, warn: (text: string) => void warnings.push(text), error: () => {} };
  const stored: IncomingProfile[] = [];
  const self = await startSelfProfile('1.2.3', new URL('../../', import.meta.url), log);
  // Of this process's own time: on a busy machine it may get little of the clock's.
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user < 300_000);
  self.sendTo({
    store: async (profiles) => {
      stored.push(...profiles);
      throw new Error('the disk is full');
    },
  });
  await expect.poll(() => warnings, { timeout: 240_000 }).toEqual([expect.stringContaining('the disk is full')]);
  await self.stop();
  const types = stored[0].series.map(({ profileType }) => profileType);
  expect(types).toEqual(['process_cpu:samples:count:cpu:nanoseconds', 'process_cpu:cpu:nanoseconds:cpu:nanoseconds']);
  expect(Object.fromEntries(stored[0].series[1].labels.map(({ name, value }) => [name, value]))).toEqual({
    __name__: 'process_cpu',
    __profile_type__: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    __service_name__: 'flametide',
    __type__: 'cpu',
    __unit__: 'nanoseconds',
    __period_type__: 'cpu',
    __period_unit__: 'nanoseconds',
    service_name: 'flametide',
    version: '1.2.3',
    runtime: 'node',
    thread: 'main',
  });
  expect(stored[0].profile.values[0].values.reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
});

function node(
  id: number,
  functionName: string,
  url: string,
  lineNumber: number,
  hitCount: number,
  children?: number[],
) {
  const callFrame = { functionName, scriptId: '1', url, lineNumber, columnNumber: 0 };
  return { id, callFrame, hitCount, ...(children && { children }) };
}

/** By stack, root first, each frame `name file:line`. */
function stacks({ functions, frames, ...profile }: Profile, column: number): Record<string, number> {
  const found: Record<string, number> = {};
  for (let i = 0; i < profile.sampleCount; i++) {
    const stack = [...profile.stackFrames.subarray(profile.stackStart[i], profile.stackStart[i + 1])].map((frame) => {
      const func = frames.func[frame];
      return `${functions.names[func]} ${functions.files[func]}:${frames.line[frame]}`;
    });
    found[stack.join('; ')] = profile.values[column].values[i];
  }
  return found;
}
