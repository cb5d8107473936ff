/** OTLP's messages of profiles in protobuf. Field numbers are those of opentelemetry-proto 1.10; see otlp-numbering.ts. */
import { Int32Column } from '#base/column.ts';
import { type DecodeLimits, refuseCount } from '../decode-limits.ts';
import { type ProtoDictionary, readDictionary } from './otlp-dictionary.ts';
import { entryOf, type OtlpAttribute, type OtlpMessage, type OtlpProfile, type OtlpScope } from './otlp-message.ts';
import { decideNumbering, noEvidence, PROFILE_FIELDS, type ProtoNumbering } from './otlp-numbering.ts';
import { SampleColumns, type StackOf } from './otlp-samples.ts';
import { delimited, fixed64, NS_A_MS, OtlpWire, refuseOtlp, type Span, varint } from './otlp-wire.ts';

/** Profiles of one message: each is of a process or a container. */
const MAX_PROFILES = 100_000;
const NO_BYTES = new Uint8Array(0);

/** A profile and its samples in the columns. */
interface RawProfile extends Span {
  readonly place: number;
  readonly from: number;
  readonly to: number;
}

/** @throws DecodeError */
export function readOtlpProto(bytes: Uint8Array, limits: DecodeLimits): OtlpMessage {
  return new ProtoReader(bytes, limits).read();
}

class ProtoReader {
  readonly #wire: OtlpWire;
  readonly #limits: DecodeLimits;
  #parts = 0;

  constructor(bytes: Uint8Array, limits: DecodeLimits) {
    this.#wire = new OtlpWire(bytes);
    this.#limits = limits;
  }

  read(): OtlpMessage {
    const { reader } = this.#wire;
    const resources: Span[] = [];
    const dictionaries: Span[] = [];
    this.#wire.fields(0, reader.bytes.length, (field, type, end) => {
      if (type !== delimited) return;
      if (field === 1) resources.push(this.#part(end));
      else if (field === 2) dictionaries.push(this.#part(end));
    });
    const dictionary = readDictionary(this.#wire, dictionaries, this.#limits);
    const evidence = noEvidence();
    const samples = new SampleColumns(this.#wire, this.#limits, evidence, dictionary.attributes.length);
    let place = 0;
    const found: { attributes: readonly OtlpAttribute[]; profiles: RawProfile[] }[] = [];
    for (const resource of resources) {
      let ofResource: OtlpAttribute[] = [];
      const scopes: Span[] = [];
      this.#wire.fields(resource.start, resource.end, (field, type, end) => {
        if (type !== delimited) return;
        if (field === 1) ofResource = this.#attributes({ start: reader.offset, end }, 1, dictionary);
        else if (field === 2) scopes.push(this.#part(end));
      });
      for (const scope of scopes) {
        let own: OtlpAttribute[] = [];
        const profiles: RawProfile[] = [];
        this.#wire.fields(scope.start, scope.end, (field, type, end) => {
          if (type !== delimited) return;
          if (field === 1) own = this.#attributes({ start: reader.offset, end }, 3, dictionary);
          else if (field === 2) {
            const from = samples.length;
            const part = this.#part(end);
            this.#wire.fields(part.start, end, (inner, innerType, stop) => {
              if (inner === 2 && innerType === delimited) samples.push(reader.offset, stop);
              // Times stand there in eight bytes.
              else if (inner === 3 && innerType !== fixed64) evidence.hasLocationList = true;
            });
            profiles.push({ ...part, place: place++, from, to: samples.length });
          }
        });
        found.push({ attributes: [...ofResource, ...own], profiles });
      }
    }
    const numbering = decideNumbering(evidence);
    const scopes: OtlpScope[] = found.map(({ attributes, profiles }) => ({
      attributes,
      profiles: profiles.flatMap((profile) => this.#profiles(profile, samples, numbering, dictionary)),
    }));
    return { dictionary, scopes, numbering };
  }

  /** Reads a resource, a scope or a profile, up to `end`. */
  #part(end: number): Span {
    const start = this.#wire.reader.offset;
    if (++this.#parts > MAX_PROFILES) refuseCount(MAX_PROFILES, 'resources, scopes and profiles', `byte ${start}`);
    return { start, end };
  }

  #attributes(span: Span, field: number, { strings }: ProtoDictionary): OtlpAttribute[] {
    return this.#wire.attributesOf(span, field, strings, this.#limits.labelsOfSample);
  }

  /** One for each sample type: the oldest messages have several in a profile. */
  #profiles(
    { start, end, place, from, to }: RawProfile,
    samples: SampleColumns,
    numbering: ProtoNumbering,
    dictionary: ProtoDictionary,
  ): OtlpProfile[] {
    const { reader } = this.#wire;
    const fields = PROFILE_FIELDS[numbering];
    const types: { type: string; unit: string }[] = [];
    // A message may have 100 000 profiles: what most of them lack is not made for each.
    const locations = numbering === 'oldest' ? new Int32Column(16) : undefined;
    const attributes: number[] = [];
    const original: { format: string; bytes: Uint8Array } = { format: '', bytes: NO_BYTES };
    const facts = { periodType: { type: '', unit: '' }, period: 0, timeMs: 0, durationMs: 0 };
    const typeOf = (stop: number): { type: string; unit: string } => {
      const [type, unit] = this.#wire.numbered(reader.offset, stop, [1, 2]);
      return { type: stringAt(dictionary, type, start), unit: stringAt(dictionary, unit, start) };
    };
    this.#wire.fields(start, end, (field, type, stop) => {
      if (field === 1 && type === delimited) {
        // The last one counts, as in all of protobuf.
        if (numbering !== 'oldest') types.length = 0;
        if (types.length === this.#limits.sampleTypes)
          refuseCount(this.#limits.sampleTypes, 'sample types', `byte ${start}`);
        types.push(typeOf(stop));
      } else if (field === 3 && locations) this.#wire.numbers(type, stop, locations);
      else if (field === fields.time)
        facts.timeMs = (type === fixed64 ? this.#wire.fixed(reader.offset) : unsignedIf(type, reader)) / NS_A_MS;
      else if (field === fields.duration) facts.durationMs = unsignedIf(type, reader) / NS_A_MS;
      else if (field === fields.periodType && type === delimited) facts.periodType = typeOf(stop);
      else if (field === fields.period && type === varint) facts.period = reader.signed();
      else if (field === fields.attributes) this.#wire.numbers(type, stop, attributes);
      else if (field === fields.originalFormat && type === delimited) original.format = this.#wire.text(stop);
      else if (field === fields.original && type === delimited)
        original.bytes = reader.bytes.subarray(reader.offset, stop);
    });
    const stackOf: StackOf = locations
      ? this.#stacksOf(samples, from, to, locations.take(), dictionary, start)
      : (sample) => samples.first.values[sample];
    const common = { ...facts, place, attributes, original: original.bytes.length === 0 ? undefined : original };
    if (types.length <= 1) {
      const [sampleType = { type: '', unit: '' }] = types;
      return [{ ...common, sampleType, samples: samples.view(numbering, from, to, stackOf) }];
    }
    return types.map((sampleType, i) => ({
      ...common,
      sampleType,
      samples: samples.view(numbering, from, to, stackOf, i),
    }));
  }

  /** Stacks of the oldest messages: parts of the profile's list of locations. Alike parts are one stack. */
  #stacksOf(
    samples: SampleColumns,
    from: number,
    to: number,
    locations: Int32Array,
    { stacks }: ProtoDictionary,
    at: number,
  ): StackOf {
    const numbers = new Int32Array(to - from);
    const known = new Map<string, number>();
    for (let i = from; i < to; i++) {
      const begin = samples.first.values[i];
      const length = samples.partLength(i);
      const key = `${begin} ${length}`;
      let number = known.get(key);
      if (number === undefined) {
        number = stacks.add(locations, begin, length, `byte ${at}`);
        known.set(key, number);
      }
      numbers[i - from] = number;
    }
    return (sample) => numbers[sample - from];
  }
}

function unsignedIf(type: number, reader: { unsigned(): number }): number {
  return type === varint ? reader.unsigned() : 0;
}

/** @throws DecodeError */
function stringAt({ strings }: ProtoDictionary, index: number, at: number): string {
  const text = entryOf(strings, index);
  if (text === undefined && !(index === 0 && strings.length === 0))
    refuseOtlp(`string ${index} is not in the table of ${strings.length}`, `byte ${at}`);
  return text ?? '';
}
