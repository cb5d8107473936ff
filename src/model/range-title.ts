/** What a range is called. */
import { isRelative, presets, spaced, type TimeRangeText } from './time-range.ts';
import { formatInstant } from './time-text.ts';

/**
 * `Last 1 h`, or the words of the grammar, with an instant in the clock of the zone; nothing of an absolute range, which
 * has no words but its span.
 */
export function rangeTitle(range: TimeRangeText, zone: string): string {
  const preset = presets.find(({ from, until }) => from === range.from && until === range.until);
  if (preset) return preset.title;
  const length = /^now-(\d+[smhdwMy])$/.exec(range.from)?.[1];
  if (length !== undefined && range.until === 'now') return `Last ${spaced(length)}`;
  const point = (text: string): string => (/^\d+$/.test(text) ? formatInstant(Number(text), zone) : text);
  return isRelative(range) ? `${point(range.from)} to ${point(range.until)}` : '';
}
