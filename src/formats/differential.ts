/**
 * Differential collapsed stacks: two numbers a line, before and after, as difffolded.pl and our own export of a
 * comparison write them. An ordinary file may have names that end in a number, `worker 3 12`: what tells the two apart is
 * said at `looksDifferential`.
 */

/** A stack, then two numbers as programs print them: `worker 007 5` has one number and a name. */
const LINE = /^\s*(\S.*?)\s+(-?(?:0|[1-9]\d*)(?:\.\d+)?)\s+(-?(?:0|[1-9]\d*)(?:\.\d+)?)\s*$/;
/** A frame within a stack whose name ends in a number of its own. */
const NUMBERED_CALLER = /\s\d+;/;
/** Longer lines are not looked at by the pattern. */
const MAX_LINE = 20_000;

/**
 * Every line must end in two numbers, and each stack stand once, as in what these programs write; no frame that calls
 * another may end in a number. Then it is differential where a stack goes on in another line, an amount is 0, which no
 * list of stacks has, or the first numbers are not those that count names: 0, 1, 2.
 * @param lines the first ones of the file, none of them cut
 */
export function looksDifferential(lines: readonly string[]): boolean {
  const stacks = new Set<string>();
  const firsts: number[] = [];
  let hasZero = false;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const found = line.length > MAX_LINE ? null : LINE.exec(line);
    if (!found) return false;
    const [, stack, first, second] = found;
    if (stacks.has(stack) || NUMBERED_CALLER.test(stack)) return false;
    stacks.add(stack);
    firsts.push(Number(first));
    hasZero ||= Number(second) === 0;
  }
  return stacks.size > 0 && (hasZero || goesOn(stacks) || !countsNames(firsts));
}

/** Whether one stack is the beginning of another. */
function goesOn(stacks: ReadonlySet<string>): boolean {
  const lengths = [...new Set([...stacks].map((stack) => stack.length))];
  return [...stacks].some((stack) =>
    lengths.some((length) => stack[length] === ';' && stacks.has(stack.slice(0, length))),
  );
}

/** 0, 1, 2 … or 1, 2, 3 … in any order. */
function countsNames(numbers: readonly number[]): boolean {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[0] <= 1 && sorted.every((number, i) => number === sorted[0] + i);
}
