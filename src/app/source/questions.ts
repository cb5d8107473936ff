/** Questions for small series: of services, of values, of types. */
import type { SeriesQuestion } from '#datasource/datasource.ts';
import { SERVICE_LABEL } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import { stepFor } from '#model/series-values.ts';
import type { TimeRange } from '#model/time-range.ts';
import type { Catalogue } from './subject.ts';

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

/** Values are in the unit of their type: an old answer may only replace one of the same type. */
export function mayStandIn(before: SeriesQuestion | undefined, question: SeriesQuestion | undefined): boolean {
  return question === undefined || before?.query.profileType === question.query.profileType;
}
