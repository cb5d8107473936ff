/** A whole profile as pprof, packed with gzip: all sample types, labels, lines (see pprof.ts for the specification). */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { gzipSync } from 'fflate';
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import type { ExportedFile } from './export-input.ts';
import { LOCATION_KIND } from './frame-kinds.ts';
import { mostExportBytes } from './export-stacks.ts';
import { TextColumn } from './profile-columns.ts';
import { NAMELESS, nanoseconds } from './write-pprof.ts';

const SAMPLES_A_STEP = 4096;
const MAX_BYTES_OF_A_LOCATION = 4;

/** @throws RangeError where the file would be larger than any tool opens. */
export function* writeProfilePprof(profile: Profile): Steps<ExportedFile> {
  const { sampleTypes, definitions, frames, stackFrames, period } = profile;
  if (stackFrames.length * MAX_BYTES_OF_A_LOCATION > mostExportBytes)
    throw new RangeError(`More than ${mostExportBytes / 1024 / 1024} MiB would be written.`);
  const writer = new BinaryWriter();
  const texts = new TextColumn();
  texts.intern('');
  const field = (number: number, value: number | bigint): void => {
    if (value !== 0 && value !== 0n) writer.tag(number, WireType.Varint).int64(value);
  };
  const message = (number: number, write: () => void): void => {
    writer.tag(number, WireType.LengthDelimited).fork();
    write();
    writer.join();
  };
  const valueType = (number: number, { type, unit }: SampleType): void =>
    message(number, () => {
      field(1, texts.intern(type));
      field(2, texts.intern(unit));
    });

  for (const type of sampleTypes) valueType(1, type);
  const rounded = yield* writeSamples(profile, writer, texts, message, field);
  const mappings = new Map<string, number>();
  let nameless = 0;
  for (const [func, name] of definitions.names.entries()) {
    const mapping = definitions.mappings[func];
    if (mapping !== '' && !mappings.has(mapping)) {
      mappings.set(mapping, mappings.size + 1);
      message(3, () => {
        field(1, mappings.size);
        field(5, texts.intern(mapping));
        field(7, 1); // has_functions: nothing is left to symbolise
      });
    }
    if (name === '') nameless++;
    message(5, () => {
      field(1, func + 1);
      field(2, texts.intern(name === '' ? NAMELESS : name));
      field(4, texts.intern(definitions.files[func]));
      field(5, definitions.line[func]);
    });
  }
  for (let frame = 0; frame < frames.length; frame++) {
    const func = frames.definition[frame];
    message(4, () => {
      field(1, frame + 1);
      field(2, mappings.get(definitions.mappings[func]) ?? 0);
      message(4, () => {
        field(1, func + 1);
        field(2, frames.line[frame]);
      });
      if (frames.kinds) field(LOCATION_KIND, texts.intern(frames.kinds.names[frames.kinds.of[frame]]));
    });
  }
  if (period) {
    valueType(11, period.type);
    field(12, Math.round(period.value));
  }
  field(14, texts.intern(sampleTypes[profile.defaultSampleType].type));
  for (const text of texts.texts) writer.tag(6, WireType.LengthDelimited).string(text);
  if (profile.timeMs !== undefined) field(9, nanoseconds(profile.timeMs));
  if (profile.durationMs !== undefined) field(10, nanoseconds(profile.durationMs));
  const notes: string[] = [];
  if (rounded > 0) notes.push(`Values that were rounded, as pprof holds whole numbers only: ${rounded}.`);
  if (nameless > 0) notes.push(`Frames without a name are called ${NAMELESS}.`);
  // No time in the header: the same profile gives the same file.
  return { bytes: gzipSync(writer.finish(), { mtime: 0 }), notes };
}

/** @returns how many values were rounded */
function* writeSamples(
  { sampleCount, stackStart, stackFrames, values, labels }: Profile,
  writer: BinaryWriter,
  texts: TextColumn,
  message: (number: number, write: () => void) => void,
  field: (number: number, value: number | bigint) => void,
): Steps<number> {
  let rounded = 0;
  const textOf = labels.strings.map((text) => texts.intern(text));
  for (let i = 0; i < sampleCount; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / sampleCount;
    message(2, () => {
      if (stackStart[i] < stackStart[i + 1]) {
        writer.tag(1, WireType.LengthDelimited).fork();
        // profile.proto: the leaf comes first.
        for (let at = stackStart[i + 1] - 1; at >= stackStart[i]; at--) writer.uint32(stackFrames[at] + 1);
        writer.join();
      }
      writer.tag(2, WireType.LengthDelimited).fork();
      for (const { values: column, exact } of values) {
        const value = exact ? exact[i] : Math.round(column[i]);
        if (!exact && value !== column[i]) rounded++;
        writer.int64(value);
      }
      writer.join();
      for (let k = labels.start[i]; k < labels.start[i + 1]; k++) {
        message(3, () => {
          field(1, textOf[labels.key[k]]);
          if (labels.text[k] >= 0) field(2, textOf[labels.text[k]]);
          else field(3, labels.number[k]);
          if (labels.unit[k] >= 0) field(4, textOf[labels.unit[k]]);
        });
      }
    });
  }
  return rounded;
}
