/** The types that the files of the flamegraph share: its input and its reports. */
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import type { FlameLayout } from './layout.ts';

/** icicle: the root on top; flame: the root at the bottom. */
export type Direction = 'icicle' | 'flame';

/** 'http.' '(*conn).' 'serve': parts of a name, dropped from the left when space is short. */
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

/** A scene with all facts about its nodes and functions. Another scene drops them. */
export interface SceneFacts {
  readonly scene: FlameScene | undefined;
  /** Colour key (index into `theme.fills`) by node. */
  readonly colours: Uint16Array;
  /** True if a search must not hide the colours: hits get an edge instead of yellow. */
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
 * The look of boxes during a search: hits are `yellow`, or `edged` in their own colour where it must stay visible. All
 * others fade.
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
