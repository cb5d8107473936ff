/** Places in the code that tools write into names of frames. */
import { lineNumber } from './profile-columns.ts';

/** More are no line number. */
const MAX_LINE_DIGITS = 16;

/** The place that a name holds: `worker (shop.py:42)` of py-spy, `shop.py:worker:42` of Python 3.15. By hand, since a pattern would try every bracket. */
export function placeInName(name: string): { readonly file: string; readonly line: number } | undefined {
  if (!name.endsWith(')')) {
    const file = name.indexOf('.py:') + 3;
    const last = file < 4 ? -1 : name.lastIndexOf(':');
    const line = name.slice(last + 1);
    if (last <= file || line.length > MAX_LINE_DIGITS || !/^\d+$/.test(line)) return undefined;
    return { file: name.slice(0, file), line: lineNumber(Number(line)) };
  }
  const colon = name.lastIndexOf(':');
  const open = colon < 4 ? -1 : name.lastIndexOf(' (', colon - 3);
  const digits = name.slice(colon + 1, -1);
  if (open < 0 || digits.length > MAX_LINE_DIGITS || !/^\d+$/.test(digits)) return undefined;
  return { file: name.slice(open + 2, colon), line: lineNumber(Number(digits)) };
}
