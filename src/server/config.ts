/** The server's settings: flags, then environment variables, then a JSON file; or one line with the error. */

import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { IngestLimits } from './ingest/series-of-profile.ts';
import { targetUrl } from './scrape/target-list.ts';
import { DEFAULT_LABEL_SETS } from './store/series-table.ts';

const MiB = 1 << 20;

/** The URL of another server. @param variable holds what is sent to it as authorization */
const upstream = (variable: string) =>
  z
    .url({ protocol: /^https?$/ })
    .refine(isPlainAddress, `must have no user, password or query: set ${variable} instead`)
    .optional();

const serverConfig = z.object({
  port: z.int().min(0).max(65_535),
  host: z.string().min(1),
  /** Whether to listen on the ports that OpenTelemetry's exporters send to. */
  otlp: z.boolean(),
  /** The ports for gRPC and for HTTP. */
  otlpPorts: z.array(z.int().min(0).max(65_535)).min(1),
  auth: z.boolean(),
  token: z.string().min(8).optional(),
  data: z.string().min(1),
  backend: upstream('FLAMETIDE_BACKEND_AUTHORIZATION'),
  backendAuthorization: z.string().min(1).optional(),
  tenant: z.string().min(1).max(150).optional(),
  /** ms; 0 keeps all. */
  retention: z.number().min(0),
  /** Bytes. */
  maxDisk: z.number().min(1),
  /** Retention of spans, ms; 0 keeps them as long as their profiles. */
  spanRetention: z.number().min(0),
  /** Maximum bytes of spans. */
  maxSpanDisk: z.number().min(1),
  /** ms; 0 takes any age. */
  maxProfileAge: z.number().min(0),
  basePath: z.string().regex(/^(\/[\w.~-]+)*$/, 'a base path is like /flametide'),
  /** Origins of pages that may show this one in a frame. */
  embedIn: z.array(z.string()),
  selfProfile: z.boolean(),
  demo: z.boolean(),
  open: z.boolean(),
  /** Profiles that the page opens. */
  files: z.array(z.string().min(1)),
  /** Targets that profiles are fetched from. */
  scrape: z.array(z.strictObject({ url: z.string(), service: z.string().min(1) })),
  /** Files and addresses that list targets. */
  scrapeTargets: z.array(z.string().min(1)),
  /** A Prometheus that is asked for counts of requests. */
  prometheus: upstream('FLAMETIDE_PROMETHEUS_AUTHORIZATION'),
  prometheusAuthorization: z.string().min(1).optional(),
  /** By service: an expression of requests per second. */
  prometheusQueries: z.record(z.string().min(1), z.string().min(1).max(10_000)),
  /** Which attributes of OTLP are labels; `*` stands for any characters. */
  attributes: z.strictObject({ keep: z.array(z.string()), fold: z.array(z.string()) }),
  limits: z.strictObject({
    /** Bytes of a request as sent. */
    maxBodyBytes: z.int().min(1),
    maxProfileBytes: z.int().min(1),
    maxSamples: z.int().min(1),
    maxDepth: z.int().min(1),
    maxLabels: z.int().min(2),
    maxLabelNameBytes: z.int().min(1),
    maxLabelValueBytes: z.int().min(1),
    maxFutureMs: z.int().min(0),
    /**
     * Label sets of one service on one day; beyond it labels of samples are left out, and beyond twice as many new
     * series are refused.
     */
    maxLabelSets: z.int().min(1),
  }),
});

/** Port 0 asks the system for a free one. */
export type ServerConfig = Readonly<z.infer<typeof serverConfig>>;

export const DEFAULT_LIMITS: ServerConfig['limits'] = {
  maxBodyBytes: 256 * MiB,
  maxProfileBytes: 64 * MiB,
  maxSamples: 65_535,
  maxDepth: 1000,
  maxLabels: 30,
  maxLabelNameBytes: 1024,
  maxLabelValueBytes: 2048,
  maxFutureMs: 600_000,
  maxLabelSets: DEFAULT_LABEL_SETS,
};
/** For gRPC and HTTP. */
const DEFAULT_OTLP_PORTS: readonly number[] = [4317, 4318];
const WEEK = '7d';
const OPEN_TO_OTHERS = 'opens Flametide to others: add --token, or --no-auth to let everybody in';

/** The meaning of a command line: serve, or print a text and exit with a code. */
export type CommandLine =
  | { kind: 'serve'; config: ServerConfig }
  | { kind: 'print'; text: string }
  | { kind: 'refuse'; reason: string };

/** Never throws and never ends the process, whatever `args` holds (without node and the script). */
export function parseCommandLine(args: readonly string[], version: string): CommandLine {
  const printed: string[] = [];
  const option = (flags: string, text: string, env?: string): Option => {
    const made = new Option(flags, text);
    return env === undefined ? made : made.env(`FLAMETIDE_${env}`);
  };
  const command = new Command('flametide')
    .description('Stores profiles of running services and shows them as flamegraphs in the browser.')
    .argument('[files...]', 'profiles that the page opens')
    .addOption(option('--port <number>', 'port to listen on, 0 for any free one', 'PORT').default('4040'))
    .addOption(option('--host <address>', 'address to listen on', 'HOST').default('127.0.0.1'))
    .addOption(option('--otlp', 'listen on 4317 and 4318 too, for profiles of OpenTelemetry', 'OTLP').default(false))
    .addOption(option('--data <folder>', 'where profiles are stored', 'DATA').default('./flametide-data'))
    .addOption(option('--retention <age>', 'how long profiles are stored, such as 12h or 7d, or off', 'RETENTION'))
    .addOption(
      option('--max-disk <size>', 'maximum size of the stored files, such as 500MB or 10GB', 'MAX_DISK').default(
        '10GB',
      ),
    )
    .addOption(
      option('--span-retention <age>', 'how long the span of each sample is stored', 'SPAN_RETENTION').default('3d'),
    )
    .addOption(
      option('--max-span-disk <size>', 'how much of --max-disk spans may take', 'MAX_SPAN_DISK').default('500MB'),
    )
    .addOption(
      option('--max-profile-age <age>', 'oldest profile that is accepted; 0 accepts any', 'MAX_PROFILE_AGE').default(
        '1h',
      ),
    )
    .addOption(option('--token <text>', 'secret that agents and the page must send', 'TOKEN'))
    .addOption(option('--no-auth', 'let in everybody who can reach the address'))
    .addOption(option('--base-path <path>', 'prefix of every address, behind a proxy', 'BASE_PATH').default(''))
    .addOption(
      option(
        '--embed-in <origins>',
        'pages that may show this one in a frame, such as https://grafana.example',
        'EMBED_IN',
      ),
    )
    .addOption(option('--backend <url>', 'a Pyroscope to read from instead of the built-in store', 'BACKEND'))
    .addOption(option('--tenant <id>', 'tenant at the backend', 'TENANT'))
    .addOption(
      option(
        '--scrape <target>',
        'a Go program to fetch profiles from every 15 s (repeatable), such as localhost:6060 or shop=http://10.0.0.7:6060',
        'SCRAPE',
      ).argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), ...text.split(',')]),
    )
    .addOption(
      option(
        '--scrape-targets <file or url>',
        'a JSON file or address that lists such programs, in the form of Prometheus service discovery; read again every 30 s (repeatable)',
        'SCRAPE_TARGETS',
      ).argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]),
    )
    .addOption(option('--prometheus <url>', 'a Prometheus that counts the requests of services', 'PROMETHEUS'))
    .addOption(
      new Option(
        '--prometheus-query <service=query>',
        'requests of a service per second (repeatable), where its counter is not a usual one',
      ).argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]),
    )
    .addOption(option('--no-self-profile', 'do not profile this process'))
    .addOption(option('--demo', 'add a demo service with a day of made-up profiles').default(false))
    .addOption(option('--open', 'open the page in the browser').default(false))
    .addOption(option('--config <file>', 'JSON file with the same settings in camelCase, and limits', 'CONFIG'))
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'print this text')
    .addHelpText(
      'after',
      '\nflametide diff <A> <B> compares two profiles instead, flametide convert <IN> <OUT> writes one for other tools: see their --help.',
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => printed.push(text), writeErr: () => undefined });
  try {
    command.parse([...args], { from: 'user' });
    return checked(settings(command));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed.join('').trimEnd() };
    return { kind: 'refuse', reason: `${oneLine(error.message.replace(/^error: /, ''))} See flametide --help.` };
  }
}

/** The limits of one upload. */
export function ingestLimits({ limits, maxProfileAge, attributes }: ServerConfig): IngestLimits {
  return { ...limits, maxAgeMs: maxProfileAge, attributes };
}

/** Whether only this machine can reach the address. Brackets of an IPv6 address are allowed. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** @throws InvalidArgumentError */
function settings(command: Command): Record<string, unknown> {
  const given: Record<string, unknown> = command.opts();
  const file = given.config === undefined ? {} : readConfigFile(given.config as string);
  const value = (name: string): unknown => {
    const source = command.getOptionValueSource(name);
    return (source === undefined || source === 'default') && name in file ? file[name] : given[name];
  };
  const read = <T>(name: string, parse: (text: string) => T): T | undefined => {
    const found = value(name);
    return found === undefined ? undefined : parse(typeof found === 'number' ? `${found}` : (found as string));
  };
  const maxProfileAge = read('maxProfileAge', duration)!;
  const anyAge = maxProfileAge === 0;
  return {
    port: read('port', portNumber),
    host: value('host'),
    otlp: value('otlp'),
    otlpPorts: file.otlpPorts ?? DEFAULT_OTLP_PORTS,
    auth: value('auth'),
    token: value('token'),
    data: value('data'),
    backend: value('backend'),
    backendAuthorization: process.env.FLAMETIDE_BACKEND_AUTHORIZATION ?? file.backendAuthorization,
    tenant: value('tenant'),
    // Imported history is kept by default.
    retention: read('retention', duration) ?? (anyAge ? 0 : duration(WEEK)),
    maxDisk: read('maxDisk', size),
    spanRetention: read('spanRetention', duration),
    maxSpanDisk: read('maxSpanDisk', size),
    maxProfileAge,
    basePath: read('basePath', (text) => text.replace(/\/$/, '')),
    embedIn: read('embedIn', origins) ?? [],
    selfProfile: value('selfProfile'),
    demo: value('demo'),
    open: value('open'),
    files: command.args,
    scrape: targets(value('scrape')),
    scrapeTargets: listed(value('scrapeTargets')),
    prometheus: read('prometheus', (text) => text.replace(/\/$/, '')),
    prometheusAuthorization: process.env.FLAMETIDE_PROMETHEUS_AUTHORIZATION ?? file.prometheusAuthorization,
    prometheusQueries: {
      ...(file.prometheusQueries as object | undefined),
      ...serviceQueries(given.prometheusQuery as readonly string[] | undefined),
    },
    attributes: { keep: [], fold: [], ...(file.attributes as object | undefined) },
    limits: { ...DEFAULT_LIMITS, ...(file.limits as object | undefined) },
  };
}

/** `localhost:6060`, `shop=https://10.0.0.7:6060`. @throws InvalidArgumentError */
function targets(given: unknown): { url: string; service: string }[] {
  if (given === undefined) return [];
  const list = Array.isArray(given) ? (given as readonly string[]) : (given as string).split(',');
  return list.map((one) => {
    const [, service, address = ''] = /^(?:([^=/:]+)=)?(.+)$/.exec(one.trim()) ?? [];
    const url = targetUrl(address);
    if (url === undefined)
      throw new InvalidArgumentError(`--scrape ${one} is not a target: write it like localhost:6060.`);
    return { url: url.origin, service: service ?? url.host };
  });
}

/** From the command line a list, from the file or the environment also a single one. */
function listed(given: unknown): unknown {
  return typeof given === 'string' ? [given] : (given ?? []);
}

/** `shop=sum by (route) (rate(served_total{job="shop"}[$window]))`. @throws InvalidArgumentError */
function serviceQueries(given: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    given.map((one) => {
      const [, service, query] = /^([^=]+)=(.+)$/s.exec(one) ?? [];
      if (service === undefined || query === undefined)
        throw new InvalidArgumentError(
          `--prometheus-query ${one} is not a query of a service: write it like shop=sum(rate(served_total[$window])).`,
        );
      return [service.trim(), query];
    }),
  );
}

/** A URL that paths can be added to. With a password in it `fetch` fails, and its message shows the password. */
function isPlainAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '' && !/[?#]/.test(text);
}

function checked(given: Record<string, unknown>): CommandLine {
  const parsed = serverConfig.safeParse(given);
  if (!parsed.success) return { kind: 'refuse', reason: oneLine(z.prettifyError(parsed.error)) };
  const { host, auth, token, prometheus, prometheusQueries } = parsed.data;
  if (auth && token === undefined && !isLoopback(host)) {
    return { kind: 'refuse', reason: `--host ${host} ${OPEN_TO_OTHERS}.` };
  }
  if (prometheus === undefined && Object.keys(prometheusQueries).length > 0)
    return { kind: 'refuse', reason: 'Queries of requests are for a Prometheus: add --prometheus with its URL.' };
  return { kind: 'serve', config: parsed.data };
}

function readConfigFile(file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InvalidArgumentError(`The file of --config cannot be read: ${(error as Error).message}.`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new InvalidArgumentError(`The file ${file} of --config must hold a JSON object.`);
  }
  return content as Record<string, unknown>;
}

/** By hand, as Number('') is 0 and Number('0x50') is 80. */
function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return Number(text);
}

/** Separated by commas. Only whole origins: other sources of a content security policy would admit too many pages. */
function origins(text: string): string[] {
  return text.split(',').map((one) => {
    const url = URL.canParse(one) ? new URL(one) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.origin !== one.trim().replace(/\/$/, ''))
      throw new InvalidArgumentError(`${one.trim()} is not an origin: write it like https://grafana.example.`);
    return url.origin;
  });
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** In ms. */
function duration(text: string): number {
  if (text === 'off' || text === '0') return 0;
  const match = /^(\d{1,6})(s|m|h|d|w)$/.exec(text);
  if (match === null) throw new InvalidArgumentError(`${text} is not a duration: write it like 30m, 12h or 7d.`);
  return Number(match[1]) * UNIT_MS[match[2]];
}

const UNIT_BYTES: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };

function size(text: string): number {
  const match = /^(\d{1,6})(MB|GB|TB)$/i.exec(text);
  if (match === null) throw new InvalidArgumentError(`${text} is not a size: write it like 500MB or 10GB.`);
  return Number(match[1]) * UNIT_BYTES[match[2].toUpperCase()];
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
