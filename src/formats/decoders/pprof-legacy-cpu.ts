/** CPU profiles of gperftools: words of 4 or 8 bytes in either order, then /proc/self/maps as text (of Java a list of functions). */
import type { Steps } from '#base/steps.ts';
import { DecodeError } from '../format.ts';
import type { AddressSamples } from './address-samples.ts';
import { LineReader } from './line-reader.ts';
import { readJavaLocations } from './pprof-legacy-java.ts';
import { callBefore, type LegacyFacts } from './pprof-legacy-lines.ts';

const SAMPLES_A_STEP = 4096;
const HEADER_WORDS = 5;
/** Frames below the leaf that may belong to the signal handler; the same number as in pprof. */
const MAX_HANDLER_FRAMES = 2;
const SIMILAR_SAMPLES = 32;

interface Words {
  readonly size: 4 | 8;
  readonly isLittle: boolean;
}

const ORDERS: readonly Words[] = [
  { size: 4, isLittle: true },
  { size: 4, isLittle: false },
  { size: 8, isLittle: true },
  { size: 8, isLittle: false },
];

function wordAt(view: DataView, { size, isLittle }: Words, at: number): bigint {
  return size === 4 ? BigInt(view.getUint32(at, isLittle)) : view.getBigUint64(at, isLittle);
}

/** The word format, undefined if the bytes are not such a profile. */
export function wordsOf(bytes: Uint8Array): Words | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return ORDERS.find((words) => {
    if (bytes.length < HEADER_WORDS * words.size) return false;
    const [zero, version, kind, period, padding] = [0, 1, 2, 3, 4].map((i) => wordAt(view, words, i * words.size));
    return zero === 0n && version === 3n && kind <= 1n && period > 0n && period < 2n ** 40n && padding === 0n;
  });
}

/** @param isRaw as the profiler wrote it, with the frames of its signal handler. @throws DecodeError where the stacks leave the file */
export function* readCpu(bytes: Uint8Array, out: AddressSamples, isRaw: boolean): Steps<LegacyFacts> {
  const words = wordsOf(bytes);
  if (!words) throw refuse('The file does not begin like a CPU profile of gperftools', 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { size } = words;
  const isJava = wordAt(view, words, 2 * size) === 1n;
  const period = Number(wordAt(view, words, 3 * size)) * 1000;
  let at = HEADER_WORDS * size;
  for (let count = 0; at < bytes.length; count++) {
    if (count % SAMPLES_A_STEP === 0) yield at / bytes.length;
    if (at + 2 * size > bytes.length) throw refuse('The profile ends within a sample', at);
    const hits = wordAt(view, words, at);
    const depth = wordAt(view, words, at + size);
    if (depth * BigInt(size) > BigInt(bytes.length - at - 2 * size))
      throw refuse('A stack is longer than the file', at);
    const stack: number[] = [];
    const place = `byte ${at}`;
    at += 2 * size;
    const isLast = hits === 0n && depth === 1n && wordAt(view, words, at) === 0n;
    for (let i = 0; i < Number(depth); i++, at += size) {
      const address = wordAt(view, words, at);
      // A return address follows its call; those of Java are numbers of functions.
      if (!isLast) stack.push(out.location(i > 0 && !isJava ? callBefore(address) : address));
    }
    if (isLast) break;
    out.push({ stack, values: [Number(hits), Number(hits) * period], labels: [] }, place);
  }
  const rest = new LineReader(bytes.subarray(at));
  if (isJava) yield* readJavaLocations(rest, undefined, out);
  else {
    if (isRaw) dropHandlerFrames(out);
    for (let line = rest.next(); line !== undefined; line = rest.next()) out.map.push(line);
  }
  return {
    sampleTypes: [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
    facts: { defaultSampleType: 1, period: { type: { type: 'cpu', unit: 'nanoseconds' }, value: period } },
  };
}

/** As in pprof: the second frame in nearly all stacks is the signal handler, and a leaf may occur twice. */
function dropHandlerFrames(out: AddressSamples): void {
  const enough = out.length - Math.floor(out.length / SIMILAR_SAMPLES);
  for (let i = 0; i < MAX_HANDLER_FRAMES; i++) {
    const counts = new Map<number, number>();
    for (let sample = 0; sample < out.length; sample++) {
      const second = out.second(sample);
      if (second >= 0) counts.set(second, (counts.get(second) ?? 0) + 1);
    }
    const handler = [...counts].find(([, count]) => count >= enough);
    if (!handler) break;
    for (let sample = 0; sample < out.length; sample++) if (out.second(sample) === handler[0]) out.dropSecond(sample);
  }
  for (let sample = 0; sample < out.length; sample++) if (out.isLeafTwice(sample)) out.dropSecond(sample);
}

function refuse(message: string, at: number): DecodeError {
  return new DecodeError('malformed', `${message}.`, {
    place: `byte ${at}`,
    remedy: 'The file was probably truncated or changed in transit: fetch it again.',
  });
}
