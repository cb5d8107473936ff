/**
 * Holds a profile against the views of a manifest that are not its sample types one by one: each view names a sample
 * type, perhaps labels, and what a flame graph of these samples shows must be what the manifest says.
 */
import { expect } from 'vitest';
import type { Profile } from '#model/profile.ts';
import { type FactNumber, type ViewFacts, viewFacts } from './folded-hash.ts';

/** Part of a profile: one sample type, of the samples that carry all these labels (numbers as decimal text). */
export interface Selection {
  readonly sampleType: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface ViewOfManifest extends Partial<ViewFacts> {
  readonly name: string;
}

/** Where a format has a view; undefined for views that it does not offer. */
export type Select = (profile: Profile, view: ViewOfManifest, index: number) => Selection | undefined;

type Compared = 'total' | 'nonzero' | 'top_self' | 'top_total' | 'folded_sha256';

/** Facts of the selected samples; `samples`, `stacks`, `nodes` and `functions` count what is selected, zeros included. */
function selectedFacts(profile: Profile, { sampleType, labels = {} }: Selection): ViewFacts {
  return viewFacts(withLabels(profile, labels), sampleType);
}

/** Expects total, nonzero, top lists and hash; the rest counts what a reader may merge or leave out. */
export function expectSelected(profile: Profile, selection: Selection, view: ViewOfManifest): void {
  const facts = selectedFacts(profile, selection);
  const { total, nonzero, folded_sha256 } = facts;
  // The lists of bad files have five entries, others ten.
  const top_self = facts.top_self.slice(0, view.top_self?.length);
  const top_total = facts.top_total.slice(0, view.top_total?.length);
  const { name } = view;
  if (typeof view.folded_sha256 === 'string' || Number.isInteger(view.total)) {
    const read: Pick<ViewFacts, Compared> = { total, nonzero, top_self, top_total, folded_sha256 };
    const wanted = Object.fromEntries(Object.keys(read).map((key) => [key, view[key as Compared]]));
    expect({ name, ...read }).toEqual({ name, ...wanted });
    return;
  }
  // Fractions, summed in another order.
  expect({ name, nonzero }).toEqual({ name, nonzero: view.nonzero });
  expectClose(name, total, view.total ?? NaN);
  for (const [read, wanted = []] of [
    [top_self, view.top_self],
    [top_total, view.top_total],
  ] as const) {
    const values = new Map(read);
    for (const [func, value] of wanted) expectClose(`${name}: ${func}`, values.get(func) ?? NaN, value);
  }
}

/** The samples that carry all labels; with none asked for, all. */
export function withLabels(profile: Profile, wanted: Readonly<Record<string, string>>): Profile {
  const keys = Object.keys(wanted);
  if (keys.length === 0) return profile;
  const { labels, stackStart, stackFrames, values, times } = profile;
  const kept: number[] = [];
  for (let i = 0; i < profile.sampleCount; i++) {
    const own = new Map<string, string>();
    for (let k = labels.start[i]; k < labels.start[i + 1]; k++)
      own.set(
        labels.strings[labels.key[k]],
        labels.text[k] < 0 ? `${labels.number[k]}` : labels.strings[labels.text[k]],
      );
    if (keys.every((key) => own.get(key) === wanted[key])) kept.push(i);
  }
  const stacks = kept.map((i) => stackFrames.subarray(stackStart[i], stackStart[i + 1]));
  let end = 0;
  return {
    ...profile,
    sampleCount: kept.length,
    stackStart: Int32Array.from([0, ...stacks.map((stack) => (end += stack.length))]),
    stackFrames: Int32Array.from(stacks.flatMap((stack) => [...stack])),
    values: values.map(({ values: column, exact }) => ({
      values: Float64Array.from(kept, (i) => column[i]),
      exact: exact && BigInt64Array.from(kept, (i) => exact[i]),
    })),
    times: times && Float64Array.from(kept, (i) => times[i]),
    labels: {
      ...labels,
      start: new Int32Array(kept.length + 1),
      key: new Int32Array(0),
      text: new Int32Array(0),
      number: new BigInt64Array(0),
      unit: new Int32Array(0),
    },
  };
}

function expectClose(what: string, read: FactNumber, wanted: FactNumber): void {
  const near = Math.abs(Number(read) - Number(wanted)) <= 1e-9 * Math.max(1, Math.abs(Number(wanted)));
  expect(near ? wanted : read, what).toBe(wanted);
}
