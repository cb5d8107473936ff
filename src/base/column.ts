/** Columns that grow: typed arrays while they are filled, cut to size when done. */

/** Small: an upload may have thousands of columns of a few values each. */
const FIRST_ROOM = 16;

export class Int32Column {
  /** The buffer; only [0, length) is valid. `reserve` replaces it, so do not keep it across a push. */
  values: Int32Array<ArrayBuffer>;
  length = 0;

  constructor(room = FIRST_ROOM) {
    this.values = new Int32Array(room);
  }

  push(value: number): void {
    if (this.length === this.values.length) this.reserve(1);
    this.values[this.length++] = value;
  }

  pushSpan(start: number, end: number): void {
    this.reserve(2);
    this.values[this.length++] = start;
    this.values[this.length++] = end;
  }

  /** Makes room for `more` values behind the last one. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.values.length) return;
    const larger = new Int32Array(Math.max(needed, this.values.length * 2));
    larger.set(this.values.subarray(0, this.length));
    this.values = larger;
  }

  /** The column cut to its length. It is not copied when little space is unused: copying millions costs more. */
  take(): Int32Array<ArrayBuffer> {
    const { values, length } = this;
    return length * 4 >= values.length * 3 ? values.subarray(0, length) : values.slice(0, length);
  }
}

export class Float64Column {
  /** As in `Int32Column`. */
  values: Float64Array<ArrayBuffer>;
  length = 0;

  constructor(room = FIRST_ROOM) {
    this.values = new Float64Array(room);
  }

  push(value: number): void {
    if (this.length === this.values.length) this.reserve(1);
    this.values[this.length++] = value;
  }

  /** Makes room for `more` values behind the last one. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.values.length) return;
    const larger = new Float64Array(Math.max(FIRST_ROOM, needed, this.values.length * 2));
    larger.set(this.values.subarray(0, this.length));
    this.values = larger;
  }

  /** As in `Int32Column`. */
  take(): Float64Array<ArrayBuffer> {
    const { values, length } = this;
    return length * 4 >= values.length * 3 ? values.subarray(0, length) : values.slice(0, length);
  }
}
