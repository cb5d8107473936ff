/** Where each format has the views of the corpus' manifest: a line for each format whose views are not its sample types one by one. */
import type { Select } from './corpus-truth.ts';

/** The reader of a manifest's format, where it is called otherwise. */
export const readerOf: Readonly<Record<string, string>> = {};

export const selectView: Readonly<Record<string, Select>> = {
  // Its truth has no views: tests/corpus/facts.test.ts.
  callgrind: () => undefined,
  // The comm is a label. Events that have periods have them in a sample type of their own.
  'perf-script': ({ sampleTypes }, { name, type }) => {
    const sampleType = sampleTypes.findIndex((one) => one.type === (type === 'period' ? `${name} period` : name));
    return name.endsWith(' comm_root') ? undefined : { sampleType };
  },
  instruments: () => undefined,
  'pprof-legacy': () => undefined,
  'pyroscope-tree': () => undefined,
  'pyroscope-trie': () => undefined,
};
