/** What a change costs: money per hour of a core, or of a GB held. */
import { formatValue } from '#model/units.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';

const HOURS_A_MONTH = 730;
const NANOSECONDS = 1e9;
const GB = 1e9;

/** The size of one unit of the shown amounts in cores or GB; undefined for other units. */
function resourceOf({ diff, open, type }: ShownComparison): number | undefined {
  const isCpu = type.type === 'cpu' && /^n(ano)?s(econds?)?$/.test(type.unit);
  const isHeld = open.b.isSnapshot && type.unit === 'bytes';
  if (isHeld && diff.kind === 'absolute') return 1 / GB;
  if (!isCpu) return undefined;
  const { seconds } = open.b;
  switch (diff.kind) {
    case 'per-second':
      return 1 / NANOSECONDS;
    case 'per-request': {
      const { requests } = open.b;
      return requests?.kind === 'counted' ? requests.rate / NANOSECONDS : undefined;
    }
    case 'load-adjusted':
      // Amounts are at the mean load of both sides, but B is billed for its own load.
      return Math.sqrt(diff.load) / NANOSECONDS;
    case 'share':
    case 'equal-work':
      // Shares of what B uses.
      return seconds === undefined ? undefined : Number(diff.totals.b) / NANOSECONDS / seconds;
    case 'absolute':
      return seconds === undefined ? undefined : 1 / NANOSECONDS / seconds;
  }
}

/** Whether these amounts have a price, and per which unit. */
export function costUnit(shown: ShownComparison): 'core-hour' | 'GB-hour' | undefined {
  if (resourceOf(shown) === undefined) return undefined;
  return shown.type.unit === 'bytes' ? 'GB-hour' : 'core-hour';
}

/** `+$ 212`; undefined if no rate is set or the amount has no price. */
export function monthlyText(shown: ShownComparison, change: number, rate: number | undefined): string | undefined {
  const resource = resourceOf(shown);
  if (rate === undefined || resource === undefined || change === 0) return undefined;
  const money = change * resource * rate * HOURS_A_MONTH;
  const size = Math.abs(money);
  const text = size >= 100 ? formatValue(Math.round(size), '', '') : size.toFixed(2);
  return `${money < 0 ? '−' : '+'}$\u00a0${text}`;
}
