/** For tests of upkeep that are about something else. */
export const KEEP_SPANS = { retentionMs: undefined, maxBytes: Infinity };

/** For tests of uploads that are about something else: as the server has them, and no limit of time. */
export const UPLOAD_LIMITS = {
  maxProfileBytes: 64 << 20,
  maxSamples: 65_535,
  maxDepth: 1000,
  maxLabels: 30,
  maxLabelNameBytes: 1024,
  maxLabelValueBytes: 2048,
  maxAgeMs: 0,
  maxFutureMs: Infinity,
};
