/** The doors for profiles, `/ingest`, Push and OTLP: from a request to profiles for the store and the answer to send. */

import type { Label } from '#model/labels.ts';
import type { RequestFacts, WireAnswer, WireRequest } from '../request.ts';
import { RpcError, type RpcCode } from '../rpc/rpc-error.ts';
import { answerRpc, type RpcHandler } from '../rpc/rpc.ts';
import { parseAppName } from './app-name.ts';
import { UploadDecoder } from './decode-upload.ts';
import { fingerprint } from './fingerprint.ts';
import { readForm } from './form.ts';
import { emptyNote, type IncomingProfile, notesOf, type Trimmed } from '../incoming.ts';
import { openJfr } from './open-jfr.ts';
import { openOtlp, refuseOtlpUpload } from './open-otlp.ts';
import { openPulled } from './open-pulled.ts';
import { profileName, readSampleTypeConfig, type SampleTypeConfig } from './profile-names.ts';
import { PULLED_PATH } from './pulled-kinds.ts';
import { PushParts, type StoreEarly } from './push-parts.ts';
import { type PushedSeries, readPushJson, readPushMessage } from './push-request.ts';
import { asRefusal, quote, Refusal, type RefusalKind } from './refusal.ts';
import { SeriesBudget } from './series-budget.ts';
import { seriesOfProfile, type IngestLimits, type TakenProfile } from './series-of-profile.ts';
import { isFixedTime, parseTimeText } from './time-text.ts';
import { typedSpeedscope, typedStacks } from './typed-stacks.ts';
import { INGEST_PATHS, isOtlpPath, PUSH_PATH } from './upload-paths.ts';

export interface OpenedUpload {
  /** Stored before `answer` is sent. A push may be accepted in part. */
  readonly profiles: readonly IncomingProfile[];
  readonly answer: WireAnswer;
  readonly facts: RequestFacts;
  /** Bytes that were unpacked for it, without those of profiles that were stored early. */
  readonly bytes: number;
  /**
   * The answer where the store refuses some of the profiles, and keeps the others; undefined if it is a failure.
   * @param refusals the reasons, by index in `profiles`
   */
  readonly answerAfter?: (refusals: ReadonlyMap<number, string>) => Promise<WireAnswer>;
}

/** The time of a pprof counts as missing in this interval: it is 0 or in a wrong unit. */
const YEAR_1970_MS = 365 * 86_400_000;
const NOTHING = new Uint8Array(0);
/** Unpacked bytes of a push; in JSON a profile is a third longer. */
const MAX_PUSH_BYTES = 96 << 20;
/** A series with its labels takes about as many bytes of memory until it is stored. */
const SERIES_BYTES = 1 << 10;

/**
 * Never rejects for what a client sends: a refusal is an answer.
 * @param storeEarly without it all profiles are in the result
 */
export async function openUpload(
  request: WireRequest,
  limits: IngestLimits,
  nowMs: number,
  storeEarly?: StoreEarly,
): Promise<OpenedUpload> {
  const decoder = new UploadDecoder(limits);
  const opened = await openWith(decoder, request, limits, nowMs, storeEarly);
  return { bytes: decoder.unpackedBytes, ...opened };
}

async function openWith(
  decoder: UploadDecoder,
  request: WireRequest,
  limits: IngestLimits,
  nowMs: number,
  storeEarly: StoreEarly | undefined,
): Promise<Omit<OpenedUpload, 'bytes'> & { readonly bytes?: number }> {
  if (request.path === PUSH_PATH) return openPush(decoder, request, limits, nowMs, storeEarly);
  if (request.path === PULLED_PATH) return openFetched(decoder, request, limits, nowMs);
  if (isOtlpPath(request.path)) {
    const { taken, answer, facts, answerAfter } = await openOtlp(decoder, request, limits, nowMs);
    return {
      profiles: taken.map(({ incoming }) => incoming),
      answer,
      facts: { ...factsOf(taken.map(briefly)), ...facts },
      answerAfter,
    };
  }
  if (!INGEST_PATHS.has(request.path)) {
    const message = `There is no call ${request.path}: profiles are pushed to ${PUSH_PATH}.`;
    return refused(ingestAnswer(404, 'unimplemented', message), 'bad_request', message);
  }
  if (request.method !== 'POST') {
    const answer = { status: 405, headers: { allow: 'POST' }, body: NOTHING };
    return refused(answer, 'bad_request', 'Send profiles with POST.');
  }
  let isText = false;
  try {
    const query = new URLSearchParams(request.query);
    const format = ingestFormat(query.get('format'), request.headers['content-type'] ?? '');
    isText = TEXT_FORMATS.has(format);
    const taken = await openIngest(decoder, request, query, format, limits, nowMs);
    const brief = taken.map(briefly);
    const facts = { ...factsOf(brief), empty: emptyOf(brief), sent: taken.length };
    const profiles = taken.map(({ incoming }) => incoming);
    return { profiles, answer: withNotes(ingestAnswer(200), facts), facts };
  } catch (error) {
    const { kind, message } = asRefusal(error);
    return refused(ingestError(ingestStatus(kind, isText), message), kind, message);
  }
}

/** A profile that the server fetched itself. */
function openFetched(
  decoder: UploadDecoder,
  request: WireRequest,
  limits: IngestLimits,
  nowMs: number,
): Omit<OpenedUpload, 'bytes'> {
  try {
    const taken = openPulled(decoder, request, limits, nowMs);
    const all = taken === undefined ? [] : [taken];
    const profiles = all.map(({ incoming }) => incoming);
    return { profiles, answer: ingestAnswer(200), facts: factsOf(all.map(briefly)) };
  } catch (error) {
    const { kind, message } = asRefusal(error);
    return refused(ingestError(422, message), kind, message);
  }
}

/** As in Pyroscope: 422 for an invalid pprof, 400 for other mistakes. Agents repeat neither. */
function ingestStatus(kind: RefusalKind, isText: boolean): number {
  if (kind === 'bad_name') return 400;
  if (kind === 'bad_profile' || kind === 'too_many' || kind === 'unsupported') return 422;
  if (isText) return 400;
  return kind === 'too_large' ? 413 : 422;
}

/** The answer to a valid upload that cannot be stored. @param code `unavailable` may be sent again */
export async function refuseUpload(
  request: WireRequest,
  code: RpcCode,
  slug: string,
  message: string,
): Promise<{ answer: WireAnswer; facts: RequestFacts }> {
  const facts = { refused: slug, message };
  if (isOtlpPath(request.path)) return { answer: await refuseOtlpUpload(request, code, message), facts };
  const { httpStatus } = new RpcError(code, message);
  return { answer: ingestAnswer(httpStatus, code, message), facts };
}

/** What stands around them is answered 400 where it is wrong. */
const TEXT_FORMATS: ReadonlySet<IngestFormat> = new Set(['groups', 'lines', 'tree', 'trie']);

type IngestFormat = 'pprof' | 'form' | 'groups' | 'lines' | 'jfr' | 'trie' | 'tree' | 'speedscope';

/** The first rule that fits, as in Pyroscope: a format of `pprof` means a raw body whatever the content type. */
function ingestFormat(format: string | null, contentType: string): IngestFormat {
  if (format === 'trie' || contentType === 'binary/octet-stream+trie') return 'trie';
  if (format === 'tree' || contentType === 'binary/octet-stream+tree') return 'tree';
  if (format === 'lines' || format === 'jfr' || format === 'pprof' || format === 'speedscope') return format;
  return contentType.includes('multipart/form-data') ? 'form' : 'groups';
}

/** @returns none for what holds nothing. @throws Refusal, DecodeError */
async function openIngest(
  decoder: UploadDecoder,
  { body, headers }: WireRequest,
  query: URLSearchParams,
  format: IngestFormat,
  limits: IngestLimits,
  nowMs: number,
): Promise<TakenProfile[]> {
  const name = query.get('name');
  const { app, labels } = parseAppName(name);
  const spy = query.get('spyName') ?? 'unknown';
  const from = query.get('from') ?? '';
  const fromMs = parseTimeText(from, nowMs);
  // Only uploads with a time are recognised as repeats: the same bytes may be sent for two different times.
  const repeatKey = (parts: readonly Uint8Array[], hasOwnTime: boolean, group = ''): string =>
    hasOwnTime || isFixedTime(from)
      ? fingerprint(['ingest', name ?? '', from, query.get('until') ?? '', format, group], parts)
      : '';

  if (TEXT_FORMATS.has(format) || format === 'speedscope') {
    if (body.length === 0) return [];
    const rate = sampleRate(query.get('sampleRate'));
    const all =
      format === 'speedscope'
        ? typedSpeedscope(decoder, body, app, rate)
        : [typedStacks(decoder, body, format, app, rate)];
    return all.map(({ profile, service, name: profileKind }, i) => {
      const pairs = requestLabels(labels, service, spy, profileKind);
      if (labels.has('service_name') && !labels.has('app_name')) pairs.push({ name: 'app_name', value: service });
      return seriesOfProfile(profile, pairs, fromMs, repeatKey([body], false, i === 0 ? '' : `${i}`), limits, nowMs);
    });
  }
  if (format === 'jfr') {
    const isForm = (headers['content-type'] ?? '').includes('multipart/form-data');
    const parts = isForm ? await readForm(body, headers['content-type'] ?? '') : new Map([['jfr', body]]);
    const opened = openJfr(decoder, parts, sampleRate(query.get('sampleRate')));
    if (opened === undefined) return [];
    const { groups, event, startMs, trimmed } = opened;
    const timeMs = isFixedTime(from) ? fromMs : startMs;
    return groups.map((group, i) => {
      const pairs = requestLabels(labels, app, spy, group.name);
      if (event !== '') pairs.push({ name: 'jfr_event', value: event });
      // All groups have the bytes of the same parts.
      const key = repeatKey([...parts.values()], true, `${i}`);
      const taken = seriesOfProfile(group.profile, pairs, timeMs, key, limits, nowMs);
      return i > 0 ? taken : { ...taken, trimmed: { ...taken.trimmed, ...trimmed } };
    });
  }
  let part = body;
  let config: SampleTypeConfig | undefined;
  if (format === 'form') {
    const files = await readForm(body, headers['content-type'] ?? '');
    if ((files.get('prev_profile')?.length ?? 0) > 0) {
      throw new Refusal('unsupported', 'The form has a prev_profile, as old agents send it: update the agent.');
    }
    part = profilePart(files);
    const given = files.get('sample_type_config');
    if (given !== undefined) config = readSampleTypeConfig(given);
  }
  if (part.length === 0) return [];
  const decoded = decoder.pprof(part);
  const ownMs = decoded.timeMs !== undefined && decoded.timeMs >= YEAR_1970_MS ? decoded.timeMs : undefined;
  const pairs = requestLabels(labels, app, spy, profileName(decoded.sampleTypes, config?.displayNames));
  const key = repeatKey([part], ownMs !== undefined);
  const { incoming, trimmed } = seriesOfProfile(decoded, pairs, ownMs ?? fromMs, key, limits, nowMs);
  const isCumulative = decoded.sampleTypes.some(({ type }) => config?.cumulative.has(type));
  return [{ incoming, trimmed: { ...trimmed, cumulative: isCumulative ? 1 : 0 } }];
}

/** @returns nothing where the part is empty. @throws Refusal where there is none */
function profilePart(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const part = files.get('profile');
  if (part !== undefined) return part;
  if (files.has('jfr'))
    throw new Refusal('bad_request', 'The form has a flight recording in the part jfr: add format=jfr to the query.');
  const others = [...files.keys()].map(quote).join(', ');
  throw new Refusal(
    'bad_request',
    `The form has ${others === '' ? 'no parts' : `the parts ${others}`}, and none is called profile: send the pprof as the part profile.`,
  );
}

function requestLabels(labels: ReadonlyMap<string, string>, service: string, spy: string, profile: string): Label[] {
  const all = new Map<string, string>([['service_name', service], ...labels]);
  all.set('__name__', profile);
  all.set('pyroscope_spy', spy);
  return [...all].map(([name, value]) => ({ name, value }));
}

function sampleRate(text: string | null): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : 100;
}

async function openPush(
  decoder: UploadDecoder,
  request: WireRequest,
  limits: IngestLimits,
  nowMs: number,
  storeEarly: StoreEarly | undefined,
): Promise<Omit<OpenedUpload, 'bytes'> & { readonly bytes: number }> {
  const taken: BriefProfile[] = [];
  const parts = new PushParts(storeEarly);
  const budget = new SeriesBudget();
  let refusal: Refusal | undefined;
  const openAll = async (series: readonly PushedSeries[]): Promise<void> => {
    for (const { labels, profiles: raws } of series) {
      for (const raw of raws) {
        const unpackedBefore = decoder.unpackedBytes;
        let opened: IncomingProfile | undefined;
        try {
          const one = openRaw(decoder, labels, raw, limits, nowMs);
          budget.take(one.incoming.series);
          taken.push(briefly(one));
          opened = one.incoming;
        } catch (error) {
          // Each profile counts alone: the others are stored, and the answer reports this one.
          refusal ??= asRefusal(error);
        }
        const seriesBytes = (opened?.series.length ?? 0) * SERIES_BYTES;
        if (!(await parts.add(opened, decoder.unpackedBytes - unpackedBefore + seriesBytes))) return;
      }
    }
  };
  const handler: RpcHandler = async ({ codec, message }) => {
    try {
      const series = codec === 'json' ? readPushJson(message) : readPushMessage(message);
      if (series.every((one) => one.profiles.length === 0))
        throw new Refusal('bad_request', 'The push has no profiles.');
      await openAll(series);
    } catch (error) {
      refusal = asRefusal(error);
    }
    if (refusal !== undefined) throw new RpcError('invalid_argument', refusal.message);
    return codec === 'json' ? EMPTY_JSON : NOTHING;
  };
  const { answer, error } = await answerRpc(
    request,
    new Map([[PUSH_PATH, handler]]),
    { mostMessageBytes: MAX_PUSH_BYTES },
    () => undefined,
  );
  const why = error && { refused: refusal?.kind ?? 'bad_request', message: error.message };
  const facts = { ...factsOf(taken), ...(error === undefined && { empty: emptyOf(taken), sent: taken.length }) };
  return {
    ...parts.last,
    answer: withNotes(answer, facts),
    facts: { ...facts, ...why },
  };
}

/** What the facts of an upload need of a profile. */
interface BriefProfile {
  readonly service: string;
  readonly isEmpty: boolean;
  readonly trimmed: Trimmed;
}

function briefly({ incoming, trimmed }: TakenProfile): BriefProfile {
  return { service: incoming.series[0]?.service, isEmpty: incoming.profile.sampleCount === 0, trimmed };
}

/** Agents send profiles without samples, such as of locks that nobody waits for: these are no mistake. */
function emptyOf(taken: readonly BriefProfile[]): number {
  return taken.length === 0 ? 1 : taken.filter(({ isEmpty }) => isEmpty).length;
}

function factsOf(taken: readonly BriefProfile[]): RequestFacts {
  if (taken.length === 0) return {};
  const sum = (kind: keyof Trimmed): number => taken.reduce((all, { trimmed }) => all + trimmed[kind], 0);
  const trimmed = {
    cutStacks: sum('cutStacks'),
    labelsDropped: sum('labelsDropped'),
    negativeValues: sum('negativeValues'),
    cumulative: sum('cumulative'),
    cutOff: sum('cutOff'),
  };
  return { service: taken[0].service, trimmed };
}

const EMPTY_JSON = new TextEncoder().encode('{}');

function openRaw(
  decoder: UploadDecoder,
  labels: readonly Label[],
  raw: Uint8Array,
  limits: IngestLimits,
  nowMs: number,
): TakenProfile {
  const decoded = decoder.pprof(raw);
  const names = labels.flatMap(({ name, value }) => [name, value]);
  const key = decoded.timeMs === undefined ? '' : fingerprint(['push', ...names], [raw]);
  return seriesOfProfile(decoded, labels, decoded.timeMs ?? nowMs, key, limits, nowMs);
}

function refused(answer: WireAnswer, kind: string, message: string): Omit<OpenedUpload, 'bytes'> {
  return { profiles: [], answer, facts: { refused: kind, message } };
}

function ingestError(status: number, message: string): WireAnswer {
  return ingestAnswer(status, status === 400 || status === 413 ? 'invalid_argument' : 'unknown', message);
}

/** Reports the changes in a header, for people: agents check only the status. */
function withNotes(answer: WireAnswer, { trimmed, empty = 0, sent = 0 }: RequestFacts): WireAnswer {
  const notes = trimmed === undefined ? [] : [...notesOf(trimmed).values()];
  if (empty > 0) notes.push(emptyNote(empty, sent));
  if (notes.length === 0) return answer;
  return { ...answer, headers: { ...answer.headers, 'x-flametide-note': notes.join(' ') } };
}

/** 200 has no body. */
function ingestAnswer(status: number, code?: string, message?: string): WireAnswer {
  if (code === undefined) return { status, headers: {}, body: NOTHING };
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' },
    body: new TextEncoder().encode(JSON.stringify({ code, message })),
  };
}
