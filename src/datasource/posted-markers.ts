/** Markers that were posted to the server (`POST /api/markers`). Every Flametide has them, whatever backend it uses. */
import { isRecord } from '#base/json.ts';
import type { TimeRange } from '#model/time-range.ts';

export interface PostedMarker {
  readonly timeMs: number;
  readonly title: string;
  readonly service: string | undefined;
  readonly url: string | undefined;
}

const MAX_TITLE_LENGTH = 200;

/**
 * Markers of the range and service, and those without a service. @throws Error when the server does not answer in its
 * own way
 */
export async function fetchPostedMarkers(
  baseUrl: string,
  range: TimeRange,
  service: string | undefined,
  signal: AbortSignal,
): Promise<readonly PostedMarker[]> {
  const query = new URLSearchParams({
    from: String(Math.floor(range.startMs)),
    until: String(Math.ceil(range.endMs)),
    ...(service === undefined ? {} : { service }),
  });
  const response = await fetch(new URL(`api/markers?${query}`, baseUrl), { signal });
  if (!response.ok) throw new Error(`The server answered ${response.status} to the request for markers.`);
  const answer: unknown = await response.json();
  return markersIn(answer);
}

/** @param answer the server's, or its list alone */
export function markersIn(answer: unknown): readonly PostedMarker[] {
  const list = isRecord(answer) ? answer['markers'] : answer;
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    if (!isRecord(one) || typeof one['time'] !== 'number' || typeof one['title'] !== 'string') return [];
    const { time, title, service, url } = one;
    return [
      {
        timeMs: time,
        title: title.slice(0, MAX_TITLE_LENGTH),
        service: typeof service === 'string' ? service : undefined,
        // People click on these links: only http and https are allowed.
        url: typeof url === 'string' && /^https?:\/\//i.test(url) ? url : undefined,
      },
    ];
  });
}
