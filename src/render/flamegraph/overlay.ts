/** What moves over the picture without touching it: hover, the same function elsewhere, selection, the keyboard's ring. */
import type { Painter } from '../painter.ts';
import type { Camera } from './camera.ts';
import type { Boxes } from './cull.ts';
import { type FlameLayout, firstFrom, positionOf } from './layout.ts';
import type { FlameScene } from './scene.ts';
import type { FlameTheme } from './theme.ts';

export interface Highlights {
  readonly hoveredNode: number;
  readonly hoveredFunction: number;
  readonly selectedNode: number;
  readonly selectedFunction: number;
  /** Positions of all nodes of the selected function, ascending. */
  readonly selectedPositions: Int32Array;
  readonly cursor: number;
}

export function paintOverlay(
  painter: Painter,
  scene: FlameScene | undefined,
  theme: FlameTheme,
  camera: Camera,
  boxes: Boxes,
  lights: Highlights,
  ratio: number,
): void {
  painter.setTransform(1, 0, 0, 1, 0, 0);
  painter.clearRect(0, 0, Math.round(camera.widthCss * ratio), Math.round(camera.heightCss * ratio));
  if (!scene) return;
  const { func } = scene.tree;
  const thin = Math.max(1, Math.round(ratio));
  if (lights.hoveredFunction >= 0 || lights.selectedFunction >= 0) {
    for (let i = 0; i < boxes.length; i++) {
      if (boxes.isRun[i] === 1) continue;
      const of = func[boxes.node[i]];
      if (of < 0) continue;
      if (of === lights.hoveredFunction) outlineBox(painter, camera, boxes, i, theme.hover, thin, ratio);
      else if (of === lights.selectedFunction) outlineBox(painter, camera, boxes, i, theme.select, thin, ratio);
    }
  }
  paintTicks(painter, scene, theme, camera, lights.selectedPositions, ratio);
  if (lights.selectedNode > 0) outlineNode(painter, scene, camera, lights.selectedNode, theme.select, thin * 2, ratio);
  if (lights.hoveredNode >= 0) outlineNode(painter, scene, camera, lights.hoveredNode, theme.hover, thin * 2, ratio);
  if (lights.cursor >= 0) outlineNode(painter, scene, camera, lights.cursor, theme.focus, thin * 2, ratio);
}

/** Where a node lies in css px of the canvas; undefined outside the view. */
export function boxOfNode(
  { tree, layout }: FlameScene,
  camera: Camera,
  node: number,
): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | undefined {
  const left = layout.left[positionOf(tree, layout, node)];
  const scale = camera.widthCss / (camera.to - camera.from);
  const from = Math.max(0, (left - camera.from) * scale);
  const to = Math.min(camera.widthCss, (left + layout.weight[node] - camera.from) * scale);
  const y = camera.rowTop(tree.depth[node]);
  if (!(to >= from) || from > camera.widthCss || to < 0 || y + camera.rowHeightCss <= 0 || y >= camera.heightCss) return undefined;
  return { x: from, y, width: Math.max(1 / 2, to - from), height: camera.rowHeightCss };
}

function outlineNode(painter: Painter, scene: FlameScene, camera: Camera, node: number, colour: string, weight: number, ratio: number): void {
  const box = boxOfNode(scene, camera, node);
  if (!box) return;
  const x = Math.round(box.x * ratio);
  const width = Math.max(weight, Math.round((box.x + box.width) * ratio) - x - Math.round(ratio));
  outline(painter, x, Math.round(box.y * ratio), width, Math.round(box.height * ratio) - Math.round(ratio), colour, weight);
}

function outlineBox(painter: Painter, camera: Camera, boxes: Boxes, i: number, colour: string, weight: number, ratio: number): void {
  const top = Math.round(camera.rowTop(boxes.row[i]) * ratio);
  const gap = Math.max(1, Math.round(ratio));
  const width = boxes.width[i] >= 2 * gap ? boxes.width[i] - gap : boxes.width[i];
  outline(painter, boxes.x[i], top, width, Math.round(camera.rowHeightCss * ratio) - gap, colour, weight);
}

function outline(painter: Painter, x: number, y: number, width: number, height: number, colour: string, weight: number): void {
  painter.fillStyle = colour;
  if (width <= 2 * weight) {
    painter.fillRect(x, y, width, height);
    return;
  }
  painter.fillRect(x, y, width, weight);
  painter.fillRect(x, y + height - weight, width, weight);
  painter.fillRect(x, y + weight, weight, height - 2 * weight);
  painter.fillRect(x + width - weight, y + weight, weight, height - 2 * weight);
}

// A selected function inside a merged run has no box: a tick stands where it is, at most one a pixel.
function paintTicks(painter: Painter, scene: FlameScene, theme: FlameTheme, camera: Camera, positions: Int32Array, ratio: number): void {
  if (positions.length === 0) return;
  const { rowStart, left, nodes, weight }: FlameLayout = scene.layout;
  const scale = (camera.widthCss * ratio) / (camera.to - camera.from);
  const { first, last } = camera.rows();
  const height = Math.round((camera.rowHeightCss - 1) * ratio);
  painter.fillStyle = theme.select;
  let k = 0;
  for (let row = first; row < last; row++) {
    const start = firstFrom(left, rowStart[row], rowStart[row + 1], camera.from);
    k = lowerBound(positions, start, k);
    const top = Math.round(camera.rowTop(row) * ratio);
    let lastPixel = -1;
    for (; k < positions.length && positions[k] < rowStart[row + 1]; k++) {
      const at = positions[k];
      if (left[at] >= camera.to) break;
      const pixel = Math.floor((left[at] - camera.from) * scale);
      if (weight[nodes[at]] * scale >= 1 || pixel === lastPixel) continue;
      lastPixel = pixel;
      painter.fillRect(pixel, top, 1, height);
    }
  }
}

function lowerBound(column: Int32Array, value: number, from: number): number {
  let low = from;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (column[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
