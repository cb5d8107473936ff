/** Columns that every format fills the same way: functions told apart by name, frames, texts, values. */
import { Int32Column } from '#base/column.ts';
import type { FunctionTable, LabelTable, ValueColumn } from '#model/profile.ts';

/** Functions by name. File, line and mapping are those of the first sight; the line of a function without one is the smallest seen. */
export class FunctionColumns {
  readonly #index = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #files: string[] = [];
  readonly #mappings: string[] = [];
  readonly #line = new Int32Column();
  readonly #starts = new Int32Column(); // 1 where the file tells the first line

  /** @param startLine the function's first line, 0 where the file does not tell it. */
  intern(name: string, file: string, startLine: number, mapping: string): number {
    const known = this.#index.get(name);
    if (known !== undefined) return known;
    const func = this.#names.length;
    this.#index.set(name, func);
    this.#names.push(name);
    this.#files.push(file);
    this.#mappings.push(mapping);
    this.#line.push(startLine);
    this.#starts.push(startLine > 0 ? 1 : 0);
    return func;
  }

  sawLine(func: number, line: number): void {
    if (line <= 0 || this.#starts.values[func] === 1) return;
    const least = this.#line.values[func];
    if (least === 0 || line < least) this.#line.values[func] = line;
  }

  take(): FunctionTable {
    return { names: this.#names, files: this.#files, line: this.#line.take(), mappings: this.#mappings };
  }
}

/** Texts by content: each once. */
export class TextColumn {
  readonly #index = new Map<string, number>();
  readonly texts: string[] = [];

  intern(text: string): number {
    const known = this.#index.get(text);
    if (known !== undefined) return known;
    this.#index.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** Whether sums over the column could leave the whole numbers that a double holds. */
export function needsExact(values: Float64Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]);
  return sum > Number.MAX_SAFE_INTEGER;
}

/** A column of doubles that are known to sum exactly, or of fractions. */
export function plainColumn(values: Float64Array): ValueColumn {
  return { values, exact: undefined };
}

/** A line number as a column holds it: 0 where it makes no sense. */
export function lineNumber(line: number): number {
  return line > 0 && line <= 0x7fffffff ? Math.floor(line) : 0;
}

export function noLabels(sampleCount: number): LabelTable {
  return {
    start: new Int32Array(sampleCount + 1),
    key: new Int32Array(0),
    text: new Int32Array(0),
    number: new BigInt64Array(0),
    unit: new Int32Array(0),
    strings: [],
  };
}
