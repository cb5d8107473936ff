/**
 * What begins before the page: the worker, and the first question to the server. A script of its own in index.html, small,
 * so that both are under way while the rest is still loading.
 */
import { askEarly } from '#datasource/early-answer.ts';
import { mergedTreeCall } from '#datasource/query-message.ts';
import { earlyQueryOf, FIRST_TREE_NODES } from './source/early-query.ts';
import { loadedAtMs } from './time/loaded-at.ts';

export const analysisWorker = new Worker(new URL('../analysis/analysis.worker.ts', import.meta.url), {
  type: 'module',
});

const query = earlyQueryOf(location.search, loadedAtMs);
/** Undefined if the link leaves open what is shown. */
export const earlyTree = query && askEarly(mergedTreeCall(query, FIRST_TREE_NODES), document.baseURI);
