/** What the flamegraph is told and what it tells: the words that its files share. */
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import type { FlameLayout } from './layout.ts';

/** icicle: the root on top; flame: the root at the bottom. */
export type Direction = 'icicle' | 'flame';

/** 'http.' '(*conn).' 'serve': what of a name goes first when room is short. */
export interface LabelParts {
  readonly prefix: string;
  readonly middle: string;
  readonly bare: string;
}

export interface FlameScene {
  readonly tree: CallTree;
  readonly layout: FlameLayout;
  label(func: number): LabelParts;
  /** 'total · 3.90 core-h' */
  readonly rootLabel: string;
  /** '15.4 %' */
  share(node: NodeIndex): string;
}

/** Prepared CSS colours. Set it anew when web fonts have come: glyphs are measured once per theme. */
export interface FlameTheme {
  /** Box colours by colour key, see palette.ts. */
  readonly fills: readonly string[];
  /** The same, faded toward the ground: what is not found while there is a search. */
  readonly faded: readonly string[];
  /** Fill and ink of what a source cut away; the fill for so many device px a css px. */
  readonly cutHatch: (ratio: number) => string | CanvasPattern;
  readonly cutInk: string;
  readonly ink: string;
  readonly inkDim: string;
  readonly inkFaded: string;
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

export interface SearchMarks {
  /** By function: 1 is a match. */
  readonly hit: Uint8Array;
}

export interface PaintStats {
  /** Rectangles of the graph, merged runs counted as one each. */
  readonly boxes: number;
  readonly labels: number;
  /** Columns made from the whole tree since the paint before: positions of hits and of the selected function. */
  readonly layoutMs: number;
  readonly cullMs: number;
  readonly paintMs: number;
}
