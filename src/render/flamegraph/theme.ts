/** Prepared colour strings and the font of a flamegraph: nothing is computed while painting. */
export interface FlameTheme {
  /** By colour key, see palette.ts. */
  readonly fills: readonly string[];
  /** The same, faded toward the ground, for what a search does not match. */
  readonly faded: readonly string[];
  readonly ink: string;
  /** The package in front of a name, the share at its end. */
  readonly inkDim: string;
  readonly inkFaded: string;
  readonly ground: string;
  readonly rootFill: string;
  readonly search: string;
  readonly searchEdge: string;
  readonly onSearch: string;
  readonly hover: string;
  readonly select: string;
  readonly focus: string;
  /** A CSS font family list. */
  readonly fontUi: string;
}
