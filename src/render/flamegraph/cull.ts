/** From a million nodes to the boxes that a picture has: what is a pixel wide, and runs of what is thinner. */
import { type FlameLayout, firstFrom } from './layout.ts';

/** Boxes in device px, reused from one animation frame to the next. */
export class Boxes {
  length = 0;
  x = new Int32Array(4096);
  width = new Int32Array(4096);
  row = new Int32Array(4096);
  /** The node; of a run its widest. */
  node = new Int32Array(4096);
  /** 0 a node, 1 a run of nodes thinner than a pixel. */
  isRun = new Uint8Array(4096);
  /** 1 where a search hit is in it. */
  isHit = new Uint8Array(4096);

  put(x: number, right: number, row: number, node: number, isRun: number, isHit: number): void {
    const at = this.length++;
    if (at === this.x.length) this.#grow();
    this.x[at] = x;
    this.width[at] = right - x;
    this.row[at] = row;
    this.node[at] = node;
    this.isRun[at] = isRun;
    this.isHit[at] = isHit;
  }

  #grow(): void {
    const grown = <T extends Int32Array | Uint8Array>(column: T, make: (length: number) => T): T => {
      const larger = make(column.length * 2);
      larger.set(column);
      return larger;
    };
    const ints = (length: number): Int32Array<ArrayBuffer> => new Int32Array(length);
    const bytes = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length);
    this.x = grown(this.x, ints);
    this.width = grown(this.width, ints);
    this.row = grown(this.row, ints);
    this.node = grown(this.node, ints);
    this.isRun = grown(this.isRun, bytes);
    this.isHit = grown(this.isHit, bytes);
  }
}

/** What is looked at: a range of values over a width, and rows. */
export interface CullView {
  readonly from: number;
  readonly to: number;
  readonly widthDevice: number;
  readonly firstRow: number;
  readonly lastRow: number; // exclusive
  /** Runs are cut at this length, so that colours keep their rhythm. */
  readonly longestRunDevice: number;
}

/** Hits at positions before each position; undefined without a search. */
export type HitsBefore = Int32Array | undefined;

export function cull(layout: FlameLayout, view: CullView, hits: HitsBefore, boxes: Boxes): void {
  boxes.length = 0;
  if (!(view.to > view.from)) return;
  for (let row = view.firstRow; row < view.lastRow; row++) cullRow(layout, view, row, hits, boxes);
}

function cullRow(layout: FlameLayout, view: CullView, row: number, hits: HitsBefore, boxes: Boxes): void {
  const { left, nodes, weight, rowStart } = layout;
  const { from, to, widthDevice, longestRunDevice } = view;
  const scale = widthDevice / (to - from);
  const end = rowStart[row + 1];
  let i = firstFrom(left, rowStart[row], end, from);
  // The node before may reach into the view.
  if (i > rowStart[row] && left[i - 1] + weight[nodes[i - 1]] > from) i--;
  let runLeft = -1;
  let runRight = -1;
  let runNode = -1;
  let runWidest = 0;
  let runHit = 0;
  while (i < end && left[i] < to) {
    const node = nodes[i];
    const x = (left[i] - from) * scale;
    const width = weight[node] * scale;
    if (width >= 1) {
      if (runLeft >= 0) boxes.put(runLeft, runRight, row, runNode, 1, runHit);
      runLeft = -1;
      const x0 = Math.max(0, Math.round(x));
      const x1 = Math.min(widthDevice, Math.round(x + width));
      const isHit = hits === undefined ? 0 : hits[i + 1] - hits[i];
      if (x1 > x0) boxes.put(x0, x1, row, node, 0, isHit);
      i++;
      continue;
    }
    if (width <= 0) {
      i++;
      continue;
    }
    // All that starts in this pixel is this pixel. Only the last of them can be wide: it gets a box of its own.
    const pixel = Math.floor(x);
    let next = firstFrom(left, i, end, from + (pixel + 1) / scale);
    if (next <= i) next = i + 1;
    if (next - 1 > i && weight[nodes[next - 1]] * scale >= 1) next--;
    const reach = left[next - 1] + weight[nodes[next - 1]];
    const right = Math.min(widthDevice, Math.max(pixel + 1, Math.ceil((reach - from) * scale - 0.5)));
    const isHit = hits !== undefined && hits[next] > hits[i] ? 1 : 0;
    if (runLeft >= 0 && (pixel > runRight || isHit !== runHit || pixel - runLeft >= longestRunDevice)) {
      boxes.put(runLeft, runRight, row, runNode, 1, runHit);
      runLeft = -1;
    }
    if (runLeft < 0) {
      runLeft = Math.max(0, pixel);
      runWidest = 0;
      runHit = isHit;
    }
    if (width > runWidest) {
      runWidest = width;
      runNode = node;
    }
    runRight = Math.max(right, runLeft + 1);
    i = next;
  }
  if (runLeft >= 0) boxes.put(runLeft, runRight, row, runNode, 1, runHit);
}

/** Built once per search and tree: 4 bytes a node. */
export function countHits(layout: FlameLayout, func: Int32Array, hit: Uint8Array): Int32Array {
  const { nodes } = layout;
  const before = new Int32Array(nodes.length + 1);
  let count = 0;
  for (let i = 0; i < nodes.length; i++) {
    before[i] = count;
    const of = func[nodes[i]];
    if (of >= 0) count += hit[of];
  }
  before[nodes.length] = count;
  return before;
}
