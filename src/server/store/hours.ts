/** Hours and days as numbers since the epoch (UTC). */

export const US_PER_MS = 1000;
export const US_PER_HOUR = 3_600_000_000;
export const HOURS_PER_DAY = 24;

export function hourOf(timeUs: number): number {
  return Math.floor(timeUs / US_PER_HOUR);
}

export function dayOf(timeUs: number): number {
  return Math.floor(timeUs / (US_PER_HOUR * HOURS_PER_DAY));
}

/** As `2026-11-30T19Z`; whatever the number, as it may come from a damaged row. */
export function hourText(hour: number): string {
  const date = new Date((hour * US_PER_HOUR) / US_PER_MS);
  return Number.isNaN(date.getTime()) ? `number ${hour}` : `${date.toISOString().slice(0, 13)}Z`;
}
