/** Ticks of a recording's time: round steps since its start. */
import { formatOffsetMs } from '#model/interval.ts';

export interface OffsetTick {
  readonly ms: number;
  readonly text: string;
}

/** In ms. */
const SHORT_STEPS = [1, 2, 5].flatMap((digit) =>
  [1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 1, 10, 100, 1000, 10_000].map((size) => digit * size),
);
const LONG_STEPS = [60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000];
const steps = [...SHORT_STEPS, ...LONG_STEPS].sort((a, b) => a - b);
const MAX_TICKS = 200;

/** @param most about how many fit */
export function offsetTicks(fromMs: number, untilMs: number, most: number): readonly OffsetTick[] {
  const least = (untilMs - fromMs) / Math.max(1, most);
  const step = steps.find((one) => one >= least) ?? least;
  const ticks: OffsetTick[] = [];
  for (let i = Math.ceil(fromMs / step); i * step <= untilMs && ticks.length < MAX_TICKS; i++)
    ticks.push({ ms: i * step, text: formatOffsetMs(i * step) });
  return ticks;
}
