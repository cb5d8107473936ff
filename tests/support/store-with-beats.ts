/** A store whose newest profile a test can move on: age is counted from it. */
import { madeLabels, type MadeProfile } from './made-profiles.ts';
import { KEEP_SPANS } from './store-limits.ts';
import { testStore } from './test-store.ts';

export const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
export const DAY_MS = 86_400_000;
export const BASE_MS = 20_000 * DAY_MS + 22 * 3_600_000; // two hours before midnight
export const KEEP_ALL = { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS };

export const noStop = (): void => undefined;

/** For all tests of a file. */
export function storeWithBeats() {
  const disk = testStore();
  const put = (profiles: readonly MadeProfile[]): void => disk.put(profiles, BASE_MS);
  /** Stores a profile that no question of the tests asks for. */
  const beat = (hour: number): void => {
    const timeUs = (BASE_MS + hour * 3_600_000) * 1000;
    const labels = madeLabels('beat', CPU, {});
    put([{ labels, service: 'beat', profileType: CPU, timeUs, period: 0, stacks: [{ frames: ['beat:1'], value: 1 }] }]);
  };
  return { disk, put, beat };
}
