import { describe, expect, it } from 'vitest';
import { labelValue, type Label } from '#model/labels.ts';
import type { Profile } from '#model/profile.ts';
import { seriesOfProfile, type IngestLimits } from '#server/ingest/series-of-profile.ts';
import { incoming } from '../../support/made-profiles.ts';

const NOW_MS = 1_795_000_000_000;
const LIMITS: IngestLimits = {
  maxProfileBytes: 1 << 20,
  maxSamples: 1000,
  maxDepth: 3,
  maxLabels: 5,
  maxLabelNameBytes: 20,
  maxLabelValueBytes: 20,
  maxAgeMs: 3_600_000,
  maxFutureMs: 600_000,
};
const NAMED: readonly Label[] = [
  { name: '__name__', value: 'process_cpu' },
  { name: 'service_name', value: 'shop' },
];

function profile(stacks: readonly (readonly string[])[]): Profile {
  const made = { labels: [], service: '', profileType: '', timeUs: 0, period: 0 };
  return incoming({ ...made, stacks: stacks.map((frames) => ({ frames, value: 1 })) }).profile;
}

/** Each sample with one label. */
function routed(routes: readonly string[], name = 'route'): Profile {
  const strings = [name, ...new Set(routes)];
  return {
    ...profile(routes.map(() => ['main:1'])),
    labels: {
      start: Int32Array.from({ length: routes.length + 1 }, (_, i) => i),
      key: new Int32Array(routes.length),
      text: Int32Array.from(routes, (route) => strings.indexOf(route)),
      number: new BigInt64Array(routes.length),
      unit: new Int32Array(routes.length).fill(-1),
      strings,
    },
  };
}

const take = (made: Profile, labels: readonly Label[] = NAMED, timeMs = NOW_MS) =>
  seriesOfProfile(made, labels, timeMs, '', LIMITS, NOW_MS);

describe('labels', () => {
  it.each<[string, readonly Label[]]>([
    ['__name__ is missing', [{ name: 'service_name', value: 'shop' }]],
    ['service_name is empty', [...NAMED.slice(0, 1), { name: 'service_name', value: '' }]],
    ['no name', [...NAMED, { name: '', value: 'x' }]],
    ['occurs twice', [...NAMED, { name: 'a', value: '1' }, { name: 'a', value: '2' }]],
    ['more than 20 bytes', [...NAMED, { name: 'a', value: 'x'.repeat(21) }]],
    ['more than 20 bytes', [...NAMED, { name: 'x'.repeat(21), value: 'a' }]],
    ['the maximum is 5', [...NAMED, ...['a', 'b', 'c', 'd'].map((name) => ({ name, value: 'x' }))]],
  ])('that are refused: %s', (why, labels) => {
    expect(() => take(profile([['main:1']]), labels)).toThrow(why);
  });

  it('of the server are its own, whatever is sent', () => {
    const sent = [...NAMED, { name: '__type__', value: 'mine' }, { name: '__session_id__', value: '1' }];
    const [{ labels, profileType }] = take(profile([['main:1']]), sent).incoming.series;
    expect(labelValue(labels, '__type__')).toBe('cpu');
    expect(labelValue(labels, '__profile_type__')).toBe(profileType);
    expect(labelValue(labels, '__session_id__')).toBe('');
  });

  it('of samples make a series each, and the series itself wins', () => {
    const series = take(routed(['/a', '/b', '/a'])).incoming.series;
    expect(series.map(({ labels, rows }) => [labelValue(labels, 'route'), [...rows]])).toEqual([
      ['/a', [0, 2]],
      ['/b', [1]],
    ]);
    const own = take(routed(['/a', '/b']), [...NAMED, { name: 'route', value: '/own' }]).incoming.series;
    expect(own.map(({ labels }) => labelValue(labels, 'route'))).toEqual(['/own']);
  });

  it.each([
    ['span id', 'local root span id', 'spanId', 'dd.trace_id', 'trace-id', 'traceID', 'request_id', 'profile_id'],
  ])('of samples that are about one request make no series, as %s and its kind', (...names) => {
    for (const name of names) {
      const { incoming: taken, trimmed } = take(routed(['1', '2', '3'], name));
      expect([name, taken.series.length, trimmed.labelsDropped]).toEqual([name, 1, 0]);
    }
    expect(take(routed(['1', '2', '3'], 'pid')).incoming.series.length).toBe(3);
  });

  it('of samples are left out when one is too long, or there are more than a series may have', () => {
    const long = take(routed(['/a', 'x'.repeat(21)]));
    expect(long.incoming.series.map(({ labels }) => labelValue(labels, 'route'))).toEqual(['/a', '']);
    const full = [...NAMED, ...['a', 'b', 'c'].map((name) => ({ name, value: 'x' }))];
    const more = take(routed(['/a', '/b']), full);
    expect(more.incoming.series.map(({ rows }) => rows.length)).toEqual([2]);
    expect([long.trimmed.labelsDropped, more.trimmed.labelsDropped]).toEqual([1, 1]);
  });

  it('of samples are left out when all series together would hold too much text', () => {
    const limits = { ...LIMITS, maxLabelValueBytes: 2_000_000 };
    const made = routed(Array.from({ length: 150 }, (_, i) => `${i}${'x'.repeat(60_000)}`));
    const { incoming: taken, trimmed } = seriesOfProfile(made, NAMED, NOW_MS, '', limits, NOW_MS);
    expect([taken.series.length, trimmed.labelsDropped]).toEqual([1, 1]);
  });

  it('of samples are left out and reported if there are too many', () => {
    const { incoming: taken, trimmed } = take(routed(Array.from({ length: 500 }, (_, i) => `/${i}`)));
    expect(taken.series.map(({ rows }) => rows.length)).toEqual([500]);
    expect(trimmed.labelsDropped).toBe(1);
  });
});

it('a stack that is too deep is cut at its leaf end and reported', () => {
  const { incoming: taken, trimmed } = take(profile([['a:1', 'b:1', 'c:1', 'd:1', 'e:1'], ['a:1']]));
  expect([...taken.profile.stackStart]).toEqual([0, 3, 4]);
  expect(trimmed.cutStacks).toBe(1);
});

it('a profile too old, too new or too large is refused with the limit', () => {
  expect(() => take(profile([['a:1']]), NAMED, NOW_MS - 3_600_001)).toThrow(
    'Open the file in Files, or start the server with --max-profile-age 0',
  );
  expect(() => take(profile([['a:1']]), NAMED, NOW_MS + 600_001)).toThrow('10 min ahead');
  expect(() => take(profile(Array.from({ length: 1001 }, () => ['a:1'])))).toThrow('the maximum is 1000');
});
