import fc from 'fast-check';
import { expect, it } from 'vitest';
import { civilOf, fromCivil, isZone, offsetMs } from '#model/civil-time.ts';

const HOUR = 3_600_000;
const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Apia'];
const instants = fc.integer({ min: 0, max: Date.UTC(2100, 0) });

it.each([
  ['UTC', '2026-07-01T00:00Z', 0],
  ['Europe/Berlin', '2026-03-29T00:59:59Z', 1],
  ['Europe/Berlin', '2026-03-29T01:00:00Z', 2],
  ['Asia/Kolkata', '2026-07-01T00:00Z', 5.5],
  ['Australia/Lord_Howe', '2026-01-01T00:00Z', 11],
  ['Australia/Lord_Howe', '2026-07-01T00:00Z', 10.5],
])('clocks of %s at %s are %d h ahead', (zone, at, hours) => {
  expect(offsetMs(Date.parse(at), zone)).toBe(hours * HOUR);
});

it('a time is read back, but for the second of an hour that comes twice', () => {
  fc.assert(
    fc.property(instants, fc.constantFrom(...zones), (ms, zone) => {
      const civil = civilOf(ms, zone);
      const back = fromCivil(civil, zone);
      expect(back).toBeLessThanOrEqual(ms);
      expect(civilOf(back, zone)).toEqual(civil);
      if (offsetMs(ms - 12 * HOUR, zone) === offsetMs(ms, zone)) expect(back).toBe(ms);
    }),
  );
});

it.each([
  ['left out, the one after it', { month: 3, day: 29, hour: 2, minute: 30 }, '2026-03-29T01:30Z'],
  ['twice, the first', { month: 10, day: 25, hour: 2, minute: 30 }, '2026-10-25T00:30Z'],
  ['of a month that runs over', { month: 14, day: 0 }, '2027-01-30T23:00Z'],
])('an hour %s', (_, civil, at) => {
  expect(fromCivil({ year: 2026, ...civil }, 'Europe/Berlin')).toBe(Date.parse(at));
});

it('knows which zones there are', () => {
  expect(['UTC', 'Europe/Berlin', 'Mars/Phobos', ''].map(isZone)).toEqual([true, true, false, false]);
});
