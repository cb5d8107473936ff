/** Flight recordings, made here: chunks, constants in parts, cut ends, clocks, kinds of events. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodeJfr } from '#formats/decoders/jfr.ts';
import { FILE_LIMITS } from '#formats/decode-limits.ts';
import { checkProfile } from '#model/check-profile.ts';
import type { Profile } from '#model/profile.ts';
import { withLabels } from '../support/corpus-truth.ts';
import { type ChunkFacts, jfrChunk, type MadeEvent } from '../support/jfr-message.ts';
import { refusalOf } from '../support/refusal.ts';
import { kindsOfStacks } from '../support/frame-kinds.ts';
import { profileRows } from '../support/tree-rows.ts';

const EVENTS: readonly MadeEvent[] = [
  { type: 'jdk.ThreadStart' },
  {
    type: 'jdk.ExecutionSample',
    startTime: 10,
    eventThread: 'main',
    state: 'STATE_RUNNABLE',
    stackTrace: ['app.Shop.price:14', 'app.Shop.main:3'],
  },
  {
    type: 'jdk.ExecutionSample',
    startTime: 20,
    eventThread: 'main',
    stackTrace: ['app.Shop.price:15', 'app.Shop.main:3'],
  },
  { type: 'jdk.ExecutionSample', startTime: 30, eventThread: 'pool-1', stackTrace: ['app.Shop.main:-1'] },
  { type: 'jdk.ExecutionSample', startTime: 40 },
  {
    type: 'jdk.JavaMonitorEnter',
    startTime: 50,
    duration: 2500,
    monitorClass: 'java/lang/Object',
    stackTrace: ['app.Shop.main:4'],
  },
];

function decoded(...chunks: Uint8Array[]): Profile {
  const profile = finish(decodeJfr(joined(...chunks)));
  expect(checkProfile(profile)).toEqual([]);
  return profile;
}

function joined(...chunks: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks));
}

function typeOf({ sampleTypes }: Profile, name: string): number {
  return sampleTypes.findIndex(({ type }) => type === name);
}

const SAMPLES = ['total 4 self 1', '  app.Shop.main 3 self 1', '    app.Shop.price 2 self 2'];

describe('events', () => {
  it('become sample types, with stacks, lines, threads, states and times', () => {
    const profile = decoded(jfrChunk(EVENTS, { startNs: 1_700_000_000_000_000_000, durationNs: 3e9 }));
    expect(profile.sampleTypes).toEqual([
      { type: 'ExecutionSample', unit: 'count' },
      { type: 'JavaMonitorEnter', unit: 'count' },
      { type: 'JavaMonitorEnter duration', unit: 'nanoseconds' },
    ]);
    expect(profileRows(profile, 0)).toEqual(SAMPLES);
    expect(profileRows(profile, 2)).toEqual(['total 2500 self 0', '  app.Shop.main 2500 self 2500']);
    expect([...profile.frames.line].sort((a, b) => a - b)).toEqual([0, 3, 4, 14, 15]);
    expect([profile.timeMs, profile.durationMs]).toEqual([1_700_000_000_000, 3000]);
    expect(profile.times?.[1]).toBeCloseTo(1_700_000_000_000 + 20e-6, 3);
    expect(profileRows(withLabels(profile, { thread: 'pool-1' }), 0)).toEqual([
      'total 1 self 0',
      '  app.Shop.main 1 self 1',
    ]);
    expect(profileRows(withLabels(profile, { thread: 'main', state: 'RUNNABLE' }), 0)[0]).toBe('total 1 self 0');
    expect(profileRows(withLabels(profile, { class: 'java.lang.Object' }), 1)[0]).toBe('total 1 self 0');
  });

  it('have frames of several kinds, which one method has too', () => {
    const stacks = [
      ['libc.write:0:Native', 'app.Shop.price:14:Inlined', 'app.Shop.main:3:Interpreted'],
      ['do_syscall_64:0:Kernel', 'G1::mark:0:C++', 'app.Shop.main:3:JIT compiled'],
      ['app.Shop.price:14:C1 compiled', 'app.Shop.main:3'],
    ];
    const events = stacks.map((stackTrace) => ({ type: 'jdk.ExecutionSample', stackTrace }));
    const profile = decoded(jfrChunk(events, { hasFrameTypes: true }));
    expect(kindsOfStacks(profile)).toEqual([
      'app.Shop.main interpreted; app.Shop.price inlined; libc.write native',
      'app.Shop.main JIT-compiled; G1::mark C++; do_syscall_64 kernel',
      'app.Shop.main ; app.Shop.price C1-compiled',
    ]);
    expect(decoded(jfrChunk(EVENTS)).frames.kinds).toBeUndefined();
  });

  it('have durations in ns, whatever ticks the clock has', () => {
    const profile = decoded(jfrChunk(EVENTS, { ticksPerSecond: 25_000_000 }));
    expect(profileRows(profile, 2)[0]).toBe('total 100000 self 0');
  });

  it('of CPU time weigh their period, and lost samples are reported', () => {
    const profile = decoded(
      jfrChunk([
        { type: 'jdk.CPUTimeSample', samplingPeriod: 20_000_000, stackTrace: ['a.B.c:1'] },
        { type: 'jdk.CPUTimeSample', samplingPeriod: 10_000_000, stackTrace: ['a.B.c:1'] },
        { type: 'jdk.CPUTimeSamplesLost', lostSamples: 7 },
      ]),
    );
    expect(profileRows(profile, typeOf(profile, 'CPUTimeSample samplingPeriod'))[0]).toBe('total 30000000 self 0');
    expect(profile.notes).toEqual(['The JVM lost 7 samples of CPU time: the real cost is higher.']);
  });

  it('of native memory: freed memory is not live, whatever the order of events', () => {
    const profile = decoded(
      jfrChunk([
        { type: 'profiler.Free', startTime: 30, address: 1 },
        { type: 'profiler.Malloc', startTime: 10, address: 1, size: 100, stackTrace: ['libc.so.6.malloc:0'] },
        { type: 'profiler.Malloc', startTime: 40, address: 1, size: 30, stackTrace: ['libc.so.6.malloc:0'] },
        { type: 'profiler.Malloc', startTime: 20, address: 2, size: 7, stackTrace: ['libc.so.6.malloc:0'] },
        { type: 'profiler.Free', startTime: 50, address: 99 },
      ]),
    );
    expect(profileRows(profile, typeOf(profile, 'Malloc size'))[0]).toBe('total 137 self 0');
    expect(profileRows(profile, typeOf(profile, 'Malloc live'))[0]).toBe('total 37 self 0');
  });

  it('that sample nothing leave a profile without samples, and a note', () => {
    const profile = decoded(jfrChunk([{ type: 'jdk.ThreadStart' }]));
    expect(profile.sampleCount).toBe(0);
    expect(profile.notes[0]).toContain('no events that sample');
  });
});

describe('chunks', () => {
  it.each<[string, ChunkFacts]>([
    ['whole numbers as wide as their type', { isCompressed: false }],
    ['constants in three parts', { checkpoints: 3 }],
    ['version 1.0', { version: [1, 0] }],
    ['version 2.1', { version: [2, 1] }],
  ])('%s', (_, facts) => {
    expect(profileRows(decoded(jfrChunk(EVENTS, facts)), 0)).toEqual(SAMPLES);
  });

  it('follow one another, each with constants and a clock of its own', () => {
    const other = jfrChunk(
      [
        { type: 'jdk.JavaMonitorEnter', duration: 10, stackTrace: ['x.Y.z:1'] },
        { type: 'jdk.ExecutionSample', stackTrace: ['x.Y.z:1'] },
      ],
      { ticksPerSecond: 1000, startNs: 1e18 + 5e9 },
    );
    const profile = decoded(jfrChunk(EVENTS), other);
    expect(profileRows(profile, 0)).toEqual(['total 5 self 1', ...SAMPLES.slice(1), '  x.Y.z 1 self 1']);
    expect(profileRows(profile, 2)[0]).toBe('total 10002500 self 0');
    expect(profile.durationMs).toBe(6000);
  });

  it('that are cut off are taken as far as they are whole, wherever the cut is', () => {
    const whole = jfrChunk(EVENTS);
    const second = jfrChunk(EVENTS);
    for (let cut = 1; cut < second.length; cut++) {
      const profile = decoded(whole, second.subarray(0, cut));
      const [total] = profileRows(profile, 0);
      expect(Number(total.split(' ')[1])).toBeGreaterThanOrEqual(4);
      expect(profile.notes).toHaveLength(1);
      expect(profile.notes[0]).toMatch(/cut off|were skipped/);
    }
    // All events are there, and the constants are not: the stacks are unknown.
    const [total] = profileRows(decoded(whole, second.subarray(0, -3)), 0);
    expect(total).toBe('total 8 self 5');
  });

  it('may be followed by other bytes, which are reported', () => {
    const { notes } = decoded(jfrChunk(EVENTS), Uint8Array.of(1, 2, 3));
    expect(notes).toEqual(['3 bytes after the last whole chunk of the recording were skipped.']);
  });

  it('with a changed byte are refused by name, or read', () => {
    const chunk = jfrChunk(EVENTS, { checkpoints: 2 });
    for (let at = 0; at < chunk.length; at++) {
      for (const byte of [0, 255]) {
        const changed = chunk.slice();
        changed[at] = byte;
        try {
          expect(checkProfile(finish(decodeJfr(changed)))).toEqual([]);
        } catch (error) {
          expect(error).toMatchObject({ name: 'DecodeError' });
        }
      }
    }
  });
});

describe('refusals', () => {
  const changed = (change: (view: DataView) => void): Uint8Array => {
    const chunk = jfrChunk(EVENTS);
    change(new DataView(chunk.buffer));
    return chunk;
  };
  it.each<[string, Uint8Array, RegExp]>([
    ['a chunk of size 0', changed((view) => view.setBigInt64(8, 0n)), /size 0/],
    ['constants outside the chunk', changed((view) => view.setBigInt64(16, 1n << 40n)), /constants lies outside/],
    ['types outside the chunk', changed((view) => view.setBigInt64(24, -5n)), /types lies outside/],
    ['types that are an event', changed((view) => view.setBigInt64(24, view.getBigInt64(16))), /types are not where/],
    ['a clock that stands', changed((view) => view.setBigInt64(56, 0n)), /0 ticks a second/],
    ['version 0.9', jfrChunk(EVENTS, { version: [0, 9] }), /version 0\.9/],
    ['a recording cut off before its types', jfrChunk(EVENTS).subarray(0, 90), /cut off before the types/],
  ])('%s', (_, bytes, message) => {
    const error = refusalOf(() => finish(decodeJfr(bytes)));
    expect(error.sentences).toMatch(message);
    expect(error.place).toMatch(/byte \d/);
  });

  it('more samples than the limit', () => {
    const limits = { ...FILE_LIMITS, samples: 3 };
    expect(refusalOf(() => finish(decodeJfr(jfrChunk(EVENTS), limits))).code).toBe('too-large');
  });
});

it('the fixture is what the writer of these tests makes', () => {
  const file = readFileSync(fileURLToPath(new URL('../fixtures/jfr/small.jfr', import.meta.url)));
  expect(new Uint8Array(file)).toEqual(jfrChunk(EVENTS));
});
