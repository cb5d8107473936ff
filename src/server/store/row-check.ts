/**
 * A 32-bit check of the numbers of a row. Every step is a bijection, so one flipped bit in a number always changes the
 * check; NaN is never equal to a stored check.
 */

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** @param numbers of a row, whatever SQLite gave for them. @returns uint32; NaN if one is no number */
export function numbersCheck(...numbers: readonly unknown[]): number {
  let h = 0x9747b28c;
  for (const one of numbers) {
    if (typeof one !== 'number') return NaN;
    double[0] = one;
    h = mixed(mixed(h, words[0]), words[1]);
  }
  return h >>> 0;
}

/** A check of numbers and texts together. @returns uint32; NaN if one is neither */
export function rowCheck(numbers: readonly unknown[], texts: readonly unknown[]): number {
  let h = numbersCheck(...numbers);
  for (const text of texts) {
    if (Number.isNaN(h) || typeof text !== 'string') return NaN;
    h = mixed(h, text.length);
    for (let i = 0; i < text.length; i++) h = mixed(h, text.charCodeAt(i));
  }
  return Number.isNaN(h) ? h : h >>> 0;
}

/** As murmur3 takes in one word. */
function mixed(h: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  h ^= k;
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

// The columns that each check covers. Rows of different tables never have the same numbers, so the check does not
// include the table.

export interface SeriesColumns {
  readonly id: number;
  readonly service_id: number;
  readonly type: string;
  readonly labels: string;
  readonly first_hour: number;
  readonly last_hour: number;
  /** As in uploads.ts; null before format 4, and where no label is known to come from samples. */
  readonly sample_labels: string | null;
}

export function seriesCheck(row: SeriesColumns): number {
  const { id, service_id, type, labels, first_hour, last_hour, sample_labels } = row;
  const texts = sample_labels === null ? [type, labels] : [type, labels, sample_labels];
  return rowCheck([id, service_id, first_hour, last_hour], texts);
}

export function partCheck(id: number, service: number, day: number, nodes: number): number {
  return numbersCheck(id, service, day, nodes);
}

export function dictCheck(part: number, firstNode: number): number {
  return numbersCheck(part, firstNode);
}

export function rawCheck(series: number, timeUs: number, part: number, period: number, total: number): number {
  return numbersCheck(series, timeUs, part, period, total);
}

export function spanCheck(service: number, timeUs: number, part: number): number {
  return numbersCheck(service, timeUs, part);
}

export interface HourNumbers {
  readonly hour: number;
  readonly part_id: number;
  readonly gen: number;
  readonly profiles: number;
  readonly total: number;
}

export function hourCheck(series: number, { hour, part_id, gen, profiles, total }: HourNumbers): number {
  return numbersCheck(series, hour, part_id, gen, profiles, total);
}

/** Numbers the blob columns of a row, so that one is not read in place of another. */
export const HOUR_BLOBS = ['points', 'sums', 'sample_index', 'sample_values'] as const;
export type HourBlob = (typeof HOUR_BLOBS)[number];

export function hourBlobCheck(check: number, blob: HourBlob): number {
  return Number.isNaN(check) ? check : (check + HOUR_BLOBS.indexOf(blob)) >>> 0;
}
