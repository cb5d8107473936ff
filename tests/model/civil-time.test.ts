import fc from 'fast-check';
import { expect, it } from 'vitest';
import { civilOf, fromCivil, isZone, offsetMs } from '#model/civil-time.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Pacific/Apia',
];
const HOUR_MS = 3_600_000;

/** `2026-03-29 03:00` on the clocks of a zone, in UTC. */
function inUtc(clock: string, zone: string): string {
  const [year, month, day, hour, minute] = clock.split(/[- :]/).map(Number);
  return new Date(fromCivil({ year, month, day, hour, minute }, zone)).toISOString().slice(0, 16);
}

it.each([
  ['Europe/Berlin', '2026-03-29 01:59', '2026-03-29T00:59'],
  ['Europe/Berlin', '2026-03-29 02:30', '2026-03-29T01:30'], // left out: the hour after it
  ['Europe/Berlin', '2026-03-29 03:00', '2026-03-29T01:00'],
  ['Europe/Berlin', '2026-10-25 02:30', '2026-10-25T00:30'], // twice: the first
  ['Europe/Berlin', '2026-10-25 03:00', '2026-10-25T02:00'],
  ['America/New_York', '2026-03-08 02:30', '2026-03-08T07:30'],
  ['America/New_York', '2026-11-01 01:30', '2026-11-01T05:30'],
  ['Asia/Kolkata', '2026-06-01 00:00', '2026-05-31T18:30'],
  ['Australia/Lord_Howe', '2026-04-05 01:45', '2026-04-04T14:45'], // back by half an hour, twice
  ['Australia/Lord_Howe', '2026-10-04 02:15', '2026-10-03T15:45'], // on by half an hour, left out
  ['America/Sao_Paulo', '2018-11-04 00:00', '2018-11-04T03:00'], // a day that begins at 1:00
  ['Pacific/Apia', '2011-12-30 12:00', '2011-12-30T22:00'], // a day that was left out
])('in %s %s is %s UTC', (zone, clock, utc) => {
  expect(inUtc(clock, zone)).toBe(utc);
});

it.each([
  ['UTC', '2026-07-01T00:00Z', 0],
  ['Europe/Berlin', '2026-03-29T00:59:59Z', 1],
  ['Europe/Berlin', '2026-03-29T01:00:00Z', 2],
  ['Asia/Kolkata', '2026-07-01T00:00Z', 5.5],
  ['Australia/Lord_Howe', '2026-01-01T00:00Z', 11],
  ['Australia/Lord_Howe', '2026-07-01T00:00Z', 10.5],
])('clocks of %s at %s are %d h ahead', (zone, at, hours) => {
  expect(offsetMs(Date.parse(at), zone)).toBe(hours * HOUR_MS);
});

it('recognises valid and invalid zones', () => {
  expect(zones.every(isZone)).toBe(true);
  expect(['', 'local', 'Mars/Olympus', '<b>', 'x'.repeat(1e5)].some(isZone)).toBe(false);
});

it('local time converts back, except for the second occurrence of a repeated hour', () => {
  const anyMs = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
  fc.assert(
    fc.property(anyMs, fc.constantFrom(...zones), (ms, zone) => {
      const back = fromCivil(civilOf(ms, zone), zone);
      const isTwice = back < ms && offsetMs(back, zone) > offsetMs(ms, zone);
      expect(isTwice ? ms - back <= HOUR_MS : back === ms).toBe(true);
    }),
  );
});

it('a year outside of the supported ones is not a time', () => {
  expect(fromCivil({ year: 70, month: 1, day: 1 }, 'UTC')).toBeNaN();
  expect(fromCivil({ year: 1e9, month: 1, day: 1 }, 'Europe/Berlin')).toBeNaN();
});
