/**
 * The call tree that Instruments copies ("Deep Copy"): columns separated by tabs, one row a place in the tree, its depth
 * in the blanks before the symbol. Without a column of self weights, self is the remainder after the rows below.
 */
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import { ProfileBuilder } from '../profile-builder.ts';
import { LineReader } from './line-reader.ts';

const LINES_A_STEP = 8192;
const MAX_DEPTH = 100_000;
const MAX_COLUMNS = 64;
const AMOUNT = /^\s*(-?[\d.,]+)\s*([a-zµ]*)/i;

interface Column {
  readonly index: number;
  readonly type: SampleType;
  /** Index of the column with self weights, -1 if there is none. */
  readonly selfIndex: number;
  /** What a number without a unit is multiplied with, of each of the two columns. */
  readonly scale: number;
  readonly selfScale: number;
}

interface Row {
  readonly indent: number;
  readonly node: number;
  readonly values: Float64Array;
}

/** @throws DecodeError, if a limit is exceeded */
export function* decodeInstruments(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const lines = new LineReader(bytes);
  const header = (lines.next() ?? '').split('\t', MAX_COLUMNS);
  const symbol = header.findIndex((title) => /^\s*Symbol Names?\s*$/.test(title));
  const columns = columnsOf(header);
  if (symbol < 0 || columns.length === 0) {
    throw new DecodeError('malformed', 'The first line does not name a weight and the symbols.', {
      place: 'line 1',
      remedy: 'Select the call tree in Instruments, then Edit, Deep Copy, and paste it into a file.',
    });
  }
  const builder = new ProfileBuilder(
    columns.map(({ type }) => type),
    limits,
  );
  const open: Row[] = [];
  let skipped = 0;
  let rounded = false;
  const close = (): void => {
    const { node, values } = open.pop()!;
    for (let i = 0; i < values.length; i++) {
      // Weights are rounded, so the remainder may be slightly negative.
      if (values[i] < 0) {
        values[i] = 0;
        rounded = true;
      }
    }
    if (values.some((value) => value !== 0)) builder.sample(node, values);
  };
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (lines.number % LINES_A_STEP === 0) yield lines.share;
    if (line.trim() === '') continue;
    const cells = line.split('\t', MAX_COLUMNS);
    const written = cells[symbol] ?? '';
    const name = written.trim();
    const totals = columns.map(({ index, scale }) => amount(cells[index], scale));
    if (name === '' || totals.some(Number.isNaN)) {
      skipped++;
      continue;
    }
    const indent = written.length - written.trimStart().length;
    while (open.length > 0 && open[open.length - 1].indent >= indent) close();
    if (open.length >= MAX_DEPTH) refuseCount(MAX_DEPTH, 'rows below each other', lines.place);
    const above = open.at(-1);
    const values = new Float64Array(columns.length);
    for (const [i, { selfIndex, selfScale }] of columns.entries()) {
      if (selfIndex >= 0) values[i] = amount(cells[selfIndex], selfScale) || 0;
      else {
        values[i] = totals[i];
        if (above) above.values[i] -= totals[i];
      }
    }
    const node = builder.node(above?.node ?? 0, builder.frame({ name }));
    open.push({ indent, node, values });
  }
  while (open.length > 0) close();
  if (builder.sampleCount === 0) {
    throw new DecodeError('malformed', 'The call tree has no row with a weight.', {
      place: lines.place,
      remedy: 'Expand the call tree in Instruments and copy it again: Edit, Deep Copy.',
    });
  }
  if (skipped > 0)
    builder.note(
      skipped === 1
        ? '1 line is not a row of a call tree: skipped.'
        : `${skipped} lines are not rows of a call tree: skipped.`,
    );
  if (rounded)
    builder.note('Instruments rounds weights: self costs are the remainder after the rows below, at least 0.');
  return builder.take();
}

function columnsOf(header: readonly string[]): Column[] {
  const titles = header.map((title) => title.trim());
  const self = titles.findIndex((title) => /^Self\b/.test(title));
  return titles.flatMap((title, index): Column[] => {
    if (title === '' || index === self || title.startsWith('Symbol')) return [];
    if (/^(Weight|Running Time)\b/.test(title)) {
      const type = { type: 'time', unit: 'milliseconds' };
      return [{ index, type, selfIndex: self, scale: 1, selfScale: /\(s\)/.test(titles[self] ?? '') ? 1000 : 1 }];
    }
    if (/Bytes\b/.test(title))
      return [{ index, type: { type: 'bytes', unit: 'bytes' }, selfIndex: -1, scale: 1, selfScale: 1 }];
    if (/^(Count|Cycles)\b/.test(title))
      return [{ index, type: { type: title.toLowerCase(), unit: 'count' }, selfIndex: -1, scale: 1, selfScale: 1 }];
    return [];
  });
}

const UNITS: Readonly<Record<string, number>> = {
  min: 60_000,
  s: 1000,
  ms: 1,
  µs: 1e-3,
  us: 1e-3,
  ns: 1e-6,
  bytes: 1,
  byte: 1,
  b: 1,
  kb: 2 ** 10,
  mb: 2 ** 20,
  gb: 2 ** 30,
  tb: 2 ** 40,
};

/** @returns milliseconds, bytes or a count; NaN if the cell has no number */
function amount(cell: string | undefined, scale: number): number {
  const found = AMOUNT.exec((cell ?? '').slice(0, 200));
  if (!found) return Number.NaN;
  const unit = found[2].toLowerCase();
  const size = Object.hasOwn(UNITS, unit) ? UNITS[unit] : scale;
  const value = Number(found[1].replaceAll(',', '')) * size;
  // Bytes are whole; 0.29 s is 290 ms and no more.
  return size >= 2 ** 10 && size !== UNITS.min ? Math.round(value) : Math.round(value * 1e6) / 1e6;
}
