/** Transforms that give functions other names: group by, rename. New names are added to the tables; no index changes. */
import type { CallTree, SiblingOrder } from '../call-tree.ts';
import type { FunctionTable } from '../profile.ts';
import type { SearchFacts } from '../search.ts';
import { rankNames } from '../tree-builder.ts';
import { rebuild, type Transformed } from './rebuild.ts';

/** What is known of functions; a transform may know more of them than the profile. */
export interface FunctionFacts extends SearchFacts {
  /** 1 where a function belongs to a runtime, kernel or libc. */
  readonly isSystem: Uint8Array;
}

export type FrameGroup = 'package' | 'file' | 'binary';

interface Renamed extends Transformed {
  readonly facts: FunctionFacts;
}

/** Each frame becomes its group; frames of one group that call each other become one. What has no group keeps its name. */
export function groupBy(tree: CallTree, by: FrameGroup, facts: FunctionFacts, order: SiblingOrder): Renamed {
  const { functions, packages } = facts;
  const groups = by === 'package' ? packages : by === 'file' ? functions.files : functions.mappings;
  const tables = new GrowingTables(facts);
  const target = Int32Array.from(functions.names, (_, func) =>
    groups[func] === '' ? func : tables.indexOf(groups[func], func),
  );
  const grown = tables.take();
  let matched = 0;
  // By place in the new tree: which function stands there.
  const standing: number[] = [-1];
  const grouped = rebuild(
    tree,
    order,
    rankNames(grown.functions.names),
    (node, caller, builder) => {
      const func = target[tree.func[node]];
      if (func !== tree.func[node]) matched++;
      if (standing[caller] === func) return caller;
      const place = builder.child(caller, func);
      standing[place] = func;
      return place;
    },
    true,
  );
  return { tree: grouped, matched, facts: grown };
}

/** @param hit by function, 1 gets the new name @param name `$0` in it stands for the old name */
export function rename(
  tree: CallTree,
  hit: Uint8Array,
  name: string,
  facts: FunctionFacts,
  order: SiblingOrder,
): Renamed {
  const tables = new GrowingTables(facts);
  const target = Int32Array.from(facts.functions.names, (old, func) =>
    hit[func] === 1
      ? tables.indexOf(
          name.replaceAll('$0', () => old),
          func,
        )
      : func,
  );
  const grown = tables.take();
  let matched = 0;
  const renamed = rebuild(
    tree,
    order,
    rankNames(grown.functions.names),
    (node, caller, builder) => {
      if (hit[tree.func[node]] === 1) matched++;
      return builder.child(caller, target[tree.func[node]]);
    },
    true,
  );
  return { tree: renamed, matched, facts: grown };
}

/** Functions by name: those that are there, and behind them the new ones. */
class GrowingTables {
  readonly #facts: FunctionFacts;
  readonly #index: Map<string, number>;
  readonly #added: { readonly name: string; readonly like: number }[] = [];

  constructor(facts: FunctionFacts) {
    this.#facts = facts;
    const { functions, cut } = facts;
    this.#index = new Map(functions.names.map((name, func) => [name, func]));
    // Nobody's function takes nobody's name.
    if (cut !== undefined) this.#index.delete(functions.names[cut]);
  }

  /** @param like a function whose package, file and binary the new one has */
  indexOf(name: string, like: number): number {
    const known = this.#index.get(name);
    if (known !== undefined) return known;
    const func = this.#facts.functions.names.length + this.#added.push({ name, like }) - 1;
    this.#index.set(name, func);
    return func;
  }

  take(): FunctionFacts {
    const { functions, packages, frames, isSystem, cut } = this.#facts;
    const added = this.#added;
    if (added.length === 0) return this.#facts;
    const length = functions.names.length + added.length;
    const line = new Int32Array(length);
    line.set(functions.line);
    const system = new Uint8Array(length);
    system.set(isSystem);
    for (const [i, { like }] of added.entries()) system[functions.names.length + i] = isSystem[like];
    const grown: FunctionTable = {
      names: [...functions.names, ...added.map(({ name }) => name)],
      files: [...functions.files, ...added.map(({ like }) => functions.files[like])],
      line,
      mappings: [...functions.mappings, ...added.map(({ like }) => functions.mappings[like])],
    };
    return {
      functions: grown,
      packages: [...packages, ...added.map(({ like }) => packages[like])],
      frames,
      isSystem: system,
      cut,
    };
  }
}
