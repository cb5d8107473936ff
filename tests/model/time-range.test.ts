import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { civilOf } from '#model/civil-time.ts';
import {
  isRelative,
  isTimePoint,
  parseTyped,
  presets,
  printTyped,
  rangeTitle,
  resolveTimeRange,
  shiftRange,
  zoomOutRange,
} from '#model/time-range.ts';

/** A Wednesday. */
const now = Date.parse('2026-11-25T14:05:30.250Z');

/** Both ends in ISO, or the message. */
function resolved(from: string, until: string, zone = 'UTC', at = now): string {
  const answer = resolveTimeRange({ from, until }, at, zone);
  if (!answer.ok) return answer.message;
  return `${iso(answer.range.startMs)} ${iso(answer.range.endMs)}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/(:00)?\.000Z$/, 'Z');
}

describe('a range as written', () => {
  it.each([
    ['now-1h', 'now', '2026-11-25T13:05:30.250Z 2026-11-25T14:05:30.250Z'],
    ['1764072000000', '1764075600000', '2025-11-25T12:00Z 2025-11-25T13:00Z'],
    ['now-1d-2h+30m', 'now-90s', '2026-11-24T12:35:30.250Z 2026-11-25T14:04:00.250Z'],
    ['now/d', 'now', '2026-11-25T00:00Z 2026-11-25T14:05:30.250Z'],
    ['now/m', 'now/h', '2026-11-25T14:05Z 2026-11-25T14:59:59.999Z'],
    ['now-1d/d', 'now-1d/d', '2026-11-24T00:00Z 2026-11-24T23:59:59.999Z'],
    ['now/w', 'now/w', '2026-11-23T00:00Z 2026-11-29T23:59:59.999Z'],
    ['now-3d/w', 'now', '2026-11-16T00:00Z 2026-11-25T14:05:30.250Z'],
    ['now-1M/M', 'now-1M/M', '2026-10-01T00:00Z 2026-10-31T23:59:59.999Z'],
    ['now-1y/y', 'now/y', '2025-01-01T00:00Z 2026-12-31T23:59:59.999Z'],
  ])('%s to %s', (from, until, wanted) => {
    expect(resolved(from, until)).toBe(wanted);
  });

  it('a month back keeps the day, or takes the last one', () => {
    const at = Date.parse('2028-03-31T10:00Z');
    expect(resolved('now-1M', 'now', 'UTC', at)).toBe('2028-02-29T10:00Z 2028-03-31T10:00Z');
    expect(resolved('now-13M', 'now', 'UTC', at)).toBe('2027-02-28T10:00Z 2028-03-31T10:00Z');
  });

  it.each([
    ['soon', 'now', 'The start, “soon”, cannot be read.'],
    ['now-1h', 'now-1', 'The end, “now-1”, cannot be read.'],
    ['now-1h-1h-1h-1h-1h', 'now', 'The start, “now-1h-1h-1h-1h-1h”, cannot be read.'],
    ['x'.repeat(50), 'now', `The start, “${'x'.repeat(40)}”, cannot be read.`],
    ['now', 'now-1h', 'The end is not after the start.'],
    ['0', '999', 'The range is shorter than a second.'],
    ['now-60y', 'now', 'The range is outside of the years 1970 to 275 760.'],
  ])('%s to %s is a mistake', (from, until, wanted) => {
    expect(resolved(from, until)).toBe(wanted);
    expect(resolved(from, until, 'Europe/Berlin')).toBe(wanted);
  });

  it('whatever a link may hold is a range of whole order, or a message', () => {
    const step = fc.tuple(fc.constantFrom('+', '-'), fc.nat(999_999), fc.constantFrom(...'smhdwMy'));
    const point = fc
      .tuple(fc.array(step, { maxLength: 4 }), fc.constantFrom('', '/h', '/d', '/w', '/M', '/y'))
      .map(([steps, round]) => `now${steps.map((one) => one.join('')).join('')}${round}`);
    fc.assert(
      fc.property(point, point, fc.constantFrom('UTC', 'Europe/Berlin'), (from, until, zone) => {
        expect([from, until].every(isTimePoint)).toBe(true);
        const answer = resolveTimeRange({ from, until }, now, zone);
        if (answer.ok) expect(answer.range.endMs).toBeGreaterThan(answer.range.startMs);
      }),
    );
  });

  it('moves with now unless both ends are digits', () => {
    expect(isRelative({ from: '1', until: '2' })).toBe(false);
    expect(isRelative({ from: '1', until: 'now' })).toBe(true);
  });
});

describe('days of a zone', () => {
  it.each([
    // 23 and 25 hours long.
    ['Europe/Berlin', '2026-03-29T10:00Z', 'now/d', 'now/d', '2026-03-28T23:00Z 2026-03-29T21:59:59.999Z'],
    ['Europe/Berlin', '2026-10-25T10:00Z', 'now/d', 'now/d', '2026-10-24T22:00Z 2026-10-25T22:59:59.999Z'],
    ['Europe/Berlin', '2026-03-29T10:00Z', 'now-1d', 'now', '2026-03-28T11:00Z 2026-03-29T10:00Z'],
    ['Europe/Berlin', '2026-03-29T10:00Z', 'now-24h', 'now', '2026-03-28T10:00Z 2026-03-29T10:00Z'],
    ['Europe/Berlin', '2026-03-29T10:00Z', 'now/w', 'now/w', '2026-03-22T23:00Z 2026-03-29T21:59:59.999Z'],
    // The hour that comes twice, in its second turn.
    ['Europe/Berlin', '2026-10-25T01:30Z', 'now/h', 'now/h', '2026-10-25T01:00Z 2026-10-25T01:59:59.999Z'],
    ['Asia/Kolkata', '2026-11-25T14:05:30Z', 'now/d', 'now', '2026-11-24T18:30Z 2026-11-25T14:05:30Z'],
    ['Asia/Kolkata', '2026-11-25T14:05:30Z', 'now/h', 'now/h', '2026-11-25T13:30Z 2026-11-25T14:29:59.999Z'],
    // Half an hour forth, half an hour back.
    ['Australia/Lord_Howe', '2026-10-04T03:00Z', 'now/d', 'now/d', '2026-10-03T13:30Z 2026-10-04T12:59:59.999Z'],
    ['Australia/Lord_Howe', '2026-04-05T03:00Z', 'now/d', 'now/d', '2026-04-04T13:00Z 2026-04-05T13:29:59.999Z'],
  ])('%s at %s, %s to %s', (zone, at, from, until, wanted) => {
    expect(resolved(from, until, zone, Date.parse(at))).toBe(wanted);
  });
});

describe('what people type', () => {
  const noon = (text: string): string => String(Date.parse(`${text}:00+01:00`));

  it.each([
    ['now-1d/d', 'now-1d/d'],
    [' 1764072000000 ', '1764072000000'],
    ['90m', 'now-90m'],
    ['5 min ago', 'now-5m'],
    ['2 W', 'now-2w'],
    ['14:05', noon('2026-11-25T14:05')],
    ['9:00', noon('2026-11-25T09:00')],
    ['14:05:30', String(Date.parse('2026-11-25T14:05:30+01:00'))],
    ['today', noon('2026-11-25T00:00')],
    ['yesterday  9:00', noon('2026-11-24T09:00')],
    ['2026-11-25', noon('2026-11-25T00:00')],
    ['2026-1-5 14:05', noon('2026-01-05T14:05')],
    ['2026-11-25T14:05', noon('2026-11-25T14:05')],
    ['2026-11-25T14:05:00Z', String(Date.parse('2026-11-25T14:05Z'))],
    ['2026-11-25T14:05+05:30', String(Date.parse('2026-11-25T14:05+05:30'))],
    ['25 Nov 14:05', noon('2026-11-25T14:05')],
    ['3 december 2025', noon('2025-12-03T00:00')],
    ['2028-02-29', noon('2028-02-29T00:00')],
  ])('%s', (typed, wanted) => {
    expect(parseTyped(typed, now, 'Europe/Berlin')).toBe(wanted);
  });

  it.each(['', 'soon', 'tomorrow', '25:00', '14:60', '2026-02-29', '2026-13-01', '31 Apr', '3 Foo', '1969-12-31'])(
    '“%s” cannot be read',
    (typed) => {
      expect(parseTyped(typed, now, 'Europe/Berlin')).toBeUndefined();
      expect(parseTyped(typed.padEnd(70, 'x'), now, 'UTC')).toBeUndefined();
    },
  );

  it('is read as it was printed, to the second', () => {
    const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe'];
    const points = fc.integer({ min: 86_400_000, max: Date.UTC(2200, 0) });
    fc.assert(
      fc.property(points, fc.constantFrom(...zones), (ms, zone) => {
        const printed = printTyped(String(ms), zone);
        const read = parseTyped(printed, now, zone)!;
        expect(printTyped(read, zone)).toBe(printed);
        expect({ ...civilOf(Number(read), zone), ms: 0 }).toEqual({ ...civilOf(ms, zone), ms: 0 });
      }),
    );
    expect(printTyped('now-1h', 'UTC')).toBe('now-1h');
  });
});

describe('moving a range', () => {
  const ranges = fc
    .tuple(fc.nat(1e12), fc.integer({ min: 1000, max: 1e10 }))
    .map(([startMs, length]) => ({ startMs, endMs: startMs + length }));

  it('zooming out keeps all that was seen, and goes not beyond now', () => {
    fc.assert(
      fc.property(ranges, fc.nat(2e12), (range, at) => {
        const { from, until } = zoomOutRange(range, at);
        expect(Number(from)).toBeLessThanOrEqual(range.startMs);
        expect(Number(until)).toBeGreaterThanOrEqual(range.endMs);
        expect(Number(until)).toBeLessThanOrEqual(Math.max(at, range.endMs));
      }),
    );
    expect(zoomOutRange({ startMs: 4000, endMs: 8000 }, 1e6)).toEqual({ from: '2000', until: '10000' });
  });

  it.each([
    ['back by its length', -1, { from: '2000', until: '6000' }, 1e6],
    ['forward by its length', 1, { from: '10000', until: '14000' }, 1e6],
    ['forward up to now', 1, { from: '7000', until: '11000' }, 11_000],
    ['forward not at all', 1, { from: '6000', until: '10000' }, 9000],
  ] as const)('%s', (_, by, wanted, at) => {
    expect(shiftRange({ startMs: 6000, endMs: 10_000 }, by, at)).toEqual(wanted);
  });

  it('no further back than the epoch', () => {
    expect(shiftRange({ startMs: 1000, endMs: 5000 }, -1, 1e6)).toEqual({ from: '0', until: '4000' });
  });
});

it.each([
  ['now-1h', 'now', 'Last 1 h'],
  ['now-5m', 'now', 'Last 5 min'],
  ['now-45m', 'now', 'Last 45 min'],
  ['now-1d/d', 'now-1d/d', 'Yesterday'],
  ['now-2h', 'now-1h', 'now-2h to now-1h'],
  ['1000', 'now', '1000 to now'],
  ['1000', '9000', 'Range'],
])('%s to %s is called %s', (from, until, title) => {
  expect(rangeTitle({ from, until }).replaceAll('\u00a0', ' ')).toBe(title);
});

it('every preset can be resolved', () => {
  expect(presets.filter((preset) => !resolveTimeRange(preset, now, 'Asia/Kolkata').ok)).toEqual([]);
});
