/**
 * The time series of both sides with their ranges as brushes: one chart if both sides have the same subject, otherwise
 * one each.
 */
import { type ReactElement, useEffect, useMemo, useState } from 'react';
import { SourceError } from '#datasource/datasource.ts';
import { printLabelSelector } from '#model/label-selector.ts';
import { absolute, type TimeRange } from '#model/time-range.ts';
import type { Explored } from '../explore/use-explored.ts';
import { SeriesBand } from '../explore/series-band.tsx';
import { useShownSeries } from '../explore/use-shown-series.ts';
import { useNow } from '../time/refresh-clock.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { areNear, around, MAX_MS } from './band-range.ts';
import { linkOfSides, type SideName, sideNames, type SourceSide } from '../sides/sides.ts';
import { rateText } from './diff-words.ts';
import { isSettled } from './is-settled.ts';
import type { Comparison } from './use-comparison.ts';
import styles from './compare-band.module.css';

export function CompareBand({ comparison }: { comparison: Comparison }): ReactElement | null {
  const { a, b } = comparison.sides;
  const view = useViewRange(comparison);
  const [longestMs, setLongestMs] = useState(MAX_MS);
  const limit = { longestMs, onLimit: setLongestMs };
  if (a.kind === 'file' && b.kind === 'file') return null;
  const isOne =
    a.kind === 'source' && b.kind === 'source' && subjectOf(a) === subjectOf(b) && areNear(a.range, b.range, longestMs);
  if (isOne) return <Band comparison={comparison} names={sideNames} view={view} {...limit} />;
  return (
    <div className={styles['bands']}>
      {sideNames.map((name) =>
        comparison.sides[name].kind === 'source' ? (
          <Band key={name} comparison={comparison} names={[name]} view={undefined} {...limit} />
        ) : null,
      )}
    </div>
  );
}

function subjectOf({ service, profileType, matchers }: SourceSide): string {
  return `${service} ${profileType} ${printLabelSelector(matchers)}`;
}

/** The range of the link stays in view. */
function useViewRange({ explored }: Comparison): TimeRange | undefined {
  const isSaid = useUrl((state) => state.from !== undefined && state.until !== undefined);
  return isSaid ? explored.time.range : undefined;
}

interface BandProps {
  readonly comparison: Comparison;
  readonly names: readonly SideName[];
  /** Undefined: only the compared ranges. */
  readonly view: TimeRange | undefined;
  /** What is asked at once. */
  readonly longestMs: number;
  /** The longest range that the source allows. */
  onLimit(longestMs: number): void;
}

function Band({ comparison, names, view, longestMs, onLimit }: BandProps): ReactElement {
  const { sides, explored, shown } = comparison;
  const nowMs = useNow();
  const isFinal = isSettled(comparison);
  const side = sides[names.at(-1)!] as SourceSide;
  const ranges = useMemo(
    () =>
      names.flatMap((name) => {
        const { range } = sides[name] as SourceSide;
        return range ? [{ side: name, range, text: rateText(shown, name, sides[name], isFinal) }] : [];
      }),
    [names, sides, shown, isFinal],
  );
  const range = useMemo(
    () =>
      around(
        ranges.map((one) => one.range),
        view,
        nowMs,
        longestMs,
      ),
    [ranges, view, nowMs, longestMs],
  );
  const query = useMemo(() => side.query && range && { ...side.query, range }, [side.query, range]);
  const series = useShownSeries(
    query,
    useUrl((state) => state.cs),
  );
  const allowedMs = series.error instanceof SourceError ? series.error.longestRangeMs : undefined;
  useEffect(() => {
    if (allowedMs !== undefined && allowedMs < longestMs) onLimit(allowedMs);
  }, [allowedMs, longestMs, onLimit]);
  const asked = useMemo(
    (): Explored => ({
      ...explored,
      query,
      time: { ...explored.time, range },
      subject:
        side.service === undefined || side.profileType === undefined
          ? undefined
          : { service: side.service, profileType: side.profileType },
    }),
    [explored, query, range, side],
  );
  const move = (name: SideName, { startMs, endMs }: TimeRange): void => {
    const moved = { ...(sides[name] as SourceSide), text: absolute(startMs, endMs) };
    navigate(linkOfSides({ ...sides, [name]: moved }), 'push');
  };
  return (
    <div className={styles['band']}>
      <SeriesBand
        explored={asked}
        shown={series}
        sides={ranges}
        onSide={move}
        ofSelection={names.map((name) => ({
          title: `As ${name.toUpperCase()}`,
          run: (selection) => move(name, selection),
        }))}
        onCompareAround={({ a, b }) =>
          navigate(linkOfSides({ a: { ...side, text: a }, b: { ...side, text: b } }), 'push')
        }
      />
    </div>
  );
}
