/** Starts the page: worker, stores, React, the console handle. */
import './theme.css';
import './base.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { AnalysisClient } from '#analysis/client.ts';
import { pyroscopeSource } from '#datasource/pyroscope.ts';
import { analysisWorker } from './analysis-worker.ts';
import { loadOverlaysWhenIdle } from './components/load-overlays.ts';
import { installConsole } from './dev/install-console.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { applyTheme } from './preferences.ts';
import { AnalysisContext, makeQueryClient } from './queries.ts';
import { Shell } from './shell.tsx';
import { closeDroppedProfiles, SourceContext } from './source-queries.ts';
import { followHistory } from './url/url-store.ts';

const analysis = new AnalysisClient(analysisWorker);

applyTheme();
followHistory();
const queries = makeQueryClient();
const source = pyroscopeSource({
  id: 'server',
  title: 'The server',
  baseUrl: document.baseURI,
});
closeDroppedProfiles(queries, analysis);
installConsole(analysis, queries, source);
loadOverlaysWhenIdle();
void import('./files/given-files.ts').then(({ openGivenFiles }) => openGivenFiles(analysis));

// In slices: the worker starts between them.
startTransition(() =>
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <AnalysisContext value={analysis}>
          <SourceContext value={source}>
            <ErrorBoundary>
              <Shell />
            </ErrorBoundary>
          </SourceContext>
        </AnalysisContext>
      </QueryClientProvider>
    </StrictMode>,
  ),
);
