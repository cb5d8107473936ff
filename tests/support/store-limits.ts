import { DEFAULT_LIMITS } from '#server/config.ts';

/** For tests of upkeep that are about something else. */
export const KEEP_SPANS = { retentionMs: undefined, maxBytes: Infinity };

/** For tests of uploads that are about something else: the server's own, and no limit of time. */
export const UPLOAD_LIMITS = { ...DEFAULT_LIMITS, maxAgeMs: 0, maxFutureMs: Infinity };
