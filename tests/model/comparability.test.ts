/** Sides that measure unlike things, or run two languages. */
import { describe, expect, it } from 'vitest';
import { type Measured, measureKind, unlikeLanguages, whyNotComparable } from '#model/comparability.ts';

function of(profileType: string): Measured {
  const [, type, unit] = profileType.split(':');
  return { sampleType: { type, unit }, profileType };
}

function file(type: string, unit: string, period?: string): Measured {
  return { sampleType: { type, unit }, period: period === undefined ? undefined : { type: { type: period, unit } } };
}

it.each([
  ['cpu', of('process_cpu:cpu:nanoseconds:cpu:nanoseconds')],
  ['cpu', of('process_cpu:samples:count:cpu:nanoseconds')],
  ['cpu', of('wall:cpu:nanoseconds:wall:nanoseconds')],
  ['cpu', of('itimer:itimer:nanoseconds:cpu:nanoseconds')],
  ['wall', of('wall:sample:count:wall:nanoseconds')],
  ['wall', of('wall:wall:nanoseconds:cpu:nanoseconds')],
  ['wall', file('time', 'nanoseconds', 'wallclock')],
  ['wall', file('wall-time', 'nanoseconds')],
  ['wall', file('samples', 'count', 'wallclock')],
  ['off-cpu', of('off_cpu:off_cpu:nanoseconds::')],
  ['lock', of('mutex:contentions:count:contentions:count')],
  ['lock', of('mutex:delay:nanoseconds:contentions:count')],
  ['lock', of('mutex:lock_time:nanoseconds:mutex:count')],
  ['block', of('block:delay:nanoseconds:contentions:count')],
  ['allocation', of('memory:alloc_space:bytes:space:bytes')],
  ['allocation', of('memory:alloc_in_new_tlab_bytes:bytes::')],
  ['in-use', of('memory:inuse_space:bytes:inuse_space:bytes')],
  ['in-use', of('memory:live:count:objects:count')],
  ['goroutines', of('goroutines:goroutine:count:goroutine:count')],
  ['exceptions', of('exception:exception:count::')],
  [undefined, file('samples', 'count')],
  [undefined, file('delay', 'nanoseconds', 'contentions')],
  [undefined, file('', '')],
] as const)('%s', (kind, measured) => {
  expect(measureKind(measured)).toBe(kind);
});

describe('why two sides cannot be compared', () => {
  it('units', () => {
    expect(whyNotComparable(file('samples', 'count'), file('cpu', 'nanoseconds'))).toBe(
      'A has samples in count, B has cpu in nanoseconds: choose a profile type with the same unit on both sides.',
    );
    expect(whyNotComparable(file('', ''), file('cpu', 'nanoseconds'))).toBe(
      'A has values in no unit, B has cpu in nanoseconds: choose a profile type with the same unit on both sides.',
    );
  });

  it.each([
    ['CPU time', 'wall time', of('process_cpu:cpu:nanoseconds:cpu:nanoseconds'), file('wall', 'nanoseconds')],
    ['CPU time', 'waits for locks', file('cpu', 'nanoseconds'), of('mutex:delay:nanoseconds:contentions:count')],
    ['waits for locks', 'blocking', of('mutex:delay:nanoseconds::'), of('block:delay:nanoseconds::')],
    ['allocations', 'memory in use', file('alloc_space', 'bytes'), file('inuse_space', 'bytes')],
    ['wall time', 'off-CPU time', of('wall:wall:nanoseconds::'), of('off_cpu:off_cpu:nanoseconds::')],
    ['CPU time', 'goroutines', of('process_cpu:samples:count:cpu:nanoseconds'), file('goroutine', 'count')],
  ])('%s and %s', (wordsA, wordsB, a, b) => {
    expect(whyNotComparable(a, b)).toBe(
      `A measures ${wordsA}, B measures ${wordsB}: choose one kind of profile on both sides.`,
    );
    expect(whyNotComparable(b, a)).toContain(`A measures ${wordsB}, B measures ${wordsA}`);
  });

  it.each([
    [of('process_cpu:cpu:nanoseconds:cpu:nanoseconds'), file('cpu', 'ns')],
    [of('process_cpu:cpu:nanoseconds:cpu:nanoseconds'), of('wall:cpu:nanoseconds:wall:nanoseconds')],
    [file('samples', 'count'), file('samples', '')],
    [file('samples', 'count'), of('process_cpu:samples:count:cpu:nanoseconds')],
    [of('memory:inuse_space:bytes:space:bytes'), of('memory:inuse_space:bytes:inuse_space:bytes')],
    [of('constructor:toString:count::'), of('constructor:toString:count::')],
    [file('toString', 'constructor'), file('toString', 'constructor')],
  ])('none', (a, b) => {
    expect(whyNotComparable(a, b)).toBeUndefined();
  });
});

describe('languages', () => {
  const go = {
    names: ['runtime.mcall', 'main.main', 'github.com/acme/shop/cart.(*Cart).Add', 'net/http.(*conn).serve'],
  };
  const python = { names: ['<module>', 'Cart.__init__', 'search.<locals>.<genexpr>', 'worker (shop.py:36)'] };
  const node = { names: ['./svc.mjs:search:24', 'node:events:emit:471', ':(idle):0'] };
  const java = {
    names: ['java.lang.Thread.run', 'com/acme/Cart.add_[j]', 'org.apache.catalina.Valve.invoke', 'malloc'],
  };

  it.each([
    ['Go', 'Python', go, python],
    ['JavaScript', 'JVM', node, java],
    ['Python', 'JavaScript', python, { names: ['a', 'b'], files: ['/srv/a.js', 'node:net'] }],
  ])('%s and %s', (ofA, ofB, a, b) => {
    expect(unlikeLanguages(a, b)).toBe(
      `A runs ${ofA}, B runs ${ofB}: functions of different languages do not match, so those of A show as gone and those of B as new.`,
    );
  });

  it('of one language, or of no clear one', () => {
    expect(unlikeLanguages(go, go)).toBeUndefined();
    expect(unlikeLanguages(go, { names: ['a', 'b', 'work(int)'] })).toBeUndefined();
    expect(unlikeLanguages({ names: [...go.names, ...python.names] }, java)).toBeUndefined();
    expect(unlikeLanguages({ names: [] }, go)).toBeUndefined();
  });
});
