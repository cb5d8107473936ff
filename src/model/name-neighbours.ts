/** The callers and callees of some functions of a tree. */
import type { CallTree } from './call-tree.ts';

/** Callers and callees by name; empty sets for a function without them. */
export interface Neighbours {
  callers(name: string): ReadonlySet<string>;
  callees(name: string): ReadonlySet<string>;
}

/** More neighbours add no information. */
const MAX_NEIGHBOURS = 64;
const none: ReadonlySet<string> = new Set();

/**
 * One pass over the tree. @param names by function; two functions of one name are one
 * @param wanted whose neighbours are asked for @param form what neighbours are called in the answer
 */
export function neighboursOf(
  { length, func, parent }: CallTree,
  names: readonly string[],
  wanted: ReadonlySet<string>,
  form: (name: string) => string,
): Neighbours {
  const callers = new Map<string, Set<string>>();
  const callees = new Map<string, Set<string>>();
  const isWanted = Uint8Array.from(names, (name) => (wanted.has(name) ? 1 : 0));
  for (let node = 1; node < length; node++) {
    const up = parent[node] === 0 ? -1 : func[parent[node]];
    const down = func[node];
    if (up === down) continue;
    if (isWanted[down] === 1) add(callers, names[down], up < 0 ? '' : form(names[up]));
    if (up >= 0 && isWanted[up] === 1) add(callees, names[up], form(names[down]));
  }
  return { callers: (name) => callers.get(name) ?? none, callees: (name) => callees.get(name) ?? none };
}

function add(sets: Map<string, Set<string>>, name: string, item: string): void {
  const known = sets.get(name);
  if (!known) sets.set(name, new Set([item]));
  else if (known.size < MAX_NEIGHBOURS) known.add(item);
}
