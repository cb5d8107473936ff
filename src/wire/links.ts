/** What the page and the server tell each other about short links, and about snapshots under them. */

/** Letters of a link: what the page reads, and so what the server keeps. */
export const longestLink = 64_000;
/** Of one snapshot as sent, with the line before it. */
export const mostSnapshotBytes = 64 << 20;

export interface StoredLink {
  readonly id: string;
  /** Without its `?`. */
  readonly query: string;
  readonly createdMs: number;
  /** 0: nothing is kept under it. */
  readonly snapshotBytes: number;
}

export interface StoredLinks {
  /** Snapshots first, the newest of both first. */
  readonly links: readonly StoredLink[];
  /** How many there are; a long list is cut. */
  readonly count: number;
  /** Of all snapshots, also of those that are not listed. */
  readonly snapshotBytes: number;
}

export function isLinkId(text: string): boolean {
  return /^[0-9a-z]{8,64}$/.test(text);
}
