/** Where the ticks of a chart stand and what they say. */
import { scaleLinear } from 'd3-scale';
import { utcTicks } from 'd3-time';
import { offsetMs } from '#model/civil-time.ts';
import type { TimeRange } from '#model/time-range.ts';

export interface Tick {
  /** Value, or ms since the epoch. */
  readonly at: number;
  readonly text: string;
}

const TICK_EVERY_CSS = 96;
const DAY_MS = 86_400_000;

/** @param zone a name that Intl knows @param widthCss of the plot */
export function timeTicks({ startMs, endMs }: TimeRange, widthCss: number, zone: string): readonly Tick[] {
  // Round times of the zone are round times of UTC after a shift; each tick is shifted back by its own offset.
  const shift = offsetMs(startMs, zone);
  const ticks = utcTicks(new Date(startMs + shift), new Date(endMs + shift), Math.max(2, widthCss / TICK_EVERY_CSS));
  const stepMs = ticks.length > 1 ? Number(ticks[1]) - Number(ticks[0]) : endMs - startMs;
  const words = formatter(zone, stepMs);
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'short' });
  return ticks
    .map((tick) => {
      const guess = Number(tick) - shift;
      const at = Number(tick) - offsetMs(guess, zone);
      const isMidnight = Number(tick) % DAY_MS === 0;
      return { at, text: isMidnight && stepMs < DAY_MS ? day.format(at) : words.format(at) };
    })
    .filter(({ at }) => at >= startMs && at <= endMs);
}

function formatter(zone: string, stepMs: number): Intl.DateTimeFormat {
  if (stepMs >= DAY_MS) return new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'short' });
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    ...(stepMs < 60_000 ? { second: '2-digit' as const } : {}),
  });
}

/** From zero to a round value above the largest. */
export function valueTicks(
  largest: number,
  count: number,
  format: (value: number) => string,
): { readonly top: number; readonly ticks: readonly Tick[] } {
  if (!(largest > 0)) return { top: 1, ticks: [{ at: 0, text: '0' }] };
  const scale = scaleLinear([0, largest], [0, 1]).nice(count);
  return {
    top: scale.domain()[1],
    ticks: scale.ticks(count).map((at) => ({ at, text: at === 0 ? '0' : format(at) })),
  };
}
