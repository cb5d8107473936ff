/** Parameters of the header `accept` by which a client says that it reads more than the API had at first. */

/** Names of labels with any characters. */
export const UTF8_LABEL_NAMES = 'allow-utf8-labelnames';
/** Kinds of frames in merged pprof: of the embedded server alone, others ignore it. */
export const FRAME_KINDS = 'flametide-frame-kinds';
