/** Where each format has the views of the corpus' manifest: a line for each format whose views are not its sample types one by one. */
import type { Profile } from '#model/profile.ts';
import type { Select } from './corpus-truth.ts';

/** The reader of a manifest's format, where it is called otherwise. */
export const readerOf: Readonly<Record<string, string>> = {
  'chrome-trace': 'trace-event',
};

const byIndex: Select = (_profile, _view, index) => ({ sampleType: index });

export const selectView: Readonly<Record<string, Select>> = {
  // Its truth has no views: tests/corpus/facts.test.ts.
  callgrind: () => undefined,
  // The comm is a label. Events that have periods have them in a sample type of their own.
  'perf-script': ({ sampleTypes }, { name, type }) => {
    const sampleType = sampleTypes.findIndex((one) => one.type === (type === 'period' ? `${name} period` : name));
    return name.endsWith(' comm_root') ? undefined : { sampleType };
  },
  instruments: () => undefined,
  jfr: ({ sampleTypes }, { name, type = '' }) => {
    const event = name.replace(/^\w+\./, '');
    const wanted = type === 'count' ? event : `${event} ${type}`;
    return { sampleType: sampleTypes.findIndex((one) => one.type === wanted) };
  },
  'pprof-legacy': () => undefined,
  'pyroscope-tree': () => undefined,
  'pyroscope-trie': () => undefined,
  cpuprofile: byIndex,
  'd3-json': byIndex,
  'pprof-json': byIndex,
  flamebearer: byIndex,
  gecko: (profile, view, index) => ({
    sampleType: unitAt(profile, view.unit === 'samples' ? 'count' : view.unit),
    labels: labelsOfPart(profile, ['process', 'thread'], index),
  }),
  heapprofile: byIndex,
  heaptimeline: byIndex,
  speedscope: (profile, view) => ({
    sampleType: unitAt(profile, view.unit === 'none' ? 'count' : view.unit),
    ...(profile.labels.strings.length > 0 && { labels: { profile: view.name } }),
  }),
  stackprof: byIndex,
  'trace-event': (profile, view) => {
    // The thread of a profile in chunks is named by its id alone.
    const [, key, id] = / (tid|id) (\S+) (?:samples|time)$/.exec(view.name) ?? [];
    const labels = key === 'id' ? { profile: id } : { thread: labelWith(profile, 'thread', id) };
    return { sampleType: unitAt(profile, view.unit), labels };
  },
};

function unitAt({ sampleTypes }: Profile, unit: string | undefined): number {
  return sampleTypes.findIndex((type) => type.unit === unit);
}

/** Values of the labels of one part of the file (a thread, a process), the parts in the order of their samples. */
function labelsOfPart({ labels, sampleCount }: Profile, keys: readonly string[], part: number): Record<string, string> {
  const parts = new Map<string, Record<string, string>>();
  for (let i = 0; i < sampleCount; i++) {
    const own: Record<string, string> = {};
    for (let k = labels.start[i]; k < labels.start[i + 1]; k++) {
      const key = labels.strings[labels.key[k]];
      if (keys.includes(key)) own[key] = labels.strings[labels.text[k]];
    }
    parts.set(JSON.stringify(own), own);
  }
  return [...parts.values()][part];
}

/** The value that is an id, or ends in it in brackets. */
function labelWith({ labels }: Profile, key: string, id: string): string {
  const values = new Set<string>();
  for (let k = 0; k < labels.key.length; k++)
    if (labels.strings[labels.key[k]] === key) values.add(labels.strings[labels.text[k]]);
  return [...values].find((value) => value === id || value.endsWith(`(${id})`)) ?? 'no such thread';
}
