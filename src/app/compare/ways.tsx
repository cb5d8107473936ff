/** Ways to get two ranges: before and after, the time before, a day or a week earlier, two values of a label. */
import { type ReactElement, useEffect, useRef } from 'react';
import type { LabelMatcher } from '#model/labels.ts';
import { MenuButton } from '../components/menu.tsx';
import { useLabelNames, useSource } from '../source-queries.ts';
import { announce } from '../ui-store.ts';
import { labelSourceOf } from '../explore/label-source.ts';
import { busiestFirst, offeredNames } from '../query-bar/suggestions.ts';
import { navigate } from '../url/url-store.ts';
import { before, daysEarlier, halves } from './ranges.ts';
import { linkOfSides, type SourceSide } from './sides.ts';
import type { Comparison } from './use-comparison.ts';

const MOST_LABELS = 20;
const NO_MATCHERS: readonly LabelMatcher[] = [];

export function Ways({ comparison }: { comparison: Comparison }): ReactElement | null {
  const { a, b } = comparison.sides;
  const base = b.kind === 'source' ? b : a.kind === 'source' ? a : undefined;
  const source = useSource();
  const { data: names } = useLabelNames(base?.query?.matchers ?? NO_MATCHERS, base?.range);
  const asking = useRef<AbortController>(undefined);
  // An answer about other sides than those on the screen leads nowhere.
  useEffect(() => () => asking.current?.abort(), [a, b]);
  if (base === undefined) return null;
  const { range } = base;
  const offered = offeredNames((names ?? []).map((name) => ({ name, valueCount: undefined }))).slice(0, MOST_LABELS);
  const compare = (textA: SourceSide['text']): void =>
    navigate(linkOfSides({ a: { ...base, text: textA }, b: base }), 'push');
  const byLabel = async (name: string): Promise<void> => {
    const others = (base.query?.matchers ?? []).filter((one) => one.name !== name);
    asking.current?.abort();
    const { signal } = (asking.current = new AbortController());
    const loaded = await labelSourceOf(source, range, base.profileType)
      .loadValues(name, others, signal)
      .catch((error: Error) => error);
    if (signal.aborted) return;
    if (loaded instanceof Error) {
      announce(`The values of ${name} could not be read: ${loaded.message}`);
      return;
    }
    const [first, second] = busiestFirst(loaded);
    if (second === undefined) {
      announce(
        `${name} has ${loaded.length === 1 ? 'one value' : 'no values'} in this range: there is nothing to compare.`,
      );
      return;
    }
    const kept = base.matchers.filter((one) => one.name !== name);
    const having = (value: string): SourceSide => ({
      ...base,
      matchers: [...kept, { name, operator: '=', value }],
    });
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
            { id: 'before', title: 'The time before it', hint: 'as long' },
            { id: 'day', title: 'A day earlier' },
            { id: 'week', title: 'A week earlier' },
            { id: 'halves', title: 'Its own first half' },
          ],
        },
        ...(offered.length > 0
          ? [
              {
                title: 'The two busiest values of',
                entries: offered.map(({ name }) => ({ id: `label:${name}`, title: name.slice(0, 80) })),
              },
            ]
          : []),
      ]}
      onPick={(id) => {
        if (id.startsWith('label:')) void byLabel(id.slice('label:'.length));
        else ways[id]?.();
      }}
    />
  );
}
