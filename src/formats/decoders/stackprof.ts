/** stackprof as JSON (`stackprof --json`): frames by id, and `raw`: each stack as its length, its frames, its count. */
import { Float64Column } from '#base/column.ts';
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { openJson, refuseJson } from '../json-document.ts';
import { type FrameFacts, ProfileBuilder } from '../profile-builder.ts';
import { readNumbers } from './v8-call-tree.ts';

interface Frame extends FrameFacts {
  readonly self: number;
}

const STEP = 8192;
const TYPES = [
  { type: 'samples', unit: 'count' },
  { type: 'time', unit: 'microseconds' },
];

/** @throws DecodeError */
export function* decodeStackprof(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const json = openJson(bytes);
  const frames = new Map<string, Frame>();
  const raw = new Float64Column();
  const deltas = new Float64Column();
  let mode = '';
  let interval = 0;
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'mode') mode = json.stringIn() ?? '';
    else if (key === 'interval') interval = json.numberIn() ?? 0;
    else if (key === 'frames' && json.kind() === 'object') yield* readFrames(json, frames, limits);
    else if (key === 'raw') yield* readNumbers(json, raw);
    else if (key === 'raw_timestamp_deltas') yield* readNumbers(json, deltas);
    else json.skip();
  }
  json.end();
  const builder = new ProfileBuilder(TYPES, limits);
  if (raw.length === 0) {
    for (const frame of frames.values())
      if (frame.self > 0) builder.sample(builder.node(0, builder.frame(frame)), [frame.self, 0]);
    if (builder.sampleCount > 0)
      builder.note('The file holds no stacks, only functions: record with raw: true to see what calls what.');
    return builder.take({ kept: [0] });
  }
  const isTimed = (mode === 'cpu' || mode === 'wall') && deltas.length > 0;
  const known = new Map<number, number>();
  const frame = (id: number, at: number): number => {
    const made = known.get(id);
    if (made !== undefined) return made;
    const facts = frames.get(String(id));
    if (!facts) refuseJson(`The frame ${id} is not in the table.`, `raw[${at}]`);
    const number = builder.frame(facts);
    known.set(id, number);
    return number;
  };
  let taken = 0;
  let elapsedUs = 0;
  for (let at = 0; at < raw.length;) {
    if (builder.sampleCount % STEP === 0) yield 0.8 + (0.2 * at) / raw.length;
    const length = raw.values[at];
    const end = at + 1 + length;
    if (!(Number.isInteger(length) && length >= 0 && end < raw.length))
      refuseJson(`A stack of ${length} frames does not fit.`, `raw[${at}]`);
    let node = 0;
    for (let i = at + 1; i < end; i++) node = builder.node(node, frame(raw.values[i], i));
    const count = raw.values[end];
    if (!(Number.isInteger(count) && count >= 0)) refuseJson(`The count of a stack is ${count}.`, `raw[${end}]`);
    let time = 0;
    const until = Math.min(deltas.length, taken + count);
    for (; taken < until; taken++) time += deltas.values[taken] || 0;
    builder.sample(node, [count, isTimed ? time : 0], 0, isTimed ? elapsedUs / 1000 : undefined);
    elapsedUs += time;
    at = end + 1;
  }
  return builder.take({
    kept: isTimed ? [0, 1] : [0],
    ...(isTimed && { durationMs: elapsedUs / 1000 }),
    ...(isTimed && interval > 0 && { period: { type: { type: mode, unit: 'microseconds' }, value: interval } }),
  });
}

function* readFrames(json: JsonPull, frames: Map<string, Frame>, limits: DecodeLimits): Steps<void> {
  json.enterObject();
  for (let id = json.key(); id !== undefined; id = json.key()) {
    if (frames.size % STEP === 0) yield json.share * 0.8;
    if (frames.size >= limits.functions) refuseCount(limits.functions, 'frames', `frames.${id}`);
    let [name, file, line, self] = ['', '', 0, 0];
    json.enterObject();
    for (let key = json.key(); key !== undefined; key = json.key()) {
      if (key === 'name') name = json.stringIn() ?? '';
      else if (key === 'file') file = json.stringIn() ?? '';
      else if (key === 'line') line = json.numberIn() ?? 0;
      else if (key === 'samples') self = json.numberIn() ?? 0;
      else json.skip();
    }
    // The line of a function is its first one; where in it time passed is not in the stacks.
    frames.set(id, { name, file, startLine: line, self });
  }
}
