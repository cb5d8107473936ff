/** V8's sampling heap profile (.heapprofile): a tree of call frames with `selfSize`, in bytes. */
import { Float64Column, Int32Column } from '#base/column.ts';
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS } from '../decode-limits.ts';
import { openJson, refuseJson } from '../json-document.ts';
import { ProfileBuilder } from '../profile-builder.ts';
import { type CallFrame, CallFrames, NO_FRAME } from './v8-call-tree.ts';

const STEP = 2048;

/** @throws DecodeError */
export function* decodeHeapProfile(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const json = openJson(bytes);
  const builder = new ProfileBuilder([{ type: 'space', unit: 'bytes' }], limits);
  const tree = { parent: new Int32Column(), frame: new Int32Column(), size: new Float64Column() };
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'head' && json.kind() === 'object') yield* readHead(json, builder, tree);
    else json.skip();
  }
  json.end();
  if (tree.parent.length === 0) refuseJson('The profile has no tree of allocations.', 'head');
  // Callers come before what they call.
  const nodes = new Int32Array(tree.parent.length);
  for (let i = 0; i < nodes.length; i++) {
    if (i % STEP === 0) yield 0.9;
    const parent = tree.parent.values[i];
    const stack = parent < 0 ? 0 : nodes[parent];
    const frame = tree.frame.values[i];
    nodes[i] = frame < 0 ? stack : builder.node(stack, frame);
    const size = tree.size.values[i];
    if (size !== 0) builder.sample(nodes[i], [size]);
  }
  return builder.take();
}

interface Tree {
  readonly parent: Int32Column;
  readonly frame: Int32Column; // -1 for the root
  readonly size: Float64Column;
}

function* readHead(json: JsonPull, builder: ProfileBuilder, { parent, frame, size }: Tree): Steps<void> {
  const frames = new CallFrames(builder);
  const open: { readonly node: number; at: CallFrame }[] = [];
  const enter = (): void => {
    parent.push(open.at(-1)?.node ?? -1);
    frame.push(-1);
    size.push(0);
    json.enterObject();
    open.push({ node: parent.length - 1, at: NO_FRAME });
  };
  enter();
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const { node, at } = top;
    if (parent.length % STEP === 0) yield json.share * 0.9;
    const key = json.key();
    if (key === undefined) {
      const isRoot = node === 0 && at.name === '(root)';
      if (!isRoot) frame.values[node] = frames.inBuilder(at);
      open.pop();
      if (open.length > 0 && json.item()) enter();
    } else if (key === 'children' && json.kind() === 'array') {
      json.enterArray();
      if (json.item()) enter();
    } else if (key === 'callFrame' && json.kind() === 'object') top.at = frames.read(json);
    else if (key === 'selfSize') size.values[node] = json.numberIn() ?? 0;
    else json.skip();
  }
}
