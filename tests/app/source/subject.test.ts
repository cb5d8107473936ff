import { describe, expect, it } from 'vitest';
import { sparkQuestion } from '#app/source/questions.ts';
import { catalogueOf, chooseSubject, costsOf } from '#app/source/subject.ts';
import { labelSet } from '#model/labels.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const WALL = 'wall:wall:nanoseconds:wall:nanoseconds';
const HEAP = 'memory:inuse_space:bytes:space:bytes';

const set = (service: string, type: string) =>
  labelSet([
    { name: 'service_name', value: service },
    { name: '__profile_type__', value: type },
  ]);

const catalogue = catalogueOf([
  set('web', HEAP),
  set('web', CPU),
  set('web', CPU),
  set('cron', WALL),
  set('db', HEAP),
  set('ghost', ''),
]);

it('a catalogue has each service and each of its types once, by name', () => {
  expect(catalogue.services).toEqual([
    { name: 'cron', types: [WALL] },
    { name: 'db', types: [HEAP] },
    { name: 'web', types: [HEAP, CPU] },
  ]);
});

it.each([
  ['CPU time before all else', [set('a', HEAP), set('b', HEAP), set('c', CPU)], CPU],
  ['wall time where there is none', [set('a', HEAP), set('b', HEAP), set('c', WALL)], WALL],
  ['else what most have', [set('a', 'x:y:z::'), set('a', HEAP), set('b', HEAP)], HEAP],
  ['of no services by nothing', [], undefined],
  ['never by what is no type', [set('a', 'nonsense')], undefined],
])('services are compared by %s', (_, sets, wanted) => {
  expect(catalogueOf(sets).overviewType).toBe(wanted);
});

describe('what is shown', () => {
  it.each([
    ['nothing asked: the busiest, its CPU time', undefined, undefined, 'web', 'web', CPU],
    ['a service asked', 'db', undefined, 'web', 'db', HEAP],
    ['a type asked that the busiest has', undefined, HEAP, 'web', 'web', HEAP],
    ['a type asked that only another has', undefined, WALL, 'web', 'cron', WALL],
    ['a type asked that nobody has', undefined, 'a:b:c::', 'web', 'web', 'a:b:c::'],
  ])('%s', (_, svc, type, busiest, service, profileType) => {
    expect(chooseSubject({ svc, type }, catalogue, busiest)).toEqual({ service, profileType });
  });

  it.each([
    ['before the catalogue is known', 'web', undefined, undefined],
    ['before the busiest is known', undefined, catalogue, undefined],
    ['where the service has no types', 'gone', catalogue, 'web'],
  ])('nothing %s', (_, svc, known, busiest) => {
    expect(chooseSubject({ svc, type: undefined }, known, busiest)).toBeUndefined();
  });

  it('a link that says both waits for nothing', () => {
    expect(chooseSubject({ svc: 'gone', type: HEAP }, undefined, undefined)).toEqual({
      service: 'gone',
      profileType: HEAP,
    });
  });
});

it('costs are sums, largest first, then by name', () => {
  const series = (value: string, ...values: number[]) => ({
    labels: labelSet([{ name: 'pod', value }]),
    timesMs: Float64Array.from(values, (_, i) => i + 1),
    values: Float64Array.from(values),
  });
  const question = sparkQuestion({ profileType: CPU, matchers: [], range: { startMs: 0, endMs: 60_000 } }, ['pod'], 9);
  expect(costsOf(question, [series('b', 1, 2), series('', 9), series('a', 3)], 'pod', undefined)).toEqual([
    { name: '', cost: 9 },
    { name: 'a', cost: 3 },
    { name: 'b', cost: 3 },
  ]);
});
