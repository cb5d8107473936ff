/**
 * V8's allocation timeline (.heaptimeline): a heap snapshot with `trace_tree`, nested lists of node id, function, count,
 * size and children, as `snapshot.meta.trace_node_fields` lists them. Objects and edges of the snapshot are stepped over.
 */
import { Float64Column, Int32Column } from '#base/column.ts';
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import { openJson, refuseJson } from '../json-document.ts';
import { ProfileBuilder } from '../profile-builder.ts';
import { readNumbers } from './v8-call-tree.ts';

const STEP = 2048;
/** Fields of a function and of a node of the tree, where the snapshot does not list them. */
const FUNCTION_FIELDS = ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'];
const NODE_FIELDS = ['id', 'function_info_index', 'count', 'size', 'children'];

interface Tree {
  readonly parent: Int32Column;
  readonly info: Float64Column;
  readonly count: Float64Column;
  readonly size: Float64Column;
}

/** @throws DecodeError */
export function* decodeHeapTimeline(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const json = openJson(bytes);
  let functionFields: readonly string[] = FUNCTION_FIELDS;
  let nodeFields: readonly string[] = NODE_FIELDS;
  const infos = new Float64Column();
  const tree: Tree = {
    parent: new Int32Column(),
    info: new Float64Column(),
    count: new Float64Column(),
    size: new Float64Column(),
  };
  let strings: string[] = [];
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'snapshot' && json.kind() === 'object') {
      const meta = (json.value() as Map<string, unknown>).get('meta');
      if (meta instanceof Map) {
        functionFields = fieldNames(meta.get('trace_function_info_fields')) ?? functionFields;
        nodeFields = fieldNames(meta.get('trace_node_fields')) ?? nodeFields;
      }
    } else if (key === 'trace_function_infos') yield* readNumbers(json, infos);
    else if (key === 'trace_tree' && json.kind() === 'array') yield* readTree(json, nodeFields, tree);
    else if (key === 'strings' && json.kind() === 'array') strings = yield* readStrings(json, limits);
    else json.skip();
    yield json.share * 0.9;
  }
  json.end();
  if (tree.parent.length === 0) {
    throw new DecodeError('unsupported', 'This is a heap snapshot of V8 without allocation stacks.', {
      remedy:
        'Record “Allocations on timeline” with “Allocation stack traces” ticked, or take a sampling heap profile.',
    });
  }
  return build({ functionFields, infos, tree, strings }, limits);
}

function fieldNames(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
}

/** Lists within lists: a child is a run of fields within its parent's list of children. */
function* readTree(json: JsonPull, fields: readonly string[], { parent, info, count, size }: Tree): Steps<void> {
  const open: { readonly node: number; field: number }[] = [];
  json.enterArray();
  let [owner, field, node] = [-1, 0, -1];
  for (;;) {
    if (!json.item()) {
      const outer = open.pop();
      if (field !== 0) refuseJson('A node of the tree of allocations is cut.', `trace_tree, node ${node}`);
      if (!outer) return;
      node = outer.node;
      owner = parent.values[node];
      field = (outer.field + 1) % fields.length;
      continue;
    }
    if (field === 0) {
      node = parent.length;
      parent.push(owner);
      info.push(0);
      count.push(0);
      size.push(0);
      if (node % STEP === 0) yield json.share * 0.9;
    }
    if (fields[field] === 'children') {
      json.enterArray();
      open.push({ node, field });
      owner = node;
      field = 0;
      continue;
    }
    const value = json.number();
    if (fields[field] === 'function_info_index') info.values[node] = value;
    else if (fields[field] === 'count') count.values[node] = value;
    else if (fields[field] === 'size') size.values[node] = value;
    field = (field + 1) % fields.length;
  }
}

function* readStrings(json: JsonPull, limits: DecodeLimits): Steps<string[]> {
  const strings: string[] = [];
  json.enterArray();
  while (json.item()) {
    if (strings.length % STEP === 0) yield json.share * 0.9;
    if (strings.length >= limits.strings) refuseCount(limits.strings, 'strings', `strings[${strings.length}]`);
    strings.push(json.string());
  }
  return strings;
}

interface Parts {
  readonly functionFields: readonly string[];
  readonly infos: Float64Column;
  readonly tree: Tree;
  readonly strings: readonly string[];
}

function build({ functionFields, infos, tree, strings }: Parts, limits: DecodeLimits): Profile {
  const types = [
    { type: 'objects', unit: 'count' },
    { type: 'space', unit: 'bytes' },
  ];
  const builder = new ProfileBuilder(types, limits);
  const width = functionFields.length;
  const [name, script, line] = ['name', 'script_name', 'line'].map((field) => functionFields.indexOf(field));
  const frameOf = (info: number, node: number): number => {
    const at = info * width;
    if (!(Number.isInteger(info) && at >= 0 && at + width <= infos.length))
      refuseJson(`The function ${info} is not in the table of ${infos.length / width}.`, `trace_tree, node ${node}`);
    const text = (field: number): string => (field < 0 ? '' : (strings[infos.values[at + field]] ?? ''));
    const from = line < 0 ? 0 : infos.values[at + line] + 1;
    return builder.frame({ name: text(name) || '(anonymous)', file: text(script), line: from, startLine: from });
  };
  const nodes = new Int32Array(tree.parent.length);
  for (let i = 0; i < nodes.length; i++) {
    const parent = tree.parent.values[i];
    // The first node is the root, no frame.
    nodes[i] = parent < 0 ? 0 : builder.node(nodes[parent], frameOf(tree.info.values[i], i));
    const [count, size] = [tree.count.values[i], tree.size.values[i]];
    if (count !== 0 || size !== 0) builder.sample(nodes[i], [count, size]);
  }
  return builder.take({ defaultSampleType: 1 });
}
