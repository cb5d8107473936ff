/**
 * Finds certain errors in a regular expression of RE2's syntax, without RE2. RE2 itself may refuse more. Source:
 * https://github.com/google/re2/wiki/Syntax, and Go's regexp/syntax for what is an error.
 */

export interface PatternProblem {
  /** UTF-16 units within the pattern. */
  readonly at: number;
  readonly message: string;
}

/** Characters that may follow a backslash, beside punctuation. */
const ESCAPES = /[0-7AabBCdDEfnpPQrsStvwWxz]/;
const GROUP = /\(\?(?:P?<[A-Za-z0-9_\p{L}]+>|[imsU]*(?:-[imsU]+)?[:)])/uy;
const LOOK_AROUND = /\(\?<?[=!]/y;
const COUNT = /\{(\d+)(?:,(\d*))?\}/y;
const MAX_REPEATS = 1000;

/** The first problem from the left; undefined if none is sure. */
export function findPatternProblem(pattern: string): PatternProblem | undefined {
  const open: number[] = [];
  /** Whether something stands before this place that can be repeated, or was. */
  let before: 'nothing' | 'atom' | 'repeat' = 'nothing';
  let i = 0;
  while (i < pattern.length) {
    const c = pattern[i];
    const at = i;
    switch (c) {
      case '\\': {
        const next = pattern[i + 1];
        if (next === undefined) return { at, message: 'a backslash at the end has nothing to escape' };
        if (next === 'Q') {
          const end = pattern.indexOf('\\E', i + 2);
          i = end < 0 ? pattern.length : end + 2;
        } else {
          const problem = escapeProblem(pattern, at);
          if (problem !== undefined) return { at, message: problem };
          i += 2;
        }
        before = 'atom';
        break;
      }
      case '[': {
        const end = classEnd(pattern, at);
        if (end < 0) return { at, message: 'this [ is not closed' };
        i = end;
        before = 'atom';
        break;
      }
      case '(': {
        const problem = groupProblem(pattern, at);
        if (problem !== undefined) return { at, message: problem };
        const head = matchAt(GROUP, pattern, at)?.[0] ?? c;
        i += head.length;
        if (head.endsWith(')')) {
          // Flags alone are not an atom: a(?i)* repeats the a.
          before = before === 'nothing' ? 'nothing' : 'atom';
        } else {
          open.push(at);
          before = 'nothing';
        }
        break;
      }
      case ')':
        if (open.pop() === undefined) return { at, message: 'this ) closes nothing' };
        i++;
        before = 'atom';
        break;
      case '|':
        i++;
        before = 'nothing';
        break;
      case '*':
      case '+':
      case '?':
      case '{': {
        const count = c === '{' ? matchAt(COUNT, pattern, at) : undefined;
        // A brace that counts nothing is a character.
        if (c === '{' && count === undefined) {
          i++;
          before = 'atom';
          break;
        }
        if (before === 'nothing') return { at, message: `there is nothing before this ${c} to repeat` };
        if (before === 'repeat') return { at, message: 'this repeats a repetition' };
        const [written = c, least = '', most = ''] = count ?? [];
        if (Number(least) > MAX_REPEATS || Number(most) > MAX_REPEATS)
          return { at, message: `a repetition goes up to ${MAX_REPEATS}` };
        if (most !== '' && Number(most) < Number(least)) return { at, message: 'the larger number comes second' };
        i += written.length;
        if (pattern[i] === '?') i++;
        before = 'repeat';
        break;
      }
      default:
        i++;
        before = 'atom';
    }
  }
  const unclosed = open.at(-1);
  return unclosed === undefined ? undefined : { at: unclosed, message: 'this ( is not closed' };
}

function escapeProblem(pattern: string, at: number): string | undefined {
  const next = pattern[at + 1];
  const isBackReference = /[1-9]/.test(next) && !(next < '8' && /[0-7]/.test(pattern[at + 2] ?? ''));
  if (isBackReference || next === 'k') return 'back-references are not supported';
  if (/[A-Za-z0-9]/.test(next) && !ESCAPES.test(next)) return `\\${next} has no meaning here`;
  return undefined;
}

function groupProblem(pattern: string, at: number): string | undefined {
  if (pattern[at + 1] !== '?' || matchAt(GROUP, pattern, at)) return undefined;
  return matchAt(LOOK_AROUND, pattern, at) ? 'look-around is not supported' : 'this kind of group is not supported';
}

/** Behind the bracket that closes a class, -1 where none does. A ] that comes first is a character. */
function classEnd(pattern: string, open: number): number {
  let i = open + 1;
  if (pattern[i] === '^') i++;
  if (pattern[i] === ']') i++;
  while (i < pattern.length) {
    if (pattern[i] === ']') return i + 1;
    if (pattern[i] === '\\') i += 2;
    else if (pattern.startsWith('[:', i)) {
      const end = pattern.indexOf(':]', i + 2);
      i = end < 0 ? i + 1 : end + 2;
    } else i++;
  }
  return -1;
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | undefined {
  expression.lastIndex = at;
  return expression.exec(text) ?? undefined;
}
