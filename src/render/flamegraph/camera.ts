/** Zoom, pan and scroll: which part of a layout is seen. Only numbers, no events; all moves are clamped. */
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import { firstBeyond, type FlameLayout, positionOf } from './layout.ts';
import type { Direction } from './scene.ts';
import { type FlameView, scaleOf } from './view.ts';

/** The narrowest range as a share of the whole, unless a node is narrower. Doubles still separate its pixels. */
const NARROWEST = 1e-9;

export class Camera {
  readonly view: FlameView = { from: 0, to: 1, width: 1, height: 1, ratio: 1, row: 20, scroll: 0, direction: 'icicle' };
  #tree: CallTree | undefined;
  #layout: FlameLayout | undefined;
  #whole = 1;
  #rowCss = 20;
  /** As `view.scroll`, with the fractions of a device pixel that small steps of a wheel sum up to. */
  #scroll = 0;

  setTree(tree: CallTree | undefined, layout: FlameLayout | undefined): void {
    this.#tree = tree;
    this.#layout = layout;
    const total = layout === undefined ? 0 : layout.weight[0];
    this.#whole = total > 0 ? total : 1;
    this.view.from = 0;
    this.view.to = this.#whole;
    this.#setScroll(0);
  }

  setSize(widthCss: number, heightCss: number, ratio: number): void {
    const { view } = this;
    view.width = Math.max(1, Math.round(widthCss * ratio));
    view.height = Math.max(1, Math.round(heightCss * ratio));
    view.ratio = ratio;
    this.#setRow();
  }

  setRowHeight(css: number): void {
    this.#rowCss = css;
    this.#setRow();
  }

  setDirection(direction: Direction): void {
    this.view.direction = direction;
  }

  /** The node fills the width; its row comes into view, and no more is scrolled out than there is. */
  zoomTo(node: NodeIndex): boolean {
    const { view } = this;
    if (!this.#tree || !this.#layout) return false;
    const position = positionOf(this.#layout, this.#tree, node);
    const weight = node === 0 ? this.#whole : this.#layout.weight[node];
    if (position < 0) return false;
    view.from = this.#layout.left[position];
    view.to = view.from + weight;
    // The width of the node is lost in rounding beside much larger sums.
    if (!(view.to > view.from)) view.to = view.from + Math.abs(view.from) * Number.EPSILON * 4;
    this.#setScroll(Math.min(this.#scroll, this.#maxScroll()));
    this.showRow(this.#tree.depth[node]);
    return true;
  }

  /** Shows a range, in value units. */
  showOnly(from: number, to: number): void {
    this.#setRange(from, Math.min(this.#whole, Math.max(this.#whole * NARROWEST, to - from)));
  }

  /** @param factor more than 1 shows more. @returns false at both ends of the zoom. */
  zoomAt(xDevice: number, factor: number): boolean {
    const { view } = this;
    const before = view.to - view.from;
    const narrowest = Math.min(before, this.#whole * NARROWEST);
    const range = Math.min(this.#whole, Math.max(narrowest, before * factor));
    if (range === before) return false;
    const share = Math.min(1, Math.max(0, xDevice / view.width));
    this.#setRange(view.from + share * (before - range), range);
    return true;
  }

  /** Moves the content, in device px. */
  panBy(dx: number, dy: number): boolean {
    const { view } = this;
    const { from, scroll } = view;
    if (dx !== 0) this.#setRange(from - dx / scaleOf(view), view.to - from);
    if (dy !== 0) {
      const step = view.direction === 'icicle' ? -dy : dy;
      // A sideways move may leave fewer rows: a scroll position beyond them stays.
      this.#setScroll(Math.min(this.#scroll + step, Math.max(this.#maxScroll(), this.#scroll)));
    }
    return view.from !== from || view.scroll !== scroll;
  }

  showRow(row: number): void {
    const { view } = this;
    const most = row * view.row;
    const least = most + view.row - view.height;
    if (this.#scroll > most) this.#setScroll(most);
    else if (this.#scroll < least) this.#setScroll(least);
  }

  /** Moves a node's range into view, sideways. @returns false when it was there. */
  showRange(left: number, right: number): boolean {
    const { view } = this;
    if (left < view.to && right > view.from) return false;
    const range = view.to - view.from;
    this.#setRange(right - left > range ? left : (left + right - range) / 2, range);
    return true;
  }

  /** Device px from the content's upper end to the view's, and the content's height. */
  get top(): number {
    const { view } = this;
    return view.direction === 'icicle' ? view.scroll : Math.max(0, this.contentHeight - view.height) - view.scroll;
  }

  scrollTo(topDevice: number): boolean {
    const { view } = this;
    const { scroll } = view;
    const most = Math.max(0, this.contentHeight - view.height);
    const wanted = view.direction === 'icicle' ? topDevice : most - topDevice;
    this.#setScroll(Math.min(wanted, most));
    return view.scroll !== scroll;
  }

  /** Height of the rows that have nodes in the visible range. */
  get contentHeight(): number {
    return this.#visibleRows() * this.view.row;
  }

  /** The innermost node whose box contains the visible range; in a chain of equal boxes the outermost. */
  containingNode(): NodeIndex {
    const { view } = this;
    if (!this.#tree || !this.#layout) return 0;
    const { rowStart, left, nodes, weight } = this.#layout;
    const halfPixel = 0.5 / scaleOf(view);
    let found = 0;
    for (let row = 1; row <= this.#tree.maxDepth; row++) {
      const position = firstBeyond(this.#layout, row, view.from + halfPixel);
      if (position >= rowStart[row + 1] || left[position] > view.from + halfPixel) break;
      const node = nodes[position];
      if (left[position] + weight[node] < view.to - halfPixel) break;
      if (weight[node] < weight[found]) found = node;
    }
    return found;
  }

  #setRange(from: number, range: number): void {
    const { view } = this;
    view.from = Math.max(0, Math.min(from, this.#whole - range));
    view.to = view.from + range;
  }

  #setScroll(scroll: number): void {
    this.#scroll = Math.max(0, scroll);
    this.view.scroll = Math.round(this.#scroll);
  }

  #setRow(): void {
    const { view } = this;
    const before = view.row;
    view.row = Math.max(2, Math.round(this.#rowCss * view.ratio));
    this.#setScroll((this.#scroll * view.row) / before);
    if (this.#layout) this.#setScroll(Math.min(this.#scroll, this.#maxScroll()));
  }

  #maxScroll(): number {
    return Math.max(0, this.contentHeight - this.view.height);
  }

  /** Rows get empty from some depth on, so it is found by halving. */
  #visibleRows(): number {
    if (!this.#tree || !this.#layout) return 0;
    const { rowStart, left } = this.#layout;
    let some = 0;
    let none = this.#tree.maxDepth + 1;
    while (none - some > 1) {
      const row = (some + none) >>> 1;
      const position = firstBeyond(this.#layout, row, this.view.from);
      if (position < rowStart[row + 1] && left[position] < this.view.to) some = row;
      else none = row;
    }
    return some + 1;
  }
}
