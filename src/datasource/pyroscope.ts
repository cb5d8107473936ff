/** A source over Pyroscope's query API, as the embedded server and a cluster speak it. Bulky answers come as protobuf bytes, the others as JSON. */
import { printLabelSelector } from '#model/label-selector.ts';
import { labelSet, type LabelMatcher, type LabelSet } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { TimeRange } from '#model/time-range.ts';
import { readSeries } from '#wire/read-series.ts';
import { WireSink } from '#wire/wire-sink.ts';
import { type DataSource, SourceError } from './datasource.ts';

const TREE_FORMAT = 2;
/** An error's own words beyond this are no help. */
const LONGEST_MESSAGE = 2000;
const MS_PER: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5, y: 31_536e6 };

export interface PyroscopeOptions {
  readonly id: string;
  readonly title: string;
  /** Absolute, with a `/` at its end. */
  readonly baseUrl: string;
}

export function pyroscopeSource({ id, title, baseUrl }: PyroscopeOptions): DataSource {
  const post = async (call: string, body: BodyInit, type: string, signal: AbortSignal): Promise<Response> => {
    const url = new URL(`querier.v1.QuerierService/${call}`, baseUrl);
    let response: Response;
    try {
      response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw new SourceError('offline', `${title} does not answer: ${(error as Error).message}.`);
    }
    if (!response.ok) throw await refusal(response, title);
    return response;
  };
  const json = async (call: string, message: object, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> =>
    asRecord(await readWhole(await post(call, JSON.stringify(message), 'application/json', signal), 'json', signal));
  const proto = async (call: string, message: WireSink, signal: AbortSignal): Promise<Uint8Array> =>
    new Uint8Array(
      (await readWhole(
        await post(call, message.take(), 'application/proto', signal),
        'arrayBuffer',
        signal,
      )) as ArrayBuffer,
    );
  const readWhole = async (response: Response, as: 'json' | 'arrayBuffer', signal: AbortSignal): Promise<unknown> => {
    try {
      return await response[as]();
    } catch (error) {
      signal.throwIfAborted();
      throw new SourceError('offline', `The answer of ${title} broke off: ${(error as Error).message}.`);
    }
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
      return asArray(answer['labelsSet']).map((set) => labelsIn(asRecord(set)['labels']));
    },
    async labelNames(matchers, range, signal) {
      const answer = await json('LabelNames', { matchers: selectors(matchers), ...bounds(range) }, signal);
      return textsIn(answer['names']);
    },
    async labelValues(name, matchers, range, signal) {
      const answer = await json('LabelValues', { name, matchers: selectors(matchers), ...bounds(range) }, signal);
      return textsIn(answer['names']);
    },
    async series({ query, stepMs, groupBy, callSite, limit }, signal) {
      const message = selection(query);
      for (const label of groupBy) message.item(5, label);
      message.double(6, stepMs / 1000);
      if (callSite.length > 0) writeCallSite(message, 8, callSite);
      message.field(9, limit ?? 0);
      return readSeries(await proto('SelectSeries', message, signal), (what) => {
        throw new SourceError('refused', `The answer of ${title} cannot be read: ${what}.`);
      });
    },
    async mergedTree(query, maxNodes, signal) {
      const message = selection(query);
      message.field(5, maxNodes);
      message.field(6, TREE_FORMAT);
      const bytes = await proto('SelectMergeStacktraces', message, signal);
      return { bytes, name: nameOf(query), form: { kind: 'merged-tree', profileType: query.profileType, maxNodes } };
    },
    async mergedPprof(query, signal) {
      const bytes = await proto('SelectMergeProfile', selection(query), signal);
      return { bytes, name: nameOf(query), form: { kind: 'merged-pprof', profileType: query.profileType } };
    },
    async storedRange(signal) {
      const answer = await json('GetProfileStats', {}, signal);
      if (answer['dataIngested'] !== true) return undefined;
      return {
        oldestMs: Number(answer['oldestProfileTime'] ?? 0),
        newestMs: Number(answer['newestProfileTime'] ?? 0),
      };
    },
  };
}

/** What all selections begin with: type, selector, range. */
function selection({ profileType, matchers, range }: ProfileQuery): WireSink {
  const { start, end } = bounds(range);
  const message = new WireSink(256);
  message.text(1, profileType);
  message.text(2, printLabelSelector(matchers));
  message.field(3, start);
  message.field(4, end);
  return message;
}

function writeCallSite(message: WireSink, field: number, names: readonly string[]): void {
  message.message(field, () => {
    for (const name of names) message.message(1, () => message.text(1, name));
  });
}

function bounds({ startMs, endMs }: TimeRange): { start: number; end: number } {
  return { start: Math.floor(startMs), end: Math.ceil(endMs) };
}

function selectors(matchers: readonly LabelMatcher[]): readonly string[] {
  return matchers.length === 0 ? [] : [printLabelSelector(matchers)];
}

/** For a file's name and a tab's title. */
function nameOf({ matchers }: ProfileQuery): string {
  return matchers.find(({ name, operator }) => name === 'service_name' && operator === '=')?.value ?? 'profile';
}

async function refusal(response: Response, title: string): Promise<SourceError> {
  const text = await response.text().catch(() => '');
  let message = text.trim();
  try {
    const parsed = asRecord(JSON.parse(text));
    if (typeof parsed['message'] === 'string') ({ message } = parsed as { message: string });
  } catch {
    // No Connect error: the text is what there is.
  }
  const words = message === '' ? `${title} answered ${response.status}.` : message.slice(0, LONGEST_MESSAGE);
  if (response.status === 401 || response.status === 403) return new SourceError('unauthorised', words);
  if (response.status >= 502 && response.status <= 504 && message === '') return new SourceError('offline', words);
  // v2: "the query time range exceeds the limit (query length: 8d, limit: 7d)"
  const limit = /\blimit:\s*((?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+)/.exec(words)?.[1];
  if (limit !== undefined && /range|length/i.test(words)) return new SourceError('limit', words, durationMs(limit));
  return new SourceError('refused', words);
}

/** As Go and Prometheus print durations: `1d`, `24h0m0s`. */
function durationMs(text: string): number {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g))
    sum += Number(count) * (MS_PER[unit] ?? 0);
  return sum;
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

/** JSON leaves out what is empty. */
function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
