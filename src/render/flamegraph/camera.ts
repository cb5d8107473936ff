/** The visible part of a graph: a range of values across, rows down. Numbers only, no events. */
import type { CallTree } from '#model/call-tree.ts';
import { type FlameLayout, firstFrom, positionOf } from './layout.ts';

/** icicle: root on top; flame: root at the bottom. */
export type Direction = 'icicle' | 'flame';

/** No closer than this share of the whole: below it doubles lose their places. */
const CLOSEST = 1e-9;

export class Camera {
  from = 0;
  to = 0;
  /** Css px that are scrolled away from the root's end. */
  scrollCss = 0;
  widthCss = 0;
  heightCss = 0;
  rowHeightCss = 20;
  direction: Direction = 'icicle';
  #tree: CallTree | undefined;
  #layout: FlameLayout | undefined;

  setScene(tree: CallTree | undefined, layout: FlameLayout | undefined): void {
    this.#tree = tree;
    this.#layout = layout;
    this.from = 0;
    this.to = layout ? layout.weight[0] : 0;
    this.scrollCss = 0;
  }

  get contentCss(): number {
    return ((this.#tree?.maxDepth ?? -1) + 1) * this.rowHeightCss;
  }

  /** Top of a row in css px from the top of the canvas. */
  rowTop(row: number): number {
    return this.direction === 'icicle'
      ? row * this.rowHeightCss - this.scrollCss
      : this.heightCss - (row + 1) * this.rowHeightCss + this.scrollCss;
  }

  rowAt(yCss: number): number {
    const fromRoot = this.direction === 'icicle' ? yCss : this.heightCss - yCss;
    return Math.floor((fromRoot + this.scrollCss) / this.rowHeightCss);
  }

  /** Rows in view: [first, last). */
  rows(): { readonly first: number; readonly last: number } {
    const last = Math.min((this.#tree?.maxDepth ?? -1) + 1, Math.ceil((this.scrollCss + this.heightCss) / this.rowHeightCss));
    return { first: Math.max(0, Math.floor(this.scrollCss / this.rowHeightCss)), last };
  }

  /** The node fills the width, and its row is in view with some of its callees. */
  zoomTo(node: number): void {
    if (!this.#tree || !this.#layout) return;
    const width = this.#layout.weight[node];
    const start = this.#layout.left[positionOf(this.#tree, this.#layout, node)];
    const isDrawn = width > 0;
    this.from = isDrawn ? start : 0;
    this.to = isDrawn ? start + width : this.#layout.weight[0];
    this.reveal(node, Math.floor(this.heightCss / this.rowHeightCss / 2));
  }

  /** Scrolls as little as brings a node's row into view, with rows of callees behind it. */
  reveal(node: number, calleeRows: number): void {
    if (!this.#tree) return;
    const near = this.#tree.depth[node] * this.rowHeightCss;
    const far = near + (calleeRows + 1) * this.rowHeightCss;
    if (near < this.scrollCss) this.scrollCss = near;
    else if (far > this.scrollCss + this.heightCss) this.scrollCss = Math.min(near, far - this.heightCss);
    this.#clamp();
  }

  /** @param factor below 1 comes closer; the value under xCss stays there. @returns whether anything changed. */
  zoomAt(xCss: number, factor: number): boolean {
    const whole = this.#layout?.weight[0] ?? 0;
    const span = this.to - this.from;
    const wanted = Math.min(whole, Math.max(whole * CLOSEST, span * factor));
    if (whole === 0 || wanted === span) return false;
    const at = this.from + (xCss / this.widthCss) * span;
    this.from = at - ((at - this.from) * wanted) / span;
    this.to = this.from + wanted;
    this.#clamp();
    return true;
  }

  /** Moves the picture by css px. @returns whether anything changed. */
  panBy(dxCss: number, dyCss: number): boolean {
    const before = [this.from, this.scrollCss];
    const shift = (dxCss / Math.max(1, this.widthCss)) * (this.to - this.from);
    this.from -= shift;
    this.to -= shift;
    this.scrollCss -= this.direction === 'icicle' ? dyCss : -dyCss;
    this.#clamp();
    return before[0] !== this.from || before[1] !== this.scrollCss;
  }

  scrollTo(scrollCss: number): void {
    this.scrollCss = scrollCss;
    this.#clamp();
  }

  /** The innermost node that holds the whole visible range. O(depth · log row). */
  innermost(): number {
    const tree = this.#tree;
    const layout = this.#layout;
    if (!tree || !layout) return 0;
    const slack = (this.to - this.from) * 1e-9;
    let node = 0;
    for (let row = 1; row <= tree.maxDepth; row++) {
      let at = firstFrom(layout.left, layout.rowStart[row], layout.rowStart[row + 1], this.from + slack);
      if (at >= layout.rowStart[row + 1] || layout.left[at] > this.from + slack) at--;
      if (at < layout.rowStart[row]) break;
      const found = layout.nodes[at];
      if (layout.left[at] > this.from + slack || layout.left[at] + layout.weight[found] < this.to - slack) break;
      node = found;
    }
    return node;
  }

  #clamp(): void {
    const whole = this.#layout?.weight[0] ?? 0;
    const span = this.to - this.from;
    this.from = Math.max(0, Math.min(whole - span, this.from));
    this.to = Math.min(whole, this.from + span);
    this.scrollCss = Math.max(0, Math.min(this.contentCss - this.heightCss, this.scrollCss));
  }
}
