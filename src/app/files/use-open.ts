/** Ways to open files, one for every control: pick, drop, paste, demo. The first that opens is shown. */
import { useMemo } from 'react';
import { demoName, demoRecipe } from '#model/demo-recipe.ts';
import { useAnalysis } from '../queries.ts';
import type { UrlState } from '../url/url-state.ts';
import { navigate, urlStore } from '../url/url-store.ts';
import { type FileSource, openFileNamed, openFiles } from './files-store.ts';

export const FILE_INPUT_ID = 'open-files';

interface Open {
  /** Opens, and shows the first that was accepted. @returns whether there is one. */
  open(sources: readonly FileSource[]): Promise<boolean>;
  pick(): void;
}

export function useOpen(): Open {
  const analysis = useAnalysis();
  return useMemo(
    () => ({
      async open(sources) {
        const { file } = urlStore.getState().state;
        // A link carries the view of a file, not the file: the first that comes gets the view.
        const isAwaited = file !== undefined && !openFileNamed(file);
        const opened = await openFiles(analysis, sources);
        const [first] = opened;
        if (first === undefined) return false;
        // Whoever went on meanwhile is not called back.
        if (isAwaited && urlStore.getState().state.file === file)
          navigate({ file: opened.includes(file) ? file : first, src: undefined }, 'replace');
        else navigate({ view: 'files', file: first, src: undefined, st: undefined, z: [], sel: [] }, 'push');
        return true;
      },
      pick() {
        document.getElementById(FILE_INPUT_ID)?.click();
      },
    }),
    [analysis],
  );
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
