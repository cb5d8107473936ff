/** Draws a whole graph, all rows, on a canvas as high as they are: for pictures to keep. */
import type { NodeIndex } from '#model/call-tree.ts';
import { Boxes } from './boxes.ts';
import { Camera } from './camera.ts';
import { cull } from './cull.ts';
import { LabelWriter } from './labels.ts';
import { type BoxCanvas, paintBoxes } from './paint.ts';
import type { Direction, FlameScene, FlameTheme } from './scene.ts';
import type { FlameView } from './view.ts';

export interface WholeOptions {
  readonly widthCss: number;
  /** The node that fills the width; 0 for the root. */
  readonly zoomNode: NodeIndex;
  readonly direction: Direction;
  readonly rowHeightCss: number;
  /** Colour key by node. */
  readonly colours: Uint16Array;
}

/** @param options `rows` from the root on; the canvas is widthCss × ratio by rows × rowHeightCss × ratio. */
export function paintWhole(
  canvas: BoxCanvas,
  scene: FlameScene,
  theme: FlameTheme,
  options: WholeOptions & { readonly ratio: number; readonly rows: number },
): void {
  const view = wholeView(scene, options, options.ratio, options.rows);
  const boxes = new Boxes();
  cull(scene.tree, scene.layout, view, { keys: options.colours, hit: undefined }, boxes);
  paintBoxes(canvas, theme, view, boxes, false);
  new LabelWriter(canvas.graph).write(scene, theme, view, boxes, false);
}

/** A view that holds `rows` rows, or without them all that have something in the zoomed range. */
export function wholeView(scene: FlameScene, options: WholeOptions, ratio: number, rows?: number): FlameView {
  const camera = new Camera();
  const { view } = camera;
  camera.setDirection(options.direction);
  camera.setRowHeight(options.rowHeightCss);
  camera.setSize(options.widthCss, options.rowHeightCss, ratio);
  camera.setTree(scene.tree, scene.layout);
  camera.zoomTo(options.zoomNode);
  view.height = rows === undefined ? camera.contentHeight : rows * view.row;
  view.scroll = 0;
  return view;
}
