/** Where each format has the views of the corpus' manifest: a line for each format whose views are not its sample types one by one. */
import type { Select } from './corpus-truth.ts';

/** The reader of a manifest's format, where it is called otherwise. */
export const readerOf: Readonly<Record<string, string>> = {};

export const selectView: Readonly<Record<string, Select>> = {
  jfr: ({ sampleTypes }, { name, type = '' }) => {
    const event = name.replace(/^\w+\./, '');
    const wanted = type === 'count' ? event : `${event} ${type}`;
    return { sampleType: sampleTypes.findIndex((one) => one.type === wanted) };
  },
};
