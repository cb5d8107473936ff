/** Boxes to pixels: one fillRect a box, sorted by colour, then the labels. No allocation that grows with the picture. */
import type { Painter } from '../painter.ts';
import type { Camera } from './camera.ts';
import type { Boxes } from './cull.ts';
import { GlyphWidths, Labels, printable } from './labels.ts';
import type { FlameScene } from './scene.ts';
import type { FlameTheme } from './theme.ts';

/** Narrower boxes carry no label; css px. */
const LABEL_FROM = 22;
const INSIDE = 4;
const SHARE_GAP = 24;
const FONT_SIZE = 12;

/** Colour slots behind the theme's keys: hits, the root. */
const MOST_KEYS = 128;
const HIT = 126;
const ROOT = 127;

export interface PaintOptions {
  /** Colour key by function. */
  readonly colours: Uint8Array;
  /** Whether a search is on: what it does not match is faded. */
  readonly isSearching: boolean;
  readonly ratio: number;
}

export class FlamePaint {
  readonly #painter: Painter;
  #font = '';
  #glyphs: GlyphWidths | undefined;
  #labels: Labels | undefined;
  #scene: FlameScene | undefined;
  #order = new Int32Array(4096);
  #key = new Uint8Array(4096);
  readonly #count = new Int32Array(MOST_KEYS + 1);
  readonly #fill = new Int32Array(MOST_KEYS + 1);

  constructor(painter: Painter) {
    this.#painter = painter;
  }

  /** Widths are measured anew: for another font, or when a font has arrived. */
  forgetWidths(): void {
    this.#glyphs = undefined;
    this.#labels = undefined;
  }

  /** @returns how many labels were written. */
  paint(scene: FlameScene, theme: FlameTheme, camera: Camera, boxes: Boxes, options: PaintOptions): number {
    this.#fillBoxes(scene, theme, camera, boxes, options);
    return this.#writeLabels(scene, theme, camera, boxes, options);
  }

  #fillBoxes({ tree }: FlameScene, theme: FlameTheme, camera: Camera, boxes: Boxes, { colours, isSearching, ratio }: PaintOptions): void {
    const painter = this.#painter;
    painter.setTransform(1, 0, 0, 1, 0, 0);
    painter.fillStyle = theme.ground;
    painter.fillRect(0, 0, Math.round(camera.widthCss * ratio), Math.round(camera.heightCss * ratio));
    const count = boxes.length;
    if (this.#order.length < count) {
      this.#order = new Int32Array(count * 2);
      this.#key = new Uint8Array(count * 2);
    }
    const starts = this.#count.fill(0);
    for (let i = 0; i < count; i++) {
      const node = boxes.node[i];
      const key = boxes.isHit[i] === 1 ? HIT : node === 0 ? ROOT : colours[tree.func[node]];
      this.#key[i] = key;
      starts[key + 1]++;
    }
    for (let key = 0; key < MOST_KEYS; key++) starts[key + 1] += starts[key];
    const fill = this.#fill;
    fill.set(starts);
    for (let i = 0; i < count; i++) this.#order[fill[this.#key[i]]++] = i;

    const rowDevice = camera.rowHeightCss * ratio;
    const gap = Math.max(1, Math.round(ratio));
    const fills = isSearching ? theme.faded : theme.fills;
    for (let key = 0; key < MOST_KEYS; key++) {
      if (starts[key] === starts[key + 1]) continue;
      painter.fillStyle = key === HIT ? theme.searchEdge : key === ROOT ? theme.rootFill : (fills[key] ?? theme.rootFill);
      for (let k = starts[key]; k < starts[key + 1]; k++) {
        const i = this.#order[k];
        const top = Math.round(camera.rowTop(boxes.row[i]) * ratio);
        const height = Math.round(rowDevice) - gap;
        const width = boxes.width[i];
        const drawn = width >= 2 * gap && boxes.isRun[i] === 0 ? width - gap : width;
        // A hit of some width has an edge; a thin one is all yellow.
        if (key === HIT && drawn < 4 * gap) continue;
        painter.fillRect(boxes.x[i], top, drawn, height);
      }
      if (key !== HIT) continue;
      painter.fillStyle = theme.search;
      for (let k = starts[key]; k < starts[key + 1]; k++) {
        const i = this.#order[k];
        const top = Math.round(camera.rowTop(boxes.row[i]) * ratio);
        const height = Math.round(rowDevice) - gap;
        const width = boxes.width[i];
        const drawn = width >= 2 * gap && boxes.isRun[i] === 0 ? width - gap : width;
        const edge = drawn < 4 * gap ? 0 : gap;
        painter.fillRect(boxes.x[i] + edge, top + edge, drawn - 2 * edge, height - 2 * edge);
      }
    }
  }

  #writeLabels(scene: FlameScene, theme: FlameTheme, camera: Camera, boxes: Boxes, { isSearching, ratio }: PaintOptions): number {
    const painter = this.#painter;
    painter.setTransform(ratio, 0, 0, ratio, 0, 0);
    painter.textBaseline = 'alphabetic';
    const font = `450 ${FONT_SIZE}px ${theme.fontUi}`;
    painter.font = font;
    if (font !== this.#font) this.forgetWidths();
    this.#font = font;
    this.#glyphs ??= new GlyphWidths(painter);
    if (scene !== this.#scene || !this.#labels) this.#labels = new Labels(scene.label, this.#glyphs);
    this.#scene = scene;
    const baseline = Math.round((camera.rowHeightCss - 1) / 2 + FONT_SIZE * 0.36);
    let written = 0;
    let style = '';
    const write = (text: string, x: number, y: number, colour: string): void => {
      if (colour !== style) painter.fillStyle = style = colour;
      painter.fillText(text, x, y);
    };
    for (let i = 0; i < boxes.length; i++) {
      const width = boxes.width[i] / ratio;
      if (width < LABEL_FROM || boxes.isRun[i] === 1) continue;
      const node = boxes.node[i];
      const room = width - 2 * INSIDE - 1;
      const x = boxes.x[i] / ratio + INSIDE;
      const y = camera.rowTop(boxes.row[i]) + baseline;
      if (node === 0) {
        const label = printable(scene.rootLabel);
        const letters = this.#glyphs.fitting(label, room);
        if (letters < 4) continue;
        painter.font = `560 ${FONT_SIZE}px ${theme.fontUi}`;
        write(letters < label.length ? `${label.slice(0, letters - 1)}…` : label, x, y, theme.ink);
        painter.font = font;
        written++;
        continue;
      }
      const label = this.#labels.fit(scene.tree.func[node], room);
      if (!label) continue;
      const isHit = boxes.isHit[i] === 1;
      const ink = isHit ? theme.onSearch : isSearching ? theme.inkFaded : theme.ink;
      const dim = isHit ? theme.onSearch : isSearching ? theme.inkFaded : theme.inkDim;
      if (label.dim !== '') write(label.dim, x, y, dim);
      if (label.strong !== '') write(label.strong, x + label.dimWidth, y, ink);
      written++;
      // Only wide boxes have room for a share: most labels never ask for its text.
      if (room - label.width < SHARE_GAP + 36) continue;
      const share = scene.share(node);
      const shareWidth = this.#glyphs.of(share);
      if (room - label.width >= SHARE_GAP + shareWidth) write(share, x + room - shareWidth, y, dim);
    }
    return written;
  }
}
