/** The mean of a range, beside its total. */
import { rateScaleOf } from '#model/series-values.ts';
import { formatDuration } from '#model/time-text.ts';
import type { ShownProfile } from '../../screen/shown.ts';

/**
 * ` · 3.90 cores on average`: the mean of the series above the graph, of what the transforms leave. Names the time that
 * the mean covers where the total over the whole range would give another number.
 * @param whole of the drawn tree
 */
export function meanText(
  {
    asked,
    perSecond,
    profile,
  }: Pick<ShownProfile, 'asked' | 'perSecond'> & {
    readonly profile: Pick<ShownProfile['profile'], 'totals'>;
  },
  whole: number,
): string {
  const recorded = Number(profile.totals[0]);
  if (asked === undefined || perSecond === undefined || !(recorded > 0)) return '';
  const { factor, format } = rateScaleOf(asked.profileType);
  const rate = (of: number): string => format((of * factor * whole) / recorded);
  const rangeMs = asked.range.endMs - asked.range.startMs;
  const countedMs = (recorded / perSecond) * 1000;
  const isPart = countedMs < rangeMs && rate(perSecond) !== rate((recorded / rangeMs) * 1000);
  return ` · ${rate(perSecond)} on average${isPart ? ` over the ${formatDuration(countedMs)} with profiles` : ''}`;
}
