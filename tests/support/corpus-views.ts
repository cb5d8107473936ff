/** Where each format has the views of the corpus' manifest: a line for each format whose views are not its sample types one by one. */
import type { Profile } from '#model/profile.ts';
import type { Select } from './corpus-truth.ts';

/** The reader of a manifest's format, where it is called otherwise. */
export const readerOf: Readonly<Record<string, string>> = {
  'chrome-trace': 'trace-event',
};

const byIndex: Select = (_profile, _view, index) => ({ sampleType: index });

export const selectView: Readonly<Record<string, Select>> = {
  cpuprofile: byIndex,
  'd3-json': byIndex,
  flamebearer: byIndex,
  heapprofile: byIndex,
  heaptimeline: byIndex,
  speedscope: (profile, view) => ({
    sampleType: unitAt(profile, view.unit === 'none' ? 'count' : view.unit),
    ...(profile.labels.strings.length > 0 && { labels: { profile: view.name } }),
  }),
  stackprof: byIndex,
};

function unitAt({ sampleTypes }: Profile, unit: string | undefined): number {
  return sampleTypes.findIndex((type) => type.unit === unit);
}
