/** Functions of many dictionaries on one numbering, by name. */

import { Int32Column } from '#base/column.ts';
import type { PartColumns } from './part-columns.ts';
import type { FunctionColumns } from './profile-reader.ts';

export class FunctionUnion {
  readonly #byName = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #files: string[] = [];
  readonly #mappings: string[] = [];
  readonly #startLines = new Int32Column(256);

  /** Number of function `func` of a part. */
  take({ names, paths, file, mapping, startLine }: PartColumns, func: number): number {
    const name = names[func];
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const made = this.#names.length;
    this.#byName.set(name, made);
    this.#names.push(name);
    this.#files.push(paths[file.values[func]]);
    this.#mappings.push(paths[mapping.values[func]]);
    this.#startLines.push(startLine.values[func]);
    return made;
  }

  columns(): FunctionColumns {
    return {
      names: this.#names,
      files: this.#files,
      mappings: this.#mappings,
      startLines: this.#startLines.take(),
    };
  }
}
