/** OTLP's messages of profiles in protobuf. Field numbers are those of opentelemetry-proto 1.10; see otlp-numbering.ts. */
import { ByteReader, wireTypes } from '#base/byte-reader.ts';
import { type DecodeLimits, refuseCount } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import type {
  OtlpAttribute,
  OtlpDictionary,
  OtlpFunction,
  OtlpLine,
  OtlpLocation,
  OtlpMessage,
  OtlpProfile,
  OtlpScope,
  OtlpValue,
} from './otlp-message.ts';
import { decideNumbering, PROFILE_FIELDS, type RawSample, type SampleEvidence } from './otlp-numbering.ts';

const { varint, fixed64, bytes: delimited } = wireTypes;
const NS_A_MS = 1e6;
const MAX_DEPTH = 8;

/** A span of bytes that holds a message. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** @throws DecodeError */
export function refuseOtlp(what: string, place: string): never {
  throw new DecodeError('malformed', `The OTLP message is damaged: ${what}.`, {
    place,
    remedy: 'The message was probably truncated or changed in transit: fetch it again.',
  });
}

/** @throws DecodeError */
export function readOtlpProto(bytes: Uint8Array, limits: DecodeLimits): OtlpMessage {
  return new ProtoReader(bytes, limits).read();
}

class ProtoReader {
  readonly #reader: ByteReader;
  readonly #limits: DecodeLimits;
  #samples = 0;
  #values = 0;

  constructor(bytes: Uint8Array, limits: DecodeLimits) {
    this.#reader = new ByteReader(bytes, (what, offset) => refuseOtlp(what, `byte ${offset}`));
    this.#limits = limits;
  }

  read(): OtlpMessage {
    const { bytes } = this.#reader;
    const resources: Span[] = [];
    const dictionaries: Span[] = [];
    this.#fields({ start: 0, end: bytes.length }, (field, type, end) => {
      if (type !== delimited) return;
      if (field === 1) resources.push({ start: this.#reader.offset, end });
      // Protobuf merges a message that is there twice.
      else if (field === 2) dictionaries.push({ start: this.#reader.offset, end });
    });
    const dictionary = this.#dictionary(dictionaries);
    const evidence: SampleEvidence = {
      field3Packed: false,
      field3Varint: false,
      field4Packed: false,
      field4Varint: false,
      hasField2: false,
      field2NoIndex: false,
      field2AsTimes: true,
    };
    const found: { attributes: readonly OtlpAttribute[]; profiles: { span: Span; samples: RawSample[] }[] }[] = [];
    for (const span of resources) {
      let ofResource: OtlpAttribute[] = [];
      const scopes: Span[] = [];
      this.#fields(span, (field, type, end) => {
        if (type !== delimited) return;
        if (field === 1) ofResource = this.#attributesOf({ start: this.#reader.offset, end }, 1, dictionary.strings);
        else if (field === 2) scopes.push({ start: this.#reader.offset, end });
      });
      for (const scope of scopes) {
        let own: OtlpAttribute[] = [];
        const profiles: { span: Span; samples: RawSample[] }[] = [];
        this.#fields(scope, (field, type, end) => {
          if (type !== delimited) return;
          const inner = { start: this.#reader.offset, end };
          if (field === 1) own = this.#attributesOf(inner, 3, dictionary.strings);
          else if (field === 2) profiles.push({ span: inner, samples: this.#samplesOf(inner, evidence, dictionary) });
        });
        found.push({ attributes: [...ofResource, ...own], profiles });
      }
    }
    const numbering = decideNumbering(evidence);
    const scopes: OtlpScope[] = found.map(({ attributes, profiles }) => ({
      attributes,
      profiles: profiles.map(({ span, samples }) => this.#profile(span, samples, numbering, dictionary.strings)),
    }));
    return { dictionary, scopes, numbering };
  }

  /** Calls `visit` with each field of a message, the reader at its content; `end` is where that ends. */
  #fields({ start, end }: Span, visit: (field: number, type: number, end: number) => void): void {
    const reader = this.#reader;
    const before = { offset: reader.offset, end: reader.end };
    reader.offset = start;
    reader.end = end;
    while (reader.offset < end) {
      const tag = reader.tag();
      const at = reader.offset;
      let stop: number;
      if ((tag & 7) === delimited) stop = reader.stop();
      else {
        reader.skip(tag);
        stop = reader.offset;
        reader.offset = at;
      }
      visit(tag >>> 3, tag & 7, stop);
      reader.offset = stop;
      reader.end = end;
    }
    reader.offset = before.offset;
    reader.end = before.end;
  }

  /** Whole numbers of a repeated field, packed or one of them. */
  #numbers(type: number, end: number, into: number[]): void {
    const reader = this.#reader;
    if (type === varint) into.push(reader.signed());
    else if (type === delimited) {
      reader.end = end;
      while (reader.offset < end) into.push(reader.signed());
    }
  }

  #fixed(at: number): number {
    const { bytes } = this.#reader;
    const word = (from: number): number =>
      (bytes[from] | (bytes[from + 1] << 8) | (bytes[from + 2] << 16) | (bytes[from + 3] << 24)) >>> 0;
    return word(at + 4) * 4294967296 + word(at);
  }

  #text(end: number): string {
    return utf8.decode(this.#reader.bytes.subarray(this.#reader.offset, end));
  }

  #dictionary(spans: readonly Span[]): OtlpDictionary {
    const reader = this.#reader;
    const limits = this.#limits;
    const strings: string[] = [];
    const mappings: number[] = [];
    const locations: OtlpLocation[] = [];
    const functions: OtlpFunction[] = [];
    const stacks: number[][] = [];
    const attributes: Span[] = [];
    let lines = 0;
    let frames = 0;
    const check = (length: number, limit: number, what: string): void => {
      if (length > limit) refuseCount(limit, what, `byte ${reader.offset}`);
    };
    for (const span of spans) {
      this.#fields(span, (field, type, end) => {
        if (type !== delimited) return;
        const inner = { start: reader.offset, end };
        if (field === 1) {
          mappings.push(this.#numbered(inner, [4])[0]);
          check(mappings.length, limits.mappings, 'mappings');
        } else if (field === 2) {
          const location = this.#location(inner);
          locations.push(location);
          lines += location.lines.length;
          check(locations.length, limits.locations, 'locations');
          check(lines, limits.lines, 'lines');
        } else if (field === 3) {
          const [name, systemName, file, startLine] = this.#numbered(inner, [1, 2, 3, 4]);
          functions.push({ name, systemName, file, startLine });
          check(functions.length, limits.functions, 'functions');
        } else if (field === 5) {
          strings.push(this.#text(end));
          check(strings.length, limits.strings, 'strings');
        } else if (field === 6) {
          attributes.push(inner);
          check(attributes.length, limits.labels, 'attributes');
        } else if (field === 7) {
          const stack: number[] = [];
          this.#fields(inner, (own, ownType, stop) => {
            if (own === 1) this.#numbers(ownType, stop, stack);
          });
          stacks.push(stack);
          frames += stack.length;
          check(stacks.length, limits.samples, 'stacks');
          check(frames, limits.frames, 'frames in its stacks');
        }
      });
    }
    return {
      strings,
      mappings,
      locations,
      functions,
      stacks,
      attributes: attributes.map((span) => this.#keyValueAndUnit(span, strings)),
    };
  }

  /** The whole numbers in these fields, 0 where there is none. */
  #numbered(span: Span, fields: readonly number[]): number[] {
    const found = fields.map(() => 0);
    this.#fields(span, (field, type) => {
      const at = fields.indexOf(field);
      if (at >= 0 && type === varint) found[at] = this.#reader.signed();
    });
    return found;
  }

  #location(span: Span): OtlpLocation {
    const reader = this.#reader;
    let mapping = 0;
    let address = 0n;
    const lines: OtlpLine[] = [];
    this.#fields(span, (field, type, end) => {
      if (field === 1 && type === varint) mapping = reader.signed();
      else if (field === 2 && type === varint) {
        reader.varint();
        address = reader.unsignedWhole;
      } else if (field === 3 && type === delimited) {
        const [func, line] = this.#numbered({ start: reader.offset, end }, [1, 2]);
        if (lines.length === this.#limits.linesOfLocation)
          refuseCount(this.#limits.linesOfLocation, 'lines at one location', `byte ${reader.offset}`);
        lines.push({ func, line });
      }
    });
    return { mapping, address, lines };
  }

  #keyValueAndUnit(span: Span, strings: readonly string[]): OtlpAttribute {
    const reader = this.#reader;
    let key = 0;
    let unit = 0;
    let value: OtlpValue = '';
    this.#fields(span, (field, type, end) => {
      if (field === 1 && type === varint) key = reader.signed();
      else if (field === 2 && type === delimited) value = this.#value({ start: reader.offset, end }, strings, 0);
      else if (field === 3 && type === varint) unit = reader.signed();
    });
    return { key: strings[key] ?? '', value, unit: strings[unit] ?? '' };
  }

  /** The attributes in a field of a message. */
  #attributesOf(span: Span, wanted: number, strings: readonly string[]): OtlpAttribute[] {
    const reader = this.#reader;
    const attributes: OtlpAttribute[] = [];
    this.#fields(span, (field, type, end) => {
      if (field !== wanted || type !== delimited || attributes.length === this.#limits.labelsOfSample) return;
      let key = '';
      let value: OtlpValue = '';
      this.#fields({ start: reader.offset, end }, (own, ownType, stop) => {
        if (own === 1 && ownType === delimited) key = this.#text(stop);
        else if (own === 2 && ownType === delimited)
          value = this.#value({ start: reader.offset, end: stop }, strings, 0);
        else if (own === 3 && ownType === varint) key = strings[reader.signed()] ?? key;
      });
      attributes.push({ key, value, unit: '' });
    });
    return attributes;
  }

  #value(span: Span, strings: readonly string[], depth: number): OtlpValue {
    const reader = this.#reader;
    let value: OtlpValue = '';
    this.#fields(span, (field, type, end) => {
      if (field === 1 && type === delimited) value = this.#text(end);
      else if (field === 2 && type === varint) value = reader.unsigned() === 0 ? 'false' : 'true';
      else if (field === 3 && type === varint) {
        reader.varint();
        value = reader.signedWhole;
      } else if (field === 4 && type === fixed64) {
        value = String(
          new DataView(reader.bytes.buffer, reader.bytes.byteOffset + reader.offset, 8).getFloat64(0, true),
        );
      } else if (field === 5 && type === delimited && depth < MAX_DEPTH) {
        const parts: string[] = [];
        this.#fields({ start: reader.offset, end }, (own, ownType, stop) => {
          if (own === 1 && ownType === delimited)
            parts.push(String(this.#value({ start: reader.offset, end: stop }, strings, depth + 1)));
        });
        value = parts.join(', ');
      } else if (field === 8 && type === varint) value = strings[reader.signed()] ?? '';
    });
    return value;
  }

  #samplesOf(span: Span, evidence: SampleEvidence, dictionary: OtlpDictionary): RawSample[] {
    const reader = this.#reader;
    const samples: RawSample[] = [];
    this.#fields(span, (field, type, end) => {
      if (field !== 2 || type !== delimited) return;
      if (++this.#samples > this.#limits.samples) refuseCount(this.#limits.samples, 'samples', `byte ${reader.offset}`);
      samples.push(this.#sample({ start: reader.offset, end }, evidence, dictionary.attributes.length));
    });
    return samples;
  }

  #sample(span: Span, evidence: SampleEvidence, attributeCount: number): RawSample {
    const reader = this.#reader;
    let stack = 0;
    const field2: number[] = [];
    const field3: number[] = [];
    const field4: number[] = [];
    const times: number[] = [];
    this.#fields(span, (field, type, end) => {
      if (field === 1 && type === varint) stack = reader.signed();
      else if (field === 2) this.#numbers(type, end, field2);
      else if (field === 3) {
        if (type === delimited) evidence.field3Packed = true;
        else if (type === varint) evidence.field3Varint = true;
        this.#numbers(type, end, field3);
      } else if (field === 4) {
        if (type === delimited) evidence.field4Packed = true;
        else if (type === varint) evidence.field4Varint = true;
        this.#numbers(type, end, field4);
      } else if (field === 5) {
        if (type === fixed64) times.push(this.#fixed(reader.offset) / NS_A_MS);
        else if (type === delimited) {
          if ((end - reader.offset) % 8 !== 0) refuseOtlp('timestamps are cut off', `byte ${reader.offset}`);
          for (let at = reader.offset; at < end; at += 8) times.push(this.#fixed(at) / NS_A_MS);
        }
      }
    });
    this.#values += field2.length + field3.length + field4.length + times.length;
    if (this.#values > this.#limits.values) refuseCount(this.#limits.values, 'values', `byte ${span.start}`);
    if (field2.length > 0) {
      evidence.hasField2 = true;
      if (field2.some((entry) => !(entry >= 0 && entry < attributeCount))) evidence.field2NoIndex = true;
      if (field2.length !== times.length) evidence.field2AsTimes = false;
    }
    return { stack, field2, field3, field4, times };
  }

  #profile(span: Span, raw: readonly RawSample[], numbering: 'old' | 'new', strings: readonly string[]): OtlpProfile {
    const reader = this.#reader;
    const fields = PROFILE_FIELDS[numbering];
    const profile = {
      sampleType: { type: '', unit: '' },
      periodType: { type: '', unit: '' },
      period: 0,
      timeMs: 0,
      durationMs: 0,
    };
    const attributes: number[] = [];
    const original: { format: string; bytes: Uint8Array } = { format: '', bytes: new Uint8Array(0) };
    const typeOf = (end: number): { type: string; unit: string } => {
      const [type, unit] = this.#numbered({ start: reader.offset, end }, [1, 2]);
      return { type: stringAt(strings, type, span.start), unit: stringAt(strings, unit, span.start) };
    };
    this.#fields(span, (field, type, end) => {
      if (field === 1 && type === delimited) profile.sampleType = typeOf(end);
      else if (field === 3 && type === fixed64) profile.timeMs = this.#fixed(reader.offset) / NS_A_MS;
      else if (field === 4 && type === varint) profile.durationMs = reader.unsigned() / NS_A_MS;
      else if (field === 5 && type === delimited) profile.periodType = typeOf(end);
      else if (field === 6 && type === varint) profile.period = reader.signed();
      else if (field === fields.attributes) this.#numbers(type, end, attributes);
      else if (field === fields.originalFormat && type === delimited) original.format = this.#text(end);
      else if (field === fields.original && type === delimited)
        original.bytes = reader.bytes.subarray(reader.offset, end);
    });
    return {
      ...profile,
      attributes,
      original: original.bytes.length === 0 ? undefined : original,
      samples: raw.map(({ stack, field2, field3, field4, times }) =>
        numbering === 'new'
          ? { stack, attributes: field2, values: field4, times }
          : { stack, attributes: field3, values: field2, times },
      ),
    };
  }
}

/** @throws DecodeError */
function stringAt(strings: readonly string[], index: number, at: number): string {
  const text = strings[index];
  if (text === undefined && !(index === 0 && strings.length === 0))
    refuseOtlp(`string ${index} is not in the table of ${strings.length}`, `byte ${at}`);
  return text ?? '';
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
