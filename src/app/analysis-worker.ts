/**
 * The worker, begun before the page: a script of its own in index.html, so that it starts while the rest is still
 * loading.
 */
export const analysisWorker = new Worker(new URL('../analysis/analysis.worker.ts', import.meta.url), {
  type: 'module',
});
