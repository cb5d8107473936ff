/** Which kind of JSON a file is, by what it begins and ends with: one table, so that no two formats take one file. */
import { textPrefix } from '#base/text-bytes.ts';
import { looksLikeJson } from './collapsed.ts';

const BYTES = 65_536;

interface Signs {
  readonly all: readonly RegExp[];
}

/** In the order in which they are tried. Each sign is one pass over the text: no repetition within a repetition. */
const KINDS = {
  speedscope: {
    all: [
      /speedscope\.app\/file-format-schema|"exporter"\s*:\s*"speedscope|"type"\s*:\s*"(?:evented|sampled)"/,
      /"shared"\s*:|"profiles"\s*:/,
    ],
  },
  flamebearer: { all: [/"flamebearer"\s*:/] },
  dhat: { all: [/"dhatFileVersion"\s*:/] },
  gecko: {
    all: [
      /"stackTable"\s*:|"frameTable"\s*:|"processType"\s*:|"preprocessedProfileVersion"\s*:|"presymbolicated"\s*:|"stackwalk"\s*:/,
      /"meta"\s*:|"threads"\s*:/,
    ],
  },
  // A recording of the developer tools that Firefox had until 2021: its profile may be far behind.
  'gecko-recording': { all: [/^\s*\{\s*"label"\s*:/, /"markers"\s*:/] },
  'trace-event': {
    all: [/"traceEvents"\s*:|^\s*\[\s*\{[^[\]]*"ph"\s*:\s*"|^\s*\[\s*\{[^]{0,4000}?"ph"\s*:\s*"[A-Za-z(),]"/],
  },
  heaptimeline: { all: [/"snapshot"\s*:/, /"trace_function_infos?"|"trace_function_info_fields"|"node_fields"/] },
  heapprofile: { all: [/"head"\s*:/, /"callFrame"\s*:/, /"selfSize"\s*:/] },
  cpuprofile: { all: [/"nodes"\s*:|"head"\s*:/, /"functionName"\s*:/] },
  stackprof: {
    all: [/"mode"\s*:\s*"(?:cpu|wall|object|custom|allocation)?/, /"frames"\s*:/, /"(?:raw|samples|interval)"\s*:/],
  },
  'otlp-json': { all: [/"resource_?profiles"\s*:|"location_?table"\s*:|"dictionary"\s*:/i] },
  'pprof-json': { all: [/"sample_?types?"\s*:|"string_?table"\s*:/i] },
  d3: { all: [/"name"\s*:|"n"\s*:/, /"value"\s*:|"v"\s*:/, /"children"\s*:|"c"\s*:/] },
} as const satisfies Record<string, Signs>;

export type KnownJson = keyof typeof KINDS;

const answers = new WeakMap<Uint8Array, { readonly kind: KnownJson | undefined }>();

/** The kind of the JSON text; undefined for other JSON and for what is none. Every format asks, so that the answer is kept. */
export function jsonKind(bytes: Uint8Array): KnownJson | undefined {
  const answer = answers.get(bytes) ?? { kind: findKind(bytes) };
  answers.set(bytes, answer);
  return answer.kind;
}

function findKind(bytes: Uint8Array): KnownJson | undefined {
  const head = textPrefix(bytes, BYTES);
  if (!looksLikeJson(head)) return undefined;
  // Keys come in any order.
  const text =
    bytes.length > BYTES ? head + textPrefix(bytes.subarray(Math.max(BYTES, bytes.length - BYTES)), BYTES) : head;
  for (const [kind, { all }] of Object.entries(KINDS)) {
    if (all.every((sign) => sign.test(text))) return kind as KnownJson;
  }
  return undefined;
}
