/** Markers detected in the data: the first appearance of a new value of a version-like label. */
import type { PostedMarker } from '#datasource/posted-markers.ts';
import { labelValue } from '#model/labels.ts';
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';

/** Something that happened at a time. */
export interface Marker {
  readonly timeMs: number;
  readonly title: string;
  /** What is known beyond the title, for the pop-up. */
  readonly details: readonly string[];
  /** A page about it, http or https. */
  readonly url: string | undefined;
}

/** Labels whose new values mean a deploy, the most telling first. */
const versionLabels: readonly string[] = ['version', 'service_version', 'service_git_ref', 'release', 'image', 'build'];
const MAX_FOUND = 20;
const MAX_TITLE_LENGTH = 60;

export function postedMarker({ timeMs, title, service, url }: PostedMarker): Marker {
  const details = [service === undefined ? 'For all services' : `For ${service.slice(0, 200)}`];
  return { timeMs, title, details, url };
}

/** The label that holds versions, if there is one. */
export function versionLabelOf(labelNames: readonly string[]): string | undefined {
  return versionLabels.find((name) => labelNames.includes(name));
}

/** A posted marker replaces the detected one of the same version within this time, or one step: its time is more exact. */
const SAME_MS = 15 * 60_000;

/** @param stepMs of the series in which markers were found */
export function joinMarkers(found: readonly Marker[], posted: readonly Marker[], stepMs: number): readonly Marker[] {
  const isPosted = ({ title, timeMs }: Marker): boolean =>
    posted.some((one) => one.title.includes(title) && Math.abs(one.timeMs - timeMs) <= Math.max(SAME_MS, stepMs));
  return [...found.filter((one) => !isPosted(one)), ...posted].sort((a, b) => a.timeMs - b.timeMs);
}

/** @param series one for each value of the label; a value that is there from the start is not new */
export function findMarkers(series: readonly Series[], label: string, range: TimeRange, stepMs: number): Marker[] {
  const found: Marker[] = [];
  // The first version of a service is no change.
  const beganMs = Math.min(...series.map(({ timesMs }) => timesMs[0] ?? Infinity));
  for (const { labels, timesMs } of series) {
    const value = labelValue(labels, label);
    if (value === '' || timesMs.length === 0 || timesMs[0] <= Math.max(range.startMs, beganMs) + 2 * stepMs) continue;
    found.push({
      // A step is posted by its end: the profile that is new in it may have come at its start.
      timeMs: timesMs[0] - stepMs,
      title: value.length > MAX_TITLE_LENGTH ? `${value.slice(0, MAX_TITLE_LENGTH)}…` : value,
      details: [`First profile with ${label}=${value.slice(0, 200)}`],
      url: undefined,
    });
  }
  return found.sort((a, b) => a.timeMs - b.timeMs).slice(0, MAX_FOUND);
}
