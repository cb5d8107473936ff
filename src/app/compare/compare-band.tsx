/** The time series of both sides with their ranges as brushes: one where both are of one thing, else one each. */
import { type ReactElement, useMemo } from 'react';
import { printLabelSelector } from '#model/label-selector.ts';
import { absolute, type TimeRange } from '#model/time-range.ts';
import type { Explored } from '../explore/use-explored.ts';
import { SeriesBand } from '../explore/series-band.tsx';
import { useShownSeries } from '../explore/use-shown-series.ts';
import { useNow } from '../time/refresh-clock.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { linkOfSides, type SideName, sideNames, type SourceSide } from './sides.ts';
import type { Comparison } from './use-comparison.ts';
import styles from './compare.module.css';

/** Sides further apart than so many of their lengths have a series each. */
const FAR = 10;
/** Room around what is compared, of its length. */
const ROOM = 0.08;
/** A view so many times as long as what is compared would make that too small to take hold of. */
const MOST_VIEW = 6;

export function CompareBand({ comparison }: { comparison: Comparison }): ReactElement | null {
  const { a, b } = comparison.sides;
  const view = useViewRange(comparison);
  if (a.kind === 'file' && b.kind === 'file') return null;
  const isOne = a.kind === 'source' && b.kind === 'source' && subjectOf(a) === subjectOf(b) && isNear(a.range, b.range);
  if (isOne) return <Band comparison={comparison} names={sideNames} view={view} />;
  return (
    <div className={styles['bands']}>
      {sideNames.map((name) =>
        comparison.sides[name].kind === 'source' ? (
          <Band key={name} comparison={comparison} names={[name]} view={undefined} />
        ) : null,
      )}
    </div>
  );
}

function subjectOf({ service, profileType, matchers }: SourceSide): string {
  return `${service} ${profileType} ${printLabelSelector(matchers)}`;
}

function isNear(a: TimeRange | undefined, b: TimeRange | undefined): boolean {
  if (!a || !b) return true;
  const longest = Math.max(a.endMs - a.startMs, b.endMs - b.startMs);
  return Math.max(a.endMs, b.endMs) - Math.min(a.startMs, b.startMs) < FAR * longest;
}

/** The range of the link; what is written there is kept in view. */
function useViewRange({ explored }: Comparison): TimeRange | undefined {
  const isSaid = useUrl((state) => state.from !== undefined && state.until !== undefined);
  return isSaid ? explored.time.range : undefined;
}

interface BandProps {
  readonly comparison: Comparison;
  readonly names: readonly SideName[];
  /** Undefined: just what is compared. */
  readonly view: TimeRange | undefined;
}

function Band({ comparison, names, view }: BandProps): ReactElement {
  const { sides, explored } = comparison;
  const nowMs = useNow();
  const side = sides[names.at(-1)!] as SourceSide;
  const ranges = useMemo(
    () =>
      names.flatMap((name) => {
        const { range } = sides[name] as SourceSide;
        return range ? [{ side: name, range }] : [];
      }),
    [names, sides],
  );
  const range = useMemo(
    () =>
      around(
        ranges.map((one) => one.range),
        view,
        nowMs,
      ),
    [ranges, view, nowMs],
  );
  const query = useMemo(() => side.query && range && { ...side.query, range }, [side.query, range]);
  const series = useShownSeries(
    query,
    useUrl((state) => state.cs),
  );
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

/** What holds all of the ranges and what is in view, with some room beside what is compared. */
function around(ranges: readonly TimeRange[], view: TimeRange | undefined, nowMs: number): TimeRange | undefined {
  if (ranges.length === 0) return view;
  const startMs = Math.min(...ranges.map((one) => one.startMs));
  const endMs = Math.max(...ranges.map((one) => one.endMs));
  const room = (endMs - startMs) * ROOM;
  // To whole seconds, so that the same sides ask the same question.
  const whole = (ms: number): number => Math.round(ms / 1000) * 1000;
  const near = view && view.endMs - view.startMs < MOST_VIEW * (endMs - startMs) ? view : undefined;
  return {
    startMs: whole(Math.min(startMs - room, near?.startMs ?? Infinity)),
    endMs: Math.max(whole(Math.min(endMs + room, nowMs)), endMs, near?.endMs ?? 0),
  };
}
