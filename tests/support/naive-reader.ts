/** A ProfileReader over a list, by the plainest sums there are: what the store's and the encoders' answers are held against. */

import { compileMatchers } from '#model/label-matching.ts';
import { type LabelSet, labelSet } from '#model/labels.ts';
import type {
  FunctionColumns,
  Heatmap,
  MergedTree,
  ProfileReader,
  ProfileSelector,
  SeriesSelector,
  SlicedTree,
  SummedSeries,
  TimeRange,
  TreeDetail,
} from '#server/store/profile-reader.ts';

export interface NaiveFrame {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  readonly startLine?: number;
  readonly mapping?: string;
  readonly kind?: string;
}

interface NaiveSample {
  /** Root first. */
  readonly stack: readonly NaiveFrame[];
  readonly value: number;
  /** Samples behind the value, where the type can tell. */
  readonly count?: number;
  /** Hex digits. */
  readonly span?: string | undefined;
  readonly trace?: string | undefined;
}

/** One profile of one series. */
export interface NaiveProfile {
  readonly labels: LabelSet;
  readonly type: string;
  readonly timeUs: number;
  readonly samples: readonly NaiveSample[];
}

const HOUR_US = 3_600_000_000;

/** `a;b;c`, root first. */
export function stackOf(folded: string): NaiveFrame[] {
  return folded === '' ? [] : folded.split(';').map((name) => ({ name }));
}

export class NaiveReader implements ProfileReader {
  readonly profiles: readonly NaiveProfile[];

  constructor(profiles: readonly NaiveProfile[]) {
    this.profiles = profiles;
  }

  takeDamage(): [] {
    return [];
  }

  profileTypes(range: TimeRange): string[] {
    return [...new Set(this.#inHours(range).map(({ type }) => type))].sort();
  }

  series(selector: SeriesSelector): LabelSet[] {
    const matches = compileMatchers(selector.matchers);
    const found = this.#inHours(selector).filter(({ labels }) => matches(labels));
    return [...new Map(found.map(({ labels }) => [JSON.stringify(labels), labels])).values()];
  }

  merge(selector: ProfileSelector, detail: TreeDetail): MergedTree {
    const { within } = selector;
    const selected = this.#selected(selector).map((profile) => ({
      ...profile,
      samples: profile.samples.filter(
        ({ span = '', trace = '' }) =>
          within === undefined || within.spans.includes(span) || within.traces.includes(trace),
      ),
    }));
    return this.#tree(selected, selector.callSite, detail !== 'names').tree;
  }

  heatmap(
    selector: ProfileSelector,
    groupBy: readonly string[],
    stepMs: number,
    of: 'uploads' | 'spans',
    exemplars: boolean,
  ): Heatmap {
    const found = this.#selected({ ...selector, startMs: selector.startMs - stepMs }).flatMap((profile) => {
      const sums = new Map<string | undefined, { value: number; trace?: string | undefined }>();
      for (const { span, trace, value } of profile.samples) {
        const key = of === 'spans' ? span : '';
        if (key !== undefined) sums.set(key, { value: (sums.get(key)?.value ?? 0) + value, trace });
      }
      const slot = Math.max(0, Math.ceil((profile.timeUs / 1000 - selector.startMs) / stepMs));
      return [...sums].map(([span = '', { value, trace = '' }]) => ({ profile, span, trace, value, slot }));
    });
    const inRange = found.filter(({ slot }) => selector.startMs + slot * stepMs <= selector.endMs);
    const values = inRange.map(({ value }) => value);
    const min = Math.min(...values);
    const width = (Math.max(...values) - min || 1) / 20;
    const groups = new Map<string, typeof inRange>();
    for (const one of inRange) {
      const labels = one.profile.labels.filter(({ name }) => groupBy.includes(name));
      const key = JSON.stringify(labels);
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    const series = [...groups].map(([key, own]) => ({
      labels: JSON.parse(key) as LabelSet,
      count: own.length,
      slots: [...new Set(own.map(({ slot }) => slot))]
        .sort((a, b) => a - b)
        .map((slot) => {
          const cells = Array.from({ length: 20 }, (_, bucket) =>
            own.filter((one) => one.slot === slot && Math.min(19, Math.floor((one.value - min) / width)) === bucket),
          );
          return {
            timeMs: selector.startMs + slot * stepMs,
            counts: Int32Array.from(cells, ({ length }) => length),
            exemplars: exemplars
              ? cells.flatMap((cell) => {
                  const [largest] = [...cell].sort((a, b) => b.value - a.value);
                  if (largest === undefined) return [];
                  const { profile, span, trace, value } = largest;
                  const labels = profile.labels.filter(({ name }) => !groupBy.includes(name));
                  return [{ profile: { series: 1, timeUs: profile.timeUs }, span, trace, value, labels }];
                })
              : [],
          };
        }),
    }));
    series.sort((a, b) => b.count - a.count || (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));
    const edges = values.length === 0 ? [] : Array.from({ length: 20 }, (_, i) => min + i * width);
    return { edges, series };
  }

  timeSeries(selector: ProfileSelector, groupBy: readonly string[], stepMs: number): SummedSeries[] {
    const sums = new Map<string, { labels: LabelSet; points: Map<number, number> }>();
    for (const profile of this.#selected({ ...selector, startMs: selector.startMs - stepMs })) {
      const bucket = Math.max(0, Math.ceil((profile.timeUs / 1000 - selector.startMs) / stepMs));
      const edge = selector.startMs + bucket * stepMs;
      if (edge > selector.endMs) continue;
      const labels = labelSet(profile.labels.filter(({ name }) => groupBy.includes(name)));
      const key = JSON.stringify(labels);
      const one = sums.get(key) ?? { labels, points: new Map<number, number>() };
      sums.set(key, one);
      const value = profile.samples.reduce((all, sample) => all + sample.value, 0);
      one.points.set(edge, (one.points.get(edge) ?? 0) + value);
    }
    const total = ({ points }: { points: Map<number, number> }): number => [...points.values()].reduce((a, b) => a + b);
    return [...sums]
      .sort(([keyA, a], [keyB, b]) => total(b) - total(a) || (keyA < keyB ? -1 : 1))
      .map(([, { labels, points }]) => {
        const sorted = [...points].sort(([a], [b]) => a - b);
        return {
          labels,
          timesMs: Float64Array.from(sorted, ([time]) => time),
          sums: Float64Array.from(sorted, ([, sum]) => sum),
        };
      });
  }

  slices(selector: ProfileSelector, sliceCount: number): SlicedTree {
    const selected = this.#selected(selector);
    const { tree, nodeOf } = this.#tree(selected, selector.callSite, false);
    const lengthUs = (selector.endMs - selector.startMs) * 1000;
    const cuts = Array.from({ length: sliceCount }, (_, i) =>
      Math.round(selector.startMs * 1000 + (lengthUs * i) / sliceCount),
    );
    const cells = Array.from({ length: tree.length }, () => new Map<number, { value: number; count: number }>());
    const profiles = new Int32Array(sliceCount);
    let isCountable = true;
    for (const { timeUs, samples } of selected) {
      const slice = cuts.findLastIndex((cut) => cut <= timeUs);
      const own = samples.filter(({ value, stack }) => value > 0 && beginsWith(stack, selector.callSite));
      if (own.length > 0) profiles[slice]++;
      for (const { stack, value, count } of own) {
        isCountable &&= count !== undefined;
        const node = cells[nodeOf(stack)];
        const cell = node?.get(slice) ?? { value: 0, count: 0 };
        node?.set(slice, { value: cell.value + value, count: cell.count + (count ?? 0) });
      }
    }
    const sorted = cells.map((cell) => [...cell].sort(([a], [b]) => a - b));
    const flat = sorted.flat();
    const start = new Int32Array(tree.length + 1);
    sorted.forEach((entries, node) => (start[node + 1] = (start[node] ?? 0) + entries.length));
    return {
      tree,
      sliceCount,
      kinds: [],
      start,
      slice: Uint16Array.from(flat, ([slice]) => slice),
      value: Float64Array.from(flat, ([, { value }]) => value),
      count: Float64Array.from(isCountable ? flat : [], ([, { count }]) => count),
      profiles,
    };
  }

  extent(): { oldestMs: number; newestMs: number } | undefined {
    if (this.profiles.length === 0) return undefined;
    const times = this.profiles.map(({ timeUs }) => timeUs / 1000);
    return { oldestMs: times.reduce((a, b) => Math.min(a, b)), newestMs: times.reduce((a, b) => Math.max(a, b)) };
  }

  #inHours({ startMs, endMs }: TimeRange): NaiveProfile[] {
    const hour = (timeUs: number): number => Math.floor(timeUs / HOUR_US);
    const first = hour(startMs * 1000);
    const last = hour(endMs * 1000);
    return this.profiles.filter(({ timeUs }) => hour(timeUs) >= first && hour(timeUs) <= last);
  }

  #selected({ profileType, matchers, startMs, endMs }: ProfileSelector): NaiveProfile[] {
    const matches = compileMatchers(matchers);
    return this.profiles.filter(
      ({ type, timeUs, labels }) =>
        type === profileType && timeUs >= startMs * 1000 && timeUs <= endMs * 1000 && matches(labels),
    );
  }

  #tree(
    profiles: readonly NaiveProfile[],
    callSite: readonly string[],
    lines: boolean,
  ): { tree: MergedTree; nodeOf: (stack: readonly NaiveFrame[]) => number } {
    const keyOf = (stack: readonly NaiveFrame[]): string =>
      JSON.stringify(stack.map(({ name, line = 0 }) => (lines ? [name, line] : name)));
    const places = new Map<string, number>([['[]', 0]]);
    const nodes: { frame: NaiveFrame | undefined; parent: number; self: number; total: number }[] = [
      { frame: undefined, parent: -1, self: 0, total: 0 },
    ];
    let count = 0;
    for (const { samples } of profiles) {
      const own = samples.filter(({ value, stack }) => value > 0 && beginsWith(stack, callSite));
      if (own.length > 0) count++;
      for (const { stack, value } of own) {
        let node = 0;
        nodes[0].total += value;
        stack.forEach((frame, depth) => {
          const key = keyOf(stack.slice(0, depth + 1));
          const known = places.get(key) ?? nodes.push({ frame, parent: node, self: 0, total: 0 }) - 1;
          places.set(key, known);
          node = known;
          nodes[node].total += value;
        });
        nodes[node].self += value;
      }
    }
    const functions = new Map<string, NaiveFrame>();
    for (const { frame } of nodes) if (frame && !functions.has(frame.name)) functions.set(frame.name, frame);
    const names = [...functions.keys()];
    const tree: MergedTree = {
      length: nodes.length,
      func: Int32Array.from(nodes, ({ frame }) => (frame ? names.indexOf(frame.name) : -1)),
      line: lines ? Int32Array.from(nodes, ({ frame }) => frame?.line ?? 0) : undefined,
      parent: Int32Array.from(nodes, ({ parent }) => parent),
      self: Float64Array.from(nodes, ({ self }) => self),
      total: Float64Array.from(nodes, ({ total }) => total),
      rest: undefined,
      functions: columnsOf([...functions.values()]),
      profiles: count,
      warnings: [],
    };
    return { tree, nodeOf: (stack) => places.get(keyOf(stack)) ?? 0 };
  }
}

function columnsOf(functions: readonly NaiveFrame[]): FunctionColumns {
  return {
    names: functions.map(({ name }) => name),
    files: functions.map(({ file = '' }) => file),
    startLines: Int32Array.from(functions, ({ startLine = 0 }) => startLine),
    mappings: functions.map(({ mapping = '' }) => mapping),
    kinds: functions.map(({ kind = '' }) => kind),
  };
}

function beginsWith(stack: readonly NaiveFrame[], callSite: readonly string[]): boolean {
  return callSite.every((name, i) => stack[i]?.name === name);
}
