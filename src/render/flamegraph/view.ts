/** The visible part of a layout in device px, and the position of rows in it. */
import type { FlameLayout } from './layout.ts';
import type { Direction } from './scene.ts';

/** Numbers only; one object lives as long as its camera. In device px unless another unit is named. */
export interface FlameView {
  /** Visible range, value units; from < to. */
  from: number;
  to: number;
  width: number;
  height: number;
  /** Device px per css px. */
  ratio: number;
  /** Height of a row, its gap included; whole. */
  row: number;
  /** How far the root's row is scrolled out of view; a whole number. */
  scroll: number;
  direction: Direction;
}

/** Device px between boxes, at their right and their lower end: a css px, whole and never nothing. */
export function gapOf(view: FlameView): number {
  return Math.max(1, Math.floor(view.ratio));
}

export function rowTop(view: FlameView, row: number): number {
  return view.direction === 'icicle' ? row * view.row - view.scroll : view.height - (row + 1) * view.row + view.scroll;
}

/** The row at a height; may lie outside of the tree. */
export function rowAt(view: FlameView, y: number): number {
  return Math.floor(
    (view.direction === 'icicle' ? y + view.scroll : view.height - 1 - Math.floor(y) + view.scroll) / view.row,
  );
}

export function firstRow(view: FlameView): number {
  return Math.floor(view.scroll / view.row);
}

/** Exclusive, and at most `rows`. */
export function endRow(view: FlameView, rows: number): number {
  return Math.min(rows, Math.ceil((view.scroll + view.height) / view.row));
}

/** Device px per value unit. */
export function scaleOf(view: FlameView): number {
  return view.width / (view.to - view.from);
}

/**
 * The share of the root that is one device px wide: nodes below it are thin. It is a millionth smaller, so that the
 * single precision of shares never makes a whole pixel thin.
 */
export function thinBelow({ weight }: FlameLayout, view: FlameView): number {
  return weight[0] > 0 ? 0.999999 / scaleOf(view) / weight[0] : 0;
}
