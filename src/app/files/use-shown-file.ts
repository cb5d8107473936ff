/** The open file that the link names. */
import { useEffect } from 'react';
import { demoName } from '#model/demo-recipe.ts';
import { useAnalysis } from '../queries/analysis-queries.ts';
import { filesStore, type OpenFile, openFiles, useFiles } from '../screen/files-store.ts';
import { useUrl } from '../url/url-store.ts';
import { demoSource } from './use-open.ts';

/** A demo opens itself. */
export function useShownFile(): OpenFile | undefined {
  const analysis = useAnalysis();
  const files = useFiles();
  const name = useUrl((state) => (state.src ? demoName(state.src.nodes, state.src.seed) : state.file));
  const src = useUrl((state) => state.src);
  const view = useUrl((state) => state.view);
  useEffect(() => {
    const isKnown = src && filesStore.getState().entries.some((one) => one.name === demoName(src.nodes, src.seed));
    if (!src || isKnown || view !== 'files') return;
    void openFiles(analysis, [demoSource(src)]);
  }, [src, analysis, view]);
  return files.find((one): one is OpenFile => one.kind === 'open' && one.name === name);
}
