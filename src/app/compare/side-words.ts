/** A side in words: its subject and time. */
import { formatInterval } from '#model/interval.ts';
import { parseProfileType, profileTypeTitle } from '#model/profile-type.ts';
import { printLabelSelector } from '#model/label-selector.ts';
import type { TimeRange } from '#model/time-range.ts';
import { formatSpan } from '#model/time-text.ts';
import { zoneName } from '../time/zone-name.ts';
import { urlStore } from '../url/url-store.ts';
import type { Side, SideName } from '../sides/sides.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';

/** Always print the full date: the text may be read on another day. */
const NO_DAY = 0;

/** `checkout CPU time pod="a", 24 Nov 2026 21:27 – 21:42 (Europe/Berlin)` */
export function sideText(side: Side): string {
  const labels = side.matchers.length > 0 && printLabelSelector(side.matchers).slice(1, -1);
  if (side.kind === 'file')
    return [side.file, labels, side.during && formatInterval(side.during)].filter(Boolean).join(' ');
  const { service, profileType, range } = side;
  const type = profileType === undefined ? undefined : parseProfileType(profileType);
  const words = [service ?? 'all services', type && profileTypeTitle(type), labels];
  return [words.filter(Boolean).join(' '), range && spanText(range)].filter(Boolean).join(', ');
}

/** `24 Nov 2026 21:27 – 21:42 (Europe/Berlin)` */
export function spanText(range: TimeRange): string {
  const zone = zoneName(urlStore.getState().state.tz);
  return `${formatSpan(range, zone, NO_DAY)} (${zone})`;
}

export function sideLine(name: SideName, { open }: ShownComparison): string {
  return sideText(open[name].side);
}
