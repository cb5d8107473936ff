/** Paths of files as short as they can be distinguished: `service.go`, but `cart/service.go` beside `order/service.go`. */

/** Folders that are added at most: hostile paths have thousands. */
const MAX_FOLDERS = 8;

export function shortPaths(paths: readonly string[]): readonly string[] {
  const parts = paths.map((path) => path.split('/'));
  const short = (i: number, length: number): string => parts[i].slice(-length).join('/') || paths[i];
  const lengths = paths.map(() => 1);
  for (let length = 1; length <= MAX_FOLDERS; length++) {
    const seen = new Map<string, number>();
    for (const i of paths.keys()) seen.set(short(i, lengths[i]), (seen.get(short(i, lengths[i])) ?? 0) + 1);
    for (const i of paths.keys()) {
      if (seen.get(short(i, lengths[i]))! > 1 && lengths[i] === length) lengths[i]++;
    }
  }
  return paths.map((_, i) => short(i, lengths[i]));
}
