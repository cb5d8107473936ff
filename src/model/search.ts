/** Finds the functions that match a search, and their share. The grammar is in `parse-search.ts`. */
import type { Steps } from '#base/steps.ts';
import type { CallTree, NodeIndex } from './call-tree.ts';
import type { SearchQuery, SearchTerm } from './parse-search.ts';
import type { FunctionTable } from './profile.ts';

export { parseSearch, printExact, type SearchQuery } from './parse-search.ts';

/** The texts that a search examines. */
export interface SearchFacts {
  /** By key, if names repeat (`located-tree.ts`); else by function. All that follows is by the same number. */
  readonly functions: FunctionTable;
  readonly packages: readonly string[];
  /** The line of the frames, where lines are kept apart. */
  readonly frameLine?: Int32Array | undefined;
  /** The placeholder of a cut, which no search matches. */
  readonly cut?: number | undefined;
}

/** Only this many characters of a name are searched; an exact term compares the whole name. */
export const MAX_SEARCHED_CHARACTERS = 2000;
const FUNCTIONS_A_STEP = 4096;

/** 1 for each function that matches: some alternative with all of its terms. */
export function* matchFunctions(query: SearchQuery, facts: SearchFacts): Steps<Uint8Array> {
  const count = facts.functions.names.length;
  const hit = new Uint8Array(count);
  if (query.length === 0) return hit;
  const withLine = query.map((terms) =>
    terms.map((term) => (term.scope === 'line' ? keysWithLine(facts, Number(term.text)) : undefined)),
  );
  for (let func = 0; func < count; func++) {
    if (func % FUNCTIONS_A_STEP === 0) yield func / count;
    if (func === facts.cut) continue;
    hit[func] = query.some((terms, i) =>
      terms.every((term, k) => matches(term, func, facts, withLine[i][k]) !== term.negated),
    )
      ? 1
      : 0;
  }
  return hit;
}

export interface SearchShare {
  readonly nodes: number;
  readonly value: number;
  /** Whole, where the tree has whole numbers. */
  readonly exact: bigint | undefined;
}

/** The number of matching nodes, and the total through at least one of them: only the outermost on a path counts. */
export function searchShare(tree: CallTree, hit: Uint8Array): SearchShare {
  return shareWithin(tree, hit, 1, tree.length);
}

/** The same within the frame that fills the view. A match among its callers covers all of it. */
export function searchShareOf(tree: CallTree, hit: Uint8Array, frame: NodeIndex): SearchShare {
  const share = shareWithin(tree, hit, Math.max(1, frame), tree.subtreeEnd[frame]);
  let above = tree.parent[frame];
  while (above > 0 && hit[tree.func[above]] === 0) above = tree.parent[above];
  return above > 0 ? { ...share, value: tree.total[frame], exact: tree.exact?.total[frame] } : share;
}

function shareWithin(tree: CallTree, hit: Uint8Array, from: NodeIndex, to: NodeIndex): SearchShare {
  let nodes = 0;
  let value = 0;
  let exact = 0n;
  let coveredUntil = 0;
  for (let node = from; node < to; node++) {
    if (hit[tree.func[node]] === 0) continue;
    nodes++;
    if (node < coveredUntil) continue;
    coveredUntil = tree.subtreeEnd[node];
    if (tree.exact) exact += tree.exact.total[node];
    else value += tree.total[node];
  }
  return tree.exact ? { nodes, value: Number(exact), exact } : { nodes, value, exact: undefined };
}

function matches(
  term: SearchTerm,
  func: number,
  { functions, packages }: SearchFacts,
  withLine: Uint8Array | undefined,
): boolean {
  if (withLine) return withLine[func] === 1;
  const text =
    term.scope === 'file' ? functions.files[func] : term.scope === 'pkg' ? packages[func] : functions.names[func];
  if (term.exact) return text === term.text;
  const searched = text.length > MAX_SEARCHED_CHARACTERS ? text.slice(0, MAX_SEARCHED_CHARACTERS) : text;
  return term.pattern ? term.pattern.test(searched) : searched.toLowerCase().includes(term.text);
}

/** The frames at a line; of a function that has none there, all, if it begins there. */
function keysWithLine({ functions, frameLine }: SearchFacts, line: number): Uint8Array {
  const { names, files, mappings } = functions;
  const found = new Uint8Array(names.length);
  const definition = (key: number): string => `${names[key]}\0${files[key]}\0${mappings[key]}`;
  const hasFrames = new Set<string>();
  for (let key = 0; key < found.length; key++) {
    if (frameLine?.[key] !== line) continue;
    found[key] = 1;
    hasFrames.add(definition(key));
  }
  for (let key = 0; key < found.length; key++)
    if (functions.line[key] === line && !hasFrames.has(definition(key))) found[key] = 1;
  return found;
}
