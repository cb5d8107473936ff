/**
 * What Pyroscope's old agents sent: a tree in preorder, each node with the length of its name, its name, its own value and
 * its number of children, all numbers varints. In a trie names are parts of whole stacks (`a;b;c`), cut at any byte.
 */
import { ByteReader } from '#base/byte-reader.ts';
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import { ProfileBuilder } from '../profile-builder.ts';

const SEMICOLON = 59;
const MAX_DEPTH = 100_000;
const MAX_NAME_BYTES = 1 << 20;
/** Bytes of all names that are joined from parts. */
const MAX_JOINED_BYTES = 1 << 28;
const NODES_A_STEP = 4096;

interface RawNode {
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly value: bigint;
  readonly children: number;
}

/** @throws DecodeError, if a limit is exceeded */
export function* decodePyroscopeTree(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const builder = new ProfileBuilder([{ type: 'samples', unit: 'count' }], limits);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const nodeOf = new Int32Column();
  yield* walk(bytes, ({ nameStart, nameEnd, value }, depth) => {
    const parent = depth === 0 ? 0 : nodeOf.values[depth - 1];
    const isRoot = depth === 0 && nameStart === nameEnd;
    const node = isRoot
      ? 0
      : builder.node(parent, builder.frame({ name: decoder.decode(bytes.subarray(nameStart, nameEnd)) }));
    nodeOf.length = depth;
    nodeOf.push(node);
    if (value > 0n) builder.sample(node, [value]);
  });
  return builder.take();
}

/** @throws DecodeError, if a limit is exceeded */
export function* decodePyroscopeTrie(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const builder = new ProfileBuilder([{ type: 'samples', unit: 'count' }], limits);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** By depth of the trie: the stack so far, and where its last, open name begins and ends in `open`. */
  const nodeOf = new Int32Column();
  const openStart = new Int32Column();
  const openEnd = new Int32Column();
  let open = new Uint8Array(1024);
  let joined = 0;
  const nameOf = (from: number, to: number, place: number): string => {
    joined += to - from;
    if (joined > MAX_JOINED_BYTES + bytes.length) refuseCount(MAX_JOINED_BYTES, 'bytes in its names', `byte ${place}`);
    return decoder.decode(open.subarray(from, to));
  };
  yield* walk(bytes, ({ nameStart, nameEnd, value }, depth) => {
    let node = depth === 0 ? 0 : nodeOf.values[depth - 1];
    let from = depth === 0 ? 0 : openStart.values[depth - 1];
    let to = depth === 0 ? 0 : openEnd.values[depth - 1];
    if (to + nameEnd - nameStart > open.length) {
      const larger = new Uint8Array((to + nameEnd - nameStart) * 2);
      larger.set(open.subarray(0, to));
      open = larger;
    }
    for (let at = nameStart; at < nameEnd; at++) {
      if (bytes[at] === SEMICOLON) {
        node = builder.node(node, builder.frame({ name: nameOf(from, to, at) }));
        from = to;
      } else open[to++] = bytes[at];
    }
    if (to - from > MAX_NAME_BYTES) refuseCount(MAX_NAME_BYTES, 'bytes in a name', `byte ${nameStart}`);
    for (const [column, number] of [
      [nodeOf, node],
      [openStart, from],
      [openEnd, to],
    ] as const) {
      column.length = depth;
      column.push(number);
    }
    if (value === 0n) return;
    const isEmpty = depth === 0 && nameStart === nameEnd;
    const stack = isEmpty ? 0 : builder.node(node, builder.frame({ name: nameOf(from, to, nameStart) }));
    builder.sample(stack, [value]);
  });
  return builder.take();
}

/** Visits nodes in preorder, with their depth from 0 on. */
function* walk(bytes: Uint8Array, visit: (node: RawNode, depth: number) => void): Steps<void> {
  const reader = new ByteReader(bytes, (what, offset) => refuse(what, offset));
  /** Children that are still to come, by depth. */
  const left: number[] = [];
  let count = 0;
  do {
    if (++count % NODES_A_STEP === 0) yield reader.offset / bytes.length;
    const start = reader.offset;
    const node = readNode(reader);
    visit(node, left.length);
    // A child takes three bytes.
    if (node.children > (bytes.length - reader.offset) / 3)
      refuse('a node has more children than the file has bytes', start);
    if (left.length >= MAX_DEPTH) refuseCount(MAX_DEPTH, 'levels', `byte ${start}`);
    left.push(node.children);
    while (left.length > 0 && left[left.length - 1] === 0) left.pop();
    if (left.length > 0) left[left.length - 1]--;
    else break;
  } while (reader.offset < bytes.length);
  if (left.length > 0) refuse('it ends before its last node', bytes.length);
  if (reader.offset < bytes.length) refuse('something follows the last node', reader.offset);
}

function readNode(reader: ByteReader): RawNode {
  const at = reader.offset;
  const length = reader.unsigned();
  const nameStart = reader.offset;
  if (length > reader.end - nameStart) refuse('a name is longer than the file', at);
  reader.offset = nameStart + length;
  reader.varint();
  const value = (BigInt(reader.hi >>> 0) << 32n) | BigInt(reader.lo);
  return { nameStart, nameEnd: nameStart + length, value, children: reader.unsigned() };
}

function refuse(what: string, offset: number): never {
  throw new DecodeError('malformed', `The tree of Pyroscope is damaged: ${what}.`, {
    place: `byte ${offset}`,
    remedy: 'Send or fetch it again, or use pprof.',
  });
}
