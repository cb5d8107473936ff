/** OTLP profiles as one profile: each sample type of the message is one, attributes are labels. */
import { textPrefix } from '#base/text-bytes.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import { type LabelPair, ProfileBuilder } from '../profile-builder.ts';
import { readOtlpJson } from './otlp-json.ts';
import {
  entryOf,
  type OtlpAttribute,
  type OtlpDictionary,
  type OtlpMessage,
  type OtlpSample,
  type Table,
} from './otlp-message.ts';
import { readOtlpProto } from './otlp-proto.ts';
import { refuseOtlp } from './otlp-wire.ts';
import { OtlpFrames, OtlpStacks } from './otlp-stacks.ts';
import { traceLabels } from '../trace-labels.ts';

const MAX_MESSAGES = 65_536;
const SAMPLES_A_STEP = 4096;
const NO_LABELS: readonly LabelPair[] = [];

/** @throws DecodeError */
export function* decodeOtlp(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const messages = readMessages(bytes, limits);
  yield 0.3;
  const types: SampleType[] = [];
  const column = ({ type, unit }: SampleType): number =>
    types.findIndex((one) => one.type === type && one.unit === unit);
  const profiles = messages.flatMap(({ scopes }) => scopes.flatMap((scope) => scope.profiles));
  for (const { sampleType } of profiles) if (column(sampleType) < 0) types.push(sampleType);
  if (types.length === 0) {
    throw new DecodeError('empty', 'The OTLP message has no profiles.', {
      place: `${bytes.length} bytes`,
      remedy: 'Save a message that has some.',
    });
  }
  const builder = new ProfileBuilder(types, limits);
  const values = new Float64Array(types.length);
  let done = 0;
  for (const message of messages) {
    const { dictionary, scopes } = message;
    const stacks = new OtlpStacks(new OtlpFrames(dictionary), builder);
    for (const { attributes, profiles: own } of scopes) {
      for (const { sampleType, samples, original, attributes: ofProfile } of own) {
        if (original !== undefined && samples.length === 0)
          builder.note(
            `A profile of the message is in another format (${original.format || 'not named'}): it was skipped.`,
          );
        const at = column(sampleType);
        for (const sample of samples) {
          values[at] = valueOf(sample);
          const labels = labelsOf(attributes, [...ofProfile, ...sample.attributes], dictionary.attributes);
          labels.push(...traceLabelsOf(sample, dictionary));
          builder.sample(stacks.node(sample.stack), values, builder.labels(labels), sample.times[0]);
          values[at] = 0;
          if (++done % SAMPLES_A_STEP === 0) yield 0.3 + 0.6 * (done / (done + SAMPLES_A_STEP));
        }
      }
    }
  }
  const starts = profiles.map(({ timeMs }) => timeMs).filter((time) => time > 0);
  const [first] = profiles;
  return builder.take({
    ...(starts.length > 0 && { timeMs: starts.reduce((a, b) => Math.min(a, b)) }),
    ...(first.durationMs > 0 && { durationMs: first.durationMs }),
    ...(first.periodType.type !== '' && { period: { type: first.periodType, value: first.period } }),
  });
}

/** One message in protobuf or JSON, or several behind their lengths. @throws DecodeError */
export function readMessages(bytes: Uint8Array, limits: DecodeLimits): readonly OtlpMessage[] {
  if (isJson(bytes)) return [readOtlpJson(new TextDecoder().decode(bytes), limits)];
  if (!isFramed(bytes)) return [readOtlpProto(bytes, limits)];
  const messages: OtlpMessage[] = [];
  for (let at = 0; at < bytes.length;) {
    if (messages.length === MAX_MESSAGES)
      refuseOtlp(`it is more than ${MAX_MESSAGES} messages`, `byte ${at} of the unpacked file`);
    const length = frameLength(bytes, at);
    if (at + 4 > bytes.length || length > bytes.length - at - 4)
      refuseOtlp(`a message of ${length} bytes runs past the end`, `byte ${at} of the unpacked file`);
    messages.push(readOtlpProto(bytes.subarray(at + 4, at + 4 + length), limits));
    at += 4 + length;
  }
  return messages;
}

/** Values of a sample are of one kind: their sum. Without any, each time it was seen counts one. */
export function valueOf({ values, times }: OtlpSample): number {
  if (values.length === 0) return times.length;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/** The span that a sample is linked to, as labels. @throws DecodeError where the link is not in the table */
export function traceLabelsOf({ link }: Pick<OtlpSample, 'link'>, { links }: OtlpDictionary): readonly LabelPair[] {
  if (link === 0) return NO_LABELS;
  const found =
    entryOf(links, link) ?? refuseOtlp(`link ${link} is not in the table of ${links.length}`, `link ${link}`);
  return traceLabels(found.span, found.trace);
}

function labelsOf(
  attributes: readonly OtlpAttribute[],
  own: readonly number[],
  table: Table<OtlpAttribute>,
): LabelPair[] {
  const labels: LabelPair[] = attributes.map(({ key, value, unit }) => [key, value, unit]);
  for (const index of own) {
    const attribute = entryOf(table, index);
    if (attribute === undefined)
      refuseOtlp(`attribute ${index} is not in the table of ${table.length}`, `attribute ${index}`);
    if (attribute.key !== '') labels.push([attribute.key, attribute.value, attribute.unit]);
  }
  return labels;
}

function isJson(bytes: Uint8Array): boolean {
  return textPrefix(bytes, 64).trimStart().startsWith('{');
}

/** A length in four bytes first: a message does not begin with 0, nor has it room for the length it would be. */
function isFramed(bytes: Uint8Array): boolean {
  const [first] = bytes;
  if (first !== 0x0a && first !== 0x12) return true;
  // A first message of 167 MB or more begins so too.
  return frameLength(bytes, 0) === bytes.length - 4;
}

function frameLength(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
