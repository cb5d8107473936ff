/**
 * Flamebearer, as Pyroscope's /render answers: rows of boxes from the root on, each box as the gap to the one before it,
 * total, self and name; in a comparison gap, total and self of both sides, then the name.
 */
import { Float64Column } from '#base/column.ts';
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { openJson, refuseJson } from '../json-document.ts';
import { ProfileBuilder } from '../profile-builder.ts';

const MAX_LEVELS = 1 << 20;
const UNITS: Readonly<Record<string, SampleType>> = {
  samples: { type: 'samples', unit: 'count' },
  objects: { type: 'objects', unit: 'count' },
  goroutines: { type: 'goroutines', unit: 'count' },
  bytes: { type: 'space', unit: 'bytes' },
  lock_samples: { type: 'contentions', unit: 'count' },
  lock_nanoseconds: { type: 'delay', unit: 'nanoseconds' },
  trace_samples: { type: 'samples', unit: 'count' },
  exceptions: { type: 'exceptions', unit: 'count' },
};

interface Flamebearer {
  names: string[];
  readonly levels: Float64Column[];
  isDouble: boolean;
  units: string;
  fromMs: number | undefined;
}

/** @throws DecodeError */
export function* decodeFlamebearer(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const json = openJson(bytes);
  const read: Flamebearer = { names: [], levels: [], isDouble: false, units: '', fromMs: undefined };
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'flamebearer' && json.kind() === 'object') yield* readBoxes(json, read, limits);
    else if ((key === 'metadata' || key === 'timeline') && json.kind() === 'object') readFacts(json, read);
    else json.skip();
  }
  json.end();
  const known = UNITS[read.units] ?? { type: read.units || 'samples', unit: read.units || 'count' };
  const types = read.isDouble ? ['left', 'right'].map((type) => ({ type, unit: known.unit })) : [known];
  const builder = new ProfileBuilder(types, limits);
  yield* addBoxes(read, builder);
  return builder.take({ ...(read.fromMs !== undefined && { timeMs: read.fromMs }) });
}

function readFacts(json: JsonPull, read: Flamebearer): void {
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'format') read.isDouble = json.stringIn() === 'double';
    else if (key === 'units') read.units = json.stringIn() ?? '';
    else if (key === 'startTime') {
      const seconds = json.numberIn() ?? 0;
      if (seconds > 0) read.fromMs = seconds * 1000;
    } else json.skip();
  }
}

function* readBoxes(json: JsonPull, read: Flamebearer, limits: DecodeLimits): Steps<void> {
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'names' && json.kind() === 'array') {
      json.enterArray();
      while (json.item()) {
        if (read.names.length >= limits.strings) refuseCount(limits.strings, 'names', 'flamebearer.names');
        read.names.push(json.stringIn() ?? '');
      }
    } else if (key === 'format') read.isDouble = json.stringIn() === 'double';
    else if (key === 'levels' && json.kind() === 'array') {
      json.enterArray();
      while (json.item()) {
        if (read.levels.length >= MAX_LEVELS) refuseCount(MAX_LEVELS, 'levels', 'flamebearer.levels');
        const level = new Float64Column(16);
        // Newer answers have each level within an object.
        const isWrapped = json.kind() === 'object';
        if (isWrapped) {
          json.enterObject();
          for (let inner = json.key(); inner !== undefined; inner = json.key()) {
            if (inner === 'values' && json.kind() === 'array') readLevel(json, level);
            else json.skip();
          }
        } else readLevel(json, level);
        read.levels.push(level);
        yield json.share * 0.9;
      }
    } else json.skip();
  }
}

function readLevel(json: JsonPull, level: Float64Column): void {
  json.enterArray();
  while (json.item()) level.push(json.numberIn() ?? NaN);
}

interface Box {
  readonly node: number;
  readonly from: readonly number[];
  readonly until: readonly number[];
}

function* addBoxes({ levels, names, isDouble }: Flamebearer, builder: ProfileBuilder): Steps<void> {
  const sides = isDouble ? 2 : 1;
  const width = sides * 3 + 1;
  let above: Box[] = [];
  for (const [depth, level] of levels.entries()) {
    yield 0.9 + (0.1 * depth) / levels.length;
    if (level.length % width !== 0)
      refuseJson(`A level has ${level.length} numbers, and a box has ${width}.`, `flamebearer.levels[${depth}]`);
    const boxes: Box[] = [];
    const end = [0, 0];
    let caller = 0;
    for (let at = 0; at < level.length; at += width) {
      const place = `flamebearer.levels[${depth}][${at}]`;
      const [from, until, selves]: [number[], number[], number[]] = [[], [], []];
      for (let side = 0; side < sides; side++) {
        const [gap, total, self] = [0, 1, 2].map((i) => level.values[at + side * 3 + i]);
        if (![gap, total, self].every(Number.isFinite)) refuseJson('A box has no numbers.', place);
        from.push(end[side] + gap);
        until.push(end[side] + gap + total);
        end[side] = until[side];
        selves.push(self);
      }
      const name = level.values[at + width - 1];
      if (!(name >= 0 && name < names.length))
        refuseJson(`The name ${name} is not in the table of ${names.length}.`, place);
      let node = 0;
      if (depth > 0) {
        while (caller < above.length && !holds(above[caller], from, until)) caller++;
        if (caller === above.length) refuseJson('A box has no box above it.', place);
        node = builder.node(above[caller].node, builder.frame({ name: names[name] }));
      }
      boxes.push({ node, from, until });
      if (selves.some((self) => self !== 0)) builder.sample(node, selves);
    }
    above = boxes;
  }
}

function holds(above: Box, from: readonly number[], until: readonly number[]): boolean {
  return from.every((start, side) => start >= above.from[side] && until[side] <= above.until[side]);
}
