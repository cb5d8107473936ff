/**
 * Outlines over the graph: hover, selection, keyboard focus. Drawn on a canvas of its own, so that none of them draws
 * the graph anew.
 */
import type { NodeIndex } from '#model/call-tree.ts';
import type { Painter } from '../painter.ts';
import { type Boxes, hitBox, nodeBox } from './boxes.ts';
import { type NodePlace, placeOf } from './hit-test.ts';
import { paintedWidth } from './paint.ts';
import type { FlameScene } from './scene.ts';
import type { FlameTheme } from '../theme.ts';
import { type FlameView, gapOf, rowTop } from './view.ts';

/** What is outlined; -1 where nothing is. */
export interface Outlined {
  selectedFunction: number;
  selectedNode: NodeIndex;
  hoveredFunction: number;
  hoveredNode: NodeIndex;
  cursor: NodeIndex;
}

export const NOTHING_OUTLINED: Outlined = {
  selectedFunction: -1,
  selectedNode: -1,
  hoveredFunction: -1,
  hoveredNode: -1,
  cursor: -1,
};

// css px
const STRONG = 2;
const FINE = 1;
const RING = 2;
const RING_GAP = 1;

export class OverlayPainter {
  readonly #painter: Painter;
  readonly #place: NodePlace = { start: 0, end: 0, row: 0 };
  #isClear = false;

  constructor(painter: Painter) {
    this.#painter = painter;
  }

  /**
   * @param boxes what the graph shows.
   * @param ticks pixels of the selected function that lie in merged runs.
   */
  paint(
    scene: FlameScene | undefined,
    theme: FlameTheme,
    view: FlameView,
    boxes: Boxes,
    ticks: Boxes,
    outlined: Outlined,
  ): void {
    const isEmpty = scene === undefined || isNothing(outlined);
    if (isEmpty && this.#isClear) return;
    this.#painter.clearRect(0, 0, view.width, view.height);
    this.#isClear = isEmpty;
    if (isEmpty) return;
    if (outlined.selectedFunction >= 0) {
      this.#outlineFunction(scene, view, boxes, outlined.selectedFunction, STRONG, theme.select);
      this.#fillTicks(view, ticks, theme.select);
    }
    if (outlined.hoveredFunction >= 0)
      this.#outlineFunction(scene, view, boxes, outlined.hoveredFunction, FINE, theme.hover);
    if (outlined.selectedNode >= 0) this.#outlineNode(scene, view, outlined.selectedNode, theme.select);
    if (outlined.hoveredNode >= 0) this.#outlineNode(scene, view, outlined.hoveredNode, theme.hover);
    if (outlined.cursor >= 0) this.#ring(scene, theme, view, outlined.cursor);
  }

  /** A canvas that was resized is clear. */
  forget(): void {
    this.#isClear = false;
  }

  #outlineFunction(
    scene: FlameScene,
    view: FlameView,
    boxes: Boxes,
    func: number,
    lineCss: number,
    colour: string,
  ): void {
    const { position, kind, start, row, count } = boxes;
    const gap = gapOf(view);
    const { nodes } = scene.layout;
    const funcs = scene.tree.func;
    this.#painter.fillStyle = colour;
    for (let box = 0; box < count; box++) {
      if (funcs[nodes[position[box]]] !== func || (kind[box] !== nodeBox && kind[box] !== hitBox)) continue;
      this.#frame(start[box], rowTop(view, row[box]), paintedWidth(boxes, box, gap), view.row - gap, lineCss * gap);
    }
  }

  #fillTicks(view: FlameView, ticks: Boxes, colour: string): void {
    this.#painter.fillStyle = colour;
    for (let tick = 0; tick < ticks.count; tick++) {
      const width = ticks.end[tick] - ticks.start[tick];
      this.#painter.fillRect(ticks.start[tick], rowTop(view, ticks.row[tick]), width, view.row - gapOf(view));
    }
  }

  #outlineNode(scene: FlameScene, view: FlameView, node: NodeIndex, colour: string): void {
    const place = this.#place;
    if (!placeOf(scene.tree, scene.layout, view, node, place)) return;
    const gap = gapOf(view);
    const width = place.end - place.start;
    this.#painter.fillStyle = colour;
    this.#frame(
      place.start,
      rowTop(view, place.row),
      width >= 2 * gap ? width - gap : width,
      view.row - gap,
      STRONG * gap,
    );
  }

  /** Around the box with a gap, moved inwards where the view ends. */
  #ring(scene: FlameScene, theme: FlameTheme, view: FlameView, node: NodeIndex): void {
    const place = this.#place;
    if (!placeOf(scene.tree, scene.layout, view, node, place)) return;
    const gap = gapOf(view);
    const around = (RING + RING_GAP) * gap;
    const width = place.end - place.start;
    const boxEnd = place.start + (width >= 2 * gap ? width - gap : width);
    const top = rowTop(view, place.row);
    const left = Math.max(0, place.start - around);
    const right = Math.min(view.width, boxEnd + around);
    const upper = Math.max(0, top - around);
    const lower = Math.min(view.height, top + view.row - gap + around);
    if (upper >= lower) return;
    this.#painter.fillStyle = theme.ground;
    const inner = RING * gap;
    this.#frame(left + inner, upper + inner, right - left - 2 * inner, lower - upper - 2 * inner, RING_GAP * gap);
    this.#painter.fillStyle = theme.focus;
    this.#frame(left, upper, right - left, lower - upper, inner);
  }

  /** Four rectangles within the given one, or all of it when it is thinner than its lines. */
  #frame(x: number, y: number, width: number, height: number, line: number): void {
    const painter = this.#painter;
    if (width <= 2 * line || height <= 2 * line) {
      painter.fillRect(x, y, width, height);
      return;
    }
    painter.fillRect(x, y, width, line);
    painter.fillRect(x, y + height - line, width, line);
    painter.fillRect(x, y + line, line, height - 2 * line);
    painter.fillRect(x + width - line, y + line, line, height - 2 * line);
  }
}

function isNothing({ selectedFunction, selectedNode, hoveredFunction, hoveredNode, cursor }: Outlined): boolean {
  return selectedFunction < 0 && selectedNode < 0 && hoveredFunction < 0 && hoveredNode < 0 && cursor < 0;
}
