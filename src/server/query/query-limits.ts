/** The limits of a query. */

export interface QueryLimits {
  /** Length of a range that is merged or summed. */
  readonly mostRangeMs: number;
  /** Nodes of an answer, where the request says nothing. */
  readonly defaultNodes: number;
  readonly mostNodes: number;
  readonly mostSlices: number;
  /** Bytes of a request's message. */
  readonly mostMessageBytes: number;
}

const DAY_MS = 86_400_000;

export const defaultQueryLimits: QueryLimits = {
  mostRangeMs: 31 * DAY_MS,
  defaultNodes: 8192,
  mostNodes: 1_048_576,
  mostSlices: 1024,
  mostMessageBytes: 1 << 20,
};
