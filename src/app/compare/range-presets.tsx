/** Presets of two ranges: before and after, the time before, a day or a week earlier, two values of a label. */
import { type ReactElement, useEffect, useMemo, useRef } from 'react';
import { formatInstant } from '#model/time-text.ts';
import { absolute, resolveTimeRange, type TimeRange } from '#model/time-range.ts';
import { type LabelMatcher, withValue } from '#model/labels.ts';
import { MenuButton } from '../components/menu.tsx';
import { useNow } from '../time/refresh-clock.ts';
import { zoneName } from '../time/zone-name.ts';
import { notify } from '../state/ui-store.ts';
import { versionLabelOf } from '../source/detected-markers.ts';
import { useMarkers } from '../explore/use-markers.ts';
import { useLabelRows, useSource, useStoredRange } from '../queries/source-queries.ts';
import { labelSourceOf } from '../source/label-source.ts';
import { busiestFirst, type CostRow, offeredNames } from '../source/suggestions.ts';
import { navigate } from '../url/url-store.ts';
import { aroundMarker, before, daysEarlier, halves } from '../sides/ranges.ts';
import { linkOfSides, type SourceSide } from '../sides/sides.ts';
import { bothRanges, labelOffers, valuesHere, whyNothing } from './compare-offers.ts';
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
  const { data: stored } = useStoredRange();
  // The sides may each have a value of their own, as before and after a deploy.
  const isOne = a.kind === 'source' && b.kind === 'source' && a.service === b.service;
  const both = useMemo(() => (isOne ? bothRanges(a.range, b.range) : undefined), [isOne, a, b]);
  const { data: rows } = useLabelRows(matchers, base?.query && (both ?? base.range));
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
  const offered = labelOffers(
    offeredNames(rows ?? []),
    matchers.map(({ name }) => name),
    MAX_LABELS,
  );
  const whyNot = (text: SourceSide['text'] | undefined): string | undefined => {
    const earlier = text && resolveTimeRange(text, nowMs, zone);
    return whyNothing(earlier?.ok ? earlier.range : undefined, stored?.oldestMs);
  };
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
    const load = async (within: TimeRange | undefined): Promise<readonly CostRow[]> =>
      valuesHere(await labelSourceOf(source, within, base.profileType).loadValues(name, others, signal));
    let within = range;
    const loaded = await load(within)
      .then((values) => {
        if (values.length > 1 || both === undefined) return values;
        within = both;
        return load(both);
      })
      .catch((error: Error) => error);
    if (signal.aborted) return;
    if (loaded instanceof Error) {
      notify(`Could not load the values of ${name}: ${loaded.message}`);
      return;
    }
    const busiest = busiestFirst(loaded).slice(0, 2);
    // With two versions, B is the later one.
    if (versionLabelOf([name])) busiest.sort((x, y) => x.name.localeCompare(y.name, 'en', { numeric: true }));
    const [first, second] = busiest;
    if (second === undefined) {
      notify(`${name} has ${loaded.length === 1 ? 'one value' : 'no values'} in this range; a comparison needs two.`);
      return;
    }
    const text = within && within !== range ? absolute(within.startMs, within.endMs) : base.text;
    const having = (value: string): SourceSide => ({ ...base, text, matchers: withValue(base.matchers, name, value) });
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
            ...(
              [
                ['before', 'The time before it', range && before(range)],
                ['day', 'A day earlier', range && daysEarlier(range, 1)],
                ['week', 'A week earlier', range && daysEarlier(range, 7)],
              ] as const
            ).map(([id, title, text]) => {
              const why = whyNot(text);
              return {
                id,
                title,
                hint: why ?? (id === 'before' ? 'of the same length' : undefined),
                isDisabled: why !== undefined,
              };
            }),
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
                entries: offered.map(({ name, why }) => ({
                  id: `label:${name}`,
                  title: name.slice(0, 80),
                  hint: why,
                  isDisabled: why !== undefined,
                })),
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
