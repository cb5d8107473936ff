import { expect, it } from 'vitest';
import { closedSteps, questionBefore, sparkQuestion } from '#app/source/questions.ts';

const MINUTE = 60_000;
const question = (startMs: number, endMs: number) => ({
  ...sparkQuestion(
    { profileType: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds', matchers: [], range: { startMs, endMs } },
    [],
    1,
  ),
  stepMs: MINUTE,
});
const series = (...minutes: number[]) => ({
  labels: [],
  timesMs: Float64Array.from(minutes, (minute) => minute * MINUTE),
  values: Float64Array.from(minutes, () => 1),
});

// A step is called by its end.
it.each([
  ['a range of the past, on whole steps', 10, 15, 999, [11, 12, 13, 14, 15]],
  ['one that begins and ends within steps', 10.5, 14.5, 999, [12, 13, 14]],
  ['up to now: the newest step fills, and profiles of the one before still come', 10, 15.2, 15.2, [11, 12, 13, 14]],
  ['up to now, more than three quarters of a step after the newest', 10, 15.8, 15.8, [11, 12, 13, 14, 15]],
] as const)('%s', (_title, start, end, now, kept) => {
  const { timesMs, values } = closedSteps(
    question(start * MINUTE, end * MINUTE),
    series(10, 11, 12, 13, 14, 15, 16),
    now * MINUTE,
    15_000,
  );
  expect(Array.from(timesMs, (ms) => ms / MINUTE)).toEqual(kept);
  expect(values).toHaveLength(kept.length);
});

it('the newest step takes longer if the agent sends once a minute', () => {
  const kept = closedSteps(question(10 * MINUTE, 15.9 * MINUTE), series(11, 12, 13, 14, 15), 15.9 * MINUTE, MINUTE);
  expect(Array.from(kept.timesMs, (ms) => ms / MINUTE)).toEqual([11, 12, 13, 14]);
});

it('asks the same of the day before', () => {
  const before = questionBefore(question(90_000_000, 93_600_000));
  expect(before.query.range).toEqual({ startMs: 3_600_000, endMs: 7_200_000 });
  expect(before.stepMs).toBe(MINUTE);
});
