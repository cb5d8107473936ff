/** Prepares profiles of this process (the self-profile, the demo) for the store, by the same rules as uploads. */

import type { Label } from '#model/labels.ts';
import type { Profile } from '#model/profile.ts';
import type { IncomingProfile } from './incoming.ts';
import { seriesOfProfile, type IngestLimits } from './ingest/series-of-profile.ts';

/** Limits are for what others send. */
const NONE: IngestLimits = {
  maxProfileBytes: Infinity,
  maxSamples: Infinity,
  maxDepth: Infinity,
  maxLabels: Infinity,
  maxLabelNameBytes: Infinity,
  maxLabelValueBytes: Infinity,
  maxAgeMs: 0,
  maxFutureMs: Infinity,
};

/**
 * @param labels `__name__` and `service_name` among them; what the server adds is added here
 * @param timeMs of the profile since the epoch; any age is taken
 */
export function ownProfile(
  profile: Profile,
  labels: Readonly<Record<string, string>>,
  timeMs: number,
  repeatKey: string,
): IncomingProfile {
  const pairs = Object.entries(labels).map(([name, value]): Label => ({ name, value }));
  return seriesOfProfile(profile, pairs, timeMs, repeatKey, NONE, timeMs).incoming;
}
