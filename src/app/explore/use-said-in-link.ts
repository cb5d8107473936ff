/** Writes into the address what the page chose, so that it names what is on the screen, as the link of Share does. */
import { useEffect } from 'react';
import { OWN_SERVICE } from '#model/labels.ts';
import { isExportedPage } from '../state/exported-page.ts';
import type { UrlState } from '../url/url-state.ts';
import { navigate, urlStore } from '../url/url-store.ts';
import { DEFAULT_RANGE, type Explored } from './use-explored.ts';

/**
 * The keys that the link leaves open; undefined if there are none, or if the choice may still change: a store that is
 * younger than the range goes on to the busiest service, and to more of the range, as profiles come; the server's own
 * profile stands in until there is another.
 */
export function saidInLink(
  { svc, type, from, until, grid, snap }: Pick<UrlState, 'svc' | 'type' | 'from' | 'until' | 'grid' | 'snap'>,
  { subject, isYoung, time }: Pick<Explored, 'subject' | 'isYoung' | 'time'>,
): Partial<UrlState> | undefined {
  if (subject === undefined || isYoung !== false || time.isNarrowed || grid === 'services' || snap !== undefined)
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

/** @param mayWrite false: later. By replacing: Back leads to where it led before. */
export function useSaidInLink(explored: Explored, mayWrite: boolean): void {
  const { subject, isYoung, time } = explored;
  useEffect(() => {
    if (!mayWrite || isExportedPage()) return;
    const said = saidInLink(urlStore.getState().state, { subject, isYoung, time });
    if (said) navigate(said, 'replace');
  }, [mayWrite, subject, isYoung, time]);
}
