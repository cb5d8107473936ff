/** Presets of two ranges: before and after, the time before, a day or a week earlier, two values of a label. */
import { type ReactElement, useEffect, useMemo, useRef } from 'react';
import { formatInstant } from '#model/time-text.ts';
import { type LabelMatcher, withValue } from '#model/labels.ts';
import { MenuButton } from '../components/menu.tsx';
import { useLabelRows, useSource } from '../queries/source-queries.ts';
import { useNow } from '../time/refresh-clock.ts';
import { zoneName } from '../time/zone-name.ts';
import { notify } from '../state/ui-store.ts';
import { versionLabelOf } from '../source/detected-markers.ts';
import { useMarkers } from '../explore/use-markers.ts';
import { labelSourceOf } from '../source/label-source.ts';
import { busiestFirst, offeredNames } from '../source/suggestions.ts';
import { navigate } from '../url/url-store.ts';
import { aroundMarker, before, daysEarlier, halves } from '../sides/ranges.ts';
import { linkOfSides, type SourceSide } from '../sides/sides.ts';
import type { Comparison } from './use-comparison.ts';

const MAX_LABELS = 20;
const MAX_MARKERS = 6;
/** Events are offered this far back. */
const RECENT_MS = 24 * 3_600_000;
const NO_MATCHERS: readonly LabelMatcher[] = [];

export function RangePresets({ comparison }: { comparison: Comparison }): ReactElement | null {
  const { a, b } = comparison.sides;
  const base = b.kind === 'source' ? b : a.kind === 'source' ? a : undefined;
  const source = useSource();
  const zone = zoneName(comparison.explored.zone);
  const matchers = base?.query?.matchers ?? NO_MATCHERS;
  const { data: rows } = useLabelRows(matchers, base?.query && base.range);
  const nowMs = useNow();
  const query = base?.query;
  const recent = useMemo(
    () => query && { ...query, range: { startMs: nowMs - RECENT_MS, endMs: nowMs } },
    [query, nowMs],
  );
  const markers = useMarkers(recent, base?.service).slice(-MAX_MARKERS).toReversed();
  const asking = useRef<AbortController>(undefined);
  // An answer about other sides than those on the screen is not used.
  useEffect(() => () => asking.current?.abort(), [a, b]);
  if (base === undefined) return null;
  const { range } = base;
  // One value compares with nothing; a matcher of the label itself hides its other values from the count.
  const offered = offeredNames(rows ?? [])
    .filter(
      ({ name, valueCount }) =>
        valueCount === undefined || valueCount > 1 || matchers.some((matcher) => matcher.name === name),
    )
    .slice(0, MAX_LABELS);
  const compare = (textA: SourceSide['text']): void =>
    navigate(linkOfSides({ a: { ...base, text: textA }, b: base }), 'push');
  const compareAround = (timeMs: number): void => {
    const ranges = aroundMarker(timeMs, nowMs);
    navigate(linkOfSides({ a: { ...base, text: ranges.a }, b: { ...base, text: ranges.b } }), 'push');
  };
  const byLabel = async (name: string): Promise<void> => {
    const others = withValue(base.query?.matchers ?? [], name, undefined);
    asking.current?.abort();
    const { signal } = (asking.current = new AbortController());
    const loaded = await labelSourceOf(source, range, base.profileType)
      .loadValues(name, others, signal)
      .catch((error: Error) => error);
    if (signal.aborted) return;
    if (loaded instanceof Error) {
      notify(`Could not load the values of ${name}: ${loaded.message}`);
      return;
    }
    // Values of the hours around the range come too; what cost nothing in it cannot be compared.
    const here = loaded.some(({ cost }) => cost !== undefined)
      ? loaded.filter(({ cost }) => cost !== undefined)
      : loaded;
    const busiest = busiestFirst(here).slice(0, 2);
    // With two versions, B is the later one.
    if (versionLabelOf([name])) busiest.sort((x, y) => x.name.localeCompare(y.name, 'en', { numeric: true }));
    const [first, second] = busiest;
    if (second === undefined) {
      notify(`${name} has ${here.length === 1 ? 'one value' : 'no values'} in this range; a comparison needs two.`);
      return;
    }
    const having = (value: string): SourceSide => ({ ...base, matchers: withValue(base.matchers, name, value) });
    navigate(linkOfSides({ a: having(first.name), b: having(second.name) }), 'push');
  };
  const ways: Readonly<Record<string, (() => void) | undefined>> = {
    before: range && (() => compare(before(range))),
    day: range && (() => compare(daysEarlier(range, 1))),
    week: range && (() => compare(daysEarlier(range, 7))),
    halves:
      range &&
      (() => {
        const { a: first, b: second } = halves(range);
        navigate(linkOfSides({ a: { ...base, text: first }, b: { ...base, text: second } }), 'push');
      }),
  };
  return (
    <MenuButton
      label="Compare with"
      icon="down"
      text="Compare with"
      groups={[
        {
          title: 'B against',
          entries: [
            { id: 'before', title: 'The time before it', hint: 'of the same length' },
            { id: 'day', title: 'A day earlier' },
            { id: 'week', title: 'A week earlier' },
            { id: 'halves', title: 'Its first half' },
          ],
        },
        ...(markers.length > 0
          ? [
              {
                title: 'Before and after',
                entries: markers.map(({ title, timeMs }, i) => ({
                  id: `marker:${i}`,
                  title: title.slice(0, 80),
                  hint: formatInstant(timeMs, zone),
                })),
              },
            ]
          : []),
        ...(offered.length > 0
          ? [
              {
                title: 'The two largest values of',
                entries: offered.map(({ name }) => ({ id: `label:${name}`, title: name.slice(0, 80) })),
              },
            ]
          : []),
      ]}
      onPick={(id) => {
        const marker = id.startsWith('marker:') ? markers[Number(id.slice('marker:'.length))] : undefined;
        if (marker) compareAround(marker.timeMs);
        else if (id.startsWith('label:')) void byLabel(id.slice('label:'.length));
        else ways[id]?.();
      }}
    />
  );
}
