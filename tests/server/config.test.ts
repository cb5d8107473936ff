import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ingestLimits, parseCommandLine, type ServerConfig } from '#server/config.ts';

const parse = (...args: string[]) => parseCommandLine(args, '1.2.3');

function served(...args: string[]): ServerConfig {
  const asked = parse(...args);
  if (asked.kind !== 'serve') throw new Error(JSON.stringify(asked));
  return asked.config;
}

afterEach(() => vi.unstubAllEnvs());

describe('parseCommandLine', () => {
  it('has a default for everything', () => {
    expect(served()).toMatchObject({
      port: 4040,
      host: '127.0.0.1',
      otlp: false,
      otlpPorts: [4317, 4318],
      auth: true,
      data: './flametide-data',
      retention: 7 * 86_400_000,
      maxDisk: 10e9,
      maxProfileAge: 3_600_000,
      basePath: '',
      embedIn: [],
      selfProfile: true,
      demo: false,
      open: false,
      files: [],
    });
  });

  it('takes flags in both spellings', () => {
    expect(served('--port', '0', '--host=localhost')).toMatchObject({ port: 0, host: 'localhost' });
  });

  it('takes origins that may show it in a frame, and nothing else', () => {
    expect(served('--embed-in', 'https://grafana.example, http://host:3000/').embedIn).toEqual([
      'https://grafana.example',
      'http://host:3000',
    ]);
    for (const bad of [
      'grafana',
      'https://a/path',
      '*',
      "https://a; script-src 'unsafe-inline'",
      'javascript:alert(1)',
    ])
      expect(parse('--embed-in', bad), bad).toMatchObject({
        kind: 'refuse',
        reason: expect.stringContaining('origin'),
      });
  });

  it('opens to others only with a token or --no-auth', () => {
    expect(parse('--host', '0.0.0.0')).toMatchObject({ kind: 'refuse', reason: expect.stringContaining('--no-auth') });
    expect(parse('--host', '::')).toMatchObject({ kind: 'refuse' });
    expect(served('--host', '0.0.0.0', '--no-auth').host).toBe('0.0.0.0');
    expect(served('--host', '0.0.0.0', '--token', 'long enough').token).toBe('long enough');
    expect(served('--host', '127.0.0.2').host).toBe('127.0.0.2');
    expect(served('--host', '::1').host).toBe('::1');
  });

  it('takes files between its flags', () => {
    expect(served('a.pb.gz', '--port', '0', 'b c.txt')).toMatchObject({ port: 0, files: ['a.pb.gz', 'b c.txt'] });
  });

  it('reads lengths of time and sizes', () => {
    expect(served('--retention', '12h', '--max-disk', '500MB')).toMatchObject({ retention: 43_200_000, maxDisk: 5e8 });
    expect(served('--retention', 'off').retention).toBe(0);
  });

  it('keeps history when it accepts profiles of any age, unless retention is set', () => {
    expect(served('--max-profile-age', '0')).toMatchObject({ maxProfileAge: 0, retention: 0 });
    expect(served('--max-profile-age', '0', '--retention', '30d').retention).toBe(30 * 86_400_000);
  });

  it('takes a Prometheus, and a query for each service', () => {
    expect(
      served('--prometheus', 'http://host:9090/', '--prometheus-query', 'shop=sum(rate(a{b="c"}[$window]))'),
    ).toMatchObject({
      prometheus: 'http://host:9090',
      prometheusQueries: { shop: 'sum(rate(a{b="c"}[$window]))' },
    });
    expect(served().prometheusQueries).toEqual({});
  });

  it('prefers flags to the environment, and that to the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'flametide-config-'));
    const file = join(folder, 'flametide.json');
    writeFileSync(file, JSON.stringify({ port: 5001, host: 'localhost', retention: '1d', limits: { maxSamples: 7 } }));
    vi.stubEnv('FLAMETIDE_PORT', '5002');
    vi.stubEnv('FLAMETIDE_RETENTION', '2d');
    const config = served('--config', file, '--port', '5003');
    expect(config).toMatchObject({ port: 5003, host: 'localhost', retention: 2 * 86_400_000 });
    expect(ingestLimits(config)).toMatchObject({ maxSamples: 7, maxDepth: 1000, maxAgeMs: 3_600_000 });
    writeFileSync(file, '{"limits":{"maxSample":7}}');
    expect(parse('--config', file)).toMatchObject({ kind: 'refuse', reason: expect.stringContaining('maxSample') });
    writeFileSync(file, '[');
    expect(parse('--config', file)).toMatchObject({ kind: 'refuse', reason: expect.stringContaining('--config') });
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['--port', ''],
    ['--port', '65536'],
    ['--port', '0x50'],
    ['--port', '-1'],
    ['--port', '80.5'],
    ['--port'],
    ['--prot', '1'],
    ['--host', ''],
    ['--retention', 'soon'],
    ['--max-disk', '10'],
    ['--max-profile-age', '-1h'],
    ['--token', 'short'],
    ['--base-path', 'a b'],
    ['--backend', 'ftp://x'],
    ['--config', '/nowhere.json'],
    ['--prometheus', 'prometheus:9090'],
    ['--backend', 'http://user:word@pyroscope:4040'],
    ['--prometheus', 'http://user:word@prometheus:9090'],
    ['--prometheus', 'http://prometheus:9090/?tenant=a'],
    ['--prometheus-query', 'sum(up)'],
    ['--prometheus-query', 'shop=sum(up)'],
  ])('refuses %s %s in one line', (...args) => {
    const asked = parse(...args);
    expect(asked.kind).toBe('refuse');
    expect(asked).toMatchObject({ reason: expect.stringMatching(/^[^\n]{10,}$/) });
  });

  it('prints version and help', () => {
    expect(parse('--version')).toEqual({ kind: 'print', text: '1.2.3' });
    expect(parse('--help')).toMatchObject({
      kind: 'print',
      text: expect.stringMatching(/Usage: flametide[\s\S]*--port/),
    });
  });
});
