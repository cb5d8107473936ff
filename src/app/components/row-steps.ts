/** Walking a list of rows by keys. */

/** @returns the row that a key leads to, within the list; undefined for a key that does not walk */
export function rowAfter(
  key: string,
  at: number,
  { count, rowCss, scroller }: { readonly count: number; readonly rowCss: number; readonly scroller: Element | null },
): number | undefined {
  const to = (row: number): number => Math.max(0, Math.min(count - 1, row));
  // Read when it is needed: it makes the browser lay out what has changed.
  const page = (): number => Math.max(1, Math.floor((scroller?.clientHeight ?? 0) / rowCss) - 2);
  switch (key) {
    case 'ArrowDown':
      return to(at + 1);
    case 'ArrowUp':
      return to(at - 1);
    case 'PageDown':
      return to(at + page());
    case 'PageUp':
      return to(at - page());
    case 'Home':
      return 0;
    case 'End':
      return to(count - 1);
    default:
      return undefined;
  }
}

/** Whether a row is wholly visible below the heads. Sizes in css px; `scroller` scrolls heads and rows together. */
export function isRowInSight(
  row: number,
  rowCss: number,
  headCss: number,
  { scrollTop, clientHeight }: Pick<Element, 'scrollTop' | 'clientHeight'>,
): boolean {
  const top = row * rowCss;
  return top >= scrollTop && top + rowCss + headCss <= scrollTop + clientHeight;
}
