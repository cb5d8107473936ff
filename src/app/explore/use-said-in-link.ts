/** Writes into the address what the page chose, so that it names what is on the screen, as the link of Share does. */
import { useEffect } from 'react';
import { isExportedPage } from '../state/exported-page.ts';
import { navigate, urlStore } from '../url/url-store.ts';
import { saidInLink } from './said-in-link.ts';
import type { Explored } from './use-explored.ts';

/** @param mayWrite false: later. By replacing: Back leads to where it led before. */
export function useSaidInLink({ subject, isYoung, time }: Explored, mayWrite: boolean): void {
  const { isNarrowed } = time;
  useEffect(() => {
    if (!mayWrite || isExportedPage()) return;
    const said = saidInLink(urlStore.getState().state, { subject, isYoung, isNarrowed });
    if (said) navigate(said, 'replace');
  }, [mayWrite, subject, isYoung, isNarrowed]);
}
