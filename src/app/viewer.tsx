/** The page as a file that holds what it shows: nothing is asked of anyone. */
// oxlint-disable-next-line import/default -- Vite makes it: a worker from its own text
import AnalysisWorker from '#analysis/analysis.worker.ts?worker&inline';
import { analysisClient } from '#analysis/client.ts';
import { snapshotSource, unpackSnapshot } from '#datasource/snapshot.ts';
import { openFiles } from './screen/files-store.ts';
import { readExportedPage } from './state/exported-page.ts';
import { startPage } from './start-page.tsx';
import { holdClock } from './time/refresh-clock.ts';
import { parseUrl } from './url/codec.ts';
import { urlStore } from './url/url-store.ts';

async function start(): Promise<void> {
  const kept = await unpackSnapshot(readExportedPage());
  // A link into the file, or a reloaded page, already says what to show.
  if (location.search === '') {
    history.replaceState(null, '', location.pathname + kept.link);
    urlStore.setState(parseUrl(kept.link), true);
  }
  holdClock(kept.nowMs);
  const analysis = analysisClient(new AnalysisWorker());
  await openFiles(
    analysis,
    kept.files.map(({ name, size, encoded }) => ({ name, size, read: () => Promise.resolve(encoded.bytes) })),
  );
  startPage(analysis, snapshotSource('file', kept, 'This file'));
}

start().catch((error: unknown) => {
  document.getElementById('root')!.textContent = error instanceof Error ? error.message : String(error);
});
