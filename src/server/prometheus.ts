/** Counts of requests that a Prometheus has: asked for when the page asks, never stored. */

import type { LabelMatcher } from '#model/labels.ts';
import { isRecord } from '#base/json.ts';
import type { WorkAnswer } from '#wire/work.ts';
import { type AskCounts, largestRoutes, type WorkQuestion } from './work.ts';

export interface PrometheusOptions {
  /** With its path, without a slash at the end. */
  readonly url: string;
  /** Sent as it is. */
  readonly authorization: string | undefined;
  /** By service: an expression of requests per second, with `$window` and `$matchers`. */
  readonly queries: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 16 << 20;
/** Series of an answer that are read. */
const MAX_SERIES = 2000;
/** Questions under way; further ones fail at once. */
const MAX_AT_ONCE = 8;
/** A rate needs two scrapes; they are up to 60 s apart. */
const MIN_WINDOW_MS = 120_000;
/** The number of parts that a range is queried in when one sum is wanted. */
const MAX_PARTS = 60;
/** The counters of common libraries, the first one that has series is taken. */
const COUNTERS = [
  'http_server_request_duration_seconds_count',
  'http_server_duration_milliseconds_count',
  'http_server_requests_seconds_count',
  'http_request_duration_seconds_count',
  'http_requests_total',
  'http_server_requests_total',
  'flask_http_request_total',
  'django_http_requests_total_by_view_transport_method_total',
  'grpc_server_handled_total',
];
/** Labels by which a service is found. */
const SERVICE_LABELS = ['service_name', 'service', 'job', 'app', 'application'];
/** Services whose query is remembered, and for how long, in ms: a better counter may appear. */
const MAX_REMEMBERED = 1000;
const REMEMBERED_MS = 600_000;
/** Labels that hold a route. */
const ROUTE_LABELS = ['http_route', 'route', 'uri', 'path', 'handler', 'endpoint', 'view', 'grpc_method'];

/** What cannot be had, in a sentence. */
class Refusal extends Error {}

/** A Prometheus that cannot be reached, or answers oddly, is a sentence in `problem`. */
export function askPrometheus(options: PrometheusOptions): AskCounts {
  let underWay = 0;
  const found = new FoundQueries();
  return async (question, gone) => {
    if (underWay >= MAX_AT_ONCE)
      return nothing(question, 'Too many questions to Prometheus are under way: ask again later.');
    underWay++;
    try {
      return await counted(options, found, question, gone);
    } catch (error) {
      if (error instanceof Refusal) return nothing(question, error.message);
      throw error;
    } finally {
      underWay--;
    }
  };
}

async function counted(
  options: PrometheusOptions,
  found: FoundQueries,
  question: WorkQuestion,
  gone: AbortSignal,
): Promise<WorkAnswer> {
  const { service } = question;
  if (Object.hasOwn(options.queries, service)) return answerOf(options, options.queries[service], question, gone);
  const remembered = found.get(service);
  const answer = remembered === undefined ? undefined : await answerOf(options, remembered, question, gone);
  if (answer?.source !== undefined) return answer;
  // Other times may have another counter.
  const query = await usualQuery(options, question, gone);
  if (query === undefined) return nothing(question, undefined);
  found.set(service, query);
  return query === remembered && answer ? answer : answerOf(options, query, question, gone);
}

/** Queries by service, the oldest of which are forgotten. */
class FoundQueries {
  readonly #queries = new Map<string, { readonly query: string; readonly foundMs: number }>();

  get(service: string): string | undefined {
    const known = this.#queries.get(service);
    return known && Date.now() - known.foundMs < REMEMBERED_MS ? known.query : undefined;
  }

  set(service: string, query: string): void {
    this.#queries.delete(service);
    this.#queries.set(service, { query, foundMs: Date.now() });
    for (const oldest of this.#queries.keys()) {
      if (this.#queries.size <= MAX_REMEMBERED) break;
      this.#queries.delete(oldest);
    }
  }
}

async function answerOf(
  options: PrometheusOptions,
  query: string,
  question: WorkQuestion,
  gone: AbortSignal,
): Promise<WorkAnswer> {
  const { matchers, fromMs, untilMs, steps } = question;
  const rangeMs = untilMs - fromMs;
  const parts = steps > 1 ? steps : Math.max(1, Math.min(MAX_PARTS, Math.floor(rangeMs / MIN_WINDOW_MS)));
  const partMs = rangeMs / parts;
  const window = `${Math.ceil(Math.max(MIN_WINDOW_MS, partMs) / 1000)}s`;
  if (matchers.length > 0 && !query.includes('$matchers'))
    throw new Refusal('The query of this service has no $matchers, so that labels cannot select its requests.');
  const series = await ask(options, 'query_range', gone, {
    // Every value in one go: what is put in is not looked at again.
    query: query.replaceAll(/\$(window|matchers)/g, (_, what) => (what === 'window' ? window : selector(matchers))),
    start: seconds(fromMs + partMs),
    end: seconds(untilMs + partMs / 2),
    step: seconds(partMs),
  });
  const sums: (number | null)[] = Array<null>(parts).fill(null);
  const counts: { readonly labels: FoundSeries['labels']; readonly requests: number }[] = [];
  for (const { labels, values } of series) {
    let ofRoute = 0;
    for (const [at, rate] of values) {
      const part = Math.round((at * 1000 - fromMs) / partMs) - 1;
      if (part < 0 || part >= parts || !(rate >= 0)) continue;
      const requests = (rate * partMs) / 1000;
      sums[part] = (sums[part] ?? 0) + requests;
      ofRoute += requests;
    }
    counts.push({ labels, requests: ofRoute });
  }
  const known = sums.filter((one) => one !== null);
  if (known.length === 0) return nothing(question, undefined);
  return {
    source: 'prometheus',
    steps: steps > 1 ? sums : [known.reduce((sum, one) => sum + one, 0)],
    routes: largestRoutes(byRoute(counts)),
    covered: known.length / parts,
    problem: undefined,
  };
}

/**
 * Requests by the values of one label, so that no two kinds of names are mixed: the first label that at least half of the
 * requests have, else the first that any has. '' are requests without it.
 */
function byRoute(
  counts: readonly { readonly labels: FoundSeries['labels']; readonly requests: number }[],
): Map<string, number> {
  const sumOf = (some: typeof counts): number => some.reduce((sum, { requests }) => sum + requests, 0);
  const having = (name: string): typeof counts => counts.filter(({ labels }) => (labels[name] ?? '') !== '');
  const all = sumOf(counts);
  const label =
    ROUTE_LABELS.find((name) => having(name).length > 0 && sumOf(having(name)) >= all / 2) ??
    ROUTE_LABELS.find((name) => having(name).length > 0);
  const routes = new Map<string, number>();
  for (const { labels, requests } of counts) {
    const route = (label !== undefined && labels[label]) || '';
    routes.set(route, (routes.get(route) ?? 0) + requests);
  }
  return routes;
}

/** The query for the first counter that has series of the service; undefined if no counter has. */
async function usualQuery(
  options: PrometheusOptions,
  { service, fromMs, untilMs }: WorkQuestion,
  gone: AbortSignal,
): Promise<string | undefined> {
  const metrics = `__name__=~${JSON.stringify(COUNTERS.join('|'))}`;
  const kinds = SERVICE_LABELS.map(
    (label) =>
      `label_replace(count by (__name__) (last_over_time({${metrics},${label}=${JSON.stringify(service)}}[${Math.ceil((untilMs - fromMs) / 1000)}s])), "found_by", "${label}", "", "")`,
  );
  // last_over_time alone keeps the name of a metric.
  const found = await ask(options, 'query', gone, {
    query: kinds.join(' or '),
    time: seconds(untilMs),
  });
  for (const label of SERVICE_LABELS)
    for (const counter of COUNTERS)
      if (found.some(({ labels }) => labels['found_by'] === label && labels['__name__'] === counter))
        return `sum by (${ROUTE_LABELS.join(', ')}) (rate(${counter}{${label}=${JSON.stringify(service).replaceAll('$', '\\x24')},$matchers}[$window]))`;
  return undefined;
}

/** Label names of Prometheus have letters, digits and `_`, as OpenTelemetry maps others to them. */
function selector(matchers: readonly LabelMatcher[]): string {
  return matchers
    .map(({ name, operator, value }) => {
      const plain = name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
      return `${plain}${operator}${JSON.stringify(value)}`;
    })
    .join(',');
}

interface FoundSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since the epoch, and the value. */
  readonly values: readonly (readonly [number, number])[];
}

/** @throws Refusal */
async function ask(
  { url, authorization, timeoutMs = TIMEOUT_MS }: PrometheusOptions,
  call: 'query' | 'query_range',
  gone: AbortSignal,
  parameters: Readonly<Record<string, string>>,
): Promise<readonly FoundSeries[]> {
  const signal = AbortSignal.any([gone, AbortSignal.timeout(timeoutMs)]);
  let text: string;
  let status: number;
  try {
    const response = await fetch(`${url}/api/v1/${call}`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
      headers: authorization === undefined ? {} : { authorization },
      redirect: 'error',
      signal,
    });
    ({ status } = response);
    text = await textOf(response);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if ((error as Error).name === 'TimeoutError')
      throw new Refusal(`Prometheus did not answer within ${timeoutMs / 1000} s.`);
    const { cause } = error as { cause?: unknown };
    throw new Refusal(
      `Prometheus does not answer: ${(cause instanceof Error ? cause : (error as Error)).message.slice(0, 200)}.`,
    );
  }
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Refusal(`Prometheus answered ${status} with something other than JSON.`);
  }
  if (!isRecord(answer) || answer['status'] !== 'success') {
    const why = isRecord(answer) && typeof answer['error'] === 'string' ? answer['error'] : 'no reason';
    throw new Refusal(`Prometheus refused (${status}): ${why.replaceAll(/\s+/g, ' ').slice(0, 300)}`);
  }
  const { data } = answer;
  const result = isRecord(data) ? data['result'] : undefined;
  if (!Array.isArray(result)) throw new Refusal('Prometheus answered without series.');
  if (result.length > MAX_SERIES)
    throw new Refusal(
      `Prometheus has more than ${MAX_SERIES} series of this service: sum them up in a --prometheus-query of your own.`,
    );
  return result.flatMap(seriesIn);
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new Refusal(`Prometheus answered with more than ${MAX_BYTES >> 20} MiB.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function seriesIn(one: unknown): readonly FoundSeries[] {
  if (!isRecord(one) || !isRecord(one['metric'])) return [];
  const labels = Object.fromEntries(
    Object.entries(one['metric']).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
  const values = Array.isArray(one['values']) ? (one['values'] as unknown[]) : [one['value']];
  return [
    {
      labels,
      values: values.flatMap((pair): [number, number][] => {
        if (!Array.isArray(pair) || typeof pair[0] !== 'number') return [];
        const value = Number(pair[1]);
        return Number.isFinite(value) ? [[pair[0], value]] : [];
      }),
    },
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function nothing({ steps }: WorkQuestion, problem: string | undefined): WorkAnswer {
  return { source: undefined, steps: Array<null>(steps).fill(null), routes: [], covered: 0, problem };
}
