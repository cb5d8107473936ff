/** Threads and processes that tools write as the first frames of collapsed stacks, as labels. The frames stay as they are. */
import type { LabelTable, Profile } from '#model/profile.ts';
import { noLabels } from './profile-columns.ts';

type Stacks = Pick<Profile, 'functions' | 'frames' | 'stackStart' | 'stackFrames'>;

/** In characters; names of threads are shorter. */
const MAX_NAME = 400;
/** One label for each group of the pattern. */
const PREFIXES: readonly { readonly pattern: RegExp; readonly keys: readonly string[] }[] = [
  // Python 3.15: `tid:140 704`.
  { pattern: /^tid:(\d+)$/, keys: ['tid'] },
  // py-spy record -t: `thread (0x7F1): name`.
  { pattern: /^thread \((\w+)\)(?:: (.*))?$/, keys: ['tid', 'thread'] },
  // async-profiler -t: `[main tid=12]`.
  { pattern: /^\[(?:(.*) )?tid=(\d+)\]$/, keys: ['thread', 'tid'] },
  // stackcollapse-perf.pl --tid: `java-12/13`.
  { pattern: /^(.+)-(\d+)\/(\d+)$/, keys: ['comm', 'pid', 'tid'] },
];

/** Labels where every stack begins with a thread of one kind. */
export function threadLabels({ functions, frames, stackStart, stackFrames }: Stacks): LabelTable {
  const count = stackStart.length - 1;
  const first = (sample: number): number =>
    stackStart[sample] < stackStart[sample + 1] ? frames.func[stackFrames[stackStart[sample]]] : -1;
  const kind = count === 0 || first(0) < 0 ? undefined : kindOf(functions.names[first(0)]);
  if (!kind) return noLabels(count);
  const strings: string[] = [...kind.keys];
  const numbers = new Map(strings.map((text, i) => [text, i]));
  const number = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, strings.length);
    return strings.push(text) - 1;
  };
  /** Key and text of each label, by function. */
  const labelsOf = new Map<number, readonly (readonly [number, number])[]>();
  const start = new Int32Array(count + 1);
  for (let sample = 0; sample < count; sample++) {
    const func = first(sample);
    let labels = labelsOf.get(func);
    if (!labels) {
      const found = func < 0 ? null : kind.pattern.exec(functions.names[func].slice(0, MAX_NAME));
      if (!found) return noLabels(count);
      labels = kind.keys.flatMap((_, key) => (found[key + 1] ? [[key, number(found[key + 1])] as const] : []));
      labelsOf.set(func, labels);
    }
    start[sample + 1] = start[sample] + labels.length;
  }
  const total = start[count];
  const [key, text] = [new Int32Array(total), new Int32Array(total)];
  for (let sample = 0; sample < count; sample++) {
    let at = start[sample];
    for (const [ofKey, ofText] of labelsOf.get(first(sample)) ?? []) {
      key[at] = ofKey;
      text[at++] = ofText;
    }
  }
  return { start, key, text, number: new BigInt64Array(total), unit: new Int32Array(total).fill(-1), strings };
}

function kindOf(name: string): (typeof PREFIXES)[number] | undefined {
  return PREFIXES.find(({ pattern }) => pattern.test(name.slice(0, MAX_NAME)));
}
