/** The function in the middle: the one of the link, else the selected one. */
import { useMemo } from 'react';
import { useUrl } from '../../url/url-store.ts';

/** @param names by function @param selected a function, -1 none @returns -1 where none is chosen, or it is not there */
export function useSandwiched(names: readonly string[], selected: number): number {
  const asked = useUrl((state) => state.sw);
  return useMemo(() => (asked === '' ? selected : names.indexOf(asked)), [names, asked, selected]);
}
