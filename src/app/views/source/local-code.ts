/** Source text from a folder of the user's machine: chosen once a tab, read only when a file of it is looked at. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

interface LocalCode {
  /** Name of the folder; undefined before one is chosen. */
  readonly folder: string | undefined;
  /** By path within the folder. */
  readonly files: ReadonlyMap<string, File>;
}

/** Paths beyond these are left out: a folder may hold anything. */
const MOST_FILES = 200_000;
const LARGEST_FILE = 4 * 2 ** 20;
/** What no profile has lines of. */
const SKIPPED = /(^|\/)(\.git|node_modules\/\.cache)\//;

const localCode = createStore<LocalCode>(() => ({ folder: undefined, files: new Map() }));

export function useLocalCode(): LocalCode {
  return useStore(localCode);
}

/** @param chosen of an input that picks folders: each knows its path within */
export function chooseFolder(chosen: Iterable<File>): void {
  const files = new Map<string, File>();
  let folder = '';
  for (const file of chosen) {
    const slash = file.webkitRelativePath.indexOf('/');
    folder ||= file.webkitRelativePath.slice(0, Math.max(0, slash));
    const path = file.webkitRelativePath.slice(slash + 1);
    if (!SKIPPED.test(path) && files.size < MOST_FILES) files.set(path, file);
  }
  localCode.setState({ folder, files });
}

/** The file of the folder whose path ends most like the given one: profiles know paths of the machine that built them. */
export function findLocal(files: ReadonlyMap<string, File>, path: string): File | undefined {
  const wanted = path.split(/[/\\]/).reverse();
  let best: File | undefined;
  let longest = 0;
  let fewest = 0;
  for (const [candidate, file] of files) {
    const parts = candidate.split('/').reverse();
    let same = 0;
    while (same < parts.length && same < wanted.length && parts[same] === wanted[same]) same++;
    // Of two that are equally alike the one with less beside it: `main.go` itself before `cmd/main.go`.
    if (same > longest || (same === longest && same > 0 && parts.length < fewest)) {
      longest = same;
      fewest = parts.length;
      best = file;
    }
  }
  return best;
}

/** @throws Error for a file that is too large to be code */
export async function readLines(file: File): Promise<readonly string[]> {
  if (file.size > LARGEST_FILE) throw new Error(`${file.name} is larger than ${LARGEST_FILE / 2 ** 20} MiB.`);
  return (await file.text()).split(/\r?\n/);
}
