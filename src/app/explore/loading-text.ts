/** What the page waits for, in words that come after `Asking for`. */
import { parseProfileType, profileTypeTitle } from '#model/profile-type.ts';
import { formatSpan } from '#model/time-text.ts';
import { zoneName } from '../time/zone-name.ts';
import type { Explored } from './use-explored.ts';

const MAX_NAME_LENGTH = 120;

export function loadingText({ time, zone, service, subject, catalogue }: Explored, nowMs: number): string {
  if (time.range === undefined) return 'the time range of the stored profiles';
  const span = formatSpan(time.range, zoneName(zone), nowMs);
  if (subject === undefined)
    return catalogue === undefined || service !== undefined
      ? `the services and profile types of ${span}`
      : `the busiest service of ${span}`;
  const type = parseProfileType(subject.profileType);
  return `${type ? profileTypeTitle(type) : 'profiles'} of ${subject.service.slice(0, MAX_NAME_LENGTH)}, ${span}`;
}
