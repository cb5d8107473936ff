/**
 * Pairs of recorded segments that no list names: every recorded change against every unchanged segment of its service,
 * unchanged segments against each other, and unchanged pairs into which a known change is put.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { poisson, seeded } from '#base/seeded.ts';
import type { Change } from '#model/change.ts';
import { whatChanged } from '#model/changes.ts';
import { compareSides, type Evidence } from '#model/evidence.ts';
import { roleOf } from '#model/frame-roles.ts';
import { normalise } from '#model/normalise.ts';
import { sumUp, type UnionTree } from '#model/union.ts';
import { pairOf, readPairs, readSegment, type Segment } from './truth-pairs.ts';
import { joined } from '../support/named-trees.ts';

export interface OtherScore {
  pairs: number;
  /** A right cause is the first claim; is among the claims. */
  first: number;
  found: number;
  /** The first claim is of work. */
  workFirst: number;
  /** Unchanged pairs with a claim of code. */
  withCode: number;
  /** Intervals of right causes of known size, and those that hold it. */
  sized: number;
  inside: number;
}

interface OtherRow {
  readonly set: 'recorded' | 'unchanged' | 'put in';
  readonly name: string;
  readonly result: string;
  readonly claims: readonly string[];
}

/** Functions that a change is put into: by their part of the whole; factors; pairs that each is put into. */
const PUT_FROM = 0.01;
const PUT_TO = 0.45;
const PUT_FACTORS = [1.2, 1.5, 2];
const MIN_EXPECTED_Z = 5;
/** What is so much of a handler stands for it. */
const MAX_OF_HANDLER = 0.9;
const PUT_INS = 110;
/** Of what a cause covers, and of what was changed, so much must be the same to be right. */
const MIN_OVERLAP = 0.5;
const MIN_COVER = 0.25;

export function scoreOthers(
  folder: string,
  slices: number,
): { scores: Record<string, OtherScore>; rows: readonly OtherRow[] } {
  const known = new Map<string, Segment>();
  const segment = (name: string): Segment => {
    let one = known.get(name);
    if (!one) known.set(name, (one = readSegment(folder, name, slices)));
    return one;
  };
  const scores: Record<string, OtherScore> = {};
  const rows: OtherRow[] = [];
  const add = (row: OtherRow, change: Partial<OtherScore>): void => {
    rows.push(row);
    const score = (scores[row.set] ??= emptyScore());
    score.pairs++;
    for (const key of ['first', 'found', 'workFirst', 'withCode', 'sized', 'inside'] as const)
      score[key] += change[key] ?? 0;
  };
  const { changed, unchanged } = segmentsOf(folder);
  for (const { name, service, source, code, flags, culprit, size } of changed)
    for (const other of unchanged.filter((one) => one.service === service && one.name !== source))
      for (const isB of [true, false]) {
        const [a, b] = isB ? [other.name, name] : [name, other.name];
        const { changes } = compared(segment(a), segment(b));
        const claims = changes.filter(({ supported }) => supported);
        const at = claims.findIndex((one) => one.kind === 'code' && new RegExp(code, flags).test(one.name));
        const sized =
          culprit === undefined ? undefined : claims.find((one) => one.kind === 'code' && one.name.includes(culprit));
        const truth = size === undefined ? undefined : isB ? size : 100 / (1 + size / 100) - 100;
        add(
          { set: 'recorded', name: `${a} to ${b}`, result: resultOf(at, claims), claims: claims.map(wordsOf) },
          {
            first: Number(at === 0),
            found: Number(at >= 0),
            workFirst: Number(claims[0]?.kind === 'work'),
            ...sizeScore(sized, truth),
          },
        );
      }
  const pairs = unchanged.flatMap((a) =>
    unchanged.filter((b) => b.service === a.service && b.name !== a.name).map((b) => ({ a: a.name, b: b.name })),
  );
  for (const { a, b } of pairs) {
    const claims = compared(segment(a), segment(b)).changes.filter(({ supported }) => supported);
    const withCode = Number(claims.some(({ kind }) => kind === 'code'));
    const result = withCode === 1 ? 'accused' : claims.length > 0 ? 'claims' : 'silent';
    add({ set: 'unchanged', name: `${a} to ${b}`, result, claims: claims.map(wordsOf) }, { withCode });
  }
  for (const { a, b, made, nodes, func, factor, scope } of putIns(pairs, segment)) {
    const { union, changes, evidence } = compared(segment(a), made);
    const claims = changes.filter(({ supported }) => supported);
    const at = claims.findIndex((one) => one.kind === 'code' && isRight(union, evidence, one, nodes(union)));
    add(
      {
        set: 'put in',
        name: `${a} to ${b}: ${func} ${scope} ${(factor * 100 - 100).toFixed(0)} %`,
        result: resultOf(at, claims),
        claims: claims.map(wordsOf),
      },
      {
        first: Number(at === 0),
        found: Number(at >= 0),
        workFirst: Number(claims[0]?.kind === 'work'),
        ...sizeScore(claims[at], (factor - 1) * 100),
      },
    );
  }
  return { scores, rows };
}

interface ChangedSegment {
  readonly name: string;
  readonly service: string;
  /** The segment that a change was put into. */
  readonly source: string;
  readonly code: string;
  readonly flags: string | undefined;
  readonly culprit: string | undefined;
  readonly size: number | undefined;
}

function segmentsOf(folder: string): {
  readonly changed: readonly ChangedSegment[];
  readonly unchanged: readonly { readonly name: string; readonly service: string }[];
} {
  const names = readdirSync(join(folder, 'data')).sort();
  const told = (name: string): { kind: string; change?: string } =>
    JSON.parse(readFileSync(join(folder, 'data', name, 'segment.json'), 'utf8')) as { kind: string; change?: string };
  const ofPairs = new Map(readPairs(folder).flatMap((pair) => (pair.code === undefined ? [] : [[pair.b, pair]])));
  return {
    changed: names.flatMap((name) => {
      const pair = ofPairs.get(name);
      if (pair?.code === undefined) return [];
      const { code, flags, culprit, size } = pair;
      return [{ name, service: told(name).kind, source: name.replace(/\+.*/, ''), code, flags, culprit, size }];
    }),
    unchanged: names
      .filter((name) => !name.includes('+') && !told(name).change)
      .map((name) => ({ name, service: told(name).kind })),
  };
}

function compared(a: Segment, b: Segment): { union: UnionTree; evidence: Evidence; changes: readonly Change[] } {
  const { union, ...slices } = pairOf(a, b);
  const evidence = compareSides(union, slices.a, slices.b);
  const [factsA, factsB] = [a, b].map(({ seconds }) => ({ seconds, isSnapshot: false }));
  const { changes } = whatChanged(union, normalise('share', union, factsA, factsB, undefined), evidence);
  return { union, evidence, changes };
}

interface PutIn {
  readonly a: string;
  readonly b: string;
  readonly made: Segment;
  readonly func: string;
  readonly scope: 'self' | 'subtree';
  readonly factor: number;
  /** Nodes of a union that were changed. */
  nodes(union: UnionTree): Uint8Array;
}

/** Drawn by a seed that knows nothing but the names of the segments. */
function* putIns(
  pairs: readonly { readonly a: string; readonly b: string }[],
  segment: (name: string) => Segment,
): Generator<PutIn> {
  const random = seeded('put in');
  for (let made = 0, tries = 0; made < PUT_INS && tries < 100 * PUT_INS; tries++) {
    const { a, b } = pairs[Math.floor(random() * pairs.length)];
    const factor = PUT_FACTORS[Math.floor(random() * PUT_FACTORS.length)];
    const scope = random() < 0.5 ? 'self' : 'subtree';
    const { merged, samplesPerUnit } = segment(b);
    const { tree, names } = merged;
    const own = helpersOf(segment(b));
    const func = own[Math.floor(random() * own.length)];
    const name = names[func];
    const isChanged = changedNodes({ ...tree, names }, name, scope);
    let amount = 0;
    for (let node = 0; node < tree.length; node++) if (isChanged[node] === 1) amount += tree.self[node];
    const share = amount / tree.total[0];
    if (share < PUT_FROM || share > PUT_TO) continue;
    // Two Poisson counts of which one grew.
    const samplesB = amount * samplesPerUnit;
    const samplesA = share * segment(a).merged.tree.total[0] * segment(a).samplesPerUnit;
    if (Math.log(factor) / Math.sqrt(1 / samplesA + 1 / (factor * samplesB)) < MIN_EXPECTED_Z) continue;
    made++;
    const trees = segment(b).trees.map((slice) => {
      const grown = changedNodes({ ...slice.tree, names: slice.names }, name, scope);
      const self = slice.tree.self.map((one, node) =>
        grown[node] === 1 ? one + poisson(one * samplesPerUnit * (factor - 1), random) / samplesPerUnit : one,
      );
      return { names: slice.names, tree: { ...slice.tree, self, total: sumUp(self, slice.tree.parent) } };
    });
    yield {
      a,
      b,
      made: { ...segment(b), trees, merged: joined(trees) },
      func: name,
      scope,
      factor,
      nodes: (union) => changedNodes(union, name, scope),
    };
  }
}

/**
 * Own functions below handlers: what handles requests, or stands for all that a handler does, cannot be told from more
 * requests.
 */
function helpersOf({ merged: { tree, names }, requests }: Segment): number[] {
  const routes = Object.keys(requests).map((route) => route.slice(1));
  const isOwn = names.map((name) => roleOf(name) === 'own');
  const helpers = new Set<number>();
  for (let node = 1; node < tree.length; node++) {
    const func = tree.func[node];
    if (!isOwn[func] || routes.some((route) => names[func].includes(route))) continue;
    let top = -1;
    for (let up = tree.parent[node]; up > 0; up = tree.parent[up]) if (isOwn[tree.func[up]]) top = up;
    if (top > 0 && tree.total[node] < MAX_OF_HANDLER * tree.total[top]) helpers.add(func);
  }
  return [...helpers];
}

function changedNodes(
  { length, func, parent, names }: Pick<UnionTree, 'length' | 'func' | 'parent' | 'names'>,
  name: string,
  scope: 'self' | 'subtree',
): Uint8Array {
  const isChanged = new Uint8Array(length);
  for (let node = 1; node < length; node++)
    if (names[func[node]] === name || (scope === 'subtree' && isChanged[parent[node]] === 1)) isChanged[node] = 1;
  return isChanged;
}

/** Whether a cause covers what was changed, and little else. */
function isRight(
  union: UnionTree,
  { causes, causeOf }: Evidence,
  { index, scope }: Change,
  changed: Uint8Array,
): boolean {
  let [both, ofCause, ofChange] = [0, 0, 0];
  for (let node = 1; node < union.length; node++) {
    const amount = union.b.self[node];
    const cause = causeOf[node];
    const isCause = cause >= 0 && causes[cause].func === index && causes[cause].scope === scope;
    if (isCause) ofCause += amount;
    if (changed[node] === 1) ofChange += amount;
    if (isCause && changed[node] === 1) both += amount;
  }
  return both >= MIN_OVERLAP * ofCause && both >= MIN_COVER * ofChange;
}

/** @param truth percent */
function sizeScore(sized: Change | undefined, truth: number | undefined): Pick<OtherScore, 'sized' | 'inside'> {
  const low = sized?.low ?? undefined;
  if (sized === undefined || truth === undefined || low === undefined) return { sized: 0, inside: 0 };
  return { sized: 1, inside: Number(low <= truth && truth <= (sized.high ?? Infinity)) };
}

function resultOf(at: number, claims: readonly Change[]): string {
  return at === 0 ? 'first' : at > 0 ? `number ${at + 1}` : claims.length > 0 ? 'wrong' : 'missed';
}

function wordsOf({ kind, scope, name, within, codePct, low, high }: Change): string {
  const size = `${codePct?.toFixed(0) ?? ''} [${low?.toFixed(0)}, ${high?.toFixed(0)}]`;
  return `${kind} ${scope} ${name}${within === undefined ? '' : ` in ${within}`} ${size}`;
}

function emptyScore(): OtherScore {
  return { pairs: 0, first: 0, found: 0, workFirst: 0, withCode: 0, sized: 0, inside: 0 };
}
