/** The files of this tab: being read, open, or refused. They go when the tab closes. */
import { createStore } from 'zustand/vanilla';
import { useStore } from 'zustand';
import type { Analysis } from '#analysis/analysis.ts';
import { reasonOf } from '#analysis/refusal.ts';
import { announce, dismissRefusals, refuse } from '../state/ui-store.ts';
import type { ShownProfile } from './shown.ts';

/** Something to open: a dropped file, pasted text, a demo's recipe. */
export interface FileSource {
  readonly name: string;
  read(): Promise<Uint8Array>;
  /** Size where it is known before reading. */
  readonly size: number;
}

export interface OpenFile extends ShownProfile {
  readonly kind: 'open';
  /** When it and the files beside it were given to the page: those of one drop or pick have the same time. */
  readonly openedAt: number; // epoch ms
}

export interface ReadingFile {
  readonly kind: 'reading';
  readonly name: string;
  readonly size: number;
  readonly share: number;
  stop(): void;
}

export type FileEntry = OpenFile | ReadingFile;

/** One read of a browser's file at once: more is refused before a byte is read. */
const MAX_FILE_BYTES = 512 * 2 ** 20;

export const filesStore = createStore<{ readonly entries: readonly FileEntry[] }>(() => ({ entries: [] }));

export function useFiles(): readonly FileEntry[] {
  return useStore(filesStore, (store) => store.entries);
}

export function openFileNamed(name: string): OpenFile | undefined {
  return filesStore.getState().entries.find((entry): entry is OpenFile => entry.kind === 'open' && entry.name === name);
}

/**
 * Reads files one after another; a refused one does not affect the others.
 * @returns the names under which files were opened, in order.
 */
export async function openFiles(analysis: Analysis, sources: readonly FileSource[]): Promise<string[]> {
  dismissRefusals();
  const opened: string[] = [];
  const openedAt = Date.now();
  for (const source of sources) opened.push(...(await openOne(analysis, source, openedAt)));
  return opened;
}

export function closeFile(analysis: Analysis, name: string): void {
  const entry = openFileNamed(name);
  if (!entry) return;
  analysis.close(entry.profile.handle);
  filesStore.setState(({ entries }) => ({ entries: entries.filter((one) => one !== entry) }));
}

async function openOne(analysis: Analysis, source: FileSource, openedAt: number): Promise<string[]> {
  const control = new AbortController();
  const { size } = source;
  let reading: ReadingFile = { kind: 'reading', name: source.name, size, share: 0, stop: () => control.abort() };
  filesStore.setState(({ entries }) => ({ entries: [...entries, reading] }));
  const swap = (next: FileEntry | undefined): void =>
    filesStore.setState(({ entries }) => ({
      entries: entries.flatMap((one) => (one === reading ? (next ? [next] : []) : [one])),
    }));
  try {
    if (size > MAX_FILE_BYTES) {
      const reason = `It has ${Math.round(size / 2 ** 20)} MiB; this page reads up to ${MAX_FILE_BYTES / 2 ** 20} MiB. Record a shorter time, or merge its samples first (go tool pprof -proto).`;
      refuse({ file: source.name, verb: 'was not opened', reason });
      swap(undefined);
      return [];
    }
    const bytes = await source.read();
    const files = mayBeArchive(source.name, bytes) ? await analysis.unpack(bytes, control.signal) : [];
    if (files.length > 0) {
      swap(undefined);
      const names: string[] = [];
      for (const file of files) {
        const one = { name: file.name, size: file.bytes.length, read: () => Promise.resolve(file.bytes) };
        names.push(...(await openOne(analysis, one, openedAt)));
      }
      return names;
    }
    const profile = await analysis.open(
      { bytes, name: source.name, form: { kind: 'file' } },
      control.signal,
      (share) => {
        const next = { ...reading, share };
        swap(next);
        reading = next;
      },
    );
    const name = freeName(source.name);
    const asked = undefined;
    swap({
      kind: 'open',
      name,
      size,
      openedAt,
      profile,
      asked,
      coveredMs: undefined,
      queryMs: undefined,
      isWhole: true,
      snapshots: undefined,
    });
    announce(`${name} is open.`);
    return [name];
  } catch (error) {
    swap(undefined);
    if (error instanceof Error && error.name === 'AbortError') announce(`${source.name} was not opened.`);
    else refuse({ file: source.name, verb: 'was not opened', reason: reasonOf(error) });
    return [];
  }
}

/** Files from before and after a change often have the same name: the second gets a number. */
function freeName(name: string): string {
  let free = name;
  for (let i = 2; openFileNamed(free); i++) free = `${name} (${i})`;
  return free;
}

/** Whether to ask the worker for the files in it: a zip, a tar, or something packed whose name promises one. */
function mayBeArchive(name: string, bytes: Uint8Array): boolean {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const isTar = String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar';
  return isZip || isTar || /\.(?:tgz|txz|tar\.(?:gz|zst|xz)|zip\.gz)$/i.test(name);
}
