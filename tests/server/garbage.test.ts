import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Garbage } from '#server/garbage.ts';

const MIB = 1 << 20;

describe('garbage of large work is collected', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('once the work has come to a rest', () => {
    const collect = vi.fn<() => void>();
    const garbage = new Garbage(collect);
    for (let i = 0; i < 5; i++) {
      garbage.made(8 * MIB);
      vi.advanceTimersByTime(50);
    }
    expect(collect).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(collect).toHaveBeenCalledTimes(1);
  });

  it('and that of small works is left to V8, however many they are', () => {
    const collect = vi.fn<() => void>();
    const garbage = new Garbage(collect);
    for (let i = 0; i < 1000; i++) garbage.made(MIB);
    vi.advanceTimersByTime(10_000);
    expect(collect).not.toHaveBeenCalled();
  });
});

it('nothing of it is left', async () => {
  const left = large();
  new Garbage().made(8 * MIB);
  await vi.waitFor(() => expect(left.deref() === undefined).toBe(true), { timeout: 60_000 });
});

/** In a function of its own, whose variables are gone. */
function large(): WeakRef<Uint8Array> {
  return new WeakRef(new Uint8Array(8 * MIB));
}
