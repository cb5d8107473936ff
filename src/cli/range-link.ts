/** A range of a server, written as the page's link of it: `http://host:4040/?svc=…&type=…&q=…&from=…&until=…`. */
import { parseLabelSelector, printLabelSelector } from '#model/label-selector.ts';
import { joinService } from '#model/labels.ts';
import { parseProfileType } from '#model/profile-type.ts';
import { BadInput } from './bad-input.ts';
import type { ServerRange } from './ask-server.ts';

const USUAL_TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

export function isLink(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/**
 * Defaults: all services, the type of the command line or CPU, the last hour.
 * @throws BadInput
 */
export function readLink(
  text: string,
  type: string | undefined,
  token: string | undefined,
  nowMs: number,
): ServerRange {
  if (!URL.canParse(text)) throw new BadInput(`${shown(text)} is not an address.`);
  const { origin, pathname, searchParams } = new URL(text);
  const profileType = parseProfileType(searchParams.get('type') ?? type ?? USUAL_TYPE);
  if (!profileType)
    throw new BadInput(`${shown(searchParams.get('type') ?? type ?? '')} is not a profile type: write ${USUAL_TYPE}.`);
  const matchers = searchParams.get('q') ?? '';
  const parsed = parseLabelSelector(`{${matchers}}`);
  if (!parsed.ok) throw new BadInput(`q=${shown(matchers)}: ${parsed.message} at character ${parsed.at}.`);
  const service = searchParams.get('svc');
  const all = joinService(service ?? undefined, parsed.matchers);
  const startMs = readTime(searchParams.get('from') ?? 'now-1h', nowMs, 'from', false);
  const endMs = readTime(searchParams.get('until') ?? 'now', nowMs, 'until', true);
  if (endMs <= startMs) throw new BadInput(`The range of ${shown(text)} ends before it begins.`);
  return {
    server: `${origin}${pathname.replace(/\/(index\.html)?$/, '')}`,
    token,
    profileType: profileType.id,
    selector: printLabelSelector(all),
    matchers: all,
    startMs,
    endMs,
  };
}

/** ms since the epoch, or `now`, `now-1h`, `now/d`, `now-1d/d` (days and weeks of UTC). @param isEnd a rounded end is the last ms */
function readTime(text: string, nowMs: number, key: string, isEnd: boolean): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const match = /^now(?:-(\d{1,6})([smhdw]))?(?:\/([smhd]))?$/.exec(text);
  if (!match) throw new BadInput(`${key}=${shown(text)} is not a time: write ms since 1970, or for example now-1h.`);
  const [, count, unit, rounding] = match;
  const time = nowMs - (count === undefined ? 0 : Number(count) * UNIT_MS[unit]);
  if (rounding === undefined) return time;
  const start = Math.floor(time / UNIT_MS[rounding]) * UNIT_MS[rounding];
  return isEnd ? start + UNIT_MS[rounding] - 1 : start;
}

function shown(text: string): string {
  return `“${text.length > 80 ? `${text.slice(0, 80)}…` : text}”`;
}
