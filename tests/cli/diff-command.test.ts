/** `flametide diff`: its output and exit code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { diffCommand } from '#cli/diff-command.ts';
import type { Outcome } from '#cli/outcome.ts';
import { SelectSlicesRequestSchema, SelectSlicesResponseSchema } from '#wire/gen/flametide/v1/query_pb.ts';
import { SelectMergeProfileRequestSchema } from '#wire/gen/querier/v1/querier_pb.ts';

let folder: string;
let server: Server | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flametide-diff-'));
});
afterEach(() => server?.close());
afterAll(() => rmSync(folder, { recursive: true }));

const usual = { parse: 400, encode: 300, read: 300, copy: 200, hash: 800 };

describe('files', () => {
  it('names the slower function, and it passes the threshold', async () => {
    const files = [file('a.folded', usual), file('b.folded', { ...usual, encode: 600 })];
    const open = await diff(...files);
    expect(open).toMatchObject({ code: 0, stderr: '' });
    expect(open.stdout).toMatch(/^ {2}code {2}encode costs 100\u00a0% more wherever it is called/m);
    expect(open.stdout).toContain('without time slices');
    expect(await diff(...files, '--fail-on', '+5%')).toMatchObject({
      code: 1,
      stderr: 'flametide: beyond +5%: encode\n',
    });
    expect((await diff(...files, '--fail-on', '+150%')).code).toBe(0);
    expect((await diff(...files, '--fail-on', '-5%')).code).toBe(0);
    expect((await diff(...files.toReversed(), '--fail-on', '-5%')).code).toBe(1);
  });

  it('cuts files with times into slices, where both have some', async () => {
    const timed = (name: string, slow: number): string => {
      const path = join(folder, name);
      const samples = Array.from({ length: 4000 }, (_, i) => [0, i % 100 < slow ? 1 : 2]);
      const profile = { type: 'sampled', name, unit: 'milliseconds', startValue: 0, endValue: 4000 };
      const frames = ['main', 'slow', 'rest'].map((one) => ({ name: one }));
      const profiles = [{ ...profile, samples, weights: samples.map(() => 1) }];
      writeFileSync(path, JSON.stringify({ shared: { frames }, profiles }));
      return path;
    };
    const [a, b] = [timed('a.speedscope.json', 20), timed('b.speedscope.json', 40)];
    const both = await diff(a, b);
    expect(both.stdout).toContain('noise from slices of one run each');
    expect(both.stdout).toMatch(/^ {2}code {2}slow costs/m);
    expect(JSON.parse((await diff(a, b, '--format', 'json')).stdout)).toMatchObject({
      evidence: { slices: true, oneRun: true },
    });
  });

  it('the same file twice changes nothing', async () => {
    const one = file('same.folded', usual);
    const { code, stdout } = await diff(one, one, '--format', 'json', '--fail-on', '+1%');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ changes: [], functions: [], delta: 0, broken: [] });
  });

  it('the user tells which frame calls the routes', async () => {
    const routed = (report: number): Record<string, number> => ({
      'main;loop;search;rank': 9000,
      'main;loop;search;parse': 5000,
      'main;loop;cart;price': 8000,
      'main;loop;cart;encode': 6000,
      'main;loop;report;load': 4000 * report,
      'main;loop;report;format': 5000 * report,
    });
    const files = [file('calm.folded', routed(1)), file('busy.folded', routed(2))];
    expect((await diff(...files, '--routes', 'loop')).stdout).toMatch(/^ {2}work {2}report is called more: /m);
    expect(await diff(...files, '--routes', 'lop')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'flametide: --routes lop: neither side has a function of this name.\n',
    });
  });

  it('a build with other hashes changes nothing', async () => {
    const hashed = (total: string, show: string): Record<string, number> => ({
      [`app;shop::cart::total::h${total}`]: 400,
      [`app;<shop::Sku as shop::Show>::show::h${show}`]: 100,
    });
    const { code, stdout } = await diff(
      file('before.folded', hashed('00112233445566aa', 'aabbccddeeff0011')),
      file('after.folded', hashed('99887766554433bb', '0f0e0d0c0b0a0908')),
      '--format',
      'json',
      '--fail-on',
      '+1%',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ changes: [], functions: [], delta: 0, broken: [] });
  });

  it('unlike types are refused', async () => {
    const pprof = (name: string): string => `tests/fixtures/pprof/made-go/before/${name}.pb.gz`;
    const stderr = (words: string): string => `flametide: ${words} on both sides. --type names it.\n`;
    expect(await diff(pprof('cpu'), pprof('heap'))).toEqual({
      code: 2,
      stdout: '',
      stderr: stderr('A has cpu in nanoseconds, B has inuse_space in bytes: choose a profile type with the same unit'),
    });
    expect(await diff(pprof('cpu'), 'tests/fixtures/pprof/made-node/wall-lines.pprof')).toEqual({
      code: 2,
      stdout: '',
      stderr: stderr('A measures CPU time, B measures wall time: choose one kind of profile'),
    });
  });

  it('different languages are reported', async () => {
    const go = file('go.folded', { 'runtime.mcall': 1, 'net/http.(*conn).serve;main.cart': 9 });
    const java = file('java.folded', { 'java.lang.Thread.run;com.acme.Cart.add': 9 });
    const note =
      'A runs Go, B runs JVM: functions of different languages do not match, so those of A show as gone and those of B as new.';
    expect((await diff(go, java)).stdout).toContain(`${note}\n`);
    expect(JSON.parse((await diff(go, java, '--format', 'json')).stdout)).toMatchObject({ note });
    expect((await diff(go, go)).stdout).not.toContain('A runs');
  });

  it('twelve times the same profile is not a change, unless totals are compared', async () => {
    const longer = Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, value * 12]));
    const files = [file('short.folded', usual), file('long.folded', longer), '--fail-on', '+5%'];
    for (const sides of [files, [files[1], files[0], ...files.slice(2)]]) {
      const { code, stdout } = await diff(...sides);
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/^ {2}(code|work) /m);
    }
    expect(await diff(...files, '--normalize', 'absolute')).toMatchObject({
      code: 1,
      stderr: 'flametide: beyond +5%: the total\n',
    });
  });

  it('JSON has the changes in the form of the console, and what was recorded', async () => {
    const { stdout } = await diff(
      file('a.folded', usual),
      file('b.folded', { ...usual, encode: 600 }),
      '--format',
      'json',
      '--normalize',
      'absolute',
    );
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ normalization: 'absolute', delta: 300, a: { total: 2000, unit: 'count' } });
    const top = answer.changes[0];
    expect(top).toMatchObject({ kind: 'code', name: 'encode', selfA: 300, selfB: 600, delta: 300, deltaPct: 100 });
    expect(Object.keys(top).sort()).toEqual(
      'code codePct delta deltaPct explained high kind low name path scope selfA selfB supported'.split(' '),
    );
    expect(answer.functions.find(({ name }: { name: string }) => name === 'encode')).toEqual({
      name: 'encode',
      selfA: 300,
      selfB: 600,
      totalA: 300,
      totalB: 600,
    });
  });

  it('Markdown is a table', async () => {
    const { stdout } = await diff(
      file('a.folded', usual),
      file('b.folded', { ...usual, encode: 600 }),
      '--format',
      'markdown',
    );
    expect(stdout).toMatch(/^\| code \| `encode` \|/m);
  });

  it.each([
    ['a missing file', ['nowhere.pb'], /^flametide: nowhere\.pb cannot be read: ENOENT/],
    ['too few', [], /missing required argument/],
    ['another type', ['--type', 'cpu'], /has no sample type cpu: it has samples/],
    ['a normalisation that lacks something', ['--normalize', 'per-second'], /does not say how long/],
    ['a normalisation that is none', ['--normalize', 'cubic'], /cubic/],
    ['a threshold that is not one', ['--fail-on', 'much'], /--fail-on much is not a threshold/],
  ])('%s is one line and code 2', async (_, wrong, reason) => {
    const good = file('good.folded', usual);
    const sides = wrong.length === 1 ? [good] : wrong.length === 0 ? [good] : [good, good];
    const { code, stdout, stderr } = await diff(...sides, ...wrong);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^flametide: [^\n]+\n$/);
    expect(stderr).toMatch(reason);
  });

  it('a file of no known format is refused in one line', async () => {
    const path = join(folder, 'noise.bin');
    writeFileSync(path, new Uint8Array(100).fill(7));
    const { code, stderr } = await diff(path, path);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^flametide: [^\n]*noise\.bin: [^\n]+\n$/);
  });

  it('--help explains links, normalisations and exit codes', async () => {
    const { code, stdout } = await diff('--help');
    expect(code).toBe(0);
    for (const word of ['svc', 'load-adjusted', "'+5%'", 'Exit code']) expect(stdout).toContain(word);
  });
});

describe('ranges of a server', () => {
  it('asks with the keys of the link, and takes evidence from slices', async () => {
    const { url, calls } = await serve(true);
    const side = (from: number): string =>
      `${url}/base/?svc=shop&q=${encodeURIComponent('pod="a"')}&from=${from}&until=${from + 900_000}`;
    const { code, stdout } = await diff(
      side(1_000_000),
      side(2_000_000),
      '--format',
      'json',
      '--normalize',
      'per-second',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ evidence: { slices: true, counted: true } });
    expect(JSON.parse(stdout).changes[0]).toMatchObject({ kind: 'code', name: 'encode', supported: true });
    const text = (await diff(side(1_000_000), side(2_000_000))).stdout;
    expect(text).toMatch(
      /^A {2}\{service_name="shop", pod="a"\} from Thu 1 Jan 1970 00:16:40 UTC to Thu 1 Jan 1970 00:31:40 UTC, \w+: .+ on average$/m,
    );
    expect(text).toContain('B  {service_name="shop", pod="a"} from Thu 1 Jan 1970 00:33:20 UTC to');
    expect(calls).toContain(
      '/base/querier.v1.QuerierService/SelectMergeProfile {service_name="shop", pod="a"} 1000000 1900000',
    );
    expect(calls).toContain(
      '/base/flametide.v1.QueryService/SelectSlices {service_name="shop", pod="a"} 2000000 2900000',
    );
  });

  it('asks again where the server closed the connection that was kept', async () => {
    const { url } = await serve(true, true);
    const { code, stdout, stderr } = await diff(
      `${url}/?from=1000000&until=1900000`,
      `${url}/?from=2000000&until=2900000`,
      '--format',
      'json',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ evidence: { slices: true, counted: true } });
  });

  it('asks a server without slices for merges of sub-ranges', async () => {
    const { url, calls } = await serve(false);
    const { stdout } = await diff(
      `${url}/?from=1000000&until=1900000`,
      `${url}/?from=2000000&until=2900000`,
      '--format',
      'json',
    );
    expect(JSON.parse(stdout).evidence).toEqual({ slices: true, counted: false, oneRun: false });
    expect(calls.filter((call) => call.includes('SelectMergeProfile'))).toHaveLength(2 + 2 * 18);
  });

  it.each([
    ['?from=yesterday', /from=“yesterday” is not a time/],
    ['?type=cpu', /is not a profile type/],
    ['?q=pod', /q=“pod”/],
    ['?from=now&until=now-1h', /ends before it begins/],
  ])('%s is one line and code 2', async (query, reason) => {
    const { code, stderr } = await diff(`http://127.0.0.1:1/${query}`, `http://127.0.0.1:1/${query}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(reason);
  });

  it('counts of requests give costs per request, and say whether there were more of them or dearer ones', async () => {
    const { url, calls } = await serve(true);
    const link = (from: number): string => `${url}/?svc=shop&q=pod%3D%22a%22&from=${from}&until=${from + 900_000}`;
    const sides = [link(1_000_000), link(2_000_000)];
    const { code, stdout, stderr } = await diff(...sides, '--normalize', 'per-request', '--format', 'json');
    expect([code, stderr]).toEqual([0, '']);
    // 1800 and then 3600 requests; 2300 units of the type became 2600.
    const { delta, summary, a, b } = JSON.parse(stdout) as Record<string, never>;
    expect(delta).toBeCloseTo(Number(b['total']) / 3600 - Number(a['total']) / 1800, 9);
    expect(summary).toMatch(
      /^From 2\.00 to 4\.00.requests a second, \+100.%; each took .*: more requests, and each costs less\./,
    );
    expect(calls).toContain('/api/work?service=shop&from=1000000&until=1900000&steps=1&q=pod%3D%22a%22');
    const text = await diff(...sides, '--normalize', 'per-request');
    expect(text.stdout).toMatch(/\/request/);
  });

  it('without counts nothing is per request, and the line says why', async () => {
    const { url } = await serve(true);
    const link = `${url}/?svc=other&from=1000000&until=1900000`;
    const { code, stderr } = await diff(link, link, '--normalize', 'per-request');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'flametide: Side A: No requests were counted. Push counts to /api/work, or start the server with --prometheus.\n',
    );
  });

  it('counts that the server cannot read are told in its own words', async () => {
    const { url } = await serve(true);
    const link = `${url}/?svc=broken&from=1000000&until=1900000`;
    const { code, stderr } = await diff(link, link, '--normalize', 'per-request');
    expect([code, stderr]).toEqual([2, 'flametide: Side A: The counts cannot be read: the disk is away.\n']);
  });

  it('a server that is not there is one line and code 2', async () => {
    const { code, stderr } = await diff('http://127.0.0.1:1/', 'http://127.0.0.1:1/');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^flametide: http:\/\/127\.0\.0\.1:1 does not answer: [^\n]+\n$/);
  });
});

function diff(...args: string[]): Promise<Outcome> {
  return diffCommand(args, {}, 3_000_000);
}

/** Three routes that call the same functions. */
function stacks(costs: Readonly<Record<string, number>>): string[] {
  return Object.entries(costs).map(([name, value]) => `main;serve;${name} ${value}`);
}

function file(name: string, costs: Readonly<Record<string, number>>): string {
  const path = join(folder, name);
  writeFileSync(path, `${stacks(costs).join('\n')}\n`);
  return path;
}

/** Before 2 000 000 ms as usual, then `encode` costs twice as much. Collapsed text is as good as pprof: bytes tell what they are. */
async function serve(hasSlices: boolean, closesKept = false): Promise<{ url: string; calls: string[] }> {
  const calls: string[] = [];
  const costsAt = (start: bigint): Record<string, number> => ({ ...usual, encode: start < 2_000_000n ? 300 : 600 });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const body = Buffer.concat(chunks);
    if (request.url?.startsWith('/api/work') === true) {
      calls.push(request.url);
      const { searchParams } = new URL(request.url, 'http://localhost');
      if (searchParams.get('service') === 'broken')
        return void response.writeHead(503).end('{"message": "The counts cannot be read: the disk is away."}');
      if (searchParams.get('service') !== 'shop') return void response.writeHead(404).end('nothing');
      const requests = Number(searchParams.get('from')) < 2_000_000 ? 1800 : 3600;
      const routes = [{ route: '', requests }];
      return void response.end(JSON.stringify({ source: 'pushed', steps: [requests], routes, covered: 1 }));
    }
    const isSlices = request.url?.includes('SelectSlices') === true;
    const { labelSelector, start, end } = isSlices
      ? fromBinary(SelectSlicesRequestSchema, body)
      : fromBinary(SelectMergeProfileRequestSchema, body);
    calls.push(`${request.url} ${labelSelector} ${start} ${end}`);
    if (isSlices && !hasSlices) return void response.writeHead(404).end();
    const costs = costsAt(start);
    if (!isSlices) return void response.end(gzipSync(stacks(costs).join('\n')));
    const names = ['main', 'serve', ...Object.keys(costs)];
    const slices = fromBinary(SelectSlicesRequestSchema, body).slices;
    const leaves = Object.values(costs);
    // Every slice has its even part, some a bit more and some a bit less.
    const values = leaves.flatMap((cost, f) =>
      Array.from({ length: slices }, (_, i) => BigInt(Math.round(cost * 10 * (1 + 0.05 * Math.sin(i * (f + 1)))))),
    );
    const message = create(SelectSlicesResponseSchema, {
      names,
      name: [0, 0, 1, ...leaves.map((_, f) => f + 2)],
      parentDistance: [0, 1, 1, ...leaves.map((_, f) => f + 1)],
      entries: [0, 0, 0, ...leaves.map(() => slices)],
      slice: leaves.flatMap(() => Array.from({ length: slices }, (_, i) => i)),
      value: values,
      count: values,
      profiles: Array.from({ length: slices }, () => 1),
    });
    response.end(toBinary(SelectSlicesResponseSchema, message));
  };
  const kept = new WeakSet();
  server = createServer((request, response) => {
    const { socket } = request;
    if (closesKept && kept.has(socket)) return void socket.destroy();
    kept.add(socket);
    return void answer(request, response);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}
