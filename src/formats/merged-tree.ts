/**
 * The call tree of a `SelectMergeStacktracesResponse`: in pre-order, each node its name, its self and the number of its
 * children (contract: Pyroscope's tree bytes). No header, no totals; siblings in any order. It becomes a profile with one
 * sample for each node that has a self.
 */
import { ByteReader } from '#base/byte-reader.ts';
import { ByteTexts } from '#base/byte-texts.ts';
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { DecodeError } from './format.ts';
import { MAX_DEPTH, NamedStacks } from './named-stacks.ts';

const TREE_TAG = 2 * 8 + 2;
/** The name of the node that stands for cut callees. */
const CUT_NAME = 'other';
const NODES_A_STEP = 8192;

/**
 * @param maxNodes what was asked for. A tree that was cut has at least as many nodes, and of smaller ones nothing was cut:
 * then `other` is a function like any. In a cut tree its leaves are the rest of their callers; one with callees is real.
 */
export function* decodeMergedTree(response: Uint8Array, profileType: string, maxNodes: number): Steps<Profile> {
  const bytes = treeOf(response);
  const tree = new TreeReader(bytes);
  while (!tree.isDone) {
    yield tree.offset / bytes.length;
    for (let i = 0; i < NODES_A_STEP && !tree.isDone; i++) tree.readNode();
  }
  tree.checkEnd();
  const { stacks, cutSamples } = tree;
  const isCut = cutSamples.length > 0 && tree.nodes >= maxNodes;
  const cut = isCut ? { func: cutFunction(tree), value: sumAt(stacks.values, cutSamples) } : undefined;
  const exact = (): BigInt64Array => exactSelves(bytes, stacks.values.length);
  return { ...stacks.take(tree.names.texts, profileType, exact), cut };
}

/** The tree's bytes within the response; none where nothing was found. */
function treeOf(response: Uint8Array): Uint8Array {
  const reader = new ByteReader(response, fail);
  let tree = response.subarray(0, 0);
  while (reader.offset < response.length) {
    const tag = reader.tag();
    if (tag !== TREE_TAG) reader.skip(tag);
    else {
      const end = reader.stop();
      tree = response.subarray(reader.offset, end);
      reader.offset = end;
    }
  }
  // One byte is an empty tree too.
  return tree.length < 2 ? tree.subarray(0, 0) : tree;
}

class TreeReader {
  readonly names: ByteTexts;
  readonly stacks = new NamedStacks();
  /** Samples whose leaf has the name of the rest. */
  readonly cutSamples: number[] = [];
  /** The root not counted. */
  nodes = 0;
  readonly #reader: ByteReader;
  /** Functions of the open nodes, root first; the root itself has none. */
  readonly #path = new Int32Column();
  /** Children that are still to come: of the root, then of the open nodes. */
  readonly #left = new Int32Column();

  constructor(bytes: Uint8Array) {
    this.names = new ByteTexts(bytes);
    this.#reader = new ByteReader(bytes, fail);
  }

  get offset(): number {
    return this.#reader.offset;
  }

  get isDone(): boolean {
    return this.#reader.offset === this.#reader.end;
  }

  // A call a node: the engine compiles a small function sooner than a large loop.
  readNode(): void {
    const reader = this.#reader;
    const left = this.#left;
    const start = reader.offset;
    const nameEnd = reader.stop();
    const nameStart = reader.offset;
    reader.offset = nameEnd;
    const self = reader.signed();
    const children = reader.unsigned();
    if (children > reader.end - reader.offset) fail(`a node of ${children} children is truncated`, start);
    if (start > 0) {
      this.#enter(this.names.intern(nameStart, nameEnd), start);
      if (children === 0 && self !== 0 && nameEnd - nameStart === CUT_NAME.length && this.#leaf === CUT_NAME)
        this.cutSamples.push(this.stacks.values.length);
    }
    left.push(children);
    if (self !== 0) this.stacks.push(this.#path.values, this.#path.length, self);
  }

  checkEnd(): void {
    for (let i = 0; i < this.#left.length; i++) if (this.#left.values[i] > 0) fail('it breaks off', this.offset);
  }

  get #leaf(): string {
    return this.names.texts[this.#path.values[this.#path.length - 1]];
  }

  /** Closes the nodes that have all their children, and opens this one below. */
  #enter(func: number, start: number): void {
    const left = this.#left;
    const path = this.#path;
    while (left.length > 1 && left.values[left.length - 1] === 0) {
      left.length--;
      path.length--;
    }
    if (left.values[left.length - 1] === 0) fail('more follows its end', start);
    left.values[left.length - 1]--;
    if (path.length === MAX_DEPTH) fail(`a stack is deeper than ${MAX_DEPTH}`, start);
    path.push(func);
    this.nodes++;
  }
}

/** The placeholder function of the rest; a separate function if a real one has the same name. */
function cutFunction({ names, stacks, cutSamples }: TreeReader): number {
  const { texts } = names;
  const { values: frames, length } = stacks.frames;
  const leafAt = (sample: number): number => stacks.start.values[sample + 1] - 1;
  const other = frames[leafAt(cutSamples[0])];
  let uses = 0;
  for (let i = 0; i < length; i++) if (frames[i] === other) uses++;
  if (uses === cutSamples.length) return other;
  let name = `${CUT_NAME} (cut)`;
  while (texts.includes(name)) name += ')';
  const func = texts.push(name) - 1;
  for (const sample of cutSamples) frames[leafAt(sample)] = func;
  return func;
}

function sumAt(values: readonly number[], samples: readonly number[]): number {
  let sum = 0;
  for (const sample of samples) sum += values[sample];
  return sum;
}

/** The selves once more, whole. */
function exactSelves(bytes: Uint8Array, count: number): BigInt64Array {
  const reader = new ByteReader(bytes, fail);
  const exact = new BigInt64Array(count);
  for (let sample = 0; sample < count;) {
    reader.offset = reader.stop();
    if (reader.signed() !== 0) exact[sample++] = reader.signedWhole;
    reader.unsigned();
  }
  return exact;
}

function fail(what: string, offset: number): never {
  throw new DecodeError('malformed', `The answer from the source is damaged: ${what}.`, {
    place: `byte ${offset} of the tree`,
    remedy: 'Ask again; if the error stays, the source is at fault.',
  });
}
