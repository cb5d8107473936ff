/** When the page began to load, ms since the epoch: its first `now`. */
export const loadedAtMs = Date.now();
