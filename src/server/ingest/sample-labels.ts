/** The samples of a profile by their labels: one group, and later one series, for each set. */

import { labelSet, type Label } from '#model/labels.ts';
import type { Profile } from '#model/profile.ts';
import { cleanName } from '../storable-text.ts';
import { labelWords } from './trace-context.ts';

/** Label sets that the samples of one profile may have: beyond them, labels are left out. */
const MAX_LABEL_SETS = 200;
/** Series that one profile may make, one for each label set and sample type. */
const MAX_SERIES = 16 * MAX_LABEL_SETS;
/** Label sets up to which more samples, or more labels, are put into one profile: the rest is for what the sender adds. */
export const MAX_JOINED_LABEL_SETS = 150;
/** Labels that are left out one by one, before all are. */
const MAX_LEFT_OUT = 8;
/** Characters of all labels of all series that one profile makes: each series keeps its labels as a text. */
const MAX_LABEL_TEXT = 8 << 20;
/** Sample labels that identify one request, in any spelling: each value would create a series. */
const PER_REQUEST = /(?:^|_)(?:span|trace|profile|request|transaction)_?id$/;

export interface LabelGroup {
  readonly labels: readonly Label[];
  readonly rows: Int32Array;
}

export interface LabelLimits {
  readonly maxLabels: number;
  readonly maxLabelNameBytes: number;
  readonly maxLabelValueBytes: number;
}

/**
 * Samples by their text labels; those that the series itself has, and those that are about one request, do not count.
 * If there are too many sets, the label with the most values is left out everywhere, then the next.
 * @param base labels of the series, added to those of each group
 * @param reserved names that the server sets
 * @returns `dropped` where labels were left out because there are too many of them, or one is too long
 */
export function groupByLabels(
  profile: Profile,
  base: readonly Label[],
  reserved: ReadonlySet<string>,
  limits: LabelLimits,
): { groups: readonly LabelGroup[]; dropped: boolean } {
  if (profile.labels.key.length === 0) return { groups: [wholeOf(profile)], dropped: false };
  const names = new Names(profile.labels.strings, new Set([...reserved, ...base.map(({ name }) => name)]), limits);
  for (let leftOut = 0; ; leftOut++) {
    const groups = groupsOf(profile, base, names, limits);
    if (groups !== undefined) return { groups, dropped: names.leftOut };
    if (leftOut === MAX_LEFT_OUT || !names.leaveOutLargest(profile))
      return { groups: [wholeOf(profile)], dropped: true };
  }
}

function wholeOf({ sampleCount }: Profile): LabelGroup {
  const rows = new Int32Array(sampleCount);
  for (let i = 0; i < sampleCount; i++) rows[i] = i;
  return { labels: [], rows };
}

/** @returns undefined if there are too many */
function groupsOf(
  profile: Profile,
  base: readonly Label[],
  names: Names,
  limits: LabelLimits,
): LabelGroup[] | undefined {
  const { start, key, text } = profile.labels;
  const baseText = base.reduce((sum, label) => sum + textLength(label), 0);
  const groups = new Map<string, { labels: readonly Label[]; rows: number[] }>();
  const maxSets = Math.min(MAX_LABEL_SETS, Math.floor(MAX_SERIES / profile.sampleTypes.length));
  let textRoom = MAX_LABEL_TEXT;
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    let found = '';
    for (let i = start[sample]; i < start[sample + 1]; i++) {
      if (text[i] >= 0 && names.isKept(key[i], text[i])) found += `${key[i]} ${text[i]},`;
    }
    const group = groups.get(found);
    if (group !== undefined) {
      group.rows.push(sample);
      continue;
    }
    const labels: Label[] = [];
    for (let i = start[sample]; i < start[sample + 1]; i++) {
      if (text[i] >= 0 && names.isKept(key[i], text[i])) labels.push(names.label(key[i], text[i]));
    }
    const set = labelSet(labels);
    const size = baseText + set.reduce((sum, label) => sum + textLength(label), 0);
    textRoom -= size * profile.sampleTypes.length;
    if (groups.size === maxSets || base.length + set.length > limits.maxLabels || textRoom < 0) return undefined;
    groups.set(found, { labels: set, rows: [sample] });
  }
  return [...groups.values()].map(({ labels, rows }) => ({ labels, rows: Int32Array.from(rows) }));
}

function textLength({ name, value }: Label): number {
  return name.length + value.length;
}

/** Names and values of sample labels, by their number in the profile. */
class Names {
  /** Whether a label was left out for its length. */
  leftOut = false;
  readonly #strings: readonly string[];
  readonly #taken: ReadonlySet<string>;
  readonly #limits: LabelLimits;
  /** 0 while unknown; 1 kept, 2 left out. */
  readonly #name: Uint8Array;
  readonly #value: Uint8Array;
  readonly #clean: (string | undefined)[] = [];

  constructor(strings: readonly string[], taken: ReadonlySet<string>, limits: LabelLimits) {
    this.#strings = strings;
    this.#taken = taken;
    this.#limits = limits;
    this.#name = new Uint8Array(strings.length);
    this.#value = new Uint8Array(strings.length);
  }

  isKept(key: number, text: number): boolean {
    if (this.#name[key] === 0) this.#name[key] = this.#isKeptName(key) ? 1 : 2;
    if (this.#name[key] === 2) return false;
    if (this.#value[text] === 0) this.#value[text] = this.#fits(text, this.#limits.maxLabelValueBytes) ? 1 : 2;
    return this.#value[text] === 1;
  }

  label(key: number, text: number): Label {
    return { name: this.#text(key), value: this.#text(text) };
  }

  /** @returns false where no label is left */
  leaveOutLargest({ labels, sampleCount }: Profile): boolean {
    const { start, key, text } = labels;
    const values = new Map<number, Set<number>>();
    for (let i = 0; i < start[sampleCount]; i++) {
      if (text[i] < 0 || !this.isKept(key[i], text[i])) continue;
      const own = values.get(key[i]);
      if (own === undefined) values.set(key[i], new Set([text[i]]));
      else own.add(text[i]);
    }
    let largest = -1;
    for (const [one, { size }] of values) if (size > (values.get(largest)?.size ?? 0)) largest = one;
    if (largest < 0) return false;
    this.#name[largest] = 2;
    this.leftOut = true;
    return true;
  }

  #isKeptName(key: number): boolean {
    const name = this.#text(key);
    if (name === '' || this.#taken.has(name) || PER_REQUEST.test(labelWords(name))) return false;
    return this.#fits(key, this.#limits.maxLabelNameBytes);
  }

  #fits(index: number, maxBytes: number): boolean {
    const fits = Buffer.byteLength(this.#text(index)) <= maxBytes;
    if (!fits) this.leftOut = true;
    return fits;
  }

  #text(index: number): string {
    return (this.#clean[index] ??= cleanName(this.#strings[index]));
  }
}
