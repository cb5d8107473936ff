/** Cost by line of each source file. */
import type { Steps } from '#base/steps.ts';
import type { Profile } from './profile.ts';
import type { StackRule } from './transforms/kind.ts';
import { applyRules } from './transforms/stack-rules.ts';

/** Files with the most self first; the lines of file i are the rows [start[i], start[i + 1]), ascending. */
export interface SourceLines {
  readonly files: readonly string[];
  readonly fileSelf: Float64Array;
  /** A stack that passes a file or a line twice counts once. */
  readonly fileTotal: Float64Array;
  readonly start: Int32Array; // files + 1
  readonly line: Int32Array; // at least 1: frames without a line count in their file alone
  /** The profile's function that the line was seen in first. */
  readonly func: Int32Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
}

const SAMPLES_A_STEP = 4096;

/**
 * @param rules which stacks count, and which of their frames; a hidden leaf gives its self to the line that called it
 * @param funcOf by frame the function of the rules
 */
export function* sourceLines(
  profile: Profile,
  sampleType: number,
  rules: readonly StackRule[],
  funcOf: Int32Array = profile.frames.func,
): Steps<SourceLines> {
  const { stackStart, stackFrames, sampleCount } = profile;
  const { values } = profile.values[sampleType];
  const { fileOf, files, lineOf, lines } = placesOf(profile);
  const fileCosts = new Costs(files.length);
  const lineCosts = new Costs(lines.length);
  let longest = 0;
  for (let i = 0; i < sampleCount; i++) longest = Math.max(longest, stackStart[i + 1] - stackStart[i]);
  const stack = new Int32Array(longest);
  for (let sample = 0; sample < sampleCount; sample++) {
    if (sample % SAMPLES_A_STEP === 0) yield sample / sampleCount;
    const value = values[sample];
    if (value === 0) continue;
    const from = stackStart[sample];
    stack.set(stackFrames.subarray(from, stackStart[sample + 1]));
    const seen = applyRules(rules, stack, stackStart[sample + 1] - from, funcOf);
    for (let i = 0; i < seen; i++) {
      const frame = stack[i];
      const isLeaf = i === seen - 1;
      fileCosts.add(fileOf[frame], sample, value, isLeaf);
      lineCosts.add(lineOf[frame], sample, value, isLeaf);
    }
  }
  const fileOrder = fileCosts
    .used()
    .sort(
      (a, b) =>
        fileCosts.self[b] - fileCosts.self[a] ||
        fileCosts.total[b] - fileCosts.total[a] ||
        (files[a] < files[b] ? -1 : 1),
    );
  const rank = new Int32Array(files.length);
  for (const [i, file] of fileOrder.entries()) rank[file] = i;
  const lineOrder = lineCosts
    .used()
    .sort((a, b) => rank[lines[a].file] - rank[lines[b].file] || lines[a].line - lines[b].line);
  const start = new Int32Array(fileOrder.length + 1);
  for (const at of lineOrder) start[rank[lines[at].file] + 1]++;
  for (let i = 0; i < fileOrder.length; i++) start[i + 1] += start[i];
  return {
    files: fileOrder.map((file) => files[file]),
    fileSelf: Float64Array.from(fileOrder, (file) => fileCosts.self[file]),
    fileTotal: Float64Array.from(fileOrder, (file) => fileCosts.total[file]),
    start,
    line: Int32Array.from(lineOrder, (at) => lines[at].line),
    func: Int32Array.from(lineOrder, (at) => lines[at].func),
    self: Float64Array.from(lineOrder, (at) => lineCosts.self[at]),
    total: Float64Array.from(lineOrder, (at) => lineCosts.total[at]),
  };
}

interface Place {
  readonly file: number;
  readonly line: number;
  readonly func: number;
}

/** The file and the line of each frame, numbered as they come; -1 where unknown. */
function placesOf({ frames, definitions }: Profile): {
  fileOf: Int32Array;
  files: readonly string[];
  lineOf: Int32Array;
  lines: readonly Place[];
} {
  const fileIndex = new Map<string, number>();
  const fileOfDefinition = Int32Array.from(definitions.files, (file) => {
    if (file === '') return -1;
    const known = fileIndex.get(file) ?? fileIndex.size;
    fileIndex.set(file, known);
    return known;
  });
  const lineIndex = new Map<number, number>();
  const lines: Place[] = [];
  const fileOf = new Int32Array(frames.length);
  const lineOf = new Int32Array(frames.length).fill(-1);
  for (let frame = 0; frame < frames.length; frame++) {
    const func = frames.func[frame];
    const line = frames.line[frame];
    const file = fileOfDefinition[frames.definition[frame]];
    fileOf[frame] = file;
    if (file < 0 || line === 0) continue;
    // Both halves fit: lines have 31 bits.
    const key = file * 2 ** 31 + line;
    const known = lineIndex.get(key);
    if (known !== undefined) lineOf[frame] = known;
    else {
      lineOf[frame] = lines.push({ file, line, func }) - 1;
      lineIndex.set(key, lineOf[frame]);
    }
  }
  return { fileOf, files: [...fileIndex.keys()], lineOf, lines };
}

/** Self and total by number; -1 is nobody's. */
class Costs {
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly #lastSample: Int32Array;

  constructor(length: number) {
    this.self = new Float64Array(length);
    this.total = new Float64Array(length);
    this.#lastSample = new Int32Array(length).fill(-1);
  }

  add(at: number, sample: number, value: number, isLeaf: boolean): void {
    if (at < 0) return;
    if (isLeaf) this.self[at] += value;
    if (this.#lastSample[at] === sample) return;
    this.#lastSample[at] = sample;
    this.total[at] += value;
  }

  /** Those that a sample passed. */
  used(): number[] {
    const used: number[] = [];
    for (let at = 0; at < this.#lastSample.length; at++) if (this.#lastSample[at] >= 0) used.push(at);
    return used;
  }
}
