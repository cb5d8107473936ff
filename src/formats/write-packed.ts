/** A profile as packed.ts reads it: small once it is packed with gzip, and the same numbers when it is read. */
import type { Profile, SampleType, ValueColumn } from '#model/profile.ts';
import { mostPackedFrames, packedHead, valueKinds } from './packed.ts';
import { PackedSink } from './packed-sink.ts';
import { TextColumn } from './profile-columns.ts';

/** The samples in another order: by stack, so that neighbours share most of their frames. @throws Error where none would read it */
export function writePacked(profile: Profile): Uint8Array<ArrayBuffer> {
  const { sampleTypes, definitions, frames, stackStart, stackFrames, period, cut } = profile;
  if (stackFrames.length > mostPackedFrames)
    throw new Error('The profile has too many and too deep stacks to be saved: choose a shorter range.');
  const texts = new TextColumn();
  const sink = new PackedSink();
  const sampleType = ({ type, unit }: SampleType): void => {
    sink.varint(texts.intern(type));
    sink.varint(texts.intern(unit));
  };
  const optional = <T>(value: T | undefined, write: (there: T) => void): void => {
    sink.varint(value === undefined ? 0 : 1);
    if (value !== undefined) write(value);
  };

  sink.varint(sampleTypes.length);
  sink.varint(profile.defaultSampleType);
  sampleTypes.forEach(sampleType);
  sink.varint(definitions.names.length);
  for (let one = 0; one < definitions.names.length; one++) {
    sink.varint(texts.intern(definitions.names[one]));
    sink.varint(texts.intern(definitions.files[one]));
    sink.varint(texts.intern(definitions.mappings[one]));
    sink.varint(definitions.line[one]);
  }
  sink.varint(frames.length);
  for (let frame = 0; frame < frames.length; frame++) {
    sink.varint(frames.definition[frame]);
    sink.varint(frames.line[frame]);
  }
  const order = samplesByStack(profile);
  sink.varint(order.length);
  let before = { start: 0, end: 0 };
  for (const sample of order) {
    const now = { start: stackStart[sample], end: stackStart[sample + 1] };
    const most = Math.min(before.end - before.start, now.end - now.start);
    let shared = 0;
    while (shared < most && stackFrames[before.start + shared] === stackFrames[now.start + shared]) shared++;
    sink.varint(shared);
    sink.varint(now.end - now.start - shared);
    for (let at = now.start + shared; at < now.end; at++) sink.varint(stackFrames[at]);
    before = now;
  }
  for (const column of profile.values) writeValues(sink, column, order);
  optional(profile.timeMs, (ms) => sink.double(ms));
  optional(profile.durationMs, (ms) => sink.double(ms));
  optional(period, ({ type, value }) => {
    sampleType(type);
    sink.double(value);
  });
  optional(cut, ({ func, value }) => {
    sink.varint(definitions.func.indexOf(func));
    sink.double(value);
  });
  sink.varint(profile.notes.length);
  for (const note of profile.notes) sink.varint(texts.intern(note));
  const { times } = profile;
  if (times) {
    sink.varint(1);
    for (const sample of order) sink.double(times[sample]);
  }
  const { kinds } = frames;
  if (kinds) {
    if (!times) sink.varint(0);
    sink.varint(1);
    sink.varint(kinds.names.length);
    for (const name of kinds.names) sink.varint(texts.intern(name));
    for (const kind of kinds.of) sink.varint(kind);
  }

  // Known last, read first.
  const head = new PackedSink();
  head.bytes(new TextEncoder().encode(packedHead));
  head.varint(texts.texts.length);
  for (const text of texts.texts) head.utf8(text);
  head.bytes(sink.take());
  return head.take();
}

function writeValues(sink: PackedSink, { values, exact }: ValueColumn, order: Int32Array): void {
  if (exact) {
    sink.varint(valueKinds.exact);
    for (const sample of order) sink.zigzagWhole(exact[sample]);
    return;
  }
  if (values.every((value) => Number.isSafeInteger(value) && !Object.is(value, -0))) {
    sink.varint(valueKinds.whole);
    for (const sample of order) sink.zigzag(values[sample]);
    return;
  }
  sink.varint(valueKinds.doubles);
  for (const sample of order) sink.double(values[sample]);
}

function samplesByStack({ sampleCount, stackStart, stackFrames }: Profile): Int32Array {
  return Int32Array.from({ length: sampleCount }, (_, i) => i).sort((a, b) => {
    const [startA, startB] = [stackStart[a], stackStart[b]];
    const [deep, deepB] = [stackStart[a + 1] - startA, stackStart[b + 1] - startB];
    for (let i = 0; i < deep && i < deepB; i++) {
      const apart = stackFrames[startA + i] - stackFrames[startB + i];
      if (apart !== 0) return apart;
    }
    return deep - deepB;
  });
}
