/**
 * Requests a range from a server, with plain fetch: the parts of Pyroscope's API that are needed, and our slices.
 * Nothing else in the command line talks to a server.
 */
import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { finish } from '#base/steps.ts';
import { DecodeError } from '#formats/format.ts';
import { decodeSlicedTree } from '#formats/sliced-tree.ts';
import type { LabelValues } from '#model/label-frames.ts';
import type { Profile } from '#model/profile.ts';
import type { SlicedColumns } from '#model/slices.ts';
import { costStep, COSTED_VALUES, type ValueCosts, valueCosts } from '#model/unit-labels.ts';
import { SelectSlicesRequestSchema } from '#wire/gen/flametide/v1/query_pb.ts';
import { SelectMergeProfileRequestSchema, SelectSeriesRequestSchema } from '#wire/gen/querier/v1/querier_pb.ts';
import { readSeries } from '#wire/read-series.ts';
import type { LabelMatcher } from '#model/labels.ts';
import type { SideRequests } from '#model/requests.ts';
import { NO_SERVICE, sideRequests, workAddress, workIn, workQuestion } from '#wire/work.ts';
import { BadInput } from './bad-input.ts';

/** A range of a server's profiles. Times in ms, both included. */
export interface ServerRange {
  /** With the path it is served under, without a slash at the end. */
  readonly server: string;
  readonly token: string | undefined;
  readonly profileType: string;
  readonly selector: string;
  /** Those of the selector. */
  readonly matchers: readonly LabelMatcher[];
  readonly startMs: number;
  readonly endMs: number;
}

const MAX_REASON_LENGTH = 300;

/** Gzipped or plain pprof; empty bytes where there is nothing. @throws BadInput */
export async function askMergedPprof(range: ServerRange): Promise<Uint8Array> {
  const answer = await ask(range, 'querier.v1.QuerierService/SelectMergeProfile', SelectMergeProfileRequestSchema, {
    ...query(range),
  });
  return bytesOf(answer, range);
}

/** Undefined where the server knows no slices, as Pyroscope does not. @throws BadInput */
export async function askSlices(
  range: ServerRange,
  slices: number,
  by: LabelValues | undefined,
): Promise<{ readonly profile: Profile; readonly slices: SlicedColumns } | undefined> {
  const call = 'flametide.v1.QueryService/SelectSlices';
  const grouped = by && { by: by.label, values: [...by.values] };
  const answer = await ask(range, call, SelectSlicesRequestSchema, { ...query(range), slices, ...grouped });
  if (answer.status === 404 || answer.status === 405 || answer.status === 501) {
    await answer.body?.cancel();
    return undefined;
  }
  const bytes = await bytesOf(answer, range);
  try {
    return finish(decodeSlicedTree(bytes, range.profileType));
  } catch (error) {
    if (error instanceof DecodeError) throw new BadInput(`${range.server}: ${error.sentences}`);
    throw error;
  }
}

/** What each value of a label costs. @throws BadInput */
export async function askValueCosts(range: ServerRange, label: string): Promise<ValueCosts> {
  const answer = await ask(range, 'querier.v1.QuerierService/SelectSeries', SelectSeriesRequestSchema, {
    ...query(range),
    groupBy: [label],
    step: costStep(range) / 1000,
    limit: BigInt(COSTED_VALUES),
  });
  const series = readSeries(await bytesOf(answer, range), (what) => {
    throw new BadInput(`The time series from ${range.server} cannot be read: ${what}.`);
  });
  return valueCosts(series, label, range);
}

/** Requests that were served in the range. A server that cannot tell takes nothing else away. */
export async function askRequests({ server, token, matchers, startMs, endMs }: ServerRange): Promise<SideRequests> {
  const range = { startMs, endMs };
  const question = workQuestion(matchers, range, 1);
  if (!question) return NO_SERVICE;
  try {
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    const answer = await lastingly(() => fetch(`${server}/${workAddress(question)}`, headers && { headers }));
    return sideRequests(await workIn(answer), range);
  } catch (error) {
    return { kind: 'unknown', why: silenceOf(server, error as Error) };
  }
}

function query({ profileType, selector, startMs, endMs }: ServerRange) {
  return { profileTypeID: profileType, labelSelector: selector, start: BigInt(startMs), end: BigInt(endMs) };
}

async function ask<Desc extends DescMessage>(
  { server, token }: ServerRange,
  call: string,
  schema: Desc,
  values: MessageInitShape<Desc>,
): Promise<Response> {
  const send = (): Promise<Response> =>
    fetch(`${server}/${call}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/proto',
        'connect-protocol-version': '1',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: toBinary(schema, create(schema, values)),
    });
  try {
    return await lastingly(send);
  } catch (error) {
    throw new BadInput(silenceOf(server, error as Error));
  }
}

function silenceOf(server: string, { cause, message }: Error): string {
  return `${server} does not answer: ${cause instanceof Error ? cause.message : message}.`;
}

/** Servers close idle connections, and ours are idle while a comparison is computed. Then the request is sent again on a new one. */
function lastingly(send: () => Promise<Response>): Promise<Response> {
  return send().catch((error: unknown) => {
    if (isClosedConnection(error)) return send();
    throw error;
  });
}

function isClosedConnection(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } };
  return cause?.code === 'UND_ERR_SOCKET' || cause?.code === 'ECONNRESET' || cause?.code === 'EPIPE';
}

async function bytesOf(answer: Response, { server }: ServerRange): Promise<Uint8Array> {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (answer.ok) return bytes;
  if (answer.status === 401 || answer.status === 403)
    throw new BadInput(`${server} requires a token: set FLAMETIDE_TOKEN.`);
  const text = new TextDecoder().decode(bytes.subarray(0, 4096));
  throw new BadInput(`${server} refused (${answer.status}): ${reasonIn(text)}`);
}

/** Connect's errors are JSON; a proxy's may be anything. */
function reasonIn(text: string): string {
  const found = /"message":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
  return found.replace(/\s+/g, ' ').slice(0, MAX_REASON_LENGTH).trim() || 'without a reason.';
}
