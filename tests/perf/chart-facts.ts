/** The chart that the benches draw. */
import type { ChartFacts } from '#render/timeline/chart.ts';

const CHART = { series: 500, points: 2000, stepMs: 15_000 } as const;

/** Series of some size each that go up and down, with a few steps missing. */
export function chartFacts(isStacked: boolean): ChartFacts {
  let seed = 1;
  const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const startMs = 1_764_072_000_000;
  const all = Array.from({ length: CHART.series }, (_, s) => {
    const size = 1000 / (1 + s);
    return Float64Array.from({ length: CHART.points }, (__, i) =>
      random() < 0.01 ? Number.NaN : size * (1 + Math.sin(i / (20 + (s % 50))) / 2 + random() / 4),
    );
  });
  return {
    series: {
      firstMs: startMs + CHART.stepMs,
      stepMs: CHART.stepMs,
      length: CHART.points,
      labels: all.map((_, s) => [{ name: 'pod', value: `pod-${s}` }]),
      columns: all,
      sums: Float64Array.from(all, (column) => column.reduce((sum, v) => sum + (Number.isNaN(v) ? 0 : v), 0)),
    },
    range: { startMs, endMs: startMs + CHART.points * CHART.stepMs },
    isStacked,
    hidden: all.map(() => false),
    zone: 'Europe/Berlin',
    unitSize: 1,
  };
}
