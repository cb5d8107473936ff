/** Profiles for tests, drawn or listed. */
import { packageOf } from '#model/function-name.ts';
import type { Profile } from '#model/profile.ts';
import type { SearchFacts } from '#model/search.ts';

/** Names root first; a value beyond 2^53 makes the profile keep whole numbers. */
export type Stack = readonly [names: readonly string[], value: number | bigint];

/**
 * A drawing, whose columns are stacks of the value 1, root on top; columns begin where the words of the first row do:
 *
 *     main   main
 *     parse  serve
 *     read
 *
 * or a list, `main;parse;read 12`, when every line ends in a number.
 */
export function profileFromText(text: string): Profile {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return profileOf(lines.every((line) => /\S -?\d+$/.test(line.trim())) ? listed(lines) : drawn(lines));
}

/** @param samples in any order; a stack may occur more than once. */
export function profileOf(samples: readonly Stack[]): Profile {
  const names: string[] = [];
  const indexOf = new Map<string, number>();
  const stackStart = [0];
  const stackFrames: number[] = [];
  for (const [stack] of samples) {
    for (const name of stack) {
      let index = indexOf.get(name);
      if (index === undefined) indexOf.set(name, (index = names.push(name) - 1));
      stackFrames.push(index);
    }
    stackStart.push(stackFrames.length);
  }
  const isExact = samples.some(([, value]) => typeof value === 'bigint');
  const sampleCount = samples.length;
  const empty = new Int32Array(0);
  return {
    sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }],
    defaultSampleType: 0,
    functions: { names, files: names.map(() => ''), line: new Int32Array(names.length), mappings: names.map(() => '') },
    // One frame a function: lines are not drawn.
    frames: { length: names.length, func: Int32Array.from(names.keys()), line: new Int32Array(names.length) },
    sampleCount,
    stackStart: Int32Array.from(stackStart),
    stackFrames: Int32Array.from(stackFrames),
    values: [
      {
        values: Float64Array.from(samples, ([, value]) => Number(value)),
        exact: isExact ? BigInt64Array.from(samples, ([, value]) => BigInt(value)) : undefined,
      },
    ],
    labels: {
      start: new Int32Array(sampleCount + 1),
      key: empty,
      text: empty,
      number: new BigInt64Array(0),
      unit: empty,
      strings: [],
    },
    timeMs: undefined,
    durationMs: undefined,
    period: undefined,
    notes: [],
  };
}

/** What a search in this profile looks at. */
export function factsOf({ functions, frames }: Profile): SearchFacts {
  const packages = functions.names.map((name, i) => packageOf(name, functions.files[i]!, functions.mappings[i]!).package);
  return { functions, packages, frames };
}

function listed(lines: readonly string[]): Stack[] {
  return lines.map((line) => {
    const cut = line.trimEnd().lastIndexOf(' ');
    const stack = line.slice(0, cut).trim();
    return [stack.split(';'), Number(line.slice(cut))];
  });
}

function drawn(lines: readonly string[]): Stack[] {
  const starts = [...(lines[0] ?? '').matchAll(/\S+/g)].map(({ index }) => index);
  const stacks = starts.map((): string[] => []);
  for (const line of lines) {
    for (const { index } of line.matchAll(/\S+/g)) {
      if (!starts.includes(index)) throw new Error(`A word that begins no column: ${line}`);
    }
    for (const [column, start] of starts.entries()) {
      const word = line.slice(start, starts[column + 1]).trim();
      if (word !== '') stacks[column]!.push(word);
    }
  }
  return stacks.map((stack) => [stack, 1]);
}
