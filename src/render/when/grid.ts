/** Cells of time as levels of colour, and how a view shows them. */

/** 0 is nothing, 1 to LEVELS grow with the value. */
const LEVELS = 7;

export interface TimeGrid {
  readonly columns: number;
  readonly rows: number;
  /** Row by row from the top. */
  readonly levels: Uint8Array;
  /** A place holds the cells from column * cellsAColumn + cellOfRow[row] on: what a selection counts in. */
  readonly cellsAColumn: number;
  readonly cellOfRow: Int32Array;
  readonly cellsAPlace: number;
}

/** The columns of the recording that are seen, fractions included; from < to. */
export interface TimeView {
  readonly from: number;
  readonly to: number;
}

/** Level of a value among values up to the largest. */
function levelOf(value: number, largest: number): number {
  if (!(value > 0) || !(largest > 0)) return 0;
  return Math.min(LEVELS, 1 + Math.floor((value / largest) * LEVELS));
}

/** The heatmap: time goes up in a column, and on in the next one. @param cells by time */
export function heatGrid(cells: Float64Array, rows: number): TimeGrid {
  const columns = cells.length / rows;
  const largest = largestOf(cells);
  const levels = new Uint8Array(cells.length);
  for (let column = 0; column < columns; column++)
    for (let row = 0; row < rows; row++)
      levels[row * columns + column] = levelOf(cells[column * rows + rows - 1 - row], largest);
  return {
    columns,
    rows,
    levels,
    cellsAColumn: rows,
    cellOfRow: Int32Array.from({ length: rows }, (_, row) => rows - 1 - row),
    cellsAPlace: 1,
  };
}

/** One row for each band. @param values band by band */
export function bandGrid(values: Float64Array, bins: number, cellsABin: number): TimeGrid {
  const largest = largestOf(values);
  const rows = values.length / bins;
  const levels = Uint8Array.from(values, (value) => levelOf(value, largest));
  return {
    columns: bins,
    rows,
    levels,
    cellsAColumn: cellsABin,
    cellOfRow: new Int32Array(rows),
    cellsAPlace: cellsABin,
  };
}

export function largestOf(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > largest) largest = values[i];
  return largest;
}

/** The range of columns that is seen, moved and scaled. Always within the recording. */
export class TimeCamera implements TimeView {
  from = 0;
  to: number;
  readonly #columns: number;

  constructor(columns: number) {
    this.#columns = columns;
    this.to = columns;
  }

  get isWhole(): boolean {
    return this.to - this.from >= this.#columns;
  }

  /** @param share of the width, where the time stays @param factor more than 1 shows more */
  zoomAt(share: number, factor: number): void {
    const before = this.to - this.from;
    const range = Math.min(this.#columns, Math.max(Math.min(MIN_COLUMNS, this.#columns), before * factor));
    this.#set(this.from + share * (before - range), range);
  }

  /** @param share of the width */
  panBy(share: number): void {
    const range = this.to - this.from;
    this.#set(this.from + share * range, range);
  }

  /** Brings a column into view. */
  show(column: number): void {
    const range = this.to - this.from;
    if (column < this.from) this.#set(column, range);
    else if (column + 1 > this.to) this.#set(column + 1 - range, range);
  }

  whole(): void {
    this.#set(0, this.#columns);
  }

  #set(from: number, range: number): void {
    this.from = Math.max(0, Math.min(from, this.#columns - range));
    this.to = this.from + range;
  }
}

const MIN_COLUMNS = 2;
