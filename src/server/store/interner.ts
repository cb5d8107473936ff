/** Maps stacks to leaf numbers: the dictionary of an open part with its lookup tables. */

import type { Profile } from '#model/profile.ts';
import { cleanName } from '../storable-text.ts';
import { PairTable } from './pair-table.ts';
import type { PartColumns, PartMark } from './part-columns.ts';

export class Interner {
  readonly columns: PartColumns;
  readonly #paths = new Map<string, number>();
  /** The first function of each name. */
  readonly #functions = new Map<string, number>();
  /** The others: by the first one, file, binary and kind. */
  readonly #further = new Map<string, number>();
  readonly #frames: PairTable;
  readonly #nodes: PairTable;
  /** What is on disk, or on its way there with the rows of the next commit. */
  saved: PartMark;

  constructor(columns: PartColumns) {
    this.columns = columns;
    columns.paths.forEach((path, i) => this.#paths.set(path, i));
    columns.names.forEach((name, i) => {
      const first = columns.named.values[i];
      if (first === i) this.#functions.set(name, i);
      else
        this.#further.set(
          furtherKey(first, columns.file.values[i], columns.mapping.values[i], columns.kind.values[i]),
          i,
        );
    });
    this.#frames = new PairTable(columns.frameFunc, columns.frameLine, 0);
    this.#nodes = new PairTable(columns.nodeParent, columns.nodeFrame, 1);
    this.saved = columns.mark();
  }

  get bytes(): number {
    return this.columns.bytes + this.columns.names.length * 40 + this.#frames.bytes + this.#nodes.bytes;
  }

  /** A profile's stacks, each looked up once however many series ask for it. */
  forProfile(profile: Profile): StackLookup {
    return new StackLookup(this, profile);
  }

  /**
   * Texts that cannot be stored are cleaned when they are not found: only clean ones are in the tables.
   * @param index of a definition of the profile
   * @param kind of the frame; '' where it is unknown
   */
  func(profile: Profile, index: number, kind: string): number {
    const { names, files, line, mappings } = profile.definitions;
    const { columns } = this;
    let name = names[index];
    let first = this.#functions.get(name);
    if (first === undefined) {
      name = copyOf(cleanName(name));
      first = this.#functions.get(name);
    }
    // Most names have one definition: comparing its texts is faster than looking up two paths.
    if (first !== undefined && this.#isIn(first, files[index], mappings[index], kind)) return first;
    const file = this.#path(files[index]);
    const mapping = this.#path(mappings[index]);
    const ran = this.#path(kind);
    const made = columns.names.length;
    if (first === undefined) this.#functions.set(name, made);
    else {
      const { file: fileOf, mapping: mappingOf, kind: kindOf } = columns;
      if (fileOf.values[first] === file && mappingOf.values[first] === mapping && kindOf.values[first] === ran)
        return first;
      const key = furtherKey(first, file, mapping, ran);
      const known = this.#further.get(key);
      if (known !== undefined) return known;
      this.#further.set(key, made);
    }
    columns.names.push(name);
    columns.named.push(first ?? made);
    columns.file.push(file);
    columns.mapping.push(mapping);
    columns.kind.push(ran);
    columns.startLine.push(Math.max(0, line[index]));
    return made;
  }

  frame(func: number, line: number): number {
    return this.#frames.intern(func, line);
  }

  node(parent: number, frame: number): number {
    // The first callee of a node was added right after it, so most steps need no search.
    const { nodeParent, nodeFrame } = this.columns;
    const next = parent + 1;
    if (next < nodeParent.length && nodeParent.values[next] === parent && nodeFrame.values[next] === frame) return next;
    return this.#nodes.intern(parent, frame);
  }

  #isIn(func: number, file: string, mapping: string, kind: string): boolean {
    const { paths, file: fileOf, mapping: mappingOf, kind: kindOf } = this.columns;
    return (
      paths[fileOf.values[func]] === file &&
      paths[mappingOf.values[func]] === mapping &&
      paths[kindOf.values[func]] === kind
    );
  }

  #path(text: string): number {
    const known = this.#paths.get(text);
    if (known !== undefined) return known;
    const clean = cleanName(text);
    if (clean !== text) return this.#path(clean);
    const made = this.columns.paths.length;
    const copy = copyOf(text);
    this.columns.paths.push(copy);
    this.#paths.set(copy, made);
    return made;
  }
}

/** A text of its own: one that was decoded with others would hold all of them in memory. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

function furtherKey(first: number, file: number, mapping: number, kind: number): string {
  return `${first} ${file} ${mapping} ${kind}`;
}

export class StackLookup {
  readonly #interner: Interner;
  readonly #profile: Profile;
  /** '' alone where the profile has none. */
  readonly #kinds: readonly string[];
  /** By definition and kind, and by frame of the profile: its number in the part, -1 while unknown. */
  readonly #functions: Int32Array;
  readonly #frames: Int32Array;
  /** By sample: its leaf, -1 while unknown. */
  readonly #leaves: Int32Array;
  // The stack before: its frames in the part and their nodes. Samples come sorted more often than not.
  #pathFrame = new Int32Array(64);
  #pathNode = new Int32Array(65);
  #pathLength = 0;

  constructor(interner: Interner, profile: Profile) {
    this.#interner = interner;
    this.#profile = profile;
    this.#kinds = profile.frames.kinds?.names ?? [''];
    this.#functions = new Int32Array(profile.definitions.names.length * this.#kinds.length).fill(-1);
    this.#frames = new Int32Array(profile.frames.length).fill(-1);
    this.#leaves = new Int32Array(profile.sampleCount).fill(-1);
  }

  leaf(sample: number): number {
    const known = this.#leaves[sample];
    if (known >= 0) return known;
    const { stackStart, stackFrames } = this.#profile;
    const from = stackStart[sample];
    const length = stackStart[sample + 1] - from;
    if (length > this.#pathFrame.length) this.#deepen(length);
    const pathFrame = this.#pathFrame;
    const pathNode = this.#pathNode;
    const shared = Math.min(length, this.#pathLength);
    let d = 0;
    while (d < shared && pathFrame[d] === stackFrames[from + d]) d++;
    for (; d < length; d++) {
      const frame = stackFrames[from + d];
      pathFrame[d] = frame;
      pathNode[d + 1] = this.#interner.node(pathNode[d], this.#frame(frame));
    }
    this.#pathLength = length;
    const leaf = pathNode[length];
    this.#leaves[sample] = leaf;
    return leaf;
  }

  #frame(frame: number): number {
    const known = this.#frames[frame];
    if (known >= 0) return known;
    const { definition, line, kinds } = this.#profile.frames;
    const func = this.#func(definition[frame], kinds === undefined ? 0 : kinds.of[frame]);
    const made = this.#interner.frame(func, Math.max(0, line[frame]));
    this.#frames[frame] = made;
    return made;
  }

  #func(definition: number, kind: number): number {
    const key = definition * this.#kinds.length + kind;
    const known = this.#functions[key];
    return known >= 0
      ? known
      : (this.#functions[key] = this.#interner.func(this.#profile, definition, this.#kinds[kind]));
  }

  #deepen(length: number): void {
    const pathFrame = new Int32Array(length * 2);
    pathFrame.set(this.#pathFrame);
    this.#pathFrame = pathFrame;
    const pathNode = new Int32Array(length * 2 + 1);
    pathNode.set(this.#pathNode);
    this.#pathNode = pathNode;
  }
}
