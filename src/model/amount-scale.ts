/** Amounts and changes of a whole table: one unit, and decimals that line up. */
import type { AmountUnit } from './changes-text.ts';
import { formatFixed, scaleFor, signedFixed } from './units.ts';

export interface AmountScale {
  /** `%`, `core-s`, `MiB/s`; '' for counts. */
  readonly suffix: string;
  /** Suffix of changes: `points` for shares. */
  readonly changeSuffix: string;
  /** The number alone. */
  amount(value: number): string;
  /** With its sign; `0` where nothing changed. */
  change(value: number): string;
}

const SHARE_DECIMALS = 2;
/** @param largest the value that decides the unit */
export function amountScale({ kind, sampleType }: AmountUnit, largest: number): AmountScale {
  if (kind === 'share' || kind === 'equal-work') {
    const percent = (value: number): string => orLess(value * 100, SHARE_DECIMALS);
    const change = (value: number): string => signedFixed(value * 100, SHARE_DECIMALS);
    return { suffix: '%', changeSuffix: 'points', amount: percent, change };
  }
  const { type, unit } = sampleType;
  const isCores = kind !== 'absolute' && kind !== 'per-request' && type === 'cpu' && /^n(ano)?s(econds?)?$/.test(unit);
  const scale = isCores ? scaleFor('', '', largest / 1e9) : scaleFor(unit, type, largest);
  const inUnit = (value: number): number => (isCores ? value / 1e9 : value);
  const suffix = isCores
    ? 'cores'
    : kind === 'absolute'
      ? scale.suffix
      : `${scale.suffix || unit}/${kind === 'per-request' ? 'request' : 's'}`;
  return {
    suffix,
    changeSuffix: suffix,
    amount: (value) => scale.format(inUnit(value)),
    change: (value) => scale.formatChange(inUnit(value)),
  };
}

function orLess(value: number, decimals: number): string {
  const least = 10 ** -decimals;
  if (value !== 0 && Math.abs(value) < least / 2) return `${value > 0 ? '<' : '>\u2212'}${least}`;
  return formatFixed(value, decimals);
}
