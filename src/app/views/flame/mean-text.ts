/** The mean of a range, beside its total. */
import { isCoverageShown } from '#model/covered-time.ts';
import { rateScaleOf } from '#model/series-values.ts';
import { formatDuration } from '#model/time-text.ts';
import type { ShownProfile } from '../../screen/shown.ts';

/**
 * ` · 3.90 cores on average`: the mean of the series above the graph, of what the transforms leave.
 * @param whole of the drawn tree
 */
export function meanText(
  {
    asked,
    coveredMs,
    profile,
  }: Pick<ShownProfile, 'asked' | 'coveredMs'> & {
    readonly profile: Pick<ShownProfile['profile'], 'totals'>;
  },
  whole: number,
): string {
  const recorded = Number(profile.totals[0]);
  if (asked === undefined || coveredMs === undefined || !(recorded > 0)) return '';
  const { factor, format } = rateScaleOf(asked.profileType);
  const rate = (perSecond: number): string => format((perSecond * factor * whole) / recorded);
  const rangeMs = asked.range.endMs - asked.range.startMs;
  const isPart = isCoverageShown(recorded, coveredMs, rangeMs, rate);
  const time = isPart ? ` over the ${formatDuration(coveredMs)} with profiles` : '';
  return ` · ${rate((recorded / coveredMs) * 1000)} on average${time}`;
}
