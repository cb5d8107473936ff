/**
 * The profile type of an upload, from its entry point and agent. Follows Pyroscope, since its type ids name our series
 * too.
 */

import type { Profile, SampleType } from '#model/profile.ts';
import { jsonReason, quote, Refusal } from './refusal.ts';

/** Display names by sample type. */
type DisplayNames = ReadonlyMap<string, string>;

/** The content of the form's `sample_type_config`. */
export interface SampleTypeConfig {
  readonly displayNames: DisplayNames;
  /** Sample types whose values are sums since the start of the process. */
  readonly cumulative: ReadonlySet<string>;
}

const MAX_CONFIG_BYTES = 65_536;

const BUILT_IN_NAMES: DisplayNames = new Map([
  ['samples', 'cpu'],
  ['goroutine', 'goroutines'],
  ['contentions', 'mutex_count'],
  ['delay', 'mutex_duration'],
]);

/** @throws Refusal unless the text is a JSON object of objects */
export function readSampleTypeConfig(bytes: Uint8Array): SampleTypeConfig {
  if (bytes.length > MAX_CONFIG_BYTES)
    throw new Refusal('bad_request', `The form's sample_type_config has more than ${MAX_CONFIG_BYTES} bytes.`);
  let config: unknown;
  try {
    config = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Refusal('bad_request', `The form's sample_type_config is not JSON: ${jsonReason(error)}.`);
  }
  if (typeof config !== 'object' || config === null) {
    throw new Refusal('bad_request', "The form's sample_type_config must be an object by sample type.");
  }
  const displayNames = new Map<string, string>();
  const cumulative = new Set<string>();
  for (const [type, entry] of Object.entries(config)) {
    const given = (entry ?? {}) as Record<string, unknown>;
    const name = given['display-name'];
    if (typeof name === 'string' && name !== '') displayNames.set(type, name);
    if (given['cumulative'] === true) cumulative.add(type);
  }
  return { displayNames, cumulative };
}

/** `__name__` of a pprof that came through `/ingest`. Block and mutex profiles differ by their display names alone. */
export function profileName(sampleTypes: readonly SampleType[], displayNames: DisplayNames | undefined): string {
  if (sampleTypes.some(({ type }) => type === 'wall')) return 'wall';
  const names = displayNames ?? BUILT_IN_NAMES;
  let name = '';
  for (const { type } of sampleTypes) {
    name = names.get(type) ?? type;
    if (name.includes('cpu')) return 'process_cpu';
    if (name.includes('alloc_') || name.includes('inuse_') || name === 'space' || name === 'objects') return 'memory';
    if (name.includes('mutex_')) return 'mutex';
    if (name.includes('block_')) return 'block';
    if (name.includes('goroutines')) return 'goroutines';
  }
  return name;
}

interface TextType {
  readonly name: string;
  readonly sampleType: SampleType;
  /** Counts of samples become nanoseconds by the sample rate. */
  readonly scaled?: 'cpu' | 'wall';
}

const COUNT = 'count';
const TEXT_TYPES = new Map<string, TextType>();
function textType(tails: string, name: string, type: string, unit: string, scaled?: 'cpu' | 'wall'): void {
  for (const tail of tails.split(' ')) {
    const sampleType = { type: type === '' ? tail : type, unit };
    TEXT_TYPES.set(tail, scaled === undefined ? { name, sampleType } : { name, sampleType, scaled });
  }
}
textType('cpu itimer', 'process_cpu', 'samples', COUNT, 'cpu');
textType('wall seconds milliseconds microseconds nanoseconds', 'wall', 'samples', COUNT, 'wall');
textType('inuse_objects alloc_objects alloc_in_new_tlab_objects alloc_outside_tlab_objects live', 'memory', '', COUNT);
textType('inuse_space alloc_space alloc_in_new_tlab_bytes alloc_outside_tlab_bytes', 'memory', '', 'bytes');
textType('bytes', 'memory', 'samples', 'bytes');
textType('goroutines', 'goroutine', 'goroutines', COUNT);
textType('mutex_count', 'mutex', 'contentions', COUNT);
textType('mutex_duration', 'mutex', 'delay', 'nanoseconds');
textType('block_count lock_count', 'block', 'contentions', COUNT);
textType('block_duration lock_duration', 'block', 'delay', 'nanoseconds');
textType('exceptions', 'exceptions', 'samples', COUNT);

/**
 * A profile of a text format with its type: the application's ending names it, counts are scaled by the sample rate.
 * @throws Refusal for an ending that names nothing
 */
export function typedText(
  profile: Profile,
  app: string,
  sampleRate: number,
): { profile: Profile; name: string; service: string } {
  const dot = app.lastIndexOf('.');
  const tail = dot < 0 ? 'cpu' : app.slice(dot + 1);
  const known = TEXT_TYPES.get(tail);
  if (known === undefined) {
    throw new Refusal(
      'bad_request',
      `The application ends in ${quote(tail)}, which is not a kind of profile: add a dot and one of ${[...TEXT_TYPES.keys()].join(', ')}.`,
    );
  }
  const { name, sampleType, scaled } = known;
  const service = dot < 0 ? app : app.slice(0, dot);
  const [column] = profile.values;
  if (scaled === undefined || sampleRate === 0)
    return { name, service, profile: { ...profile, sampleTypes: [sampleType] } };
  const period = Math.floor(1e9 / sampleRate);
  return {
    name,
    service,
    profile: {
      ...profile,
      sampleTypes: [{ type: scaled, unit: 'nanoseconds' }],
      values: [{ values: column.values.map((value) => value * period), exact: undefined }],
      period: { type: { type: 'cpu', unit: 'nanoseconds' }, value: period },
    },
  };
}
