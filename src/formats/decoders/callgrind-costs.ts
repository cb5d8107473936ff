/** A line of costs: positions, then a cost for each event. Both may be relative to the line before. */
import { DecodeError } from '../format.ts';
import type { LineReader } from './line-reader.ts';

const [PLUS, MINUS, SAME] = [43, 45, 42];

export class CostReader {
  readonly #lines: LineReader;
  /** Columns before the costs; the last one is the line. */
  positions = 1;
  /** Whether `+1`, `-1` and `*` are relative as costs too. */
  hasRelativeCosts = true;
  #position: number[] = [];
  /** Costs of the last line, by event. */
  values = new Float64Array(0);
  #before = new Float64Array(0);

  constructor(lines: LineReader) {
    this.#lines = lines;
  }

  set events(count: number) {
    this.values = new Float64Array(count);
    this.#before = new Float64Array(count);
  }

  /** Source line, 0 if unknown. */
  get line(): number {
    return this.#position[this.positions - 1] ?? 0;
  }

  /** Reads a line from `start` to `end` of the text. */
  read(text: string, start: number, end: number): void {
    const { values, positions } = this;
    let column = 0;
    let at = start;
    // Loops, as there are one or two events on most lines.
    for (let event = 0; event < values.length; event++) {
      this.#before[event] = values[event];
      values[event] = 0;
    }
    while (at < end) {
      while (at < end && isBlank(text.charCodeAt(at))) at++;
      if (at === end) break;
      const from = at;
      while (at < end && !isBlank(text.charCodeAt(at))) at++;
      if (column < positions) this.#position[column] = this.#relative(text, from, at, this.#position[column] ?? 0);
      else if (column - positions < values.length) {
        const event = column - positions;
        values[event] = this.hasRelativeCosts
          ? this.#relative(text, from, at, this.#before[event])
          : this.#number(text, from, at);
      } else throw this.#refuse('A line has more costs than there are events');
      column++;
    }
  }

  #relative(text: string, start: number, end: number, before: number): number {
    const first = text.charCodeAt(start);
    if (first === SAME) return before;
    if (first === PLUS) return before + this.#number(text, start + 1, end);
    if (first === MINUS) return before - this.#number(text, start + 1, end);
    return this.#number(text, start, end);
  }

  #number(text: string, start: number, end: number): number {
    let value = 0;
    let at = start;
    for (; at < end; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    // Hexadecimal addresses, signs, fractions.
    if (at < end || at === start) value = Number(text.slice(start, Math.min(end, start + 400)));
    if (Number.isFinite(value)) return value;
    throw this.#refuse(`The text ${JSON.stringify(text.slice(start, Math.min(end, start + 40)))} is not a number`);
  }

  #refuse(message: string): DecodeError {
    return new DecodeError('malformed', `${message}.`, {
      place: this.#lines.place,
      remedy: 'The file was probably truncated or changed in transit: let the profiler write it again.',
    });
  }
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}
