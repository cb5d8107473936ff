/**
 * The call tree of a `SelectMergeStacktracesResponse`: in pre-order, each node its name, its self and the number of its
 * children (contract: Pyroscope's tree bytes). No header, no totals; siblings in any order. It becomes a profile with one
 * sample for each node that has a self.
 */
import { ByteReader } from '#base/byte-reader.ts';
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { parseProfileType } from '#model/profile-type.ts';
import { DecodeError } from './format.ts';
import { needsExact, noLabels, plainColumn } from './profile-columns.ts';

const TREE_TAG = 2 * 8 + 2;
/** The name under which a source puts what it cut away below a node. */
const CUT_NAME = 'other';
/** A stack deeper than this is nobody's. */
const MOST_DEPTH = 100_000;
/** Of all stacks together: bytes can ask for the square of their number. A true tree of a million nodes stays below. */
const MOST_FRAMES = 2 ** 28;
const NODES_A_STEP = 8192;

/** @param maxNodes what was asked for: an answer of as many nodes was cut, and its leaves called `other` are the rest */
export function* decodeMergedTree(response: Uint8Array, profileType: string, maxNodes: number): Steps<Profile> {
  const bytes = treeOf(response);
  const names = new ByteNames(bytes);
  const reader = new ByteReader(bytes, fail);
  const stackStart = new Int32Column();
  const stackFrames = new Int32Column();
  const values: number[] = [];
  /** Functions from the root to the node that is read, and how many children of each are still to come. */
  const path = new Int32Column();
  const left = new Int32Column();
  let nodes = 0;
  let cutValue = 0;
  let cutNodes = 0;
  stackStart.push(0);
  // A file of one byte or none is an empty tree.
  for (let count = 0; reader.offset < bytes.length && bytes.length > 1; count++) {
    if (count % NODES_A_STEP === 0) yield reader.offset / bytes.length;
    const nameEnd = reader.stop();
    const nameStart = reader.offset;
    reader.offset = nameEnd;
    const self = reader.unsigned();
    const children = reader.unsigned();
    if (children > bytes.length - reader.offset) fail(`a node with ${children} children cannot be whole`, nameStart);
    const isRoot = count === 0;
    if (!isRoot) {
      while (left.length > 0 && left.values[left.length - 1] === 0) {
        left.length--;
        if (path.length > 0) path.length--;
      }
      if (left.length === 0) fail('nodes follow the end of the tree', nameStart);
      left.values[left.length - 1]--;
      const func = names.intern(nameStart, nameEnd);
      path.push(func);
      nodes++;
      if (children === 0 && func === names.cut) {
        cutValue += self;
        cutNodes++;
      }
      if (path.length > MOST_DEPTH) fail(`a stack is deeper than ${MOST_DEPTH}`, nameStart);
    }
    left.push(children);
    if (self > 0) {
      if (stackFrames.length + path.length > MOST_FRAMES) {
        throw new DecodeError('too-large', 'The stacks of the answer are too long to be held.', {
          remedy: 'Ask for fewer nodes.',
        });
      }
      stackFrames.reserve(path.length);
      stackFrames.values.set(path.values.subarray(0, path.length), stackFrames.length);
      stackFrames.length += path.length;
      stackStart.push(stackFrames.length);
      values.push(self);
    }
  }
  for (let i = 0; i < left.length; i++) if (left.values[i] > 0) fail('the tree ends before its nodes', bytes.length);
  const type = parseProfileType(profileType);
  const isCut = cutNodes > 0 && nodes - cutNodes >= maxNodes;
  const column = Float64Array.from(values);
  if (needsExact(column)) {
    throw new DecodeError('too-large', 'The values of the answer add up to more than 2^53, and would not be exact.', {
      remedy: 'Ask for a shorter range.',
    });
  }
  const functions = names.take();
  return {
    sampleTypes: [{ type: type?.sampleType ?? '', unit: type?.sampleUnit ?? '' }],
    defaultSampleType: 0,
    functions,
    frames: {
      length: functions.names.length,
      func: Int32Array.from(functions.names, (_, func) => func),
      line: new Int32Array(functions.names.length),
    },
    sampleCount: values.length,
    stackStart: stackStart.take(),
    stackFrames: stackFrames.take(),
    values: [plainColumn(column)],
    labels: noLabels(values.length),
    timeMs: undefined,
    durationMs: undefined,
    period: undefined,
    cut: isCut ? { func: names.cut, value: cutValue } : undefined,
    notes: [],
  };
}

/** The tree's bytes within the response. */
function treeOf(response: Uint8Array): Uint8Array {
  const reader = new ByteReader(response, fail);
  let tree = new Uint8Array(0);
  while (reader.offset < response.length) {
    const tag = reader.tag();
    if (tag !== TREE_TAG) reader.skip(tag);
    else {
      const end = reader.stop();
      tree = response.subarray(reader.offset, end) as Uint8Array<ArrayBuffer>;
      reader.offset = end;
    }
  }
  return tree;
}

function fail(what: string, offset: number): never {
  throw new DecodeError('malformed', `The answer of the source is damaged: ${what}.`, {
    place: `byte ${offset} of the tree`,
    remedy: 'Ask again; if it stays, the source is at fault.',
  });
}

/** Names by their bytes: a text is made once for each, not once for each node. */
class ByteNames {
  /** Index of `other`, -1 before it is met. */
  cut = -1;
  readonly #bytes: Uint8Array;
  readonly #spans = new Int32Column();
  readonly #names: string[] = [];
  readonly #damaged = new Map<string, number>();
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Index + 1 by hash; a power of two long. */
  #slots = new Int32Array(4096);

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  intern(start: number, end: number): number {
    const mask = this.#slots.length - 1;
    let at = this.#hash(start, end) & mask;
    for (let index = this.#slots[at]; index !== 0; index = this.#slots[at]) {
      if (this.#isSame(index - 1, start, end)) return index - 1;
      at = (at + 1) & mask;
    }
    const index = this.#names.length;
    const name = this.#utf8.decode(this.#bytes.subarray(start, end));
    if (name.includes('\ufffd')) {
      // Different bytes that are no UTF-8 may be one text, and functions are told apart by text.
      const known = this.#damaged.get(name);
      if (known !== undefined) return known;
      this.#damaged.set(name, index);
    }
    this.#names.push(name);
    this.#spans.pushSpan(start, end);
    if (name === CUT_NAME) this.cut = index;
    this.#slots[at] = index + 1;
    if (this.#names.length * 2 > this.#slots.length) this.#grow();
    return index;
  }

  take(): Profile['functions'] {
    const names = this.#names;
    const unknown = names.map(() => '');
    return { names, files: unknown, line: new Int32Array(names.length), mappings: unknown };
  }

  #isSame(index: number, start: number, end: number): boolean {
    const bytes = this.#bytes;
    const from = this.#spans.values[index * 2];
    if (this.#spans.values[index * 2 + 1] - from !== end - start) return false;
    for (let i = start, j = from; i < end; i++, j++) if (bytes[i] !== bytes[j]) return false;
    return true;
  }

  #hash(start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ this.#bytes[i], 0x01000193);
    return (hash ^ (hash >>> 15)) >>> 0;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#names.length; index++) {
      let at = this.#hash(this.#spans.values[index * 2], this.#spans.values[index * 2 + 1]) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = index + 1;
    }
    this.#slots = slots;
  }
}
