/** What each line of a source file costs. */
import type { Steps } from '#base/steps.ts';
import type { Profile } from './profile.ts';

/** One entry a line, ascending. */
export interface SourceLines {
  readonly line: Int32Array;
  /** The function that the line was seen in first. */
  readonly func: Int32Array;
  readonly self: Float64Array;
  /** A stack that passes a line twice counts once. */
  readonly total: Float64Array;
}

const SAMPLES_A_STEP = 4096;

/** Of all samples, whatever transforms are shown: a transform has no lines. Frames without a line are left out. */
export function* sourceLines(profile: Profile, sampleType: number, file: string): Steps<SourceLines> {
  const { frames, functions, stackStart, stackFrames, sampleCount } = profile;
  const { values } = profile.values[sampleType];
  const isHere = Uint8Array.from(functions.files, (one) => (one === file ? 1 : 0));
  /** By frame: its line in the file, 0 elsewhere. */
  const lineOf = Int32Array.from({ length: frames.length }, (_, frame) =>
    isHere[frames.func[frame]] === 1 ? frames.line[frame] : 0,
  );
  const found = new Map<number, { func: number; self: number; total: number; lastSample: number }>();
  for (let sample = 0; sample < sampleCount; sample++) {
    if (sample % SAMPLES_A_STEP === 0) yield sample / sampleCount;
    const value = values[sample];
    const end = stackStart[sample + 1];
    for (let at = stackStart[sample]; at < end; at++) {
      const frame = stackFrames[at];
      const line = lineOf[frame];
      if (line === 0) continue;
      let entry = found.get(line);
      if (entry === undefined) {
        entry = { func: frames.func[frame], self: 0, total: 0, lastSample: -1 };
        found.set(line, entry);
      }
      if (entry.lastSample !== sample) entry.total += value;
      entry.lastSample = sample;
      if (at === end - 1) entry.self += value;
    }
  }
  const lines = [...found].sort(([a], [b]) => a - b);
  return {
    line: Int32Array.from(lines, ([line]) => line),
    func: Int32Array.from(lines, ([, { func }]) => func),
    self: Float64Array.from(lines, ([, { self }]) => self),
    total: Float64Array.from(lines, ([, { total }]) => total),
  };
}
