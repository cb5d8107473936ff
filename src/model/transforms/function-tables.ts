/** What is known of functions, and tables that grow by the functions that a transform makes. No index changes. */
import type { SearchFacts } from '../search.ts';

/** A transform may know more functions than the profile. */
export interface FunctionFacts extends SearchFacts {
  /** 1 where a function belongs to a runtime, kernel or libc. */
  readonly isSystem: Uint8Array;
}

/** A function that a transform made. */
interface NewFunction {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly mapping: string;
  readonly package: string;
  readonly isSystem: number;
}

/** The function that each function becomes, and tables that know both. */
export interface RenamedFunctions {
  readonly target: Int32Array;
  readonly facts: FunctionFacts;
}

/** Functions by name: those that are there, and behind them the new ones. */
export class GrowingTables {
  readonly #facts: FunctionFacts;
  readonly #index: Map<string, number>;
  readonly #added: NewFunction[] = [];

  constructor(facts: FunctionFacts) {
    this.#facts = facts;
    const { functions, cut } = facts;
    this.#index = new Map(functions.names.map((name, func) => [name, func]));
    // The placeholder for cut-away nodes must not be matched by name.
    if (cut !== undefined) this.#index.delete(functions.names[cut]);
  }

  /** The function of that name; of a new one this is what is known. */
  indexOf(wanted: NewFunction): number {
    const known = this.#index.get(wanted.name);
    if (known !== undefined) return known;
    const func = this.#facts.functions.names.length + this.#added.push(wanted) - 1;
    this.#index.set(wanted.name, func);
    return func;
  }

  take(): FunctionFacts {
    const { functions, packages, frames, isSystem, cut } = this.#facts;
    const added = this.#added;
    if (added.length === 0) return this.#facts;
    const { length } = functions.names;
    const line = new Int32Array(length + added.length);
    line.set(functions.line);
    const system = new Uint8Array(length + added.length);
    system.set(isSystem);
    for (const [i, one] of added.entries()) {
      line[length + i] = one.line;
      system[length + i] = one.isSystem;
    }
    return {
      functions: {
        names: [...functions.names, ...added.map(({ name }) => name)],
        files: [...functions.files, ...added.map(({ file }) => file)],
        line,
        mappings: [...functions.mappings, ...added.map(({ mapping }) => mapping)],
      },
      packages: [...packages, ...added.map((one) => one.package)],
      frames,
      isSystem: system,
      cut,
    };
  }
}
