/** Instants, spans and durations in words. */
import type { TimeRange } from './time-range.ts';

const NBSP = '\u00a0';

/** `Wed 25 Nov 14:05:30` in a zone (a name that Intl knows). */
export function formatInstant(ms: number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
    .format(ms)
    .replaceAll(',', '');
}

/** `21:09 – 22:09`, with the dates where it crosses a day or lasts longer. */
export function formatSpan({ startMs, endMs }: TimeRange, zone: string): string {
  const isShort = endMs - startMs < 10 * 60_000;
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    ...(isShort ? { second: '2-digit' as const } : {}),
  });
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'short' });
  const isOneDay = endMs - startMs < 2 * 86_400_000 && day.format(startMs) === day.format(endMs);
  if (isOneDay) return `${time.format(startMs)} – ${time.format(endMs)}`;
  return `${day.format(startMs)} ${time.format(startMs)} – ${day.format(endMs)} ${time.format(endMs)}`;
}

/** `45 s`, `15 min`, `1 h 5 min`, `3 d 2 h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}${NBSP}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}${NBSP}min`;
  const [large, small, largeUnit, smallUnit] =
    minutes < 24 * 60
      ? [Math.floor(minutes / 60), minutes % 60, 'h', 'min']
      : [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), 'd', 'h'];
  return `${large}${NBSP}${largeUnit}${small === 0 ? '' : ` ${small}${NBSP}${smallUnit}`}`;
}
