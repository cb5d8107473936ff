/** Numbers the functions of many dictionaries: by name, or by name, file and binary, or by these and kind of frame. */

import { Int32Column } from '#base/column.ts';
import type { PartColumns } from './part-columns.ts';
import type { FunctionColumns, TreeDetail } from './profile-reader.ts';

export class FunctionUnion {
  readonly #detail: TreeDetail;
  readonly #known = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #files: string[] = [];
  readonly #mappings: string[] = [];
  readonly #startLines = new Int32Column(256);
  readonly #kinds: string[] = [];
  readonly #kindsOf: Set<string>[] = [];

  /** @param detail which functions of one name are distinguished; of others the first one's facts stay */
  constructor(detail: TreeDetail) {
    this.#detail = detail;
  }

  /** Number of function `func` of a part. */
  take({ names, paths, file, mapping, kind, startLine }: PartColumns, func: number): number {
    const name = names[func];
    const ran = this.#detail === 'kinds' ? paths[kind.values[func]] : '';
    const key =
      this.#detail === 'names' ? name : `${name}\0${paths[file.values[func]]}\0${paths[mapping.values[func]]}\0${ran}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = this.#names.length;
    this.#known.set(key, made);
    this.#names.push(name);
    this.#files.push(paths[file.values[func]]);
    this.#mappings.push(paths[mapping.values[func]]);
    this.#startLines.push(startLine.values[func]);
    this.#kinds.push(ran);
    return made;
  }

  /** Number of a function that no part has. */
  named(name: string): number {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.#known.set(name, this.#names.length);
    this.#files.push('');
    this.#mappings.push('');
    this.#startLines.push(0);
    this.#kinds.push('');
    return this.#names.push(name) - 1;
  }

  /** Notes how the functions of a part ran whose names are here, wherever they are in the part. */
  noteKinds({ names, paths, kind }: PartColumns): void {
    names.forEach((name, func) => {
      const known = this.#known.get(name);
      if (known !== undefined) (this.#kindsOf[known] ??= new Set()).add(paths[kind.values[func]]);
    });
  }

  /** By function, as noted. */
  get kindsOf(): readonly ReadonlySet<string>[] {
    return this.#kindsOf;
  }

  columns(): FunctionColumns {
    return {
      names: this.#names,
      files: this.#files,
      mappings: this.#mappings,
      startLines: this.#startLines.take(),
      kinds: this.#kinds,
    };
  }
}
