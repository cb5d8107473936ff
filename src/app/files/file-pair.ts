/** Which two of the open files are compared, as keys of a link. */
import type { OpenFile } from '../screen/files-store.ts';
import type { UrlState } from '../url/url-state.ts';

/** Keys that compare the second file with the first; a file alone is the side that is looked at. */
export function fileSides(names: readonly string[]): Partial<UrlState> {
  const [b, a] = names.toReversed();
  return {
    ...(a !== undefined && { 'a.file': a, 'a.st': undefined, 'a.during': undefined }),
    'b.file': b,
    'b.st': undefined,
    'b.during': undefined,
  };
}

/**
 * A file against the one opened before it; the first of those opened together, and the first of all, is A beside the
 * next one.
 */
export function sidesOf(name: string, files: readonly Pick<OpenFile, 'name' | 'openedAt'>[]): Partial<UrlState> {
  const at = files.findIndex((file) => file.name === name);
  const [before, file, next] = [files[at - 1], files[at], files[at + 1]];
  const isTogether = (other: typeof file | undefined): boolean => other?.openedAt === file.openedAt;
  const isFirst = before === undefined || (isTogether(next) && !isTogether(before));
  return fileSides((isFirst ? [file, next] : [before, file]).flatMap((one) => (one ? [one.name] : [])));
}
