/** What the flamegraph draws and reports: the types that its files share. */
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

/** A scene, and everything that is said of its nodes and functions: it goes with the scene. */
export interface SceneFacts {
  readonly scene: FlameScene | undefined;
  /** Colour key (index into `theme.fills`) by node. */
  readonly colours: Uint16Array;
  /** The colours mean something that a search must not hide: hits get an edge instead of yellow. */
  readonly keepsHits: boolean;
  /** Strength by node: among nodes thinner than a pixel the strongest is drawn, and nodes with 0 are behind it. */
  readonly changes: Float32Array | undefined;
  /** What a search found, by node: 1 is a match. */
  readonly hit: Uint8Array | undefined;
  /** -1 none. */
  readonly selectedFunction: number;
  readonly selectedNode: NodeIndex;
}

export const NO_FACTS: SceneFacts = {
  scene: undefined,
  colours: new Uint16Array(0),
  keepsHits: false,
  changes: undefined,
  hit: undefined,
  selectedFunction: -1,
  selectedNode: -1,
};

/**
 * How boxes look while there is a search: `yellow` hits, or `edged` ones in their own colour, where colours mean what
 * must stay seen. All others are faded.
 */
export type SearchLook = 'none' | 'yellow' | 'edged';

export interface PaintStats {
  /** Rectangles of the graph, merged runs counted as one each. */
  readonly boxes: number;
  readonly labels: number;
  /** Columns made from the whole tree since the paint before: positions of hits and of the selected function. */
  readonly layoutMs: number;
  readonly cullMs: number;
  readonly paintMs: number;
}
