/** Requests of the shown service over time, above its series, or why they are not known. Nothing where none were counted. */
import { type ReactElement, useMemo, useState } from 'react';
import type { LabelMatcher } from '#model/labels.ts';
import type { TimeRange } from '#model/time-range.ts';
import { formatNumber } from '#model/units.ts';
import { MIN_LEFT_CSS, RIGHT_CSS } from '#render/timeline/chart.ts';
import { type WorkAnswer, type WorkQuestion, workQuestion } from '#wire/work.ts';
import { useLasting } from '../components/use-lasting.ts';
import { useWork } from '../queries/work-queries.ts';
import { Spark } from '../views/timeline/spark.tsx';
import { requestSeries, seriesWithin } from './request-series.ts';
import styles from './request-strip.module.css';

/** More than can be told apart in a window, and few enough for a Prometheus. */
const STEPS = 180;
/** Shorter steps than agents count in, in ms. */
const MIN_STEP_MS = 15_000;

interface RequestStripProps {
  readonly matchers: readonly LabelMatcher[];
  readonly range: TimeRange;
}

interface Answered {
  readonly question: WorkQuestion;
  readonly answer: WorkAnswer | null;
}

export function RequestStrip({ matchers, range }: RequestStripProps): ReactElement | null {
  const steps = Math.max(1, Math.min(STEPS, Math.floor((range.endMs - range.startMs) / MIN_STEP_MS)));
  const { shown, isStale } = useAnswered(workQuestion(matchers, range, steps));
  const hasWaited = useLasting(isStale);
  const series = useMemo(() => shown?.answer && requestSeries(shown.answer, shown.question.range), [shown]);
  const within = useMemo(() => series && seriesWithin(series, range), [series, range]);
  const source = shown?.answer?.source;
  const problem = source ? undefined : shown?.answer?.problem;
  if (problem !== undefined)
    return (
      <section className={styles['strip']} aria-label="Requests">
        <p className={styles['problem']}>
          requests/s <span>not known: {problem}</span>
        </p>
      </section>
    );
  if (!source || !series || !within || series.values.length === 0) return null;
  const mean = series.values.reduce((sum, value) => sum + value, 0) / series.values.length;
  return (
    <section
      className={styles['strip']}
      aria-label="Requests"
      aria-busy={hasWaited}
      data-stale={hasWaited || undefined}
    >
      <p>
        requests/s{' '}
        <span>
          {hasWaited
            ? 'loading those of this range'
            : `mean ${formatNumber(mean)}, ${formatNumber(Math.min(...series.values))} to ${formatNumber(Math.max(...series.values))} · ${source === 'pushed' ? 'counts that were pushed' : 'from Prometheus'}`}
        </span>
      </p>
      <div style={{ marginLeft: MIN_LEFT_CSS, marginRight: RIGHT_CSS }}>
        <Spark series={within} range={range} largest={undefined} />
      </div>
    </section>
  );
}

/** The answer to a question; until it is there, the one before about the same requests in another range. */
function useAnswered(question: WorkQuestion | undefined): { shown: Answered | undefined; isStale: boolean } {
  const { data } = useWork(question);
  const [last, setLast] = useState<Answered>();
  const key = question && JSON.stringify([question.service, question.matchers]);
  const isKept = last !== undefined && JSON.stringify([last.question.service, last.question.matchers]) === key;
  if (question && data !== undefined && (!isKept || last.answer !== data)) setLast({ question, answer: data });
  return { shown: isKept ? last : undefined, isStale: isKept && data === undefined };
}
