/** Requests of the shown service over time, above its series. Nothing where none were counted. */
import { type ReactElement, useMemo } from 'react';
import type { LabelMatcher } from '#model/labels.ts';
import type { TimeRange } from '#model/time-range.ts';
import { formatNumber } from '#model/units.ts';
import { MIN_LEFT_CSS, RIGHT_CSS } from '#render/timeline/chart.ts';
import { workQuestion } from '#wire/work.ts';
import { useWork } from '../queries/work-queries.ts';
import { Spark } from '../views/timeline/spark.tsx';
import { requestSeries } from './request-series.ts';
import styles from './request-strip.module.css';

/** More than can be told apart in a window, and few enough for a Prometheus. */
const STEPS = 180;
/** Shorter steps than agents count in, in ms. */
const MIN_STEP_MS = 15_000;

interface RequestStripProps {
  readonly matchers: readonly LabelMatcher[];
  readonly range: TimeRange;
}

export function RequestStrip({ matchers, range }: RequestStripProps): ReactElement | null {
  const steps = Math.max(1, Math.min(STEPS, Math.floor((range.endMs - range.startMs) / MIN_STEP_MS)));
  const { data } = useWork(workQuestion(matchers, range, steps));
  const series = useMemo(() => (data ? requestSeries(data, range) : undefined), [data, range]);
  if (!data?.source || !series || series.values.length === 0) return null;
  const mean = series.values.reduce((sum, value) => sum + value, 0) / series.values.length;
  return (
    <section className={styles['strip']} aria-label="Requests">
      <p>
        requests/s{' '}
        <span>
          mean {formatNumber(mean)}, {formatNumber(Math.min(...series.values))} to{' '}
          {formatNumber(Math.max(...series.values))} ·{' '}
          {data.source === 'pushed' ? 'counts that were pushed' : 'from Prometheus'}
        </span>
      </p>
      <div style={{ marginLeft: MIN_LEFT_CSS, marginRight: RIGHT_CSS }}>
        <Spark series={series} range={range} largest={undefined} />
      </div>
    </section>
  );
}
