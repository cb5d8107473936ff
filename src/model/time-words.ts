/** Points of time as Pyroscope's older interface writes them: `now-1h`, `1750000000`, `1750000000000`, `20250615`. */

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  mon: 2_592_000_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
};

/** What cannot be read is now, as it is there. @returns ms since the epoch, whole */
export function parseTimeWords(text: string, nowMs: number): number {
  const words = text.replace(/[_, ]/g, '');
  if (/^\d+$/.test(words)) return digitsToMs(words);
  const offset = /([+-])(\d+)(mon|min|[smhdwMy])/.exec(words);
  if (!offset) return nowMs;
  const [, sign, count, unit] = offset;
  return nowMs + (sign === '-' ? -1 : 1) * Number(count) * UNIT_MS[unit];
}

function digitsToMs(digits: string): number {
  if (digits.length === 8) {
    const date = Date.parse(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}T00:00:00Z`);
    if (!Number.isNaN(date)) return date;
  }
  if (digits.length === 13) return Number(digits);
  if (digits.length === 16) return Math.floor(Number(digits) / 1000);
  if (digits.length === 19) return Number(digits.slice(0, 13));
  return Number(digits) * 1000;
}
