/** Colours of a flamegraph, ready to paint with. */

/** A fill for a canvas with this many device px a css px. */
type Fill = (ratio: number) => string | CanvasPattern;

/** The texture of a wide box; narrow boxes of its key have the plain colour. */
export interface Texture {
  /** Within the edge. */
  readonly ground: string;
  readonly hatch: Hatch;
  readonly fill: Fill;
  readonly edge: string | undefined;
  /** The edge with gaps. */
  readonly dashes: Fill | undefined;
}

export interface Hatch {
  readonly line: string;
  readonly slant: '/' | '\\';
  /** Along a row. */
  readonly pitchCss: number;
  readonly widthCss: number;
}

/** Prepared CSS colours. Set it anew when web fonts have come: glyphs are measured once per theme. */
export interface FlameTheme {
  /** Box colours by colour key, see palette.ts. */
  readonly fills: readonly string[];
  /** The same, faded toward the ground: for boxes that a search does not match. */
  readonly faded: readonly string[];
  /** Text colours by colour key: names, packages and shares, and all of them on a faded box. */
  readonly inks: readonly string[];
  readonly inksDim: readonly string[];
  readonly inksFaded: readonly string[];
  /** By colour key; undefined if a box is of one colour. */
  readonly textures: readonly (Texture | undefined)[];
  /** The same, faded; what was cut away does not fade. */
  readonly texturesFaded: readonly (Texture | undefined)[];
  readonly ground: string;
  readonly rootFill: string;
  readonly rootInk: string;
  readonly search: string;
  readonly searchEdge: string;
  readonly onSearch: string;
  readonly hover: string;
  readonly select: string;
  readonly focus: string;
  readonly fontUi: string;
}
