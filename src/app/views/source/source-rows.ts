/** The lines of a file that are shown: those with a cost, some code around them, and gaps between. */

export type SourceRow =
  /** `entry` is the line's position among those that cost something, -1 for code around them. */
  | { readonly kind: 'line'; readonly line: number; readonly entry: number }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number };

/** Lines of code around one that costs something. */
const AROUND = 4;
/** A gap that hides at most this many lines is shown as lines. */
const MIN_GAP = 3;

/**
 * @param lines that cost something, ascending
 * @param codeLength the number of lines of the code; 0 without code: then there are no gaps. Lines behind the end of the
 * code are shown without code around them
 * @param unfolded first lines of gaps that the user opened
 */
export function sourceRows(
  lines: ArrayLike<number>,
  codeLength: number,
  unfolded: ReadonlySet<number>,
): readonly SourceRow[] {
  const rows: SourceRow[] = [];
  if (codeLength === 0) {
    for (let entry = 0; entry < lines.length; entry++) rows.push({ kind: 'line', line: lines[entry], entry });
    return rows;
  }
  let last = 0;
  const putCold = (to: number): void => {
    while (last < Math.min(to, codeLength)) rows.push({ kind: 'line', line: ++last, entry: -1 });
  };
  const putUntil = (next: number, isEnd: boolean): void => {
    const from = rows.length === 0 ? 1 : Math.min(last + AROUND, codeLength) + 1;
    const to = Math.min(codeLength, isEnd ? next - 1 : next - 1 - AROUND);
    if (to - from + 1 >= MIN_GAP && !unfolded.has(from)) {
      putCold(from - 1);
      rows.push({ kind: 'gap', from, to });
      last = to;
    }
    putCold(next - 1);
  };
  for (let entry = 0; entry < lines.length; entry++) {
    const line = lines[entry];
    putUntil(line, false);
    rows.push({ kind: 'line', line, entry });
    last = line;
  }
  putUntil(codeLength + 1, true);
  return rows;
}
