import { describe, expect, it } from 'vitest';
import {
  defaultProfileType,
  inListOrder,
  parseProfileType,
  type ProfileType,
  profileTypeGroup,
  profileTypeTitle,
  shortProfileTypeId,
} from '#model/profile-type.ts';

const types = (...ids: string[]): ProfileType[] => ids.flatMap((id) => parseProfileType(id) ?? []);
const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const WALL = 'wall:wall:nanoseconds:wall:nanoseconds';
const WALL_CPU = 'wall:cpu:nanoseconds:wall:nanoseconds';
const SAMPLES = 'process_cpu:samples:count:cpu:nanoseconds';
const SPACE = 'memory:alloc_space:bytes:space:bytes';
const MUTEX = 'mutex:contentions:count:contentions:count';
const OWN = 'pools:waiters:count::';

describe('titles', () => {
  it.each([
    [CPU, 'CPU time', 'CPU and time'],
    [WALL, 'Wall time', 'CPU and time'],
    [SAMPLES, 'CPU samples', 'CPU and time'],
    [SPACE, 'Allocated space', 'Memory'],
    ['memory:inuse_space:bytes:space:bytes', 'In use space', 'Memory'],
    [MUTEX, 'Mutex contentions', 'Waiting'],
    ['block:delay:nanoseconds:contentions:count', 'Block delay', 'Waiting'],
    ['goroutine:goroutine:count:goroutine:count', 'Goroutines', 'Tasks'],
    [OWN, 'waiters', 'Other'],
    ['constructor:constructor:count::', 'constructor', 'Other'],
  ])('%s', (id, title, group) => {
    const [type] = types(id);
    expect([profileTypeTitle(type), profileTypeGroup(type)]).toEqual([title, group]);
  });
});

it('two types of one title are distinguished by their ids', () => {
  const go = 'memory:inuse_space:bytes:space:bytes';
  const node = 'memory:inuse_space:bytes:inuse_space:bytes';
  const all = types(CPU, WALL_CPU, go, node, 'goroutine:goroutine:count::', 'goroutines:goroutine:count::', SPACE);
  expect(all.map((type) => shortProfileTypeId(type, all))).toEqual([
    'process_cpu:cpu',
    'wall:cpu',
    go,
    node,
    'goroutine:goroutine',
    'goroutines:goroutine',
    'memory:alloc_space',
  ]);
  const units = types('wall:time:count::', 'wall:time:seconds::');
  expect(units.map((type) => shortProfileTypeId(type, units))).toEqual(['wall:time:count', 'wall:time:seconds']);
});

it('the best known come first, each group together', () => {
  const order = inListOrder(types(OWN, MUTEX, SPACE, WALL, SAMPLES, CPU)).map(({ id }) => id);
  expect(order).toEqual([CPU, WALL, SAMPLES, SPACE, MUTEX, OWN]);
});

describe('a service is opened with', () => {
  it.each([
    ['CPU time', [SPACE, SAMPLES, WALL, CPU], CPU],
    ['CPU time of the CPU profile', [WALL_CPU, CPU], CPU],
    ['CPU time of another', [WALL, WALL_CPU], WALL_CPU],
    ['wall time', [MUTEX, SAMPLES, WALL], WALL],
    ['its first', [MUTEX, SPACE], MUTEX],
  ])('%s', (_, ids, wanted) => {
    expect(defaultProfileType(types(...ids))?.id).toBe(wanted);
  });

  it('nothing, where it has nothing', () => {
    expect(defaultProfileType([])).toBeUndefined();
  });
});
