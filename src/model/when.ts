/** A recording over time: a heatmap of cells, and a band of activity for each value of a label. */
import type { Steps } from '#base/steps.ts';
import { compareNatural } from '#base/natural-order.ts';
import type { LabelMatcher } from './labels.ts';
import { labelKeys } from './label-keys.ts';
import type { Profile } from './profile.ts';
import { matchingSamples, labelColumn } from './sample-labels.ts';
import { isTimed, msOfOne, recordedMs, recordingSpan } from './sample-times.ts';

/** Cells of a column, one above the other. */
export const ROWS = 50;
/** A recording gets about this many columns of the largest width that leaves these. */
const MIN_COLUMNS = 6;
const MAX_COLUMNS = 3600;
/** Widths of a column, in ms. Seconds are usual. */
const WIDTHS = [0.01, 0.1, 1, 10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000];
const USUAL_WIDTH = WIDTHS.indexOf(1000);
/** Bins of a band, where columns are cut: more are not distinguished on a screen. A column has at least one. */
const MAX_BINS = 1000;
/** Bands: the largest. */
const MAX_BANDS = 40;
const SAMPLES_A_STEP = 65_536;
/** What tells threads apart, the first that a file has. */
export const THREAD_LABELS = ['thread', 'tid', 'profile', 'process', 'pid', 'comm'];

export interface When {
  /** The time of the file's first sample, on the clock of `Profile.times`. */
  readonly startMs: number;
  /** From there to the end of the last sample. */
  readonly lengthMs: number;
  /** How long the recording took, as wherever a part of it is shown. */
  readonly recordedMs: number;
  readonly columnMs: number;
  readonly columns: number;
  /** By time: column c has the cells [c * ROWS, (c + 1) * ROWS). */
  readonly cells: Float64Array;
  /** The sum of all samples that match. */
  readonly total: number;
  /** Undefined where no label tells samples apart. */
  readonly bands: Bands | undefined;
}

export interface Bands {
  readonly label: string;
  readonly cellsABin: number;
  readonly bins: number;
  /** The label's values that samples have together, those with the largest total first; none: without the label. */
  readonly names: readonly (readonly string[])[];
  readonly totals: readonly number[];
  /** Band b has the bins [b * bins, (b + 1) * bins). */
  readonly values: Float64Array;
  /** Values without a band, and what they have together. */
  readonly omitted: { readonly count: number; readonly total: number };
}

/**
 * @param by the label of the bands; undefined: the thread's, where samples have it
 * @returns undefined if samples have no times
 * @throws RangeError at an invalid pattern, and at times that are too far apart
 */
export function* whenOf(
  profile: Profile,
  sampleType: number,
  matchers: readonly LabelMatcher[],
  by: string | undefined,
): Steps<When | undefined> {
  if (!isTimed(profile)) return undefined;
  const span = yield* recordingSpan(profile);
  const { startMs, endMs } = span;
  const { columnMs, columns } = columnsFor(endMs - startMs);
  const kept = yield* matchingSamples(profile, matchers);
  const { values } = profile.values[sampleType];
  const msOne = msOfOne(profile.sampleTypes[sampleType]);
  const cells = new Binned(columns * ROWS, columnMs / ROWS, msOne);
  const bands = yield* bandsOf(profile, sampleType, kept, by);
  const cellsABin = binSize(columns);
  const bins = (columns * ROWS) / cellsABin;
  const lanes = bands?.names.map(() => new Binned(bins, (columnMs / ROWS) * cellsABin, msOne));
  let total = 0;
  for (let i = 0; i < kept.length; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / kept.length;
    if (kept[i] === 0) continue;
    const at = profile.times[i] - startMs;
    total += values[i];
    cells.add(at, values[i]);
    const band = bands ? bands.of[i] : -1;
    if (band >= 0) lanes![band].add(at, values[i]);
  }
  const columnsOfBands = new Float64Array(bins * (lanes?.length ?? 0));
  for (const [band, lane] of (lanes ?? []).entries()) columnsOfBands.set(lane.take(), band * bins);
  return {
    startMs,
    lengthMs: endMs - startMs,
    recordedMs: recordedMs(profile, span),
    columnMs,
    columns,
    cells: cells.take(),
    total,
    bands: bands && { ...bands.facts, names: bands.names, cellsABin, bins, values: columnsOfBands },
  };
}

/** The width of a column, and how many there are: what ends with the last one is within. */
export function columnsFor(lengthMs: number): { readonly columnMs: number; readonly columns: number } {
  const fits = (columnMs: number): boolean => lengthMs / columnMs + 1 <= MAX_COLUMNS;
  // All at one time is a second of it.
  let at = USUAL_WIDTH;
  if (lengthMs > 0) while (at > 0 && lengthMs < MIN_COLUMNS * WIDTHS[at]) at--;
  while (at < WIDTHS.length - 1 && !fits(WIDTHS[at])) at++;
  let columnMs = WIDTHS[at];
  while (!fits(columnMs)) columnMs *= 2;
  return { columnMs, columns: Math.floor(lengthMs / columnMs) + 1 };
}

/** Cells of a bin: a part of a column that leaves at most `MAX_BINS`, else a whole column. */
function binSize(columns: number): number {
  const sizes = [1, 2, 5, 10, 25, ROWS];
  return sizes.find((size) => (columns * ROWS) / size <= MAX_BINS) ?? ROWS;
}

interface BandsFound {
  readonly names: Bands['names'];
  /** By sample: its band; -1 without one. */
  readonly of: Int32Array;
  readonly facts: Pick<Bands, 'label' | 'totals' | 'omitted'>;
}

function* bandsOf(
  profile: Profile,
  sampleType: number,
  kept: Uint8Array,
  by: string | undefined,
): Steps<BandsFound | undefined> {
  const keys = labelKeys(profile);
  const label = [by, ...THREAD_LABELS].find((one) => one !== undefined && keys.includes(one));
  if (label === undefined) return undefined;
  const { values, of } = yield* labelColumn(profile, label);
  const { values: column } = profile.values[sampleType];
  const totals = new Float64Array(values.length);
  const seen = new Uint8Array(values.length);
  for (let i = 0; i < kept.length; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / kept.length;
    if (kept[i] === 0) continue;
    totals[of[i]] += column[i];
    if (column[i] !== 0) seen[of[i]] = 1;
  }
  const order = Array.from(values.keys())
    .filter((value) => seen[value] === 1)
    .sort((a, b) => totals[b] - totals[a] || compareNatural(values[a].join(', '), values[b].join(', ')));
  const bandOf = new Int32Array(values.length).fill(-1);
  const shown = order.slice(0, MAX_BANDS);
  for (const [band, value] of shown.entries()) bandOf[value] = band;
  const bandOfSample = new Int32Array(of.length);
  for (let i = 0; i < of.length; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / of.length;
    bandOfSample[i] = bandOf[of[i]];
  }
  const rest = order.slice(MAX_BANDS);
  return {
    names: shown.map((value) => values[value]),
    of: bandOfSample,
    facts: {
      label,
      totals: shown.map((value) => totals[value]),
      omitted: { count: rest.length, total: rest.reduce((sum, value) => sum + totals[value], 0) },
    },
  };
}

/** Values by time. One that lasts over many bins is added in constant time. */
class Binned {
  readonly #sums: Float64Array;
  /** How many more values last through a bin, whole, than through the one before it. */
  readonly #more: Int32Array;
  readonly #binMs: number;
  readonly #msOne: number;

  constructor(count: number, binMs: number, msOne: number) {
    this.#sums = new Float64Array(count);
    this.#more = new Int32Array(count + 1);
    this.#binMs = binMs;
    this.#msOne = msOne;
  }

  /** @param at since the start, ms */
  add(at: number, value: number): void {
    const last = this.#sums.length - 1;
    const first = Math.min(last, Math.floor(at / this.#binMs));
    const endsAt = at + value * this.#msOne;
    const end = Math.min(last, Math.floor(endsAt / this.#binMs));
    if (!(end > first)) {
      this.#sums[first] += value;
      return;
    }
    this.#sums[first] += ((first + 1) * this.#binMs - at) / this.#msOne;
    this.#sums[end] += (endsAt - end * this.#binMs) / this.#msOne;
    this.#more[first + 1]++;
    this.#more[end]--;
  }

  take(): Float64Array {
    const whole = this.#msOne > 0 ? this.#binMs / this.#msOne : 0;
    let through = 0;
    for (let i = 0; i < this.#sums.length; i++) {
      through += this.#more[i];
      this.#sums[i] += through * whole;
    }
    return this.#sums;
  }
}
