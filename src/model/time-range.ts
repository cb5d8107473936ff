/** Ranges of time, as a link writes them and as a question takes them. */

/** A range as written: each end is ms since the epoch in digits, or relative (`now-1h`, `now/d`, `now-1d/d`). */
export interface TimeRangeText {
  readonly from: string;
  readonly until: string;
}

/** A resolved range: ms since the epoch, both ends included. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/** A zone: `local`, `UTC` or an IANA name. */
export type ZoneName = string;

export type ResolvedTimeRange =
  | { readonly ok: true; readonly range: TimeRange }
  | { readonly ok: false; readonly message: string };

const UNIT_MS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
const RELATIVE = /^now((?:[+-]\d{1,9}[smhdw])*)(?:\/([smhdw]))?$/;

export function isZone(zone: ZoneName): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export function parseTimePoint(text: string): boolean {
  return /^\d{1,16}$/.test(text) || RELATIVE.test(text);
}

function resolvePoint(text: string, nowMs: number, roundUp: boolean): number | undefined {
  if (/^\d{1,16}$/.test(text)) return Number(text);
  const found = RELATIVE.exec(text);
  if (!found) return undefined;
  let ms = nowMs;
  for (const [, sign, count, unit] of found[1].matchAll(/([+-])(\d+)([smhdw])/g))
    ms += (sign === '-' ? -1 : 1) * Number(count) * UNIT_MS[unit];
  if (found[2] === undefined) return ms;
  const size = UNIT_MS[found[2]];
  return Math.floor(ms / size) * size + (roundUp ? size - 1 : 0);
}

export function resolveTimeRange({ from, until }: TimeRangeText, nowMs: number, _zone: ZoneName): ResolvedTimeRange {
  const startMs = resolvePoint(from, nowMs, false);
  const endMs = resolvePoint(until, nowMs, true);
  if (startMs === undefined || endMs === undefined) return { ok: false, message: 'The range cannot be read.' };
  if (endMs - startMs < 1000) return { ok: false, message: 'The range is shorter than a second.' };
  return { ok: true, range: { startMs, endMs } };
}
