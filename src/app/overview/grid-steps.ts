/** The cell that a key leads to, in a grid that is read row by row. */

export interface GridShape {
  readonly count: number;
  readonly columns: number;
  /** Cells of a page. */
  readonly page: number;
}

/** @returns undefined if the key moves nothing */
export function gridStep(key: string, from: number, { count, columns, page }: GridShape): number | undefined {
  const first = from - (from % columns);
  switch (key) {
    case 'ArrowRight':
      return from + 1 < count ? from + 1 : from;
    case 'ArrowLeft':
      return Math.max(0, from - 1);
    case 'ArrowDown':
      // Into a last row that is shorter: to its end.
      if (from + columns < count) return from + columns;
      return first + columns < count ? count - 1 : from;
    case 'ArrowUp':
      return from >= columns ? from - columns : from;
    case 'Home':
      return first;
    case 'End':
      return Math.min(count, first + columns) - 1;
    case 'PageDown':
      return Math.min(count - 1, from + page);
    case 'PageUp':
      return Math.max(0, from - page);
    default:
      return undefined;
  }
}
