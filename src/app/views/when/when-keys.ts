/** What keys do in the heatmap: arrows read cells, with Shift they select. State in, an act out. */

export interface WhenState {
  /** Cells of the recording, and of a column. */
  readonly cells: number;
  readonly rows: number;
  /** The cell that is read; -1 none. */
  readonly cursor: number;
  /** The first and the last cell of what is selected and not shown yet: the one that stays, the one that moves. */
  readonly selecting: Selecting | undefined;
}

export interface Selecting {
  readonly anchor: number;
  readonly head: number;
}

export type WhenAct =
  | { readonly kind: 'read'; readonly cell: number }
  | { readonly kind: 'select'; readonly selecting: Selecting }
  | { readonly kind: 'apply'; readonly selecting: Selecting }
  | { readonly kind: 'clear' }
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'show-all' };

const PAGE_COLUMNS = 10;
const ZOOM = 1.5;

/** Undefined for keys that mean nothing here. */
export function whenAct(
  { key, shiftKey }: { readonly key: string; readonly shiftKey: boolean },
  { cells, rows, cursor, selecting }: WhenState,
): WhenAct | undefined {
  const step = stepOf(key, rows, cells);
  if (step !== undefined) {
    const cell = cursor < 0 ? (step < 0 ? cells - 1 : 0) : Math.max(0, Math.min(cells - 1, cursor + step));
    if (!shiftKey) return { kind: 'read', cell };
    const anchor = selecting?.head === cursor ? selecting.anchor : Math.max(0, cursor);
    return { kind: 'select', selecting: { anchor, head: cell } };
  }
  switch (key) {
    case 'Enter':
      return selecting && { kind: 'apply', selecting };
    case 'Escape':
      return { kind: 'clear' };
    case '+':
    case '=':
      return { kind: 'zoom', factor: 1 / ZOOM };
    case '-':
      return { kind: 'zoom', factor: ZOOM };
    case '0':
      return { kind: 'show-all' };
    default:
      return undefined;
  }
}

/** By how many cells a key moves. */
function stepOf(key: string, rows: number, cells: number): number | undefined {
  switch (key) {
    case 'ArrowUp':
      return 1;
    case 'ArrowDown':
      return -1;
    case 'ArrowRight':
      return rows;
    case 'ArrowLeft':
      return -rows;
    case 'PageDown':
      return PAGE_COLUMNS * rows;
    case 'PageUp':
      return -PAGE_COLUMNS * rows;
    case 'Home':
      return -cells;
    case 'End':
      return cells;
    default:
      return undefined;
  }
}
