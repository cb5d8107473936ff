/** What the browser's tab and its history call this page. */
import { useEffect } from 'react';

/** @param subject the service or the file; undefined while there is none */
export function usePageTitle(subject: string | undefined): void {
  useEffect(() => {
    document.title = subject === undefined ? 'Flametide' : `${subject.slice(0, 80)} · Flametide`;
  }, [subject]);
}
