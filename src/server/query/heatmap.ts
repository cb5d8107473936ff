/** SelectHeatmap: how large the uploads, or the spans in them, are over time. */

import {
  ExemplarType,
  HeatmapQueryType,
  SelectHeatmapRequestSchema,
  SelectHeatmapResponseSchema,
} from '#wire/gen/querier/v1/querier_pb.ts';
import type { RpcCall } from '../rpc/rpc.ts';
import { type Exemplar, type Heatmap, type ProfileReader, TooManySlots } from '../store/profile-reader.ts';
import { readMessage, writeMessage } from './messages.ts';
import { printProfileId } from './profile-id.ts';
import type { QueryLimits } from './query-limits.ts';
import {
  checkGroupBy,
  checkLimitedRange,
  checkProfileType,
  checkSelector,
  checkStep,
  refuse,
} from './request-checks.ts';

/** Slots of one series. */
const MAX_SLOTS = 11_000;

export function selectHeatmap(reader: ProfileReader, limits: QueryLimits, call: RpcCall): Uint8Array {
  const request = readMessage(SelectHeatmapRequestSchema, call);
  const stepMs = checkStep(request.step);
  const range = checkLimitedRange(request, limits);
  if (range.startMs === range.endMs) throw refuse('The range has no length: send a start before the end.');
  if ((range.endMs - range.startMs) / stepMs >= MAX_SLOTS)
    throw refuse(`A heatmap must have fewer than ${MAX_SLOTS} steps: send a longer step or a shorter range.`);
  const { id } = checkProfileType(request.profileTypeID);
  const { queryType, exemplarType } = request;
  if (queryType !== HeatmapQueryType.INDIVIDUAL && queryType !== HeatmapQueryType.SPAN)
    throw refuse('The request has no queryType: send HEATMAP_QUERY_TYPE_INDIVIDUAL or HEATMAP_QUERY_TYPE_SPAN.');
  const isOfSpans = queryType === HeatmapQueryType.SPAN;
  const isWanted = exemplarType === ExemplarType.INDIVIDUAL || exemplarType === ExemplarType.SPAN;
  if (isWanted && (exemplarType === ExemplarType.SPAN) !== isOfSpans)
    throw refuse('The exemplars of a heatmap have its own kind: send the exemplarType that matches the queryType.');
  const limit = Number(request.limit ?? 0n);
  if (limit < 0) throw refuse(`limit is ${limit}: send the number of series, or leave it out for all.`);
  const groupBy = checkGroupBy(request.groupBy);
  const selector = {
    ...range,
    profileType: id,
    matchers: checkSelector(request.labelSelector, call.stop),
    callSite: [],
  };
  const of = isOfSpans ? 'spans' : 'uploads';
  const read = (): Heatmap => {
    try {
      return reader.heatmap(selector, groupBy, stepMs, of, isWanted, call.stop);
    } catch (error) {
      if (!(error instanceof TooManySlots)) throw error;
      throw refuse(`${error.message} Send a longer step, a shorter range or fewer labels in groupBy.`);
    }
  };
  const { edges, series } = read();
  return writeMessage(SelectHeatmapResponseSchema, call.codec, {
    series: (limit > 0 ? series.slice(0, limit) : series).map(({ labels, slots }) => ({
      labels: [...labels],
      slots: slots.map(({ timeMs, counts, exemplars }) => ({
        timestamp: BigInt(timeMs),
        yMin: [...edges],
        counts: [...counts],
        exemplars: exemplars.map(exemplarMessage),
      })),
    })),
  });
}

function exemplarMessage({ profile, span = '', trace = '', value, labels }: Exemplar) {
  return {
    timestamp: BigInt(Math.floor(profile.timeUs / 1000)),
    profileId: printProfileId(profile),
    spanId: span,
    traceId: trace,
    value: BigInt(value),
    labels: [...labels],
  };
}
