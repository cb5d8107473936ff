/** Profiles of the Java agent that pprof read before profile.proto: heap, locks and CPU, with a list of their functions. */
import type { Steps } from '#base/steps.ts';
import type { FrameFacts, LabelPair } from '../profile-builder.ts';
import type { AddressSamples } from './address-samples.ts';
import type { LineReader } from './line-reader.ts';
import { hexNumbers, type LegacyFacts, refuseText, scaledSample } from './pprof-legacy-lines.ts';

const LINES_A_STEP = 8192;
/** The agent takes a sample in this many bytes. */
const HEAP_RATE = 524_288;
const SAMPLE = /^\s*(\d+) +(\d+) +@ +([ x0-9a-f]*)$/;
const LOCATION = /^\s*0x([0-9a-f]{1,16})\s+(\S.*)$/i;
const FILE_AND_LINE = /^(.+):(-?\d{1,9})$/;

/** Reads what follows the line `--- heapz 1 ---` or `--- contentionz 1 ---`. @param first its first line */
export function* readJavaText(
  lines: LineReader,
  kind: 'heap' | 'contention',
  first: string | undefined,
  out: AddressSamples,
): Steps<LegacyFacts> {
  let resolution = kind === 'heap' ? 'bytes' : 'microseconds';
  let period = 0;
  let durationMs: number | undefined;
  let line = first;
  for (; line !== undefined && !SAMPLE.test(line); line = lines.next()) {
    const [key = '', value = ''] = line.split('=', 2).map((part) => part.trim());
    if (line.trim() === '') continue;
    if (key === 'resolution') resolution = value.slice(0, 100);
    else if (key === 'sampling period') period = wholeOf(lines, value);
    else if (key === 'ms since reset') durationMs = wholeOf(lines, value);
    else if (key !== 'format' || value !== 'java')
      throw refuseText(lines, 'The line is neither a fact nor a sample of the Java agent');
  }
  for (let count = 0; line !== undefined; line = lines.next(), count++) {
    if (count % LINES_A_STEP === 0) yield lines.share;
    if (line.trim() === '') continue;
    const sample = SAMPLE.exec(line);
    if (!sample) break;
    const [amount, times] = [Number(sample[1]), Number(sample[2])];
    const stack = hexNumbers(sample[3]).map((hex) => out.location(BigInt(hex)));
    if (kind === 'heap') {
      if (times === 0) throw refuseText(lines, 'A sample of the heap has no objects');
      const block = Math.trunc(amount / times);
      const labels: LabelPair[] = Number.isSafeInteger(block) ? [['bytes', BigInt(block), 'bytes']] : [];
      out.push({ stack, values: scaledSample(times, amount, HEAP_RATE), labels }, lines.place);
    } else {
      const scale = period || 1;
      out.push({ stack, values: [times * scale, amount * scale], labels: [] }, lines.place);
    }
  }
  yield* readJavaLocations(lines, line, out);
  const types = kind === 'heap' ? ['inuse_objects', 'inuse_space'] : ['contentions', 'delay'];
  return {
    sampleTypes: [
      { type: types[0], unit: 'count' },
      { type: types[1], unit: resolution },
    ],
    facts: {
      defaultSampleType: 1,
      ...(durationMs !== undefined && { durationMs }),
      ...(period > 0 && { period: { type: { type: 'contentions', unit: 'count' }, value: period } }),
    },
  };
}

/** Lines `0x1f com.example.Shop.list (Shop.java:12)`: what the addresses of the samples stand for. */
export function* readJavaLocations(lines: LineReader, from: string | undefined, out: AddressSamples): Steps<void> {
  let line = from ?? lines.next();
  for (let count = 0; line !== undefined; line = lines.next(), count++) {
    if (count % LINES_A_STEP === 0) yield lines.share;
    const location = LOCATION.exec(line.slice(0, 20_000));
    if (location) out.symbol(BigInt(`0x${location[1]}`), [frameOf(location[2].trimEnd())]);
  }
}

function frameOf(text: string): FrameFacts {
  // A pattern for the name too would take the square of a hostile line's length.
  const open = Math.max(text.lastIndexOf(' ('), text.lastIndexOf('\t('));
  if (open > 0 && text.endsWith(')')) {
    const name = text.slice(0, open).trimEnd();
    const inside = text.slice(open + 2, -1);
    const place = FILE_AND_LINE.exec(inside);
    if (place) return { name, file: place[1], line: Math.max(0, Number(place[2])) };
    return { name, file: inside.slice(inside.lastIndexOf('/') + 1) };
  }
  // Code without a name has the path of nothing; states of the virtual machine (GC, VM) are their own name.
  return { name: text.includes('generated stub/JIT') ? 'STUB' : text };
}

function wholeOf(lines: LineReader, value: string): number {
  if (!/^\d{1,15}$/.test(value))
    throw refuseText(lines, `The text ${JSON.stringify(value.slice(0, 40))} is not a whole number`);
  return Number(value);
}
