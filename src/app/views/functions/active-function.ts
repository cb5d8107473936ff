/** Which row of a list of functions the keys act on: it follows its function through sorts and refreshes. */
import { useEffect, useEffectEvent, useMemo, useState } from 'react';

interface Active {
  /** Functions are numbered per profile: what lasts is the name. */
  readonly name: string;
  readonly row: number;
}

/** @returns the row of the function; where it is gone, its old row. -1 without rows */
export function rowOf({ name, row }: Active, rows: Int32Array, names: readonly string[]): number {
  const now = names[rows[row]] === name ? row : rows.indexOf(names.indexOf(name));
  return now < 0 ? Math.min(row, rows.length - 1) : now;
}

/**
 * @param selected a function, -1 none: when it changes it comes into view, and the keyboard goes on from there
 * @returns the row, and what moves to another
 */
export function useActiveRow(
  rows: Int32Array,
  names: readonly string[],
  selected: number,
  scrollTo: (row: number) => void,
): readonly [number, (row: number) => void] {
  const chosen = selected < 0 ? undefined : names[selected];
  const [known, setKnown] = useState<Active & { readonly chosen: string | undefined }>({
    name: '',
    row: 0,
    chosen: undefined,
  });
  let active = known;
  if (chosen !== known.chosen) {
    active = { ...known, name: chosen ?? known.name, chosen };
    setKnown(active);
  }
  const { name, row } = active;
  const activeRow = useMemo(() => rowOf({ name, row }, rows, names), [name, row, rows, names]);
  const show = useEffectEvent(() => {
    // It may be one that the search leaves out.
    if (rows[activeRow] === selected) scrollTo(activeRow);
  });
  useEffect(() => {
    if (chosen !== undefined) show();
  }, [chosen]);
  return [activeRow, (to) => setKnown({ name: names[rows[to]], row: to, chosen })];
}
