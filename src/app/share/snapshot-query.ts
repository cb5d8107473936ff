/** What is kept under a link, as a source of its own. */
import type { DataSource } from '#datasource/datasource.ts';
import { fetchSnapshot } from '#datasource/short-links.ts';
import { snapshotSource, unpackSnapshot } from '#datasource/snapshot.ts';
import type { TimeRange } from '#model/time-range.ts';

export interface Snapshot {
  readonly source: DataSource;
  readonly keptMs: number;
  /** Now, as the page took it that kept it. */
  readonly nowMs: number;
  /** From the first to the last of its profiles. */
  readonly range: TimeRange;
  readonly bytes: number;
}

export function snapshotQuery(id: string) {
  return {
    queryKey: ['snapshot', id],
    queryFn: async ({ signal }: { readonly signal: AbortSignal }): Promise<Snapshot> => {
      const { packed, keptMs } = await fetchSnapshot(document.baseURI, id, signal);
      const answers = await unpackSnapshot(packed);
      const { nowMs } = answers;
      const ranges = answers.profiles.map(({ query }) => query.range);
      return {
        source: snapshotSource(`snapshot ${id}`, answers, 'The snapshot of this link'),
        keptMs: Number.isFinite(keptMs) ? keptMs : nowMs,
        nowMs,
        range: {
          startMs: Math.min(...ranges.map(({ startMs }) => startMs)),
          endMs: Math.max(...ranges.map(({ endMs }) => endMs)),
        },
        bytes: packed.length,
      };
    },
    gcTime: Infinity,
  };
}
