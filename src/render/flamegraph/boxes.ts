/** A growable list of rectangles to paint, as columns that are used again for every animation frame. */

/** A node of a pixel or more. */
export const nodeBox = 0;
/** Nodes thinner than a pixel, one beside the other, in the colour of the widest. */
export const runBox = 1;
/** A node of a pixel or more that a search hits. */
export const hitBox = 2;
/** Pixels of marked nodes that are thinner than a pixel. */
export const tickBox = 3;
export const rootBox = 4;
/** A pixel of nodes thinner than it, in the colour of the one that changed most. */
export const changeBox = 5;

export class Boxes {
  count = 0;
  /** Device px from the left of the view, snapped; `end` is exclusive and holds the gap. */
  start: Int32Array;
  end: Int32Array;
  row: Int32Array;
  /** Layout position of the node; for a run or tick, of the node that represents it. */
  position: Int32Array;
  /** Colour key. */
  key: Uint16Array;
  kind: Uint8Array;

  constructor(capacity = 4096) {
    this.start = new Int32Array(capacity);
    this.end = new Int32Array(capacity);
    this.row = new Int32Array(capacity);
    this.position = new Int32Array(capacity);
    this.key = new Uint16Array(capacity);
    this.kind = new Uint8Array(capacity);
  }

  put(start: number, end: number, row: number, position: number, key: number, kind: number): void {
    const at = this.count;
    if (at === this.start.length) this.#grow();
    this.start[at] = start;
    this.end[at] = end;
    this.row[at] = row;
    this.position[at] = position;
    this.key[at] = key;
    this.kind[at] = kind;
    this.count = at + 1;
  }

  #grow(): void {
    const capacity = this.start.length * 2;
    const longer = (before: Int32Array): Int32Array<ArrayBuffer> => {
      const after = new Int32Array(capacity);
      after.set(before);
      return after;
    };
    this.start = longer(this.start);
    this.end = longer(this.end);
    this.row = longer(this.row);
    this.position = longer(this.position);
    const { key, kind } = this;
    this.key = new Uint16Array(capacity);
    this.key.set(key);
    this.kind = new Uint8Array(capacity);
    this.kind.set(kind);
  }
}
