/**
 * Trees whose nodes are distinguished by more than names: by the definition of a frame (file and binary), or by its
 * line too.
 * Questions about files and lines use such a tree; the shown tree is merged from it by name.
 */
import type { CallTree } from './call-tree.ts';
import { hasSeveralDefinitions } from './definitions.ts';
import { functionTotals, type FunctionTotals } from './function-table.ts';
import { packageOf } from './function-name.ts';
import { parseSearch, type SearchQuery, searchShare } from './search.ts';
import type { FunctionTable, Profile } from './profile.ts';
import type { FunctionFacts } from './transforms/function-tables.ts';
import { isInverted, selfOfInverted } from './transforms/invert.ts';
import type { Transform } from './transforms/registry.ts';

/** The levels of detail, from the coarsest on. */
export type Detail = 'function' | 'definition' | 'line';

/** A key is a function, a definition, or a line of a definition: what the nodes of a tree are distinguished by. */
export interface Keys {
  readonly facts: FunctionFacts;
  readonly ofFrame: Int32Array;
}

export function describe({ names, files, mappings }: FunctionTable): Pick<FunctionFacts, 'packages' | 'isSystem'> {
  const packages: string[] = [];
  const isSystem = new Uint8Array(names.length);
  for (let i = 0; i < names.length; i++) {
    const found = packageOf(names[i], files[i], mappings[i]);
    packages.push(found.package);
    isSystem[i] = found.isSystem ? 1 : 0;
  }
  return { packages, isSystem };
}

/** The detail that a search asks for. */
export function detailOfSearch(query: SearchQuery): Detail {
  const scopes = query.flatMap((terms) => terms.map(({ scope }) => scope));
  return scopes.includes('line') ? 'line' : scopes.some((scope) => scope !== 'name') ? 'definition' : 'function';
}

/** The detail that transforms need: at least the profile's definitions. */
export function detailOfTransforms(transforms: readonly Transform[]): Detail {
  const asksForLines = transforms.some((one) => {
    const parsed = 'match' in one ? parseSearch(one.match) : undefined;
    return parsed?.ok === true && detailOfSearch(parsed.query) === 'line';
  });
  return asksForLines ? 'line' : 'definition';
}

/** The coarsest equivalent detail: most names have one definition, and many profiles have no lines. */
export function detailOfProfile(profile: Profile, wanted: Detail): Detail {
  if (wanted === 'line' && profile.frames.line.some((line) => line > 0)) return 'line';
  return wanted !== 'function' && hasSeveralDefinitions(profile) ? 'definition' : 'function';
}

/** @param known of the definitions */
export function keysOf(
  profile: Profile,
  detail: Exclude<Detail, 'function'>,
  known: Pick<FunctionFacts, 'packages' | 'isSystem'>,
): Keys {
  const { definitions, frames } = profile;
  const { packages, isSystem } = known;
  if (detail === 'definition') {
    const facts = { functions: definitions, packages, isSystem, isLocated: true };
    return { facts: { ...facts, cut: cutKey(profile, definitions.func) }, ofFrame: frames.definition };
  }
  const index = new Map<number, number>();
  const definition: number[] = [];
  const line: number[] = [];
  const ofFrame = new Int32Array(frames.length);
  for (let frame = 0; frame < frames.length; frame++) {
    // Both halves fit: lines have 31 bits.
    const pair = frames.definition[frame] * 2 ** 31 + frames.line[frame];
    let key = index.get(pair);
    if (key === undefined) {
      index.set(pair, (key = index.size));
      definition.push(frames.definition[frame]);
      line.push(frames.line[frame]);
    }
    ofFrame[frame] = key;
  }
  return {
    ofFrame,
    facts: {
      functions: {
        names: definition.map((one) => definitions.names[one]),
        files: definition.map((one) => definitions.files[one]),
        line: Int32Array.from(definition, (one) => definitions.line[one]),
        mappings: definition.map((one) => definitions.mappings[one]),
      },
      packages: definition.map((one) => packages[one]),
      isSystem: Uint8Array.from(definition, (one) => isSystem[one]),
      frameLine: Int32Array.from(line),
      isLocated: true,
      cut: cutKey(
        profile,
        definition.map((one) => definitions.func[one]),
      ),
    },
  };
}

function cutKey({ cut }: Profile, func: ArrayLike<number>): number | undefined {
  return cut === undefined ? undefined : Array.prototype.indexOf.call(func, cut.func);
}

/**
 * The functions that a located tree is shown with, by name: those of the profile first.
 * @param facts of the tree @param known of the profile's functions
 * @returns by key its function; the facts are `known` itself where there is no other name
 */
export function functionsOfKeys(
  facts: FunctionFacts,
  known: FunctionFacts,
): { readonly target: Int32Array; readonly facts: FunctionFacts } {
  const { names } = known.functions;
  const index = new Map<string, number>();
  for (let func = 0; func < names.length; func++) if (func !== known.cut) index.set(names[func], func);
  const added: number[] = [];
  const target = Int32Array.from(facts.functions.names, (name, key) => {
    if (key === facts.cut) return known.cut!;
    let func = index.get(name);
    if (func === undefined) {
      index.set(name, (func = names.length + added.length));
      added.push(key);
    }
    return func;
  });
  if (added.length === 0) return { target, facts: known };
  const { functions } = facts;
  const more = <T>(column: readonly T[], from: readonly T[]): T[] => [...column, ...added.map((key) => from[key])];
  const numbers = (column: ArrayLike<number>, from: ArrayLike<number>): number[] => [
    ...Array.from(column),
    ...added.map((key) => from[key]),
  ];
  return {
    target,
    facts: {
      ...known,
      functions: {
        names: more(names, functions.names),
        files: more(known.functions.files, functions.files),
        line: Int32Array.from(numbers(known.functions.line, functions.line)),
        mappings: more(known.functions.mappings, functions.mappings),
      },
      packages: more(known.packages, facts.packages),
      isSystem: Uint8Array.from(numbers(known.isSystem, facts.isSystem)),
    },
  };
}

/** The definitions of a shown tree: what each costs, and which one each node is of. */
export interface TreeDefinitions extends FunctionTable, Pick<FunctionFacts, 'packages' | 'isSystem'> {
  /** The shown function. */
  readonly func: Int32Array;
  readonly self: Float64Array;
  /** A stack counts once for each definition in it. */
  readonly total: Float64Array;
  readonly exact: FunctionTotals['exact'];
  /** By shown node the definition with the largest total there; `~` of it where there are others. */
  readonly ofNode: Int32Array;
}

/** A tree of keys, and how it is shown. */
export interface LocatedTree {
  readonly tree: CallTree;
  readonly facts: FunctionFacts;
  /** By key the function that is shown. */
  readonly target: Int32Array;
  /** By node the node that is shown, −1 where there is none. */
  readonly nodeOf: Int32Array;
}

/** The result of a search in a located tree, mapped to the shown tree. */
export interface LocatedHits {
  /** 1 for each shown function that is hit somewhere. */
  readonly hit: Uint8Array;
  /** 1 for each shown node that is hit, even in part. */
  readonly hitNodes: Uint8Array;
  /** By shown node: the total of its hits that have no hit above them. */
  readonly covered: Float64Array;
  /** The sum of `covered`. */
  readonly value: number;
}

/** @param hitKeys 1 for each key that matches */
export function locatedHits(
  { tree, target, nodeOf }: LocatedTree,
  hitKeys: Uint8Array,
  shownNodes: number,
  functions: number,
): LocatedHits {
  const hit = new Uint8Array(functions);
  const hitNodes = new Uint8Array(shownNodes);
  const covered = new Float64Array(shownNodes);
  let coveredUntil = 0;
  for (let node = 1; node < tree.length; node++) {
    const key = tree.func[node];
    if (hitKeys[key] === 0) continue;
    const at = nodeOf[node];
    if (at >= 0) {
      hit[target[key]] = 1;
      hitNodes[at] = 1;
    }
    if (node < coveredUntil) continue;
    coveredUntil = tree.subtreeEnd[node];
    if (at >= 0) covered[at] += tree.total[node];
  }
  return { hit, hitNodes, covered, value: searchShare(tree, hitKeys).value };
}

export function treeDefinitions(
  { tree, facts, target, nodeOf }: LocatedTree,
  shownNodes: number,
  transforms: readonly Transform[],
): TreeDefinitions {
  const { names, files, mappings } = facts.functions;
  const index = new Map<string, number>();
  const keys: number[] = [];
  const definitionOf = Int32Array.from(names, (_, key) => {
    const text = `${target[key]}\0${files[key]}\0${mappings[key]}`;
    let known = index.get(text);
    if (known === undefined) {
      index.set(text, (known = keys.length));
      keys.push(key);
    }
    return known;
  });
  const ofDefinitions = { ...tree, func: tree.func.map((key) => (key < 0 ? -1 : definitionOf[key])) };
  const { self, total, exact } = functionTotals(ofDefinitions, keys.length);
  if (isInverted(transforms)) selfOfInverted(ofDefinitions, self, exact?.self);
  return {
    names: keys.map((key) => names[key]),
    files: keys.map((key) => files[key]),
    line: Int32Array.from(keys, (key) => facts.functions.line[key]),
    mappings: keys.map((key) => mappings[key]),
    packages: keys.map((key) => facts.packages[key]),
    isSystem: Uint8Array.from(keys, (key) => facts.isSystem[key]),
    func: Int32Array.from(keys, (key) => target[key]),
    self,
    total,
    exact,
    ofNode: largestOfNodes(ofDefinitions, keys.length, nodeOf, shownNodes),
  };
}

/** A definition may have several nodes at one shown node, as their callers differ. @param tree of definitions */
function largestOfNodes(tree: CallTree, definitions: number, nodeOf: Int32Array, shownNodes: number): Int32Array {
  const ofNode = new Int32Array(shownNodes).fill(-1);
  const sum = new Float64Array(shownNodes);
  // Most nodes have one definition: sums of the others, by node and definition.
  const others = new Map<number, number>();
  for (let node = 1; node < tree.length; node++) {
    const at = nodeOf[node];
    if (at < 0) continue;
    const definition = tree.func[node];
    if (ofNode[at] < 0) ofNode[at] = definition;
    if (ofNode[at] === definition) sum[at] += Math.abs(tree.total[node]);
    else {
      const key = at * definitions + definition;
      others.set(key, (others.get(key) ?? 0) + Math.abs(tree.total[node]));
    }
  }
  const isMixed = new Uint8Array(shownNodes);
  for (const [key, amount] of others) {
    const at = Math.floor(key / definitions);
    isMixed[at] = 1;
    if (amount <= sum[at]) continue;
    sum[at] = amount;
    ofNode[at] = key % definitions;
  }
  for (let at = 1; at < shownNodes; at++) if (isMixed[at] === 1) ofNode[at] = ~ofNode[at];
  return ofNode;
}
