/** Files of the corpus that hold another one in another form, and trees whose truth is a few sums. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { finishWaiting } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import type { Profile } from '#model/profile.ts';
import { viewFacts } from '../support/folded-hash.ts';

const folder = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

async function open(path: string): Promise<{ readonly id: string; readonly profile: Profile }> {
  const bytes = new Uint8Array(readFileSync(join(folder, path)));
  const { format, profile } = await finishWaiting(decodeProfile({ bytes, name: path, form: { kind: 'file' } }));
  return { id: format.id, profile };
}

it('the corpus is there', () => expect(existsSync(folder)).toBe(true));

it('pprof as JSON holds the stacks of the pprof', async () => {
  const [read, original] = await Promise.all([open('pprof-json/go-cpu-tiny.json'), open('pprof/go-cpu-tiny.pprof')]);
  expect(read.id).toBe('pprof-json');
  const facts = (profile: Profile): unknown => profile.sampleTypes.map((_, type) => viewFacts(profile, type));
  expect(facts(read.profile)).toEqual(facts(original.profile));
  expect(read.profile.period).toEqual(original.profile.period);
});

it('a dump that its writer shortened opens with a note', async () => {
  const { profile } = await open('pprof-json/node-wall-decoded.json');
  expect(viewFacts(profile, 1)).toMatchObject({ type: 'wall', unit: 'nanoseconds', samples: 10 });
  expect(profile.notes.join(' ')).toMatch(/shortened/);
});

it.each([
  ['d3-json/stacks.json', { total: 57_412, nodes: 534, depth: 17 }],
  ['d3-json/differential.json', { total: 27_720, nodes: 13_078, depth: 43 }],
])('%s has its boxes', async (path, { total, nodes, depth }) => {
  const { profile } = await open(path);
  const facts = viewFacts(profile, 0);
  expect({ total: facts.total, depth: facts.depth }).toEqual({ total, depth });
  // Boxes that nothing is in but their children count in the nodes of the tree too.
  expect(facts.nodes).toBeLessThanOrEqual(nodes);
});
