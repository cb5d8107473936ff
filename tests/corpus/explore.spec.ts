/** The pprofs of the corpus pushed to an own server and explored: the same totals in graph, table, tree and series as in the files. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { Profile } from 'pprof-format';

const CORPUS = join(import.meta.dirname, '../../../shared/corpus');
const MAIN = join(import.meta.dirname, '../../dist/server/main.js');
/** As many types of a file are looked at. */
const MAX_TYPES = 2;
/** Larger files belong to the tests of the server. */
const LARGEST_FILE = 2 << 20;

interface Entry {
  readonly path: string;
  readonly format: string | null;
  readonly tags?: readonly string[];
}

const manifest = JSON.parse(readFileSync(join(CORPUS, 'MANIFEST.json'), 'utf8')) as { files: Entry[] };

/** Sum of what is positive, and time, as another reader than ours finds them. */
function read(bytes: Uint8Array): { readonly timeMs: number; readonly totals: ReadonlyMap<string, bigint> } {
  const profile = Profile.decode(bytes);
  const totals = new Map<string, bigint>();
  for (const [i, { type }] of profile.sampleType.entries()) {
    const sum = profile.sample.reduce((all, { value }) => {
      const one = BigInt(value[i] ?? 0);
      return one > 0n ? all + one : all;
    }, 0n);
    totals.set(profile.stringTable.strings[Number(type)] ?? '', sum);
  }
  return { timeMs: Math.floor(Number(BigInt(profile.timeNanos) / 1_000_000n)), totals };
}

test('Explore shows exactly the content of a file after a push', async ({ page }) => {
  const data = mkdtempSync(join(tmpdir(), 'explore-corpus-'));
  const args = ['--port', '0', '--data', data, '--max-profile-age', '0', '--no-self-profile'];
  const server = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const url = line.replace(/^.* /, '');
    let looked = 0;
    for (const { path, format, tags } of manifest.files) {
      if (format !== 'pprof' || tags?.includes('invalid')) continue;
      const packed = readFileSync(join(CORPUS, path));
      const raw = packed[0] === 0x1f && packed[1] === 0x8b ? gunzipSync(packed) : packed;
      if (raw.length > LARGEST_FILE) continue;
      const { timeMs, totals } = read(new Uint8Array(raw));
      if (timeMs <= 0 || [...totals.values()].some((total) => total >= 2n ** 53n)) continue;
      const service = `corpus/${path.replace(/[^\w/.-]/g, '_')}`;
      const pushed = await fetch(`${url}/ingest?format=pprof&name=${encodeURIComponent(service)}`, {
        method: 'POST',
        body: new Uint8Array(packed),
      });
      expect([path, pushed.status, await pushed.text()]).toEqual([path, 200, expect.anything()]);
      const range = { start: timeMs - 60_000, end: timeMs + 60_000 };
      const answer = await fetch(`${url}/querier.v1.QuerierService/Series`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...range, matchers: [`{service_name="${service}"}`], labelNames: ['__profile_type__'] }),
      });
      const { labelsSet = [] } = (await answer.json()) as { labelsSet?: { labels: { value: string }[] }[] };
      for (const { labels } of labelsSet.slice(0, MAX_TYPES)) {
        const type = labels[0]?.value ?? '';
        const total = Number(totals.get(type.split(':')[1] ?? '') ?? -1n);
        // A page is loaded once: a load for each of the profiles takes most of the time.
        if (looked === 0) await page.goto(url);
        const [summary, top, stacks] = await page.evaluate(
          async (patch) => {
            await window.flametide.show(patch);
            return [
              await window.flametide.summary(),
              await window.flametide.top(1e6, 'self'),
              await window.flametide.stacks(),
            ] as const;
          },
          { view: 'explore', svc: service, type, from: String(range.start), until: String(range.end) },
        );
        const what = `${path}, ${type}`;
        expect(summary, what).toMatchObject({ service, profileType: type, total });
        const sum = (values: readonly (number | string)[]): number =>
          values.reduce<number>((all, one) => all + Number(one), 0);
        expect(sum(stacks.map(({ value }) => value)), what).toBe(total);
        // A sample without a frame belongs to no function.
        const nobodys = sum(stacks.filter(({ stack }) => stack.length === 0).map(({ value }) => value));
        expect(sum(top.map(({ self }) => self)) + nobodys, what).toBe(total);
        looked++;
      }
    }
    expect(looked).toBeGreaterThan(20);
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
    rmSync(data, { recursive: true, force: true });
  }
});
