/**
 * A tree by lines as pprof's profile: one sample type, one location for each function and line, nothing packed. The kinds
 * of frames, where the tree has them, are in a field of our own (`LOCATION_KIND`).
 */

import { Int32Column } from '#base/column.ts';
import { LOCATION_KIND } from '#formats/frame-kinds.ts';
import type { ProfileType } from '#model/profile-type.ts';
import { WireSink } from '#wire/wire-sink.ts';
import type { FunctionColumns } from '../store/profile-reader.ts';
import type { AnswerTree } from './answer-tree.ts';
import type { Codec } from '../rpc/rpc.ts';

interface GoPgo {
  /** Leaf-most locations of a stack that are kept. */
  readonly keepLocations: number;
  /** Whether lines of the leaf count as one. */
  readonly aggregateCallees: boolean;
}

export interface PprofInput {
  readonly tree: AnswerTree;
  /** For the original functions of the tree; functions added by cutting have none. */
  readonly functions: FunctionColumns;
  readonly type: ProfileType;
  readonly endMs: number;
  /** Cuts stacks for profile-guided optimisation of Go. */
  readonly goPgo: GoPgo | undefined;
}

/** Pyroscope's periods: by the profile's name, not what was pushed. */
const PERIODS: Readonly<Record<string, number>> = { process_cpu: 1e9, memory: 524_288 };

/** An empty message when the tree is empty. */
export function encodePprof(input: PprofInput, codec: Codec): Uint8Array {
  const profile = collect(input);
  const sink = new WireSink(64 * 1024);
  if (codec === 'proto') writeProto(sink, profile);
  else writeJson(sink, profile);
  return sink.take();
}

/** The message's tables; texts are positions in `strings`, ids count from 1. */
interface PprofTables {
  readonly sampleType: readonly [type: number, unit: number];
  readonly periodType: readonly [type: number, unit: number];
  readonly period: number;
  readonly timeNs: bigint;
  readonly samples: PprofSamples;
  /** File by mapping. */
  readonly mappings: readonly number[];
  /** Mapping id (0 for none), function id, line and kind of frame by location. */
  readonly locations: readonly (readonly [mapping: number, func: number, line: number, kind: number])[];
  readonly functions: readonly (readonly [name: number, file: number, startLine: number])[];
  readonly strings: readonly string[];
}

/** Columns: a day has a hundred thousand samples, and an object for each takes longer than all the rest. */
interface PprofSamples {
  /** Ids of sample i, leaf first: `locations[start[i]]` up to `locations[start[i + 1]]`. */
  readonly start: Int32Column;
  readonly locations: Int32Column;
  readonly value: number[];
}

function collect({ tree, functions, type, endMs, goPgo }: PprofInput): PprofTables | undefined {
  const [{ self, total }] = tree.sides;
  if (total[0] === 0) return undefined;
  const strings = new Numbered<string>();
  strings.id('');
  const text = (value: string): number => strings.id(value) - 1;
  const mappings = new Numbered<string>();
  const functionIds = new Numbered<number>();
  const functionRows: [number, number, number][] = [];
  const locationIds = new Numbered<number>();
  const locationRows: [number, number, number, number][] = [];

  const functionId = (func: number): number => {
    const id = functionIds.id(func);
    if (id > functionRows.length) {
      functionRows.push([text(tree.names[func]), text(functions.files[func] ?? ''), functions.startLines[func] ?? 0]);
    }
    return id;
  };
  const locationId = (node: number, line: number): number => {
    const func = tree.func[node];
    const id = locationIds.id(line * tree.names.length + func);
    if (id > locationRows.length) {
      const file = functions.mappings[func] ?? '';
      const kind = text(functions.kinds[func] ?? '');
      locationRows.push([file === '' ? 0 : mappings.id(file), functionId(func), line, kind]);
    }
    return id;
  };

  /** By node, 0 while unknown: stacks share most of their nodes. */
  const known = new Int32Array(tree.length);
  const locationOf = (node: number): number => (known[node] ||= locationId(node, tree.line?.[node] ?? 0));

  const samples: PprofSamples = { start: new Int32Column(4096), locations: new Int32Column(65_536), value: [] };
  const { start, locations, value } = samples;
  const byStack = new Map<string, number>();
  const most = goPgo && goPgo.keepLocations > 0 ? goPgo.keepLocations : Infinity;
  start.push(0);
  for (let leaf = 0; leaf < tree.length; leaf++) {
    if (self[leaf] === 0) continue;
    const begin = locations.length;
    for (let node = leaf; node > 0 && locations.length - begin < most; node = tree.parent[node]) {
      const isZeroed = node === leaf && goPgo?.aggregateCallees === true;
      locations.push(isZeroed ? locationId(node, 0) : locationOf(node));
    }
    if (goPgo) {
      const key = locations.values.subarray(begin, locations.length).join();
      const same = byStack.get(key);
      if (same !== undefined) {
        value[same] += self[leaf];
        locations.length = begin;
        continue;
      }
      byStack.set(key, value.length);
    }
    value.push(self[leaf]);
    start.push(locations.length);
  }
  return {
    sampleType: [text(type.sampleType), text(type.sampleUnit)],
    periodType: [text(type.periodType), text(type.periodUnit)],
    period: PERIODS[type.name] ?? 1,
    timeNs: BigInt(endMs) * 1_000_000n,
    samples,
    mappings: mappings.values().map(text),
    locations: locationRows,
    functions: functionRows,
    strings: strings.values(),
  };
}

function writeProto(sink: WireSink, profile: PprofTables | undefined): void {
  if (!profile) return;
  const valueType = (field: number, [type, unit]: readonly [number, number]): void => {
    sink.message(field, () => {
      sink.field(1, type);
      sink.field(2, unit);
    });
  };
  valueType(1, profile.sampleType);
  const { start, locations, value } = profile.samples;
  for (let i = 0; i < value.length; i++) {
    sink.message(2, () => {
      if (start.values[i] < start.values[i + 1]) {
        sink.message(1, () => {
          for (let at = start.values[i]; at < start.values[i + 1]; at++) sink.varint(locations.values[at]);
        });
      }
      sink.message(2, () => sink.varint(value[i]));
    });
  }
  profile.mappings.forEach((file, i) => {
    sink.message(3, () => {
      sink.field(1, i + 1);
      sink.field(5, file);
      for (const flag of [7, 8, 9]) sink.field(flag, 1);
    });
  });
  profile.locations.forEach(([mapping, func, line, kind], i) => {
    sink.message(4, () => {
      sink.field(1, i + 1);
      sink.field(2, mapping);
      sink.message(4, () => {
        sink.field(1, func);
        sink.field(2, line);
      });
      sink.field(LOCATION_KIND, kind);
    });
  });
  profile.functions.forEach(([name, file, startLine], i) => {
    sink.message(5, () => {
      sink.field(1, i + 1);
      sink.field(2, name);
      sink.field(3, name);
      sink.field(4, file);
      sink.field(5, startLine);
    });
  });
  for (const text of profile.strings) sink.item(6, text);
  sink.field(9, profile.timeNs);
  valueType(11, profile.periodType);
  sink.field(12, profile.period);
  sink.field(14, profile.sampleType[0]);
}

/** Samples are written by hand, the rest goes through objects: it is a tenth of them. */
function writeJson(sink: WireSink, profile: PprofTables | undefined): void {
  if (!profile) return sink.ascii('{}');
  const int64 = (value: number | bigint): string | undefined => (value === 0 ? undefined : String(value));
  const valueType = ([type, unit]: readonly [number, number]): object => ({ type: int64(type), unit: int64(unit) });
  sink.utf8(`{"sampleType":${JSON.stringify([valueType(profile.sampleType)])},"sample":[`);
  const { start, locations, value } = profile.samples;
  for (let i = 0; i < value.length; i++) {
    sink.ascii(i === 0 ? '{' : ',{');
    const end = start.values[i + 1];
    for (let at = start.values[i]; at < end; at++) {
      sink.ascii(at === start.values[i] ? '"locationId":[' : ',');
      sink.jsonInt64(locations.values[at]);
    }
    if (start.values[i] < end) sink.ascii('],');
    sink.ascii('"value":[');
    sink.jsonInt64(value[i]);
    sink.ascii(']}');
  }
  const rest = {
    mapping: nonEmpty(
      profile.mappings.map((file, i) => ({
        id: String(i + 1),
        filename: int64(file),
        hasFunctions: true,
        hasFilenames: true,
        hasLineNumbers: true,
      })),
    ),
    location: nonEmpty(
      profile.locations.map(([mapping, func, line], i) => ({
        id: String(i + 1),
        mappingId: int64(mapping),
        line: [{ functionId: String(func), line: int64(line) }],
      })),
    ),
    function: nonEmpty(
      profile.functions.map(([name, file, startLine], i) => ({
        id: String(i + 1),
        name: int64(name),
        systemName: int64(name),
        filename: int64(file),
        startLine: int64(startLine),
      })),
    ),
    stringTable: profile.strings,
    timeNanos: String(profile.timeNs),
    periodType: valueType(profile.periodType),
    period: int64(profile.period),
    defaultSampleType: int64(profile.sampleType[0]),
  };
  sink.utf8(`],${JSON.stringify(rest).slice(1)}`);
}

function nonEmpty<T>(rows: readonly T[]): readonly T[] | undefined {
  return rows.length === 0 ? undefined : rows;
}

/** Items with ids from 1, in the order of insertion. */
class Numbered<T> {
  readonly #ids = new Map<T, number>();

  id(thing: T): number {
    let id = this.#ids.get(thing);
    if (id === undefined) this.#ids.set(thing, (id = this.#ids.size + 1));
    return id;
  }

  values(): T[] {
    return [...this.#ids.keys()];
  }
}
