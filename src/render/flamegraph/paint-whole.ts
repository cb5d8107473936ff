/** A whole graph as one picture: for PNG. The same culling and painting as on screen. */
import type { Painter } from '../painter.ts';
import { Camera, type Direction } from './camera.ts';
import { Boxes, cull } from './cull.ts';
import { FlamePaint } from './paint.ts';
import type { FlameScene } from './scene.ts';
import type { FlameTheme } from './theme.ts';

export interface WholePicture {
  readonly widthCss: number;
  readonly rowHeightCss: 20 | 16;
  readonly direction: Direction;
  /** Colour key by function. */
  readonly colours: Uint8Array;
  readonly ratio: number;
  /** How many rows, from the root on. */
  readonly rows: number;
}

export function paintWhole(painter: Painter, scene: FlameScene, theme: FlameTheme, picture: WholePicture): void {
  const { camera, boxes } = wholeBoxes(scene, picture);
  new FlamePaint(painter).paint(scene, theme, camera, boxes, { colours: picture.colours, isSearching: false, ratio: picture.ratio });
}

export function wholeBoxes(scene: FlameScene, { widthCss, rowHeightCss, direction, ratio, rows }: WholePicture): { camera: Camera; boxes: Boxes } {
  const camera = new Camera();
  camera.widthCss = widthCss;
  camera.rowHeightCss = rowHeightCss;
  camera.heightCss = rows * rowHeightCss;
  camera.direction = direction;
  camera.setScene(scene.tree, scene.layout);
  const boxes = new Boxes();
  const view = { from: 0, to: camera.to, widthDevice: widthCss * ratio, firstRow: 0, lastRow: rows, longestRunDevice: 8 * ratio };
  cull(scene.layout, view, undefined, boxes);
  return { camera, boxes };
}
