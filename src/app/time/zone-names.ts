/** Which zones are offered, and how a typed one is found. */
import { isZone } from '#model/civil-time.ts';

const AREAS = ['Africa', 'America', 'Asia', 'Atlantic', 'Australia', 'Europe', 'Indian', 'Pacific'];

/** `local` and `UTC`, then all zones of the browser. @param chosen is listed in any case */
export function zoneNames(chosen: string): readonly string[] {
  return [...new Set(['local', 'UTC', chosen, ...Intl.supportedValuesOf('timeZone')])];
}

/**
 * Zones that have every word, whatever the case; else the one that is named so: a list has `Asia/Calcutta`, people type
 * Kolkata.
 */
export function zonesLike(names: readonly string[], text: string): readonly string[] {
  const words = text
    .toLowerCase()
    .split(/[\s_]+/)
    .filter(Boolean);
  const found = names.filter((name) => words.every((word) => name.toLowerCase().includes(word)));
  if (found.length > 0) return found;
  const name = words.join('_').replace(/(?<=^|[/_-])[a-z]/g, (letter) => letter.toUpperCase());
  return [name, ...AREAS.map((area) => `${area}/${name}`)].filter(isZone).slice(0, 1);
}
