/** Real, unmodified agents against the built server: their profiles come back through every call, to the last unit. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import busboy from '@fastify/busboy';
import { Profile } from 'pprof-format';
import { foldTreeBytes } from '../support/flame-decoder.ts';

const APP = fileURLToPath(new URL('agents/app.js', import.meta.url));
const AGENTS = [
  ['0.6.4', '@pyroscope/nodejs'],
  ['0.4.13', 'pyroscope-nodejs-0.4'],
] as const;

/** What the calls below answer with; each has some of these. */
interface Answer {
  readonly profileTypes: readonly { readonly ID: string }[];
  readonly names: readonly string[];
  readonly labelsSet: readonly { readonly labels: readonly { readonly value: string }[] }[];
  readonly flamegraph: {
    readonly names: readonly string[];
    readonly total: string;
    readonly leftTicks: string;
    readonly rightTicks: string;
  };
  readonly tree: string;
  readonly sample: readonly { readonly value: readonly string[] }[];
  readonly series: readonly { readonly points: readonly { readonly value: number }[] }[];
}

for (const [version, library] of AGENTS) {
  test(`@pyroscope/nodejs ${version}: all that it pushes comes back`, async ({ baseURL }) => {
    const service = `agents.${version}`;
    const began = Date.now();
    const { sums, statuses } = await runAgent(library, service, baseURL ?? '');
    expect(statuses.length).toBeGreaterThan(3);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const range = { start: began - 60_000, end: Date.now() + 60_000 };
    const ask = async (call: string, message: object): Promise<Answer> => {
      const response = await fetch(`${baseURL}/querier.v1.QuerierService/${call}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...range, ...message }),
      });
      expect([call, response.status]).toEqual([call, 200]);
      return (await response.json()) as Answer;
    };

    const { profileTypes } = await ask('ProfileTypes', {});
    const ids = profileTypes.map(({ ID }) => ID);
    const matcher = `{service_name="${service}"}`;
    expect((await ask('LabelValues', { name: 'region', matchers: [matcher] })).names).toEqual(['eu']);
    expect((await ask('LabelValues', { name: 'host', matchers: [matcher] })).names).toEqual(['a b']);
    expect((await ask('LabelNames', { matchers: [matcher] })).names).toContain('region');
    const series = await ask('Series', { matchers: [matcher], labelNames: ['__type__'] });
    const types = series.labelsSet.map(({ labels }) => labels[0]?.value);
    expect(types.toSorted()).toEqual([...sums.keys()].toSorted());

    for (const [type, total] of sums) {
      const id = ids.find((one) => one.split(':')[1] === type && /^(wall|memory):/.test(one));
      const question = { profileTypeID: id, labelSelector: matcher };
      const { flamegraph } = await ask('SelectMergeStacktraces', { ...question, maxNodes: 100_000 });
      expect([type, Number(flamegraph.total)]).toEqual([type, total]);
      expect(flamegraph.names.join()).toContain('burnCycles');
      const { tree } = await ask('SelectMergeStacktraces', { ...question, format: 'PROFILE_FORMAT_TREE' });
      const folded = foldTreeBytes(Buffer.from(tree, 'base64'));
      expect([...folded.values()].reduce((a, b) => a + b, 0)).toBe(total);
      const merged = await ask('SelectMergeProfile', question);
      const values = merged.sample.map(({ value }) => Number(value[0]));
      expect(values.reduce((a, b) => a + b, 0)).toBe(total);
      const sum = await ask('SelectSeries', { ...question, step: 1 });
      const points = sum.series.flatMap((one) => one.points);
      expect(points.reduce((all, { value }) => all + value, 0)).toBe(total);
      const diff = await ask('Diff', { left: { ...question, ...range }, right: { ...question, ...range } });
      expect([Number(diff.flamegraph.leftTicks), Number(diff.flamegraph.rightTicks)]).toEqual([total, total]);
    }
  });
}

/** Lets a program run under the agent, and adds up on the way what it sends. */
async function runAgent(
  library: string,
  service: string,
  target: string,
): Promise<{ sums: Map<string, number>; statuses: number[] }> {
  const sums = new Map<string, number>();
  const statuses: number[] = [];
  const forwards: Promise<void>[] = [];
  const forward = async (body: Buffer, path: string, headers: IncomingHttpHeaders): Promise<number> => {
    addUp(await profileIn(body, headers), sums);
    const type = headers['content-type'] ?? '';
    const { status } = await fetch(`${target}${path}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: new Uint8Array(body),
    });
    statuses.push(status);
    // Two uploads of each kind: enough of them.
    if (statuses.length > 3 && app.connected) app.disconnect();
    return status;
  };
  const between: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = forward(Buffer.concat(chunks), request.url ?? '', request.headers);
      forwards.push(sent.then((status) => void response.writeHead(status).end()));
    });
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  const { port } = between.address() as AddressInfo;
  const app = spawn(process.execPath, [APP, library, `http://127.0.0.1:${port}`, service], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const [code] = (await once(app, 'exit')) as [number];
  await Promise.all(forwards);
  between.close();
  expect(code).toBe(0);
  return { sums, statuses };
}

async function profileIn(body: Buffer, headers: IncomingHttpHeaders): Promise<Profile> {
  const type = headers['content-type'] ?? '';
  if (!type.includes('multipart')) return Profile.decode(gunzipSync(body));
  return new Promise((resolve, reject) => {
    const form = new busboy({ headers: { 'content-type': type } });
    form.on('file', (_, file) => {
      const parts: Buffer[] = [];
      file.on('data', (part: Buffer) => parts.push(part));
      file.on('end', () => resolve(Profile.decode(gunzipSync(Buffer.concat(parts)))));
    });
    form.on('error', reject);
    form.end(body);
  });
}

function addUp(profile: Profile, sums: Map<string, number>): void {
  profile.sampleType.forEach(({ type }, column) => {
    const name = profile.stringTable.strings[Number(type)] ?? '';
    const values = profile.sample.map(({ value }) => Number(value[column])).filter((value) => value > 0);
    if (values.length > 0) sums.set(name, (sums.get(name) ?? 0) + values.reduce((a, b) => a + b, 0));
  });
}
