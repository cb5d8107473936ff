import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { earlyQueryOf } from '#app/source/early-query.ts';
import { parseUrl } from '#app/url/codec.ts';
import { joinService } from '#model/labels.ts';
import { resolveTimeRange } from '#model/time-range.ts';

const NOW_MS = Date.UTC(2026, 10, 24, 12);
const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const HOUR = 'from=1795456800000&until=1795460400000';

it('is what the page asks for a link that names all of it', () => {
  expect(
    earlyQueryOf(`?v=1&svc=shop/cart&type=${CPU}&q=env="prod",+pod=~"a.*"&${HOUR}&t=invert&pane=flame`, NOW_MS),
  ).toEqual({
    profileType: CPU,
    matchers: [
      { name: 'service_name', operator: '=', value: 'shop/cart' },
      { name: 'env', operator: '=', value: 'prod' },
      { name: 'pod', operator: '=~', value: 'a.*' },
    ],
    range: { startMs: 1795456800000, endMs: 1795460400000 },
  });
});

it('takes relative ranges from now, in the zone of the link', () => {
  const today = earlyQueryOf(`?svc=a&type=${CPU}&from=now/d&until=now&tz=Asia/Tokyo`, NOW_MS);
  // 21:00 in Tokyo.
  expect(today?.range).toEqual({ startMs: NOW_MS - 21 * 3_600_000, endMs: NOW_MS });
});

it.each([
  ['no service', `type=${CPU}&${HOUR}`],
  ['no type', `svc=a&${HOUR}`],
  ['a type that is none', `svc=a&type=cpu&${HOUR}`],
  ['no range', `svc=a&type=${CPU}`],
  ['half a range', `svc=a&type=${CPU}&from=now-1h`],
  ['a range the wrong way round', `svc=a&type=${CPU}&from=now&until=now-1h`],
  ['a range that is none', `svc=a&type=${CPU}&from=then&until=now`],
  ['a selector that is none', `svc=a&type=${CPU}&${HOUR}&q=env=`],
  ['a zone that is none', `svc=a&type=${CPU}&${HOUR}&tz=Moon`],
  ['another page', `view=files&svc=a&type=${CPU}&${HOUR}`],
  ['a grid', `svc=a&type=${CPU}&${HOUR}&grid=types`],
  ['a snapshot', `svc=a&type=${CPU}&${HOUR}&snap=k3v9x0ab`],
  ['a span', `svc=a&type=${CPU}&${HOUR}&span=00f067aa0ba902b7`],
  ['a comparison', `svc=a&type=${CPU}&${HOUR}&a.from=now-1h`],
  ['a packed link', `svc=a&type=${CPU}&${HOUR}&p=7ZfdjtowEIWf`],
  ['a key that is not known', `svc=a&type=${CPU}&${HOUR}&later=1`],
])('a link with %s is left to the page', (_, query) => {
  expect(earlyQueryOf(`?${query}`, NOW_MS)).toBeUndefined();
});

it('agrees with the page on every link of the first version', () => {
  const links = readFileSync(new URL('../../fixtures/links/v1.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  let asked = 0;
  for (const link of links) {
    const early = earlyQueryOf(link, NOW_MS);
    if (early === undefined) continue;
    asked++;
    const { view, svc, type, q, from = '', until = '', tz } = parseUrl(link).state;
    const zone = tz === 'local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : tz;
    const resolved = resolveTimeRange({ from, until }, NOW_MS, zone);
    expect([view, resolved.ok]).toEqual(['explore', true]);
    expect(early).toEqual({
      profileType: type,
      matchers: joinService(svc, q),
      range: resolved.ok && resolved.range,
    });
  }
  expect(asked).toBeGreaterThan(0);
});
