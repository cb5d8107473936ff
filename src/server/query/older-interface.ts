/** Pyroscope's older interface, `/pyroscope/render…`: flamebearer JSON with a timeline, by GET. */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { parseProfileType, type ProfileType } from '#model/profile-type.ts';
import { WireSink } from '#wire/wire-sink.ts';
import type { WireAnswer, WireRequest } from '../request.ts';
import { parseTimeText } from '../ingest/time-text.ts';
import type { ProfileReader, ProfileSelector, StopCheck, SummedSeries } from '../store/profile-reader.ts';
import type { AnswerTree } from './answer-tree.ts';
import { layOutBars, writeFlamebearer } from './flame-bars.ts';
import { cutMerge, diffTree, type QuerySetting } from './querier-service.ts';
import { checkLimitedRange, checkMaxNodes, checkSelector, refuse } from './request-checks.ts';
import { asRpcError, type RpcResult, wantsPacked } from '../rpc/rpc.ts';
import { RpcError } from '../rpc/rpc-error.ts';

const MIN_STEP_S = 15;
const MAX_POINTS = 1500;
const MIN_BYTES_TO_PACK = 1400;
const HOUR_MS = 3_600_000;
const gzipAsync = promisify(gzip);

type Page = (reader: ProfileReader, setting: QuerySetting, parameters: URLSearchParams, stop: StopCheck) => Uint8Array;

const PAGES: ReadonlyMap<string, Page> = new Map([
  ['/pyroscope/render', render],
  ['/pyroscope/render-diff', renderDiff],
  ['/pyroscope/label-values', labelValues],
]);

/** Undefined if the path does not belong to this interface. Never rejects. */
export async function answerOlder(
  request: WireRequest,
  reader: ProfileReader,
  setting: QuerySetting,
  stop: StopCheck,
): Promise<RpcResult | undefined> {
  const page = PAGES.get(request.path);
  if (!page) return undefined;
  if (request.method !== 'GET') {
    const error = new RpcError('unimplemented', `${request.path} accepts only GET.`);
    return { answer: { status: 405, headers: { allow: 'GET' }, body: new Uint8Array(0) }, error };
  }
  try {
    const body = page(reader, setting, new URLSearchParams(request.query), stop);
    return { answer: await json(200, body, request), error: undefined };
  } catch (thrown) {
    const error = asRpcError(thrown);
    const body = Buffer.from(JSON.stringify({ code: error.code, message: error.message }));
    return { answer: await json(error.httpStatus, body, request), error };
  }
}

async function json(status: number, body: Uint8Array, request: WireRequest): Promise<WireAnswer> {
  const isPacked = body.length >= MIN_BYTES_TO_PACK && wantsPacked(request, 'accept-encoding');
  const headers = {
    'content-type': 'application/json',
    vary: 'Accept-Encoding',
    ...(isPacked && { 'content-encoding': 'gzip' }),
  };
  return { status, headers, body: isPacked ? await gzipAsync(body, { level: 1 }) : body };
}

function render(
  reader: ProfileReader,
  setting: QuerySetting,
  parameters: URLSearchParams,
  stop: StopCheck,
): Uint8Array {
  if (parameters.get('format') === 'dot')
    throw new RpcError('unimplemented', 'DOT output is not supported: leave format out.');
  const { selector, type } = readQuery(parameters, setting, stop, 'query', 'from', 'until');
  const tree = cutMerge(reader, selector, maxNodes(parameters, setting), stop);
  const groupBy = parameters.get('groupBy') ?? '';
  const { timeline, groups } = timelines(reader, selector, groupBy, stop);
  return flamebearer(tree, type, { timeline, groups, heatmap: null });
}

function renderDiff(
  reader: ProfileReader,
  setting: QuerySetting,
  parameters: URLSearchParams,
  stop: StopCheck,
): Uint8Array {
  const left = readQuery(parameters, setting, stop, 'leftQuery', 'leftFrom', 'leftUntil');
  const right = readQuery(parameters, setting, stop, 'rightQuery', 'rightFrom', 'rightUntil');
  if (left.type.id !== right.type.id)
    throw refuse(`The profile types of both sides must be the same, not ${left.type.id} and ${right.type.id}.`);
  const tree = diffTree(reader, left.selector, right.selector, maxNodes(parameters, setting), stop);
  const [leftTicks, rightTicks] = tree.sides.map(({ total }) => total[0]);
  return flamebearer(tree, left.type, { timeline: null, groups: null, heatmap: null, leftTicks, rightTicks });
}

/** Profile types of the last hour: the only use of this call. */
function labelValues(reader: ProfileReader, { nowMs }: QuerySetting, parameters: URLSearchParams): Uint8Array {
  const label = parameters.get('label') ?? '';
  if (label === '') throw refuse('The request has no label.');
  if (label !== '__name__')
    throw refuse('Only __name__ is supported here; ask QuerierService/LabelValues with a range.');
  const types = reader.profileTypes({ startMs: nowMs - HOUR_MS, endMs: nowMs });
  return Buffer.from(JSON.stringify(types.length === 0 ? null : types));
}

/** `process_cpu:cpu:…{service_name="a"}`: the profile type stands where a selector has its metric name. */
function readQuery(
  parameters: URLSearchParams,
  { limits, nowMs }: QuerySetting,
  stop: StopCheck,
  ...[queryName, fromName, untilName]: [string, string, string]
): { selector: ProfileSelector; type: ProfileType } {
  const query = parameters.get(queryName) ?? '';
  if (query === '') throw refuse(`${queryName} is missing.`);
  const matchers = checkSelector(query, stop);
  const named = matchers.find(({ name, operator }) => name === '__name__' && operator === '=');
  const type = named && parseProfileType(named.value);
  if (!type) throw refuse(`${queryName} has no profile type: send one of five parts before the {.`);
  const [start, end] = [fromName, untilName].map((name) => checkTime(name, parameters.get(name) ?? '', nowMs));
  const range = checkLimitedRange({ start, end }, limits);
  const others = matchers.filter((matcher) => matcher !== named);
  return { selector: { ...range, profileType: type.id, matchers: others, callSite: [] }, type };
}

/** In ms. */
function checkTime(name: string, text: string, nowMs: number): bigint {
  const timeMs = Math.floor(parseTimeText(text, nowMs));
  if (!Number.isSafeInteger(timeMs))
    throw refuse(`${name} is not a time: send seconds or milliseconds since 1970, or now-1h.`);
  return BigInt(timeMs);
}

function maxNodes(parameters: URLSearchParams, { limits }: QuerySetting): number {
  const written = parameters.get('max-nodes') ?? parameters.get('maxNodes') ?? '';
  return checkMaxNodes(/^-?\d{1,18}$/.test(written) ? BigInt(written) : undefined, limits);
}

interface Timeline {
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly durationDelta: number;
  readonly watermarks: null;
}

/** Element i is the bucket that ends at startTime + i steps, as Pyroscope's is. */
function timelines(
  reader: ProfileReader,
  selector: ProfileSelector,
  groupBy: string,
  stop: StopCheck,
): { timeline: Timeline; groups: Record<string, Timeline> | null } {
  const seconds = (selector.endMs - selector.startMs) / 1000;
  const stepS = Math.max(MIN_STEP_S, Math.round(seconds / MAX_POINTS));
  const stepMs = stepS * 1000;
  const startMs = Math.floor(selector.startMs / stepMs) * stepMs;
  const endMs = Math.floor(selector.endMs / stepMs) * stepMs;
  const count = (endMs - startMs) / stepMs;
  const series = reader.timeSeries({ ...selector, startMs, endMs }, groupBy === '' ? [] : [groupBy], stepMs, stop);
  const fill = (from: readonly SummedSeries[]): Timeline => {
    const samples = Array.from({ length: count }, () => 0);
    for (const { timesMs, sums } of from) {
      for (let i = 0; i < timesMs.length; i++) {
        const at = (timesMs[i] - startMs) / stepMs;
        if (at < count) samples[at] += sums[i];
      }
    }
    return { startTime: startMs / 1000, samples, durationDelta: stepS, watermarks: null };
  };
  const groups =
    groupBy === '' ? null : Object.fromEntries(series.map((one) => [one.labels[0]?.value ?? '', fill([one])]));
  return { timeline: fill(series), groups };
}

const OBJECTS = ['inuse_objects', 'alloc_objects', 'goroutine', 'samples'];

function flamebearer(tree: AnswerTree, type: ProfileType, rest: Readonly<Record<string, unknown>>): Uint8Array {
  const { sampleType, sampleUnit } = type;
  const isCpu = sampleType === 'cpu';
  const metadata = {
    format: tree.sides.length === 2 ? 'double' : 'single',
    spyName: '',
    sampleRate: isCpu ? 1_000_000_000 : 100,
    units: OBJECTS.includes(sampleType) ? 'objects' : isCpu ? 'samples' : sampleUnit,
    name: sampleType,
  };
  const sink = new WireSink(tree.length * 32);
  sink.ascii('{"version":1,"flamebearer":');
  writeFlamebearer(sink, layOutBars(tree));
  sink.utf8(`,"metadata":${JSON.stringify(metadata)},${JSON.stringify(rest).slice(1)}`);
  return sink.take();
}
