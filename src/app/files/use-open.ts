/** Ways to open files, one for every control: pick, drop, paste, demo. The first that opens is shown. */
import { useMemo } from 'react';
import { demoName, demoRecipe } from '#model/demo-recipe.ts';
import { useAnalysis } from '../queries/analysis-queries.ts';
import type { Interval } from '#model/interval.ts';
import type { UrlState } from '../url/url-state.ts';
import { navigate, urlStore } from '../url/url-store.ts';
import { sampleTypeKey } from '../screen/shown.ts';
import { showFile } from '../state/commands.ts';
import { type FileSource, filesStore, openFileNamed, openFiles } from '../screen/files-store.ts';
import { fileSides, sidesOf } from './file-pair.ts';

export const FILE_INPUT_ID = 'open-files';

interface Open {
  /**
   * Opens, and shows the first that was accepted.
   * @param side of the comparison, where they are for one @returns whether there is one.
   */
  open(sources: readonly FileSource[], side?: string): Promise<boolean>;
  pick(side?: 'a' | 'b'): void;
}

export function useOpen(): Open {
  const analysis = useAnalysis();
  return useMemo(
    () => ({
      async open(sources, side = '') {
        const { view, file } = urlStore.getState().state;
        // A comparison link does not contain its files either; opened files fill its sides.
        if (view === 'compare') {
          const awaited = awaitedSides();
          const opened = await openFiles(analysis, sources);
          const others = opened.filter((name) => !awaited.some((key) => urlStore.getState().state[key] === name));
          const both = opened.length === 1 && awaited.length === 0 && side === '' ? sidesInside(opened[0]) : undefined;
          if (both) {
            navigate(both, 'push');
            return true;
          }
          const taken = awaitedSides().slice(0, others.length);
          if (taken.length > 0) navigate(Object.fromEntries(taken.map((key, i) => [key, others[i]])), 'replace');
          else if (awaited.length === 0 && opened.length > 0)
            navigate(
              side === 'a' && opened.length === 1
                ? { 'a.file': opened[0], 'a.st': undefined, 'a.during': undefined }
                : fileSides(opened.slice(0, 2)),
              'push',
            );
          return opened.length > 0;
        }
        // A link has the view of a file, not the file: the first opened file gets the view.
        const isAwaited = file !== undefined && !openFileNamed(file);
        const opened = await openFiles(analysis, sources);
        const [first] = opened;
        if (first === undefined) return false;
        // A user who navigated meanwhile stays there.
        const both = opened.length === 1 && !isAwaited ? sidesInside(first) : undefined;
        if (both) navigate({ view: 'compare', ...both }, 'push');
        else if (isAwaited && urlStore.getState().state.file === file)
          navigate({ file: opened.includes(file) ? file : first, src: undefined }, 'replace');
        else showFile(first);
        return true;
      },
      pick(side) {
        const input = document.querySelector<HTMLInputElement>(`#${FILE_INPUT_ID}`);
        if (!input) return;
        input.dataset['side'] = side ?? '';
        input.click();
      },
    }),
    [analysis],
  );
}

/** A part of a recording (B) against what is left of it (A), with the labels and the sample type that are shown. */
export function restAgainst(name: string, during: Interval): Partial<UrlState> {
  const { q, st } = urlStore.getState().state;
  return {
    ...fileSides([name, name]),
    'a.st': st,
    'b.st': st,
    'a.q': q.length > 0 ? q : undefined,
    'b.q': q.length > 0 ? q : undefined,
    'a.during': { ...during, isRest: !during.isRest },
    'b.during': during,
  };
}

/** The two sides that a differential file holds; undefined for any other file. */
export function sidesInside(name: string): Partial<UrlState> | undefined {
  const file = openFileNamed(name);
  if (file?.profile.isDifferential !== true) return undefined;
  const [before, after] = [0, 1].map((type) => sampleTypeKey(file.profile.sampleTypes, type));
  return { ...fileSides([name, name]), 'a.st': before, 'b.st': after };
}

/** From a shown file to Compare: the file against the one opened before it, unless the link already names sides. */
export function sidesOfShownFile(): Partial<UrlState> {
  const { state } = urlStore.getState();
  const isSaid = Object.entries(state).some(([key, value]) => /^[ab]\./.test(key) && value !== undefined);
  if (state.file === undefined || !openFileNamed(state.file) || isSaid) return {};
  const files = filesStore.getState().entries.filter((one) => one.kind === 'open');
  const { q, during } = state;
  const sides = sidesOf(state.file, files);
  return {
    ...sides,
    ...(q.length > 0 && { 'a.q': q, 'b.q': q }),
    [sides['a.file'] === state.file ? 'a.during' : 'b.during']: during,
  };
}

/** Sides of the link whose files are not open. */
function awaitedSides(): readonly ('a.file' | 'b.file')[] {
  const { state } = urlStore.getState();
  return (['a.file', 'b.file'] as const).filter((key) => state[key] !== undefined && !openFileNamed(state[key]));
}

export function fromBrowser(files: Iterable<File>): FileSource[] {
  return [...files].map((file) => ({
    name: file.name,
    size: file.size,
    read: async () => new Uint8Array(await file.arrayBuffer()),
  }));
}

/** Text from the clipboard. */
export function pastedSource(text: string): FileSource {
  const bytes = new TextEncoder().encode(text);
  return { name: 'pasted.txt', size: bytes.length, read: () => Promise.resolve(bytes) };
}

/** The made-up profile of a link (`src=demo&nodes=…&seed=…`), under a name that says so. */
export function demoSource({ nodes, seed }: NonNullable<UrlState['src']>): FileSource {
  const bytes = demoRecipe(nodes, seed);
  return { name: demoName(nodes, seed), size: bytes.length, read: () => Promise.resolve(bytes) };
}
