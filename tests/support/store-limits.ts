/** For tests of upkeep that are about something else. */
export const KEEP_SPANS = { retentionMs: undefined, maxBytes: Infinity };
