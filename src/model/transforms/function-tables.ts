/** Facts of functions, and tables that grow when a transform creates functions. No index changes. */
import type { SearchFacts } from '../search.ts';

/** A transform may know more functions than the profile. */
export interface FunctionFacts extends SearchFacts {
  /** 1 where a function belongs to a runtime, kernel or libc. */
  readonly isSystem: Uint8Array;
  /** Whether names repeat, as functions are distinguished by definition (or definition and line) until a tree is merged. */
  readonly isLocated?: boolean;
  /** Kind of frame (`FrameKinds`), where functions are distinguished by it too. */
  readonly kind?: Uint8Array | undefined;
}

/** A function that a transform made. */
interface NewFunction {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly mapping: string;
  readonly frameLine: number;
  readonly package: string;
  readonly isSystem: number;
  readonly kind: number;
}

/** The function that each function becomes, and tables that know both. */
export interface RenamedFunctions {
  readonly target: Int32Array;
  readonly facts: FunctionFacts;
}

/** Functions by name (by definition and line where names repeat): the profile's own, then those that transforms add. */
export class GrowingTables {
  readonly #facts: FunctionFacts;
  readonly #index = new Map<string, number>();
  readonly #added: NewFunction[] = [];

  constructor(facts: FunctionFacts) {
    this.#facts = facts;
    const { functions, frameLine, cut, kind } = facts;
    const { names, files, mappings } = functions;
    for (let func = 0; func < names.length; func++) {
      // The placeholder for cut-away nodes must not be matched by name.
      if (func !== cut)
        this.#index.set(
          this.#key(names[func], files[func], mappings[func], frameLine?.[func] ?? 0, kind?.[func] ?? 0),
          func,
        );
    }
  }

  /** The function of that name; of a new one this is what is known. */
  indexOf(wanted: NewFunction): number {
    const key = this.#key(wanted.name, wanted.file, wanted.mapping, wanted.frameLine, wanted.kind);
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const func = this.#facts.functions.names.length + this.#added.push(wanted) - 1;
    this.#index.set(key, func);
    return func;
  }

  take(): FunctionFacts {
    const { functions, packages, frameLine, isSystem, kind } = this.#facts;
    const added = this.#added;
    if (added.length === 0) return this.#facts;
    return {
      ...this.#facts,
      functions: {
        names: [...functions.names, ...added.map(({ name }) => name)],
        files: [...functions.files, ...added.map(({ file }) => file)],
        line: longer(functions.line, added, ({ line }) => line),
        mappings: [...functions.mappings, ...added.map(({ mapping }) => mapping)],
      },
      packages: [...packages, ...added.map((one) => one.package)],
      frameLine: frameLine && longer(frameLine, added, (one) => one.frameLine),
      isSystem: Uint8Array.from([...isSystem, ...added.map((one) => one.isSystem)]),
      kind: kind && Uint8Array.from([...kind, ...added.map((one) => one.kind)]),
    };
  }

  #key(name: string, file: string, mapping: string, frameLine: number, kind: number): string {
    return this.#facts.isLocated === true ? `${name}\0${file}\0${mapping}\0${frameLine}\0${kind}` : name;
  }
}

function longer(column: Int32Array, added: readonly NewFunction[], number: (one: NewFunction) => number): Int32Array {
  const all = new Int32Array(column.length + added.length);
  all.set(column);
  for (const [i, one] of added.entries()) all[column.length + i] = number(one);
  return all;
}

/** The first function of each one's name: itself where names are unique. */
export function firstOfName(names: readonly string[]): Int32Array {
  const index = new Map<string, number>();
  return Int32Array.from(names, (name, func) => {
    const known = index.get(name);
    if (known === undefined) index.set(name, func);
    return known ?? func;
  });
}
