import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeTicks, valueTicks } from '#render/timeline/axes.ts';

const range = (start: string, end: string) => ({ startMs: Date.parse(start), endMs: Date.parse(end) });
const words = (start: string, end: string, zone: string, width = 800): string =>
  timeTicks(range(start, end), width, zone)
    .map(({ text }) => text)
    .join(' | ');

describe('times', () => {
  it('are round in the zone, whose midnight says the day', () => {
    expect(words('2026-11-25T20:00Z', '2026-11-26T02:00Z', 'UTC')).toBe(
      '20:00 | 21:00 | 22:00 | 23:00 | 26 Nov | 01:00 | 02:00',
    );
    expect(words('2026-11-25T16:00Z', '2026-11-25T20:00Z', 'Asia/Kolkata', 400)).toBe('22:00 | 23:00 | 26 Nov | 01:00');
    expect(words('2026-11-20T00:00Z', '2026-11-23T00:00Z', 'America/New_York', 400)).toBe('20 Nov | 21 Nov | 22 Nov');
  });

  it('say seconds, days or months where the range asks for them', () => {
    expect(words('2026-11-25T20:00Z', '2026-11-25T20:01Z', 'UTC', 400)).toBe(
      '20:00:00 | 20:00:15 | 20:00:30 | 20:00:45 | 20:01:00',
    );
    expect(words('2026-11-01T00:00Z', '2027-02-01T00:00Z', 'UTC', 400)).toBe(
      'Nov 2026 | Dec 2026 | Jan 2027 | Feb 2027',
    );
  });

  it.each([
    // Clocks go from 02:00 to 03:00, and back from 03:00 to 02:00.
    ['2026-03-28T12:00Z', '2026-03-30T12:00Z', '29 Mar | 06:00 | 12:00 | 18:00 | 30 Mar'],
    ['2026-10-24T12:00Z', '2026-10-26T12:00Z', '25 Oct | 06:00 | 12:00 | 18:00 | 26 Oct'],
  ])('stay round over a clock change, %s', (start, end, expected) => {
    expect(words(start, end, 'Europe/Berlin')).toContain(expected);
  });

  it('an hour that is left out has no ticks, one that comes twice has them twice', () => {
    expect(words('2026-03-29T00:00Z', '2026-03-29T02:00Z', 'Europe/Berlin', 400)).toBe(
      '01:00 | 01:30 | 03:00 | 03:30 | 04:00',
    );
    expect(words('2026-10-25T00:00Z', '2026-10-25T02:00Z', 'Europe/Berlin', 400)).toBe(
      '02:00 | 02:30 | 02:00 | 02:30 | 03:00',
    );
  });

  it('are in the range, in order and few, for any range and zone', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns');
    const start = fc.integer({ min: 0, max: 2e12 });
    fc.assert(
      fc.property(start, fc.integer({ min: 1000, max: 3e11 }), zones, (startMs, lengthMs, zone) => {
        const ticks = timeTicks({ startMs, endMs: startMs + lengthMs }, 1000, zone).map(({ at }) => at);
        expect(ticks.length).toBeLessThan(40);
        for (const [i, at] of ticks.entries()) {
          expect(at).toBeGreaterThanOrEqual(startMs);
          expect(at).toBeLessThanOrEqual(startMs + lengthMs);
          if (i > 0) expect(at).toBeGreaterThan(ticks[i - 1]);
        }
      }),
    );
  });
});

describe('values', () => {
  const drawn = (largest: number, unitSize = 1): string =>
    valueTicks(largest, 3, unitSize)
      .ticks.map(({ at, text }) => `${text.replaceAll('\u00a0', ' ')}@${at}`)
      .join(' ');

  it('are numbers of one unit and one count of decimals', () => {
    expect(drawn(4.7)).toBe('0@0 2@2 4@4');
    expect(drawn(0.012)).toBe('0@0 0.005@0.005 0.010@0.01');
    expect(drawn(3.2 * 2 ** 20, 2 ** 20)).toBe(`0@0 1@${2 ** 20} 2@${2 ** 21} 3@${3 * 2 ** 20}`);
    expect(drawn(4100)).toBe('0@0 2 000@2000 4 000@4000');
    expect(drawn(3.1e6)).toBe('0@0 1 M@1000000 2 M@2000000 3 M@3000000');
  });

  it('end closely above the largest value', () => {
    const top = (largest: number): number => Number(valueTicks(largest, 3, 1).top.toPrecision(6));
    expect([2.02, 1.72, 3.9, 1.3, 9, 31].map(top)).toEqual([2.2, 1.8, 4, 1.4, 9, 35]);
  });

  it('without values have only zero', () => {
    expect(valueTicks(0, 3, 1)).toEqual({ top: 1, ticks: [{ at: 0, text: '0' }] });
    expect(valueTicks(Number.NaN, 3, 1).top).toBe(1);
  });
});
