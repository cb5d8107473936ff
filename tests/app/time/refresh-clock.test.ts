import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const START_MS = Date.UTC(2026, 10, 25, 14);

/** A page that can be hidden, and what the clock does on it. */
class Page extends EventTarget {
  hidden = false;

  show(isShown: boolean): void {
    this.hidden = !isShown;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let page: Page;
/** Seconds since the start at which the page was refreshed. */
let refreshes: number[];
let start: (seconds: number) => () => void;
let refresh: () => void;

beforeEach(async () => {
  vi.useFakeTimers({ now: START_MS });
  vi.resetModules();
  page = new Page();
  vi.stubGlobal('document', page);
  refreshes = [];
  const zustand = await import('zustand/vanilla');
  vi.doMock('zustand/vanilla', () => ({
    createStore: (init: () => { nowMs: number }) => {
      const store = zustand.createStore(init);
      store.subscribe(({ nowMs }) => refreshes.push((nowMs - START_MS) / 1000));
      return store;
    },
  }));
  ({ startAutoRefresh: start, refresh } = await import('#app/time/refresh-clock.ts'));
});

afterEach(() => {
  vi.doUnmock('zustand/vanilla');
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('refreshes once each interval, until it is ended', () => {
  const stop = start(10);
  vi.advanceTimersByTime(35_000);
  expect(refreshes).toEqual([10, 20, 30]);
  stop();
  page.show(true);
  vi.advanceTimersByTime(60_000);
  expect(refreshes).toHaveLength(3);
});

it('a hidden tab waits, and catches up once when it is seen', () => {
  start(10);
  vi.advanceTimersByTime(5000);
  page.show(false);
  vi.advanceTimersByTime(60_000);
  expect(refreshes).toEqual([]);
  page.show(true);
  vi.advanceTimersByTime(9000);
  expect(refreshes).toEqual([65]);
  vi.advanceTimersByTime(1000);
  expect(refreshes).toEqual([65, 75]);
});

it('a tab that is hidden for a moment is not refreshed early', () => {
  start(10);
  vi.advanceTimersByTime(4000);
  page.show(false);
  page.show(true);
  vi.advanceTimersByTime(5999);
  expect(refreshes).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(refreshes).toEqual([10]);
});

it('counts from a refresh by hand', () => {
  start(10);
  vi.advanceTimersByTime(7000);
  refresh();
  vi.advanceTimersByTime(9999);
  expect(refreshes).toEqual([7]);
  vi.advanceTimersByTime(1);
  expect(refreshes).toEqual([7, 17]);
});

it('begins at once where the page is older than the interval, and is not held up by a clock that was set back', () => {
  vi.advanceTimersByTime(3_600_000);
  const stop = start(10);
  vi.advanceTimersByTime(0);
  expect(refreshes).toEqual([3600]);
  stop();
  vi.setSystemTime(START_MS);
  start(10);
  vi.advanceTimersByTime(10_000);
  expect(refreshes).toEqual([3600, 10]);
});
