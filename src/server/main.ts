#!/usr/bin/env node
/** The command `flametide`: from the command line to a running server, and to its end. */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { ingestLimits, isLoopback, parseCommandLine, type ServerConfig } from './config.ts';
import { startDemo, type Demo } from './demo/run-demo.ts';
import { createEngine } from './engine.ts';
import { StartError, type Engine, type Log } from './exchange.ts';
import { GivenFiles } from './given-files.ts';
import { createFlametideServer } from './http.ts';
import { Links } from './links.ts';
import { Markers } from './markers.ts';
import { OtlpPorts } from './otlp-ports.ts';
import { askPrometheus } from './prometheus.ts';
import { createProxy, type ProxyOptions } from './proxy.ts';
import { defaultQueryLimits } from './query/query-limits.ts';
import type { ServerFacts } from './routes.ts';
import { startScraper } from './scrape/scraper.ts';
import { startSelfProfile, type SelfProfile } from './self-profile.ts';
import { type AskCounts, Work } from './work.ts';

/** Permanent errors: a bad flag, a port in use, a page that is not built. */
const EXIT_REFUSED = 2;
/** Errors that a restart may fix. */
const EXIT_FAILED = 70;
/** How long requests under way may go on after a signal. */
const GRACE_MS = 2000;
/** Correct from dist/server and from src/server. */
const PACKAGE = new URL('../../', import.meta.url);

const { version } = JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8')) as { version: string };
const args = process.argv.slice(2);
if (args[0] === 'diff' || args[0] === 'convert') await runCli(args);
else start(args);

function start(given: readonly string[]): void {
  const asked = parseCommandLine(given, version);
  if (asked.kind === 'print') process.stdout.write(`${asked.text}\n`);
  else if (asked.kind === 'refuse') refuse(asked.reason);
  else {
    serve(asked.config).catch((error: unknown) => {
      if (!(error instanceof StartError)) throw error;
      refuse(error.message);
    });
  }
}

/** A file of its own beside this one in dist/server, read only when it is asked for; no room below cli may import it. */
async function runCli(given: readonly string[]): Promise<void> {
  const cli = (await import(new URL('cli.js', import.meta.url).href)) as {
    run(args: readonly string[]): Promise<void>;
  };
  await cli.run(given);
}

/** @throws (rejects) StartError */
async function serve(config: ServerConfig): Promise<void> {
  const { host, port, basePath } = config;
  const pageFolder = fileURLToPath(new URL('dist/client/', PACKAGE));
  if (!existsSync(pageFolder)) throw new StartError('The page is not built: run npm run build first.');
  const files = new GivenFiles(config.files);
  const log = pino({ base: null, level: process.env.FLAMETIDE_LOG ?? 'warn' }, process.stderr);
  process.on('uncaughtException', (error) => fail(log, `Unexpected: ${error.stack ?? error.message}`));
  const selfProfile = config.selfProfile ? await startSelfProfile(version, PACKAGE, log) : undefined;
  const retentionMs = config.retention === 0 ? undefined : config.retention;
  const engine = await createEngine({
    dataFolder: config.data,
    retentionMs,
    maxDiskBytes: config.maxDisk,
    spans: {
      retentionMs: config.spanRetention === 0 ? undefined : config.spanRetention,
      maxBytes: config.maxSpanDisk,
    },
    limits: ingestLimits(config),
    maxLabelSets: config.limits.maxLabelSets,
    log,
    onGiveUp: (why) => fail(log, why),
  });
  const markers = new Markers(config.data);
  const links = new Links(config.data);
  const work = new Work({
    folder: config.data,
    retentionMs,
    maxFutureMs: config.limits.maxFutureMs,
    elsewhere: countsElsewhere(config),
  });
  for (const note of [...markers.notes, ...links.notes, ...work.notes]) log.warn(note);
  const scraper = startScraper(config.scrape, engine, log, undefined, config.scrapeTargets);
  const { maxBodyBytes } = config.limits;
  const guards = { host, token: config.auth ? config.token : undefined };
  const otlpPorts = new OtlpPorts();
  const server = createFlametideServer({
    ...guards,
    otlpPorts,
    pageFolder,
    basePath,
    embedIn: config.embedIn,
    backend: config.backend === undefined ? engine : createProxy(proxyOptions(config, config.backend)),
    about: about(config),
    markers,
    work,
    links,
    files,
    maxBodyBytes,
    targets: scraper,
    log,
  });
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new StartError(whyNotListening(error, host, port))));
    server.listen({ host: host.replace(/^\[|\]$/g, ''), port }, resolve);
  });
  try {
    await listening;
    if (config.otlp) await otlpPorts.listen(server, host, config.otlpPorts);
  } catch (error) {
    server.close();
    server.closeAllConnections();
    await otlpPorts.close();
    await scraper.stop();
    await selfProfile?.stop();
    for (const table of [markers, links, work]) table.close();
    await engine.close();
    throw error;
  }
  selfProfile?.sendTo(engine);
  const demo = config.demo ? startDemo({ engine, markers, dataFolder: config.data, log, now: Date.now }) : undefined;
  const { port: taken } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host;
  process.stdout.write(`Flametide listens on http://${name}:${taken}${basePath}\n`);
  if (config.otlp)
    process.stdout.write(
      `OpenTelemetry profiles are taken on ${name}:${otlpPorts.ports.join(' and ')}, by gRPC and HTTP\n`,
    );
  if (config.open) openPage(`http://${isLoopback(host) ? name : '127.0.0.1'}:${taken}${basePath}/`, log);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(
      signal,
      () => void close(server, otlpPorts, engine, [markers, links, work], [selfProfile, demo, scraper]),
    );
}

/** Opens the local browser; if there is none, logs a line. */
function openPage(url: string, log: Log): void {
  const command = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  const child = spawn(command, [url], { stdio: 'ignore', detached: true });
  child.on('error', (error) => log.warn(`--open: no browser could be started (${error.message}).`));
  child.unref();
}

function about({ backend, tenant, retention }: ServerConfig): ServerFacts {
  if (backend !== undefined)
    return { version, source: 'pyroscope', tenant, retentionMs: undefined, longestRangeMs: undefined };
  const { mostRangeMs } = defaultQueryLimits;
  const retentionMs = retention === 0 ? undefined : retention;
  return { version, source: 'embedded', tenant: undefined, retentionMs, longestRangeMs: mostRangeMs };
}

function countsElsewhere({
  prometheus: url,
  prometheusAuthorization: authorization,
  prometheusQueries: queries,
}: ServerConfig): AskCounts | undefined {
  return url === undefined ? undefined : askPrometheus({ url, authorization, queries });
}

function proxyOptions({ tenant, backendAuthorization }: ServerConfig, url: string): ProxyOptions {
  return { url, tenant, authorization: backendAuthorization };
}

/** The process ends by itself once nothing is open; a second signal ends it at once, as `once` took the first. */
async function close(
  server: Server,
  otlpPorts: OtlpPorts,
  engine: Engine,
  tables: readonly (Markers | Links | Work)[],
  recorders: readonly (Pick<SelfProfile, 'stop'> | Demo | undefined)[],
): Promise<void> {
  const closed = Promise.all([new Promise((resolve) => server.close(resolve)), otlpPorts.close()]);
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
  await closed;
  for (const recorder of recorders) await recorder?.stop();
  for (const table of tables) table.close();
  await engine.close();
}

function whyNotListening(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${port} on ${host} is taken: stop what listens there, or choose another with --port.`;
  if (error.code === 'EACCES') return `This user may not open port ${port}: choose one above 1023 with --port.`;
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `--host ${host} is not an address of this machine.`;
  return `Cannot listen on ${host}:${port}: ${error.message}`;
}

/** Nothing is lost: every acknowledged upload is on disk. */
function fail(log: Log, why: string): never {
  log.error(`${why} The server exits: a supervisor has to start it again.`);
  process.exit(EXIT_FAILED);
}

function refuse(reason: string): void {
  process.stderr.write(`flametide: ${reason}\n`);
  process.exitCode = EXIT_REFUSED;
}
