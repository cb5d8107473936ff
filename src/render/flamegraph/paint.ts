/** Draws a list of boxes: one fillRect each, sorted by colour, so that a colour is set once. No stroke, no path, no clip. */
import type { Painter } from '../painter.ts';
import { cutColourKey } from '../palette.ts';
import { type Boxes, hitBox, rootBox, runBox, tickBox } from './boxes.ts';
import type { FlameTheme } from './scene.ts';
import { type FlameView, gapOf, rowTop } from './view.ts';

// Colours in the order of drawing: keys 0 … 255, then the root, then hits, on top of what they share a pixel with.
const ROOT = 256;
const HIT = 257;
const TICK = 258;
const BUCKETS = 259;

/** Hits wider than this many css px have an edge around their yellow; ticks are no boxes and have none. */
const EDGED_CSS = 3;

/** Keeps the columns that sorting needs from one paint to the next. */
export class BoxPainter {
  readonly #painter: Painter;
  readonly #bucketStart = new Int32Array(BUCKETS + 1);
  readonly #next = new Int32Array(BUCKETS);
  #order = new Int32Array(4096);

  constructor(painter: Painter) {
    this.#painter = painter;
  }

  /** @param searching boxes that are no hits stand back. */
  paint(theme: FlameTheme, view: FlameView, boxes: Boxes, searching: boolean): void {
    const painter = this.#painter;
    painter.fillStyle = theme.ground;
    painter.fillRect(0, 0, view.width, view.height);
    this.#sort(boxes);
    const fills = searching ? theme.faded : theme.fills;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const from = this.#bucketStart[bucket];
      const to = this.#bucketStart[bucket + 1];
      if (from === to) continue;
      if (bucket === HIT) this.#paintHits(theme, view, boxes, from, to);
      else {
        painter.fillStyle =
          bucket === cutColourKey
            ? theme.cutHatch(view.ratio)
            : bucket === ROOT
              ? theme.rootFill
              : bucket === TICK
                ? theme.search
                : (fills[bucket] ?? theme.rootFill);
        this.#fill(view, boxes, from, to, 0);
      }
    }
  }

  #paintHits(theme: FlameTheme, view: FlameView, boxes: Boxes, from: number, to: number): void {
    const edge = gapOf(view);
    this.#painter.fillStyle = theme.searchEdge;
    this.#fill(view, boxes, from, to, 0);
    this.#painter.fillStyle = theme.search;
    this.#fill(view, boxes, from, to, edge);
  }

  /** @param inset device px that wide boxes leave at each side, for the edge that was filled before. */
  #fill(view: FlameView, boxes: Boxes, from: number, to: number, inset: number): void {
    const painter = this.#painter;
    const { start, end, row } = boxes;
    const gap = gapOf(view);
    const height = view.row - gap;
    const edged = EDGED_CSS * gap;
    for (let i = from; i < to; i++) {
      const box = this.#order[i];
      const width = paintedWidth(boxes, box, gap);
      const x = start[box];
      const y = rowTop(view, row[box]);
      if (inset > 0 && end[box] - x > edged)
        painter.fillRect(x + inset, y + inset, width - 2 * inset, height - 2 * inset);
      else painter.fillRect(x, y, width, height);
    }
  }

  /** Counting sort by colour; within one the order of the list stays. */
  #sort(boxes: Boxes): void {
    const { count, kind, key } = boxes;
    const starts = this.#bucketStart;
    if (this.#order.length < count) this.#order = new Int32Array(boxes.start.length);
    starts.fill(0);
    for (let i = 0; i < count; i++) starts[bucketOf(kind[i], key[i]) + 1]++;
    for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1] += starts[bucket];
    this.#next.set(starts.subarray(0, BUCKETS));
    for (let i = 0; i < count; i++) this.#order[this.#next[bucketOf(kind[i], key[i])]++] = i;
  }
}

/** Boxes of two gaps and more keep one free at their right; runs and ticks lie side by side. */
export function paintedWidth({ start, end, kind }: Boxes, box: number, gap: number): number {
  const width = end[box] - start[box];
  const isNode = kind[box] !== runBox && kind[box] !== tickBox;
  return isNode && width >= 2 * gap ? width - gap : width;
}

function bucketOf(kind: number, key: number): number {
  return kind === hitBox ? HIT : kind === tickBox ? TICK : kind === rootBox ? ROOT : key;
}
