/** Numbers the functions of many dictionaries: by name, or by name, file and binary. */

import { Int32Column } from '#base/column.ts';
import type { PartColumns } from './part-columns.ts';
import type { FunctionColumns } from './profile-reader.ts';

export class FunctionUnion {
  readonly #isLocated: boolean;
  readonly #known = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #files: string[] = [];
  readonly #mappings: string[] = [];
  readonly #startLines = new Int32Column(256);

  /** @param isLocated distinguishes functions of one name by file and binary; otherwise the first one's stay */
  constructor(isLocated: boolean) {
    this.#isLocated = isLocated;
  }

  /** Number of function `func` of a part. */
  take({ names, paths, file, mapping, startLine }: PartColumns, func: number): number {
    const name = names[func];
    const key = this.#isLocated ? `${name}\0${paths[file.values[func]]}\0${paths[mapping.values[func]]}` : name;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = this.#names.length;
    this.#known.set(key, made);
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
