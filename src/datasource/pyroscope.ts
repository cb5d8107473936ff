/**
 * A source over Pyroscope's query API, as the embedded server and a cluster speak it. Bulky answers come as protobuf
 * bytes, the others as JSON.
 */
import { printLabelSelector } from '#model/label-selector.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import { labelSet, type LabelMatcher, type LabelSet } from '#model/labels.ts';
import { ByteReader, wireTypes } from '#base/byte-reader.ts';
import { isRecord, type JsonRecord } from '#base/json.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import { readSeries } from '#wire/read-series.ts';
import { readWarnings, warningsHeader } from '#wire/warnings.ts';
import type { WireSink } from '#wire/wire-sink.ts';
import { type DataSource, type SeriesQuestion, SourceError } from './datasource.ts';
import type { EarlyAnswer } from './early-answer.ts';
import { bounds, mergedTreeCall, QUERIER, requestOf, selection, selectWithin, type Wire } from './query-message.ts';

const PPROF_FORMAT = 4;
/** Merges for a series of one call site. */
const MAX_SLICES = 24;
/** Longer error messages are cut, in characters. */
const MAX_MESSAGE_LENGTH = 2000;
const DAY_MS = 864e5;
const MS_PER: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 36e5,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: 365 * DAY_MS,
};
/** No function is called so. */
const NOBODYS_CALL_SITE = ['\u0000'];

export interface PyroscopeOptions {
  readonly id: string;
  readonly title: string;
  /** Absolute, with a `/` at its end. */
  readonly baseUrl: string;
  /** A question that was sent already. */
  readonly early?: EarlyAnswer | undefined;
}

interface Answer {
  readonly content: unknown;
  /** What the source left out because it is damaged there. */
  readonly warnings: readonly string[];
}

export function pyroscopeSource({ id, title, baseUrl, early }: PyroscopeOptions): DataSource {
  /** The body of an answer that is one. */
  const post = async (path: string, body: BodyInit, wire: Wire, signal: AbortSignal): Promise<Answer> => {
    const url = new URL(path, baseUrl);
    const call = path.slice(path.indexOf('/') + 1);
    const type = `application/${wire}`;
    let response: Response;
    try {
      response = await (early?.take({ path, body }, signal) ?? fetch(url, requestOf(body, wire, signal)));
    } catch (error) {
      signal.throwIfAborted();
      throw new SourceError('offline', `${title} does not answer: ${wordsOf(error)}.`);
    }
    if (!response.ok) {
      const refused = await refusal(response, title, call);
      signal.throwIfAborted();
      throw refused;
    }
    const answered = response.headers.get('content-type') ?? '';
    if (!answered.startsWith(type)) {
      const what = answered === '' ? 'something else' : answered.slice(0, 80);
      throw new SourceError('refused', `${title} answered ${call} with ${what}: perhaps a sign-in page in between.`);
    }
    try {
      const content: unknown = await (wire === 'json' ? response.json() : response.arrayBuffer());
      return { content, warnings: readWarnings(response.headers.get(warningsHeader)) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SyntaxError) throw unreadable(wordsOf(error));
      throw new SourceError('offline', `The answer of ${title} was cut off: ${wordsOf(error)}.`);
    }
  };
  const json = async (call: string, message: object, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> =>
    asRecord((await post(`${QUERIER}/${call}`, JSON.stringify(message), 'json', signal)).content);
  const proto = async (
    path: string,
    body: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<Pick<EncodedProfile, 'bytes' | 'warnings'>> => {
    const { content, warnings } = await post(path, body, 'proto', signal);
    return { bytes: new Uint8Array(content as ArrayBuffer), ...(warnings.length > 0 && { warnings }) };
  };
  const unreadable = (what: string): SourceError =>
    new SourceError('refused', `The answer of ${title} cannot be read: ${what}.`);
  const askSeries = async (question: SeriesQuestion, signal: AbortSignal): Promise<readonly Series[]> => {
    const { bytes } = await proto(`${QUERIER}/SelectSeries`, seriesRequest(question).take(), signal);
    return readSeries(bytes, (what) => {
      throw unreadable(what);
    });
  };

  let knowsSlices: boolean | undefined;
  let heedsCallSite: boolean | undefined;
  /**
   * Pyroscope v2 ignores the call site and answers with the sum of everything. A source that does so also answers for a
   * function that does not exist. For a range without profiles every source answers nothing, so nothing is learnt.
   */
  const checkCallSite = async ({ query }: SeriesQuestion, signal: AbortSignal): Promise<void> => {
    const stepMs = Math.max(1, query.range.endMs - query.range.startMs);
    const anything = { query, stepMs, groupBy: [], limit: 1 };
    const [all, nobodys] = await Promise.all([
      askSeries({ ...anything, callSite: [] }, signal),
      askSeries({ ...anything, callSite: NOBODYS_CALL_SITE }, signal),
    ]);
    if (all.length > 0) heedsCallSite = nobodys.length === 0;
  };

  /** One merge for each of a few slices of the range: for a source that cannot split a series by call site. */
  const seriesOfCallSite = async (
    { query, stepMs, callSite }: SeriesQuestion,
    signal: AbortSignal,
  ): Promise<Series> => {
    const { startMs, endMs } = query.range;
    const count = Math.max(1, Math.min(MAX_SLICES, Math.floor((endMs - startMs) / stepMs)));
    const times: number[] = [];
    const values: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = Math.floor(startMs + ((endMs - startMs) * i) / count);
      const end = Math.floor(startMs + ((endMs - startMs) * (i + 1)) / count) - (i === count - 1 ? 0 : 1);
      const { flamegraph } = await json(
        'SelectMergeStacktraces',
        {
          profileTypeID: query.profileType,
          labelSelector: printLabelSelector(query.matchers),
          start,
          end,
          maxNodes: 1,
          stackTraceSelector: { callSite: callSite.map((name) => ({ name })) },
        },
        signal,
      );
      const total = Number(asRecord(flamegraph)['total'] ?? 0);
      if (total === 0) continue;
      times.push(end);
      // A sum over one step, as requested.
      values.push((total * stepMs) / ((endMs - startMs) / count));
    }
    return { labels: [], timesMs: Float64Array.from(times), values: Float64Array.from(values) };
  };

  return {
    id,
    title,
    async labelSets(names, matchers, range, signal) {
      const answer = await json(
        'Series',
        { labelNames: names, matchers: selectors(matchers), ...bounds(range) },
        signal,
      );
      return distinct(asArray(answer['labelsSet']).map((set) => labelsIn(asRecord(set)['labels'])));
    },
    async labelNames(matchers, range, signal) {
      const answer = await json('LabelNames', { matchers: selectors(matchers), ...bounds(range) }, signal);
      return textsIn(answer['names']);
    },
    async labelValues(name, matchers, range, signal) {
      const answer = await json('LabelValues', { name, matchers: selectors(matchers), ...bounds(range) }, signal);
      return textsIn(answer['names']);
    },
    async series(question, signal) {
      if (question.callSite.length > 0) {
        if (heedsCallSite === undefined) await checkCallSite(question, signal);
        if (heedsCallSite === false) return [await seriesOfCallSite(question, signal)];
      }
      return askSeries(question, signal);
    },
    async mergedTree(query, maxNodes, signal) {
      const { path, body } = mergedTreeCall(query, maxNodes);
      return {
        ...(await proto(path, body, signal)),
        name: nameOf(query),
        form: { kind: 'merged-tree', profileType: query.profileType, maxNodes },
      };
    },
    async mergedPprof(query, signal) {
      if (query.within !== undefined) {
        const message = selection(query);
        message.field(6, PPROF_FORMAT);
        selectWithin(message, query);
        const answer = await proto(`${QUERIER}/SelectMergeStacktraces`, message.take(), signal);
        const bytes = pprofIn(answer.bytes, unreadable);
        return {
          ...answer,
          bytes,
          name: nameOf(query),
          form: { kind: 'merged-pprof', profileType: query.profileType },
        };
      }
      const answer = await proto(`${QUERIER}/SelectMergeProfile`, selection(query).take(), signal);
      return { ...answer, name: nameOf(query), form: { kind: 'merged-pprof', profileType: query.profileType } };
    },
    async slices(query, count, signal) {
      if (knowsSlices === false) return undefined;
      const message = selection(query);
      message.field(5, count);
      if (query.by) {
        message.text(6, query.by.label);
        for (const value of query.by.values) message.item(7, value);
      }
      try {
        const answer = await proto('flametide.v1.QueryService/SelectSlices', message.take(), signal);
        knowsSlices = true;
        return { ...answer, name: nameOf(query), form: { kind: 'slices', profileType: query.profileType } };
      } catch (error) {
        if (!(error instanceof SourceError) || error.code !== 'unknown-call') throw error;
        knowsSlices = false;
        return undefined;
      }
    },
    async storedRange(signal) {
      const answer = await json('GetProfileStats', {}, signal);
      if (answer['dataIngested'] !== true) return undefined;
      return {
        oldestMs: Number(answer['oldestProfileTime'] ?? 0),
        newestMs: Number(answer['newestProfileTime'] ?? 0),
      };
    },
    // Loaded when asked: the first picture does not need them.
    async postedMarkers(range, service, signal) {
      return (await import('./posted-markers.ts')).fetchPostedMarkers(baseUrl, range, service, signal);
    },
    async work(question, signal) {
      return (await import('./fetch-work.ts')).fetchWork(baseUrl, question, signal);
    },
  };
}

/** The profile in an answer of `SelectMergeStacktraces`: field 1 of field 5. Empty where there is none. */
function pprofIn(answer: Uint8Array, refuse: (what: string) => Error): Uint8Array {
  const reader = new ByteReader(answer, (what) => {
    throw refuse(what);
  });
  for (const field of [5, 1]) {
    let found: { readonly start: number; readonly end: number } | undefined;
    while (found === undefined && reader.offset < reader.end) {
      const tag = reader.tag();
      if (tag !== field * 8 + wireTypes.bytes) reader.skip(tag);
      else found = { end: reader.stop(), start: reader.offset };
    }
    if (found === undefined) return new Uint8Array(0);
    reader.end = found.end;
  }
  return answer.slice(reader.offset, reader.end);
}

function seriesRequest({ query, stepMs, groupBy, callSite, limit }: SeriesQuestion): WireSink {
  const message = selection(query);
  for (const label of groupBy) message.item(5, label);
  message.double(6, secondsOf(stepMs));
  if (callSite.length > 0) writeCallSite(message, 8, callSite);
  message.field(9, limit ?? 0);
  return message;
}

/** Seconds that give the same ms again after truncation: 1.001 × 1000 is less than 1001. */
function secondsOf(stepMs: number): number {
  const seconds = stepMs / 1000;
  return Math.trunc(seconds * 1000) < stepMs ? seconds * (1 + Number.EPSILON) : seconds;
}

function writeCallSite(message: WireSink, field: number, names: readonly string[]): void {
  message.message(field, () => {
    for (const name of names) message.message(1, () => message.text(1, name));
  });
}

function selectors(matchers: readonly LabelMatcher[]): readonly string[] {
  return matchers.length === 0 ? [] : [printLabelSelector(matchers)];
}

/** For a file's name and a tab's title. */
function nameOf({ matchers }: ProfileQuery): string {
  return matchers.find(({ name, operator }) => name === 'service_name' && operator === '=')?.value ?? 'profile';
}

/** Connect sends errors as JSON; a proxy in between sends text, or a page, which is left out. */
async function refusal(response: Response, title: string, call: string): Promise<SourceError> {
  const { status } = response;
  const text = await response.text().catch(() => '');
  const connect = connectError(text);
  const isPlain = (response.headers.get('content-type') ?? '').startsWith('text/plain');
  const said = (connect?.message ?? (isPlain ? text.trim() : '')).slice(0, MAX_MESSAGE_LENGTH);
  const words =
    status === 404 && !connect
      ? `${title} does not support the call ${call}${said === '' ? '' : ` (${said})`}.`
      : said || `${title} answered ${call} with status ${status}.`;
  // For a missing call Connect answers `unimplemented`, a plain server 404.
  if (connect?.code === 'unimplemented' || ((status === 404 || status === 405 || status === 501) && !connect))
    return new SourceError('unknown-call', words);
  if (status === 401 || connect?.code === 'unauthenticated') return new SourceError('unauthorised', words);
  if (connect?.code === 'unavailable' || (status >= 502 && status <= 504 && !connect))
    return new SourceError('offline', words);
  const longestRangeMs = longestRange(words);
  if (longestRangeMs !== undefined) return new SourceError('limit', words, longestRangeMs);
  if (status === 429) return new SourceError('busy', words);
  return new SourceError('refused', words);
}

function connectError(text: string): { readonly code: string; readonly message: string } | undefined {
  try {
    const { code, message } = asRecord(JSON.parse(text));
    return typeof code === 'string' ? { code, message: typeof message === 'string' ? message : '' } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Pyroscope: `the query time range exceeds the limit (max_query_length, actual: 25h0m0s, limit: 1d)`.
 * Ours: `The range is 32 days long; ask for at most 31 at a time.`
 */
function longestRange(words: string): number | undefined {
  if (!/\brange\b/i.test(words)) return undefined;
  const days = /\bat most (\d+(?:\.\d+)?) at a time/.exec(words)?.[1];
  if (days !== undefined) return Number(days) * DAY_MS;
  const limit = /\blimit: ((?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+)/.exec(words)?.[1];
  return limit === undefined ? undefined : durationMs(limit);
}

/** As Go and Prometheus print durations: `1d`, `24h0m0s`. */
function durationMs(text: string): number {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g))
    sum += Number(count) * (MS_PER[unit] ?? 0);
  return sum;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Each set once: two stores behind one address may both send it. */
function distinct(sets: readonly LabelSet[]): readonly LabelSet[] {
  return [...new Map(sets.map((set) => [JSON.stringify(set), set])).values()];
}

function labelsIn(pairs: unknown): LabelSet {
  return labelSet(
    asArray(pairs).map((pair) => {
      const { name, value } = asRecord(pair);
      return { name: typeof name === 'string' ? name : '', value: typeof value === 'string' ? value : '' };
    }),
  );
}

function textsIn(list: unknown): readonly string[] {
  return asArray(list).map(String);
}

/** JSON omits empty lists. */
function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asRecord(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}
