/** Stacks of an OTLP message as nodes of a builder. Names are made as pprof's. */
import { INLINED } from '../frame-kinds.ts';
import type { FrameFacts, ProfileBuilder } from '../profile-builder.ts';
import { entryOf, type OtlpDictionary, type OtlpLocation } from './otlp-message.ts';
import { refuseOtlp } from './otlp-wire.ts';

/** The end of a path. */
function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

const FRAME_TYPE = 'profile.frame.type';
/** Values of OpenTelemetry's semantic conventions that have another name in prose. Others stay as they are. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['beam', 'BEAM'],
  ['cpython', 'Python'],
  ['dotnet', '.NET'],
  ['go', 'Go'],
  ['jvm', 'JVM'],
  ['luajit', 'LuaJIT'],
  ['perl', 'Perl'],
  ['php', 'PHP'],
  ['ruby', 'Ruby'],
  ['rust', 'Rust'],
  ['unknown', ''],
  ['v8js', 'JavaScript'],
]);

/** The frames of a message's locations, looked up in its tables. */
export class OtlpFrames {
  readonly #dictionary: OtlpDictionary;
  /** By attribute: the kind of frame, '' for other attributes. */
  readonly #types = new Map<number, string>();
  /** By stack. */
  readonly #counts = new Map<number, number>();
  /** By location. */
  readonly #countsOfLocations = new Map<number, number>();

  constructor(dictionary: OtlpDictionary) {
    this.#dictionary = dictionary;
  }

  /** @returns its locations, the leaf first @throws DecodeError where the stack is not in its table */
  stack(index: number): ArrayLike<number> {
    const { stacks } = this.#dictionary;
    // Index 0 means none, whether the table has its empty entry or not.
    return entryOf(stacks, index) ?? (index === 0 ? [] : outside('stack', index, stacks.length));
  }

  /** The frames of a location, the outermost first. @throws DecodeError where what it refers to is not in its table */
  of(index: number): readonly FrameFacts[] {
    const { locations, functions, mappings, strings } = this.#dictionary;
    const location = entryOf(locations, index) ?? outside('location', index, locations.length);
    const textOf = (at: number): string =>
      entryOf(strings, at) ?? (at === 0 ? '' : outside('string', at, strings.length));
    const file =
      location.mapping === 0 && mappings.length === 0
        ? ''
        : textOf(entryOf(mappings, location.mapping) ?? outside('mapping', location.mapping, mappings.length));
    const address = `0x${location.address.toString(16)}`;
    const unnamed = file === '' ? address : `${baseName(file)}+${address}`;
    const type = this.#typeOf(location);
    if (location.lines.length === 0) return [{ name: unnamed, mapping: file, kind: type }];
    const outermost = location.lines.length - 1;
    const frames = location.lines.map(({ func, line }, i) => {
      const facts = entryOf(functions, func) ?? (func === 0 ? undefined : outside('function', func, functions.length));
      const name = facts === undefined ? '' : textOf(facts.name) || textOf(facts.systemName);
      return {
        name: name || unnamed,
        file: facts === undefined ? '' : textOf(facts.file),
        line,
        startLine: facts?.startLine ?? 0,
        mapping: file,
        kind: i === outermost ? type : type === '' ? INLINED : `${type}, ${INLINED}`,
      };
    });
    // The innermost call of a location comes first.
    return frames.reverse();
  }

  /** The number of frames of a stack. @throws DecodeError where anything it refers to is not in its table */
  count(stack: number): number {
    const known = this.#counts.get(stack);
    if (known !== undefined) return known;
    const locations = this.stack(stack);
    let count = 0;
    for (let i = 0; i < locations.length; i++) {
      let own = this.#countsOfLocations.get(locations[i]);
      if (own === undefined) this.#countsOfLocations.set(locations[i], (own = this.of(locations[i]).length));
      count += own;
    }
    this.#counts.set(stack, count);
    return count;
  }

  /** The kind of frame that the location's attributes name. */
  #typeOf({ attributes }: OtlpLocation): string {
    for (const index of attributes) {
      let type = this.#types.get(index);
      if (type === undefined) {
        const attribute = entryOf(this.#dictionary.attributes, index);
        type = attribute?.key === FRAME_TYPE ? (TYPES.get(String(attribute.value)) ?? String(attribute.value)) : '';
        this.#types.set(index, type);
      }
      if (type !== '') return type;
    }
    return '';
  }
}

export class OtlpStacks {
  readonly #frames: OtlpFrames;
  readonly #builder: ProfileBuilder;
  /** Frames of a location, the outermost first. */
  readonly #framesOf = new Map<number, readonly number[]>();
  readonly #nodes = new Map<number, number>();

  constructor(frames: OtlpFrames, builder: ProfileBuilder) {
    this.#frames = frames;
    this.#builder = builder;
  }

  /** @throws DecodeError where the stack, or what it refers to, is not in its table */
  node(stack: number): number {
    const known = this.#nodes.get(stack);
    if (known !== undefined) return known;
    const locations = this.#frames.stack(stack);
    let node = 0;
    for (let i = locations.length - 1; i >= 0; i--) {
      let frames = this.#framesOf.get(locations[i]);
      if (frames === undefined) {
        frames = this.#frames.of(locations[i]).map((facts) => this.#builder.frame(facts));
        this.#framesOf.set(locations[i], frames);
      }
      for (const frame of frames) node = this.#builder.node(node, frame);
    }
    this.#nodes.set(stack, node);
    return node;
  }
}

function outside(what: string, index: number, length: number): never {
  refuseOtlp(`${what} ${index} is not in the table of ${length}`, `${what} ${index}`);
}
