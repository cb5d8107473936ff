/** Transforms that give functions other names: group by, rename. New names are added to the tables; no index changes. */
import type { Steps } from '#base/steps.ts';
import type { CallTree, SiblingOrder } from '../call-tree.ts';
import type { SearchPattern } from '../search-pattern.ts';
import { matchFunctions, parseSearch, type SearchFacts, type SearchQuery, SEARCHED_LETTERS } from '../search.ts';
import { rankNames } from '../tree-builder.ts';
import { rebuild, type Transformed } from './rebuild.ts';

/** What is known of functions; a transform may know more of them than the profile. */
export interface FunctionFacts extends SearchFacts {
  /** 1 where a function belongs to a runtime, kernel or libc. */
  readonly isSystem: Uint8Array;
}

export type FrameGroup = 'package' | 'file' | 'binary';

/** A function that a transform made. */
interface NewFunction {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly mapping: string;
  readonly package: string;
  readonly isSystem: number;
}

/** Patterns cost more than names: of a hostile one this much is done before others get their turn. */
const FUNCTIONS_A_STEP = 512;
/** Of a name of a megabyte the beginning is replaced and shown. */
const LONGEST_NAME = 4000;
const MOST_MATCHES = 50;

interface Renamed extends Transformed {
  readonly facts: FunctionFacts;
}

/** Functions under other names: which function becomes which, of tables that know both. */
interface RenamedFunctions {
  readonly target: Int32Array;
  readonly facts: FunctionFacts;
}

/** Each frame becomes its group; frames of one group that call each other become one. What has no group keeps its name. */
export function groupBy(tree: CallTree, by: FrameGroup, facts: FunctionFacts, order: SiblingOrder): Renamed {
  const { target, facts: grown } = groupFunctions(by, facts);
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

export function groupFunctions(by: FrameGroup, facts: FunctionFacts): RenamedFunctions {
  const { functions, packages, isSystem } = facts;
  const groups = by === 'package' ? packages : by === 'file' ? functions.files : functions.mappings;
  const tables = new GrowingTables(facts);
  const target = Int32Array.from(functions.names, (_, func) => {
    const group = groups[func];
    if (group === '') return func;
    // Of a package's many files none is its own.
    return tables.indexOf({
      name: group,
      file: by === 'file' ? group : '',
      line: 0,
      mapping: by === 'binary' ? group : '',
      package: by === 'binary' ? '' : packages[func],
      isSystem: isSystem[func],
    });
  });
  return { target, facts: tables.take() };
}

/** What matches gets a new name (`renamer`). */
export function* rename(
  tree: CallTree,
  match: string,
  name: string,
  facts: FunctionFacts,
  order: SiblingOrder,
): Steps<Renamed> {
  const { target, facts: grown, hit } = yield* renameFunctions(match, name, facts);
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

export function* renameFunctions(
  match: string,
  text: string,
  facts: FunctionFacts,
): Steps<RenamedFunctions & { readonly hit: Uint8Array }> {
  const { names, files, line, mappings } = facts.functions;
  const tables = new GrowingTables(facts);
  const target = Int32Array.from(names, (_, func) => func);
  const parsed = parseSearch(match);
  if (!parsed.ok) return { target, facts, hit: new Uint8Array(names.length) };
  const hit = yield* matchFunctions(parsed.query, facts);
  const newName = renamer(parsed.query, text);
  for (let func = 0; func < names.length; func++) {
    if (func % FUNCTIONS_A_STEP === 0) yield func / names.length;
    if (hit[func] === 0) continue;
    target[func] = tables.indexOf({
      name: newName(names[func]),
      file: files[func],
      line: line[func],
      mapping: mappings[func],
      package: facts.packages[func],
      isSystem: facts.isSystem[func],
    });
  }
  return { target, facts: tables.take(), hit };
}

/**
 * What a name becomes: of a /pattern/ alone each match is replaced, any other search means the whole name. `$0` in the
 * new text is what it replaces. Nobody loses a name: what would be left without letters stays.
 */
function renamer(query: SearchQuery, text: string): (old: string) => string {
  const pattern = patternAlone(query);
  const put = (replaced: string): string => text.replaceAll('$0', () => replaced);
  return (old) => {
    const name = pattern ? replaceMatches(old, pattern, put) : put(old);
    return name.trim() === '' ? old : name.slice(0, LONGEST_NAME);
  };
}

/** The pattern of a search that is nothing else. */
function patternAlone(query: SearchQuery): SearchPattern | undefined {
  const term = query.length === 1 && query[0].length === 1 ? query[0][0] : undefined;
  return term && term.scope === 'name' && !term.negated ? term.pattern : undefined;
}

function replaceMatches(old: string, pattern: SearchPattern, put: (replaced: string) => string): string {
  const read = old.slice(0, SEARCHED_LETTERS);
  let name = '';
  let done = 0;
  for (let count = 0; count < MOST_MATCHES; count++) {
    const found = pattern.find(read, done);
    // An empty match replaces nothing, and those behind it are not looked for.
    if (!found || found.end === found.start) break;
    name += old.slice(done, found.start) + put(old.slice(found.start, found.end));
    done = found.end;
  }
  return name + old.slice(done);
}

/** Functions by name: those that are there, and behind them the new ones. */
class GrowingTables {
  readonly #facts: FunctionFacts;
  readonly #index: Map<string, number>;
  readonly #added: NewFunction[] = [];

  constructor(facts: FunctionFacts) {
    this.#facts = facts;
    const { functions, cut } = facts;
    this.#index = new Map(functions.names.map((name, func) => [name, func]));
    // Nobody's function takes nobody's name.
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
