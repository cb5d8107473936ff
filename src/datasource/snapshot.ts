/**
 * A snapshot: the answers that a view was drawn from, packed to be kept under a link or in a file, and read back as a
 * source
 * that knows these and no others.
 *
 * Packed it is gzip of: length of the head (uint32, little endian), the head as JSON, the bytes of the profiles one
 * after
 * another. `VERSION` rises where the head changes its shape.
 */
import { JsonReader } from '#base/json.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import type { LabelMatcher, LabelSet } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { readWork, type WorkAnswer, type WorkQuestion } from '#wire/work.ts';
import { type DataSource, type SeriesQuestion, SourceError, type StoredRange } from './datasource.ts';
import { markersIn, type PostedMarker } from './posted-markers.ts';

export interface SnapshotProfile {
  readonly query: ProfileQuery;
  /** Whether nothing was cut and files and lines are there. */
  readonly isWhole: boolean;
  readonly encoded: Packed;
  /** What the source had left out of it. */
  readonly warnings: readonly string[];
}

/** As the worker packs what it has open. */
type Packed = Pick<EncodedProfile, 'bytes' | 'form'>;

export interface SnapshotAnswers {
  /** The link to the view: a query with its `?`, with absolute ranges. */
  readonly link: string;
  /** The time that the page used as now. */
  readonly nowMs: number;
  readonly stored: StoredRange | undefined;
  readonly labelSets: readonly Kept<LabelSetsQuestion, readonly LabelSet[]>[];
  readonly labelNames: readonly Kept<LabelNamesQuestion, readonly string[]>[];
  readonly series: readonly Kept<SeriesQuestion, readonly Series[]>[];
  readonly markers: readonly PostedMarker[];
  readonly work: readonly Kept<WorkQuestion, WorkAnswer>[];
  readonly profiles: readonly SnapshotProfile[];
  /** The open files of the tab, if it shows files. */
  readonly files: readonly { readonly name: string; readonly size: number; readonly encoded: Packed }[];
}

interface Kept<Question, Answer> {
  readonly question: Question;
  readonly answer: Answer;
}

interface LabelSetsQuestion {
  readonly names: readonly string[];
  readonly matchers: readonly LabelMatcher[];
  readonly range: TimeRange;
}

type LabelNamesQuestion = Omit<LabelSetsQuestion, 'names'>;

const VERSION = 1;
/** Bytes after unpacking: a small packed text may become huge. */
const MAX_BYTES = 1 << 29;
const MAX_ENTRIES = 10_000;

const json = new JsonReader(unreadable, MAX_ENTRIES);

/** @throws Error where `unpackSnapshot` would not read it */
export async function packSnapshot(answers: SnapshotAnswers): Promise<Uint8Array<ArrayBuffer>> {
  const { link, nowMs, stored, labelSets, labelNames, series, markers, work, profiles, files } = answers;
  const blobs = [...profiles, ...files].map(({ encoded }) => encoded.bytes);
  const inAnswers = [...labelSets, ...labelNames, ...series].map(({ answer }) => answer);
  const longest = Math.max(
    ...[labelSets, labelNames, series, profiles, files, ...inAnswers].map(({ length }) => length),
  );
  if (longest > MAX_ENTRIES)
    throw new Error(
      `The view has a list of ${longest} entries; at most ${MAX_ENTRIES} can be saved: filter by a label.`,
    );
  const head = {
    version: VERSION,
    link,
    nowMs,
    stored,
    labelSets,
    labelNames,
    series: series.map(({ question, answer }) => ({
      question,
      answer: answer.map(({ labels, timesMs, values }) => ({ labels, timesMs: [...timesMs], values: [...values] })),
    })),
    markers: markers.map(({ timeMs, ...rest }) => ({ time: timeMs, ...rest })),
    work,
    profiles: profiles.map(({ query, isWhole, encoded, warnings }) => ({
      query,
      isWhole,
      ...(warnings.length > 0 && { warnings }),
      ...packedHead(encoded),
    })),
    files: files.map(({ name, size, encoded }) => ({ name, size, ...packedHead(encoded) })),
  };
  const written = new TextEncoder().encode(JSON.stringify(head));
  const size = blobs.reduce((sum, blob) => sum + blob.length, 4 + written.length);
  if (size > MAX_BYTES)
    throw new Error(
      `The view has ${Math.ceil(size / 2 ** 20)} MiB; at most ${MAX_BYTES / 2 ** 20} MiB can be saved: choose a shorter range.`,
    );
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, written.length, true);
  const parts = [length, written, ...blobs] as BlobPart[];
  const packed = new Blob(parts).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** @throws Error that says why it cannot be read */
export async function unpackSnapshot(packed: Uint8Array<ArrayBuffer>): Promise<SnapshotAnswers> {
  const bytes = await gunzip(packed);
  if (bytes.length < 4) throw unreadable('it is truncated');
  const end = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (end > bytes.length) throw unreadable('it is truncated');
  let head: unknown;
  try {
    head = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, end)));
  } catch {
    throw unreadable('its header is not JSON');
  }
  const {
    version,
    link,
    nowMs,
    stored,
    labelSets,
    labelNames,
    series,
    markers,
    work = [],
    profiles,
    files,
  } = json.record(head);
  if (version !== VERSION)
    throw unreadable(`it has version ${String(version).slice(0, 20)}; this page reads version ${VERSION}`);
  let at = end;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw unreadable('it is truncated');
    // A copy for each call: the worker takes over the bytes of an opened profile.
    return bytes.slice(at, (at += length));
  };
  return {
    link: json.text(link),
    nowMs: json.number(nowMs),
    stored: stored === undefined ? undefined : storedIn(stored),
    labelSets: json.list(labelSets, (one) => {
      const { question, answer } = json.record(one);
      const { names, matchers, range } = json.record(question);
      return {
        question: { names: json.list(names, json.text), matchers: matchersIn(matchers), range: rangeIn(range) },
        answer: json.list(answer, labelsIn),
      };
    }),
    labelNames: json.list(labelNames, (one) => {
      const { question, answer } = json.record(one);
      const { matchers, range } = json.record(question);
      return {
        question: { matchers: matchersIn(matchers), range: rangeIn(range) },
        answer: json.list(answer, json.text),
      };
    }),
    series: json.list(series, (one) => {
      const { question, answer } = json.record(one);
      return { question: seriesQuestionIn(question), answer: json.list(answer, seriesIn) };
    }),
    markers: markersIn(markers),
    work: json.list(work, (one) => {
      const { question, answer } = json.record(one);
      const { service, matchers, range, steps } = json.record(question);
      return {
        question: {
          service: json.text(service),
          matchers: matchersIn(matchers),
          range: rangeIn(range),
          steps: json.number(steps),
        },
        answer: workIn(answer),
      };
    }),
    profiles: json.list(profiles, (one) => {
      const { query, isWhole, warnings = [], ...own } = json.record(one);
      return {
        query: queryIn(query),
        isWhole: isWhole === true,
        encoded: packedIn(own, take),
        warnings: json.list(warnings, json.text),
      };
    }),
    files: json.list(files, (one) => {
      const { name, size, ...own } = json.record(one);
      return { name: json.text(name), size: json.number(size), encoded: packedIn(own, take) };
    }),
  };
}

/**
 * @param id distinguishes its answers from those of other sources
 * @param holder its name in errors
 */
export function snapshotSource(id: string, answers: SnapshotAnswers, holder: string): DataSource {
  const labelSets = byKey(answers.labelSets, labelSetsKey);
  const labelNames = byKey(answers.labelNames, labelNamesKey);
  const series = byKey(answers.series, seriesKey);
  const work = byKey(answers.work, workKey);
  const notKept = (what: string): never => {
    throw new SourceError('not-kept', `${holder} holds only the view that was saved, not ${what}.`);
  };
  const find = (query: ProfileQuery): SnapshotProfile | undefined =>
    answers.profiles.find((one) => queryKey(one.query) === queryKey(query));
  // Opening it transfers the bytes.
  const encoded = ({ encoded: { bytes, form }, warnings }: SnapshotProfile): EncodedProfile => ({
    bytes: bytes.slice(),
    name: 'kept',
    form,
    warnings,
  });
  // async: a missing answer is a rejection, as from any source.
  return {
    id,
    title: 'The snapshot',
    labelSets: async (names, matchers, range) =>
      labelSets.get(labelSetsKey({ names, matchers, range })) ?? notKept('these labels'),
    labelNames: async (matchers, range) =>
      labelNames.get(labelNamesKey({ matchers, range })) ?? notKept('these labels'),
    labelValues: async () => notKept('the values of labels'),
    series: async (question) => series.get(seriesKey(question)) ?? notKept('this time series'),
    mergedTree: async (query) => encoded(find(query) ?? notKept('this profile')),
    mergedPprof: async (query) => {
      const found = find(query);
      return found?.isWhole === true ? encoded(found) : notKept('files and lines of this profile');
    },
    slices: async (query) => {
      const found = find(query);
      // Without slices the source is asked for trees.
      return found?.encoded.form.kind === 'slices' ? encoded(found) : undefined;
    },
    postedMarkers: async ({ startMs, endMs }) =>
      answers.markers.filter(({ timeMs }) => timeMs >= startMs && timeMs <= endMs),
    work: async (question) => work.get(workKey(question)),
    storedRange: () => Promise.resolve(answers.stored),
  };
}

function packedHead({ bytes, form }: Packed): object {
  return { bytes: bytes.length, form };
}

async function gunzip(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw unreadable('it is damaged');
    });
    if (done) break;
    parts.push(value);
    size += value.length;
    if (size <= MAX_BYTES) continue;
    await reader.cancel();
    throw unreadable(`it has more than ${MAX_BYTES / 2 ** 20} MiB`);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function unreadable(why: string): Error {
  return new Error(`The snapshot cannot be read: ${why}.`);
}

function byKey<Question, Answer>(
  kept: readonly Kept<Question, Answer>[],
  keyOf: (question: Question) => string,
): ReadonlyMap<string, Answer> {
  return new Map(kept.map(({ question, answer }) => [keyOf(question), answer]));
}

function labelSetsKey({ names, ...rest }: LabelSetsQuestion): string {
  return JSON.stringify([names, labelNamesKey(rest)]);
}

function labelNamesKey({ matchers, range }: LabelNamesQuestion): string {
  return queryKey({ profileType: '', matchers, range });
}

function seriesKey({ query, stepMs, groupBy, callSite, limit }: SeriesQuestion): string {
  return JSON.stringify([queryKey(query), stepMs, groupBy, callSite, limit ?? null]);
}

function workKey({ service, matchers, range, steps }: WorkQuestion): string {
  return JSON.stringify([service, steps, queryKey({ profileType: '', matchers, range })]);
}

/** A link holds whole ms. */
function queryKey({ profileType, matchers, range, within }: ProfileQuery): string {
  const conditions = matchers.map(({ name, operator, value }) => [name, operator, value]);
  const part = within === undefined ? [] : [within.kind, within.id];
  return JSON.stringify([profileType, conditions, Math.round(range.startMs), Math.round(range.endMs), ...part]);
}

function rangeIn(value: unknown): TimeRange {
  const { startMs, endMs } = json.record(value);
  return { startMs: json.number(startMs), endMs: json.number(endMs) };
}

function storedIn(value: unknown): StoredRange {
  const { oldestMs, newestMs } = json.record(value);
  return { oldestMs: json.number(oldestMs), newestMs: json.number(newestMs) };
}

function labelsIn(value: unknown): LabelSet {
  return json.list(value, (pair) => {
    const { name, value: own } = json.record(pair);
    return { name: json.text(name), value: json.text(own) };
  });
}

function matchersIn(value: unknown): readonly LabelMatcher[] {
  return json.list(value, (matcher) => {
    const { name, operator, value: own } = json.record(matcher);
    return { name: json.text(name), operator: json.oneOf(operator, ['=', '!=', '=~', '!~']), value: json.text(own) };
  });
}

function queryIn(value: unknown): ProfileQuery {
  const { profileType, matchers, range, within } = json.record(value);
  const query = { profileType: json.text(profileType), matchers: matchersIn(matchers), range: rangeIn(range) };
  if (within === undefined) return query;
  const { kind, id } = json.record(within);
  return { ...query, within: { kind: json.oneOf(kind, ['span', 'trace']), id: json.text(id) } };
}

function seriesQuestionIn(value: unknown): SeriesQuestion {
  const { query, stepMs, groupBy, callSite, limit } = json.record(value);
  return {
    query: queryIn(query),
    stepMs: json.number(stepMs),
    groupBy: json.list(groupBy, json.text),
    callSite: json.list(callSite, json.text),
    limit: limit === undefined ? undefined : json.number(limit),
  };
}

function workIn(value: unknown): WorkAnswer {
  const answer = readWork(value);
  if (answer === undefined) throw unreadable('its requests are not counted by step and route');
  return answer;
}

function seriesIn(value: unknown): Series {
  const { labels, timesMs, values } = json.record(value);
  const series = { labels: labelsIn(labels), timesMs: json.column(timesMs), values: json.column(values) };
  if (series.timesMs.length !== series.values.length) throw unreadable('the columns of a series differ in length');
  return series;
}

function packedIn(
  { bytes: length, form }: Readonly<Record<string, unknown>>,
  takeBytes: (length: number) => Uint8Array,
): Packed {
  const bytes = takeBytes(Math.max(0, Math.floor(json.number(length))));
  const { kind, profileType } = json.record(form);
  if (json.oneOf(kind, ['file', 'slices']) === 'file') return { bytes, form: { kind: 'file' } };
  return { bytes, form: { kind: 'slices', profileType: json.text(profileType) } };
}
