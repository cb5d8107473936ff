/** Numbers as the page writes them: three significant digits, a unit behind a no-break space, true minus signs. */

const NBSP = '\u00a0';
/** A unit is a word of the file, and files may be hostile. */
const MAX_UNIT_LENGTH = 40;
const MINUS = '\u2212';

interface Step {
  readonly suffix: string;
  /** In the base unit of its ladder. */
  readonly size: number;
}

const SECOND = 1e9;
const times: readonly Step[] = [
  { suffix: 'ns', size: 1 },
  { suffix: 'µs', size: 1e3 },
  { suffix: 'ms', size: 1e6 },
  { suffix: 's', size: SECOND },
  { suffix: 'min', size: 60 * SECOND },
  { suffix: 'h', size: 3600 * SECOND },
];
const cpuTimes: readonly Step[] = times.map(({ suffix, size }) => ({ suffix: `core-${suffix}`, size }));
const memory: readonly Step[] = [
  { suffix: 'B', size: 1 },
  { suffix: 'KiB', size: 2 ** 10 },
  { suffix: 'MiB', size: 2 ** 20 },
  { suffix: 'GiB', size: 2 ** 30 },
  { suffix: 'TiB', size: 2 ** 40 },
];
const inNanoseconds: Readonly<Record<string, number>> = {
  nanoseconds: 1,
  nanosecond: 1,
  ns: 1,
  microseconds: 1e3,
  microsecond: 1e3,
  us: 1e3,
  µs: 1e3,
  milliseconds: 1e6,
  millisecond: 1e6,
  ms: 1e6,
  seconds: SECOND,
  second: SECOND,
  s: SECOND,
  minutes: 60 * SECOND,
  hours: 3600 * SECOND,
};
/** Powers of two, as pprof reads them. */
const inBytes: Readonly<Record<string, number>> = {
  bytes: 1,
  byte: 1,
  b: 1,
  kilobytes: 2 ** 10,
  kb: 2 ** 10,
  kib: 2 ** 10,
  megabytes: 2 ** 20,
  mb: 2 ** 20,
  mib: 2 ** 20,
  gigabytes: 2 ** 30,
  gb: 2 ** 30,
  gib: 2 ** 30,
};

/** One unit for a whole column, so that its numbers can be compared by eye. */
export interface Scale {
  readonly suffix: string;
  /** The number alone. */
  format(value: number): string;
}

interface SizedScale extends Scale {
  /** The size of one suffix unit, in the unit of the values. */
  readonly size: number;
  /** A difference with its sign; `0` where nothing changed. */
  formatChange(value: number): string;
}

/** Significant digits of the largest number of a column: enough for neighbours in a sorted column to differ. */
export const COLUMN_DIGITS = 5;

/**
 * @param largest the value that decides the unit and the decimals @param type tells CPU time from other time @param digits
 * significant ones of the largest
 */
export function scaleFor(unit: string, type: string, largest: number, digits = 3): SizedScale {
  const ladder = ladderOf(unit, type);
  if (!ladder) {
    const isWhole = Number.isInteger(largest);
    const decimals = decimalsFor(largest, digits);
    const decimalsOf = (value: number): number => (isWhole && Number.isInteger(value) ? 0 : decimals);
    return {
      suffix: '',
      size: 1,
      format: (value) => (isWhole && Number.isInteger(value) ? formatCount(value) : formatFixed(value, decimals)),
      formatChange: (value) => signedFixed(value, decimalsOf(value)),
    };
  }
  const { steps, factor } = ladder;
  const step = stepFor(steps, Math.abs(largest) * factor);
  const divide = step.size / factor;
  // Bytes and nanoseconds have no fractions.
  const decimals = divide === 1 && Number.isInteger(largest) ? 0 : decimalsFor(largest / divide, digits);
  return {
    suffix: step.suffix,
    size: divide,
    format: (value) => formatOrLess(value / divide, decimals),
    formatChange: (value) => signedFixed(value / divide, decimals),
  };
}

/** `36.1 core-min`; a count alone has no unit. */
export function formatValue(value: number, unit: string, type: string): string {
  const ladder = ladderOf(unit, type);
  if (!ladder) {
    const words = unit === '' || unit === 'count' || unit === 'none' ? '' : `${NBSP}${unit.slice(0, MAX_UNIT_LENGTH)}`;
    return (Number.isInteger(value) ? formatCount(value) : formatFixed(value, decimalsFor(value))) + words;
  }
  // Zero has the plain unit, also where the file counts in multiples of it.
  if (value === 0) return `0${NBSP}${ladder.plain}`;
  const scale = scaleFor(unit, type, value);
  return `${scale.format(value)}${NBSP}${scale.suffix}`;
}

/**
 * Every digit in the unit of the file, for a tooltip or a copy: `1 405 316 nanoseconds`. Fractions have twelve digits: sums
 * of doubles are not sure of more.
 */
export function formatExact(value: number | bigint, unit: string): string {
  const isFraction = typeof value === 'number' && !Number.isInteger(value);
  return (
    formatCount(isFraction ? Number(value.toPrecision(12)) : value) +
    (unit === '' || unit === 'none' ? '' : `${NBSP}${unit.slice(0, MAX_UNIT_LENGTH)}`)
  );
}

/**
 * `12.0 %`, `7.46 %`, `<0.01 %`. A whole of nothing has no shares, nor has one that negative values have made less than
 * its part.
 */
export function formatShare(part: number, whole: number): string {
  if (!isPartOf(part, whole)) return '–';
  return formatPercent(part / whole);
}

/** The same of a ratio, which may be more than 1: `101 %`. */
export function formatPercent(ratio: number): string {
  const percent = ratio * 100;
  if (percent !== 0 && Math.abs(percent) < 0.005) return `${percent > 0 ? '<' : `>${MINUS}`}0.01${NBSP}%`;
  return `${formatFixed(percent, percent === 0 ? 0 : Math.min(2, decimalsFor(percent)))}${NBSP}%`;
}

/** The same for a column: all with two decimals. */
export function formatColumnShare(part: number, whole: number): string {
  const percent = (part / whole) * 100;
  const isTiny = percent !== 0 && Math.abs(percent) < 0.005;
  return isTiny || !isPartOf(part, whole) ? formatShare(part, whole) : `${formatFixed(percent, 2)}${NBSP}%`;
}

/** Rounding may make a sum slightly larger than its whole. */
function isPartOf(part: number, whole: number): boolean {
  return whole !== 0 && Math.abs(part) <= Math.abs(whole) * (1 + 1e-9);
}

/** `1 405 316`, with no-break spaces. */
export function formatCount(value: number | bigint): string {
  const text = String(value).replace('-', MINUS);
  if (/[eN.y]/.test(text)) return text;
  return text.replace(/\B(?=(\d{3})+(?!\d))/g, NBSP);
}

/** Three significant digits, no unit. */
export function formatNumber(value: number): string {
  return formatFixed(value, value === 0 ? 0 : decimalsFor(value));
}

/** Files are counted in powers of ten, as everywhere. */
export function formatBytesOfFile(bytes: number): string {
  if (bytes < 1000) return `${bytes}${NBSP}B`;
  const [size, suffix] = bytes < 999_500 ? [1e3, 'kB'] : bytes < 999.5e6 ? [1e6, 'MB'] : [1e9, 'GB'];
  return `${formatFixed(bytes / size, decimalsFor(bytes / size, 2))}${NBSP}${suffix}`;
}

/** Nanoseconds in a unit of time; undefined for other units. */
export function nanosecondsIn(unit: string): number | undefined {
  const word = unit.toLowerCase();
  return Object.hasOwn(inNanoseconds, word) ? inNanoseconds[word] : undefined;
}

function ladderOf(
  unit: string,
  type: string,
): { readonly steps: readonly Step[]; readonly factor: number; readonly plain: string } | undefined {
  const word = unit.toLowerCase();
  if (Object.hasOwn(inNanoseconds, word))
    return {
      ...(type === 'cpu' ? { steps: cpuTimes, plain: 'core-s' } : { steps: times, plain: 's' }),
      factor: inNanoseconds[word],
    };
  if (Object.hasOwn(inBytes, word)) return { steps: memory, factor: inBytes[word], plain: 'B' };
  return undefined;
}

/** The largest unit that the rounded value reaches: 999.7 ms becomes 1.00 s, not 1 000 ms. */
function stepFor(steps: readonly Step[], size: number): Step {
  let found = steps[0];
  for (const step of steps) if (significant(size, 3) >= step.size) found = step;
  return found;
}

function decimalsFor(value: number, digits = 3): number {
  const size = significant(value, digits);
  if (size === 0 || size >= 10 ** (digits - 1)) return 0;
  return Math.min(digits + 2, digits - 1 - Math.floor(Math.log10(size)));
}

/** The size as its digits will show it: 9.996 has the decimals of 10.0. */
function significant(value: number, digits: number): number {
  return Number(Math.abs(value).toPrecision(digits));
}

/** As `formatFixed`, but what is too small for its decimals is no zero: `<0.01`. */
function formatOrLess(value: number, decimals: number): string {
  const text = formatFixed(value, decimals);
  if (value === 0 || Number(value.toFixed(decimals)) !== 0) return text;
  return `${value > 0 ? '<' : `>${MINUS}`}${(10 ** -decimals).toFixed(decimals)}`;
}

/** With its sign, which a change that is too small for its decimals keeps: `+0.0` is more than nothing. */
export function signedFixed(value: number, decimals: number): string {
  return value === 0 ? '0' : `${value > 0 ? '+' : MINUS}${formatFixed(Math.abs(value), decimals)}`;
}

/** `1 234.50`, no unit. */
export function formatFixed(value: number, decimals: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.');
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? MINUS : '';
  return `${sign}${whole.replace(/\B(?=(\d{3})+(?!\d))/g, NBSP)}${fraction === undefined ? '' : `.${fraction}`}`;
}
