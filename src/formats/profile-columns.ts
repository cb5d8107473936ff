/** Columns that every format fills the same way: functions and their definitions, texts, values. */
import { Int32Column } from '#base/column.ts';
import { tablesOf, tablesOfOne } from '#model/definitions.ts';
import type { FrameKinds, LabelTable, Profile, ValueColumn } from '#model/profile.ts';

/** Definitions by name, file and binary. The line of one without a first line is the smallest seen. */
export class FunctionColumns {
  readonly #index = new Map<string, number>();
  /** Further definitions of a name. */
  readonly #further = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #files: string[] = [];
  readonly #mappings: string[] = [];
  readonly #line = new Int32Column();
  readonly #starts = new Int32Column(); // 1 where the file tells the first line

  get length(): number {
    return this.#names.length;
  }

  /**
   * @param startLine the function's first line, 0 if the file does not tell it
   * @returns the number of the definition
   */
  intern(name: string, file: string, startLine: number, mapping: string): number {
    const first = this.#index.get(name);
    if (first === undefined) {
      this.#index.set(name, this.#names.length);
      return this.#push(name, file, startLine, mapping);
    }
    if (this.#files[first] === file && this.#mappings[first] === mapping) return first;
    const key = `${first}\0${file}\0${mapping}`;
    const known = this.#further.get(key);
    if (known !== undefined) return known;
    this.#further.set(key, this.#names.length);
    return this.#push(name, file, startLine, mapping);
  }

  sawLine(definition: number, line: number): void {
    if (line <= 0 || this.#starts.values[definition] === 1) return;
    const least = this.#line.values[definition];
    if (least === 0 || line < least) this.#line.values[definition] = line;
  }

  /** @param definition by frame @param line by frame, 0 if unknown */
  take(
    definition: Int32Array,
    line: Int32Array,
    kinds?: FrameKinds,
  ): Pick<Profile, 'functions' | 'definitions' | 'frames'> {
    const rows = { names: this.#names, files: this.#files, line: this.#line.take(), mappings: this.#mappings };
    return (this.#further.size === 0 ? tablesOfOne : tablesOf)(rows, definition, line, kinds);
  }

  #push(name: string, file: string, startLine: number, mapping: string): number {
    this.#files.push(file);
    this.#mappings.push(mapping);
    this.#line.push(startLine);
    this.#starts.push(startLine > 0 ? 1 : 0);
    return this.#names.push(name) - 1;
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

/** A line number as a column holds it: 0 if it makes no sense. */
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
