/** Source text from a folder of the user's machine. The folder is chosen once per tab; a file is read when it is shown. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** A file that is not read yet. */
interface LocalFile {
  getFile(): Promise<File>;
}

interface LocalCode {
  /** Name of the folder; undefined before one is chosen. */
  readonly folder: string | undefined;
  /** By path within the folder. */
  readonly files: ReadonlyMap<string, LocalFile>;
  /** The number of folders chosen so far: text from an earlier one is dropped when it arrives. */
  readonly choice: number;
}

/** What browsers with the File System Access API give; TypeScript knows only some of it. */
interface FolderHandle {
  readonly kind: 'directory';
  readonly name: string;
  values(): AsyncIterable<FolderHandle | (LocalFile & { readonly kind: 'file'; readonly name: string })>;
}

/** Paths beyond these are left out: a folder may hold anything. */
const MAX_FILES = 200_000;
const MAX_FOLDERS = 20_000;
const MAX_FILE_BYTES = 4 * 2 ** 20;
/** Folders without code of a profile. */
const SKIPPED = /(^|\/)(\.git|node_modules\/\.cache)(\/|$)/;

const localCode = createStore<LocalCode>(() => ({ folder: undefined, files: new Map(), choice: 0 }));

export function useLocalCode(): LocalCode {
  return useStore(localCode);
}

/** Whether the browser can list a folder; other browsers pass all of its files. */
export function canPickFolder(): boolean {
  return 'showDirectoryPicker' in window;
}

/** Asks for a folder and lists its files, those near the top first. @throws where the browser may not read it */
export async function pickFolder(): Promise<void> {
  const { showDirectoryPicker } = window as unknown as { showDirectoryPicker(): Promise<FolderHandle> };
  let root: FolderHandle;
  try {
    root = await showDirectoryPicker();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    throw error;
  }
  setFolder(root.name, await listFolder(root));
}

/** @param chosen of an input that picks folders: each knows its path within */
export function chooseFolder(chosen: Iterable<File>): void {
  const files = new Map<string, LocalFile>();
  let folder = '';
  for (const file of chosen) {
    const slash = file.webkitRelativePath.indexOf('/');
    folder ||= file.webkitRelativePath.slice(0, Math.max(0, slash));
    const path = file.webkitRelativePath.slice(slash + 1);
    if (!SKIPPED.test(path) && files.size < MAX_FILES) files.set(path, { getFile: () => Promise.resolve(file) });
  }
  setFolder(folder, files);
}

/** Breadth first, so that the bound cuts the deepest files. */
export async function listFolder(root: FolderHandle): Promise<ReadonlyMap<string, LocalFile>> {
  const files = new Map<string, LocalFile>();
  const folders = [{ at: '', handle: root }];
  for (let i = 0; i < folders.length && i < MAX_FOLDERS; i++) {
    const { at, handle } = folders[i];
    for await (const entry of handle.values()) {
      const path = at + entry.name;
      if (SKIPPED.test(path)) continue;
      if (entry.kind === 'directory') folders.push({ at: `${path}/`, handle: entry });
      else files.set(path, entry);
      if (files.size >= MAX_FILES) return files;
    }
  }
  return files;
}

/** The path with the longest equal end, since profiles have the paths of the machine that built the program. */
export function findLocal(files: ReadonlyMap<string, unknown>, path: string): string | undefined {
  const wanted = path.split(/[/\\]/).reverse();
  let best: string | undefined;
  let longest = 0;
  let fewest = 0;
  for (const candidate of files.keys()) {
    if (!candidate.endsWith(wanted[0])) continue;
    const parts = candidate.split('/').reverse();
    let same = 0;
    while (same < parts.length && same < wanted.length && parts[same] === wanted[same]) same++;
    // The shorter path wins a tie: `main.go` itself before `cmd/main.go`.
    if (same > longest || (same === longest && same > 0 && parts.length < fewest)) {
      longest = same;
      fewest = parts.length;
      best = candidate;
    }
  }
  return best;
}

/** @throws Error for a file that is too large to be code, or none */
export async function readLines(file: File): Promise<readonly string[]> {
  if (file.size > MAX_FILE_BYTES) throw new Error(`${file.name} is larger than ${MAX_FILE_BYTES / 2 ** 20} MiB.`);
  const text = await file.text();
  if (text.includes('\0')) throw new Error(`${file.name} is not a text file.`);
  return text.split(/\r?\n/);
}

function setFolder(folder: string, files: ReadonlyMap<string, LocalFile>): void {
  localCode.setState(({ choice }) => ({ folder, files, choice: choice + 1 }));
}
