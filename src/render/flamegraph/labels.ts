/**
 * Writes the labels of a painted list of boxes, colour by colour. Names and shares are read once per scene, glyphs once
 * per font.
 */
import type { Painter } from '../painter.ts';
import { cutColourKey } from '../palette.ts';
import { GlyphWidths, readable } from '../text.ts';
import { type Boxes, hitBox, nodeBox, rootBox } from './boxes.ts';
import { type FittedLabel, fitLabel, type MeasuredLabel, measureLabel } from './label-fit.ts';
import type { FlameScene, SearchLook } from './scene.ts';
import type { FlameTheme } from '../theme.ts';
import { type FlameView, gapOf, rowTop } from './view.ts';

// css px, from look.md
const PADDING = 4;
const MIN_ROOM = 22;
const BEFORE_SHARE = 24;
const KEPT_SHARES = 4096;

type FontOf = (theme: FlameTheme, ratio: number) => string;

/** Texts that are drawn without changing the canvas state in between. */
interface Style {
  readonly font: FontOf;
  readonly ink: string;
}

function labelFont(theme: FlameTheme, ratio: number): string {
  return `450 ${12 * ratio}px ${theme.fontUi}`;
}

function shareFont(theme: FlameTheme, ratio: number): string {
  return `450 ${11 * ratio}px ${theme.fontUi}`;
}

function rootFont(theme: FlameTheme, ratio: number): string {
  return `560 ${12 * ratio}px ${theme.fontUi}`;
}

/** Css px from the top of a row to the baseline of its text: 14 of 20. */
export function baselineCss(rowHeightCss: number): number {
  return rowHeightCss >= 20 ? 14 : Math.round(rowHeightCss * 0.5 + 4);
}

export class LabelWriter {
  readonly #painter: Painter;
  #theme: FlameTheme | undefined;
  #ratio = 0;
  #widths = new GlyphWidths(() => 0);
  #shareWidths = this.#widths;
  #rootWidths = this.#widths;
  #labels = new Map<number, MeasuredLabel>();
  #shares = new Map<number, string>();
  // The texts to draw, as columns that are reused.
  #count = 0;
  readonly #texts: string[] = [];
  readonly #textStyles: number[] = [];
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  #styles: Style[] = [];
  readonly #fitted: FittedLabel = { prefix: '', prefixWidth: 0, text: '', width: 0 };

  constructor(painter: Painter) {
    this.#painter = painter;
  }

  /** Call this when names or shares change, or a font has loaded. */
  forget(): void {
    this.#labels = new Map();
    this.#shares = new Map();
    this.#theme = undefined;
  }

  /** @returns how many boxes got a label. */
  write(scene: FlameScene, theme: FlameTheme, view: FlameView, boxes: Boxes, search: SearchLook): number {
    this.#prepare(theme, view.ratio);
    this.#count = 0;
    this.#styles = [];
    const labels = this.#fitAll(scene, theme, view, boxes, search);
    this.#writeAll(theme, view.ratio);
    return labels;
  }

  #fitAll(scene: FlameScene, theme: FlameTheme, view: FlameView, boxes: Boxes, search: SearchLook): number {
    const { start, end, row, position, kind, key } = boxes;
    const { nodes } = scene.layout;
    const { ratio } = view;
    const gap = gapOf(view);
    const padding = PADDING * ratio;
    const minWidth = MIN_ROOM * ratio + 2 * padding + gap;
    const baseline = Math.round(baselineCss(view.row / ratio) * ratio);
    const fitted = this.#fitted;
    let labels = 0;
    for (let i = 0; i < boxes.count; i++) {
      if (end[i] - start[i] < minWidth) continue;
      const x = start[i] + padding;
      const y = rowTop(view, row[i]) + baseline;
      const room = end[i] - gap - padding - x;
      if (kind[i] === rootBox) {
        this.#put(this.#rootText(scene.rootLabel, room), rootFont, theme.rootInk, x, y);
        labels++;
        continue;
      }
      if (kind[i] !== nodeBox && kind[i] !== hitBox) continue;
      const node = nodes[position[i]];
      let ink = theme.inks[key[i]];
      let inkDim = theme.inksDim[key[i]];
      if (kind[i] === hitBox) {
        if (search === 'yellow') ink = inkDim = theme.onSearch;
      } else if (search !== 'none' && key[i] !== cutColourKey) ink = inkDim = theme.inksFaded[key[i]];
      fitLabel(this.#label(scene, scene.tree.func[node]), room, this.#widths, fitted);
      if (fitted.text === '' && fitted.prefix === '') continue;
      if (fitted.prefix !== '') this.#put(fitted.prefix, labelFont, inkDim, x, y);
      if (fitted.text !== '') this.#put(fitted.text, labelFont, ink, x + fitted.prefixWidth, y);
      labels++;
      const roomForShare = room - fitted.width - BEFORE_SHARE * ratio;
      // No share is narrower than this; most boxes end here without asking for one.
      if (roomForShare < 16 * ratio) continue;
      const share = this.#share(scene, node);
      const shareWidth = this.#shareWidths.of(share);
      if (shareWidth > roomForShare) continue;
      this.#put(share, shareFont, inkDim, x + room - shareWidth, y);
    }
    return labels;
  }

  #writeAll(theme: FlameTheme, ratio: number): void {
    const painter = this.#painter;
    for (const [style, { font, ink }] of this.#styles.entries()) {
      painter.font = font(theme, ratio);
      painter.fillStyle = ink;
      for (let i = 0; i < this.#count; i++) {
        if (this.#textStyles[i] === style) painter.fillText(this.#texts[i], this.#x[i], this.#y[i]);
      }
    }
  }

  #put(text: string, font: FontOf, ink: string, x: number, y: number): void {
    let style = this.#styles.findIndex((one) => one.font === font && one.ink === ink);
    if (style < 0) style = this.#styles.push({ font, ink }) - 1;
    const at = this.#count++;
    this.#texts[at] = text;
    this.#textStyles[at] = style;
    this.#x[at] = x;
    this.#y[at] = y;
  }

  #rootText(label: string, room: number): string {
    const text = readable(label);
    if (this.#rootWidths.of(text) <= room) return text;
    return `${text.slice(0, this.#rootWidths.fitting(text, room - this.#rootWidths.of('…')))}…`;
  }

  #label(scene: FlameScene, func: number): MeasuredLabel {
    let label = this.#labels.get(func);
    if (!label) this.#labels.set(func, (label = measureLabel(scene.label(func), this.#widths)));
    return label;
  }

  #share(scene: FlameScene, node: number): string {
    let share = this.#shares.get(node);
    if (share === undefined) {
      if (this.#shares.size >= KEPT_SHARES) this.#shares.clear();
      this.#shares.set(node, (share = readable(scene.share(node))));
    }
    return share;
  }

  #prepare(theme: FlameTheme, ratio: number): void {
    const painter = this.#painter;
    painter.textAlign = 'left';
    painter.textBaseline = 'alphabetic';
    painter.direction = 'ltr';
    if (this.#theme?.fontUi === theme.fontUi && this.#ratio === ratio) {
      this.#theme = theme;
      return;
    }
    this.#theme = theme;
    this.#ratio = ratio;
    this.#labels = new Map();
    this.#widths = this.#measured(labelFont(theme, ratio));
    this.#shareWidths = this.#measured(shareFont(theme, ratio));
    this.#rootWidths = this.#measured(rootFont(theme, ratio));
  }

  #measured(font: string): GlyphWidths {
    return new GlyphWidths((glyph) => {
      this.#painter.font = font;
      return this.#painter.measureText(glyph).width;
    });
  }
}
