/** Requests of every kind that the server takes, whole and right: what the mutations begin with. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { CPU, madeProfile } from '../server/lib.js';
import { delimited, joined, numberField } from './mutate.js';

const RECORDINGS = fileURLToPath(new URL('../../../../shared/contract/recordings/', import.meta.url));
const MAX_BODY_BYTES = 32 << 10;
/** Of the profiles that the questions ask for; recordings ask for times around it. */
export const END_MS = 1_795_460_000_000;
const START_MS = END_MS - 3_600_000;
const SELECTORS = [
  '{}',
  '{service_name="mutated"}',
  '{service_name="mutated", pod=~"a|b|c"}',
  '{service_name!="x", pod!~"(?i)b.*", "odd name"="y"}',
  '{pod=~"[a-z]{1,20}\\\\d+$"}',
];

/**
 * @typedef {{
 *   name: string, method: string, path: string, query: [name: string, value: string][],
 *   headers: Record<string, string>, body: Uint8Array, kind: 'bytes' | 'text' | 'json' | 'protobuf',
 *   wrap?: (body: Uint8Array) => Uint8Array,
 * }} Request `wrap` goes around the mutated body, so that it gets to where it is read
 */

/** @returns {Request[]} */
export function requestSeeds() {
  return [...uploads(), ...questions(), ...olderQuestions(), ...ownCalls(), ...pages(), ...recorded()];
}

/** @param {string} content */
const text = (content) => new TextEncoder().encode(content);
const gzip = (/** @type {Uint8Array} */ body) => new Uint8Array(gzipSync(body, { level: 1 }));
/** @param {Uint8Array} body */
function frame(body) {
  const head = new Uint8Array(5);
  new DataView(head.buffer).setUint32(1, body.length);
  return joined(head, body);
}
const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));
/** @param {string} path */
const fixture = (path) => new Uint8Array(readFileSync(join(FIXTURES, path)));
const NOTHING = new Uint8Array(0);
const JSON_TYPE = { 'content-type': 'application/json' };

/** @param {string} name @param {Partial<Request>} rest @returns {Request} */
function post(name, rest) {
  return { name, method: 'POST', path: '/', query: [], headers: {}, body: NOTHING, kind: 'bytes', ...rest };
}

/** @returns {Request[]} */
function uploads() {
  const pprof = madeProfile('main', 20, END_MS - 60_000, false);
  const stacks = text('main;serve;parse 10\nmain;serve;write 7\ngc 3\n');
  /** @type {(format: string) => [string, string][]} */
  const query = (format) => [
    ['name', 'mutated.cpu{pod=a,env=prod}'],
    ['from', `${END_MS / 1000 - 60}`],
    ['until', `${END_MS / 1000 - 45}`],
    ['format', format],
    ['spyName', 'gospy'],
    ['sampleRate', '100'],
  ];
  const boundary = 'b0undary';
  const part = (/** @type {string} */ name) =>
    text(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n`);
  const config = text('{"cpu":{"units":"nanoseconds","aggregation":"sum","display-name":"cpu","sampled":true}}');
  const line = text('\r\n');
  const form = (/** @type {Uint8Array} */ body) =>
    joined(part('profile'), body, line, part('sample_type_config'), config, line, text(`--${boundary}--\r\n`));
  const formHeaders = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const labels = [
    ['__name__', 'process_cpu'],
    ['service_name', 'mutated'],
    ['pod', 'b'],
  ];
  const push = (/** @type {Uint8Array} */ profile) =>
    delimited(
      1,
      joined(
        ...labels.map(([name, value]) => delimited(1, joined(delimited(1, text(name)), delimited(2, text(value))))),
        delimited(2, delimited(1, profile)),
      ),
    );
  const pushJson = JSON.stringify({
    series: [
      {
        labels: labels.map(([name, value]) => ({ name, value })),
        samples: [{ rawProfile: Buffer.from(gzip(pprof)).toString('base64'), ID: 'x' }],
      },
    ],
  });
  const path = '/push.v1.PusherService/Push';
  /** @type {(said: string) => Record<string, string>} */
  const type = (said) => ({ 'content-type': said });
  return [
    post('ingest pprof', { path: '/ingest', query: query('pprof'), body: pprof, kind: 'protobuf', wrap: gzip }),
    post('ingest pprof, packed', { path: '/ingest', query: query('pprof'), body: gzip(pprof) }),
    post('ingest groups', { path: '/ingest', query: query('groups'), body: stacks, kind: 'text' }),
    post('ingest lines', { path: '/pyroscope/ingest', query: query('lines'), body: stacks, kind: 'text' }),
    ...['trie', 'tree', 'speedscope'].map((format) =>
      post(`ingest ${format}`, { path: '/ingest', query: query(format), body: stacks }),
    ),
    post('ingest form', { path: '/ingest', query: query(''), headers: formHeaders, body: form(gzip(pprof)) }),
    post('ingest form, profile', {
      path: '/ingest',
      query: query(''),
      headers: formHeaders,
      body: pprof,
      kind: 'protobuf',
      wrap: form,
    }),
    post('push json', { path, headers: JSON_TYPE, body: text(pushJson), kind: 'json' }),
    post('push proto', { path, headers: type('application/proto'), body: push(pprof), kind: 'protobuf' }),
    post('push proto, packed', {
      path,
      headers: { ...type('application/proto'), 'content-encoding': 'gzip' },
      body: push(pprof),
      kind: 'protobuf',
      wrap: gzip,
    }),
    post('push grpc', { path, headers: type('application/grpc'), body: push(pprof), kind: 'protobuf', wrap: frame }),
    post('push grpc-web', {
      path,
      headers: type('application/grpc-web+proto'),
      body: push(gzip(pprof)),
      kind: 'protobuf',
      wrap: frame,
    }),
    post('ingest jfr', { path: '/ingest', query: query('jfr'), body: fixture('jfr/small.jfr') }),
    post('ingest jfr, packed', { path: '/ingest', query: query('jfr'), body: fixture('jfr/small.jfr'), wrap: gzip }),
    ...['small', 'before-2025-11'].map((name) =>
      post(`otlp ${name}`, {
        path: '/v1development/profiles',
        headers: type('application/x-protobuf'),
        body: fixture(`otlp/${name}.otlp`),
        kind: 'protobuf',
      }),
    ),
    post('otlp json', {
      path: '/v1/profiles',
      headers: JSON_TYPE,
      body: fixture('otlp/small.otlp.json'),
      kind: 'json',
    }),
    post('otlp grpc', {
      path: '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export',
      headers: type('application/grpc'),
      body: fixture('otlp/small.otlp'),
      kind: 'protobuf',
      wrap: frame,
    }),
  ];
}

/** Each call in JSON and in protobuf, by Connect, gRPC and gRPC-web. @returns {Request[]} */
function questions() {
  const [selector] = SELECTORS;
  const time = joined(numberField(3, START_MS), numberField(4, END_MS));
  const merge = joined(delimited(1, text(CPU)), delimited(2, text(selector)), time);
  const json = { profileTypeID: CPU, labelSelector: selector, start: START_MS, end: END_MS };
  const callSite = { callSite: [{ name: 'main' }] };
  /** @type {[call: string, json: object, proto: Uint8Array][]} */
  const calls = [
    ['ProfileTypes', { start: START_MS, end: END_MS }, joined(numberField(1, START_MS), numberField(2, END_MS))],
    ['LabelNames', { matchers: SELECTORS, start: START_MS, end: END_MS }, joined(delimited(1, text(selector)))],
    ['LabelValues', { name: 'pod', matchers: [selector], start: START_MS, end: END_MS }, delimited(1, text('pod'))],
    [
      'Series',
      { matchers: [selector], labelNames: ['pod', '__profile_type__'], start: START_MS, end: END_MS },
      joined(delimited(1, text(selector)), delimited(2, text('pod')), time),
    ],
    [
      'SelectMergeStacktraces',
      { ...json, maxNodes: 512, format: 'PROFILE_FORMAT_TREE', stackTraceSelector: callSite },
      joined(merge, numberField(5, 512), numberField(6, 1)),
    ],
    ['SelectMergeProfile', { ...json, maxNodes: 100, stackTraceSelector: callSite }, merge],
    ['SelectMergeSpanProfile', { ...json, spanSelector: ['0123456789abcdef'] }, merge],
    [
      'SelectSeries',
      { ...json, groupBy: ['pod'], step: 15, limit: 10, exemplarType: 'EXEMPLAR_TYPE_INDIVIDUAL' },
      joined(merge, delimited(5, text('pod')), Uint8Array.of(6 * 8 + 1, 0, 0, 0, 0, 0, 0, 0x2e, 0x40)),
    ],
    ['SelectHeatmap', { ...json, step: 15 }, merge],
    ['Diff', { left: json, right: json }, joined(delimited(1, merge), delimited(2, merge))],
    ['GetProfileStats', {}, NOTHING],
    ['AnalyzeQuery', { query: selector, start: START_MS, end: END_MS }, merge],
  ];
  const paths = calls.map(
    ([call, ...bodies]) => /** @type {const} */ ([`/querier.v1.QuerierService/${call}`, ...bodies]),
  );
  const slices = { ...json, slices: 10 };
  return [
    ...paths,
    /** @type {const} */ (['/flametide.v1.QueryService/SelectSlices', slices, merge]),
    /** @type {const} */ (['/version.v1.Version/Version', {}, NOTHING]),
    /** @type {const} */ (['/capabilities.v1.FeatureFlagsService/GetFeatureFlags', {}, NOTHING]),
  ].flatMap(([path, body, proto]) => {
    const call = path.split('/')[2];
    /** @type {(dialect: string, more?: Partial<Request>) => Request} */
    const protobuf = (dialect, more) =>
      post(`${call} ${dialect}`, {
        path,
        headers: { 'content-type': `application/${dialect}` },
        body: proto,
        kind: 'protobuf',
        ...more,
      });
    return [
      post(`${call} json`, { path, headers: JSON_TYPE, body: text(JSON.stringify(body)), kind: 'json' }),
      ...SELECTORS.slice(1).map((one) =>
        post(`${call} selector`, {
          path,
          headers: JSON_TYPE,
          body: text(one),
          kind: 'text',
          wrap: (mutated) => {
            const said = new TextDecoder().decode(mutated);
            return text(JSON.stringify({ ...body, labelSelector: said, matchers: [said] }));
          },
        }),
      ),
      protobuf('proto'),
      protobuf('grpc', { wrap: frame }),
      protobuf('grpc-web+proto', { wrap: frame }),
      post(`${call} grpc+json`, {
        path,
        headers: { 'content-type': 'application/grpc+json', 'grpc-timeout': '10S' },
        body: text(JSON.stringify(body)),
        kind: 'json',
        wrap: frame,
      }),
    ];
  });
}

/** @returns {Request[]} */
function olderQuestions() {
  const query = `${CPU}{service_name="mutated"}`;
  /** @type {(path: string, parameters: [string, string][]) => Request} */
  const get = (path, parameters) => ({ ...post(`GET ${path}`, { path, query: parameters }), method: 'GET' });
  const [from, until] = [`${START_MS / 1000}`, `${END_MS / 1000}`];
  return [
    get('/pyroscope/render', [
      ['query', query],
      ['from', from],
      ['until', until],
      ['max-nodes', '512'],
      ['groupBy', 'pod'],
      ['format', 'json'],
    ]),
    get('/pyroscope/render', [
      ['query', query],
      ['from', 'now-1h'],
      ['until', 'now'],
    ]),
    get('/pyroscope/render-diff', [
      ['leftQuery', query],
      ['leftFrom', from],
      ['leftUntil', until],
      ['rightQuery', query],
      ['rightFrom', from],
      ['rightUntil', until],
    ]),
    get('/pyroscope/label-values', [['label', '__name__']]),
  ];
}

/** @returns {Request[]} */
function ownCalls() {
  const link = text(JSON.stringify({ query: 'v=1&svc=mutated&q=pod="a"' }));
  const marker = text(
    JSON.stringify({ time: END_MS, title: 'v2 deployed', service: 'mutated', labels: { version: '2' } }),
  );
  /** @type {(method: string, path: string, query?: [string, string][]) => Request} */
  const ask = (method, path, query = []) => ({ ...post(`${method} ${path}`, { path, query }), method });
  return [
    post('link', { path: '/api/links', headers: JSON_TYPE, body: link, kind: 'json' }),
    post('snapshot', { path: '/api/snapshots', body: joined(link, text('\n'), gzip(marker)) }),
    post('marker', { path: '/api/markers', headers: JSON_TYPE, body: marker, kind: 'json' }),
    ask('GET', '/api/markers', [
      ['from', '0'],
      ['until', `${END_MS}`],
      ['service', 'mutated'],
    ]),
    ask('DELETE', '/api/markers/1'),
    ask('GET', '/api/links'),
    ask('DELETE', '/api/links/abcdefgh'),
    ask('GET', '/api/snapshots/abcdefgh'),
    ask('GET', '/s/abcdefgh'),
    ask('DELETE', '/api/services/nobody'),
  ];
}

/** @returns {Request[]} */
function pages() {
  const paths = ['/', '/index.html', '/sw.js', '/assets/x.js', '/assets/%2e%2e/%2e%2e/package.json', '/api/files'];
  const states = ['/api/files/0', '/api/status', '/metrics', '/ready', '/healthz', '/api/v1/status/buildinfo'];
  return [...paths, ...states].map((path) => ({ ...post(`GET ${path}`, { path }), method: 'GET' }));
}

/** What real agents sent and real clients asked, where the recordings are there. @returns {Request[]} */
function recorded() {
  if (!existsSync(RECORDINGS)) return [];
  /** @type {Request[]} */
  const found = [];
  for (const name of readdirSync(RECORDINGS, { recursive: true }).map(String).sort()) {
    const file = join(RECORDINGS, name);
    if (name.endsWith('.http-head')) {
      const body = new Uint8Array(readFileSync(file.replace('.http-head', '.body')));
      const [first, ...lines] = readFileSync(file, 'latin1').trim().split(/\r?\n/);
      const [method, target] = first.split(' ');
      const headers = Object.fromEntries(
        lines.map((line) => line.split(/: ?(.*)/, 2)).map(([k, v]) => [k.toLowerCase(), v]),
      );
      for (const own of ['host', 'content-length', 'connection', 'transfer-encoding', 'expect']) delete headers[own];
      if (body.length <= MAX_BODY_BYTES) found.push({ ...post(name, { headers, body }), method, ...targetOf(target) });
    } else if (/pyroscope-v2\/.*\.json$/.test(name)) {
      const { request } = JSON.parse(readFileSync(file, 'utf8'));
      if (request === undefined) continue;
      const { method, path, headers = {}, body, bodyBase64 } = request;
      const bytes = bodyBase64 === undefined ? text(body ?? '') : Uint8Array.from(Buffer.from(bodyBase64, 'base64'));
      const kind = bodyBase64 === undefined ? 'json' : 'protobuf';
      const lower = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), String(v)]));
      if (bytes.length <= MAX_BODY_BYTES)
        found.push({ ...post(name, { headers: lower, body: bytes, kind }), method, ...targetOf(path) });
    }
  }
  return found;
}

/** @param {string} target @returns {{ path: string, query: [string, string][] }} */
function targetOf(target) {
  const { pathname, searchParams } = new URL(target, 'http://host');
  return { path: pathname, query: [...searchParams] };
}
