/**
 * Refusals and special cases of the JSON formats, beyond their fixtures: places, odd files, hostile names, sniffing.
 */
import { describe, expect, it } from 'vitest';
import { finish, finishWaiting } from '#base/steps.ts';
import type { DecodeError, LazyFormat } from '#formats/format.ts';
import { formats } from '#formats/formats.ts';
import { FILE_LIMITS } from '#formats/decode-limits.ts';
import { decodeTraceEvents } from '#formats/decoders/trace-event.ts';
import { decodeSpeedscope } from '#formats/decoders/speedscope.ts';
import { decodeProfile } from '#formats/registry.ts';
import type { Profile } from '#model/profile.ts';
import { refusalOf } from '../support/refusal.ts';
import { profileRows } from '../support/tree-rows.ts';
import { withLabels } from '../support/corpus-truth.ts';

const encoder = new TextEncoder();

async function open(file: unknown, name = 'x.json'): Promise<{ readonly id: string; readonly profile: Profile }> {
  const bytes = encoder.encode(typeof file === 'string' ? file : JSON.stringify(file));
  const { format, profile } = await finishWaiting(decodeProfile({ bytes, name, form: { kind: 'file' } }));
  return { id: format.id, profile };
}

async function refusal(id: string, file: unknown): Promise<DecodeError> {
  const format = formats.find((one): one is LazyFormat => one.id === id && 'load' in one)!;
  const decode = await format.load();
  return refusalOf(() => finish(decode(encoder.encode(typeof file === 'string' ? file : JSON.stringify(file)))));
}

const call = (functionName: string): object => ({ functionName, url: '', lineNumber: 0 });
const shared = { frames: [{ name: 'a' }, { name: 'b' }] };
const sampled = { type: 'sampled', name: 'p', unit: 'none', samples: [[0]], weights: [1] };
const evented = { type: 'evented', name: 'p', unit: 'none' };
const thread = {
  name: 't',
  samples: { stack: [0], time: [0] },
  stackTable: { frame: [0], prefix: [null] },
  frameTable: { func: [0] },
  funcTable: { name: [0] },
  stringArray: ['a'],
};

describe('refusals have their place', () => {
  it.each<[string, unknown, string | RegExp, RegExp]>([
    ['cpuprofile', { nodes: [] }, 'nodes', /no call tree/],
    ['cpuprofile', { nodes: [{ callFrame: call('a') }] }, 'nodes[0]', /no id/],
    [
      'cpuprofile',
      {
        nodes: [
          { id: 1, callFrame: call('a') },
          { id: 1, callFrame: call('b') },
        ],
      },
      'nodes[1]',
      /id 1/,
    ],
    ['speedscope', { shared, profiles: [] }, 'profiles', /no profiles/],
    ['speedscope', { shared, profiles: [{ ...sampled, samples: [[0, 7]] }] }, 'profiles[0].samples[0]', /frame 7/],
    ['speedscope', { shared, profiles: [{ ...sampled, weights: [] }] }, 'profiles[0]', /1 samples and 0 weights/],
    [
      'speedscope',
      {
        shared,
        profiles: [
          sampled,
          {
            ...evented,
            events: [
              { type: 'O', frame: 0, at: 5 },
              { type: 'C', frame: 0, at: 4 },
            ],
          },
        ],
      },
      'profiles[1].events[1]',
      /before/,
    ],
    [
      'speedscope',
      { shared, profiles: [{ ...evented, events: [{ type: 'O', frame: 0, at: 5 }] }] },
      'profiles[0].events',
      /never closed/,
    ],
    ['gecko', { threads: [{ ...thread, samples: { stack: [3] } }] }, 'threads[0].samples[0]', /stack 3/],
    [
      'gecko',
      { threads: [{ ...thread, stackTable: { frame: [9], prefix: [null] } }] },
      'threads[0].stackTable[0]',
      /frame 9/,
    ],
    ['gecko', { threads: [{ ...thread, funcTable: { name: [4] } }] }, 'threads[0].frameTable[0]', /string 4/],
    ['gecko', { meta: {} }, 'threads', /no threads/],
    ['stackprof', { frames: {}, raw: [1, 5, 1] }, 'raw[1]', /frame 5/],
    ['stackprof', { frames: {}, raw: [9, 5, 1] }, 'raw[0]', /9 frames/],
    ['heapprofile', { samples: [] }, 'head', /no tree/],
    [
      'heaptimeline',
      { trace_function_infos: [], trace_tree: [1, 0, 0, 0, [2, 5, 1, 1, []]], strings: [] },
      'trace_tree, node 1',
      /function 5/,
    ],
    ['heaptimeline', { trace_tree: [1, 0, 0, 0, [2, 5]], strings: [] }, /^trace_tree/, /cut/],
    ['flamebearer', { flamebearer: { names: ['total'], levels: [[0, 1, 0]] } }, 'flamebearer.levels[0]', /3 numbers/],
    [
      'flamebearer',
      { flamebearer: { names: ['total'], levels: [[0, 1, 0, 8]] } },
      'flamebearer.levels[0][0]',
      /name 8/,
    ],
    [
      'flamebearer',
      {
        flamebearer: {
          names: ['total'],
          levels: [
            [0, 1, 0, 0],
            [0, 5, 5, 0],
          ],
        },
      },
      'flamebearer.levels[1][0]',
      /no box above/,
    ],
    ['pprof-json', { sampleType: [] }, 'sampleType', /no sample types/],
    ['pprof-json', { sampleType: [{}], sample: [{ value: [1, 2] }] }, 'sample[0]', /2 values/],
    ['trace-event', { traceEvents: [], samples: [{ ts: 1, sf: 3 }], stackFrames: {} }, 'samples[0]', /frame 3/],
    ['trace-event', '[{"ph":"B"', /^byte 10 /, /ends early/],
  ])('%s %j', async (id, file, place, message) => {
    const refused = await refusal(id, file);
    expect(refused.code).toBe('malformed');
    expect(refused.message).toMatch(message);
    if (typeof place === 'string') expect(refused.place).toBe(place);
    else expect(refused.place).toMatch(place);
    expect(refused.remedy).toMatch(/\S/);
  });

  it('says what to do with a trace without spans and a snapshot without stacks', async () => {
    expect(await refusal('trace-event', [{ ph: 'i', ts: 1, name: 'x' }])).toMatchObject({ code: 'empty' });
    const snapshot = { snapshot: { meta: { node_fields: [] } }, nodes: [], trace_tree: [], strings: [] };
    expect((await refusal('heaptimeline', snapshot)).remedy).toMatch(/Allocation stack traces/);
  });
});

describe('V8 CPU profiles', () => {
  it('knows when samples were taken and how long they last', async () => {
    const { profile } = await open({
      endTime: 1050,
      startTime: 1000,
      timeDeltas: [10, 20, -5],
      samples: [2, 9, 2],
      nodes: [
        { id: 1, callFrame: call('(root)'), children: [2, 77] },
        { id: 2, callFrame: call('a'), deoptReason: 'why' },
      ],
    });
    expect([...(profile.times ?? [])]).toEqual([0.01, 0.03, 0.025]);
    expect([...profile.values[1].values]).toEqual([20, -5, 25]);
    expect(profile.durationMs).toBe(0.05);
    expect(profile.notes.join()).toMatch(/Samples whose node is missing.*: 1\./);
    expect(profileRows(withLabels(profile, { deoptimised: 'why' }), 0)).toEqual(['total 2 self 0', '  a 2 self 2']);
  });

  it('reads a tree that is very deep', async () => {
    const depth = 100_000;
    const open1 = '{"functionName":"f","hitCount":0,"id":0,"children":['.repeat(depth);
    const { profile } = await open(`{"head":${open1}{"functionName":"leaf","hitCount":3}${']}'.repeat(depth)}}`);
    expect([profile.sampleCount, profile.stackFrames.length]).toEqual([1, depth + 1]);
  });
});

describe('Chrome traces', () => {
  const x = (name: string, ts: number, dur: number, tid = 1): object => ({ ph: 'X', name, ts, dur, pid: 1, tid });

  it('keeps the time of spans that overlap', async () => {
    const { profile } = await open([x('a', 0, 10), x('b', 5, 10), x('c', 0, 4, 2)]);
    expect(profileRows(profile, 0)).toEqual([
      'total 19 self 0',
      '  a 10 self 5',
      '    b 5 self 5',
      '  b 5 self 5',
      '  c 4 self 4',
    ]);
    expect(profileRows(withLabels(profile, { process: '1', thread: '2' }), 0)).toEqual([
      'total 4 self 0',
      '  c 4 self 4',
    ]);
    expect([...(profile.times ?? [])]).toEqual([0, 0.005, 0.01, 0]);
  });

  it('reads a list that ends within an event, and says so', async () => {
    const { profile } = await open(`[${JSON.stringify(x('a', 0, 10))},{"ph":"X","na`);
    expect(profileRows(profile, 0)).toEqual(['total 10 self 0', '  a 10 self 10']);
    expect(profile.notes.join()).toMatch(/ends within an event/);
  });

  it('counts left-out events by kind', async () => {
    const { profile } = await open([
      x('a', 0, 10),
      { ph: 'C', name: 'm', ts: 1 },
      { ph: 'i', ts: 2 },
      { ph: 'E', ts: 99, name: 'z' },
    ]);
    expect(profile.notes).toEqual([
      'Events that are not spans of a thread are left out: 1 counter, 1 instant.',
      'Ends of spans without a begin are left out: 1.',
    ]);
  });

  it('takes the names of threads from events behind their spans', async () => {
    const { profile } = await open([
      x('a', 0, 1),
      { ph: 'M', name: 'thread_name', pid: 1, tid: 1, args: { name: '__proto__' } },
    ]);
    expect(withLabels(profile, { thread: '__proto__ (1)' }).sampleCount).toBe(1);
  });

  it('is bounded while it reads', () => {
    const bytes = encoder.encode(JSON.stringify([x('a', 0, 1), x('b', 2, 1), x('c', 4, 1)]));
    const refused = refusalOf(() => finish(decodeTraceEvents(bytes, { ...FILE_LIMITS, functions: 2 })));
    expect(refused.code).toBe('too-large');
  });
});

describe('speedscope files', () => {
  it('are bounded while they are read', () => {
    const bytes = encoder.encode(
      JSON.stringify({ shared, profiles: [{ ...sampled, samples: [[0], [1]], weights: [1, 1] }] }),
    );
    for (const limit of ['samples', 'functions', 'nodes', 'lines'] as const)
      expect(refusalOf(() => finish(decodeSpeedscope(bytes, { ...FILE_LIMITS, [limit]: 1 }))).code).toBe('too-large');
  });

  it('tell profiles of one name and unit apart', async () => {
    const { profile } = await open({ shared, profiles: [sampled, { ...sampled, samples: [[1]], weights: [5] }] });
    expect(profileRows(withLabels(profile, { profile: 'p (2)' }), 0)).toEqual(['total 5 self 0', '  b 5 self 5']);
  });
});

describe('Firefox profiles', () => {
  it('have times, categories and threads of one name as labels', async () => {
    const timed = {
      ...thread,
      samples: { stack: [0, null], timeDeltas: [5, 2] },
      stackTable: { frame: [0], prefixOffset: [0], category: [1] },
    };
    const { profile } = await open({
      threads: [timed, timed],
      meta: { startTime: 1000, categories: [{ name: 'Other' }, { name: 'Layout' }], stackwalk: 1 },
    });
    expect([...(profile.times ?? [])]).toEqual([1005, 1007, 1005, 1007]);
    expect(withLabels(profile, { category: 'Layout' }).sampleCount).toBe(2);
    expect(withLabels(profile, { thread: 't #2' }).sampleCount).toBe(2);
  });

  it('take tables that threads share', async () => {
    const { samples, ...tables } = thread;
    const { profile } = await open({ meta: {}, threads: [{ name: 't', samples }], shared: tables });
    expect(profileRows(profile, 0)).toEqual(['total 1 self 0', '  a 1 self 1']);
  });
});

it('a d3 tree whose values are those of the boxes alone', async () => {
  const { profile } = await open({
    name: 'root',
    value: 0,
    children: [{ name: 'a', value: 1, children: [{ name: 'b', value: 5 }] }],
  });
  expect(profileRows(profile, 0)).toEqual(['total 6 self 0', '  a 6 self 1', '    b 5 self 5']);
});

it.each([
  ['cpuprofile', { nodes: [{ id: 1, callFrame: call('"traceEvents": []') }], samples: [1], timeDeltas: [1] }],
  ['trace-event', [{ cat: 'x', args: { data: { deep: [{ a: 1 }] } }, name: 'n', ph: 'X', ts: 1, dur: 1 }]],
  ['stackprof', { mode: 'object', interval: 1, frames: { 1: { name: 'a', samples: 2 } } }],
])('%s is known by its content', async (id, file) => {
  expect((await open(file, 'no-ending')).id).toBe(id);
});
