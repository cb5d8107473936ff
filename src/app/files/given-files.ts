/** Files that were named when the server was started (`flametide cpu.pb.gz`): open from the start. */
import type { Analysis } from '#analysis/analysis.ts';
import { navigate, urlStore } from '../url/url-store.ts';
import { type FileSource, openFiles } from './files-store.ts';

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
        if (!file.ok) throw new Error(`The server answered ${file.status} when asked for ${name}.`);
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
