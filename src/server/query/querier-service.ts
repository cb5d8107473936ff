/** Pyroscope's QuerierService over a ProfileReader, our own slices call beside it. Contract: v2's behaviour. */

import type { LabelSet } from '#model/labels.ts';
import { parseProfileType, type ProfileType } from '#model/profile-type.ts';
import {
  GetFeatureFlagsRequestSchema,
  GetFeatureFlagsResponseSchema,
} from '#wire/gen/capabilities/v1/feature_flags_pb.ts';
import { SelectSlicesRequestSchema } from '#wire/gen/flametide/v1/query_pb.ts';
import {
  DiffRequestSchema,
  ExemplarType,
  ProfileFormat,
  ProfileTypesRequestSchema,
  ProfileTypesResponseSchema,
  type SelectMergeProfileRequest,
  SelectMergeProfileRequestSchema,
  type SelectMergeStacktracesRequest,
  SelectMergeSpanProfileRequestSchema,
  SelectMergeStacktracesRequestSchema,
  SelectSeriesRequestSchema,
  SeriesRequestSchema,
  SeriesResponseSchema,
} from '#wire/gen/querier/v1/querier_pb.ts';
import {
  GetProfileStatsRequestSchema,
  GetProfileStatsResponseSchema,
  LabelNamesRequestSchema,
  LabelNamesResponseSchema,
  LabelValuesRequestSchema,
  LabelValuesResponseSchema,
  type StackTraceSelector,
} from '#wire/gen/types/v1/types_pb.ts';
import { VersionRequestSchema, VersionResponseSchema } from '#wire/gen/version/v1/version_pb.ts';
import { FRAME_KINDS, UTF8_LABEL_NAMES } from '#wire/accept.ts';
import { WireSink } from '#wire/wire-sink.ts';
import { MAX_CUTS } from '../store/buckets.ts';
import type { ProfileId, ProfileReader, ProfileSelector, StopCheck } from '../store/profile-reader.ts';
import { type AnswerTree, answerTree, cutTree, overlay } from './answer-tree.ts';
import { encodeSeries } from './encode-series.ts';
import { encodeSlices } from './encode-slices.ts';
import { selectHeatmap } from './heatmap.ts';
import { layOutBars, writeBars, writeBarsJson } from './flame-bars.ts';
import { encodePprof } from './merged-pprof.ts';
import { readMessage, writeMessage } from './messages.ts';
import type { QueryLimits } from './query-limits.ts';
import {
  checkGroupBy,
  checkLimitedRange,
  checkMaxNodes,
  checkProfileType,
  checkRange,
  checkSelector,
  checkSelectors,
  checkStep,
  rangeOrLastHour,
  refuse,
} from './request-checks.ts';
import type { Codec, RpcCall, RpcHandler, RpcTable } from '../rpc/rpc.ts';
import { parseProfileId } from './profile-id.ts';
import { RpcError } from '../rpc/rpc-error.ts';
import { checkTraceSelectors } from './trace-selectors.ts';
import { treeBytes } from './tree-bytes.ts';

export interface QuerySetting {
  readonly nowMs: number;
  readonly limits: QueryLimits;
}

const QUERIER_API = 1n;

export function querierTable(reader: ProfileReader, setting: QuerySetting): RpcTable {
  const handlers = Object.entries(querier(reader, setting)).map(([name, handler]): [string, RpcHandler] => [
    `/querier.v1.QuerierService/${name}`,
    handler,
  ]);
  return new Map([
    ...handlers,
    ['/flametide.v1.QueryService/SelectSlices', (call: RpcCall) => selectSlices(reader, setting, call)],
    ['/version.v1.Version/Version', version],
    ['/capabilities.v1.FeatureFlagsService/GetFeatureFlags', featureFlags],
  ]);
}

function querier(reader: ProfileReader, setting: QuerySetting): Record<string, RpcHandler> {
  const { limits, nowMs } = setting;
  return {
    ProfileTypes(call) {
      const range = rangeOrLastHour(readMessage(ProfileTypesRequestSchema, call), nowMs);
      const profileTypes = reader
        .profileTypes(range)
        .map(parseProfileType)
        .filter((type) => type !== undefined)
        .map(({ id, ...type }) => ({ ID: id, ...type }));
      return writeMessage(ProfileTypesResponseSchema, call.codec, { profileTypes });
    },

    LabelNames(call) {
      const request = readMessage(LabelNamesRequestSchema, call);
      const range = checkRange(request);
      const matchers = checkSelectors(request.matchers, call.stop);
      const names = new Set(reader.series({ ...range, matchers }).flatMap((labels) => labels.map(({ name }) => name)));
      return writeMessage(LabelNamesResponseSchema, call.codec, { names: [...names].filter(visibleTo(call)).sort() });
    },

    LabelValues(call) {
      const request = readMessage(LabelValuesRequestSchema, call);
      if (request.name === '') throw refuse('The request has no label name.');
      const range = checkRange(request);
      const matchers = checkSelectors(request.matchers, call.stop);
      const values = new Set<string>();
      for (const labels of reader.series({ ...range, matchers })) {
        for (const { name, value } of labels) if (name === request.name) values.add(value);
      }
      return writeMessage(LabelValuesResponseSchema, call.codec, { names: [...values].sort() });
    },

    Series(call) {
      const request = readMessage(SeriesRequestSchema, call);
      const range = checkRange(request);
      const matchers = checkSelectors(request.matchers, call.stop);
      const asked = new Set(request.labelNames);
      const isVisible = visibleTo(call);
      const sets = new Map<string, LabelSet>();
      for (const labels of reader.series({ ...range, matchers })) {
        const shown = labels.filter(({ name }) => (asked.size === 0 || asked.has(name)) && isVisible(name));
        sets.set(JSON.stringify(shown.map(({ name, value }) => [name, value])), shown);
      }
      const labelsSet = [...sets]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, labels]) => ({ labels: labels.map(({ name, value }) => ({ name, value })) }));
      return writeMessage(SeriesResponseSchema, call.codec, { labelsSet });
    },

    SelectSeries(call) {
      const request = readMessage(SelectSeriesRequestSchema, call);
      const stepMs = checkStep(request.step);
      const range = checkLimitedRange(request, limits);
      const { id } = checkProfileType(request.profileTypeID);
      const matchers = checkSelector(request.labelSelector, call.stop);
      if (request.exemplarType === ExemplarType.SPAN)
        throw notHere('A series has exemplars of uploads; ask SelectHeatmap for those of spans');
      const selector = { ...range, matchers, profileType: id, callSite: callSite(request.stackTraceSelector) };
      if (selector.callSite.length > 0 && (range.endMs - range.startMs) / stepMs >= MAX_CUTS)
        throw refuse(
          `A series of one call site must have fewer than ${MAX_CUTS} steps: send a longer step or a shorter range.`,
        );
      const exemplars = request.exemplarType === ExemplarType.INDIVIDUAL;
      const series = reader.timeSeries(selector, checkGroupBy(request.groupBy), stepMs, call.stop, exemplars);
      const limit = Number(request.limit ?? 0n);
      return encodeSeries(limit > 0 ? series.slice(0, limit) : series, call.codec);
    },

    SelectMergeStacktraces(call) {
      const request = readMessage(SelectMergeStacktracesRequestSchema, call);
      const selector = stacktraces(request, limits, call.stop);
      switch (request.format) {
        case ProfileFormat.DOT:
          throw notHere('DOT output is not supported; ask for PROFILE_FORMAT_PPROF and run go tool pprof -dot');
        case ProfileFormat.PPROF:
          return wrapPprof(mergedPprof(reader, selector, request, limits, call), call.codec);
        case ProfileFormat.TREE: {
          const tree = cutMerge(reader, selector, checkMaxNodes(request.maxNodes, limits), call.stop);
          return wrapTree(treeBytes(tree), call.codec);
        }
        // An unknown number is taken as no format, as Pyroscope does.
        case ProfileFormat.UNSPECIFIED:
        case ProfileFormat.FLAMEGRAPH:
        default:
          return wrapBars(cutMerge(reader, selector, checkMaxNodes(request.maxNodes, limits), call.stop), call);
      }
    },

    SelectMergeProfile(call) {
      const request = readMessage(SelectMergeProfileRequestSchema, call);
      const selector = {
        ...profiles(request, limits, call.stop),
        callSite: callSite(request.stackTraceSelector),
        only: profileIds(request.profileIdSelector),
        within: checkTraceSelectors([], request.traceIdSelector),
      };
      return mergedPprof(reader, selector, request, limits, call);
    },

    Diff(call) {
      const request = readMessage(DiffRequestSchema, call);
      if (!request.left || !request.right) throw refuse(`The ${request.left ? 'right' : 'left'} side is missing.`);
      const left = stacktraces(request.left, limits, call.stop);
      const right = stacktraces(request.right, limits, call.stop);
      const most = Math.max(...[request.left, request.right].map(({ maxNodes }) => checkMaxNodes(maxNodes, limits)));
      return wrapBars(diffTree(reader, left, right, most, call.stop), call);
    },

    GetProfileStats(call) {
      readMessage(GetProfileStatsRequestSchema, call);
      const extent = reader.extent();
      return writeMessage(GetProfileStatsResponseSchema, call.codec, {
        dataIngested: extent !== undefined,
        oldestProfileTime: BigInt(Math.floor(extent?.oldestMs ?? 0)),
        newestProfileTime: BigInt(Math.floor(extent?.newestMs ?? 0)),
      });
    },

    AnalyzeQuery: (call) => (call.codec === 'json' ? new TextEncoder().encode('{}') : new Uint8Array(0)),

    SelectMergeSpanProfile(call) {
      const request = readMessage(SelectMergeSpanProfileRequestSchema, call);
      if (request.spanSelector.length === 0) throw refuse('The request has no spanSelector.');
      const within = checkTraceSelectors(request.spanSelector, []);
      const selector = { ...profiles(request, limits, call.stop), callSite: [], within };
      const tree = cutMerge(reader, selector, checkMaxNodes(request.maxNodes, limits), call.stop);
      return request.format === ProfileFormat.TREE ? wrapTree(treeBytes(tree), call.codec) : wrapBars(tree, call);
    },

    SelectHeatmap: (call) => selectHeatmap(reader, limits, call),
  };
}

/** @throws Stopped */
export function cutMerge(reader: ProfileReader, selector: ProfileSelector, most: number, stop: StopCheck): AnswerTree {
  const merged = reader.merge(selector, 'names', stop, most);
  stop();
  const cut = cutTree(answerTree(merged), most);
  stop();
  return cut;
}

/** @throws Stopped */
export function diffTree(
  reader: ProfileReader,
  left: ProfileSelector,
  right: ProfileSelector,
  most: number,
  stop: StopCheck,
): AnswerTree {
  const before = answerTree(reader.merge(left, 'names', stop));
  const after = answerTree(reader.merge(right, 'names', stop));
  stop();
  const both = overlay(before, after);
  stop();
  return cutTree(both, most);
}

function mergedPprof(
  reader: ProfileReader,
  selector: ProfileSelector,
  request: Pick<SelectMergeProfileRequest, 'maxNodes' | 'profileTypeID' | 'stackTraceSelector'>,
  limits: QueryLimits,
  call: RpcCall,
): Uint8Array {
  const { codec, stop } = call;
  const type: ProfileType = checkProfileType(request.profileTypeID);
  const asked = request.maxNodes ?? 0n;
  // Unlike a flame graph, a pprof is whole unless a limit is asked for.
  const most = asked === 0n ? Infinity : checkMaxNodes(asked, limits);
  const merged = reader.merge(selector, codec === 'proto' && accepts(call, FRAME_KINDS) ? 'kinds' : 'lines', stop);
  stop();
  const tree = cutTree(answerTree(merged), most);
  const goPgo = request.stackTraceSelector?.goPgo;
  return encodePprof({ tree, functions: merged.functions, type, endMs: selector.endMs, goPgo }, codec);
}

function selectSlices(reader: ProfileReader, { limits }: QuerySetting, call: RpcCall): Uint8Array {
  const request = readMessage(SelectSlicesRequestSchema, call);
  const selector = { ...profiles(request, limits, call.stop), callSite: [] };
  if (request.slices < 1 || request.slices > limits.mostSlices)
    throw refuse(`slices is ${request.slices}: send 1 to ${limits.mostSlices}.`);
  const sliced = reader.slices(selector, request.slices, call.stop);
  call.stop();
  return encodeSlices(sliced, call.codec);
}

function version(call: RpcCall): Uint8Array {
  readMessage(VersionRequestSchema, call);
  return writeMessage(VersionResponseSchema, call.codec, { QuerierAPI: QUERIER_API });
}

function featureFlags(call: RpcCall): Uint8Array {
  readMessage(GetFeatureFlagsRequestSchema, call);
  const description = 'Label names may contain any characters.';
  return writeMessage(GetFeatureFlagsResponseSchema, call.codec, {
    featureFlags: [{ name: 'utf8LabelNames', enabled: true, description }],
  });
}

// ---- requests

function stacktraces(request: SelectMergeStacktracesRequest, limits: QueryLimits, stop: StopCheck): ProfileSelector {
  checkMaxNodes(request.maxNodes, limits);
  return {
    ...profiles(request, limits, stop),
    callSite: callSite(request.stackTraceSelector),
    only: profileIds(request.profileIdSelector),
    within: checkTraceSelectors(request.spanSelector, request.traceIdSelector),
  };
}

function profiles(
  request: { start: bigint; end: bigint; profileTypeID: string; labelSelector: string },
  limits: QueryLimits,
  stop: StopCheck,
): Omit<ProfileSelector, 'callSite'> {
  const range = checkLimitedRange(request, limits);
  const { id } = checkProfileType(request.profileTypeID);
  return { ...range, profileType: id, matchers: checkSelector(request.labelSelector, stop) };
}

/** With go_pgo the call site does not count, as in Pyroscope. */
function callSite(selector: StackTraceSelector | undefined): string[] {
  return selector && !selector.goPgo ? selector.callSite.map(({ name }) => name) : [];
}

/** Ids that this store did not make select nothing. */
function profileIds(ids: readonly string[]): ProfileId[] | undefined {
  return ids.length === 0 ? undefined : ids.map(parseProfileId).filter((id) => id !== undefined);
}

function notHere(what: string): RpcError {
  return new RpcError('unimplemented', `${what}.`);
}

/** Whether a name is listed: names beyond the old grammar only for clients that accept them. */
function visibleTo(call: RpcCall): (name: string) => boolean {
  return accepts(call, UTF8_LABEL_NAMES) ? () => true : (name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** Whether the header `accept` has the parameter. */
function accepts({ headers }: RpcCall, parameter: string): boolean {
  return new RegExp(String.raw`;\s*${parameter}\s*=\s*"?true"?\s*(?:[;,]|$)`, 'i').test(headers['accept'] ?? '');
}

// ---- answers

/** The bars in field 1, in both answers that have them. */
function wrapBars(tree: AnswerTree, { codec, stop }: RpcCall): Uint8Array {
  const bars = layOutBars(tree);
  stop();
  const sink = new WireSink(tree.length * 32);
  if (codec === 'proto') sink.message(1, () => writeBars(sink, bars));
  else {
    sink.ascii('{"flamegraph":');
    writeBarsJson(sink, bars);
    sink.ascii('}');
  }
  return sink.take();
}

function wrapTree(tree: Uint8Array, codec: Codec): Uint8Array {
  const sink = new WireSink(Math.ceil(tree.length * 1.4) + 32);
  if (codec === 'proto') {
    if (tree.length > 0) sink.message(2, () => sink.bytes(tree));
  } else if (tree.length === 0) sink.ascii('{}');
  else {
    sink.ascii('{"tree":"');
    sink.bytes(Buffer.from(Buffer.from(tree.buffer, tree.byteOffset, tree.length).toString('base64'), 'latin1'));
    sink.ascii('"}');
  }
  return sink.take();
}

function wrapPprof(profile: Uint8Array, codec: Codec): Uint8Array {
  const sink = new WireSink(profile.length + 32);
  if (codec === 'proto') sink.message(5, () => sink.message(1, () => sink.bytes(profile)));
  else {
    sink.ascii('{"pprof":{"profile":');
    sink.bytes(profile);
    sink.ascii('}}');
  }
  return sink.take();
}
