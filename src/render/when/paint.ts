/** A grid of time in pixels: a row of the grid costs the pixels of its width, whatever the recording holds. */
import type { PixelRows } from '../pixel-rows.ts';
import type { TimeGrid, TimeView } from './grid.ts';

/** Selected cells, the end exclusive. */
export interface CellRange {
  readonly start: number;
  readonly end: number;
}

/** Colours by level, as `PixelRows.pixelOf` has them. */
export interface GridColours {
  readonly plain: readonly number[];
  /** For the part that is not selected. */
  readonly faded: readonly number[];
}

/** Columns of this many device px get a gap at their right. */
const GAP_FROM = 5;

/**
 * Fills the room of `rows`; its `draw` follows. Of columns that share a pixel the highest level shows.
 * @param view in columns of the grid @param selected undefined: nothing is faded
 */
export function fillGrid(
  grid: TimeGrid,
  view: TimeView,
  width: number,
  rows: PixelRows,
  { plain, faded }: GridColours,
  selected: CellRange | undefined,
): void {
  const { columns, levels, cellsAColumn, cellOfRow, cellsAPlace } = grid;
  const pixels = rows.room(width, grid.rows);
  const perPixel = (view.to - view.from) / width;
  const isWide = perPixel * GAP_FROM <= 1;
  for (let x = 0; x < width; x++) {
    const at = view.from + x * perPixel;
    const first = Math.min(columns - 1, Math.floor(at));
    const isGap = isWide && Math.floor(at + perPixel) > first;
    const end = isGap ? first : Math.max(first + 1, Math.min(columns, Math.floor(at + perPixel)));
    for (let row = 0; row < grid.rows; row++) {
      const line = row * columns;
      let level = 0;
      for (let column = first; column < end; column++) if (levels[line + column] > level) level = levels[line + column];
      const cell = first * cellsAColumn + cellOfRow[row];
      const isOut = selected !== undefined && (cell + cellsAPlace <= selected.start || cell >= selected.end);
      pixels[row * width + x] = (isOut ? faded : plain)[level];
    }
  }
}
