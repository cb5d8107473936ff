/** How sure the changes of a graph's boxes are. */
import type { DiffPicture } from '#analysis/analysis.ts';
import { type AmountUnit, formatAmount } from '#model/changes-text.ts';
import { percentText } from '#model/percent-text.ts';
import type { SideName } from '../sides/sides.ts';
import type { UrlState } from '../url/url-state.ts';
import { evidenceOfFunction, evidenceOfNode, pathsOf, verdictOfFunction, verdictOfNode } from './diff-words.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';

/** By node of the shown tree. */
export interface Certainty {
  /**
   * Whether the change that the colours show is more than noise; undefined: nothing is known yet.
   */
  isClear(node: number): boolean | undefined;
  /** For a screen reader, after the numbers of a box: `, may be noise`. */
  said(node: number): string;
  /** A sentence. */
  text(node: number): string;
}

/** @param rule which change the colours show */
export function certaintyOfUnion(shown: ShownComparison, rule: UrlState['dcol']): Certainty {
  const { evidence, diff } = shown;
  const { tree, node: unionNode, presence, changeOfSelf } = diff;
  const { a, b } = diff.byFunction;
  const isOfWhole = diff.kind === 'share' || diff.kind === 'equal-work';
  return {
    isClear: (node) => {
      if (evidence === undefined) return undefined;
      const [at, func] = [unionNode[node], tree.func[node]];
      // A path on only one side does not count as a change of self.
      if (rule === 'total' || presence[at] !== 0) return verdictOfNode(evidence, at) === 'supported';
      // The test covers all paths together: a path with the opposite change is not supported by it.
      const isSameWay = Math.sign(changeOfSelf[at]) === Math.sign(b.self[func] - a.self[func]);
      return isSameWay && verdictOfFunction(evidence, func) === 'supported';
    },
    said: (node) => {
      const at = unionNode[node];
      const isSame = diff.a.total[at] === diff.b.total[at] && diff.a.self[at] === diff.b.self[at];
      if (evidence === undefined || node === 0 || isSame) return '';
      const verdict = verdictOfNode(evidence, at);
      if (verdict === 'shifted') return isOfWhole ? ', because others changed' : ', not a change of its own';
      return verdict === 'supported' ? ', more than noise' : ', may be noise';
    },
    text: (node) => {
      if (node === 0) return 'All of both sides.';
      return rule === 'self'
        ? `Everywhere, self: ${lowered(evidenceOfFunction(shown, tree.func[node]))}`
        : `This path, total: ${lowered(evidenceOfNode(shown, unionNode[node]))}`;
    },
  };
}

function lowered(sentence: string): string {
  return `${sentence[0].toLowerCase()}${sentence.slice(1)}`;
}

/** As a share of the mean of both sides: smaller paths are not tested either. */
const MIN_SHARE = 0.001;

/** Boxes of a half merge many paths and are not tested: the function in the middle decides. */
export function certaintyOfHalf(shown: ShownComparison, func: number, half: DiffPicture): Certainty {
  const { evidence, diff } = shown;
  const { node: unionNode, a, b } = half;
  const isMiddleClear =
    evidence && (verdictOfFunction(evidence, func) === 'supported' || pathsOf(shown, func).supported > 0);
  const middle = `the change of the function in the middle ${isMiddleClear === true ? 'is more than noise' : 'may be noise'}`;
  const isSmall = (node: number): boolean => {
    const at = unionNode[node];
    return (a.total[at] / diff.a.total[0] + b.total[at] / diff.b.total[0]) / 2 < MIN_SHARE;
  };
  return {
    isClear: (node) => (isMiddleClear === true ? !isSmall(node) : isMiddleClear),
    said: (node) => {
      if (isMiddleClear === undefined) return '';
      return node === 0 ? `, ${middle}` : isSmall(node) ? ', too small to test' : `, not tested separately,  ${middle}`;
    },
    text: (node) => {
      if (isMiddleClear === undefined) return evidenceOfFunction(shown, func);
      if (node === 0) return `${middle[0].toUpperCase()}${middle.slice(1)}.`;
      if (isSmall(node)) return 'Too small to test: under 0.1 % of both sides.';
      return `Merged from all places where it is called; not tested separately: ${middle}.`;
    },
  };
}

/** The text at the end of a box: its change, where it has a colour. */
export function boxText(
  { node: unionNode, a, b }: DiffPicture,
  certainty: Certainty,
  rule: UrlState['dcol'],
  noise: UrlState['noise'],
): (node: number) => string {
  return (node) => {
    const at = unionNode[node];
    const isShown = noise === 'shown' || certainty.isClear(node) === true;
    return isShown ? percentText(a[rule][at], b[rule][at]) : '';
  };
}

/** The text at the end of a box of one side: its total there. */
export function amountText(picture: DiffPicture, side: SideName, unit: AmountUnit): (node: number) => string {
  return (node) => {
    const total = picture[side].total[picture.node[node]];
    return total === 0 ? '' : formatAmount(total, unit);
  };
}
