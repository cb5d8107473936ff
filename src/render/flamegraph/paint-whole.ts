/** Draws all rows of a graph on a canvas of their height: for exported pictures. */
import type { NodeIndex } from '#model/call-tree.ts';
import { Boxes } from './boxes.ts';
import { Camera } from './camera.ts';
import { cull } from './cull.ts';
import { LabelWriter } from './labels.ts';
import { type BoxCanvas, paintBoxes } from './paint.ts';
import { changedPositions, cullChanges } from './marks.ts';
import type { Direction, FlameScene } from './scene.ts';
import type { FlameTheme } from '../theme.ts';
import type { FlameView } from './view.ts';

export interface WholeOptions {
  readonly widthCss: number;
  /** The node that fills the width; 0 for the root. */
  readonly zoomNode: NodeIndex;
  readonly direction: Direction;
  readonly rowHeightCss: number;
  /** Colour key by node. */
  readonly colours: Uint16Array;
  /** Strength by node: among nodes that are too thin, the strongest is drawn. */
  readonly changes?: Float32Array | undefined;
}

/** @param options `rows` from the root on; the canvas is widthCss × ratio by rows × rowHeightCss × ratio. */
export function paintWhole(
  canvas: BoxCanvas,
  scene: FlameScene,
  theme: FlameTheme,
  options: WholeOptions & { readonly ratio: number; readonly rows: number },
): void {
  const view = wholeView(scene, options, options.ratio, options.rows);
  const boxes = wholeBoxes(scene, view, options);
  paintBoxes(canvas, theme, view, boxes, 'none');
  new LabelWriter(canvas.graph).write(scene, theme, view, boxes, 'none');
}

/** The contents of the picture. */
export function wholeBoxes({ tree, layout }: FlameScene, view: FlameView, options: WholeOptions): Boxes {
  const { colours, changes: strength } = options;
  const boxes = new Boxes();
  cull(tree, layout, view, { keys: colours, hit: undefined }, boxes);
  if (strength) {
    const changes = { positions: changedPositions(layout, strength), strength };
    cullChanges(tree, layout, view, changes, colours, boxes);
  }
  return boxes;
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
