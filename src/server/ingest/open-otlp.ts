/** The doors of OpenTelemetry: profiles over HTTP in protobuf and JSON, and over gRPC. */

import type { OtlpNumbering, OtlpProfile, OtlpScope } from '#formats/decoders/otlp-message.ts';
import type { Label } from '#model/labels.ts';
import type { Profile } from '#model/profile.ts';
import { WireSink } from '#wire/wire-sink.ts';
import type { TraceContexts } from '../incoming.ts';
import type { RequestFacts, WireAnswer, WireRequest } from '../request.ts';
import { RpcError, type RpcCode } from '../rpc/rpc-error.ts';
import { answerRpc } from '../rpc/rpc.ts';
import type { UploadDecoder } from './decode-upload.ts';
import { fingerprint } from './fingerprint.ts';
import { AttributeFolder } from './otlp-attributes.ts';
import { OtlpGrouper } from './otlp-upload.ts';
import { profileName } from './profile-names.ts';
import { asRefusal, type Refusal } from './refusal.ts';
import { SeriesBudget } from './series-budget.ts';
import { type IngestLimits, seriesOfProfile, type TakenProfile } from './series-of-profile.ts';
import { OTLP_RPC_PATH } from './upload-paths.ts';

const RETRY_AFTER_S = 5;
const NOTHING = new Uint8Array(0);
/** Unpacked bytes of a message; JSON is larger. */
const MAX_MESSAGE_BYTES = 96 << 20;
const MAX_REASON = 1000;
const CODECS = new Map<string, Codec>([
  ['application/x-protobuf', 'proto'],
  ['application/protobuf', 'proto'],
  ['application/proto', 'proto'],
  ['application/json', 'json'],
]);

type Codec = 'proto' | 'json';

export interface OpenedOtlp {
  readonly taken: readonly TakenProfile[];
  readonly answer: WireAnswer;
  readonly facts: RequestFacts;
  /** The answer if the store refuses some of the profiles: why, by their index in `taken`. */
  answerAfter(refusals: ReadonlyMap<number, string>): Promise<WireAnswer>;
}

/** The result for a message. */
interface Outcome {
  readonly taken: TakenProfile[];
  /** By index in `taken`: the places in the message of the profiles in it. */
  readonly places: (readonly number[])[];
  /** The places of the profiles that are not stored, or only in part. */
  readonly rejected: Set<number>;
  /** The first refusal. */
  refusal: Refusal | undefined;
  numbering: OtlpNumbering | undefined;
  folded: number;
}

/** Never rejects for what a client sends. */
export async function openOtlp(
  decoder: UploadDecoder,
  request: WireRequest,
  limits: IngestLimits,
  nowMs: number,
): Promise<OpenedOtlp> {
  const outcome: Outcome = {
    taken: [],
    places: [],
    rejected: new Set(),
    refusal: undefined,
    numbering: undefined,
    folded: 0,
  };
  const answer = await answerOtlp(request, (message, codec) =>
    openMessage(decoder, message, codec, outcome, limits, nowMs),
  );
  const { taken, refusal, numbering, folded } = outcome;
  return {
    taken,
    answer,
    facts: {
      ...(numbering !== undefined && { otlp: { numbering, folded } }),
      ...(refusal === undefined ? refusedAs(answer) : { refused: refusal.kind, message: refusal.message }),
    },
    answerAfter: (refusals) => {
      const rejected = new Set(outcome.rejected);
      for (const index of refusals.keys()) for (const place of outcome.places[index]) rejected.add(place);
      const [first] = refusals.values();
      return answerOtlp(request, () => ({ rejected: rejected.size, reason: outcome.refusal?.message ?? first }));
    },
  };
}

/** The answer to a request that is not a message. */
function refusedAs({ status }: WireAnswer): RequestFacts {
  return status >= 400 ? { refused: 'bad_request', message: `An OTLP request was answered ${status}.` } : {};
}

interface Rejection {
  readonly rejected: number;
  readonly reason: string | undefined;
}

/** Answers in the client's protocol. @param work on the message; throws Refusal */
async function answerOtlp(
  request: WireRequest,
  work: (message: Uint8Array, codec: Codec) => Rejection,
): Promise<WireAnswer> {
  if (isGrpc(request)) {
    const handler = ({ message, codec }: { message: Uint8Array; codec: Codec }): Uint8Array => {
      try {
        return encodeAnswer(codec, work(message, codec));
      } catch (error) {
        throw new RpcError('invalid_argument', asRefusal(error).message);
      }
    };
    const table = new Map([[OTLP_RPC_PATH, handler]]);
    return (await answerRpc(request, table, { mostMessageBytes: MAX_MESSAGE_BYTES }, () => undefined)).answer;
  }
  if (request.path.startsWith('/opentelemetry.') && request.path !== OTLP_RPC_PATH)
    return encodeError('proto', 404, 'unimplemented', `There is no call ${request.path}.`);
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' }, body: NOTHING };
  const codec = CODECS.get(mediaType(request));
  if (codec === undefined) {
    const message = `Send OTLP profiles as ${[...CODECS.keys()].join(', ')}.`;
    return encodeError('proto', 415, 'invalid_argument', message);
  }
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'identity' && encoding !== '')
    return encodeError(codec, 415, 'invalid_argument', `The content encoding ${encoding} is not supported: send gzip.`);
  try {
    const body = encodeAnswer(codec, work(request.body, codec));
    return { status: 200, headers: typeOf(codec), body };
  } catch (error) {
    const { kind, message } = asRefusal(error);
    return encodeError(codec, kind === 'too_large' ? 413 : 400, 'invalid_argument', message);
  }
}

/** The answer if the store fails, in the client's protocol. @param code `unavailable` may be sent again */
export async function refuseOtlpUpload(request: WireRequest, code: RpcCode, message: string): Promise<WireAnswer> {
  const { httpStatus } = new RpcError(code, message);
  if (isGrpc(request)) {
    const handler = (): never => {
      throw new RpcError(code, message);
    };
    const table = new Map([[OTLP_RPC_PATH, handler]]);
    return (await answerRpc(request, table, { mostMessageBytes: MAX_MESSAGE_BYTES }, () => undefined)).answer;
  }
  return encodeError(CODECS.get(mediaType(request)) ?? 'proto', httpStatus, code, message);
}

/** Without parameters. */
function mediaType({ headers }: WireRequest): string {
  return (headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
}

/** An unknown call of gRPC is answered in its way too. */
function isGrpc(request: WireRequest): boolean {
  return request.path.startsWith('/opentelemetry.') && mediaType(request).startsWith('application/grpc');
}

/** @throws Refusal if the whole message is unusable */
function openMessage(
  decoder: UploadDecoder,
  body: Uint8Array,
  codec: Codec,
  outcome: Outcome,
  limits: IngestLimits,
  nowMs: number,
): Rejection {
  try {
    const { message, bytes, counts } = decoder.otlp(body, codec);
    outcome.numbering = message.numbering;
    const grouper = new OtlpGrouper(message, limits, counts, new AttributeFolder(limits.attributes));
    const key = fingerprint(['otlp'], [bytes]);
    const budget = new SeriesBudget();
    /** @param places of the profiles that are refused with the group */
    const refuse = (error: unknown, places: readonly number[]): void => {
      outcome.refusal ??= asRefusal(error);
      for (const place of places) outcome.rejected.add(place);
    };
    /** Takes all, or nothing. @param places of the profiles in it @throws Refusal */
    const keep = (decoded: readonly DecodedProfile[], places: readonly number[]): void => {
      const own = decoded.map(({ labels, profile, timeMs, spans }, i) => {
        const repeatKey = timeMs === undefined ? '' : `${key} ${outcome.taken.length + i}`;
        return seriesOfProfile(profile, labels, timeMs ?? nowMs, repeatKey, limits, nowMs, spans);
      });
      budget.take(own.flatMap(({ incoming }) => incoming.series));
      for (const one of own) {
        outcome.taken.push(one);
        outcome.places.push(places);
      }
    };
    for (const scope of message.scopes) {
      for (const profile of scope.profiles) {
        const places = [profile.place];
        try {
          // A profile that cannot be read is refused alone.
          if (profile.original === undefined || profile.samples.length > 0) grouper.add(scope, profile);
          else keep(originalProfiles(decoder, profile, grouper, scope), places);
        } catch (error) {
          refuse(error, places);
        }
      }
    }
    for (const { labels, timeMs, places, profiles } of grouper.take()) {
      try {
        keep(
          profiles().map((linked) => ({ labels, timeMs, ...linked })),
          places,
        );
      } catch (error) {
        refuse(error, places);
      }
    }
    outcome.folded = grouper.folded;
  } catch (error) {
    outcome.refusal ??= asRefusal(error);
  }
  const { refusal, rejected, taken } = outcome;
  if (refusal !== undefined && taken.length === 0) throw refusal;
  return { rejected: rejected.size, reason: refusal?.message };
}

interface DecodedProfile {
  readonly labels: readonly Label[];
  readonly profile: Profile;
  readonly timeMs: number | undefined;
  readonly spans?: TraceContexts | undefined;
}

/** A message may carry a profile in the form in which it was recorded. @throws Refusal, DecodeError */
function originalProfiles(
  decoder: UploadDecoder,
  { original, timeMs }: OtlpProfile,
  grouper: OtlpGrouper,
  { attributes }: OtlpScope,
): DecodedProfile[] {
  const { bytes, format } = original!;
  const labels = grouper.resourceLabels(attributes);
  const pairs = (name: string): Label[] => {
    const service = labels.get('service.name') ?? 'unknown_service';
    const all = new Map([...labels, ['service_name', service], ['__name__', name], ['__otel__', 'true']]);
    return [...all].map(([key, value]) => ({ name: key, value }));
  };
  if (format.toLowerCase().includes('jfr')) {
    const { groups, startMs } = decoder.jfr(bytes, undefined, 100);
    return groups.map(({ name, profile }) => ({ labels: pairs(name), profile, timeMs: startMs }));
  }
  const profile = decoder.pprof(bytes);
  const time = profile.timeMs ?? (timeMs > 0 ? timeMs : undefined);
  return [{ labels: pairs(profileName(profile.sampleTypes, undefined)), profile, timeMs: time }];
}

// ---- the messages that are answered

function typeOf(codec: Codec): Record<string, string> {
  return { 'content-type': codec === 'json' ? 'application/json' : 'application/x-protobuf' };
}

/** ExportProfilesServiceResponse: partial_success 1 with rejected_profiles 1 and error_message 2. */
function encodeAnswer(codec: Codec, { rejected, reason }: Rejection): Uint8Array {
  const message = reason?.slice(0, MAX_REASON) ?? '';
  if (codec === 'json') {
    const partial = { partialSuccess: { rejectedProfiles: `${rejected}`, errorMessage: message } };
    return utf8.encode(JSON.stringify(rejected === 0 ? {} : partial));
  }
  if (rejected === 0) return NOTHING;
  const answer = new WireSink();
  answer.message(1, () => {
    answer.field(1, rejected);
    answer.text(2, message);
  });
  return answer.take();
}

/** google.rpc.Status: code 1, message 2, as OTLP asks for. */
function encodeError(codec: Codec, status: number, code: RpcCode, message: string): WireAnswer {
  const { grpcStatus } = new RpcError(code, message);
  const retry = status === 503 || status === 429 ? { 'retry-after': `${RETRY_AFTER_S}` } : {};
  const headers = { ...typeOf(codec), 'x-content-type-options': 'nosniff', ...retry };
  if (codec === 'json') return { status, headers, body: utf8.encode(JSON.stringify({ code: grpcStatus, message })) };
  const body = new WireSink();
  body.field(1, grpcStatus);
  body.text(2, message);
  return { status, headers, body: body.take() };
}

const utf8 = new TextEncoder();
