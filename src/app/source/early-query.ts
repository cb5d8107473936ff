/** The first question of a link that names all of it, known before the page's script has run. */
import { isZone } from '#model/civil-time.ts';
import { parseLabelSelector } from '#model/label-selector.ts';
import { joinService } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import { isRelative, resolveTimeRange } from '#model/time-range.ts';
import { zoneName } from '../time/zone-name.ts';

/**
 * Nodes of the first answer: omitted ones are under a third of a pixel in most windows, and twice as many take twice as
 * long.
 */
export const FIRST_TREE_NODES = 4096;

/** Keys that the question is made of, and keys that say how its answer is shown. With any other the page decides. */
const READ = new Set(['v', 'view', 'svc', 'type', 'q', 'from', 'until', 'tz']);
const SHOWN = new Set(['by', 'ref', 'embed', 'pane', 's', 'z', 'sel', 'sw', 'sf', 'sort', 'col', 'dir', 'order', 't']);
const MAX_LENGTH = 8000;

/**
 * @param search of the page's address
 * @returns what Explore asks first; undefined if the link leaves something open, or shows something else. A link whose
 * values cannot be read may give another question than the page's: its answer is then not used.
 */
export function earlyQueryOf(search: string, nowMs: number): ProfileQuery | undefined {
  if (search.length > MAX_LENGTH) return undefined;
  const keys = new URLSearchParams(search);
  if ([...keys.keys()].some((key) => !READ.has(key) && !SHOWN.has(key))) return undefined;
  const [svc, type, from, until] = ['svc', 'type', 'from', 'until'].map((key) => keys.get(key) ?? '');
  if (svc === '' || type.split(':').length !== 5 || from === '' || until === '') return undefined;
  if ((keys.get('view') ?? 'explore') !== 'explore') return undefined;
  const selector = parseLabelSelector(`{${keys.get('q') ?? ''}}`);
  const zone = keys.get('tz') ?? 'local';
  if (!selector.ok || (zone !== 'local' && !isZone(zone))) return undefined;
  const text = { from, until };
  // The zone of the browser takes a while to find out, and matters only to what is relative to now.
  const resolved = resolveTimeRange(text, nowMs, isRelative(text) ? zoneName(zone) : 'UTC');
  if (!resolved.ok) return undefined;
  return { profileType: type, matchers: joinService(svc, selector.matchers), range: resolved.range };
}
