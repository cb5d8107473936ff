/** Questions for small series: of services, of values, of types. */
import type { SeriesQuestion } from '#datasource/datasource.ts';
import { SERVICE_LABEL } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import { stepFor, withoutOpenSteps } from '#model/series-values.ts';
import { timeBefore } from '#model/series-change.ts';
import type { TimeRange } from '#model/time-range.ts';
import type { Catalogue } from './subject.ts';
import { USUAL_INTERVAL_MS } from './upload-interval.ts';

/** Points of a small series. */
const SPARK_POINTS = 60;
/** Services whose costs are asked for. */
const MAX_SERVICES = 500;

/** Services by cost; also what the overview draws. */
export function overviewQuestion(
  catalogue: Catalogue | undefined,
  range: TimeRange | undefined,
): SeriesQuestion | undefined {
  if (catalogue?.overviewType === undefined || range === undefined) return undefined;
  return sparkQuestion({ profileType: catalogue.overviewType, matchers: [], range }, [SERVICE_LABEL], MAX_SERVICES);
}

/** Fine enough to see when a version began. */
const VERSION_POINTS = 1440;
const MAX_VERSIONS = 50;

export function versionQuestion(query: ProfileQuery, label: string): SeriesQuestion {
  const stepMs = stepFor(query.range, VERSION_POINTS, undefined);
  return { query, stepMs, groupBy: [label], callSite: [], limit: MAX_VERSIONS };
}

/** Small series, one for each value of the labels. */
export function sparkQuestion(query: ProfileQuery, groupBy: readonly string[], limit: number): SeriesQuestion {
  return {
    query,
    stepMs: stepFor(query.range, SPARK_POINTS, undefined),
    groupBy,
    callSite: [],
    limit,
  };
}

/**
 * Without the steps of an answer that are filled in part: those that begin before the range or end after it, and the
 * newest while its profiles still come, which an agent sends up to one interval and a half after they began.
 * @param intervalMs how often profiles come; undefined while it is not known
 */
export function closedSteps(
  { query: { range }, stepMs }: SeriesQuestion,
  series: Series,
  nowMs: number,
  intervalMs: number | undefined,
): Series {
  const { labels, timesMs, values } = withoutOpenSteps(series, stepMs, range, nowMs);
  const latestMs = Math.min(range.endMs, nowMs - 1.5 * (intervalMs ?? USUAL_INTERVAL_MS));
  let [from, to] = [0, timesMs.length];
  while (from < to && timesMs[from] - stepMs < range.startMs) from++;
  while (to > from && timesMs[to - 1] > latestMs) to--;
  return { labels, timesMs: timesMs.subarray(from, to), values: values.subarray(from, to) };
}

/** The same question of the same time a day or some weeks before. */
export function questionBefore(question: SeriesQuestion): SeriesQuestion {
  const { query } = question;
  return { ...question, query: { ...query, range: timeBefore(query.range).range } };
}

/** Values are in the unit of their type: an old answer may only replace one of the same type. */
export function mayStandIn(before: SeriesQuestion | undefined, question: SeriesQuestion | undefined): boolean {
  return question === undefined || before?.query.profileType === question.query.profileType;
}
