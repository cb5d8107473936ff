import { expect, it } from 'vitest';
import { mayStandIn, sparkQuestion } from '#app/source/questions.ts';

const ask = (profileType: string, startMs: number) =>
  sparkQuestion({ profileType, matchers: [], range: { startMs, endMs: 3_600_000 } }, [], 1);

it('series stand in for those of another range, never for those of another unit', () => {
  expect(mayStandIn(ask('a:cpu:nanoseconds::', 0), ask('a:cpu:nanoseconds::', 60_000))).toBe(true);
  expect(mayStandIn(ask('a:cpu:nanoseconds::', 0), ask('a:inuse_space:bytes::', 0))).toBe(false);
  expect(mayStandIn(undefined, ask('a:inuse_space:bytes::', 0))).toBe(false);
});
