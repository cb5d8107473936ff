/**
 * Files that were opened outside of the page: named when the server was started (`flametide cpu.pb.gz`), or opened by
 * the system with the installed page.
 */
import type { Analysis } from '#analysis/analysis.ts';
import { navigate, urlStore } from '../url/url-store.ts';
import { showFile } from '../state/commands.ts';
import { type FileSource, openFiles } from '../screen/files-store.ts';
import { fromBrowser } from './use-open.ts';

interface LaunchQueue {
  setConsumer(take: (launched: { readonly files: readonly FileSystemFileHandle[] }) => Promise<void>): void;
}

/** A page without this server, or with an older one, has none. */
export async function openGivenFiles(analysis: Analysis): Promise<void> {
  const response = await fetch(new URL('api/files', document.baseURI)).catch(() => undefined);
  if (!response?.ok) return;
  const { files = [] } = (await response.json()) as { files?: { id: number; name: string; size: number }[] };
  if (files.length === 0) return;
  const opened = await openFiles(
    analysis,
    files.map(({ id, name, size }): FileSource => ({
      name,
      size,
      read: async () => {
        const file = await fetch(new URL(`api/files/${id}`, document.baseURI));
        if (!file.ok) throw new Error(`The server answered ${file.status} to the request for ${name}.`);
        return new Uint8Array(await file.arrayBuffer());
      },
    })),
  );
  const [first] = opened;
  // A link that says what to show is followed.
  const { svc, file } = urlStore.getState().state;
  if (first !== undefined && svc === undefined && file === undefined)
    navigate({ view: 'files', file: first }, 'replace');
}

/** A double click on a profile, where the page is installed; browsers without it have no queue. */
export function openLaunchedFiles(analysis: Analysis): void {
  const { launchQueue } = window as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(async ({ files }) => {
    const chosen = await Promise.all(files.map((file) => file.getFile()));
    const [first] = await openFiles(analysis, fromBrowser(chosen));
    if (first !== undefined) showFile(first);
  });
}
