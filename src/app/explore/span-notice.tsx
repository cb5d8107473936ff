/** Says that the graph is of one span or trace alone, and how little that may be. */
import { type ReactElement, useMemo } from 'react';
import { formatDuration } from '#model/time-text.ts';
import { parseProfileType } from '#model/profile-type.ts';
import type { ProfileQuery, SpanOrTrace } from '#model/query.ts';
import { formatCount } from '#model/units.ts';
import { Button } from '../components/button.tsx';
import { Note, Panel } from '../components/message.tsx';
import { type MergedProfile, useMergedProfile } from '../queries/source-queries.ts';
import { navigate } from '../url/url-store.ts';
import type { Explored } from './use-explored.ts';

/** Below this shares are rough: of 100 samples, one of 10 % may be 4 % or 16 %. */
const FEW_SAMPLES = 100;

export function SpanNotice({
  explored,
  within,
  merged,
}: {
  explored: Explored;
  within: SpanOrTrace;
  merged: MergedProfile;
}): ReactElement {
  const { catalogue, service } = explored;
  const counted = useMergedProfile(
    useMemo(() => counting(catalogue, service, merged.query), [catalogue, service, merged.query]),
  );
  const isCount = isOfSamples(merged.query.profileType);
  const count = Number((isCount ? merged : counted.merged)?.profile.totals[0] ?? 0);
  return (
    <Note kind="info" actions={<ShowAll />}>
      {`The graph has only the ${count > 0 ? `${formatCount(count)} ` : ''}${count === 1 ? 'sample' : 'samples'} of ${within.kind} ${within.id}. `}
      {count < FEW_SAMPLES &&
        !(counted.isComing && !isCount) &&
        'With few samples, shares are rough and short calls may be missing.'}
    </Note>
  );
}

/** Instead of the graph. */
export function NothingOfSpan({ explored, within }: { explored: Explored; within: SpanOrTrace }): ReactElement {
  const { service, time } = explored;
  const length = time.range && formatDuration(time.range.endMs - time.range.startMs);
  return (
    <Panel kind="info" title={`No samples of this ${within.kind}`}>
      <p>
        {`No sample of ${(service ?? 'any service').slice(0, 120)} in ${length === undefined ? 'the range' : `these ${length}`} is of ${within.kind} ${within.id}: `}
        it was too short to be sampled, its agent sends no ids, or the server keeps them for a shorter time.
      </p>
      <ShowAll />
    </Panel>
  );
}

function ShowAll(): ReactElement {
  return (
    <Button kind="edged" onClick={() => navigate({ span: undefined, trace: undefined }, 'push')}>
      Show all samples
    </Button>
  );
}

/** The same question for the type that counts samples, where the service has one beside it. */
function counting(
  catalogue: Explored['catalogue'],
  service: string | undefined,
  query: ProfileQuery,
): ProfileQuery | undefined {
  const type = parseProfileType(query.profileType);
  if (type === undefined || isOfSamples(query.profileType)) return undefined;
  const types = catalogue?.services.find(({ name }) => name === service)?.types ?? [];
  const profileType = types.find((id) => isOfSamples(id) && id.startsWith(`${type.name}:`));
  return profileType === undefined ? undefined : { ...query, profileType };
}

function isOfSamples(profileType: string): boolean {
  return /^[^:]*:samples:count:/.test(profileType);
}
