/** What every page begins with: stores, React, the console handle. */
import './theme.css';
import './base.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import type { Analysis } from '#analysis/analysis.ts';
import type { DataSource } from '#datasource/datasource.ts';
import { loadOverlays } from './components/load-overlays.ts';
import { loadWhenIdle } from './components/load-when-idle.ts';
import { installConsole } from './console/install-console.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { applyTheme } from './state/preferences.ts';
import { keepViewFocus } from './state/view-focus.ts';
import { AnalysisContext, makeQueryClient } from './queries/analysis-queries.ts';
import { Shell } from './shell.tsx';
import { closeDroppedProfiles, SourceContext } from './queries/source-queries.ts';
import { followHistory } from './url/url-store.ts';
import { firstPicture } from './views/flamegraph/first-picture.ts';

export function startPage(analysis: Analysis, source: DataSource): void {
  applyTheme();
  followHistory();
  keepViewFocus();
  const queries = makeQueryClient();
  closeDroppedProfiles(queries, analysis);
  installConsole(analysis, queries);
  // Preload the error messages: they must be available when the server is not.
  void firstPicture().then(() => loadWhenIdle(loadOverlays, () => import('./explore/explore-messages.tsx')));
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
}
