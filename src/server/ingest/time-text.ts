/** Times as Pyroscope's old HTTP calls write them: `now-1h`, seconds, milliseconds, 20240131. */

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  mon: 30 * 86_400_000,
  M: 30 * 86_400_000,
  y: 365 * 86_400_000,
};
const OFFSET = /^[^+-]*([+-])(\d+)(s|min|mon|m|h|d|w|M|y)/;

/** Whether the text says the same time whenever it is read. */
export function isFixedTime(text: string): boolean {
  return /^\d+$/.test(bareText(text));
}

function bareText(text: string): string {
  return text.replace(/[_, ]/g, '');
}

/** In ms since the epoch; any other form means now. */
export function parseTimeText(text: string, nowMs: number): number {
  const bare = bareText(text);
  if (/^\d+$/.test(bare)) return digits(bare);
  const offset = OFFSET.exec(bare);
  if (offset === null) return nowMs;
  const [, sign, count, unit] = offset;
  return nowMs + (sign === '-' ? -1 : 1) * Number(count) * UNIT_MS[unit];
}

function digits(text: string): number {
  if (text.length === 8) {
    const date = Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00Z`);
    if (!Number.isNaN(date)) return date;
  }
  if (text.length === 13) return Number(text);
  if (text.length === 16) return Number(text) / 1000;
  if (text.length === 19) return Number(text) / 1e6;
  return Number(text) * 1000;
}
