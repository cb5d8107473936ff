/** Scores comparisons of recorded services (../shared/truth) by the rules of its replay, without a server in between. */
import type { Change } from '#model/change.ts';
import { whatChanged } from '#model/changes.ts';
import { summarise } from '#model/changes-text.ts';
import { compareSides } from '#model/evidence.ts';
import { normalise } from '#model/normalise.ts';
import { unsliced } from '#model/slices.ts';
import { filesOf, pairOf, readPairs, readSegment, requestsOf, type Segment, type TruthPair } from './truth-pairs.ts';

interface KindScore {
  pairs: number;
  /** A right cause is the first claim; is among the claims. */
  first: number;
  found: number;
  silent: number;
  withoutCode: number;
  innocentCode: number;
  /** Code changes that counts of samples alone show with a z of 5 or more, and those of them that come first. */
  visible: number;
  visibleFirst: number;
  /** Code changes of which the first claim is work. */
  workFirst: number;
  /** Claims of work that the counts of requests contradict, and pairs with none. */
  contradicted: number;
  uncontradicted: number;
  /** The culprit's interval, and whether it holds the true size. */
  sized: number;
  inside: number;
}

/** A change that no one can miss. */
const VISIBLE_Z = 5;

interface TruthRow {
  readonly pair: TruthPair;
  /** Of the true change, by counts; undefined where no code changed. */
  readonly z: number | undefined;
  readonly at: number;
  readonly claims: readonly string[];
  readonly summary: string;
}

/**
 * @param slices of each side; 1: two files without times; 'file': two files with times
 * @param half pairs for tuning (0), set aside (1), or all (undefined) @param isCounted with the requests that each side served
 */
export function scoreTruth(
  folder: string,
  slices: number | 'file',
  half: 0 | 1 | undefined,
  isCounted: boolean,
): { scores: Record<string, KindScore>; rows: readonly TruthRow[] } {
  const segments = new Map<string, Segment>();
  const segment = (name: string): Segment => {
    let known = segments.get(name);
    if (!known) segments.set(name, (known = readSegment(folder, name, slices === 'file' ? 1 : slices)));
    return known;
  };
  const scores: Record<string, KindScore> = {};
  const rows: TruthRow[] = [];
  for (const [i, pair] of readPairs(folder).entries()) {
    if (half !== undefined && i % 2 !== half) continue;
    const [a, b] = [segment(pair.a), segment(pair.b)];
    const made = slices === 'file' ? filesOf(a, b) : pairOf(a, b);
    const { union } = made;
    const evidence =
      slices === 'file' || slices > 1
        ? compareSides(union, made.a, made.b)
        : compareSides(union, unsliced(union.a, a.samplesPerUnit), unsliced(union.b, b.samplesPerUnit));
    const [factsA, factsB] = [a, b].map((one) => ({
      seconds: one.seconds,
      isSnapshot: false,
      requests: isCounted ? requestsOf(one) : undefined,
    }));
    const found = whatChanged(union, normalise('share', union, factsA, factsB, undefined), evidence);
    const score = (scores[pair.kind] ??= emptyScore());
    const row = judge(pair, found.changes, score, a, b);
    rows.push({
      ...row,
      summary: summarise(found, { kind: 'share', sampleType: { type: 'cpu', unit: 'nanoseconds' } }),
    });
  }
  return { scores, rows };
}

function judge(
  pair: TruthPair,
  changes: readonly Change[],
  score: KindScore,
  a: Segment,
  b: Segment,
): Omit<TruthRow, 'summary'> {
  const claims = changes.filter(({ supported }) => supported);
  const isRight = ({ kind, name, path }: Change): boolean =>
    kind === 'code'
      ? pair.code !== undefined && new RegExp(pair.code, pair.flags).test(name)
      : pair.work !== undefined && new RegExp(pair.work, pair.flags).test(`${name}\n${path.join('\n')}`);
  const at = claims.findIndex(isRight);
  const innocent = claims.filter((claim) => claim.kind === 'code' && !isRight(claim)).length;
  const contradicted = claims.filter((claim) => claim.kind === 'work' && isContradicted(claim, a, b)).length;
  const { culprit, size } = pair;
  const z = visibleZ(pair, a, b);
  const sized =
    culprit === undefined ? undefined : changes.find(({ kind, name }) => kind === 'code' && name.includes(culprit));
  score.pairs++;
  score.first += Number(at === 0);
  score.found += Number(at >= 0);
  score.silent += Number(claims.length === 0);
  score.withoutCode += Number(!claims.some(({ kind }) => kind === 'code'));
  score.innocentCode += innocent;
  score.visible += Number(z !== undefined && z >= VISIBLE_Z);
  score.visibleFirst += Number(z !== undefined && z >= VISIBLE_Z && at === 0);
  score.workFirst += Number(pair.kind === 'code' && claims[0]?.kind === 'work');
  score.contradicted += contradicted;
  score.uncontradicted += Number(contradicted === 0 && innocent === 0);
  if (sized && size !== undefined && sized.low !== null) {
    score.sized++;
    score.inside += Number(sized.low <= size && size <= (sized.high ?? Number.POSITIVE_INFINITY));
  }
  const words = claims.map(
    ({ kind, scope, name, within, codePct, low, high }) =>
      `${kind} ${scope} ${name}${within === undefined ? '' : ` in ${within}`} ${codePct?.toFixed(0) ?? ''} [${low?.toFixed(0)}, ${high?.toFixed(0)}]`,
  );
  return { pair, z, at, claims: words };
}

/**
 * How clear a change is to one who knows where to look and has nothing but counts: of the part of the right functions, with
 * what they call, of all samples. Where the true size is known, it is that of the size, of A's part and of own costs.
 */
function visibleZ({ code, changed = code, flags, size }: TruthPair, a: Segment, b: Segment): number | undefined {
  if (changed === undefined) return undefined;
  const isRight = new RegExp(changed, flags);
  const partOf = ({ merged: { tree, names } }: Segment): number => {
    const isIn = new Uint8Array(tree.length);
    let amount = 0;
    for (let node = 1; node < tree.length; node++) {
      if (isRight.test(names[tree.func[node]]) || (size === undefined && isIn[tree.parent[node]] === 1)) isIn[node] = 1;
      if (isIn[node] === 1) amount += tree.self[node];
    }
    return amount / tree.total[0];
  };
  const samplesOf = ({ merged, samplesPerUnit: perUnit }: Segment): number => merged.tree.total[0] * perUnit;
  const before = partOf(a);
  const grown = before * (1 + (size ?? 0) / 100);
  const after = size === undefined ? partOf(b) : grown / (1 + grown - before);
  const [countA, countB] = [samplesOf(a), samplesOf(b)];
  const part = (before * countA + after * countB) / (countA + countB);
  const variance = part * (1 - part) * (1 / countA + 1 / countB);
  return variance > 0 ? Math.abs(after - before) / Math.sqrt(variance) : 0;
}

/** A route named by a claim, by its share of all requests: the other way, or by less than the interval allows. */
function isContradicted({ path, name, codePct, low, high }: Change, a: Segment, b: Segment): boolean {
  const route = Object.keys(a.requests).find((one) => `${name}\n${path.join('\n')}`.includes(one.slice(1)));
  if (route === undefined || codePct === null || low === null || high === null) return false;
  const rest = ({ requests }: Segment): number =>
    Object.entries(requests).reduce((sum, [one, count]) => (one === route ? sum : sum + count), 0);
  const change = ((b.requests[route] / rest(b)) * rest(a)) / a.requests[route] - 1;
  return (
    !(change * 100 >= low && change * 100 <= high) &&
    !(Math.sign(change) === Math.sign(codePct) && Math.abs(change) > 0.1)
  );
}

function emptyScore(): KindScore {
  return {
    pairs: 0,
    first: 0,
    found: 0,
    silent: 0,
    withoutCode: 0,
    innocentCode: 0,
    visible: 0,
    visibleFirst: 0,
    workFirst: 0,
    contradicted: 0,
    uncontradicted: 0,
    sized: 0,
    inside: 0,
  };
}
