/** The demo in a data folder: all of it once, and on from there. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDemo } from '#server/demo/run-demo.ts';
import type { IncomingProfile } from '#server/incoming.ts';
import type { NewMarker } from '#server/markers.ts';

const NOW = Date.UTC(2026, 3, 1, 15, 20, 12);
const HOUR_MS = 3_600_000;

let dataFolder: string;
const keys: string[] = [];
const made: NewMarker[] = [];
const warnings: string[] = [];
const markers = {
  add: (marker: NewMarker) => made.push(marker),
  list: (fromMs: number, untilMs: number) => made.filter(({ time }) => time >= fromMs && time <= untilMs),
};
const log = { warn: (text: string) => void warnings.push(text) };
const engine = {
  store: async (profiles: readonly IncomingProfile[]) => void keys.push(...profiles.map((one) => one.repeatKey)),
};

beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'flametide-demo-'));
  for (const list of [keys, made, warnings]) list.length = 0;
});
afterEach(() => rmSync(dataFolder, { recursive: true }));

async function run(nowMs: number, store = engine.store): Promise<void> {
  const demo = startDemo({ engine: { store }, markers, dataFolder, log, now: () => nowMs });
  await demo.caughtUp;
  await demo.stop();
}

it('makes 24 hours once, then what came since, and marks the deploy once', async () => {
  await run(NOW);
  const day = 24 * 60 * 3 + 24 * 12 * 3;
  expect(keys).toHaveLength(day);
  await run(NOW);
  expect(keys).toHaveLength(day);
  await run(NOW + HOUR_MS);
  expect(keys).toHaveLength(day + 60 * 3 + 12 * 3);
  expect(new Set(keys).size).toBe(keys.length);
  expect(made).toEqual([
    {
      time: Date.UTC(2026, 3, 1, 9, 20),
      title: 'demo: v1.8.2 deployed',
      service: 'demo/shop-checkout',
      labels: { demo: 'true', version: 'v1.8.2' },
    },
  ]);
  expect(warnings).toEqual([]);
});

it('a failed batch is one line, and is made again by the next start', async () => {
  let calls = 0;
  await run(NOW, async (profiles) => {
    if (++calls === 3) throw new Error('the disk is full');
    await engine.store(profiles);
  });
  expect(warnings).toEqual(['The demo could not be stored: the disk is full']);
  const { madeUntilMs } = JSON.parse(readFileSync(join(dataFolder, 'demo.json'), 'utf8')) as { madeUntilMs: number };
  expect(madeUntilMs).toBe(NOW - 24 * HOUR_MS + 2 * 18 * 60_000);
  await run(NOW);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toHaveLength(24 * 60 * 3 + 24 * 12 * 3);
});
