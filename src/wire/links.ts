/** The messages about short links and their snapshots between page and server. */

/** Maximum characters of a link, for the page and the server. */
export const longestLink = 64_000;
/** Bytes of a snapshot as sent, with the line before it. */
export const mostSnapshotBytes = 64 << 20;

export interface StoredLink {
  readonly id: string;
  /** Without its `?`. */
  readonly query: string;
  readonly createdMs: number;
  /** 0: the link has no snapshot. */
  readonly snapshotBytes: number;
}

export interface StoredLinks {
  /** Snapshots first, the newest of both first. */
  readonly links: readonly StoredLink[];
  /** The number of all links; the list is truncated. */
  readonly count: number;
  /** All snapshots together, listed or not. */
  readonly snapshotBytes: number;
}

export function isLinkId(text: string): boolean {
  return /^[0-9a-z]{8,64}$/.test(text);
}
