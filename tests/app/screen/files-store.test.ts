import { strToU8, zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import { filesStore, openFiles } from '#app/screen/files-store.ts';
import { uiStore } from '#app/state/ui-store.ts';

it('opens the files of an archive separately, and refuses files that are not profiles by name', async () => {
  const bytes = zipSync({
    'before.folded': strToU8('main 3\n'),
    'notes.md': strToU8('Dear diary,\ntoday it rained.\n'),
    'after.folded': strToU8('main 4\n'),
  });
  const source = { name: 'both.zip', size: bytes.length, read: () => Promise.resolve(bytes) };
  const analysis = new InProcessAnalysis(() => Promise.resolve());
  expect(await openFiles(analysis, [source])).toEqual(['before.folded', 'after.folded']);
  expect(filesStore.getState().entries.map(({ kind, name }) => [kind, name])).toEqual([
    ['open', 'before.folded'],
    ['open', 'after.folded'],
  ]);
  const times = filesStore.getState().entries.map((entry) => entry.kind === 'open' && entry.openedAt);
  expect(new Set(times).size).toBe(1);
  expect(uiStore.getState().refusals.map(({ file }) => file)).toEqual(['notes.md']);
});
