import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeTitle } from '#model/range-title.ts';
import {
  absolute,
  isRelative,
  isTimePoint,
  presets,
  resolveTimeRange,
  shiftRange,
  type TimeRange,
  type TimeRangeText,
  zoomOutRange,
} from '#model/time-range.ts';

const NOW = Date.parse('2026-11-25T14:05:30.250Z'); // a Wednesday

/** `2026-11-25T13:05:30.250 2026-11-25T14:05:30.250`, or the mistake. */
function resolved(from: string, until: string, zone = 'UTC', nowMs = NOW): string {
  const found = resolveTimeRange({ from, until }, nowMs, zone);
  if (!found.ok) return found.message;
  return [found.range.startMs, found.range.endMs].map((ms) => new Date(ms).toISOString().slice(0, 23)).join(' ');
}

function rangeOf({ from, until }: TimeRangeText): TimeRange {
  return { startMs: Number(from), endMs: Number(until) };
}

describe('the grammar', () => {
  it.each([
    ['now-1h', 'now', '2026-11-25T13:05:30.250 2026-11-25T14:05:30.250'],
    ['now-1d-2h', 'now+5m', '2026-11-24T12:05:30.250 2026-11-25T14:10:30.250'],
    ['now/d', 'now/d', '2026-11-25T00:00:00.000 2026-11-25T23:59:59.999'],
    ['now-1d/d', 'now-1d/d', '2026-11-24T00:00:00.000 2026-11-24T23:59:59.999'],
    ['now/w', 'now', '2026-11-23T00:00:00.000 2026-11-25T14:05:30.250'],
    ['now/M', 'now/M', '2026-11-01T00:00:00.000 2026-11-30T23:59:59.999'],
    ['now-1y/y', 'now-1y/y', '2025-01-01T00:00:00.000 2025-12-31T23:59:59.999'],
    ['now/h', 'now/m', '2026-11-25T14:00:00.000 2026-11-25T14:05:59.999'],
    ['now-9M', 'now', '2026-02-25T14:05:30.250 2026-11-25T14:05:30.250'],
    ['1764000000000', '1764003600000', '2025-11-24T16:00:00.000 2025-11-24T17:00:00.000'],
  ])('%s to %s', (from, until, range) => {
    expect(resolved(from, until)).toBe(range);
  });

  it('months end where the shorter one does', () => {
    expect(resolved('now-1M', 'now', 'UTC', Date.parse('2024-03-31T12:00Z'))).toContain('2024-02-29T12:00');
    expect(resolved('now-1y', 'now', 'UTC', Date.parse('2024-02-29T12:00Z'))).toContain('2023-02-28T12:00');
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T12:00Z', 'now/d', '2026-03-28T23:00:00.000 2026-03-29T21:59:59.999'], // 23 hours
    ['Europe/Berlin', '2026-10-25T12:00Z', 'now/d', '2026-10-24T22:00:00.000 2026-10-25T22:59:59.999'], // 25 hours
    ['Europe/Berlin', '2026-10-25T01:10Z', 'now/h', '2026-10-25T01:00:00.000 2026-10-25T01:59:59.999'], // the second 2:10
    ['America/New_York', '2026-11-01T12:00Z', 'now/d', '2026-11-01T04:00:00.000 2026-11-02T04:59:59.999'],
    ['Asia/Kolkata', '2026-11-25T20:00Z', 'now/h', '2026-11-25T19:30:00.000 2026-11-25T20:29:59.999'],
    ['Australia/Lord_Howe', '2026-10-04T01:00Z', 'now/d', '2026-10-03T13:30:00.000 2026-10-04T12:59:59.999'], // 23.5 hours
    ['Australia/Lord_Howe', '2026-04-05T03:00Z', 'now/d', '2026-04-04T13:00:00.000 2026-04-05T13:29:59.999'], // 24.5 hours
    ['America/Sao_Paulo', '2018-11-04T12:00Z', 'now/d', '2018-11-04T03:00:00.000 2018-11-05T01:59:59.999'],
  ])('in %s at %s, %s is the unit of that zone', (zone, now, point, range) => {
    expect(resolved(point, point, zone, Date.parse(now))).toBe(range);
  });

  it('a day earlier is the same time of the clock', () => {
    const afterChange = Date.parse('2026-03-29T12:00Z');
    expect(resolved('now-1d', 'now', 'Europe/Berlin', afterChange)).toContain('2026-03-28T13:00');
    expect(resolved('now-24h', 'now', 'Europe/Berlin', afterChange)).toContain('2026-03-28T12:00');
  });

  it('a unit that is rounded to holds the time itself', () => {
    const anyMs = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) });
    const unit = fc.constantFrom('s', 'm', 'h', 'd', 'w', 'M', 'y');
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(anyMs, unit, zone, (ms, of, where) => {
        const found = resolveTimeRange({ from: `now/${of}`, until: `now+1s/${of}` }, ms, where);
        expect(found).toMatchObject({ ok: true });
        if (found.ok) expect(found.range.startMs <= ms && ms <= found.range.endMs).toBe(true);
      }),
    );
  });

  it.each([
    ['now', 'now-1h', 'The end is not after the start.'],
    ['now', 'now', 'The end is not after the start.'],
    ['1764000000000', '1764000000500', 'The range is shorter than a second.'],
    ['yesterday', 'now', 'The start, “yesterday”, cannot be read.'],
    ['now', 'now-1', 'The end, “now-1”, cannot be read.'],
    ['now-999999y', 'now', 'The range is outside of the years 1970 to 9999.'],
    ['now-1956y', 'now', 'The range is outside of the years 1970 to 9999.'],
    ['now-999999y+999999y', 'now', 'The range is outside of the years 1970 to 9999.'],
    ['now', 'now+999999y/y', 'The range is outside of the years 1970 to 9999.'],
    ['now', '999999999999999', 'The range is outside of the years 1970 to 9999.'],
    [`now${'-1h'.repeat(5)}`, 'now', 'The start, “now-1h-1h-1h-1h-1h”, cannot be read.'],
  ])('%s to %s is a mistake', (from, until, message) => {
    for (const zone of ['UTC', 'Asia/Kolkata']) expect(resolved(from, until, zone)).toBe(message);
  });

  it('never throws, whatever a link says', () => {
    const point = fc.oneof(fc.string(), fc.stringMatching(/^now([+-]\d{1,6}[smhdwMy]){0,4}(\/[smhdwMy])?$/));
    fc.assert(
      fc.property(point, point, (from, until) => {
        const found = resolveTimeRange({ from, until }, NOW, 'Europe/Berlin');
        if (found.ok) {
          expect(isTimePoint(from) && isTimePoint(until)).toBe(true);
          expect(found.range.endMs - found.range.startMs).toBeGreaterThanOrEqual(1000);
        } else expect(found.message).not.toBe('');
      }),
    );
  });
});

it('presets resolve, and their titles are theirs', () => {
  for (const preset of presets) {
    expect(resolveTimeRange(preset, NOW, 'Europe/Berlin')).toMatchObject({ ok: true });
    expect(rangeTitle(preset, 'UTC')).toBe(preset.title);
    expect(isRelative(preset)).toBe(true);
  }
});

it('titles of other ranges', () => {
  expect(rangeTitle({ from: 'now-90m', until: 'now' }, 'UTC')).toBe('Last 90\u00a0min');
  expect(rangeTitle({ from: 'now-2M', until: 'now' }, 'UTC')).toBe('Last 2\u00a0mo');
  expect(rangeTitle({ from: 'now-2h', until: 'now-1h' }, 'UTC')).toBe('now-2h to now-1h');
  expect(rangeTitle(absolute(0, 1000), 'UTC')).toBe('');
  // No raw epoch.
  expect(rangeTitle({ from: String(NOW), until: 'now' }, 'Europe/Berlin')).toBe('Wed 25 Nov 15:05:30 to now');
  expect(rangeTitle({ from: 'now-1h', until: String(NOW) }, 'UTC')).toBe('now-1h to Wed 25 Nov 14:05:30');
});

describe('ways to move', () => {
  const past = fc
    .tuple(fc.integer({ min: Date.UTC(2000, 0), max: NOW }), fc.integer({ min: 1000, max: 10 * 365 * 86_400_000 }))
    .map(([endMs, length]): TimeRange => ({ startMs: endMs - length, endMs }));

  it('zoom out keeps what was shown, doubles, and does not pass now', () => {
    fc.assert(
      fc.property(past, (range) => {
        const { startMs, endMs } = rangeOf(zoomOutRange(range, NOW));
        expect(startMs <= range.startMs && endMs >= range.endMs && endMs <= NOW).toBe(true);
        expect(Math.abs(endMs - startMs - 2 * (range.endMs - range.startMs))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('back and forward again is where one was', () => {
    fc.assert(
      fc.property(past, (range) => {
        expect(rangeOf(shiftRange(rangeOf(shiftRange(range, -1, NOW)), 1, NOW))).toEqual(range);
      }),
    );
  });

  it('forward ends at now, at the same length', () => {
    const hour = { startMs: NOW - 5_400_000, endMs: NOW - 1_800_000 };
    expect(rangeOf(shiftRange(hour, 1, NOW))).toEqual({ startMs: NOW - 3_600_000, endMs: NOW });
  });

  it('neither leaves the years there are', () => {
    const first = { startMs: 1000, endMs: 11_000 };
    expect(rangeOf(shiftRange(first, -1, NOW))).toEqual({ startMs: 0, endMs: 10_000 });
    expect(rangeOf(zoomOutRange(first, NOW))).toEqual({ startMs: 0, endMs: 16_000 });
  });
});
