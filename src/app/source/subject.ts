/** What Explore shows where the link leaves it open: the busiest service, its usual profile type. */
import { compareNatural } from '#base/natural-order.ts';
import type { SeriesQuestion } from '#datasource/datasource.ts';
import { type LabelSet, labelValue, SERVICE_LABEL } from '#model/labels.ts';
import { defaultProfileType, parseProfileType, type ProfileType } from '#model/profile-type.ts';
import type { SampleType } from '#model/profile.ts';
import type { Series } from '#model/series.ts';
import { busiestFirst, type CostRow } from './suggestions.ts';
import { costOf } from './instance-means.ts';

export const TYPE_LABEL = '__profile_type__';

/** A service with the ids of the profile types that it has in the range. */
interface Service {
  readonly name: string;
  readonly types: readonly string[];
}

/** What a source has in a range. */
export interface Catalogue {
  /** By name. */
  readonly services: readonly Service[];
  /** By which services are compared; undefined if there is none. */
  readonly overviewType: string | undefined;
}

/** @param sets over `SERVICE_LABEL` and `TYPE_LABEL` */
export function catalogueOf(sets: readonly LabelSet[]): Catalogue {
  const types = new Map<string, string[]>();
  for (const set of sets) {
    const name = labelValue(set, SERVICE_LABEL);
    const type = labelValue(set, TYPE_LABEL);
    if (type === '') continue;
    const known = types.get(name);
    if (known === undefined) types.set(name, [type]);
    else if (!known.includes(type)) known.push(type);
  }
  const services = [...types]
    .map(([name, own]) => ({ name, types: own.sort() }))
    .sort((a, b) => compareNatural(a.name, b.name));
  return { services, overviewType: overviewTypeOf(services) };
}

/** The type that services are compared by: CPU time, else wall time, else the one that most have. */
function overviewTypeOf(services: readonly Service[]): string | undefined {
  const having = new Map<string, number>();
  for (const { types } of services) for (const id of types) having.set(id, (having.get(id) ?? 0) + 1);
  const ids = [...having].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([id]) => id);
  return defaultProfileType(parsedTypes(ids))?.id;
}

export function parsedTypes(ids: readonly string[]): ProfileType[] {
  return ids.flatMap((id) => parseProfileType(id) ?? []);
}

/** The sample type of a profile type's id; empty for an invalid id. */
export function sampleTypeOf(id: string | undefined): SampleType {
  const type = id === undefined ? undefined : parseProfileType(id);
  return { type: type?.sampleType ?? '', unit: type?.sampleUnit ?? '' };
}

/** What each value of a label costs, the most first. */
export function costsOf(
  question: SeriesQuestion,
  series: readonly Series[],
  label: string,
  intervalMs: number | undefined,
): readonly CostRow[] {
  return busiestFirst(
    series.map((one) => ({ name: labelValue(one.labels, label), cost: costOf(question, one, intervalMs) })),
  );
}

export interface Subject {
  readonly service: string;
  readonly profileType: string;
}

/**
 * @param busiest services by cost in the overview type; undefined while it is not known
 * @returns undefined while nothing can be chosen yet
 */
export function chooseSubject(
  asked: { readonly svc: string | undefined; readonly type: string | undefined },
  catalogue: Catalogue | undefined,
  busiest: string | undefined,
): Subject | undefined {
  // A link with service and type is queried at once, without waiting for the catalogue.
  if (asked.svc !== undefined && asked.type !== undefined) return { service: asked.svc, profileType: asked.type };
  if (catalogue === undefined) return undefined;
  const service =
    asked.svc ?? (asked.type === undefined ? busiest : (firstWith(catalogue, asked.type, busiest) ?? busiest));
  if (service === undefined) return undefined;
  const types = catalogue.services.find(({ name }) => name === service)?.types ?? [];
  const profileType = asked.type ?? defaultProfileType(parsedTypes(types))?.id;
  return profileType === undefined ? undefined : { service, profileType };
}

function firstWith({ services }: Catalogue, type: string, preferred: string | undefined): string | undefined {
  const having = services.filter(({ types }) => types.includes(type));
  return (having.find(({ name }) => name === preferred) ?? having[0])?.name;
}
