/** The time series over the graph, with what happened when. */
import { type ReactElement, type ReactNode, useCallback, useMemo } from 'react';
import { compareNatural } from '#base/natural-order.ts';
import { alignSeries, pointsOf } from '#model/aligned-series.ts';
import { type LabelSet, labelValue } from '#model/labels.ts';
import { isSnapshot, rateScaleOf, withoutOpenSteps } from '#model/series-values.ts';
import { formatInstant } from '#model/time-text.ts';
import type { Series } from '#model/series.ts';
import { absolute, type TimeRange } from '#model/time-range.ts';
import { aroundMarker, aroundMarkerNote, aroundMarkerTitle } from '../sides/ranges.ts';
import { Button, IconButton } from '../components/button.tsx';
import { useAskAgain } from '../queries/source-queries.ts';
import { useNow } from '../time/refresh-clock.ts';
import { zoneName } from '../time/zone-name.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { useOnScreen } from '../screen/current-view.ts';
import { useFirstPicture } from '../views/flamegraph/first-picture.ts';
import { Timeline, type TimelineProps } from '../views/timeline/timeline.tsx';
import type { Marker } from '../source/detected-markers.ts';
import { RequestStrip } from './request-strip.tsx';
import { type Explored, named } from './use-explored.ts';
import { useMarkers } from './use-markers.ts';
import { MAX_SERIES, type ShownSeries } from './use-shown-series.ts';
import styles from './explore.module.css';

const NO_SERIES: readonly Series[] = [];
const HOUR_MS = 3_600_000;

/** `sides` and `onSide` are those of a comparison. */
interface SeriesBandProps extends Pick<TimelineProps, 'sides' | 'onSide' | 'applied'> {
  /** What the series shows, where it is more than the range of the link. */
  readonly around?: TimeRange | undefined;
  readonly explored: Explored;
  readonly shown: ShownSeries;
  /** What can be done with a selection, beside zooming in. */
  readonly ofSelection: readonly { readonly title: string; run(selection: TimeRange): void }[];
  /** Compares the time before an event with the time after it. */
  onCompareAround(ranges: ReturnType<typeof aroundMarker>): void;
}

export function SeriesBand(props: SeriesBandProps): ReactElement {
  const { explored, shown, around = props.explored.time.range, ofSelection, onCompareAround, ...compared } = props;
  const { query, zone } = explored;
  const by = useUrl((state) => state.by);
  const callSite = useUrl((state) => state.cs);
  const nowMs = useNow();
  const askAgain = useAskAgain();
  const hasPicture = useFirstPicture();
  const profileType = query?.profileType ?? '';
  const scale = useMemo(() => rateScaleOf(profileType), [profileType]);
  const { stepMs } = shown;
  const raw = shown.series ?? NO_SERIES;
  const range = useMemo(() => around ?? { startMs: nowMs - HOUR_MS, endMs: nowMs }, [around, nowMs]);
  // Events of all that is drawn, which may be more than the range of the link.
  const drawn = useMemo(() => query && { ...query, range }, [query, range]);
  const marks = useMarkers(drawn, explored.subject?.service);
  const aligned = useMemo(() => {
    const factor = isSnapshot(profileType) ? 1 : (scale.factor * 1000) / stepMs;
    const complete = raw.map((series) => withoutOpenSteps(series, stepMs, range, nowMs));
    return alignSeries(byName(complete), range, stepMs, factor);
  }, [raw, stepMs, range, profileType, scale, nowMs]);
  useOnScreen(
    'series',
    useMemo(() => aligned.columns.map((_, s) => pointsOf(aligned, s)), [aligned]),
  );
  const titleOf = useCallback((labels: LabelSet) => (by === '' ? '' : labelValue(labels, by) || '(empty)'), [by]);
  const zoomTo = ({ startMs, endMs }: TimeRange): void =>
    navigate({ ...named(explored), ...absolute(startMs, endMs) }, 'push');
  return (
    <div className={styles['series']}>
      {callSite.length > 0 && (
        <div className={styles['path']}>
          <span>
            Only calls through <bdi>{callSite.at(-1)?.slice(0, 120)}</bdi>, on the selected path ({callSite.length}{' '}
            frames)
          </span>
          <IconButton label="Show everything over time" icon="close" onClick={() => navigate({ cs: [] }, 'push')} />
        </div>
      )}
      {shown.error && (
        <p className={styles['failed']} role="alert">
          Could not load the time series: {shown.error.message.slice(0, 300)}{' '}
          <Button onClick={askAgain}>Try again</Button>
        </p>
      )}
      {query && hasPicture && <RequestStrip matchers={query.matchers} range={range} />}
      <Timeline
        series={aligned}
        range={range}
        zone={zoneName(zone)}
        isStacked={by !== '' && !isSnapshot(profileType)}
        scale={scale}
        titleOf={titleOf}
        marks={marks}
        isStale={shown.isStale}
        isAnswered={shown.series !== undefined && !shown.isStale}
        onZoom={zoomTo}
        renderMark={(index, close) =>
          marks[index] && (
            <MarkFacts mark={marks[index]} zone={zoneName(zone)}>
              <Button
                kind="primary"
                autoFocus
                onClick={() => {
                  close();
                  onCompareAround(aroundMarker(marks[index].timeMs, nowMs));
                }}
              >
                {aroundMarkerTitle(marks[index].timeMs, nowMs)}
              </Button>
            </MarkFacts>
          )
        }
        renderActions={(selection, clear) =>
          ofSelection.map(({ title, run }) => (
            <Button
              key={title}
              onClick={() => {
                clear();
                run(selection);
              }}
            >
              {title}
            </Button>
          ))
        }
        {...compared}
      />
      {raw.length >= MAX_SERIES && (
        <p className={styles['failed']}>The {MAX_SERIES} largest series are shown; there are more.</p>
      )}
    </div>
  );
}

function MarkFacts({ mark, zone, children }: { mark: Marker; zone: string; children: ReactNode }): ReactNode {
  return (
    <>
      <strong className={styles['what']}>
        <bdi>{mark.title}</bdi>
      </strong>
      <span>{formatInstant(mark.timeMs, zone)}</span>
      {mark.details.map((detail) => (
        <span key={detail}>{detail}</span>
      ))}
      {mark.url !== undefined && (
        <a className={styles['link']} href={mark.url} target="_blank" rel="noopener noreferrer">
          {mark.url.slice(0, 80)}
        </a>
      )}
      {children}
      <span>{aroundMarkerNote}</span>
    </>
  );
}

/** By name, not by cost: a value keeps its colour when the range moves. */
function byName(series: readonly Series[]): readonly Series[] {
  const name = ({ labels }: Series): string => labels.map(({ value }) => value).join('\0');
  return [...series].sort((a, b) => compareNatural(name(a), name(b)));
}
