/** Facts of one view (one sample type) of a profile, as the corpus' README defines them: two readers with the same folded_sha256 have the same tree. */
import { createHash } from 'node:crypto';
import { finish } from '#base/steps.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import type { CallTree } from '#model/call-tree.ts';
import type { Profile } from '#model/profile.ts';

/** Whole numbers beyond 2^53 are decimal strings, as in the manifest. */
export type FactNumber = number | string;

export interface ViewFacts {
  readonly type: string;
  readonly unit: string;
  readonly samples: number;
  readonly total: FactNumber;
  readonly stacks: number;
  readonly nodes: number;
  readonly depth: number;
  readonly functions: number;
  readonly nonzero: { readonly stacks: number; readonly nodes: number; readonly depth: number };
  readonly top_self: readonly (readonly [string, FactNumber])[];
  readonly top_total: readonly (readonly [string, FactNumber])[];
  readonly folded_sha256: string | null;
  readonly empty_stack_total: FactNumber | undefined;
  readonly negative_samples: number | undefined;
}

export function viewFacts(profile: Profile, sampleType: number): ViewFacts {
  const { names } = profile.functions;
  const tree = finish(buildCallTree(profile, sampleType, 'size'));
  // Every sample counts one here, so that stacks of value 0 are in the tree too.
  const ones = { values: new Float64Array(profile.sampleCount).fill(1), exact: undefined };
  const all = finish(buildCallTree({ ...profile, values: profile.values.map(() => ones) }, sampleType, 'name'));
  const column = profile.values[sampleType];
  const values = column.exact ? [...column.exact] : [...column.values];
  const isEmpty = (i: number): boolean => profile.stackStart[i] === profile.stackStart[i + 1];
  const empty = values.filter((_, i) => isEmpty(i));
  const negative = values.filter((value) => value < 0).length;
  const isWhole = tree.exact !== undefined || tree.self.every(Number.isInteger);
  return {
    ...profile.sampleTypes[sampleType],
    samples: profile.sampleCount,
    total: fact(totalOf(tree, 0)),
    stacks: countSelves(all),
    nodes: all.length - 1,
    depth: all.maxDepth,
    functions: new Set([...all.func].slice(1)).size,
    nonzero: { stacks: countSelves(tree), nodes: tree.length - 1, depth: tree.maxDepth },
    top_self: top(names, sumByFunction(tree, false)),
    top_total: top(names, sumByFunction(tree, true)),
    folded_sha256: isWhole ? foldedHash(tree, names) : null,
    empty_stack_total:
      empty.length === 0 ? undefined : fact(empty.reduce<number | bigint>(plus, column.exact ? 0n : 0)),
    negative_samples: negative === 0 ? undefined : negative,
  };
}

/** SHA-256 over the merged stacks: names joined by 0x1F, a tab, the value, a line feed; lines sorted as bytes. */
function foldedHash(tree: CallTree, names: readonly string[]): string {
  const lines: Buffer[] = [];
  const path: string[] = [];
  for (let node = 0; node < tree.length; node++) {
    const depth = tree.depth[node];
    path.length = Math.max(0, depth - 1);
    if (depth > 0) path.push(names[tree.func[node]]);
    const self = selfOf(tree, node);
    if (!isZero(self)) lines.push(Buffer.from(`${path.join('\u001f')}\t${self}\n`));
  }
  lines.sort(Buffer.compare);
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line);
  return hash.digest('hex');
}

function countSelves(tree: CallTree): number {
  let count = 0;
  for (let node = 0; node < tree.length; node++) if (!isZero(selfOf(tree, node))) count++;
  return count;
}

function selfOf(tree: CallTree, node: number): number | bigint {
  return tree.exact ? tree.exact.self[node] : tree.self[node];
}

function totalOf(tree: CallTree, node: number): number | bigint {
  return tree.exact ? tree.exact.total[node] : tree.total[node];
}

/** By function; with callees each stack counts once, however often the function recurs in it. */
function sumByFunction(tree: CallTree, withCallees: boolean): Map<number, number | bigint> {
  const sums = new Map<number, number | bigint>();
  const openUntil = new Map<number, number>();
  for (let node = 1; node < tree.length; node++) {
    const func = tree.func[node];
    const value = withCallees ? totalOf(tree, node) : selfOf(tree, node);
    if (withCallees && node < (openUntil.get(func) ?? 0)) continue;
    if (withCallees) openUntil.set(func, tree.subtreeEnd[node]);
    const before = sums.get(func);
    sums.set(func, before === undefined ? value : plus(before, value));
  }
  return sums;
}

function isZero(value: number | bigint): boolean {
  return value === 0 || value === 0n;
}

function plus(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === 'bigint' && typeof b === 'bigint' ? a + b : Number(a) + Number(b);
}

function top(names: readonly string[], sums: Map<number, number | bigint>): (readonly [string, FactNumber])[] {
  return [...sums]
    .filter(([, value]) => !isZero(value))
    .map(([func, value]) => [names[func], value] as const)
    .sort(([nameA, a], [nameB, b]) => (a === b ? compareCodePoints(nameA, nameB) : a > b ? -1 : 1))
    .slice(0, 10)
    .map(([name, value]) => [name, fact(value)] as const);
}

/** UTF-8 keeps the order of code points; UTF-16 code units do not. */
function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function fact(value: number | bigint): FactNumber {
  if (typeof value === 'number') return value;
  return value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER ? value.toString() : Number(value);
}
