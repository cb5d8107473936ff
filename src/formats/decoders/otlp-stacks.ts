/** Stacks of an OTLP message as nodes of a builder. Names are made as pprof's. */
import { INLINED } from '../frame-kinds.ts';
import type { ProfileBuilder } from '../profile-builder.ts';
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
  ['perl', 'Perl'],
  ['php', 'PHP'],
  ['ruby', 'Ruby'],
  ['rust', 'Rust'],
  ['v8js', 'JavaScript'],
]);

export class OtlpStacks {
  readonly #dictionary: OtlpDictionary;
  readonly #builder: ProfileBuilder;
  /** Frames of a location, the outermost first. */
  readonly #frames = new Map<number, readonly number[]>();
  readonly #nodes = new Map<number, number>();
  /** By attribute: the kind of frame, '' for other attributes. */
  readonly #types = new Map<number, string>();

  constructor(dictionary: OtlpDictionary, builder: ProfileBuilder) {
    this.#dictionary = dictionary;
    this.#builder = builder;
  }

  /** @throws DecodeError where the stack, or what it refers to, is not in its table */
  node(stack: number): number {
    const known = this.#nodes.get(stack);
    if (known !== undefined) return known;
    const { stacks } = this.#dictionary;
    // Index 0 means none, whether the table has its empty entry or not.
    const locations = entryOf(stacks, stack) ?? (stack === 0 ? [] : outside('stack', stack, stacks.length));
    let node = 0;
    for (let i = locations.length - 1; i >= 0; i--)
      for (const frame of this.#framesOf(locations[i])) node = this.#builder.node(node, frame);
    this.#nodes.set(stack, node);
    return node;
  }

  #framesOf(index: number): readonly number[] {
    const known = this.#frames.get(index);
    if (known !== undefined) return known;
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
    const outermost = location.lines.length - 1;
    const frames = location.lines.map(({ func, line }, i) => {
      const facts = entryOf(functions, func) ?? (func === 0 ? undefined : outside('function', func, functions.length));
      const name = facts === undefined ? '' : textOf(facts.name) || textOf(facts.systemName);
      return this.#builder.frame({
        name: name || unnamed,
        file: facts === undefined ? '' : textOf(facts.file),
        line,
        startLine: facts?.startLine ?? 0,
        mapping: file,
        kind: i === outermost ? type : type === '' ? INLINED : `${type}, ${INLINED}`,
      });
    });
    // The innermost call of a location comes first.
    const made =
      frames.length === 0 ? [this.#builder.frame({ name: unnamed, mapping: file, kind: type })] : frames.reverse();
    this.#frames.set(index, made);
    return made;
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

function outside(what: string, index: number, length: number): never {
  refuseOtlp(`${what} ${index} is not in the table of ${length}`, `${what} ${index}`);
}
