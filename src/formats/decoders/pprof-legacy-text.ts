/** The old text formats of pprof, `debug=1` of Go among them: heap, growth, counts, contention, threads. */
import type { Steps } from '#base/steps.ts';
import type { SampleType } from '#model/profile.ts';
import type { FrameFacts, LabelPair } from '../profile-builder.ts';
import type { AddressSamples } from './address-samples.ts';
import type { LineReader } from './line-reader.ts';
import { readJavaText } from './pprof-legacy-java.ts';
import { callBefore, hexNumbers, type LegacyFacts, refuseText, scaledSample } from './pprof-legacy-lines.ts';

const LINES_A_STEP = 8192;
/** In characters, of the lines that patterns look at. */
const MAX_PATTERN_LINE = 1 << 20;
const HEAP = /^heap profile: *(\d+): *(\d+) *\[ *(\d+): *(\d+) *\] *@ *([a-z_0-9]*)\/?(\d*)/;
const HEAP_SAMPLE = /^\s*(-?\d+): *(-?\d+) *\[ *(-?\d+): *(-?\d+) *\] @([ x0-9a-f]*)$/;
const COUNT = /^(\S+) profile: total \d+\s*$/;
const COUNT_SAMPLE = /^\s*(\d+) @((?: 0x[0-9a-f]+)*)\s*$/;
const CONTENTION_SAMPLE = /^\s*(\d+) +(\d+) @([ x0-9a-f]*)$/;
const THREAD = /^--- Thread ([0-9a-f]+) \(name: (.*)\/(\d+)\) stack: ---/;
const SYMBOL = /^#\t(0x[0-9a-f]{1,16})\t+(\S[^\t]*)\+0x[0-9a-f]+(?:\t+([^\t]*):(\d+))?\s*$/;

export function* readLegacyText(lines: LineReader, out: AddressSamples): Steps<LegacyFacts> {
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    const first = line.slice(0, 1000);
    if (isBlankOrComment(first) || /^--- (profile|heap|growth)\s*$/.test(first)) continue;
    const heap = HEAP.exec(first);
    if (heap) return yield* readHeap(lines, heap, out);
    const count = COUNT.exec(first);
    if (count) return yield* readCounts(lines, count[1], out);
    if (first.startsWith('--- heapz 1 ---')) return yield* readJavaText(lines, 'heap', lines.next(), out);
    if (/^--- (contention|mutex)/.test(first)) return yield* readContention(lines, out);
    if (/^--- (threadz \d+ ---|Thread )/.test(first)) return yield* readThreads(lines, line, out);
    break;
  }
  throw refuseText(lines, 'The file does not begin like a profile of pprof');
}

function* readHeap(lines: LineReader, header: RegExpExecArray, out: AddressSamples): Steps<LegacyFacts> {
  const [, objects, space, allocObjects, allocSpace, kind, rate] = header;
  const written = rate === '' ? 0 : Number(rate);
  const isSampled = kind === 'heap' || kind === 'heap_v2' || kind === 'heapz_v2';
  if (!isSampled && !['heapprofile', 'growthz', 'fragmentationz'].includes(kind))
    throw refuseText(lines, `Heap profiles of the kind ${JSON.stringify(kind.slice(0, 40))} are not known`);
  const period = kind === 'heap' ? Math.floor(written / 2) : isSampled ? written : 1;
  const isGrowth = !isSampled && kind !== 'heapprofile';
  const hasAlloc =
    !isGrowth && ((allocObjects !== objects && allocObjects !== '0') || (allocSpace !== space && allocSpace !== '0'));
  const scale = isSampled ? period : 0;
  yield* readSamples(lines, out, (line) => {
    const sample = HEAP_SAMPLE.exec(line);
    if (!sample) return undefined;
    const inUse = scaledSample(Number(sample[1]), Number(sample[2]), scale);
    const allocated = scaledSample(Number(sample[3]), Number(sample[4]), scale);
    const blockOf = (count: number, size: number): number => (count === 0 ? 0 : Math.trunc(size / count));
    const block =
      blockOf(Number(sample[1]), Number(sample[2])) || (hasAlloc ? blockOf(Number(sample[3]), Number(sample[4])) : 0);
    const labels: LabelPair[] = Number.isSafeInteger(block) ? [['bytes', BigInt(block), 'bytes']] : [];
    return { values: hasAlloc ? [...allocated, ...inUse] : inUse, addresses: sample[5], labels };
  });
  const types = hasAlloc ? ['alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space'] : ['objects', 'space'];
  const sampleTypes = types.map((type, i): SampleType => ({ type, unit: i % 2 === 0 ? 'count' : 'bytes' }));
  return {
    sampleTypes,
    facts: {
      defaultSampleType: types.length - 1,
      period: { type: { type: 'space', unit: 'bytes' }, value: period },
    },
  };
}

function* readCounts(lines: LineReader, type: string, out: AddressSamples): Steps<LegacyFacts> {
  yield* readSamples(lines, out, (line) => {
    const sample = COUNT_SAMPLE.exec(line);
    return sample ? { values: [Number(sample[1])], addresses: sample[2], labels: [] } : undefined;
  });
  const counted = { type, unit: 'count' };
  return { sampleTypes: [counted], facts: { period: { type: counted, value: 1 } } };
}

function* readContention(lines: LineReader, out: AddressSamples): Steps<LegacyFacts> {
  let hertz = 0;
  let period = 1;
  let durationMs: number | undefined;
  let first: string | undefined;
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    const equals = line.indexOf('=');
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (equals < 0 || line.startsWith('---')) {
      first = line;
      break;
    }
    const key = line.slice(0, equals).trim();
    const value = Number(line.slice(equals + 1));
    if (key === 'format' || key === 'resolution') return yield* readJavaText(lines, 'contention', line, out);
    if (!Number.isFinite(value))
      throw refuseText(lines, `The value of ${JSON.stringify(key.slice(0, 40))} is not a number`);
    if (key === 'cycles/second') hertz = value;
    else if (key === 'sampling period') period = value;
    else if (key === 'ms since reset') durationMs = value;
  }
  yield* readSamples(
    lines,
    out,
    (line) => {
      const sample = CONTENTION_SAMPLE.exec(line);
      if (!sample) return undefined;
      const delay = Number(sample[1]);
      const count = Number(sample[2]);
      const nanoseconds = period > 0 && hertz > 0 ? Math.trunc((delay * period) / (hertz / 1e9)) : delay;
      return { values: [period > 0 ? count * period : count, nanoseconds], addresses: sample[3], labels: [] };
    },
    first,
  );
  return {
    sampleTypes: [
      { type: 'contentions', unit: 'count' },
      { type: 'delay', unit: 'nanoseconds' },
    ],
    facts: {
      defaultSampleType: 1,
      ...(durationMs !== undefined && { durationMs }),
      period: { type: { type: 'contentions', unit: 'count' }, value: period },
    },
  };
}

function* readThreads(lines: LineReader, header: string, out: AddressSamples): Steps<LegacyFacts> {
  let line: string | undefined = header;
  // Comments may stand before the first thread.
  while (line !== undefined && !THREAD.test(line.slice(0, 1000)) && !isMemoryMap(line)) line = lines.next();
  const samples: { stack: number[]; values: number[]; labels: LabelPair[] }[] = [];
  for (let count = 0; line !== undefined && !isMemoryMap(line); count++) {
    if (count % LINES_A_STEP === 0) yield lines.share;
    if (line.startsWith('---- no stack trace for')) break;
    const thread = THREAD.exec(line.slice(0, 1000));
    if (!thread) throw refuseText(lines, 'A thread does not begin with its name');
    const stack: number[] = [];
    let isSame = false;
    for (line = lines.next(); line !== undefined && !line.trimStart().startsWith('---'); line = lines.next()) {
      if (line.includes('same as previous thread')) isSame = true;
      else pushThreadLine(line, stack, out);
    }
    const last = samples.at(-1);
    if (!isSame && stack.length > 0) samples.push({ stack, values: [1], labels: [['thread', thread[2]]] });
    else if (last) {
      last.values[0]++;
      last.labels = [];
    }
  }
  for (const sample of samples) out.push(sample, lines.place);
  yield* readMap(lines, line, out);
  const counted = { type: 'thread', unit: 'count' };
  return { sampleTypes: [counted], facts: { period: { type: counted, value: 1 } } };
}

/** `PC: 0x1: name`, `0x2: name`, `creator: 0x3 0x4` */
function pushThreadLine(line: string, stack: number[], out: AddressSamples): void {
  const text = line.slice(0, MAX_PATTERN_LINE);
  const symbol = /^\s*(?:PC:\s*)?0x([0-9a-f]{1,16}):\s+(\S.*)$/.exec(text);
  for (const hex of symbol ? [`0x${symbol[1]}`] : hexNumbers(text)) {
    const address = BigInt(hex);
    const call = stack.length > 0 ? callBefore(address) : address;
    if (symbol) out.symbol(call, [{ name: symbol[2].trim() }]);
    stack.push(out.location(call));
  }
}

interface TextSample {
  readonly values: readonly number[];
  readonly addresses: string;
  readonly labels: readonly LabelPair[];
}

/** Lines of samples, each with the labels and symbols that follow as comments; then the memory map. */
function* readSamples(
  lines: LineReader,
  out: AddressSamples,
  parse: (line: string) => TextSample | undefined,
  first?: string,
): Steps<void> {
  let sample: { parsed: TextSample; labels: LabelPair[]; place: string } | undefined;
  let symbols: { address: bigint; frames: FrameFacts[] } | undefined;
  let isNamed = false;
  const endSymbols = (): void => {
    if (symbols) out.symbol(symbols.address, symbols.frames);
    symbols = undefined;
  };
  const endSample = (): void => {
    endSymbols();
    if (!sample) return;
    const stack = hexNumbers(sample.parsed.addresses).map((hex) => out.location(callBefore(BigInt(hex))));
    out.push({ stack, values: sample.parsed.values, labels: sample.labels, isNamed }, sample.place);
    sample = undefined;
    isNamed = false;
  };
  let line = first ?? lines.next();
  for (let count = 0; line !== undefined; line = lines.next(), count++) {
    if (count % LINES_A_STEP === 0) yield lines.share;
    if (isBlankOrComment(line)) {
      if (!sample || line.length > MAX_PATTERN_LINE) continue;
      if (line.startsWith('# labels: ')) {
        sample.labels.push(...labelsOf(line.slice(10)));
        continue;
      }
      const symbol = SYMBOL.exec(line);
      if (!symbol) continue;
      const address = BigInt(symbol[1]);
      if (symbols?.address !== address) endSymbols();
      symbols ??= { address, frames: [] };
      isNamed = true;
      const frame = { name: symbol[2], file: symbol[3] ?? '', line: Number(symbol[4] ?? 0) };
      // A recursive function has its address again and again, its inlined calls only once.
      if (!symbols.frames.some(({ name, line: at }) => name === frame.name && at === frame.line))
        symbols.frames.push(frame);
      continue;
    }
    endSample();
    if (isMemoryMap(line) || line.startsWith('---')) break;
    const parsed = line.length > MAX_PATTERN_LINE * 16 ? undefined : parse(line);
    if (!parsed) throw refuseText(lines, 'The line is not a sample of this kind of profile');
    sample = { parsed, labels: [...parsed.labels], place: lines.place };
  }
  endSample();
  yield* readMap(lines, line, out);
}

function* readMap(lines: LineReader, from: string | undefined, out: AddressSamples): Steps<void> {
  let line = from;
  while (line !== undefined && !isMemoryMap(line)) line = lines.next();
  for (let count = 0; line !== undefined; line = lines.next(), count++) {
    if (count % LINES_A_STEP === 0) yield lines.share;
    out.map.push(line);
  }
}

/** As Go writes them: `{"queue":"emails", "worker":"0"}`, each text quoted as by %q of Go. */
function labelsOf(text: string): LabelPair[] {
  const labels: LabelPair[] = [];
  // Sticky: a text that is no label ends the list, and is not searched for others.
  const pair = /[{,] ?"((?:[^"\\]|\\.)*)":"((?:[^"\\]|\\.)*)"/y;
  for (let found = pair.exec(text); found; found = pair.exec(text))
    labels.push([unquoted(found[1]), unquoted(found[2])]);
  return labels;
}

const ESCAPED: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unquoted(text: string): string {
  return text.replace(
    /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/g,
    (_, byte?: string, short?: string, long?: string, letter = '') => {
      const code = Number.parseInt(byte ?? short ?? long ?? '', 16);
      if (Number.isNaN(code)) return ESCAPED[letter] ?? letter;
      // A byte beyond ASCII stands alone where the label is not UTF-8.
      return code > 0x10ffff || (byte !== undefined && code > 127) ? '\ufffd' : String.fromCodePoint(code);
    },
  );
}

function isBlankOrComment(line: string): boolean {
  const text = line.trimStart();
  return text === '' || text.startsWith('#');
}

function isMemoryMap(line: string): boolean {
  return line.includes('--- Memory map: ---') || line.includes('MAPPED_LIBRARIES:');
}
