/** The query bar over what Explore looks at. */
import { type ReactElement, useMemo } from 'react';
import { joinService, SERVICE_LABEL } from '#model/labels.ts';
import { parseProfileType, profileTypeTitle } from '#model/profile-type.ts';
import { lazily } from '../components/lazily.tsx';
import type { CostRow, LabelSource } from '../source/suggestions.ts';
import { QueryBar } from '../query-bar/query-bar.tsx';
import { useAskAgain, useSeries, useSource, useUnmatched } from '../queries/source-queries.ts';
import { ofSubject } from '../state/commands.ts';
import { useNow } from '../time/refresh-clock.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { useFirstPicture } from '../views/flamegraph/first-picture.ts';
import { Spark } from '../views/timeline/spark.tsx';
import { costsOf, parsedTypes, sampleTypeOf } from '../source/subject.ts';
import { closedSteps, overviewQuestion } from '../source/questions.ts';
import { type Explored, named } from './use-explored.ts';
import { labelSourceOf } from '../source/label-source.ts';

const ProfileNow = lazily(async () => (await import('./profile-now.tsx')).ProfileNow);
const NOTHING_UNMET: readonly number[] = [];

interface ExploreBarProps {
  readonly explored: Explored;
  /** How often profiles come; undefined while it is not known. */
  readonly intervalMs: number | undefined;
}

export function ExploreBar({ explored, intervalMs }: ExploreBarProps): ReactElement {
  const { catalogue, subject, time } = explored;
  const source = useSource();
  const askAgain = useAskAgain();
  const matchers = useUrl((state) => state.q);
  const by = useUrl((state) => state.by);
  const type = subject && parseProfileType(subject.profileType);
  const nowMs = useNow();
  const hasPicture = useFirstPicture();
  const question = useMemo(
    () => (hasPicture ? overviewQuestion(catalogue, time.range) : undefined),
    [hasPicture, catalogue, time.range],
  );
  const overview = useSeries(question);
  const dividedBy = overview.isPlaceholderData ? undefined : intervalMs;
  const services = useMemo((): readonly CostRow[] | undefined => {
    if (!catalogue) return undefined;
    const rows = question && overview.data && costsOf(question, overview.data, SERVICE_LABEL, dividedBy);
    const costs = new Map(rows?.map(({ name, cost }) => [name, cost]));
    return catalogue.services.map(({ name }) => ({ name, cost: costs.get(name) }));
  }, [catalogue, question, overview.data, dividedBy]);
  // Services and values have their costs in one type, whose name is shown.
  const costedId = catalogue?.overviewType ?? subject?.profileType;
  const costed = costedId === undefined ? undefined : parseProfileType(costedId);
  const labels = useMemo(
    (): LabelSource => labelSourceOf(source, time.range, costedId),
    [source, time.range, costedId],
  );
  const unmatched = useUnmatched(joinService(explored.service, []), matchers, time.range);
  const own = catalogue?.services.find(({ name }) => name === subject?.service)?.types ?? [];
  // A link may name a type that the catalogue does not have, or does not have yet.
  const types = parsedTypes(type && !own.includes(type.id) ? [...own, type.id] : own);
  return (
    <QueryBar
      services={services}
      failed={explored.catalogueError?.message}
      onRetry={askAgain}
      service={explored.service}
      types={types}
      type={type}
      matchers={matchers}
      unmatched={unmatched.data ?? NOTHING_UNMET}
      groupBy={by === '' ? undefined : by}
      source={labels}
      costType={sampleTypeOf(costedId)}
      costTitle={costed ? profileTypeTitle(costed) : ''}
      renderSpark={(service) => {
        const series = overview.data?.find(({ labels: set }) => set.some(({ value }) => value === service));
        return series && question && time.range ? (
          <Spark series={closedSteps(question, series, nowMs, intervalMs)} range={time.range} largest={undefined} />
        ) : null;
      }}
      onQuery={(next, q) => {
        // Another service has other types and other paths; a type that both have stays.
        const keeps = catalogue?.services.find(({ name }) => name === next)?.types.includes(type?.id ?? '') ?? false;
        if (next !== explored.service) {
          const kept = keeps ? subject?.profileType : undefined;
          navigate({ ...ofSubject(next, kept), q, cs: [] }, 'push');
        } else navigate({ svc: next, type: subject?.profileType, q }, 'push');
      }}
      onType={({ id }) => navigate(ofSubject(subject?.service, id), 'push')}
      onGroupBy={(name) => navigate({ ...named(explored), by: name ?? '' }, 'push')}
      action={
        hasPicture && explored.service !== undefined && <ProfileNow key={explored.service} service={explored.service} />
      }
      onAllServices={() => navigate({ grid: 'services' }, 'push')}
      onGrid={(name) => navigate({ ...named(explored), by: name, grid: 'values' }, 'push')}
    />
  );
}
