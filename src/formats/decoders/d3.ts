/**
 * JSON for d3-flame-graph: nested objects of `name`, `value` and `children`. A value holds those of the children, unless one
 * is smaller than they are: then all values are those of the boxes alone (`selfValue` of d3-flame-graph).
 */
import { Float64Column, Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { openJson, refuseJson } from '../json-document.ts';
import { ProfileBuilder } from '../profile-builder.ts';

const STEP = 2048;
const ROOT = /^(root|all|total|)$/i;

/** @throws DecodeError */
export function* decodeD3(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const json = openJson(bytes);
  const parent = new Int32Column();
  const value = new Float64Column();
  const names: string[] = [];
  let changed = 0;
  const enter = (above: number): number => {
    if (names.length >= limits.nodes) refuseCount(limits.nodes, 'boxes', `box ${names.length}`);
    parent.push(above);
    value.push(NaN);
    json.enterObject();
    return names.push('') - 1;
  };
  const open = [enter(-1)];
  for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
    if (names.length % STEP === 0) yield json.share * 0.8;
    const key = json.key();
    if (key === undefined) {
      open.pop();
      if (open.length > 0 && json.item()) open.push(enter(open[open.length - 1]));
    } else if (key === 'children' && json.kind() === 'array') {
      json.enterArray();
      if (json.item()) open.push(enter(node));
    } else if (key === 'name') names[node] = json.stringIn() ?? '';
    else if (key === 'value') value.values[node] = json.numberIn() ?? NaN;
    else if (key === 'delta') changed += (json.numberIn() ?? 0) === 0 ? 0 : 1;
    else json.skip();
  }
  json.end();
  return yield* build(names, parent, value, changed, limits);
}

function* build(
  names: readonly string[],
  parent: Int32Column,
  value: Float64Column,
  changed: number,
  limits: DecodeLimits,
): Steps<Profile> {
  const builder = new ProfileBuilder([{ type: 'samples', unit: 'count' }], limits);
  const below = new Float64Array(names.length);
  for (let i = names.length - 1; i > 0; i--) {
    // A box without a value has the sum of its children.
    if (Number.isNaN(value.values[i])) value.values[i] = below[i];
    below[parent.values[i]] += value.values[i];
  }
  const isSelf = names.some((_, i) => i > 0 && below[i] > value.values[i]);
  const nodes = new Int32Array(names.length);
  for (let i = 0; i < names.length; i++) {
    if (i % STEP === 0) yield 0.8 + (0.2 * i) / names.length;
    const above = parent.values[i];
    const stack = above < 0 ? 0 : nodes[above];
    const isRoot = above < 0 && (ROOT.test(names[i]) || !(value.values[i] > 0));
    nodes[i] = isRoot ? stack : builder.node(stack, builder.frame({ name: names[i] }));
    const written = Number.isNaN(value.values[i]) ? below[i] : value.values[i];
    const self = isSelf ? written : written - below[i];
    if (self > 0) builder.sample(nodes[i], [self]);
  }
  if (builder.sampleCount === 0) refuseJson('No box of the tree has a value.', 'children');
  if (isSelf) builder.note('Some boxes have smaller values than their children: all values are read as self values.');
  if (changed > 0) builder.note('The file is a differential: its differences are left out.');
  return builder.take();
}
