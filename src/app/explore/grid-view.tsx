/** Grids instead of the graph: all services, the profile types of one, the values of a label. */
import { useQueries } from '@tanstack/react-query';
import { type ReactElement, useMemo } from 'react';
import type { SeriesQuestion } from '#datasource/datasource.ts';
import { type LabelMatcher, labelValue, SERVICE_LABEL } from '#model/labels.ts';
import { changeSince, type SeriesChange, timeBefore } from '#model/series-change.ts';
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { LabelGrid } from '../overview/label-grid.tsx';
import { ServicesGrid } from '../overview/services-grid.tsx';
import { TypesGrid } from '../overview/types-grid.tsx';
import { ValueFlame } from '../overview/value-flame.tsx';
import { Button } from '../components/button.tsx';
import { lazily } from '../components/lazily.tsx';
import { useIsNarrow } from '../components/use-narrow.ts';
import { sourceQueries, useLabelRows, useSeries, useSource } from '../queries/source-queries.ts';
import { ofSubject } from '../state/commands.ts';
import { useNow } from '../time/refresh-clock.ts';
import { linkTo, navigate, useUrl } from '../url/url-store.ts';
import type { UrlState } from '../url/url-state.ts';
import { Spark } from '../views/timeline/spark.tsx';
import { NothingMatches, SourceFailed } from './explore-messages.tsx';
import styles from './explore.module.css';
import { costOf } from '../source/instance-means.ts';
import { costsOf, parsedTypes, sampleTypeOf } from '../source/subject.ts';
import { closedSteps, overviewQuestion, questionBefore, sparkQuestion } from '../source/questions.ts';
import { zoneName } from '../time/zone-name.ts';
import { useServiceMarks } from './use-service-marks.ts';
import type { Explored } from './use-explored.ts';

const RemoveService = lazily(async () => (await import('./remove-service.tsx')).RemoveService);

interface GridProps {
  readonly explored: Explored;
  /** How often profiles come; undefined while it is not known. */
  readonly intervalMs: number | undefined;
}

const NO_POINTS: Series = { labels: [], timesMs: new Float64Array(), values: new Float64Array() };
const NO_SERVICES: readonly { readonly name: string }[] = [];
/** Values of a label that have a cell. */
const MAX_VALUES = 500;

/** Grids of one service. */
const grids: readonly { readonly id: UrlState['grid']; readonly title: string }[] = [
  { id: 'types', title: 'Profile types' },
  { id: 'values', title: 'Label values' },
  { id: 'flames', title: 'Flamegraphs' },
];

export function GridView({ grid, ...props }: GridProps & { grid: UrlState['grid'] }): ReactElement {
  const isNarrow = useIsNarrow();
  return (
    <>
      <div className={styles['grids']} role="group" aria-label="Overview">
        <Button icon="left" aria-label="Back to the graph" onClick={() => navigate({ grid: 'none' }, 'push')}>
          {isNarrow ? undefined : 'Back to the graph'}
        </Button>
        {grid !== 'services' &&
          grids.map(({ id, title }) => (
            <Button key={id} aria-pressed={id === grid} onClick={() => navigate({ grid: id }, 'push')}>
              {title}
            </Button>
          ))}
        {grid === 'services' && <RemoveService services={props.explored.catalogue?.services ?? NO_SERVICES} />}
      </div>
      <Grid {...props} grid={grid} />
    </>
  );
}

function Grid({ grid, ...props }: GridProps & { grid: UrlState['grid'] }): ReactElement {
  const { error } = props.explored;
  if (error) return <SourceFailed error={error} what="The overview" />;
  switch (grid) {
    case 'none':
    case 'services':
      return <Services {...props} />;
    case 'types':
      return <Types {...props} />;
    case 'values':
      return <Values key={grid} {...props} hasGraphs={false} />;
    case 'flames':
      return <Values key={grid} {...props} hasGraphs />;
  }
}

function Services({ explored, intervalMs }: GridProps): ReactElement {
  const { catalogue, time } = explored;
  const question = useMemo(() => overviewQuestion(catalogue, time.range), [catalogue, time.range]);
  const { data, error, isPlaceholderData } = useSeries(question);
  // The step of the previous answer is unknown.
  const dividedBy = isPlaceholderData ? undefined : intervalMs;
  const shown = useShownCells(question, data, isPlaceholderData, intervalMs);
  const marksOf = useServiceMarks(question);
  const cells = useMemo(() => {
    if (!catalogue || !data || !question) return undefined;
    const rows = costsOf(question, data, SERVICE_LABEL, dividedBy);
    const costs = new Map(rows.map(({ name, cost }) => [name, cost]));
    return catalogue.services.map(({ name, types }) => ({
      name,
      types: parsedTypes(types),
      cost: costs.get(name),
      ...shown(name, SERVICE_LABEL),
      marks: marksOf(name),
    }));
  }, [catalogue, question, data, dividedBy, shown, marksOf]);
  if (error) return <SourceFailed error={error} what="The costs of services" />;
  if (!time.range) return <NothingMatches explored={explored} stored={undefined} />;
  return (
    <ServicesGrid
      services={cells}
      costType={sampleTypeOf(catalogue?.overviewType)}
      changeHint={changeHint(time.range)}
      empty={<NothingMatches explored={explored} stored={undefined} />}
      zone={zoneName(explored.zone)}
      renderSpark={sparkIn(explored)}
      hrefOf={(svc) => linkTo(ofSubject(svc, undefined))}
      onService={(svc) => navigate({ ...ofSubject(svc, undefined), cs: [] }, 'push')}
    />
  );
}

function Types({ explored, intervalMs }: GridProps): ReactElement {
  const { catalogue, subject, time, matchers } = explored;
  const source = useSource();
  const ids = catalogue?.services.find(({ name }) => name === subject?.service)?.types;
  const { range } = time;
  const questions =
    range && ids ? ids.map((profileType) => sparkQuestion({ profileType, matchers, range }, [], 1)) : [];
  const answers = useQueries({ queries: questions.map((question) => sourceQueries.series(source, question)) });
  const nowMs = useNow();
  if (!time.range) return <NothingMatches explored={explored} stored={undefined} />;
  const cells = ids?.map((id, i) => {
    const series = answers[i]?.data?.[0];
    return {
      type: parsedTypes([id])[0],
      series: series && closedSteps(questions[i], series, nowMs, intervalMs),
      cost: series && costOf(questions[i], series, intervalMs),
      change: undefined,
    };
  });
  return (
    <TypesGrid
      types={cells?.filter(({ type }) => type !== undefined)}
      changeHint={changeHint(time.range)}
      empty={<NothingMatches explored={explored} stored={undefined} />}
      renderSpark={sparkIn(explored)}
      hrefOf={(type) => linkTo(ofSubject(subject?.service, type))}
      onType={(type) => navigate(ofSubject(subject?.service, type), 'push')}
    />
  );
}

function Values({ explored, intervalMs, hasGraphs }: GridProps & { hasGraphs: boolean }): ReactElement {
  const { subject, time, matchers, query } = explored;
  const by = useUrl((state) => state.by);
  const q = useUrl((state) => state.q);
  const names = useLabelRows(matchers, time.range);
  const question = useMemo(
    () => (query && by !== '' ? sparkQuestion(query, [by], MAX_VALUES) : undefined),
    [query, by],
  );
  const { data, error, isPlaceholderData } = useSeries(question);
  const dividedBy = isPlaceholderData ? undefined : intervalMs;
  const shown = useShownCells(question, data, isPlaceholderData, intervalMs);
  const cells = useMemo(
    () =>
      data?.map((series) => ({
        value: labelValue(series.labels, by),
        cost: question && costOf(question, series, dividedBy),
        ...shown(labelValue(series.labels, by), by),
      })),
    [data, by, question, dividedBy, shown],
  );
  if (error) return <SourceFailed error={error} what="The values" />;
  if (!time.range) return <NothingMatches explored={explored} stored={undefined} />;
  const flameOf = (value: string): ReactElement | null =>
    query ? (
      <ValueFlame
        query={{ ...query, matchers: [...query.matchers, { name: by, operator: '=', value }] }}
        value={value}
      />
    ) : null;
  const withMatcher = (operator: LabelMatcher['operator'], value: string): Partial<UrlState> => ({
    svc: subject?.service,
    type: subject?.profileType,
    q: [...q.filter((matcher) => !(matcher.name === by && matcher.operator === '=')), { name: by, operator, value }],
  });
  return (
    <LabelGrid
      names={names.data}
      name={by === '' ? undefined : by}
      values={by === '' ? undefined : cells}
      costType={sampleTypeOf(subject?.profileType)}
      changeHint={changeHint(time.range)}
      renderSpark={sparkIn(explored)}
      renderGraph={hasGraphs ? flameOf : undefined}
      hrefOf={(value) => linkTo({ ...withMatcher('=', value), grid: 'none' })}
      onName={(name) => navigate({ by: name }, 'push')}
      onInclude={(value) => navigate({ ...withMatcher('=', value), grid: 'none' }, 'push')}
      onExclude={(value) => navigate(withMatcher('!=', value), 'push')}
    />
  );
}

interface ShownCell {
  readonly series: Series | undefined;
  readonly change: SeriesChange | undefined;
}

/** What a cell draws: its whole steps, and how they differ from the same time before. */
function useShownCells(
  question: SeriesQuestion | undefined,
  data: readonly Series[] | undefined,
  isOld: boolean,
  intervalMs: number | undefined,
): (value: string, label: string) => ShownCell {
  const nowMs = useNow();
  const asked = useMemo(() => (question && !isOld ? questionBefore(question) : undefined), [question, isOld]);
  const { data: earlier, isPlaceholderData } = useSeries(asked);
  return useMemo(
    () =>
      shownCells(
        { question, data },
        { question: asked, data: isPlaceholderData ? undefined : earlier },
        nowMs,
        intervalMs,
      ),
    [question, data, asked, earlier, isPlaceholderData, nowMs, intervalMs],
  );
}

interface Answered {
  readonly question: SeriesQuestion | undefined;
  readonly data: readonly Series[] | undefined;
}

function shownCells(
  now: Answered,
  before: Answered,
  nowMs: number,
  intervalMs: number | undefined,
): (value: string, label: string) => ShownCell {
  const [series, earlier] = [now, before].map(({ question, data }) =>
    question && data ? data.map((one) => closedSteps(question, one, nowMs, intervalMs)) : [],
  );
  const steps = earlier.reduce((most, { values }) => Math.max(most, values.length), 0);
  const find = (within: readonly Series[], value: string, label: string): Series | undefined =>
    within.find(({ labels }) => labelValue(labels, label) === value);
  return (value, label) => {
    const found = find(series, value, label);
    // Without profiles of this type it has an empty series; until there is an answer, none.
    if (!found) return { series: now.data && NO_POINTS, change: undefined };
    return { series: found, change: changeSince(find(earlier, value, label), found, steps) };
  };
}

function changeHint(range: TimeRange): string {
  const { days } = timeBefore(range);
  return `Mean of the range, against the same time ${days === 1 ? 'a day' : days === 7 ? 'a week' : `${days} days`} earlier`;
}

function sparkIn({
  time: { range },
}: Explored): (series: Series, largest: number | undefined, marksMs?: readonly number[]) => ReactElement | null {
  return (series, largest, marksMs) =>
    range ? <Spark series={series} range={range} largest={largest} marksMs={marksMs} /> : null;
}
