/** A part of a recording, as a link says it: `1000-2500`, and `!1000-2500` for all the rest. */
const NBSP = '\u00a0';

export interface Interval {
  /** In ms since the first sample; the end is exclusive. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** All but this part. */
  readonly isRest: boolean;
}

/** A thousandth of a nanosecond is finer than any clock. */
const DECIMALS = 6;
const NUMBER = String.raw`(\d{1,15}(?:\.\d{1,${DECIMALS}})?)`;
const WRITTEN = new RegExp(`^(!?)${NUMBER}-${NUMBER}$`);

/** Undefined for a text that names no interval. */
export function parseInterval(text: string): Interval | undefined {
  const match = WRITTEN.exec(text);
  if (!match) return undefined;
  const [fromMs, untilMs] = [Number(match[2]), Number(match[3])];
  return fromMs < untilMs ? { fromMs, untilMs, isRest: match[1] === '!' } : undefined;
}

export function printInterval({ fromMs, untilMs, isRest }: Interval): string {
  return `${isRest ? '!' : ''}${written(fromMs)}-${written(untilMs)}`;
}

/** `12.34 – 13.5 s`, `all but 12.34 – 13.5 s`: since the first sample. */
export function formatInterval({ fromMs, untilMs, isRest }: Interval): string {
  const unit = unitFor(untilMs);
  const span = `${numberIn(fromMs, unit)} – ${numberIn(untilMs, unit)}${NBSP}${unit.suffix}`;
  return isRest ? `all but ${span}` : span;
}

/** `12.34 s`, `0.5 ms`: a place in a recording, to the millisecond where it is in seconds. */
export function formatOffsetMs(ms: number): string {
  const unit = unitFor(ms);
  return `${numberIn(ms, unit)}${NBSP}${unit.suffix}`;
}

interface OffsetUnit {
  readonly suffix: string;
  readonly sizeMs: number;
}

function unitFor(ms: number): OffsetUnit {
  if (ms >= 1000) return { suffix: 's', sizeMs: 1000 };
  return ms >= 1 || ms === 0 ? { suffix: 'ms', sizeMs: 1 } : { suffix: 'µs', sizeMs: 1e-3 };
}

function numberIn(ms: number, { sizeMs }: OffsetUnit): string {
  return String(Number((ms / sizeMs).toFixed(3)));
}

function written(ms: number): string {
  return String(asWritten(ms));
}

/** A time at the precision that a link keeps, ms. */
export function asWritten(ms: number): number {
  return Number(ms.toFixed(DECIMALS));
}
