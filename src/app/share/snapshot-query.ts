/** What is kept under a link, as a source of its own. */
import type { Analysis } from '#analysis/analysis.ts';
import type { DataSource } from '#datasource/datasource.ts';
import { fetchSnapshot } from '#datasource/short-links.ts';
import { type SnapshotAnswers, snapshotSource, unpackSnapshot } from '#datasource/snapshot.ts';
import type { TimeRange } from '#model/time-range.ts';
import { closeFile, openFiles } from '../screen/files-store.ts';

export interface Snapshot {
  readonly source: DataSource;
  readonly savedMs: number;
  /** Now, as the page took it that kept it. */
  readonly nowMs: number;
  /** From the first to the last of its profiles; undefined if it holds files alone. */
  readonly range: TimeRange | undefined;
  readonly bytes: number;
}

/** Its files are then open in the tab. */
export function snapshotQuery(analysis: Analysis, id: string) {
  return {
    queryKey: ['snapshot', id],
    queryFn: async ({ signal }: { readonly signal: AbortSignal }): Promise<Snapshot> => {
      const { packed, savedMs } = await fetchSnapshot(document.baseURI, id, signal);
      const answers = await unpackSnapshot(packed);
      const { nowMs } = answers;
      // A user who navigated meanwhile keeps the open files.
      signal.throwIfAborted();
      await openSnapshotFiles(analysis, answers.files);
      const ranges = answers.profiles.map(({ query }) => query.range);
      return {
        source: snapshotSource(`snapshot ${id}`, answers, 'The snapshot of this link'),
        savedMs: Number.isFinite(savedMs) ? savedMs : nowMs,
        nowMs,
        range:
          ranges.length === 0
            ? undefined
            : {
                startMs: Math.min(...ranges.map(({ startMs }) => startMs)),
                endMs: Math.max(...ranges.map(({ endMs }) => endMs)),
              },
        bytes: packed.length,
      };
    },
    meta: { isDrawnFirst: true } as const,
    gcTime: Infinity,
  };
}

/** Replaces open files of the same names: the link means the saved ones. */
async function openSnapshotFiles(analysis: Analysis, files: SnapshotAnswers['files']): Promise<void> {
  if (files.length === 0) return;
  for (const { name } of files) closeFile(analysis, name);
  await openFiles(
    analysis,
    files.map(({ name, size, encoded }) => ({ name, size, read: () => Promise.resolve(encoded.bytes) })),
  );
}
