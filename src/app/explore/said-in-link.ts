/** What the page chose where the link leaves it open, as the address then says it. */
import { OWN_SERVICE } from '#model/labels.ts';
import type { TimeRangeText } from '#model/time-range.ts';
import type { Subject } from '../source/subject.ts';
import type { UrlState } from '../url/url-state.ts';

/** The range where the link names none. */
export const DEFAULT_RANGE: TimeRangeText = { from: 'now-1h', until: 'now' };

interface Chosen {
  readonly subject: Subject | undefined;
  /** Whether all that is stored is younger than the start of the range; undefined while it is not known. */
  readonly isYoung: boolean | undefined;
  /** Whether the range is all that is stored. */
  readonly isNarrowed: boolean;
}

/**
 * The keys that the link leaves open; undefined if there are none, or if the choice may still change: a store that is
 * younger than the range goes on to the busiest service, and to more of the range, as profiles come; the server's own
 * profile stands in until there is another.
 */
export function saidInLink(
  { svc, type, from, until, grid, snap }: Pick<UrlState, 'svc' | 'type' | 'from' | 'until' | 'grid' | 'snap'>,
  { subject, isYoung, isNarrowed }: Chosen,
): Partial<UrlState> | undefined {
  if (subject === undefined || isYoung !== false || isNarrowed || grid === 'services' || snap !== undefined)
    return undefined;
  if (svc === undefined && subject.service === OWN_SERVICE) return undefined;
  const isWhole = svc !== undefined && type !== undefined && from !== undefined && until !== undefined;
  if (isWhole || (svc ?? subject.service) !== subject.service) return undefined;
  return {
    svc: subject.service,
    type: subject.profileType,
    from: from ?? DEFAULT_RANGE.from,
    until: until ?? DEFAULT_RANGE.until,
  };
}
