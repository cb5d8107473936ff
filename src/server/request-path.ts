/** Splits the target of a request into its parts, below the base path. */

/** @property path as sent; `tidy` without doubled slashes and without one at its end, as hand-written addresses have them */
export interface RequestPath {
  readonly path: string;
  readonly tidy: string;
  /** The part after `?`, undecoded; '' where there is none. */
  readonly query: string;
}

/** @param target a path, or a whole address as proxies send it (RFC 9112, 3.2.2) */
export function readTarget(target: string): RequestPath {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const place = local.indexOf('?');
  const path = place < 0 ? local : local.slice(0, place);
  return { ...withPath(path === '' ? '/' : path), query: place < 0 ? '' : local.slice(place + 1) };
}

/** @returns undefined for what is not below the base path */
export function belowBase(whole: RequestPath, basePath: string): RequestPath | undefined {
  if (basePath === '') return whole;
  // Doubled slashes may stand before it and behind it.
  const path = whole.path.startsWith('//') ? whole.tidy : whole.path;
  if (path === basePath) return { ...whole, path: '/', tidy: '/' };
  return path.startsWith(`${basePath}/`) ? { ...whole, ...withPath(path.slice(basePath.length)) } : undefined;
}

function withPath(path: string): { readonly path: string; readonly tidy: string } {
  const tidy = path.replace(/\/+/g, '/');
  return { path, tidy: tidy.length > 1 && tidy.endsWith('/') ? tidy.slice(0, -1) : tidy };
}
